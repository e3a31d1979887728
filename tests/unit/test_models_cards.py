"""Model cards: what is read, what is refused, and that damage is seen."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from nutgraf import models
from nutgraf.models.cards import ModelCard, check_layout, sha256_of, verify
from nutgraf.models.errors import ModelDamaged, ModelMissing

GOOD: dict[str, Any] = {
    "kind": "reader",
    "id": "a/b",
    "revision": "r",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size_bytes": 4,
    "dim": 384,
    "max_tokens": 512,
    "licence": "MIT",
    "base": "b",
    "data": "d",
}


def folder(path: Path, **changed: Any) -> Path:
    """Write a folder whose model.onnx is the four bytes `test`."""
    card = {name: value for name, value in (GOOD | changed).items() if value != "absent"}
    (path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    (path / "model.onnx").write_bytes(b"test")
    (path / "tokenizer.json").write_text("{}", encoding="utf-8")
    return path


def test_a_card_is_read_as_written(tmp_path: Path) -> None:
    card = ModelCard.load(folder(tmp_path, calibration={"a": 1.5}))
    assert (card.kind, card.dim, card.max_tokens, card.pooling) == ("reader", 384, 512, None)
    assert card.calibration == {"a": 1.5}
    assert card.scores is None
    assert verify(tmp_path) == card


@pytest.mark.parametrize("cost", [-0.1, math.nan, math.inf])
def test_a_cost_of_length_is_a_number_from_0_up(tmp_path: Path, cost: float) -> None:
    with pytest.raises(ModelDamaged, match=f"length_cost is {cost}, expected a number from 0 up"):
        ModelCard.load(folder(tmp_path, length_cost=cost))
    assert ModelCard.load(folder(tmp_path, length_cost=1)).length_cost == 1
    assert ModelCard.load(folder(tmp_path)).length_cost == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dim": "absent"}, "fields missing: dim"),
        ({"colour": "red"}, "fields that no card has: colour"),
        ({"dim": "384"}, "dim is '384', expected int"),
        ({"dim": True}, "dim is True, expected int"),
        ({"scores": []}, r"scores is \[\], expected dict or NoneType"),
        ({"length_cost": "dear"}, "length_cost is 'dear', expected float or int"),
        ({"kind": "poet"}, "kind is 'poet', expected encoder or reader"),
    ],
)
def test_a_wrong_card_is_refused(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelDamaged, match=message) as caught:
        ModelCard.load(folder(tmp_path, **changed))
    assert caught.value.hint.startswith("reinstall nutgraf")


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_no_json_object_is_damage(tmp_path: Path, text: str) -> None:
    (tmp_path / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelDamaged, match=r"card\.json"):
        ModelCard.load(tmp_path)


def test_no_card_is_a_missing_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="there is no model card"):
        ModelCard.load(tmp_path)


def test_damage_to_the_weights_is_seen(tmp_path: Path) -> None:
    card = ModelCard.load(folder(tmp_path))
    check_layout(tmp_path, card)
    (tmp_path / "model.onnx").write_bytes(b"tent")
    check_layout(tmp_path, card)  # the same size: only the hash tells
    with pytest.raises(ModelDamaged, match="sha256 is"):
        verify(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"tes")
    with pytest.raises(ModelDamaged, match="3 bytes, its card says 4"):
        check_layout(tmp_path, card)
    (tmp_path / "model.onnx").unlink()
    with pytest.raises(ModelDamaged, match=r"model\.onnx: the file is missing"):
        verify(tmp_path)


def test_a_truncated_graph_is_damage_whatever_its_card_says(tmp_path: Path) -> None:
    shutil.copytree(models.shipped("encoder"), tmp_path, dirs_exist_ok=True)
    graph = tmp_path / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:1000])
    card = json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
    card |= {"size_bytes": 1000, "sha256": sha256_of(graph)}
    (tmp_path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelDamaged, match="onnxruntime cannot load it"):
        models.load_encoder(str(tmp_path))


def test_a_model_of_the_other_kind_is_refused() -> None:
    with pytest.raises(models.ModelError, match="of kind reader, expected encoder"):
        models.load_encoder(str(models.shipped("small-reader")))


FILES = ["card.json", "model.onnx", "tokenizer.json"]


@pytest.mark.parametrize(
    ("name", "kind", "dim", "files"),
    [
        ("encoder", "encoder", 384, FILES),
        ("small-reader", "reader", 384, FILES),
    ],
)
def test_the_shipped_folders_are_whole(name: Any, kind: str, dim: int, files: list[str]) -> None:
    card = verify(models.shipped(name))
    assert (card.kind, card.dim) == (kind, dim)
    paths = sorted(models.shipped(name).iterdir())
    assert [path.name for path in paths] == files
    assert max(path.stat().st_size for path in paths) < 95e6  # hosts of repositories refuse larger files


def test_both_shipped_models_have_one_vocabulary() -> None:
    first, second = (models.shipped(kind) / "tokenizer.json" for kind in ("encoder", "small-reader"))
    assert first.read_bytes() == second.read_bytes()


def test_the_file_beside_a_large_graph_is_checked_too(tmp_path: Path) -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    card = ModelCard.load(folder(tmp_path, external_size_bytes=4, external_sha256=digest))
    data = tmp_path / "model.onnx.data"
    with pytest.raises(ModelDamaged, match=r"model\.onnx\.data: the file is missing"):
        check_layout(tmp_path, card)
    data.write_bytes(b"tests")
    with pytest.raises(ModelDamaged, match=r"model\.onnx\.data: 5 bytes, its card says 4"):
        check_layout(tmp_path, card)
    data.write_bytes(b"text")
    with pytest.raises(ModelDamaged, match=r"model\.onnx\.data: sha256 is 982d9e3e"):
        verify(tmp_path)
    data.write_bytes(b"test")
    assert verify(tmp_path) == card
