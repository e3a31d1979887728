"""An encoder whose texts are encoded by the workers of a Ray cluster, each with the same model.

Knows no model: who starts it says how a worker loads one.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.encoder import Encoder, EncoderCard, EncoderIdentity, identity
from nutgraf.indexer.errors import IndexMismatch
from nutgraf.indexer.ray.cluster import RayCluster, Workers, nutgraf_version, work_in
from nutgraf.models.cores import available_cores

LoadEncoder = Callable[[int], Encoder]
"""Loads the encoder for a number of threads; it is pickled, and called on every machine."""

_CHUNK_TEXTS = 32  # a call lasts about half a second on two cores; not compared


class RayEncoder:
    """An encoder with the card of `own`, which counts tokens here; vectors are made by the workers.

    Each machine runs the model once, on its cores, or with `gpus` once on each GPU where there is one. Rows
    are those of `own` in the same order: with the encoder in the box bit for bit, because it runs texts of
    one length together and quantises with fixed scales.
    """

    def __init__(self, cluster: RayCluster, own: Encoder, load: LoadEncoder, *, gpus: bool = False) -> None:
        self._cluster = cluster
        self._own = own
        self._load = load
        self._gpus = gpus

    @property
    def card(self) -> EncoderCard:
        """Identity and limits."""
        return self._own.card

    def token_spans(self, texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        """Return int32 (tokens, 2) code-point offsets a text: no special tokens, nothing cut."""
        return self._own.token_spans(texts)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit rows, float32 (n, dim), in input order; texts beyond `max_tokens` are cut.

        Raises IndexMismatch where a worker has another encoder or nutgraf, and StorageFailed without workers.
        """
        vectors = np.empty((len(texts), self.card.dim), np.float32)
        # Texts of similar length together, longest first: no worker is left alone with a long chunk.
        order = np.argsort([-len(text) for text in texts], kind="stable")
        chunks = [order[at : at + _CHUNK_TEXTS] for at in range(0, len(order), _CHUNK_TEXTS)]
        calls = [self._workers.call("encode", [texts[i] for i in chunk]) for chunk in chunks]
        for chunk, call in zip(chunks, calls, strict=True):
            vectors[chunk] = self._workers.result(call)
        return vectors

    @cached_property
    def _workers(self) -> Workers:
        """The workers, started by the first call of `encode`."""
        places = self._cluster.places(gpus=self._gpus)
        workers = self._cluster.workers(
            EncoderWorker, places, self._load, self._cluster.threads, str(Path.cwd())
        )
        expected = (nutgraf_version(), identity(self._own))
        for ready in workers.ready:
            if ready != expected:
                raise IndexMismatch(
                    f"a worker of Ray has nutgraf {ready[0]} and the encoder {ready[1].id}"
                    f" ({ready[1].sha256[:12]}), this machine nutgraf {expected[0]} and {expected[1].id}"
                    f" ({expected[1].sha256[:12]})",
                    hint="install the same nutgraf and the same models on all machines",
                )
        return workers


class EncoderWorker:
    """Encodes in a process of Ray."""

    def __init__(self, load: LoadEncoder, threads: int | None, folder: str) -> None:
        work_in(folder)
        self._load = load
        self._threads = threads

    @cached_property
    def _encoder(self) -> Encoder:
        return self._load(self._threads or available_cores())

    def ready(self) -> tuple[str, EncoderIdentity]:
        """Load the model; return the version of nutgraf and the model."""
        return nutgraf_version(), identity(self._encoder)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit rows, float32 (n, dim), in input order."""
        return self._encoder.encode(texts)
