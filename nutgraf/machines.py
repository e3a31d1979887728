"""Where files are read and passages encoded: in processes of this machine, or on those of a Ray cluster.

Whoever writes to the archive is this process in both cases, so that the archive is the same.
"""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from nutgraf.indexer.sandbox.limits import Limits
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.models.cores import available_cores
from nutgraf.opening import ModelLoader
from nutgraf.settings import Settings

if TYPE_CHECKING:
    from nutgraf.indexer.encoder import Encoder


class Machines:
    """The machines of a run, as its settings say. Use it as a context manager: a cluster is left at its end.

    Raises StorageFailed where the cluster cannot be used.
    """

    def __init__(self, settings: Settings, models: ModelLoader) -> None:
        self._settings = settings
        self._models = models
        self._stack = ExitStack()

    def __enter__(self) -> "Machines":
        if self._settings.ray is not None:
            from nutgraf.indexer.ray.cluster import RayCluster

            self._cluster = self._stack.enter_context(RayCluster(self._settings.ray, self._settings.threads))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def pool(self, limits: Limits) -> WorkerPool:
        """Return what reads files: a context manager."""
        if self._settings.ray is None:
            return WorkerPool(limits, self._settings.threads or available_cores())
        from nutgraf.indexer.ray.pool import RayPool

        return RayPool(self._cluster, limits)

    @property
    def encoder(self) -> "Encoder":
        """What makes vectors; the encoder is loaded here in any case, because it counts tokens."""
        if self._settings.ray is None:
            return self._models.encoder
        from nutgraf.indexer.ray.encoder import RayEncoder
        from nutgraf.models.onnx import OnnxEncoder

        own = self._models.encoder
        # The engine of the encoder in the box knows no GPU.
        return RayEncoder(
            self._cluster, own, self._models.encoder_loader(), gpus=not isinstance(own, OnnxEncoder)
        )
