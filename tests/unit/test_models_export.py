"""The graphs we write, on a tiny transformer: right, alike in every form, and the same bytes each time."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from nutgraf.models.errors import ModelDamaged, ModelMissing
from nutgraf.models.export import external, folder, mpnet, ranges, sources, transformer
from nutgraf.models.export.__main__ import main
from nutgraf.models.export.forms import PerRow, PerTensor, Plain, Static, rows_to_int8
from nutgraf.models.export.unpack import unpack
from nutgraf.models.onnx import open_graph

HIDDEN, INNER, LAYERS, HEADS, WORDS = 128, 256, 2, 4, 50
IDS = np.random.default_rng(1).integers(0, WORDS, (3, 11))


def tiny() -> transformer.TransformerWeights:
    """Make a transformer of random weights."""
    draw = np.random.default_rng(0)
    arrays: dict[str, NDArray[np.float32]] = {}

    def dense(name: str, out: int, inner: int) -> None:
        arrays[f"{name}.weight"] = draw.normal(0, 0.1, (out, inner)).astype(np.float32)
        arrays[f"{name}.bias"] = draw.normal(0, 0.1, out).astype(np.float32)

    def norm(name: str) -> None:
        arrays[f"{name}.weight"] = draw.uniform(0.5, 1.5, HIDDEN).astype(np.float32)
        arrays[f"{name}.bias"] = draw.normal(0, 0.2, HIDDEN).astype(np.float32)

    for name, rows in (("word", WORDS), ("position", 16), ("token_type", 2)):
        arrays[f"embeddings.{name}_embeddings.weight"] = draw.normal(0, 1, (rows, HIDDEN)).astype(np.float32)
    norm("embeddings.LayerNorm")
    for index in range(LAYERS):
        layer = f"encoder.layer.{index}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            dense(f"{layer}.attention.{part}", HIDDEN, HIDDEN)
        norm(f"{layer}.attention.output.LayerNorm")
        dense(f"{layer}.intermediate.dense", INNER, HIDDEN)
        dense(f"{layer}.output.dense", HIDDEN, INNER)
        norm(f"{layer}.output.LayerNorm")
    dense("qa_outputs", 2, HIDDEN)
    return transformer.TransformerWeights(arrays, LAYERS, HEADS, epsilon=1e-12)


def run(model: onnx.ModelProto, feed: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
    onnx.checker.check_model(model)
    output: NDArray[np.float32] = open_graph(model.SerializeToString()).run(None, feed)[0]
    return output


def by_hand(weights: transformer.TransformerWeights, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compute one text's vector in plain numpy."""
    erf = np.vectorize(__import__("math").erf)

    def dense(name: str, value: NDArray[np.float64]) -> NDArray[np.float64]:
        weight, bias = weights.dense(name)
        return value @ weight.T.astype(np.float64) + bias

    def norm(name: str, value: NDArray[np.float64]) -> NDArray[np.float64]:
        gamma, beta = weights.dense(name)
        centred = value - value.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True)) * gamma + beta

    tables = [
        weights.arrays[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
    ]
    state = norm(
        "embeddings.LayerNorm", tables[0][ids] + tables[1][: len(ids)] + tables[2][0].astype(np.float64)
    )
    for index in range(LAYERS):
        layer = f"encoder.layer.{index}"
        split = (len(ids), HEADS, HIDDEN // HEADS)
        query, key, value = (
            dense(f"{layer}.attention.self.{part}", state).reshape(split).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(split[2]))
        mixed = (scores / scores.sum(-1, keepdims=True) @ value).transpose(1, 0, 2).reshape(len(ids), HIDDEN)
        state = norm(
            f"{layer}.attention.output.LayerNorm", state + dense(f"{layer}.attention.output.dense", mixed)
        )
        wide = dense(f"{layer}.intermediate.dense", state)
        active = wide * (1 + erf(wide / np.sqrt(2))) / 2
        state = norm(f"{layer}.output.LayerNorm", state + dense(f"{layer}.output.dense", active))
    mean = state.mean(axis=0)
    return mean / np.linalg.norm(mean)


def measured() -> dict[str, ranges.Range]:
    return ranges.measure(transformer.encoder(tiny(), Plain()), [{"ids": IDS}], LAYERS)


def test_the_plain_graph_is_bert() -> None:
    vectors = run(transformer.encoder(tiny(), Plain()), {"ids": IDS})
    for vector, ids in zip(vectors, IDS, strict=True):
        assert vector == pytest.approx(by_hand(tiny(), ids), abs=2e-4)  # positions are kept in float16


@pytest.mark.parametrize("form", ["tensor", "row", "static"])
def test_every_form_is_near_the_plain_one(form: str) -> None:
    chosen = {"tensor": PerTensor, "row": PerRow, "static": lambda: Static(measured(), rare=4)}[form]()
    plain = run(transformer.encoder(tiny(), Plain()), {"ids": IDS})
    cosines = (run(transformer.encoder(tiny(), chosen), {"ids": IDS}) * plain).sum(axis=1)
    assert cosines.min() > 0.999


def test_the_static_form_depends_on_the_text_alone() -> None:
    graph = transformer.encoder(tiny(), Static(measured(), rare=4))
    together = run(graph, {"ids": IDS})
    for row, ids in zip(together, IDS, strict=True):
        assert row == pytest.approx(run(graph, {"ids": ids[None]})[0], abs=1e-6)


def test_a_reader_has_two_logits_a_token() -> None:
    feed = {"ids": IDS, "types": (np.arange(11) > 4).astype(np.int64)[None].repeat(3, axis=0)}
    plain = run(transformer.reader(tiny(), Plain()), feed)
    assert plain.shape == (3, 11, 2)
    untyped = run(transformer.reader(tiny(), Plain()), feed | {"types": feed["types"] * 0})
    assert np.abs(plain - untyped).max() > 0.1
    found = ranges.measure(transformer.reader(tiny(), Plain()), [feed], LAYERS)
    static = run(transformer.reader(tiny(), Static(found, rare=4)), feed)
    assert np.corrcoef(plain.ravel(), static.ravel())[0, 1] > 0.999


def test_rows_to_int8_by_hand() -> None:
    codes, scales = rows_to_int8(np.array([[1.27, -0.5], [0, 0]], dtype=np.float32))
    assert codes.tolist() == [[127, -50], [0, 0]]
    assert scales == pytest.approx([0.01, 1])


def source(path: Path) -> Path:
    path.mkdir()
    save_file({f"bert.{name}": array for name, array in tiny().arrays.items()}, path / "model.safetensors")
    config = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "layer_norm_eps": 1e-12,
    }
    (path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (path / "tokenizer.json").write_text(
        '{"truncation": {"max_length": 9}, "padding": 1, "model": {}}', encoding="utf-8"
    )
    return path


def test_a_folder_is_the_same_bytes_twice(tmp_path: Path) -> None:
    made = source(tmp_path / "source")
    ranges.save(tmp_path / "ranges.json", folder.sha256_of(made / "model.safetensors"), measured())
    cards = [
        folder.write("small-reader", made, tmp_path / name, tmp_path / "ranges.json")
        for name in ("one", "two")
    ]
    assert cards[0] == cards[1]
    for name in ("model.onnx", "tokenizer.json", "card.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert json.loads((tmp_path / "one" / "tokenizer.json").read_text(encoding="utf-8")) == {
        "truncation": None,
        "padding": None,
        "model": {},
        "added_tokens": [],
    }


def test_a_new_export_keeps_the_scores_of_the_same_model(tmp_path: Path) -> None:
    made = source(tmp_path / "source")
    ranges.save(tmp_path / "ranges.json", folder.sha256_of(made / "model.safetensors"), measured())
    folder.write("small-reader", made, tmp_path / "out", tmp_path / "ranges.json")
    card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8")) | {"scores": {"f1": 80.4}}
    (tmp_path / "out" / "card.json").write_text(json.dumps(card), encoding="utf-8")
    assert folder.write("small-reader", made, tmp_path / "out", tmp_path / "ranges.json").scores == {
        "f1": 80.4
    }
    config = json.loads((made / "config.json").read_text(encoding="utf-8"))
    (made / "config.json").write_text(json.dumps(config | {"length_cost": 0.15}), encoding="utf-8")
    dearer = folder.write("small-reader", made, tmp_path / "out", tmp_path / "ranges.json")
    assert (dearer.length_cost, dearer.scores) == (0.15, None)
    (made / "config.json").write_text(json.dumps(config | {"length_cost": None}), encoding="utf-8")
    with pytest.raises(ModelDamaged, match="length_cost is None, expected a number from 0 up"):
        folder.write("small-reader", made, tmp_path / "out", tmp_path / "ranges.json")
    assert folder.ModelCard.load(tmp_path / "out") == dearer


def test_what_does_not_belong_together_is_refused(tmp_path: Path) -> None:
    made = source(tmp_path / "source")
    with pytest.raises(ModelMissing, match="there are no ranges for the small-reader"):
        folder.write("small-reader", made, tmp_path / "out", tmp_path / "ranges.json")
    ranges.save(tmp_path / "ranges.json", "0" * 64, measured())
    with pytest.raises(ModelDamaged, match="measured on weights 0000"):
        folder.write("small-reader", made, tmp_path / "out", tmp_path / "ranges.json")
    with pytest.raises(ModelDamaged, match=f"expected {sources.ENCODER_SHA256}"):
        folder.write("encoder", made, tmp_path / "out", tmp_path / "ranges.json")
    with pytest.raises(ModelMissing, match="there are no weights"):
        sources.load(tmp_path)


def test_the_command_reports_errors_with_a_hint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["small-reader", "--source", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.startswith(
        f"error: {tmp_path / 'model.safetensors'}: there are no weights\nhint:"
    )


# --- MPNet ------------------------------------------------------------------------------------------------


def test_the_graph_of_mpnet_is_the_network_that_is_trained(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs the extra hf")
    from nutgraf.models.training.architectures import load_network
    from tests.tiny import write_mpnet

    network = load_network(write_mpnet(tmp_path / "base", max_position_embeddings=300)).eval()
    network.save(tmp_path / "reader", tmp_path / "base")
    weights = sources.load(tmp_path / "reader")
    ids = np.random.default_rng(2).integers(1000, 30000, (2, 290))
    with torch.inference_mode():
        tensor = torch.from_numpy(ids)
        mask = torch.ones_like(tensor, dtype=torch.bool)
        sides = load_network(tmp_path / "reader")(tensor, tensor * 0, mask)
    plain = transformer.reader(weights, Plain())
    assert [entry.name for entry in plain.graph.input] == ["ids"]
    np.testing.assert_allclose(run(plain, {"ids": ids}), np.stack(sides, axis=-1), atol=2e-3)
    limits = ranges.measure(transformer.reader(weights, Plain()), [{"ids": ids}], weights.layers)
    static = run(transformer.reader(weights, Static(limits, rare=4)), {"ids": ids})
    assert np.corrcoef(static.ravel(), np.stack(sides, axis=-1).ravel())[0, 1] > 0.99


def test_the_buckets_of_distances_are_those_of_training() -> None:
    pytest.importorskip("torch", reason="training needs the extra hf")
    from nutgraf.models.training.mpnet import relative_buckets

    at = np.arange(512)
    expected = relative_buckets(512, 32).numpy()
    assert (mpnet.buckets(at[None, :] - at[:, None], 32) == expected).all()


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    made = source(tmp_path / "source")
    config = json.loads((made / "config.json").read_text(encoding="utf-8"))
    (made / "config.json").write_text(json.dumps(config | {"model_type": "t5"}), encoding="utf-8")
    with pytest.raises(ModelDamaged, match="model_type is 't5' with 'gelu', expected 'bert' or 'mpnet'"):
        sources.load(made)


# --- files beside the graph -------------------------------------------------------------------------------


def test_a_large_graph_keeps_its_matrices_in_a_file_beside_it(tmp_path: Path) -> None:
    graph = transformer.reader(tiny(), Plain())
    feed = {"ids": IDS, "types": IDS * 0}
    whole, size = run(graph, feed), graph.ByteSize()
    data = external.write(graph, tmp_path / "model.onnx.data", limit=size - 1)
    assert graph.ByteSize() + data.size_bytes < size + 4096 * len(graph.graph.initializer)
    assert graph.ByteSize() < size / 2
    (tmp_path / "model.onnx").write_bytes(graph.SerializeToString())
    np.testing.assert_array_equal(open_graph(tmp_path / "model.onnx").run(None, feed)[0], whole)
    assert {prop.key: prop.value for prop in graph.metadata_props} == {"external_sha256": data.sha256}


def test_a_small_graph_has_no_file_beside_it(tmp_path: Path) -> None:
    graph = transformer.reader(tiny(), Plain())
    (tmp_path / "model.onnx.data").write_bytes(b"of a larger model")
    assert external.write(graph, tmp_path / "model.onnx.data") == external.ExternalData()
    assert not (tmp_path / "model.onnx.data").exists()
    assert not graph.metadata_props


# --- back to weights --------------------------------------------------------------------------------------


def test_an_int8_reader_is_unpacked_to_weights_that_compute_the_same(tmp_path: Path) -> None:
    made = source(tmp_path / "source")
    (made / "tokenizer_config.json").write_text("{}", encoding="utf-8")
    feed = {"ids": IDS, "types": (np.arange(11) > 4).astype(np.int64)[None].repeat(3, axis=0)}
    limits = ranges.measure(transformer.reader(tiny(), Plain()), [feed], LAYERS)
    ranges.save(tmp_path / "ranges.json", folder.sha256_of(made / "model.safetensors"), limits)
    folder.write("small-reader", made, tmp_path / "int8", tmp_path / "ranges.json")
    unpack(tmp_path / "int8", made, tmp_path / "out")
    int8 = run(onnx.load(tmp_path / "int8" / "model.onnx"), feed)
    unpacked = run(transformer.reader(sources.load(tmp_path / "out"), Plain()), feed)
    original = run(transformer.reader(tiny(), Plain()), feed)
    assert np.abs(unpacked - int8).max() < 0.05 * np.abs(original).max()
    assert np.corrcoef(unpacked.ravel(), original.ravel())[0, 1] > 0.999
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
    }


def test_a_graph_of_another_form_is_not_unpacked(tmp_path: Path) -> None:
    made = source(tmp_path / "source")
    card = {"kind": "reader", "id": "a/b", "revision": "", "sha256": "", "size_bytes": 0, "dim": HIDDEN}
    card |= {"max_tokens": 16, "licence": "", "base": "", "data": ""}
    (tmp_path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    (tmp_path / "model.onnx").write_bytes(transformer.reader(tiny(), Plain()).SerializeToString())
    with pytest.raises(ModelDamaged, match=r"the graph has no 'words\.scales', expected a BERT in int8"):
        unpack(tmp_path, made, tmp_path / "out")
