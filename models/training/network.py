"""The reader as a torch module: BERT with a span head, its weights named as transformers names them.

Our own few lines, since on a CPU attention as plain products trains 1.7 times as fast as torch's fused one
(bfloat16, 192 tokens). Nothing drops out: dropout costs 40 % of a step there.
"""

import json
import shutil
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from models.cards import LENGTH_COST
from models.errors import ModelError

_FILES = ("tokenizer.json", "tokenizer_config.json")


class Attention(nn.Module):
    """Multi-head self-attention with its output projection, residual and norm (Vaswani et al. 2017)."""

    def __init__(self, width: int, heads: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.self = nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")})
        self.output = _output(width, width, epsilon)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Take x (n, s, width) and mask (n, 1, 1, s), 0 or a large negative number."""
        n, s, width = x.shape
        shape = (n, s, self.heads, width // self.heads)
        query, key, value = (
            self.self[name](x).view(shape).transpose(1, 2) for name in ("query", "key", "value")
        )
        scores = torch.matmul(query * (width // self.heads) ** -0.5, key.transpose(-1, -2)) + mask.to(
            query.dtype
        )
        mixed = torch.matmul(torch.softmax(scores, -1), value).transpose(1, 2).reshape(n, s, width)
        return cast(Tensor, self.output["LayerNorm"](self.output["dense"](mixed) + x))


class Layer(nn.Module):
    """Attention and a feed-forward block, each with residual and norm after it."""

    def __init__(self, width: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.attention = Attention(width, heads, epsilon)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.output = _output(inner, width, epsilon)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Take x (n, s, width) and mask (n, 1, 1, s); return (n, s, width)."""
        x = self.attention(x, mask)
        inner = functional.gelu(self.intermediate["dense"](x))
        return cast(Tensor, self.output["LayerNorm"](self.output["dense"](inner) + x))


def _output(inner: int, width: int, epsilon: float) -> nn.ModuleDict:
    return nn.ModuleDict({"dense": nn.Linear(inner, width), "LayerNorm": nn.LayerNorm(width, epsilon)})


class Reader(nn.Module):
    """Token ids to start and end logits."""

    def __init__(self, folder: Path, *, seed: int = 0) -> None:
        """Read the weights in `folder`, an encoder's or a reader's; a missing head is drawn at random.

        Word embeddings stay as they are: they hold half of all parameters, and few words of any training set.
        """
        super().__init__()
        torch.manual_seed(seed)
        self.config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.config.pop(LENGTH_COST, None)  # chosen for these weights, not for those to come
        width, epsilon = self.config["hidden_size"], self.config["layer_norm_eps"]
        sizes = width, self.config["num_attention_heads"], self.config["intermediate_size"], epsilon
        embeddings: dict[str, nn.Module] = {
            f"{name}_embeddings": nn.Embedding(count, width)
            for name, count in (
                ("word", self.config["vocab_size"]),
                ("position", self.config["max_position_embeddings"]),
                ("token_type", self.config["type_vocab_size"]),
            )
        }
        self.bert = nn.ModuleDict(
            {
                "embeddings": nn.ModuleDict(embeddings | {"LayerNorm": nn.LayerNorm(width, epsilon)}),
                "encoder": nn.ModuleDict(
                    {"layer": nn.ModuleList(Layer(*sizes) for _ in range(self.config["num_hidden_layers"]))}
                ),
            }
        )
        self.qa_outputs = nn.Linear(width, 2)
        nn.init.normal_(self.qa_outputs.weight, std=0.02)
        nn.init.zeros_(self.qa_outputs.bias)
        self._load(load_file(folder / "model.safetensors"))
        self.bert["embeddings"]["word_embeddings"].requires_grad_(requires_grad=False)

    def _load(self, weights: dict[str, Tensor]) -> None:
        """Take over every weight of ours that is there; all but the head's must be."""
        named = {
            name if name.startswith(("bert.", "qa_outputs.")) else f"bert.{name}": tensor.float()
            for name, tensor in weights.items()
            if tensor.is_floating_point() and "pooler" not in name
        }
        try:
            missing, unexpected = self.load_state_dict(named, strict=False)
        except RuntimeError as error:
            raise ModelError(f"these are no weights of this network: {error}") from error
        if unexpected or any(not name.startswith("qa_outputs.") for name in missing):
            raise ModelError(f"these are no weights of this network: {missing=}, {unexpected=}")

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Take ids, types int64 (n, s) and mask bool (n, s); return start and end logits, float32 (n, s)."""
        embeddings = self.bert["embeddings"]
        positions = torch.arange(ids.shape[1], device=ids.device)
        x = embeddings["LayerNorm"](
            embeddings["word_embeddings"](ids)
            + embeddings["position_embeddings"](positions)
            + embeddings["token_type_embeddings"](types)
        )
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        keep = torch.zeros(mask.shape, device=ids.device).masked_fill(~mask, -1e4)[:, None, None, :]
        for layer in self.bert["encoder"]["layer"]:
            x = layer(x, keep)
        # The products' bfloat16 would tell logits near 16 apart by steps of 0.06 only.
        with torch.autocast(x.device.type, enabled=False):
            start, end = self.qa_outputs(x.float()).unbind(-1)
        return start, end

    def save(self, folder: Path, tokenizer: Path) -> None:
        """Write float16 weights, config and tokenizer, for transformers' `AutoModelForQuestionAnswering`."""
        new = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        weights = {name: tensor.detach().half().contiguous() for name, tensor in self.state_dict().items()}
        save_file(weights, new / "model.safetensors", metadata={"format": "pt"})
        config = self.config | {"architectures": ["BertForQuestionAnswering"], "dtype": "float16"}
        (new / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        for name in _FILES:
            shutil.copyfile(tokenizer / name, new / name)
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
