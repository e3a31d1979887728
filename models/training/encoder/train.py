"""Trains an encoder on questions, hard negatives and a reader's scores, without leaving the published one."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nutgraf.models import load_reader
from nutgraf.models.cards import sha256_of
from nutgraf.models.cores import available_cores
from nutgraf.models.export.sources import WEIGHTS
from nutgraf.models.reader import Reader
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.encoder.batches import RetrievalBatch, answered, chosen, draw
from nutgraf.models.training.encoder.cache import cached_rows, digest
from nutgraf.models.training.encoder.loss import contrastive_loss, distance, reader_loss
from nutgraf.models.training.encoder.network import EncoderNetwork, token_rows
from nutgraf.models.training.encoder.passages import Passages, passages
from nutgraf.models.training.encoder.recipe import CREDITS, EncoderRecipe
from nutgraf.models.training.encoder.retrieval import HeldOutRetrieval
from nutgraf.models.training.encoder.targets import Scores, reader_scores
from nutgraf.models.training.learner import Learner, learn, locked
from nutgraf.models.training.negatives import hard_negatives
from nutgraf.models.training.questions import load

_SCORES_EVERY = 400  # steps
_DISTRACTORS = 1000  # passages among the held-out ones; the command `measure` takes more
_ENCODED_BLOCK = 2048  # texts whose published vectors are computed and written at a time


def train(
    recipe: EncoderRecipe,
    *,
    base: Path,
    data: Path,
    run: Path,
    reader: str | None = None,
    threads: int | None = None,
    device: str = "cpu",
    say: Callable[[str], None] = print,
) -> Path:
    """Train from the weights in `base` on the files in `data`; return the folder `run`/encoder.

    `reader` is a name that `load_reader` takes, by default the small one in the box; its scores are the soft
    targets. The folder `run` holds them, the published vectors, the checkpoint and the log. If a run was
    killed, the same call resumes it; it ends with the same weights up to the rounding of sums.
    Raises ModelError if a file is missing or wrong, or if another process trains in this folder.
    """
    torch.set_num_threads(threads or available_cores())
    with locked(run):
        tokens, every = Tokens(base / "tokenizer.json"), passages(load(data))
        say(f"{len(every.corpus.contexts):,} passages; finding hard negatives")
        numbers = chosen(every, recipe)
        batches = draw(every, hard_negatives(every.corpus), recipe, numbers)
        teacher = load_reader(reader or "small", threads=threads)
        scores = reader_scores(teacher, every, _pairs(batches), run, say)
        network = EncoderNetwork(base).to(device)
        texts = _Texts(every, batches, tokens)
        published = texts.vectors(network, sha256_of(base / WEIGHTS), run, say)
        held_out = HeldOutRetrieval(every, tokens, distractors=_DISTRACTORS)
        fingerprint = _fingerprint(recipe, base, teacher, texts, scores)
        learn(
            Learner("encoder", network, recipe, total=len(batches), fingerprint=fingerprint),
            batches,
            lambda batch: _loss(network, recipe, batch, every, texts, scores, published),
            lambda: asdict(held_out.score(network.encode)),
            scores_every=_SCORES_EVERY,
            run=run,
            say=say,
        )
        network.save(run / "encoder", base, _learnt_from(recipe, base, teacher, len(numbers)))
    return run / "encoder"


class _Texts:
    """The texts of all batches as token ids: passages, then questions, each in the order of the numbers."""

    def __init__(self, every: Passages, batches: list[RetrievalBatch], tokens: Tokens) -> None:
        passage_numbers = sorted({number for batch in batches for number in batch.passages})
        question_numbers = sorted({number for batch in batches for number in batch.questions})
        texts = [every.text(number) for number in passage_numbers]
        texts += [every.corpus.questions[number].text for number in question_numbers]
        self.rows = token_rows(tokens, texts)
        self.digest = digest(texts)
        self._passages = {number: at for at, number in enumerate(passage_numbers)}
        self._questions = {number: at for at, number in enumerate(question_numbers, len(passage_numbers))}

    def places(self, batch: RetrievalBatch) -> list[int]:
        """Return where the texts of a batch stand in `rows`: its questions, then its passages."""
        return [
            *map(self._questions.__getitem__, batch.questions),
            *map(self._passages.__getitem__, batch.passages),
        ]

    def vectors(
        self, network: EncoderNetwork, weights: str, run: Path, say: Callable[[str], None]
    ) -> NDArray[np.float32]:
        """Return the vectors of all texts, float32 (n, width), by the weights that training begins with."""
        path = run / f"published-{digest([weights, self.digest])}.npy"
        return cached_rows(
            path,
            (len(self.rows), int(network.body.config["hidden_size"])),
            lambda first, last: network.encode(self.rows[first:last]),
            block=_ENCODED_BLOCK,
            progress=lambda count: say(f"published vectors of {count:,} of {len(self.rows):,} texts"),
        )


def _pairs(batches: list[RetrievalBatch]) -> list[tuple[int, int]]:
    """Return all pairs of a question and one of its candidates, each once."""
    return sorted(
        {
            (question, passage)
            for batch in batches
            for question, candidates in zip(batch.questions, batch.candidates, strict=True)
            for passage in candidates
        }
    )


def _loss(
    network: EncoderNetwork,
    recipe: EncoderRecipe,
    batch: RetrievalBatch,
    every: Passages,
    texts: _Texts,
    scores: Scores,
    published: NDArray[np.float32],
) -> Tensor:
    """Return the loss of a batch."""
    places = texts.places(batch)
    vectors = network([texts.rows[at] for at in places])
    asked, found = vectors.split([len(batch.questions), len(batch.passages)])
    logits = recipe.scale * asked @ found.T
    column = {number: at for at, number in enumerate(batch.passages)}
    read = np.full(logits.shape, np.nan, np.float32)
    for row, (question, candidates) in enumerate(zip(batch.questions, batch.candidates, strict=True)):
        read[row, [column[passage] for passage in candidates]] = [scores[question, p] for p in candidates]
    right = torch.tensor([column[candidates[0]] for candidates in batch.candidates], device=logits.device)
    excluded, targets, anchors = (
        torch.from_numpy(part).to(logits.device) for part in (answered(batch, every), read, published[places])
    )
    learnt = (1 - recipe.reader_weight) * contrastive_loss(logits, right, excluded)
    learnt = learnt + recipe.reader_weight * reader_loss(logits, targets, recipe.reader_temperature)
    return learnt + recipe.pull * distance(vectors, anchors)


def _fingerprint(recipe: EncoderRecipe, base: Path, teacher: Reader, texts: _Texts, scores: Scores) -> str:
    """Return a hash of everything that decides what is learnt from which batches in which order."""
    parts = [repr(recipe), sha256_of(base / WEIGHTS), teacher.card.sha256, texts.digest, repr([*scores])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _learnt_from(recipe: EncoderRecipe, base: Path, teacher: Reader, questions: int) -> dict[str, str]:
    """Return what config.json and the card say of the training."""
    sources = "; ".join(CREDITS[name] for name in recipe.shares)
    return {
        "base_sha256": sha256_of(base / WEIGHTS),
        "data": f"what the published weights learned from; then {questions:,} questions of {sources}; "
        f"and the scores of the reader {teacher.card.id}",
    }
