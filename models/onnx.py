"""The shipped engine: int8 ONNX models on the CPU. The one home of onnxruntime.

Parallel over texts, not inside an operator: each run has one thread and holds texts of one length only, so nothing
is padded, attention needs no mask (onnxruntime's faster kernel), and a vector never depends on what else was encoded.
A pool of spinning threads inside every operator was measured too: it is slower, and twice as slow beside a busy core.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.batching import batches
from models.cards import VOCABULARY, WEIGHTS, Card, Kind, check_layout
from models.cores import available_cores
from models.errors import ModelDamaged, ModelError
from models.tokens import Tokens
from models.windows import QUESTION_TOKENS, WindowLogits

_RUN_TOKENS = 384  # tokens a run: beyond this a core gains nothing, below it short texts lose a little
_BLOCK_TEXTS = 4096  # texts tokenised at a time, so that memory does not grow with the archive


class _Session:
    """A loaded model and the threads that run it."""

    def __init__(self, folder: str | Path, kind: Kind, threads: int | None) -> None:
        self.card = Card.load(folder)
        if self.card.kind != kind:
            message = f"{folder}: the card says {self.card.kind}, expected {kind}"
            raise ModelError(message, hint=f"name a folder that holds an {kind}" if kind == "encoder" else "")
        if threads is not None and threads < 1:
            raise ModelError(f"threads is {threads}, expected 1 or more")
        check_layout(folder, self.card)
        self.tokens = Tokens(Path(folder) / VOCABULARY)
        self._model = _open(Path(folder) / WEIGHTS)
        self._threads = threads or available_cores()
        self._pool: ThreadPoolExecutor | None = None

    def run(self, feed: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """Run one batch; the graph has one output."""
        output: NDArray[np.float32] = self._model.run(None, feed)[0]
        return output

    def spread[T](self, work: Callable[[T], None], parts: Sequence[T]) -> None:
        """Do the work on every part, on all threads; in place when there is nothing to spread."""
        if self._threads == 1 or len(parts) < 2:
            for part in parts:
                work(part)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="nutgraf-model")
        for _ in self._pool.map(work, parts):
            pass
