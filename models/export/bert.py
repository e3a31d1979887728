"""Writes BERT as a graph: the arithmetic of Devlin et al. 2018 (arXiv 1810.04805), for matrices in any form.

The inputs are `ids` int64 (n, s) and, for a reader, `types` int64 (n, s). All rows of a batch have the same
length, so there is no mask. An encoder's output is `vectors` float32 (n, hidden), a reader's is `logits`
float32 (n, s, 2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import onnx
from numpy.typing import NDArray

from nutgraf.models.export.graph import Graph

EPSILON = 1e-12  # BERT's published layer_norm_eps
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BertWeights:
    """Weights in float32 by their published names, without the prefix "bert."; matrices are (out, in)."""

    arrays: Mapping[str, Array]
    layers: int
    heads: int

    def dense(self, name: str) -> tuple[Array, Array]:
        """Return a dense layer's matrix (out, in) and bias (out)."""
        return self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"]


class GraphForm(Protocol):
    """How the numbers of a graph are kept: the seam between BERT's arithmetic and quantisation."""

    def table(self, graph: Graph, name: str, rows: Array) -> str:
        """Add the word embeddings looked up by `ids`; float32 (n, s, hidden)."""

    def norm(self, graph: Graph, name: str, value: str, gamma: Array, beta: Array) -> tuple[str, str]:
        """Add a layer normalisation; return its name in float32, and its name in the form `linear` takes."""

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Add the float32 result of `value @ weight.T + bias`; `norm` or `inner` has prepared the value."""

    def inner(self, graph: Graph, name: str, value: str) -> str:
        """Prepare a float32 value for `linear` that does not come from `norm`."""

    def values(self, name: str, weight: Array, bias: Array) -> tuple[Array, Array]:
        """Return the attention's value projection, changed so that `inner` can take its result."""


def encoder(bert: BertWeights, form: GraphForm) -> onnx.ModelProto:
    """Build the encoder's graph: the mean of the last states, scaled to length 1."""
    graph = Graph()
    states = _transformer(graph, bert, form, types=None)
    axis = graph.constant("axis", np.array([1], dtype=np.int64))
    mean = graph.node("ReduceMean", [states, axis], "mean", keepdims=0)
    graph.node("LpNormalization", [mean], "vectors", axis=-1, p=2)
    hidden = bert.arrays["embeddings.LayerNorm.weight"].shape[0]
    return graph.model({"ids": ["n", "s"]}, {"vectors": ["n", hidden]})


def reader(bert: BertWeights, form: GraphForm) -> onnx.ModelProto:
    """Build the reader's graph: a start and an end logit for every token. Its head stays in float32."""
    graph = Graph()
    states = _transformer(graph, bert, form, types="types")
    weight, bias = bert.dense("qa_outputs")
    head = graph.node("MatMul", [states, graph.constant("head.weight", weight.T)], "head")
    graph.node("Add", [head, graph.constant("head.bias", bias)], "logits")
    return graph.model({"ids": ["n", "s"], "types": ["n", "s"]}, {"logits": ["n", "s", 2]})


def _transformer(graph: Graph, bert: BertWeights, form: GraphForm, types: str | None) -> str:
    """Add the embeddings and the layers; return the name of the last states, float32 (n, s, hidden)."""
    embedded = _embeddings(graph, bert, form, types)
    state, prepared = form.norm(graph, "embeddings.norm", embedded, *bert.dense("embeddings.LayerNorm"))
    for index in range(bert.layers):
        state, prepared = _layer(graph, bert, form, index, (state, prepared))
    return state


def _embeddings(graph: Graph, bert: BertWeights, form: GraphForm, types: str | None) -> str:
    """Add word, position and type embeddings. Positions are kept in float16: 1 % of the file."""
    words = form.table(graph, "words", bert.arrays["embeddings.word_embeddings.weight"])
    positions = bert.arrays["embeddings.position_embeddings.weight"]
    kinds = bert.arrays["embeddings.token_type_embeddings.weight"]
    if types is None:  # a single text has type 0 throughout
        positions = positions + kinds[0]
    else:
        kind = graph.node("Gather", [graph.constant("types.table", kinds), types], "types.rows")
        words = graph.node("Add", [words, kind], "words.typed")
    ends = graph.node("Shape", ["ids"], "length", start=1, end=2)
    starts = graph.constant("first", np.array([0], dtype=np.int64))
    table = graph.constant("positions", positions.astype(np.float16))
    rows = graph.node("Slice", [table, starts, ends], "positions.half")
    return graph.node("Add", [words, graph.node("Cast", [rows], "positions.rows", to=1)], "embeddings")


def _layer(
    graph: Graph, bert: BertWeights, form: GraphForm, index: int, state: tuple[str, str]
) -> tuple[str, str]:
    """Add one layer: attention and a feed-forward block, each with a residual sum and a normalisation."""
    source, name = f"encoder.layer.{index}", f"layer{index}"
    stream, prepared = state
    attention = f"{source}.attention"
    query = form.linear(graph, f"{name}.query", prepared, *bert.dense(f"{attention}.self.query"))
    key = form.linear(graph, f"{name}.key", prepared, *bert.dense(f"{attention}.self.key"))
    projection = form.values(f"{name}.mixed", *bert.dense(f"{attention}.self.value"))
    value = form.linear(graph, f"{name}.value", prepared, *projection)
    mixed = graph.fused("MultiHeadAttention", [query, key, value], f"{name}.mixed", num_heads=bert.heads)
    mixed = form.inner(graph, f"{name}.mixed", mixed)
    out = form.linear(graph, f"{name}.attended", mixed, *bert.dense(f"{attention}.output.dense"))
    total = graph.node("Add", [out, stream], f"{name}.sum1")
    stream, prepared = form.norm(graph, f"{name}.norm1", total, *bert.dense(f"{attention}.output.LayerNorm"))
    wide = form.linear(graph, f"{name}.wide", prepared, *bert.dense(f"{source}.intermediate.dense"))
    active = form.inner(graph, f"{name}.active", graph.node("Gelu", [wide], f"{name}.active"))
    out = form.linear(graph, f"{name}.narrow", active, *bert.dense(f"{source}.output.dense"))
    total = graph.node("Add", [out, stream], f"{name}.sum2")
    return form.norm(graph, f"{name}.norm2", total, *bert.dense(f"{source}.output.LayerNorm"))
