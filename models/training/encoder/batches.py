"""Draws batches: questions, and passages that all of them are compared with. It knows numbers, no tokens."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.training.encoder.passages import Passages
from nutgraf.models.training.encoder.recipe import EncoderRecipe


@dataclass(frozen=True, slots=True)
class RetrievalBatch:
    """The numbers of q questions and of p distinct passages.

    `candidates` holds, for each question, a passage that answers it, and then its hard negatives. `passages`
    holds all of them, and some that are nobody's candidates.
    """

    questions: tuple[int, ...]
    candidates: tuple[tuple[int, ...], ...]
    passages: tuple[int, ...]


def draw(
    passages: Passages, negatives: NDArray[np.int32], recipe: EncoderRecipe, numbers: Sequence[int]
) -> list[RetrievalBatch]:
    """Return the batches of all passes over the questions `numbers`; they are the same at every call.

    `negatives` is that of `hard_negatives`.
    """
    learnt = [n for n, passage in enumerate(passages.corpus.contexts) if not passage.held_out]
    drawn = []
    for turn in range(recipe.passes):
        dice = random.Random(f"{recipe.seed} {turn}")
        order = _together(passages, numbers, dice)
        for first in range(0, len(order), recipe.batch_questions):
            questions = order[first : first + recipe.batch_questions]
            candidates = [
                (dice.choice(passages.relevant[number]), *_some(negatives[number], recipe.negatives, dice))
                for number in questions
            ]
            others = dice.sample(learnt, min(recipe.others, len(learnt)))
            every = tuple(dict.fromkeys(chain(*candidates, others)))
            drawn.append(RetrievalBatch(tuple(questions), tuple(candidates), every))
    return drawn


def chosen(passages: Passages, recipe: EncoderRecipe) -> list[int]:
    """Return the numbers of the questions that are learnt; no held-out question is among them."""
    dice = random.Random(recipe.seed)
    by_source: dict[str, list[int]] = {name: [] for name in recipe.shares}
    for number, question in enumerate(passages.corpus.questions):
        if question.source in by_source and not passages.corpus.held_out(question):
            by_source[question.source].append(number)
    return [
        number
        for name, numbers in by_source.items()
        for number in dice.sample(numbers, round(recipe.shares[name] * len(numbers)))
    ]


def _together(passages: Passages, numbers: Sequence[int], dice: random.Random) -> list[int]:
    """Return the questions in a random order of their passages: a passage is encoded for all of its own."""
    by_passage = defaultdict(list)
    for number in numbers:
        by_passage[passages.corpus.questions[number].context].append(number)
    groups = [*by_passage.values()]
    dice.shuffle(groups)
    return [*chain(*groups)]


def _some(negatives: NDArray[np.int32], count: int, dice: random.Random) -> list[int]:
    hard = [int(number) for number in negatives if number >= 0]
    return dice.sample(hard, min(count, len(hard)))


def answered(batch: RetrievalBatch, passages: Passages) -> NDArray[np.bool_]:
    """Return bool (q, p): whether a passage holds the words of an answer to the question."""
    corpus = passages.corpus
    texts = [corpus.contexts[number].text.lower() for number in batch.passages]
    rows = []
    for number in batch.questions:
        answers = [answer.lower() for answer in corpus.answers(corpus.questions[number])]
        rows.append([any(answer in text for answer in answers) for text in texts])
    return np.array(rows, dtype=np.bool_)
