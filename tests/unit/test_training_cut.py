"""Networks with some of their layers left out."""

from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra hf")

from nutgraf.models.errors import ModelError  # noqa: E402 - only where torch is
from nutgraf.models.training.architectures import load_network  # noqa: E402
from nutgraf.models.training.cut import cut, kept_layers, main  # noqa: E402
from nutgraf.models.training.train import train  # noqa: E402
from tests.tiny import RECIPE, STAGE, write_bert, write_colours, write_mpnet  # noqa: E402


def test_which_layers_are_kept() -> None:
    assert kept_layers(12, 6, "bottom") == [0, 1, 2, 3, 4, 5]
    assert kept_layers(12, 6, "spread") == [1, 3, 5, 7, 9, 11]
    assert kept_layers(12, 8, "spread") == [0, 2, 3, 5, 6, 8, 9, 11]
    assert kept_layers(12, 12, "spread") == kept_layers(12, 12, "bottom") == list(range(12))
    assert kept_layers(5, 1, "spread") == [4]


@pytest.mark.parametrize("layers", [0, 13])
def test_there_must_be_as_many_layers(layers: int) -> None:
    with pytest.raises(ModelError, match=f"layers is {layers}, expected 1 to 12"):
        kept_layers(12, layers, "bottom")


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
@pytest.mark.parametrize(("keep", "kept"), [("bottom", [0, 1]), ("spread", [1, 3])])
def test_a_cut_network_has_the_weights_of_the_layers_that_stay(
    tmp_path: Path, kind: str, keep: str, kept: list[int]
) -> None:
    whole = (write_bert if kind == "bert" else write_mpnet)(tmp_path / "whole", num_hidden_layers=4)
    out = tmp_path / "cut"
    assert main([str(whole), "--layers", "2", "--keep", keep, "--out", str(out)]) == 0
    before, after = load_network(whole).state_dict(), load_network(out).state_dict()
    prefix = f"{kind}.encoder.layer."
    for name, tensor in after.items():
        number, _, rest = name.removeprefix(prefix).partition(".")
        source = f"{prefix}{kept[int(number)]}.{rest}" if name.startswith(prefix) else name
        torch.testing.assert_close(tensor, before[source], atol=0, rtol=0)
    assert {name.split(".")[3] for name in after if name.startswith(prefix)} == {"0", "1"}


def test_a_cut_network_is_a_base_and_a_cut_reader_a_reader(tmp_path: Path) -> None:
    """The reader's span head stays, so that a trained teacher can be cut, too."""
    cut(write_mpnet(tmp_path / "whole", num_hidden_layers=3), tmp_path / "base", 2)
    data = write_colours(_folder(tmp_path / "data"))
    run = {"base": tmp_path / "base", "data": data, "run": tmp_path / "run", "threads": 1}
    short = replace(RECIPE, stages=(replace(STAGE, shares={"squad": 2.0}),))
    reader = train(short, say=lambda _: None, **run)
    cut(reader, tmp_path / "smaller", 1, "bottom")
    heads = [load_network(folder, seed=7).qa_outputs.weight for folder in (reader, tmp_path / "smaller")]
    torch.testing.assert_close(*heads, atol=0, rtol=0)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_folder_without_a_network_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--layers", "2", "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"error: {tmp_path} holds no network: ")
    assert error.endswith("hint: name a folder with weights\n")
    assert not (tmp_path / "out").exists()


def test_a_network_is_not_written_over_itself(tmp_path: Path) -> None:
    whole = write_bert(tmp_path / "whole")
    with pytest.raises(ModelError, match="holds the network to cut"):
        cut(whole, tmp_path / "." / "whole", 1)
    assert load_network(whole).config["num_hidden_layers"] == 2
