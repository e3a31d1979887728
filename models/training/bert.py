"""BERT as a torch module, with the weights' names of transformers."""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from nutgraf.models.training.network import SpanNetwork, normed, self_attention


class BertAttention(nn.Module):
    """Multi-head self-attention with output projection, residual sum and norm (Vaswani et al. 2017)."""

    def __init__(self, width: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.self = nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")})
        self.output = normed(width, width, epsilon)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Take x (n, s, width) and mask (n, 1, 1, s), 0 or a large negative number."""
        mixed = self_attention(
            self.self["query"](x), self.self["key"](x), self.self["value"](x), mask, self.heads
        )
        return cast(Tensor, self.output["LayerNorm"](self.output["dense"](mixed) + x))


class BertLayer(nn.Module):
    """Attention and a feed-forward block, each followed by a residual sum and a norm."""

    def __init__(self, width: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.attention = BertAttention(width, heads, epsilon)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.output = normed(inner, width, epsilon)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Take x (n, s, width) and mask (n, 1, 1, s); return (n, s, width)."""
        x = self.attention(x, mask)
        inner = functional.gelu(self.intermediate["dense"](x))
        return cast(Tensor, self.output["LayerNorm"](self.output["dense"](inner) + x))


class BertNetwork(SpanNetwork):
    """BERT with a span head; segment ids (`types`) tell question and context apart."""

    prefix = "bert"
    architecture = "BertForQuestionAnswering"

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        width, epsilon = config["hidden_size"], config["layer_norm_eps"]
        sizes = width, config["num_attention_heads"], config["intermediate_size"], epsilon
        embeddings: dict[str, nn.Module] = {
            f"{name}_embeddings": nn.Embedding(count, width)
            for name, count in (
                ("word", config["vocab_size"]),
                ("position", config["max_position_embeddings"]),
                ("token_type", config["type_vocab_size"]),
            )
        }
        self.bert = nn.ModuleDict(
            {
                "embeddings": nn.ModuleDict(embeddings | {"LayerNorm": nn.LayerNorm(width, epsilon)}),
                "encoder": nn.ModuleDict(
                    {"layer": nn.ModuleList(BertLayer(*sizes) for _ in range(config["num_hidden_layers"]))}
                ),
            }
        )

    @property
    def max_tokens(self) -> int:
        """The tokens of the longest window for which there are positions."""
        return int(self.config["max_position_embeddings"])

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Return the last layer's states (n, s, width)."""
        embeddings = self.bert["embeddings"]
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = self.autocast(
            embeddings["LayerNorm"](
                embeddings["word_embeddings"](ids)
                + embeddings["position_embeddings"](positions)
                + embeddings["token_type_embeddings"](types)
            )
        )
        keep = torch.zeros(mask.shape, device=ids.device).masked_fill(~mask, -1e4)[:, None, None, :]
        for layer in self.bert["encoder"]["layer"]:
            x = layer(x, keep)
        return x
