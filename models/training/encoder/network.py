"""The encoder as a torch module: the mean of a network's last states, scaled to length 1."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from nutgraf.models.batching import batches, pad
from nutgraf.models.cards import LEARNT_FROM
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.architectures import load_network
from nutgraf.models.training.network import half_precision, save_folder

MAX_TOKENS = 256
"""Tokens after which a text is cut, special tokens included, as by the published encoder."""

_BLOCK_TOKENS = 2048  # padded tokens that are encoded at a time; not compared with other numbers
_STEP_TOKENS = 16  # few shapes, little padding; not compared with other steps
_ENCODED_TEXTS = 512  # texts that are encoded at a time without gradients; bounds memory
_COPIED = (
    *("tokenizer.json", "tokenizer_config.json"),
    # sentence-transformers reads these: they say that the mean is taken and scaled.
    *("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json"),
    "1_Pooling/config.json",
)


class EncoderNetwork(nn.Module):
    """A BERT or an MPNet without a head. Its word embeddings are not trained, as those of a reader."""

    def __init__(self, folder: Path) -> None:
        """Load the weights in `folder`; raise ModelError if there is no such network."""
        super().__init__()
        self.body = load_network(folder)
        self.body.qa_outputs.requires_grad_(requires_grad=False)

    def forward(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """Take n texts as token ids; return their unit vectors, float32 (n, width).

        Texts of similar length are encoded together, in few different shapes: a CPU compiles its kernels
        again for each new one.
        """
        vectors, order = [], []
        for block in _blocks(rows):
            laid = pad([rows[i] for i in block])
            vectors.append(self._block(laid, np.array([len(rows[i]) for i in block]))[: len(block)])
            order += block.tolist()
        places = torch.from_numpy(np.argsort(order)).to(vectors[0].device)
        return torch.cat(vectors)[places]

    def _block(self, laid: NDArray[np.int64], lengths: NDArray[np.intp]) -> Tensor:
        device = self.body.qa_outputs.weight.device
        width = -(-laid.shape[1] // _STEP_TOKENS) * _STEP_TOKENS
        full = np.zeros((max(len(laid), _BLOCK_TOKENS // width), width), np.int64)
        full[: len(laid), : laid.shape[1]] = laid
        mask = np.zeros(full.shape, np.bool_)
        mask[:, 0] = True  # attention would divide by zero in a row without any token
        mask[: len(laid)] = np.arange(width) < lengths[:, None]
        ids, keep = torch.from_numpy(full).to(device), torch.from_numpy(mask).to(device)
        with half_precision(device.type):
            states = self.body.hidden(ids, torch.zeros_like(ids), keep)
        total = (states.float() * keep[:, :, None]).sum(1)  # its length does not matter: no mean is needed
        return functional.normalize(total, dim=1)

    def encode(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Return the unit vectors of n texts without gradients, float32 (n, width)."""
        parts = []
        with torch.inference_mode():
            for first in range(0, len(rows), _ENCODED_TEXTS):
                parts.append(self(rows[first : first + _ENCODED_TEXTS]).cpu().numpy())
        return cast(NDArray[np.float32], np.concatenate(parts))

    def save(self, folder: Path, base: Path, learnt_from: dict[str, str]) -> None:
        """Write a folder that sentence-transformers loads: float16 weights, config, tokenizer, pooling.

        The files beside the weights are copied from the folder `base`. `learnt_from` goes into config.json;
        the export puts it into the card.
        """
        prefix = f"{self.body.prefix}."
        weights = {
            name.removeprefix(prefix): tensor
            for name, tensor in self.body.state_dict().items()
            if name.startswith(prefix)
        }
        architecture = self.body.architecture.replace("ForQuestionAnswering", "Model")
        config = self.body.config | {"architectures": [architecture], LEARNT_FROM: learnt_from}
        files = [name for name in _COPIED if (base / name).is_file()]
        save_folder(folder, weights, config, base, files)


def _blocks(rows: Sequence[Sequence[int]]) -> Iterator[NDArray[np.intp]]:
    """Yield the positions of texts of similar length, the longest first."""
    lengths = [-(-len(row) // _STEP_TOKENS) * _STEP_TOKENS for row in rows]
    yield from batches(lengths, max_tokens=_BLOCK_TOKENS, max_count=_BLOCK_TOKENS)


def token_rows(tokens: Tokens, texts: Sequence[str]) -> list[list[int]]:
    """Return each text's token ids between the special tokens, at most 256 in all."""
    return [[tokens.cls, *ids[: MAX_TOKENS - 2], tokens.sep] for ids in tokens.ids(texts)]
