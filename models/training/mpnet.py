"""MPNet (Song et al. 2020, arXiv 2004.09297) as a torch module, with the weights' names of transformers.

It differs from BERT in three ways. Attention adds a bias that depends on the relative position and is the
same in all layers. Positions begin after that of the padding token. There are no segment ids; instead, two
separators stand between question and context.
"""

import math
from functools import cache
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from nutgraf.models.training.network import SpanNetwork, normed, self_attention

_FIRST_POSITION = 2  # in transformers, position 1 is that of the padding token
_MAX_DISTANCE = 128  # in transformers, all tokens at this distance or farther share a bucket


class MPNetAttention(nn.Module):
    """Multi-head self-attention with output projection, residual sum and norm."""

    def __init__(self, width: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.attn = nn.ModuleDict({name: nn.Linear(width, width) for name in ("q", "k", "v", "o")})
        self.LayerNorm = nn.LayerNorm(width, epsilon)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Take x (n, s, width) and bias (n, heads, s, s), which holds relative positions and the mask."""
        mixed = self_attention(self.attn["q"](x), self.attn["k"](x), self.attn["v"](x), bias, self.heads)
        return cast(Tensor, self.LayerNorm(self.attn["o"](mixed) + x))


class MPNetLayer(nn.Module):
    """Attention and a feed-forward block, each followed by a residual sum and a norm."""

    def __init__(self, width: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.attention = MPNetAttention(width, heads, epsilon)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.output = normed(inner, width, epsilon)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Take x (n, s, width) and bias (n, heads, s, s); return (n, s, width)."""
        x = self.attention(x, bias)
        inner = functional.gelu(self.intermediate["dense"](x))
        return cast(Tensor, self.output["LayerNorm"](self.output["dense"](inner) + x))


class MPNetNetwork(SpanNetwork):
    """MPNet with a span head."""

    prefix = "mpnet"
    architecture = "MPNetForQuestionAnswering"

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        width, epsilon = config["hidden_size"], config["layer_norm_eps"]
        heads, self._buckets = config["num_attention_heads"], config["relative_attention_num_buckets"]
        sizes = width, heads, config["intermediate_size"], epsilon
        embeddings: dict[str, nn.Module] = {
            "word_embeddings": nn.Embedding(config["vocab_size"], width),
            "position_embeddings": nn.Embedding(config["max_position_embeddings"], width),
            "LayerNorm": nn.LayerNorm(width, epsilon),
        }
        encoder: dict[str, nn.Module] = {
            "layer": nn.ModuleList(MPNetLayer(*sizes) for _ in range(config["num_hidden_layers"])),
            "relative_attention_bias": nn.Embedding(self._buckets, heads),
        }
        self.mpnet = nn.ModuleDict(
            {"embeddings": nn.ModuleDict(embeddings), "encoder": nn.ModuleDict(encoder)}
        )

    @property
    def max_tokens(self) -> int:
        """The tokens of the longest window for which there are positions."""
        return int(self.config["max_position_embeddings"]) - _FIRST_POSITION

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG002 - it has no segments
        """Return the last layer's states (n, s, width)."""
        embeddings, encoder = self.mpnet["embeddings"], self.mpnet["encoder"]
        length = ids.shape[1]
        positions = torch.arange(_FIRST_POSITION, length + _FIRST_POSITION, device=ids.device)
        x = embeddings["word_embeddings"](ids) + embeddings["position_embeddings"](positions)
        x = self.autocast(embeddings["LayerNorm"](x))
        buckets = _buckets_on(length, self._buckets, ids.device)
        bias = encoder["relative_attention_bias"](buckets).permute(2, 0, 1)[None]
        keep = torch.zeros(mask.shape, device=ids.device).masked_fill(~mask, -1e4)[:, None, None, :]
        bias = (bias + keep).to(x.dtype)
        for layer in encoder["layer"]:
            x = layer(x, bias)
        return x


@cache
def _buckets_on(length: int, count: int, device: torch.device) -> Tensor:
    """Return `relative_buckets` on the device; batches have few lengths, so that few tensors are kept."""
    # A tensor made in inference mode could not take part in a later training step.
    with torch.inference_mode(mode=False):
        return relative_buckets(length, count).to(device)


def relative_buckets(length: int, count: int) -> Tensor:
    """Return int64 (length, length): the bucket of the distance from each token to each other token.

    Half of the buckets are for tokens before, half for tokens after. Each near distance has its own bucket;
    far distances share buckets by their logarithm (Raffel et al. 2020, arXiv 1910.10683).
    """
    at = torch.arange(length)
    back = at[:, None] - at[None, :]
    half = count // 2
    exact = half // 2
    distance = back.abs()
    growth = torch.log(distance.clamp(min=1).float() / exact) / math.log(_MAX_DISTANCE / exact)
    far = (exact + (growth * (half - exact)).long()).clamp(max=half - 1)
    return (back < 0).long() * half + torch.where(distance < exact, distance, far)
