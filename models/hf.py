"""The `hf` engine: any model by name or path. The one home of torch, transformers and sentence_transformers.

Also the float32 reference that the shipped models are tested against. Names that are no local folder are
looked up by those libraries themselves; nothing here opens a connection.
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

if TYPE_CHECKING:
    from torch.nn import Module
    from transformers import BatchEncoding, PreTrainedTokenizerBase

_BATCH_TOKENS = 4096
_BATCH_TEXTS = 32


class HfEncoder:
    """Any sentence-transformers model."""

    def __init__(self, name: str, threads: int | None = None, device: str | None = None) -> None:
        """Load the model; on a GPU where there is one, in float32 on a CPU.

        Raises ModelMissing when the extra is not installed or there is no such model.
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
        """Return float32 (n, dim), one unit row a text, in the order given, cut at `card.max_tokens`."""
        vectors = self._model.encode(
            [*map(scalar, texts)],
            batch_size=_BATCH_TEXTS,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.card.dim)

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Return each text's tokens, uncut and without specials, as code-point spans, int32 (t, 2)."""
        return _token_spans(self._model.tokenizer, texts)


class HfReader:
    """Any `AutoModelForQuestionAnswering` checkpoint with a fast tokenizer."""

    def __init__(self, name: str, threads: int | None = None, device: str | None = None) -> None:
        """Load the model; device, precision and errors as for HfEncoder."""
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
        """Return the logits of each (question, context) pair, in the order given.

        A question is cut at 64 tokens, a context at what then fits the model.
        """
        if not pairs:
            return []
        encoded = self._tokenizer(
            [self._cut(scalar(question)) for question, _ in pairs],
            [scalar(context) for _, context in pairs],
            truncation="only_second",
            max_length=self.card.max_tokens,
            return_offsets_mapping=True,
            padding=False,
        )
        lengths = [len(ids) for ids in encoded["input_ids"]]
        found: dict[int, WindowLogits] = {}
        for batch in batches(lengths, max_tokens=_BATCH_TOKENS, max_count=_BATCH_TEXTS):
            start, end = self._logits(encoded, batch)
            for row, index in enumerate(map(int, batch)):
                inside = [i for i, part in enumerate(encoded.sequence_ids(index)) if part == 1]
                spans = np.array([encoded["offset_mapping"][index][i] for i in inside], dtype=np.int32)
                null = float(start[row, 0] + end[row, 0])
                found[index] = WindowLogits.priced(
                    start[row, inside], end[row, inside], spans.reshape(-1, 2), null, self.card.length_cost
                )
        return [found[index] for index in range(len(pairs))]

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Return each text's tokens, uncut and without specials, as code-point spans, int32 (t, 2)."""
        return _token_spans(self._tokenizer, texts)

    answer = answering.answer

    def _cut(self, question: str) -> str:
        """Cut a question after its 64th token."""
        spans = self._tokenizer(
            question, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        ends = spans["offset_mapping"]
        return question if len(ends) <= QUESTION_TOKENS else question[: ends[QUESTION_TOKENS - 1][1]]

    def _logits(
        self, encoded: "BatchEncoding", batch: NDArray[np.intp]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Run one padded batch; return start and end, float32 (n, s)."""
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


def _token_spans(tokenizer: "PreTrainedTokenizerBase", texts: Sequence[str]) -> list[NDArray[np.int32]]:
    if not texts:
        return []
    found = tokenizer(
        [*map(scalar, texts)],
        add_special_tokens=False,
        truncation=False,
        return_offsets_mapping=True,
        verbose=False,
    )
    return [np.array(spans, dtype=np.int32).reshape(-1, 2) for spans in found["offset_mapping"]]


@contextmanager
def _adapted(name: str) -> Iterator[None]:
    """Turn the libraries' errors at loading into ours."""
    try:
        yield
    except ImportError as error:
        hint = "pip install 'nutgraf[hf]'"
        raise ModelMissing(f"{name}: this model needs torch and transformers: {error}", hint=hint) from error
    except (OSError, ValueError) as error:
        hint = "name a model folder, or a model that the Hub has"
        raise ModelMissing(f"{name}: no such model: {error}", hint=hint) from error


def _device(torch: ModuleType) -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _dtype(torch: ModuleType, device: str) -> dict[str, Any]:
    """Half precision is slow or absent on CPUs, whatever the checkpoint was saved in."""
    return {"dtype": torch.float32} if device == "cpu" else {"dtype": "auto"}


def _use(torch: ModuleType, threads: int | None) -> None:
    from transformers.utils import logging

    logging.disable_progress_bar()  # loading takes a second, and standard error is for errors
    if threads is not None:
        torch.set_num_threads(threads)


def _card(kind: ModelKind, name: str, model: "Module", dim: int, max_tokens: int) -> ModelCard:
    """Describe a loaded model; its identity is the sha256 of its parameters, wherever it came from."""
    digest, size = hashlib.sha256(), 0
    for key, value in sorted(model.state_dict().items()):
        data = value.detach().float().cpu().contiguous().numpy()
        digest.update(key.encode())
        digest.update(data)
        size += data.nbytes
    return ModelCard(kind, name, "", digest.hexdigest(), size, dim, max_tokens, "unknown", name, "unknown")
