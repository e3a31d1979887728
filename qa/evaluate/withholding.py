"""An index that hides articles, so that a question goes unanswered that it would answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import Passage
from nutgraf.indexer.embedded.store import Counts
from nutgraf.indexer.filters import Filter
from nutgraf.qa.fusion import Ids, Scores
from nutgraf.qa.retrieval import PassageIndex


@dataclass(frozen=True, slots=True)
class WithholdingIndex:
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

    def article_scores(self, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
        """As the index has them."""
        return self.index.article_scores(question, passage_ids)

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """As the index has them."""
        return self.index.fetch(passage_ids)

    def published_days(self, passage_ids: Sequence[int]) -> dict[int, int]:
        """As the index has them."""
        return self.index.published_days(passage_ids)

    def clusters(self, passage_ids: Sequence[int]) -> dict[int, str]:
        """As the index has them."""
        return self.index.clusters(passage_ids)

    def copies(self, passage_ids: Sequence[int], allow: Filter) -> dict[int, list[Article]]:
        """Ask, then drop."""
        found = self.index.copies(passage_ids, allow)
        return {i: [a for a in articles if not self._hidden(a)] for i, articles in found.items()}

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
