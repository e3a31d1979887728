"""The shipped engine: it runs int8 ONNX models on the CPU. Only this module imports onnxruntime.

Several runs go on at the same time, each on one thread; no operator uses more than one. A run holds texts of
one length. So nothing is padded, attention needs no mask (onnxruntime has a faster kernel without one), and a
vector does not depend on the other texts. Threads inside every operator are slower, and twice as slow beside
a busy core: docs/log.md, 2026-11-21, "the form of the models".
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nutgraf.models import answering
from nutgraf.models.batching import batches
from nutgraf.models.cards import VOCABULARY, WEIGHTS, ModelCard, ModelKind, check_layout
from nutgraf.models.cores import available_cores
from nutgraf.models.errors import ModelDamaged, ModelError
from nutgraf.models.logits import QUESTION_TOKENS, WindowLogits
from nutgraf.models.tokens import Tokens

# Tokens in a run. Runs of 132 to 1,584 tokens were compared: docs/log.md, 2026-11-22, "the figures of 0.1.0".
_RUN_TOKENS = 384
_BLOCK_TEXTS = 4096  # texts to tokenise at a time, so that memory does not grow with the archive


class _Session:
    """A loaded model with the threads that run it."""

    def __init__(self, folder: str | Path, kind: ModelKind, threads: int | None) -> None:
        self._folder = folder
        self.card = ModelCard.load(folder)
        if self.card.kind != kind:
            raise ModelError(f"{folder}: the model is of kind {self.card.kind}, expected {kind}")
        if threads is not None and threads < 1:
            raise ModelError(f"threads is {threads}, expected 1 or more")
        check_layout(folder, self.card)
        self.tokens = Tokens(Path(folder) / VOCABULARY)
        self._model = open_graph(Path(folder) / WEIGHTS)
        self._threads = threads or available_cores()
        self._pool: ThreadPoolExecutor | None = None

    @property
    def takes_types(self) -> bool:
        """Whether the graph tells the two texts of a pair apart by types, as BERT does and MPNet does not."""
        return any(entry.name == "types" for entry in self._model.get_inputs())

    def run(self, feed: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """Run one batch and return the graph's only output. Raises ModelError where onnxruntime fails."""
        try:
            output: NDArray[np.float32] = self._model.run(None, feed)[0]
        except Exception as error:  # onnxruntime's exceptions have no public base class
            raise ModelError(
                f"{self._folder}: onnxruntime cannot run it: {error}", hint="nutgraf doctor checks the models"
            ) from error
        return output

    def spread(self, work: Callable[[NDArray[np.intp]], None], parts: Sequence[NDArray[np.intp]]) -> None:
        """Call `work` for every part, on all threads; a single part is worked on in the calling thread."""
        if self._threads == 1 or len(parts) <= 1:
            for part in parts:
                work(part)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="nutgraf-model")
        for _ in self._pool.map(work, parts):
            pass


class OnnxEncoder:
    """Turns texts into unit vectors with a model that this project exported."""

    def __init__(self, folder: str | Path, threads: int | None = None) -> None:
        """Open the model in `folder`; `threads` defaults to the number of physical cores.

        Raises ModelMissing if the folder has no card, ModelDamaged if a file is not what the card says, and
        ModelError if the model is a reader or `threads` is below 1.
        """
        self._session = _Session(folder, "encoder", threads)

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        return self._session.card

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 (n, dim): one row of length 1 for each text, in the order of the texts.

        A text is cut at the card's `max_tokens`. A row depends on its own text only, up to the rounding of
        float32.
        """
        vectors = np.empty((len(texts), self.card.dim), dtype=np.float32)
        for first in range(0, len(texts), _BLOCK_TEXTS):
            block = texts[first : first + _BLOCK_TEXTS]
            self._encode_block(block, vectors[first : first + len(block)])
        return vectors

    def _encode_block(self, texts: Sequence[str], into: NDArray[np.float32]) -> None:
        tokens = self._session.tokens
        room = self.card.max_tokens - 2
        rows = [[tokens.cls, *ids[:room], tokens.sep] for ids in tokens.ids(texts)]

        def run(batch: NDArray[np.intp]) -> None:
            into[batch] = self._session.run({"ids": np.array([rows[i] for i in batch], dtype=np.int64)})

        self._session.spread(run, _equal_lengths(rows))

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Return the code-point spans of each text's tokens, int32 (t, 2), uncut, without special tokens."""
        return [spans for _, spans in self._session.tokens.ids_and_spans(texts)]


class OnnxReader:
    """Scores the tokens of contexts as answers to questions, with a model that this project exported."""

    def __init__(self, folder: str | Path, threads: int | None = None) -> None:
        """Open the model in `folder`; `threads` and the errors are those of OnnxEncoder."""
        self._session = _Session(folder, "reader", threads)

    @property
    def card(self) -> ModelCard:
        """The model's card."""
        return self._session.card

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """Return the logits of each (question, context) pair, in the order of the pairs.

        A question is cut after 64 tokens, and a context where the model's limit is reached.
        """
        session, tokens = self._session, self._session.tokens
        questions = list(dict.fromkeys(question for question, _ in pairs))
        question_ids = dict(
            zip(questions, (ids[:QUESTION_TOKENS] for ids in tokens.ids(questions)), strict=True)
        )
        heads = [[tokens.cls, *question_ids[question], *tokens.between] for question, _ in pairs]
        contexts = tokens.ids_and_spans([context for _, context in pairs])
        rows = [
            [*head, *ids[: self.card.max_tokens - len(head) - 1], tokens.sep]
            for head, (ids, _) in zip(heads, contexts, strict=True)
        ]
        windows: dict[int, WindowLogits] = {}

        def run(batch: NDArray[np.intp]) -> None:
            ids = np.array([rows[i] for i in batch], dtype=np.int64)
            feed = {"ids": ids}
            if session.takes_types:
                firsts = np.array([len(heads[i]) for i in batch], dtype=np.int64)
                feed["types"] = (np.arange(ids.shape[1]) >= firsts[:, None]).astype(np.int64)
            for i, logits in zip(batch, session.run(feed), strict=True):
                windows[int(i)] = self._window(logits, len(heads[i]), contexts[i][1])

        session.spread(run, _equal_lengths(rows))
        return [windows[i] for i in range(len(pairs))]

    def token_spans(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Return the code-point spans of each text's tokens, int32 (t, 2), uncut, without special tokens."""
        return [spans for _, spans in self._session.tokens.ids_and_spans(texts)]

    answer = answering.answer

    def _window(self, logits: NDArray[np.float32], first: int, offsets: NDArray[np.int32]) -> WindowLogits:
        """Return the part of a window's logits, float32 (s, 2), that belongs to its context.

        The context begins at token `first` and ends before the last token, which is a separator.
        """
        context = logits[first:-1]
        start, end = np.ascontiguousarray(context.T)
        null = float(logits[0].sum())
        return WindowLogits.priced(start, end, offsets[: len(context)], null, self.card.length_cost)


def _equal_lengths(rows: Sequence[Sequence[int]]) -> list[NDArray[np.intp]]:
    return batches([*map(len, rows)], max_tokens=_RUN_TOKENS, max_count=_RUN_TOKENS, padded=False)


def library() -> Any:  # noqa: ANN401 - the library is untyped
    """Import onnxruntime so that it does not report its use to its maker, as it does from version 1.29 on.

    It reads the environment when it is first imported. A user's own value of the variable is kept.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime


def open_graph(graph: Path | bytes) -> Any:  # noqa: ANN401 - the library is untyped
    """Load a graph from its file, or from the file's bytes; raise ModelDamaged if that cannot be done."""
    onnxruntime = library()
    try:
        return onnxruntime.InferenceSession(graph, _options(), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's exceptions have no public base class
        name = graph if isinstance(graph, Path) else "the graph"
        raise ModelDamaged(f"{name}: onnxruntime cannot load it: {error}") from error


def _options() -> Any:  # noqa: ANN401 - the library is untyped
    """Return how graphs are run. The export has fused their operators; the processor decides on the rest.

    An x86 processor without VNNI adds products of 8 bits in 16 bits, where sums saturate: one window in 15 of
    the small reader got another best span (docs/log.md, 2026-11-27, "processors without VNNI"). There
    onnxruntime makes the weights unsigned, which is exact. It does nothing of this for other processors.
    """
    onnxruntime = library()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.use_device_allocator_for_initializers", "1")
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    return options
