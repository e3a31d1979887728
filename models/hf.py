"""The `hf` engine: it loads any model by name or path.

Besides models/training, only this module imports torch, transformers and sentence_transformers. The shipped
models are tested against its float32 results. These libraries look up a name that is not a local folder;
nothing in this module opens a connection.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nutgraf.models import answering
from nutgraf.models.batching import batches, pad
from nutgraf.models.cards import LENGTH_COST, ModelCard, ModelKind, checked_length_cost
from nutgraf.models.errors import ModelMissing
from nutgraf.models.logits import QUESTION_TOKENS, WindowLogits
from nutgraf.models.tokens import scalar
from nutgraf.models.windowing import block_batches, blocks

if TYPE_CHECKING:
    from torch.nn import Module
    from transformers import BatchEncoding, PreTrainedTokenizerBase

_BATCH_TOKENS = 4096  # padded tokens in a batch; bounds memory, not measured
_BATCH_TEXTS = 32  # the default of sentence-transformers; not measured


class HfEncoder:
    """Turns texts into unit vectors with any sentence-transformers model."""

    def __init__(self, name: str, threads: int | None = None, device: str | None = None) -> None:
        """Load the model, on a GPU if there is one. On a CPU it runs in float32.

        Raises ModelMissing if the extra is not installed or if there is no such model.
        """
        with _adapted(name):
            import torch
            from sentence_transformers import SentenceTransformer

            _use(torch, threads)
            device = device or _device(torch)
            self._model = SentenceTransformer(name, device=device, model_kwargs=_dtype(torch, device))
        width = self._model.get_embedding_dimension()
        self.card = _card("encoder", name, self._model, width, int(self._model.max_seq_length or 512))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (n, dim): one row of length 1 for each text, in the order of the texts.

        A text is cut at the card's `max_tokens`.
        """
        vectors = self._model.encode(
            [*map(scalar, texts)],
            batch_size=_BATCH_TEXTS,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.card.dim)

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Return the code-point spans of each text's tokens, int32 (t, 2), uncut, without special tokens."""
        return _token_spans(self._model.tokenizer, texts)


class HfReader:
    """Scores the tokens of contexts with any `AutoModelForQuestionAnswering` that has a fast tokenizer."""

    def __init__(self, name: str, threads: int | None = None, device: str | None = None) -> None:
        """Load the model; its device, its precision and the errors are those of HfEncoder."""
        with _adapted(name):
            import torch
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer

            _use(torch, threads)
            self._device = device or _device(torch)
            options = _dtype(torch, self._device)
            self._tokenizer = AutoTokenizer.from_pretrained(name, use_fast=True)
            model = AutoModelForQuestionAnswering.from_pretrained(name, **options)
        self._model = model.to(self._device).eval()
        config = self._model.config
        cost = checked_length_cost(name, getattr(config, LENGTH_COST, 0.0))
        longest = min(self._tokenizer.model_max_length, config.max_position_embeddings, 512)
        self.card = replace(_card("reader", name, self._model, config.hidden_size, longest), length_cost=cost)

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """Return the logits of each (question, context) pair, in the order of the pairs.

        A question is cut after 64 tokens, and a context where the model's limit is reached.
        """
        if not pairs:
            return []
        encoded = self._tokenizer(
            [self._cut(scalar(question)) for question, _ in pairs],
            [scalar(_first_block(context)) for _, context in pairs],
            truncation="only_second",
            max_length=self.card.max_tokens,
            return_offsets_mapping=True,
            padding=False,
        )
        lengths = [len(ids) for ids in encoded["input_ids"]]
        windows: dict[int, WindowLogits] = {}
        for batch in batches(lengths, max_tokens=_BATCH_TOKENS, max_count=_BATCH_TEXTS):
            start, end = self._logits(encoded, batch)
            for row, index in enumerate(map(int, batch)):
                inside = [i for i, part in enumerate(encoded.sequence_ids(index)) if part == 1]
                spans = np.array([encoded["offset_mapping"][index][i] for i in inside], dtype=np.int32)
                null = float(start[row, 0] + end[row, 0])
                windows[index] = WindowLogits.priced(
                    start[row, inside], end[row, inside], spans.reshape(-1, 2), null, self.card.length_cost
                )
        return [windows[index] for index in range(len(pairs))]

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Return the code-point spans of each text's tokens, int32 (t, 2), uncut, without special tokens."""
        return _token_spans(self._tokenizer, texts)

    answer = answering.answer

    def _cut(self, question: str) -> str:
        """Return the question up to its 64th token."""
        (spans,) = _token_spans(self._tokenizer, [_first_block(question)])
        return question if len(spans) <= QUESTION_TOKENS else question[: spans[QUESTION_TOKENS - 1, 1]]

    def _logits(
        self, encoded: "BatchEncoding", batch: NDArray[np.intp]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run one padded batch; return its start and its end logits, float32 (n, s)."""
        import torch

        fills = {"input_ids": self._tokenizer.pad_token_id or 0}
        feed = {
            name: torch.from_numpy(pad([encoded[name][i] for i in batch], fill=fills.get(name, 0))).to(
                self._device
            )
            for name in ("input_ids", "attention_mask", "token_type_ids")
            if name in encoded
        }
        with torch.inference_mode():
            output = self._model(**feed)
        return output.start_logits.float().cpu().numpy(), output.end_logits.float().cpu().numpy()


def _first_block(text: str) -> str:
    """Return as much of a text as is tokenised at a time, which no model reads whole; "" stays empty."""
    return next((block for _, block in blocks(text)), "")


def _token_spans(tokenizer: "PreTrainedTokenizerBase", texts: Sequence[str]) -> list[NDArray[np.int32]]:
    spans = [[np.empty((0, 2), np.int32)] for _ in texts]
    for batch in block_batches(texts):
        encoded = tokenizer(
            [scalar(block) for _, _, block in batch],
            add_special_tokens=False,
            truncation=False,
            return_offsets_mapping=True,
            verbose=False,
        )
        for (number, first, _), offsets in zip(batch, encoded["offset_mapping"], strict=True):
            spans[number].append(np.array(offsets, dtype=np.int32).reshape(-1, 2) + np.int32(first))
    return [*map(np.concatenate, spans)]


@contextmanager
def _adapted(name: str) -> Iterator[None]:
    """Turn the errors that the libraries raise while loading into ModelMissing."""
    try:
        yield
    except ImportError as error:
        hint = "pip install sentence-transformers"
        raise ModelMissing(f"{name}: this model needs torch and transformers: {error}", hint=hint) from error
    except (OSError, ValueError) as error:
        hint = "name the folder of a model, or a model of the Hugging Face Hub"
        raise ModelMissing(f"{name}: no such model: {error}", hint=hint) from error


def _device(torch: ModuleType) -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _dtype(torch: ModuleType, device: str) -> dict[str, Any]:
    """Return the option for the precision: float32 on a CPU, where half precision is slow or absent."""
    return {"dtype": torch.float32} if device == "cpu" else {"dtype": "auto"}


def _use(torch: ModuleType, threads: int | None) -> None:
    from transformers.utils import logging

    logging.disable_progress_bar()  # loading takes a second, and only errors belong on standard error
    if threads is not None:
        torch.set_num_threads(threads)


def _card(kind: ModelKind, name: str, model: "Module", dim: int, max_tokens: int) -> ModelCard:
    """Describe a loaded model; its sha256 is that of its parameters, so it does not depend on the name."""
    digest, size = hashlib.sha256(), 0
    for key, value in sorted(model.state_dict().items()):
        data = value.detach().float().cpu().contiguous().numpy()
        digest.update(key.encode())
        digest.update(data)
        size += data.nbytes
    return ModelCard(kind, name, "", digest.hexdigest(), size, dim, max_tokens, "unknown", name, "unknown")
