"""Gives the weights of MPNet (Song et al. 2020, arXiv 2004.09297) the names of BERT's, for the same graph.

Its layers are BERT's, but for a bias of the attention that depends on the distance of two tokens and is the
same in all layers. There are no segments, and positions begin after that of the padding token.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.export.transformer import Array, TransformerWeights

FIRST_POSITION = 2  # in transformers, position 1 is that of the padding token
_MAX_DISTANCE = 128  # in transformers, all tokens at this distance or farther share a bucket

_BERT_NAMES = {
    ".attention.attn.q.": ".attention.self.query.",
    ".attention.attn.k.": ".attention.self.key.",
    ".attention.attn.v.": ".attention.self.value.",
    ".attention.attn.o.": ".attention.output.dense.",
    ".attention.LayerNorm.": ".attention.output.LayerNorm.",
}
_POSITIONS = "embeddings.position_embeddings.weight"
_BIAS = "encoder.relative_attention_bias.weight"


def weights(arrays: Mapping[str, Array], config: Mapping[str, Any]) -> TransformerWeights:
    """Return the weights, whose names lack the prefix "mpnet.", by BERT's names."""
    named = {_bert_name(name): array for name, array in arrays.items() if name != _BIAS}
    named[_POSITIONS] = arrays[_POSITIONS][FIRST_POSITION:]
    count = len(named[_POSITIONS])
    distances = np.arange(-count + 1, count)
    return TransformerWeights(
        named,
        config["num_hidden_layers"],
        config["num_attention_heads"],
        config["layer_norm_eps"],
        np.ascontiguousarray(arrays[_BIAS][buckets(distances, config["relative_attention_num_buckets"])].T),
    )


def buckets(distances: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return the bucket of each distance from a token to another one, which is negative for one before it.

    Half of the `count` buckets are for tokens before, half for tokens after. Each near distance has its own
    bucket; far distances share buckets by their logarithm (Raffel et al. 2020, arXiv 1910.10683).
    """
    half = count // 2
    exact = half // 2
    far = np.abs(distances)
    # float32, as in torch: at the edge of a bucket a logarithm of more digits would choose another one
    growth = np.log(np.maximum(far, 1).astype(np.float32) / exact) / np.float32(np.log(_MAX_DISTANCE / exact))
    shared = np.minimum(exact + (growth * np.float32(half - exact)).astype(np.int64), half - 1)
    return (distances > 0) * half + np.where(far < exact, far, shared)


def _bert_name(name: str) -> str:
    for ours, theirs in _BERT_NAMES.items():
        name = name.replace(ours, theirs)
    return name
