"""The parts that both networks share: the span head, attention, and how weights are read and written.

The networks are written here, not taken from transformers: on a CPU, attention as plain products trains 1.7
times as fast as torch's fused attention (docs/log.md, 2026-11-22, "training the reader, first runs"). There
is no dropout, which took 40 % of a step on a CPU.
"""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, cast

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from nutgraf.models.errors import ModelError

_FILES = ("tokenizer.json", "tokenizer_config.json")


def half_precision(device: str) -> torch.autocast:
    """Return the context in which products are computed in bfloat16, if the device has instructions for it.

    A CPU without AVX-512 computes them many times more slowly than in float32, which is then taken.
    """
    is_fast = device != "cpu" or "AVX512" in torch.backends.cpu.get_cpu_capability()
    return torch.autocast(device, torch.bfloat16, enabled=is_fast)


class SpanNetwork(nn.Module):
    """A network that turns token ids into start and end logits.

    Its word embeddings are not trained: they are up to half of all parameters, and most of their words do not
    occur in the training data.
    """

    prefix: ClassVar[str]
    architecture: ClassVar[str]

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        self.config = config
        self.qa_outputs = nn.Linear(config["hidden_size"], 2)
        nn.init.normal_(self.qa_outputs.weight, std=0.02)
        nn.init.zeros_(self.qa_outputs.bias)

    @property
    def max_tokens(self) -> int:
        """The tokens of the longest window for which there are positions."""
        raise NotImplementedError

    def hidden(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """Return the last layer's states (n, s, width)."""
        raise NotImplementedError

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Take ids, types int64 (n, s) and mask bool (n, s); return start and end logits, float32 (n, s)."""
        x = self.hidden(ids, types, mask)
        # In bfloat16, logits near 16 would differ by steps of 0.06 at least.
        with torch.autocast(x.device.type, enabled=False):
            start, end = self.qa_outputs(x.float()).unbind(-1)
        return start, end

    @staticmethod
    def autocast(x: Tensor) -> Tensor:
        """Return x in the precision of products: that of autocast if it is enabled."""
        kind = x.device.type
        return x.to(torch.get_autocast_dtype(kind)) if torch.is_autocast_enabled(kind) else x

    def take(self, weights: dict[str, Tensor]) -> None:
        """Set the weights of this network. All of them must be there except those of the span head.

        Raises ModelError if a weight is missing, is of another shape, or belongs to another network.
        """
        ours = (f"{self.prefix}.", "qa_outputs.")
        named = {
            name if name.startswith(ours) else f"{self.prefix}.{name}": tensor.float()
            for name, tensor in weights.items()
            if tensor.is_floating_point() and "pooler" not in name
        }
        try:
            missing, unexpected = self.load_state_dict(named, strict=False)
        except RuntimeError as error:
            raise ModelError(f"these are no weights of this network: {error}") from error
        if unexpected or any(not name.startswith("qa_outputs.") for name in missing):
            raise ModelError(f"these are no weights of this network: {missing=}, {unexpected=}")
        words = cast(nn.ModuleDict, getattr(self, self.prefix)["embeddings"])["word_embeddings"]
        words.requires_grad_(requires_grad=False)

    def save(self, folder: Path, tokenizer: Path) -> None:
        """Write a folder that `AutoModelForQuestionAnswering` loads: float16 weights, config and tokenizer.

        The tokenizer's files are copied from the folder `tokenizer`.
        """
        config = self.config | {"architectures": [self.architecture]}
        save_folder(folder, self.state_dict(), config, tokenizer, _FILES)


def save_folder(
    folder: Path, weights: dict[str, Tensor], config: dict[str, Any], source: Path, files: Iterable[str]
) -> None:
    """Write weights in float16 and config.json to `folder`, with these files of the folder `source`.

    All is written to a new folder first, which then takes the place of an old one.
    """
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    halves = {name: tensor.detach().half().contiguous() for name, tensor in weights.items()}
    save_file(halves, new / "model.safetensors", metadata={"format": "pt"})
    text = json.dumps(config | {"dtype": "float16"}, indent=2) + "\n"
    (new / "config.json").write_text(text, encoding="utf-8")
    for name in files:
        (new / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(source / name, new / name)
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)


def normed(inner: int, width: int, epsilon: float) -> nn.ModuleDict:
    """Return the last product of a block and its norm."""
    return nn.ModuleDict({"dense": nn.Linear(inner, width), "LayerNorm": nn.LayerNorm(width, epsilon)})


def self_attention(query: Tensor, key: Tensor, value: Tensor, bias: Tensor, heads: int) -> Tensor:
    """Return (n, s, width): the values weighted by softmax(query * key / sqrt(width of a head) + bias).

    `bias` can be broadcast to (n, heads, s, s).
    """
    n, s, width = query.shape
    shape = (n, s, heads, width // heads)
    query, key, value = (part.view(shape).transpose(1, 2) for part in (query, key, value))
    scores = torch.matmul(query * (width // heads) ** -0.5, key.transpose(-1, -2)) + bias.to(query.dtype)
    return torch.matmul(torch.softmax(scores, -1), value).transpose(1, 2).reshape(n, s, width)
