"""Asks labelled questions as they are, and again with what answers them hidden; keeps what calibrating needs.

Knows the answerer; does not know files, or how a calibration is fitted.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from indexer.article import Article
from indexer.filters import Filter
from indexer.index import Passage
from indexer.store import Counts
from qa.answer import Answerer, Asked
from qa.evaluate.calibrating import Outcome
from qa.evaluate.labelled import Labelled
from qa.evaluate.metrics import f1
from qa.evaluate.summaries import RIGHT_F1
from qa.fuse import Ids, Scores
from qa.retrieve import PassageIndex

BATCH = 32
"""Questions whose passages are read together."""


@dataclass(frozen=True, slots=True)
class Hiding:
    """An index from whose results the articles that `hides` names are taken away."""

    index: PassageIndex
    hides: Callable[[Article], bool]
    known: dict[str, bool] = field(default_factory=dict)

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
        shown = [
            passage.id for passage in self.index.fetch(ids.tolist()) if not self._hidden(passage.article)
        ]
        keep = np.isin(ids, shown)
        return ids[keep], scores[keep]

    def _hidden(self, article: Article) -> bool:
        if article.id not in self.known:
            self.known[article.id] = self.hides(article)
        return self.known[article.id]


def outcomes(
    answerer: Answerer, index: PassageIndex, questions: Sequence[Labelled]
) -> Iterator[list[Outcome]]:
    """Yield the outcomes of a batch of questions at a time.

    An ask whose every article is hidden tells nothing of the reader, and is left out.
    """
    for first in range(0, len(questions), BATCH):
        batch = questions[first : first + BATCH]
        asked = answerer.ask_many([q.text for q in batch])
        found = [_outcome(first + at, q, one) for at, (q, one) in enumerate(zip(batch, asked, strict=True))]
        for number, question in enumerate(batch, start=first):
            if question.golds:
                hidden = answerer.over(Hiding(index, question.answered_by)).ask(question.text)
                if hidden.best:
                    found.append(Outcome(number, False, hidden.best[0].features, right=False))
        yield found


def _outcome(number: int, question: Labelled, asked: Asked) -> Outcome:
    answerable = bool(question.golds)
    if not asked.best:
        return Outcome(number, answerable, None, right=False)
    best = asked.best[0]
    right = answerable and f1(best.text, question.golds) >= RIGHT_F1
    return Outcome(number, answerable, best.features, right)
