"""Distillation: a reader learns from a teacher's start, end and null logits, besides the marked answers.

The teacher reads the same windows in the same step, since each run draws other windows. Both vocabularies
hold the same word pieces under different ids, as BERT's and MPNet's do. So every token of the reader's window
is a token of the teacher's, and logits are compared token by token (Hinton et al. 2015, arXiv 1503.02531).
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor

from nutgraf.models.cards import sha256_of
from nutgraf.models.errors import ModelError
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.architectures import load_network
from nutgraf.models.training.batching import stack
from nutgraf.models.training.loss import NEVER, log_totals, log_totals_of_groups
from nutgraf.models.training.network import half_precision
from nutgraf.models.training.windows import TrainingWindow

_HINT = "name the folder of a run that has ended: --teacher RUN/reader"


@dataclass(frozen=True, slots=True)
class DistillationParams:
    """Which teacher a reader learns from, and how much.

    `weight` is the share of the teacher in the loss, above 0 and at most 1; the marked answers have the rest.
    The logits of both are divided by `temperature` before their softmax, so that the spans count, too, that
    the teacher finds less likely. The defaults are usual values; they were not compared with others.
    """

    teacher: Path
    weight: float = 0.6
    temperature: float = 2.0

    def __post_init__(self) -> None:
        if not 0 < self.weight <= 1:
            raise ModelError(f"the teacher's weight is {self.weight}, expected more than 0 and at most 1")
        if not self.temperature > 0:
            raise ModelError(f"the temperature is {self.temperature}, expected more than 0")

    def fingerprint(self) -> str:
        """Return what decides the teacher's part of the loss: both numbers and its weights' sha256."""
        return f"{self.weight} {self.temperature} {sha256_of(self.teacher / 'model.safetensors')}"


class Translation:
    """Turns a window of the reader into the teacher's window of the same tokens."""

    def __init__(self, reader: Tokens, teacher: Tokens) -> None:
        """Match both vocabularies; raise ModelError unless the teacher's has all word pieces of the reader's.

        `shift` is how much further right the second segment begins for the teacher: one token if the reader
        is a BERT and the teacher an MPNet, which has one separator more.
        """
        theirs = teacher.vocabulary()
        lacking = [word for word in reader.vocabulary() if word not in theirs and not _is_special(word)]
        if lacking:
            raise ModelError(
                f"the teacher's vocabulary lacks {len(lacking)} word pieces, such as {lacking[0]!r}"
            )
        self._ids = {number: theirs[word] for word, number in reader.vocabulary().items() if word in theirs}
        self._reader, self._teacher = reader, teacher
        self.shift = len(teacher.between) - len(reader.between)

    def window(self, window: TrainingWindow) -> TrainingWindow:
        """Return the window with the teacher's ids and separators, and without answers."""
        question = window.ids[1 : window.segment - len(self._reader.between)]
        rest = window.ids[window.segment : -1]
        ids = [self._teacher.cls, *self._translated(question), *self._teacher.between]
        ids += [*self._translated(rest), self._teacher.sep]
        return TrainingWindow(ids, window.segment + self.shift, window.first + self.shift, ())

    def _translated(self, ids: list[int]) -> list[int]:
        return [self._ids[number] for number in ids]


def _is_special(word: str) -> bool:
    return word.startswith(("[", "<")) and word.endswith(("]", ">")) and len(word) > 1


class Teacher:
    """A trained network that reads the windows of a batch, and is not changed."""

    def __init__(self, params: DistillationParams, reader: Tokens, device: str, *, longest: int) -> None:
        """Load the teacher for a reader with these tokens.

        Raises ModelError if it is no reader, if its vocabulary is another one, or if it cannot read windows
        of `longest` tokens.
        """
        folder = params.teacher
        try:
            self.translation = Translation(reader, Tokens(folder / "tokenizer.json"))
            with safe_open(folder / "model.safetensors", "pt") as file:
                has_head = "qa_outputs.weight" in file.keys()  # noqa: SIM118 - it is no dict
            self._network = load_network(folder).to(device).eval()
        except OSError as error:
            raise ModelError(f"{folder} holds no teacher: {error}", hint=_HINT) from error
        if not has_head:
            raise ModelError(f"{folder}: the weights have no span head", hint=_HINT)
        if longest > (most := self._network.max_tokens):
            raise ModelError(
                f"{folder}: the recipe has windows of {longest} tokens, the teacher takes {most}"
            )
        self._params, self._device = params, device

    def loss(
        self,
        batch: list[list[TrainingWindow]],
        reader: tuple[Tensor, Tensor],
        context: Tensor,
        group: Tensor,
        batch_tokens: int,
    ) -> Tensor:
        """Return `distillation_loss` of the reader's start and end logits, float32 (n, s), for a batch."""
        rows, length = context.shape
        teacher = self.logits(batch, rows, length, batch_tokens)
        return distillation_loss(
            reader, teacher, context, group, groups=len(batch), temperature=self._params.temperature
        )

    def logits(
        self, batch: list[list[TrainingWindow]], rows: int, length: int, batch_tokens: int
    ) -> tuple[Tensor, Tensor]:
        """Return the teacher's start and end logits, float32 (rows, length), where the reader has the tokens.

        Rows without a window are 0.
        """
        windows = [window for group in batch for window in group]
        laid = stack([[self.translation.window(window) for window in group] for group in batch], batch_tokens)
        # Inference mode would do, but its tensors cannot take part in the reader's backward pass.
        with torch.no_grad(), half_precision(self._device):
            ids, types, mask = (
                torch.from_numpy(part).to(self._device) for part in (laid.ids, laid.types, laid.mask)
            )
            sides = self._network(ids, types, mask)
        segments = torch.tensor([window.segment for window in windows], device=self._device)
        start, end = (
            aligned(side[: len(windows)], segments, self.translation.shift, rows, length) for side in sides
        )
        return start, end

    @property
    def weight(self) -> float:
        """The share of the teacher in the loss."""
        return self._params.weight


def aligned(logits: Tensor, segments: Tensor, shift: int, rows: int, length: int) -> Tensor:
    """Return float32 (rows, length): the teacher's logits (n, t) at the positions of the reader's tokens.

    A token at or after its row's segment stands `shift` positions further right for the teacher.
    """
    at = torch.arange(length, device=logits.device)
    places = at + shift * (at >= segments[:, None]).long()
    moved = logits.new_zeros(rows, length)
    moved[: len(logits)] = logits.gather(1, places.clamp(max=logits.shape[1] - 1))
    return moved


def distillation_loss(
    reader: tuple[Tensor, Tensor],
    teacher: tuple[Tensor, Tensor],
    context: Tensor,
    group: Tensor,
    *,
    groups: int,
    temperature: float,
) -> Tensor:
    """Return how far the reader's distributions are from the teacher's: a sum of KL divergences, in nats.

    There are two for the starts and two for the ends, as in `reading_loss`. The first is over the context and
    the first token of each window, as a mean over windows. The second is over the contexts of all windows of
    a question, as a mean over questions. The sum is multiplied by the square of the temperature, which keeps
    the size of its gradients (Hinton et al. 2015).
    """
    readable = context.clone()
    readable[:, 0] = True
    counted = group < groups
    total = context.new_zeros((), dtype=torch.float32)
    for mine, theirs in zip(reader, teacher, strict=True):
        logits, targets = mine / temperature, theirs / temperature
        inside = _divergences(_window_logs(logits, readable), _window_logs(targets, readable), readable)
        shared = _divergences(
            _group_logs(logits, context, group, groups), _group_logs(targets, context, group, groups), context
        )
        total = total + inside[counted].mean() + shared[counted].sum() / groups
    return total * temperature**2


def _window_logs(logits: Tensor, where: Tensor) -> Tensor:
    """Return the logarithms of each row's softmax over the positions `where`, float32 (n, s)."""
    return logits.masked_fill(~where, NEVER) - log_totals(logits, where)[:, None]


def _group_logs(logits: Tensor, context: Tensor, group: Tensor, groups: int) -> Tensor:
    """Return the logarithms of the softmax over all windows of each question, float32 (n, s)."""
    totals = log_totals_of_groups(log_totals(logits, context), group, groups)
    return logits.masked_fill(~context, NEVER) - totals[group][:, None]


def _divergences(reader: Tensor, teacher: Tensor, where: Tensor) -> Tensor:
    """Return each row's part of the KL divergence from the teacher's distribution, float32 (n,)."""
    return (teacher.exp() * (teacher - reader)).masked_fill(~where, 0.0).sum(1)
