"""From a question to the passages that may answer it: checks, encodes, retrieves, and takes the time.

Knows an index and an encoder; does not know readers, nor what becomes of the passages.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.filters import Filter, calendar_day
from nutgraf.indexer.storage import PassageIndex
from nutgraf.qa.checks import check_top, check_use_time, checked_filter, checked_question
from nutgraf.qa.errors import EmptyIndex
from nutgraf.qa.profiles import DEFAULT, PROFILES, Profile
from nutgraf.qa.question_time import QuestionTime, question_time
from nutgraf.qa.retrieval import QuestionEncoder, SearchResult, retrieve


class Searcher:
    """Joins an index and an encoder, and retrieves as `profile` says. Stateless; deterministic."""

    def __init__(
        self, index: PassageIndex, encoder: QuestionEncoder, profile: Profile = PROFILES[DEFAULT]
    ) -> None:
        self._index = index
        self._encoder = encoder
        self.profile = profile

    def over(self, index: PassageIndex) -> "Searcher":
        """Return a searcher with the same encoder and profile over another index, or a view of this one."""
        return Searcher(index, self._encoder, self.profile)

    def by(self, profile: Profile) -> "Searcher":
        """Return a searcher with the same encoder and index that does as much as that profile says."""
        return Searcher(self._index, self._encoder, profile)

    def search(
        self, question: str, *, top: int = 10, allow: Filter | None = None, use_time: bool = True
    ) -> SearchResult:
        """Return the `top` best passages for the question, those of the time that it names first.

        With `use_time` off, its time is mere words. Raises BadQuestion, BadFilter and EmptyIndex.
        """
        question = checked_question(question)
        check_top(top)
        check_use_time(use_time)
        self.check_index()
        allow = checked_filter(allow or Filter())
        asked_time = self.question_time(question, allow) if use_time else None
        return self.search_checked(question, top, allow, asked_time)

    def check_index(self) -> None:
        """Raise EmptyIndex for an index without passages."""
        if self._index.state.counts.passages == 0:
            raise EmptyIndex("the index holds no articles", hint="nutgraf index PATH_TO_ARTICLES")

    def search_checked(
        self, question: str, top: int, allow: Filter, asked_time: QuestionTime | None = None
    ) -> SearchResult:
        """Return what `search` does, of a question and a filter that were checked, and of a time."""
        began = time.perf_counter()
        (vector,) = self._encoder.encode([question])
        return self.search_encoded(question, vector, top, allow, milliseconds_since(began), asked_time)

    def question_time(self, question: str, allow: Filter) -> QuestionTime:
        """Return the time that a question asks about.

        Relative times count from the day of `as_of`, else from the newest article that passes the filter. An
        article that is dated later than today is not the newest: its date is wrong, or says when it is due.
        """
        today = datetime.now(UTC).date()
        return question_time(question, lambda: self.newest_day(allow), today, allow.as_of)

    def newest_day(self, allow: Filter) -> date | None:
        """Return the day of the newest article that passes a filter and is not dated later than today."""
        today = datetime.now(UTC).date()
        last = today if allow.last is None else min(allow.last, today)
        day = self._index.newest_day(replace(allow, last=last))
        return None if day is None else calendar_day(day)

    def encode(self, questions: Sequence[str]) -> dict[str, npt.NDArray[np.float32]]:
        """Return the vector of each question, float32 (dim,), all encoded in one call."""
        return dict(zip(questions, self._encoder.encode(questions), strict=True)) if questions else {}

    def search_encoded(
        self,
        question: str,
        vector: npt.NDArray[np.float32],
        top: int,
        allow: Filter,
        encode_ms: float,
        asked_time: QuestionTime | None = None,
    ) -> SearchResult:
        """Return the `top` best candidates: searches, answers and timelines all take theirs from here.

        This is the place of a reranker, and there is none yet. It would reorder the first candidates, as many
        as `RetrievalParams` says, whatever `top` is: the first 5 of 50 stay the 5 of 5. It would give each
        another `score`, from 0 to 1, because the spans of a passage inherit it and the calibration has seen
        no others; sort by score + recency + time, at a tie by the passage's id; and number the ranks. What is
        in `RetrievalParams` is in `Profile.rules`, too, and an archive's calibration belongs to these rules.
        """
        began = time.perf_counter()
        candidates = retrieve(self._index, question, vector, top, allow, self.profile.retrieval, asked_time)
        return SearchResult(candidates, encode_ms, milliseconds_since(began), asked_time)


def milliseconds_since(began: float) -> float:
    """Return the milliseconds since a moment of `time.perf_counter`."""
    return (time.perf_counter() - began) * 1e3
