"""An index that hides articles, so that a question that it answers can be asked as if it did not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Ids, IndexState, Passage, PassageFacts, PassageIndex, Scores


@dataclass(frozen=True, slots=True)
class WithholdingIndex:
    """A view of an index, without the articles for which `hides` returns true.

    A search is not made deeper for those that it drops.
    """

    index: PassageIndex
    hides: Callable[[Article], bool]
    hidden: dict[str, bool] = field(default_factory=dict)

    @property
    def state(self) -> IndexState:
        """The state of the whole index; withheld articles are counted."""
        return self.index.state

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Search the index, then drop hidden articles."""
        return self._kept(*self.index.dense(vector, k, allow))

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Search the index, then drop hidden articles."""
        return self._kept(*self.index.lexical(question, k, allow))

    def article_scores(self, question: str, passage_ids: Sequence[int]) -> dict[int, float]:
        """Return what the index returns."""
        return self.index.article_scores(question, passage_ids)

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """Return what the index returns."""
        return self.index.fetch(passage_ids)

    def facts(self, passage_ids: Sequence[int]) -> dict[int, PassageFacts]:
        """Return the facts that the index has, those of withheld articles too."""
        return self.index.facts(passage_ids)

    def copies(self, passage_ids: Sequence[int], allow: Filter) -> dict[int, list[Article]]:
        """Return what the index returns, without hidden articles."""
        copies = self.index.copies(passage_ids, allow)
        return {i: [a for a in articles if not self._hidden(a)] for i, articles in copies.items()}

    def newest_day(self, allow: Filter) -> int | None:
        """Return what the index returns; withheld articles count."""
        return self.index.newest_day(allow)

    def _kept(self, ids: Ids, scores: Scores) -> tuple[Ids, Scores]:
        shown = [
            passage.id for passage in self.index.fetch(ids.tolist()) if not self._hidden(passage.article)
        ]
        keep = np.isin(ids, shown)
        return ids[keep], scores[keep]

    def _hidden(self, article: Article) -> bool:
        if article.id not in self.hidden:
            self.hidden[article.id] = self.hides(article)
        return self.hidden[article.id]
