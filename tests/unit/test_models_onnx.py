"""The shipped engine: canonical values, order, limits, hostile input. No torch."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from nutgraf import models
from nutgraf.models.errors import ModelError
from nutgraf.models.onnx import OnnxEncoder, OnnxReader, open_graph
from nutgraf.models.spans import best_spans

CONTEXT = (
    "Beijing 🎉 said on Monday that China agreed to lift sanctions on Australian wine, "
    "le café\u0301 reported."
)
HOSTILE = [
    "",
    " ",
    "\0",
    "\ud800",
    "e\u0301" * 300,
    "習近平" * 200,
    "🎉" * 400,
    "a" * 5000,
    "\u202ertl",
    "x\n" * 900,
]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder(models.shipped("encoder"), threads=2)


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader(models.shipped("small-reader"), threads=2)


CANONICAL = {
    "China agreed to lift sanctions on Australian wine.": [-0.0377, 0.0491, 0.0531, 0.0607, 0.0052],
    "The Fed raised its benchmark interest rate by three-quarters of a percentage point.": [
        0.0301,
        -0.0493,
        -0.0822,
        0.0465,
        0.0829,
    ],
    "Qu'a dit le président 🎉 ?": [-0.1244, 0.0301, 0.073, -0.0585, -0.0017],
}


@pytest.mark.parametrize("text", CANONICAL)
def test_canonical_vectors(encoder: OnnxEncoder, text: str) -> None:
    [vector] = encoder.encode([text])
    # Another processor sums in another order; a code that tips over by that moves a component by some 0.002.
    assert vector[:5].tolist() == pytest.approx(CANONICAL[text], abs=6e-3)


def test_vectors_are_unit_rows_in_the_input_s_order(encoder: OnnxEncoder) -> None:
    texts = [
        "China agreed to lift sanctions.",
        "Short.",
        "The Fed raised its rate again on Wednesday. " * 5,
        "Short.",
    ]
    vectors = encoder.encode(texts)
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    for row, text in zip(vectors, texts, strict=True):
        assert row == pytest.approx(encoder.encode([text])[0], abs=1e-6)
    assert encoder.encode([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_its_batch(encoder: OnnxEncoder) -> None:
    alone = encoder.encode(["The vote is on Friday."])[0]
    mates = [f"The {word} is on Monday." for word in ("game", "talk", "case", "film", "race")]
    together = encoder.encode([*mates, "The vote is on Friday."])[-1]
    assert np.abs(alone - together).max() < 1e-6


def test_a_text_is_cut_at_max_tokens(encoder: OnnxEncoder) -> None:
    long, longer = encoder.encode(["news " * 254, "news " * 254 + "about football"])
    assert np.array_equal(long, longer)
    shorter = encoder.encode(["news " * 253 + "football"])[0]
    assert float(long @ shorter) < 0.9999


def test_meaning_is_ordered(encoder: OnnxEncoder) -> None:
    query, near, far = encoder.encode(
        [
            "Who raised interest rates?",
            "The central bank increased its benchmark rate.",
            "The team won the cup final.",
        ]
    )
    assert float(query @ near) > float(query @ far) + 0.3


def test_hostile_texts_have_finite_vectors(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(HOSTILE)
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_token_spans_are_neither_cut_nor_framed(encoder: OnnxEncoder) -> None:
    long, empty = encoder.token_spans(["news " * 400, ""])
    assert long.shape == (400, 2)
    assert long[[0, -1]].tolist() == [[0, 4], [1995, 1999]]
    assert empty.shape == (0, 2)


def test_the_reader_finds_a_span(reader: OnnxReader) -> None:
    [window] = reader.read([("What did China agree to do?", CONTEXT)])
    [best] = best_spans(window.start, window.end, window.offsets, count=1)
    assert CONTEXT[best.start : best.end] == "lift sanctions on Australian wine"
    assert best.score == pytest.approx(BEST, abs=0.5)
    assert window.null == pytest.approx(NULL, abs=0.5)
    assert (window.start.dtype, window.end.dtype, window.offsets.dtype) == (np.float32, np.float32, np.int32)


BEST = 17.64
NULL = 8.74


def test_what_length_costs_is_in_the_logits(reader: OnnxReader, tmp_path: Path) -> None:
    """A span from token i to token j loses its card's cost j - i times, "no answer" nothing."""
    folder = tmp_path / "reader"
    shutil.copytree(models.shipped("small-reader"), folder)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    (folder / "card.json").write_text(json.dumps(card | {"length_cost": reader.card.length_cost + 0.25}))
    pair = ("What did China agree to do?", CONTEXT)
    [window], [dearer] = reader.read([pair]), OnnxReader(folder).read([pair])
    steps = np.arange(len(window.start))
    lower = (window.start[:, None] + window.end) - (dearer.start[:, None] + dearer.end)
    assert lower == pytest.approx(0.25 * (steps - steps[:, None]), abs=1e-4)
    assert dearer.null == window.null


def test_windows_come_back_in_order_and_alone_as_together(reader: OnnxReader) -> None:
    pairs = [
        ("What did China agree to lift?", CONTEXT * 3),
        ("When?", CONTEXT),
        ("", CONTEXT),
        ("When?", "On Monday."),
    ]
    for pair, window in zip(pairs, reader.read(pairs), strict=True):
        [alone] = reader.read([pair])
        assert window.offsets.tolist() == alone.offsets.tolist()
        assert window.start == pytest.approx(alone.start, abs=1e-4)
        assert window.null == pytest.approx(alone.null, abs=1e-4)
    assert reader.read([]) == []


def test_an_empty_context_has_a_null_and_no_tokens(reader: OnnxReader) -> None:
    [window] = reader.read([("Who?", "")])
    assert (window.start.shape, window.end.shape, window.offsets.shape) == ((0,), (0,), (0, 2))
    assert np.isfinite(window.null)


def test_what_is_too_long_is_cut(reader: OnnxReader) -> None:
    [window] = reader.read([("who " * 500, "news " * 900)])
    assert len(window.start) == 512 - 64 - 3
    assert window.offsets[-1].tolist() == [5 * 444, 5 * 444 + 4]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_contexts_keep_their_offsets(reader: OnnxReader, text: str) -> None:
    [window] = reader.read([(text, text)])
    assert len(window.start) == len(window.end) == len(window.offsets)
    assert np.isfinite(window.start).all()
    assert all(0 <= start <= end <= len(text) for start, end in window.offsets.tolist())


def test_threads_must_be_positive() -> None:
    with pytest.raises(ModelError, match="threads is 0, expected 1 or more"):
        OnnxEncoder(models.shipped("encoder"), threads=0)


def test_products_of_8_bits_are_exact_on_every_processor(tmp_path: Path) -> None:
    """The largest codes: without VNNI, sums of their products overflow the 16 bits that hold them."""
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    codes, weights = np.full((1, 64), 255, np.uint8), np.full((64, 32), 127, np.int8)
    constants = {"weights": weights, "scale": np.float32(1), "zero": np.uint8(0)}
    graph = onnx.helper.make_graph(
        [
            onnx.helper.make_node(
                "MatMulIntegerToFloat",
                ["codes", "weights", "scale", "scale", "zero"],
                ["sums"],
                domain="com.microsoft",
            )
        ],
        "products",
        [onnx.helper.make_tensor_value_info("codes", onnx.TensorProto.UINT8, codes.shape)],
        [onnx.helper.make_tensor_value_info("sums", onnx.TensorProto.FLOAT, (1, 32))],
        [onnx.numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    domains = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("com.microsoft", 1)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=domains, ir_version=8), tmp_path / "model.onnx")
    [sums] = open_graph(tmp_path / "model.onnx").run(None, {"codes": codes})
    assert sums.tolist() == [[255 * 127 * 64] * 32]
