"""Trains a reader: which batches it learns from, with which loss."""

import hashlib
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from nutgraf.models.cards import sha256_of
from nutgraf.models.cores import available_cores
from nutgraf.models.errors import ModelError
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.architectures import load_network
from nutgraf.models.training.batching import draw, stack
from nutgraf.models.training.development import Development
from nutgraf.models.training.distillation import DistillationParams, Teacher
from nutgraf.models.training.learner import Learner, learn, locked
from nutgraf.models.training.loss import reading_loss
from nutgraf.models.training.negatives import hard_negatives
from nutgraf.models.training.network import SpanNetwork, half_precision
from nutgraf.models.training.questions import TrainingCorpus, load
from nutgraf.models.training.recipe import LEFT_OUT, OPTIONAL, SOURCES, Recipe, Source
from nutgraf.models.training.twins import add_twins, kind_of
from nutgraf.models.training.windows import AROUND_TOKENS, Groups, TokenizedCorpus, TrainingWindow, tokenize

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
    if device == "cuda" and not torch.cuda.is_available():
        raise ModelError("torch finds no GPU", hint="train on the CPU: --device cpu")
    torch.set_num_threads(threads or available_cores())
    with locked(run):
        return _train(recipe, base, data, run, device, distillation, say)


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
    reader = _reader(recipe, base).to(device)
    learn(
        Learner("reader", reader, recipe, total=total, fingerprint=fingerprint),
        _batches(recipe, groups, tokenized),
        lambda batch: _loss(reader, teacher, batch, recipe.batch_tokens, device),
        lambda: development.score(reader, device).shares(),
        scores_every=_SCORES_EVERY,
        run=run,
        say=say,
    )
    reader.save(run / "reader", base)
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


def _reader(recipe: Recipe, base: Path) -> SpanNetwork:
    """Return the network to train; raise ModelError if it has no positions for the recipe's windows."""
    reader = load_network(base)
    if (longest := _longest(recipe)) > (most := reader.max_tokens):
        message = f"{base}: the recipe has windows of {longest} tokens, the network takes at most {most}"
        raise ModelError(message)
    return reader


def _loss(
    reader: SpanNetwork,
    teacher: Teacher | None,
    batch: list[list[TrainingWindow]],
    batch_tokens: int,
    device: str,
) -> Tensor:
    """Return the loss of a batch, with the teacher's share if there is a teacher."""
    laid = stack(batch, batch_tokens)
    ids, types, mask, context, group, marked, answers = (
        torch.from_numpy(part).to(device)
        for part in (laid.ids, laid.types, laid.mask, laid.context, laid.group, laid.marked, laid.answers)
    )
    with half_precision(device):
        start, end = reader(ids, types, mask)
    loss = reading_loss(start, end, context, marked, answers, groups=len(batch))
    if teacher is None:
        return loss
    taught = teacher.loss(batch, (start, end), context, group, batch_tokens)
    return (1 - teacher.weight) * loss + teacher.weight * taught


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
