"""The whole system: every question is asked of the index, the best guess taken whatever its probability.

Knows the answerer and what of its outcome is kept; does not know files or models.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.filters import Filter
from indexer.index import Index, Passage
from indexer.store import Counts
from qa.answer import Answerer, Asked
from qa.checks import MAX_TOP, checked_question
from qa.errors import BadQuestion
from qa.evaluate.metrics import exact_match, f1
from qa.evaluate.questions import GoldQuestion
from qa.evaluate.records import Record
from qa.evaluate.scores import places
from qa.evaluate.squad import Question
from qa.fuse import Ids, Scores

BATCH = 32
"""Questions whose passages are read together, and whose answers are kept together."""


@dataclass(frozen=True, slots=True)
class Without:
    """An index from whose results one article is taken away."""

    index: Index
    article_id: str

    @property
    def counts(self) -> Counts:
        """As the index has them."""
        return self.index.counts

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Search, then drop."""
        return self._kept(*self.index.dense(vector, k, allow))

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Search, then drop."""
        return self._kept(*self.index.lexical(question, k, allow))

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """As the index has them."""
        return self.index.fetch(passage_ids)

    def _kept(self, ids: Ids, scores: Scores) -> tuple[Ids, Scores]:
        stored = self.index.store.passages(ids.tolist())
        keep = np.array([stored[i].article_id != self.article_id for i in ids.tolist()], bool)
        return ids[keep], scores[keep]


def ask_all(answerer: Answerer, questions: Sequence[GoldQuestion]) -> Iterator[list[Record]]:
    """Yield the records of a batch of questions at a time."""
    for first in range(0, len(questions), BATCH):
        batch = questions[first : first + BATCH]
        outcomes = ask_batch(answerer, [q.text for q in batch])
        yield [_record(answerer, q, outcome) for q, outcome in zip(batch, outcomes, strict=True)]


def ask_twice(answerer: Answerer, index: Index, questions: Sequence[Question]) -> Iterator[list[Record]]:
    """Yield as `ask_all`, the records telling also whether a question is answered with its article hidden."""
    following = iter(questions)
    for records in ask_all(answerer, questions):
        batch = [next(following) for _ in records]
        hidden = [answerer.over(Without(index, q.article_id)) for q in batch]
        outcomes = [ask_batch(one, [q.text])[0] for one, q in zip(hidden, batch, strict=True)]
        yield [replace(r, without=_answered(asked)) for r, asked in zip(records, outcomes, strict=True)]


def ask_batch(answerer: Answerer, texts: Sequence[str]) -> list[Asked | None]:
    """Ask the questions together; None for one that cannot be asked, which counts as unanswered."""
    asked = iter(answerer.ask_many([text for text in texts if _askable(text)]))
    return [next(asked) if _askable(text) else None for text in texts]


def _askable(text: str) -> bool:
    try:
        checked_question(text)
    except BadQuestion:
        return False
    return True


def _answered(asked: Asked | None) -> bool:
    return asked is not None and bool(asked.answers)


def _record(answerer: Answerer, question: GoldQuestion, asked: Asked | None) -> Record:
    best = asked.best[0] if asked and asked.best else None
    text = best.text if best else ""
    return Record(
        id=question.id,
        question=question.text,
        golds=question.golds,
        prediction=text,
        em=exact_match(text, question.golds),
        f1=f1(text, question.golds),
        score=best.score if best else None,
        probability=best.probability if best else None,
        source=best.span.article.id if best else None,
        answered=_answered(asked),
        ranks=_ranks(answerer, question, asked),
    )


def _ranks(answerer: Answerer, question: GoldQuestion, asked: Asked | None) -> dict[str, list[int | None]]:
    """Return the ranks of the relevant articles; more is looked up than the answerer has read."""
    found = answerer.search(question.text, top=MAX_TOP).candidates if asked else []
    place = places(candidate.passage.article.id for candidate in found)
    return {label: [place.get(i) for i in ids] for label, ids in question.relevant.items()}
