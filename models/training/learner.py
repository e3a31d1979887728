"""What every training run has: a network with its optimizer and schedule, checkpoints, a log, and the steps.

It knows no data and no loss; `train.py` trains readers with it, and `encoder/train.py` encoders.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn

from nutgraf.models.errors import ModelError

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
_NOTE_EVERY = 25  # steps
_CHECKPOINT_SECONDS = 600

_Batch = TypeVar("_Batch")


class LearningParams(Protocol):
    """The numbers of a recipe that decide how far a step goes; `warmup` is a share of all steps."""

    @property
    def learning_rate(self) -> float:
        """The highest rate, which is reached after the warmup."""
        ...

    @property
    def warmup(self) -> float:
        """The share of the steps in which the rate rises."""
        ...

    @property
    def weight_decay(self) -> float:
        """The decay of matrices; biases and norms have none."""
        ...

    @property
    def clip(self) -> float:
        """The largest norm of a step's gradient."""
        ...


class Learner:
    """A network with its optimizer and its schedule; a checkpoint holds the state of all three."""

    def __init__(
        self, name: str, network: nn.Module, params: LearningParams, *, total: int, fingerprint: str
    ) -> None:
        """Prepare `total` steps. A checkpoint holds the network by `name`.

        The network must be on its device already. `fingerprint` tells runs apart: a checkpoint of another
        one is refused.
        """
        self.total = total
        self._name, self._network, self._clip, self._fingerprint = name, network, params.clip, fingerprint
        learning = [p for p in network.parameters() if p.requires_grad]
        self._device = learning[0].device
        self._optimizer = torch.optim.AdamW(
            [  # weight decay is for matrices, not for biases and norms
                {"params": [p for p in learning if p.ndim > 1], "weight_decay": params.weight_decay},
                {"params": [p for p in learning if p.ndim == 1], "weight_decay": 0.0},
            ],
            lr=params.learning_rate,
            fused=True,
        )
        factor = _linear(total, params.warmup)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, factor)

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self._schedule.get_last_lr()[0])

    def step(self, loss: Tensor) -> float:
        """Follow the gradient of a batch's loss, and return the loss."""
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), self._clip)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self._schedule.step()
        return float(loss.detach())

    def save(self, path: Path, step: int) -> None:
        """Write the checkpoint to a new file and rename it, so that there is always a complete one."""
        kept = {name: part.state_dict() for name, part in self._parts().items()}
        new = path.with_suffix(".new")
        torch.save(kept | {"step": step, "fingerprint": self._fingerprint}, new)
        new.replace(path)

    def resume(self, path: Path) -> int:
        """Load the checkpoint, if there is one; return the number of steps that it had done."""
        if not path.is_file():
            return 0
        kept = torch.load(path, map_location=self._device, weights_only=True)
        if kept["fingerprint"] != self._fingerprint:
            message = f"{path}: the run began with another recipe, other weights or other data"
            raise ModelError(message, hint="name another folder: --run FOLDER")
        for name, part in self._parts().items():
            part.load_state_dict(kept[name])
        return int(kept["step"])

    def _parts(self) -> dict[str, Any]:
        return {self._name: self._network, "optimizer": self._optimizer, "schedule": self._schedule}


def learn(
    learner: Learner,
    batches: Iterable[_Batch],
    loss: Callable[[_Batch], Tensor],
    scores: Callable[[], Mapping[str, float]],
    *,
    scores_every: int,
    run: Path,
    say: Callable[[str], None],
) -> None:
    """Do the steps that are left, one for each batch; log them, and write checkpoints, in the folder `run`.

    `batches` must be the same at every call. `scores` returns development scores, shares from 0 to 1.
    """
    total, done = learner.total, learner.resume(run / CHECKPOINT)
    say(f"{total:,} steps, from step {done:,}")
    log, saved = _Log(run / LOG, say), time.perf_counter()
    for step, batch in enumerate(itertools.islice(batches, done, None), start=done + 1):
        log.add(learner.step(loss(batch)))
        if step % _NOTE_EVERY == 0 or step == total:
            log.write(step, total, learner.rate)
        if time.perf_counter() - saved > _CHECKPOINT_SECONDS or step == total:
            learner.save(run / CHECKPOINT, step)
            saved = time.perf_counter()
        if step % scores_every == 0 or step == total:
            log.write_scores(step, scores())


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Make the folder `run` and hold its lock; raise ModelError if another process trains there."""
    from filelock import FileLock, Timeout

    run.mkdir(parents=True, exist_ok=True)
    lock = FileLock(run / "lock", blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise ModelError(
            f"{run}: another process trains here", hint="name another folder: --run FOLDER"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _linear(total: int, warmup: float) -> Callable[[int], float]:
    """Return the function from a step to the factor of its rate, which rises to 1 and then falls to 0."""
    rising = max(1, round(total * warmup))
    return lambda step: min((step + 1) / rising, max(0.0, (total - step) / max(1, total - rising)))


class _Log:
    """Appends JSON lines to a file: mean loss and learning rate, or development scores."""

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self._path, self._say = path, say
        self._losses: list[float] = []
        self._began = time.perf_counter()

    def add(self, loss: float) -> None:
        """Add the loss of a step."""
        self._losses.append(loss)

    def write(self, step: int, total: int, rate: float) -> None:
        """Append the mean loss and the mean seconds of the steps since the last line."""
        loss = sum(self._losses) / len(self._losses)
        seconds = (time.perf_counter() - self._began) / len(self._losses)
        self._append({"step": step, "loss": loss, "rate": rate, "seconds": seconds})
        self._say(f"{step}/{total} loss {loss:.3f} rate {rate:.2e} {seconds:.2f} s a step")
        self._losses, self._began = [], time.perf_counter()

    def write_scores(self, step: int, scores: Mapping[str, float]) -> None:
        """Append the development scores; their time does not count for the steps."""
        self._append({"step": step, **scores})
        self._say(f"{step}/ " + " ".join(f"{name} {value:.1%}" for name, value in scores.items()))
        self._began = time.perf_counter()

    def _append(self, line: dict[str, float]) -> None:
        rounded = {name: value if name == "step" else float(f"{value:.5g}") for name, value in line.items()}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(rounded) + "\n")
