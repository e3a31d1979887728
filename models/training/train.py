"""The training loop: steps, a schedule of learning rates, a log, and checkpoints for killed runs."""

import hashlib
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from nutgraf.models.cards import sha256_of
from nutgraf.models.cores import available_cores
from nutgraf.models.errors import ModelError
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.architectures import load_network
from nutgraf.models.training.batching import draw, stack
from nutgraf.models.training.development import Development, DevelopmentScores
from nutgraf.models.training.distillation import DistillationParams, Teacher
from nutgraf.models.training.loss import reading_loss
from nutgraf.models.training.negatives import hard_negatives
from nutgraf.models.training.questions import TrainingCorpus, load
from nutgraf.models.training.recipe import LEFT_OUT, OPTIONAL, SOURCES, Recipe, Source
from nutgraf.models.training.twins import add_twins, kind_of
from nutgraf.models.training.windows import AROUND_TOKENS, Groups, TokenizedCorpus, TrainingWindow, tokenize

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
_NOTE_EVERY = 25  # steps
_CHECKPOINT_SECONDS = 600
_SCORES_EVERY = 400  # steps
_DEVELOPMENT_QUESTIONS = 250


def train(
    recipe: Recipe,
    *,
    base: Path,
    data: Path,
    run: Path,
    threads: int | None = None,
    device: str = "cpu",
    distillation: DistillationParams | None = None,
    say: Callable[[str], None] = print,
) -> Path:
    """Train from the weights in `base` on the files in `data`; return the folder `run`/reader.

    `device` is "cpu" or "cuda". The folder `run` holds the checkpoint and the log. If a run was killed, the
    same call resumes it from its last checkpoint; it ends with the same weights up to the rounding of sums.
    With `distillation`, the reader learns from a teacher, too. If `data` does not hold the questions that
    made.py makes, the recipe goes without its share of them.
    Raises ModelError if a file is missing or wrong, if the recipe and the other arguments do not fit, or if
    another process trains in this folder.
    """
    from filelock import FileLock, Timeout

    if device == "cuda" and not torch.cuda.is_available():
        raise ModelError("torch finds no GPU", hint="train on the CPU: --device cpu")
    torch.set_num_threads(threads or available_cores())
    run.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(run / "lock", blocking=False):
            return _train(recipe, base, data, run, device, distillation, say)
    except Timeout as error:
        raise ModelError(
            f"{run}: another process trains here", hint="name another folder: --run FOLDER"
        ) from error


def _train(
    recipe: Recipe,
    base: Path,
    data: Path,
    run: Path,
    device: str,
    distillation: DistillationParams | None,
    say: Callable[[str], None],
) -> Path:
    tokens, corpus = Tokens(base / "tokenizer.json"), _corpus(recipe, data, distillation)
    say(f"{len(corpus.questions):,} questions on {len(corpus.contexts):,} contexts; finding hard negatives")
    tokenized = tokenize(corpus, tokens)
    groups = Groups(tokenized, hard_negatives(corpus), tokens)
    development = Development(tokenized, groups, _DEVELOPMENT_QUESTIONS)
    total = sum(1 for _ in _batches(recipe, groups, tokenized))
    teacher = None
    if distillation is not None:
        teacher = Teacher(distillation, tokens, device, longest=_longest(recipe))
    fingerprint = _fingerprint(recipe, base, data, total, distillation)
    learner = _Learner(recipe, base, device, total, fingerprint, teacher)
    done = learner.resume(run / CHECKPOINT)
    say(f"{total:,} steps, from step {done:,}")
    log, saved = _Log(run / LOG, say), time.perf_counter()
    left = itertools.islice(_batches(recipe, groups, tokenized), done, None)
    for step, batch in enumerate(left, start=done + 1):
        log.add(learner.step(batch))
        if step % _NOTE_EVERY == 0 or step == total:
            log.write(step, total, learner.rate)
        if time.perf_counter() - saved > _CHECKPOINT_SECONDS or step == total:
            learner.save(run / CHECKPOINT, step)
            saved = time.perf_counter()
        if step % _SCORES_EVERY == 0 or step == total:
            log.write_scores(step, development.score(learner.reader, device))
    learner.reader.save(run / "reader", base)
    return run / "reader"


def _corpus(recipe: Recipe, data: Path, distillation: DistillationParams | None) -> TrainingCorpus:
    """Return what the recipe learns from: the sources, and the twins of which it has a share."""
    names = sorted(_names(recipe))
    if distillation is None and any(kind_of(name) == "moved" for name in names):
        message = "the recipe has questions moved to other contexts, and only a teacher knows their answers"
        raise ModelError(message, hint="name a teacher: --teacher RUN/reader")
    corpus = load(data, SOURCES | _optional(recipe, data))
    add_twins(corpus, names)
    return corpus


def _names(recipe: Recipe) -> set[str]:
    """Return the names of all sources and twins of which the recipe has a share."""
    return {name for stage in recipe.stages for name in stage.shares}


def _optional(recipe: Recipe, data: Path) -> dict[str, Source]:
    """Return the optional sources of which the recipe has a share and `data` a file."""
    names = _names(recipe)
    return {
        name: source for name, source in OPTIONAL.items() if name in names and (data / source.file).is_file()
    }


def _longest(recipe: Recipe) -> int:
    """Return the tokens of the longest window that a recipe can draw."""
    return max(stage.context_tokens[1] for stage in recipe.stages) + AROUND_TOKENS


def _fingerprint(
    recipe: Recipe,
    base: Path,
    data: Path,
    total: int,
    distillation: DistillationParams | None = None,
) -> str:
    """Return a hash of everything that decides what is learnt from which batches in which order.

    A checkpoint holds it, so that no run is resumed with another recipe, base, teacher or data.
    """
    files = [data / source.file for source in SOURCES.values()] + [base / "model.safetensors"]
    parts = [repr(recipe), repr(SOURCES), repr(sorted(LEFT_OUT)), str(total), *map(sha256_of, files)]
    if distillation is not None:
        parts.append(distillation.fingerprint())
    parts += [sha256_of(data / source.file) for source in _optional(recipe, data).values()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _batches(
    recipe: Recipe, groups: Groups, tokenized: TokenizedCorpus
) -> Iterator[list[list[TrainingWindow]]]:
    """Yield the batches of all stages; they are the same at every call."""
    for stage in recipe.stages:
        yield from draw(groups, stage, chosen(stage.shares, tokenized, f"{recipe.seed} {stage.name}"), recipe)


def chosen(shares: dict[str, float], tokenized: TokenizedCorpus, seed: str) -> list[int]:
    """Return the numbers of the questions that a stage learns from; no held-out question is among them."""
    dice = random.Random(seed)
    by_source: dict[str, list[int]] = {name: [] for name in shares}
    for number, question in enumerate(tokenized.corpus.questions):
        # If no token covers the marked answers, the question would be learnt as unanswerable.
        lost = bool(question.answers) and not tokenized.answers[number]
        if question.source in by_source and not tokenized.corpus.held_out(question) and not lost:
            by_source[question.source].append(number)
    drawn = []
    for name, numbers in by_source.items():
        passes, rest = divmod(round(shares[name] * len(numbers)), max(1, len(numbers)))
        drawn += numbers * passes + dice.sample(numbers, rest)
    return drawn


class _Learner:
    """The reader with its optimizer and its schedule; a checkpoint holds the state of all three."""

    def __init__(
        self,
        recipe: Recipe,
        base: Path,
        device: str,
        total: int,
        fingerprint: str,
        teacher: Teacher | None,
    ) -> None:
        self._recipe, self._fingerprint, self._device = recipe, fingerprint, device
        self._teacher = teacher
        self.reader = load_network(base).to(device)
        if (longest := _longest(recipe)) > (most := self.reader.max_tokens):
            message = f"{base}: the recipe has windows of {longest} tokens, the network takes at most {most}"
            raise ModelError(message)
        learning = [p for p in self.reader.parameters() if p.requires_grad]
        self._optimizer = torch.optim.AdamW(
            [  # weight decay is for matrices, not for biases and norms
                {"params": [p for p in learning if p.ndim > 1], "weight_decay": recipe.weight_decay},
                {"params": [p for p in learning if p.ndim == 1], "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
            fused=True,
        )
        factor = _linear(total, recipe.warmup)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(self._optimizer, factor)

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return float(self._schedule.get_last_lr()[0])

    def step(self, batch: list[list[TrainingWindow]]) -> float:
        """Learn from one batch and return its loss."""
        laid = stack(batch, self._recipe.batch_tokens)
        ids, types, mask, context, group, marked, answers = (
            torch.from_numpy(part).to(self._device)
            for part in (laid.ids, laid.types, laid.mask, laid.context, laid.group, laid.marked, laid.answers)
        )
        with torch.autocast(self._device, torch.bfloat16):
            start, end = self.reader(ids, types, mask)
        loss = reading_loss(start, end, context, marked, answers, groups=len(batch))
        if self._teacher is not None:
            share = self._teacher.weight
            taught = self._teacher.loss(batch, (start, end), context, group, self._recipe.batch_tokens)
            loss = (1 - share) * loss + share * taught
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.reader.parameters(), self._recipe.clip)
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
        return {"reader": self.reader, "optimizer": self._optimizer, "schedule": self._schedule}


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

    def write_scores(self, step: int, scores: DevelopmentScores) -> None:
        """Append the development scores; their time does not count for the steps."""
        shares = {name: value for name, value in asdict(scores).items() if name != "twins"} | scores.twins
        self._append({"step": step, **shares})
        self._say(f"{step}/ " + " ".join(f"{name} {value:.1%}" for name, value in shares.items()))
        self._began = time.perf_counter()

    def _append(self, line: dict[str, float]) -> None:
        rounded = {name: value if name == "step" else float(f"{value:.5g}") for name, value in line.items()}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(rounded) + "\n")
