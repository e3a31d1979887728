"""Writes a transformer as a graph: BERT (Devlin et al. 2018, arXiv 1810.04805) or MPNet (`mpnet.py`).

The inputs are `ids` int64 (n, s) and, for a reader with segments, `types` int64 (n, s). All rows of a batch
have the same length, so there is no mask. An encoder's output is `vectors` float32 (n, hidden), a reader's is
`logits` float32 (n, s, 2). Matrices may be in any form (`forms.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import onnx
from numpy.typing import NDArray

from nutgraf.models.export.graph import Graph

Array = NDArray[np.float32]


class Norm(NamedTuple):
    """A layer normalisation: gain and bias, float32 (hidden,), and what is added to the variance."""

    gamma: Array
    beta: Array
    epsilon: float


@dataclass(frozen=True, slots=True)
class TransformerWeights:
    """Weights in float32 by BERT's published names, without the prefix "bert."; matrices are (out, in).

    `bias_by_distance`, float32 (heads, 2 p - 1) for p positions, is what attention adds to the score of the
    token at position k for the token at position q, in column p - 1 + k - q; BERT has none.
    """

    arrays: Mapping[str, Array]
    layers: int
    heads: int
    epsilon: float
    bias_by_distance: Array | None = None

    def dense(self, name: str) -> tuple[Array, Array]:
        """Return a dense layer's matrix (out, in) and bias (out)."""
        return self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"]

    def norm(self, name: str) -> Norm:
        """Return a layer normalisation."""
        return Norm(*self.dense(name), self.epsilon)

    @property
    def has_types(self) -> bool:
        """Whether tokens are told apart by the segment that they are in."""
        return _TYPES in self.arrays

    @property
    def positions(self) -> int:
        """The tokens of the longest text that it can read."""
        return len(self.arrays[_POSITIONS])


_TYPES = "embeddings.token_type_embeddings.weight"
_POSITIONS = "embeddings.position_embeddings.weight"


class GraphForm(Protocol):
    """How the numbers of a graph are kept: the seam between a transformer's arithmetic and quantisation."""

    def table(self, graph: Graph, name: str, rows: Array) -> str:
        """Add the word embeddings looked up by `ids`; float32 (n, s, hidden)."""

    def norm(self, graph: Graph, name: str, value: str, norm: Norm) -> tuple[str, str]:
        """Add a layer normalisation; return its name in float32, and its name in the form `linear` takes."""

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Add the float32 result of `value @ weight.T + bias`; `norm` or `inner` has prepared the value."""

    def inner(self, graph: Graph, name: str, value: str) -> str:
        """Prepare a float32 value for `linear` that does not come from `norm`."""

    def values(self, name: str, weight: Array, bias: Array) -> tuple[Array, Array]:
        """Return the attention's value projection, changed so that `inner` can take its result."""


def encoder(weights: TransformerWeights, form: GraphForm) -> onnx.ModelProto:
    """Build the encoder's graph: the mean of the last states, scaled to length 1."""
    graph = Graph()
    states = _transformer(graph, weights, form, types=None)
    axis = graph.constant("axis", np.array([1], dtype=np.int64))
    mean = graph.node("ReduceMean", [states, axis], "mean", keepdims=0)
    graph.node("LpNormalization", [mean], "vectors", axis=-1, p=2)
    hidden = weights.arrays["embeddings.LayerNorm.weight"].shape[0]
    return graph.model({"ids": ["n", "s"]}, {"vectors": ["n", hidden]})


def reader(weights: TransformerWeights, form: GraphForm) -> onnx.ModelProto:
    """Build the reader's graph: a start and an end logit for every token. Its head stays in float32."""
    graph = Graph()
    types = "types" if weights.has_types else None
    states = _transformer(graph, weights, form, types=types)
    weight, bias = weights.dense("qa_outputs")
    head = graph.node("MatMul", [states, graph.constant("head.weight", weight.T)], "head")
    graph.node("Add", [head, graph.constant("head.bias", bias)], "logits")
    inputs: dict[str, list[str | int]] = {name: ["n", "s"] for name in ("ids", types) if name}
    return graph.model(inputs, {"logits": ["n", "s", 2]})


def _transformer(graph: Graph, weights: TransformerWeights, form: GraphForm, types: str | None) -> str:
    """Add the embeddings and the layers; return the name of the last states, float32 (n, s, hidden)."""
    length = graph.node("Shape", ["ids"], "length", start=1, end=2)
    embedded = _embeddings(graph, weights, form, types, length)
    bias = _attention_bias(graph, weights.bias_by_distance, length)
    state, prepared = form.norm(graph, "embeddings.norm", embedded, weights.norm("embeddings.LayerNorm"))
    for index in range(weights.layers):
        state, prepared = _layer(graph, weights, form, index, (state, prepared), bias)
    return state


def _embeddings(
    graph: Graph, weights: TransformerWeights, form: GraphForm, types: str | None, length: str
) -> str:
    """Add word, position and type embeddings. Positions are kept in float16: 1 % of the file."""
    words = form.table(graph, "words", weights.arrays["embeddings.word_embeddings.weight"])
    positions = weights.arrays[_POSITIONS]
    if types is not None:
        kind = graph.node(
            "Gather", [graph.constant("types.table", weights.arrays[_TYPES]), types], "types.rows"
        )
        words = graph.node("Add", [words, kind], "words.typed")
    elif weights.has_types:  # a single text has type 0 throughout
        positions = positions + weights.arrays[_TYPES][0]
    starts = graph.constant("first", np.array([0], dtype=np.int64))
    table = graph.constant("positions", positions.astype(np.float16))
    rows = graph.node("Slice", [table, starts, length], "positions.half")
    return graph.node("Add", [words, graph.node("Cast", [rows], "positions.rows", to=1)], "embeddings")


def _attention_bias(graph: Graph, by_distance: Array | None, length: str) -> str:
    """Add what attention adds to its scores, float32 (1, heads, s, s); all layers share it.

    Returns an empty name where there is none.
    """
    if by_distance is None:
        return ""
    zero, one = graph.scalar(0, np.int64), graph.scalar(1, np.int64)
    end = graph.node("Squeeze", [length], "length.scalar")
    positions = graph.node("Range", [zero, end, one], "positions.range")
    keys = graph.node("Add", [positions, graph.scalar(by_distance.shape[1] // 2, np.int64)], "distance.keys")
    queries = graph.node(
        "Unsqueeze", [positions, graph.constant("axis.last", np.array([1]))], "distance.queries"
    )
    columns = graph.node("Sub", [keys, queries], "distance")
    bias = graph.node("Gather", [graph.constant("distance.bias", by_distance), columns], "bias.heads", axis=1)
    return graph.node("Unsqueeze", [bias, graph.constant("axis.first", np.array([0]))], "bias")


def _layer(
    graph: Graph, weights: TransformerWeights, form: GraphForm, index: int, state: tuple[str, str], bias: str
) -> tuple[str, str]:
    """Add one layer: attention and a feed-forward block, each with a residual sum and a normalisation."""
    source, name = f"encoder.layer.{index}", f"layer{index}"
    stream, prepared = state
    attention = f"{source}.attention"
    query = form.linear(graph, f"{name}.query", prepared, *weights.dense(f"{attention}.self.query"))
    key = form.linear(graph, f"{name}.key", prepared, *weights.dense(f"{attention}.self.key"))
    projection = form.values(f"{name}.mixed", *weights.dense(f"{attention}.self.value"))
    value = form.linear(graph, f"{name}.value", prepared, *projection)
    inputs = [query, key, value, "", "", bias]  # it could have biases of the projections and a mask, too
    mixed = graph.fused("MultiHeadAttention", inputs, f"{name}.mixed", num_heads=weights.heads)
    mixed = form.inner(graph, f"{name}.mixed", mixed)
    out = form.linear(graph, f"{name}.attended", mixed, *weights.dense(f"{attention}.output.dense"))
    total = graph.node("Add", [out, stream], f"{name}.sum1")
    stream, prepared = form.norm(graph, f"{name}.norm1", total, weights.norm(f"{attention}.output.LayerNorm"))
    wide = form.linear(graph, f"{name}.wide", prepared, *weights.dense(f"{source}.intermediate.dense"))
    active = form.inner(graph, f"{name}.active", graph.node("Gelu", [wide], f"{name}.active"))
    out = form.linear(graph, f"{name}.narrow", active, *weights.dense(f"{source}.output.dense"))
    total = graph.node("Add", [out, stream], f"{name}.sum2")
    return form.norm(graph, f"{name}.norm2", total, weights.norm(f"{source}.output.LayerNorm"))
