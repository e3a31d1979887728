"""The network in training and the loop around it, on weights small enough to train in seconds."""

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra hf")

from models import shipped  # noqa: E402 - only where torch is
from models.errors import ModelError  # noqa: E402
from models.training.network import Reader  # noqa: E402
from models.training.recipe import SOURCES, Recipe, Stage  # noqa: E402
from models.training.train import CHECKPOINT, LOG, train  # noqa: E402

CONFIG = {
    **{"model_type": "bert", "vocab_size": 30522, "hidden_size": 32, "num_hidden_layers": 2},
    **{"num_attention_heads": 4, "intermediate_size": 64, "hidden_act": "gelu", "type_vocab_size": 2},
    **{"max_position_embeddings": 128, "layer_norm_eps": 1e-12, "pad_token_id": 0},
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a BERT of 1 M parameters drawn at random, as an encoder is published."""
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(0)
    BertModel(BertConfig(**CONFIG)).save_pretrained(folder)
    shutil.copyfile(shipped("reader") / "tokenizer.json", folder / "tokenizer.json")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    return folder


def test_transformers_reads_what_we_write_and_says_the_same(base: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForQuestionAnswering

    ours = Reader(base)
    ours.save(tmp_path, base)
    theirs = AutoModelForQuestionAnswering.from_pretrained(tmp_path, dtype=torch.float32).eval()
    again = Reader(tmp_path)
    ids = torch.randint(1000, 30000, (3, 20))
    types = (torch.arange(20) >= 7).long().expand(3, 20)
    mask = torch.ones(3, 20, dtype=torch.bool)
    mask[1, 12:] = False
    with torch.inference_mode():
        start, end = again(ids, types, mask)
        expected = theirs(input_ids=ids, token_type_ids=types, attention_mask=mask.long())
    for mine, other in ((start, expected.start_logits), (end, expected.end_logits)):
        np.testing.assert_allclose(mine[mask], other[mask], atol=2e-5)


def test_word_embeddings_stay_as_they_are(base: Path) -> None:
    frozen = [name for name, parameter in Reader(base).named_parameters() if not parameter.requires_grad]
    assert frozen == ["bert.embeddings.word_embeddings.weight"]


def test_weights_of_another_network_are_refused(base: Path, tmp_path: Path) -> None:
    shutil.copytree(base, tmp_path / "other")
    config = json.loads((base / "config.json").read_text()) | {"num_hidden_layers": 3}
    (tmp_path / "other" / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"no weights of this network.*layer\.2\."):
        Reader(tmp_path / "other")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file: twenty documents of three contexts, each saying the colour of a thing."""
    folder = tmp_path_factory.mktemp("data")
    colours = ["red", "green", "blue", "white", "black"]
    things = ["house", "boat", "train"]
    documents = []
    for n in range(20):
        paragraphs = []
        for at, thing in enumerate(things):
            colour = colours[(n + at) % 5]
            text = f"In town {n} the old {thing} was {colour} all summer long."
            answers = [{"text": colour, "answer_start": text.index(colour)}]
            qa = {
                "id": f"{n}-{at}",
                "question": f"What colour was the {thing} in town {n}?",
                "answers": answers,
            }
            paragraphs.append({"context": text, "qas": [qa]})
        documents.append({"title": f"Town {n}", "paragraphs": paragraphs})
    for source in SOURCES.values():
        content = {"data": documents if source.file == SOURCES["squad"].file else []}
        (folder / source.file).write_bytes(gzip.compress(json.dumps(content).encode()))
    return folder


STAGE = Stage("colours", {"squad": 40.0}, context_tokens=(16, 32), negatives=1.0, titled=0.5)
RECIPE = Recipe((STAGE,), learning_rate=3e-3, batch_tokens=1024)


def quiet(line: str) -> None:
    assert line


class Killed(Exception):
    """Stands for the signal that ends a process between two steps."""


def lines(run: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (run / LOG).read_text().splitlines()]


@pytest.fixture(scope="module")
def whole(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run from beginning to end."""
    run = tmp_path_factory.mktemp("whole")
    assert train(RECIPE, base=base, data=data, run=run, threads=1, say=quiet) == run / "reader"
    return run


def test_training_learns(whole: Path) -> None:
    logged = lines(whole)
    losses = [line["loss"] for line in logged if "loss" in line]
    assert losses[-1] < 0.5 * losses[0]
    assert [line for line in logged if "alone" in line][-1]["alone"] > 0.9


def test_a_run_that_was_killed_goes_on_to_the_same_weights(whole: Path, base: Path, data: Path) -> None:
    def die(line: str) -> None:
        if line.startswith("125/"):
            raise Killed

    run = whole.parent / "killed"
    with pytest.raises(Killed):
        train(RECIPE, base=base, data=data, run=run, threads=1, say=die)
    assert not (run / "reader").exists()
    said: list[str] = []
    train(RECIPE, base=base, data=data, run=run, threads=1, say=said.append)
    assert any("from step 100" in line for line in said)
    once, twice = (torch.load(r / CHECKPOINT, weights_only=True)["reader"] for r in (whole, run))
    for name, tensor in once.items():
        torch.testing.assert_close(tensor, twice[name], atol=1e-4, rtol=1e-3, msg=name)


def test_a_run_goes_on_only_with_its_own_recipe(whole: Path, base: Path, data: Path) -> None:
    other = Recipe((STAGE,), learning_rate=1e-3, batch_tokens=1024)
    with pytest.raises(ModelError, match="begun with another recipe"):
        train(other, base=base, data=data, run=whole, threads=1, say=quiet)
