"""What an archive returns: typed values whose `to_dict()` is the JSON of every door.

Values only: how an answer is reached is in `nutgraf.qa`, the JSON objects are made by `nutgraf.objects`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nutgraf import objects
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.fields import Field
from nutgraf.indexer.selection import Facets
from nutgraf.indexer.storage import ArchiveInfo, ArticleStatus, IndexState
from nutgraf.qa.citing.answers import cite_answers
from nutgraf.qa.citing.citation import Citation
from nutgraf.qa.citing.formats import written
from nutgraf.qa.question_note import question_note
from nutgraf.qa.question_time import QuestionTime
from nutgraf.qa.result import Abstention, Answer, Outcome, QuestionResult
from nutgraf.qa.retrieval import Candidate, SearchResult
from nutgraf.qa.timeline import TimelineEntry

if TYPE_CHECKING:
    from nutgraf.index_calibration import ActiveCalibration
    from nutgraf.indexer.loaders.base import RefusedDates, UnusedFields
    from nutgraf.qa.explanation import Explanation
    from nutgraf.watches import WatchChange

_SHOWN_CHARS = 80


@dataclass(frozen=True, slots=True, repr=False)
class Hit:
    """A passage that a search found or that was read for an answer: [start:end] of the article's text.

    Of a passage whose `field` is "title" it is [start:end] of the title.

    `score` is comparable among the hits of one search; `copies` are other prints of the same story,
    and `versions` those that state a fact differently.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     hit = archive.search("missile defense")[0]
    >>> hit.rank, hit.text == hit.article.text[hit.start : hit.end]
    (1, True)
    """

    article: Article
    start: int
    end: int
    score: float
    rank: int
    copies: tuple[Article, ...]
    _candidate: Candidate

    @property
    def text(self) -> str:
        """The passage's exact words."""
        return self._candidate.passage.text

    @property
    def field(self) -> Field:
        """What it is a span of: the article's "text" or its "title"."""
        return self._candidate.passage.field

    @property
    def page(self) -> int | None:
        """The page, from 1, on which it begins; None in a title, and where the article has no pages."""
        return self._candidate.passage.page

    @property
    def versions(self) -> tuple[Article, ...]:
        """The articles of the same story that state a fact differently, by date, then id."""
        return self._candidate.versions

    @property
    def citation(self) -> Citation:
        """The passage, to be cited."""
        return Citation(self.article, self.field, (self.start, self.end), (self.start, self.end))

    def cite(self, format: str = "text") -> str:  # noqa: A002 - every door calls it so
        """Return the passage and its source in a format of docs/citing.md; raises BadOption for another."""
        return written(format, [self.citation], self.to_dict)

    def to_dict(self) -> objects.PassageJson:
        """Return the JSON object of a passage."""
        return objects.passage_object(self._candidate)

    def __repr__(self) -> str:
        place = f"article={self.article.id!r}, field={self.field!r}, start={self.start}, end={self.end}"
        return f"Hit(rank={self.rank}, score={self.score:.3f}, text={_short(self.text)}, {place})"


def hit_of(candidate: Candidate) -> Hit:
    """Return the hit that a candidate of `nutgraf.qa` is."""
    passage = candidate.passage
    return Hit(
        passage.article,
        passage.start,
        passage.end,
        candidate.score,
        candidate.rank,
        candidate.copies,
        candidate,
    )


class SearchHits(Sequence[Hit]):
    """The passages that a search found, best first.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     hits = archive.search("sanctions", top=3)
    >>> len(hits), [hit.rank for hit in hits]
    (3, [1, 2, 3])
    """

    def __init__(self, query: str, result: SearchResult, state: IndexState) -> None:
        self.query = storable(query)
        self.state = state
        self._result = result
        self._hits = [hit_of(candidate) for candidate in result.candidates]

    @property
    def time(self) -> QuestionTime | None:
        """The time that the words name, as it was read; None where they name none or it does not count."""
        return self._result.named_time

    def __getitem__(self, index):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN204 - typed by Sequence
        return self._hits[index]

    def __len__(self) -> int:
        return len(self._hits)

    def cite(self, format: str = "text") -> str:  # noqa: A002 - every door calls it so
        """Return the passages with their sources in a format of docs/citing.md; or raise BadOption."""
        return written(format, [hit.citation for hit in self._hits], self.to_dict)

    def to_dict(self) -> objects.SearchJson:
        """Return the JSON object of a search."""
        return objects.search_object(self.query, self._result, self.state)

    def __repr__(self) -> str:
        return f"SearchHits({self.query!r}, {len(self)} hits)"


@dataclass(frozen=True, slots=True, repr=False)
class AskResult:
    """The outcome of one question: answers that are sure enough, or an abstention with its reason.

    `outcome` is "answered", "unsure" (there is a `guess`), or "not_found". `timeline` and `explanation` are
    None unless they were asked for.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     result = archive.ask("Who won the football match?")
    >>> result.outcome, result.text, result.abstention.code
    ('not_found', '', 'unlikely')
    """

    result: QuestionResult
    state: IndexState
    timeline: tuple[TimelineEntry, ...] | None = None
    explanation: "Explanation | None" = None

    @property
    def question(self) -> str:
        """The question as it was read: blanks collapsed."""
        return self.result.question

    @property
    def note(self) -> str | None:
        """What to do instead where the question is not English, or is to be computed; None for all others."""
        return question_note(self.question)

    @property
    def time(self) -> QuestionTime | None:
        """The time that the question names, as it was read; None where it names none or it does not count."""
        return self.result.time

    @property
    def outcome(self) -> Outcome:
        """Which of the three outcomes it is: "answered", "unsure" or "not_found"."""
        return self.result.outcome

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return bool(self.result.answers)

    @property
    def guess(self) -> Answer | None:
        """The best guess where the outcome is "unsure"; to be checked, it is no answer."""
        return None if self.abstention is None else self.abstention.guess

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers, best first; empty where there is none that is sure enough."""
        return tuple(self.result.answers)

    @property
    def abstention(self) -> Abstention | None:
        """Why there is no answer; None where there is one."""
        return self.result.abstention

    @property
    def guesses(self) -> tuple[Answer, ...]:
        """The best answers whatever their probability, at least five where there are as many."""
        return tuple(self.result.best)

    @property
    def text(self) -> str:
        """The words of the best answer; empty where there is none that is sure enough."""
        return self.result.answers[0].text if self.result.answers else ""

    @property
    def passages(self) -> tuple[Hit, ...]:
        """The passages that were read, best first."""
        return tuple(hit_of(candidate) for candidate in self.result.candidates)

    def cite(self, format: str = "text") -> str:  # noqa: A002 - every door calls it so
        """Return every answer in a format of docs/citing.md; raises BadOption for another.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     result = archive.ask("What did China agree to on sanctions?")
        >>> print(result.cite("bibtex").splitlines()[1])
          title = {{U.S. Says It Will Step Up Defenses if China Fails to Act Against North Korea}},
        """
        if format == "json":
            return written(format, [], self.to_dict)
        return cite_answers([self.result], format)

    def to_dict(self) -> objects.AskJson:
        """Return the JSON object of a question's outcome."""
        shown = objects.ask_object(self.result, self.state, self.explanation)
        if self.timeline is not None:
            shown["timeline"] = [entry.to_dict() for entry in self.timeline]
        return shown

    def __bool__(self) -> bool:
        """Whether there is an answer."""
        return self.answered

    def __repr__(self) -> str:
        if self.abstention is not None:
            return f"AskResult({self.question!r}, {self.outcome}: {self.abstention.reason})"
        best = self.answers[0]
        return (
            f"AskResult({self.question!r}, {_short(best.text)}, probability={best.probability:.2f},"
            f" article={best.span.article.id!r})"
        )


@dataclass(frozen=True, slots=True, repr=False)
class AddReport:
    """What became of each article of one `add`, in the order in which they were stored.

    `gone` are the ids of articles whose file was in one of the folders and is there no more. `not_pruned`
    says why they were not removed although `prune` was given: so many would go that the folder may be on a
    disk that is not there. `failed` are the addresses of the source that could not be read; each is among
    the skipped, with its reason. `changes` are those of standing questions (`Archive.watch`) that the new
    articles caused; `watch_failure` says why these could not be asked.

    >>> import nutgraf
    >>> with nutgraf.open("tarn.nutgraf") as archive:
    ...     report = archive.add([{"id": "t1", "text": "The mill at Tarn closed."}, {"id": "t2"}])
    >>> report
    AddReport(added=1, skipped=1, articles=1)
    >>> report.skipped[0].reason
    'no field "text"'
    """

    statuses: tuple[ArticleStatus, ...]
    removed: tuple[str, ...]
    encoded_passages: int
    state: IndexState
    dates_not_used: tuple["RefusedDates", ...] = ()
    fields_not_used: tuple["UnusedFields", ...] = ()
    gone: tuple[str, ...] = ()
    not_pruned: str = ""
    failed: tuple[str, ...] = ()
    changes: tuple["WatchChange", ...] = ()
    watch_failure: str = ""

    def _count(self, status: str) -> int:
        return sum(article.status == status for article in self.statuses)

    @property
    def added(self) -> int:
        """How many articles are new."""
        return self._count("added")

    @property
    def updated(self) -> int:
        """How many were there with another content."""
        return self._count("updated")

    @property
    def unchanged(self) -> int:
        """How many were there as they are."""
        return self._count("unchanged")

    @property
    def duplicate(self) -> int:
        """How many are new copies of a story that is there."""
        return self._count("duplicate")

    @property
    def skipped(self) -> tuple[ArticleStatus, ...]:
        """What was not stored, each with its reason."""
        return tuple(article for article in self.statuses if article.status == "skipped")

    def to_dict(self) -> objects.AddJson:
        """Return the JSON object of `nutgraf index`."""
        return objects.add_object(self)

    def __repr__(self) -> str:
        counts = Counter(article.status for article in self.statuses)
        shown = ", ".join(f"{name}={count}" for name, count in sorted(counts.items()))
        return f"AddReport({shown or 'nothing'}, articles={self.state.counts.articles})"


@dataclass(frozen=True, slots=True)
class RemoveReport:
    """The ids that were removed, and those that no article has.

    >>> import nutgraf
    >>> nutgraf.RemoveReport(removed=("t1",)).to_dict()
    {'removed': ['t1'], 'unknown': []}
    """

    removed: tuple[str, ...]
    unknown: tuple[str, ...] = ()

    def to_dict(self) -> objects.RemoveJson:
        """Return the JSON object of `nutgraf remove`."""
        return {"removed": list(self.removed), "unknown": list(self.unknown)}


@dataclass(frozen=True, slots=True, repr=False)
class ArticlePage:
    """Articles of a list; `next` is the cursor of the page after it, None on the last.

    `facets` are the counts of the whole list, None unless they were asked for.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     page = archive.articles(limit=1, facets=True)
    >>> page, page.facets.articles, page.facets.outlets[0]
    (ArticlePage(1 articles, more), 3, FacetCount(name='The New York Times', articles=1))
    """

    articles: tuple[Article, ...]
    next: str | None = None
    facets: Facets | None = None

    def __iter__(self) -> Iterator[Article]:
        return iter(self.articles)

    def __len__(self) -> int:
        return len(self.articles)

    def to_dict(self) -> objects.ArticlePageJson:
        """Return the JSON object of a page of articles, without their texts."""
        listed = [objects.listed_object(article) for article in self.articles]
        page: objects.ArticlePageJson = {"articles": listed, "next": self.next}
        if self.facets is not None:
            page["facets"] = objects.facets_object(self.facets)
        return page

    def __repr__(self) -> str:
        return f"ArticlePage({len(self)} articles{'' if self.next is None else ', more'})"


@dataclass(frozen=True, slots=True)
class Versions:
    """The other prints of an article's story, by date, then id.

    `versions` state a fact differently than the article, `copies` do not.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     archive.versions("seeds/004_d6905fbb12041181.txt")
    Versions(copies=(), versions=())
    """

    copies: tuple[Article, ...]
    versions: tuple[Article, ...]

    def to_dict(self) -> objects.VersionsJson:
        """Return the JSON object of the prints of a story, without their texts."""
        return {
            "copies": [objects.listed_object(article) for article in self.copies],
            "versions": [objects.listed_object(article) for article in self.versions],
        }


@dataclass(frozen=True, slots=True, repr=False)
class ArchiveReport:
    """What an archive holds, what built it, and by which calibration it answers.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     report = archive.info()
    >>> report.articles, report.to_dict()["published"]["first"]
    (3, '2016-01-27T00:00:00+00:00')
    """

    info: ArchiveInfo
    calibration: "ActiveCalibration"

    @property
    def articles(self) -> int:
        """How many articles it holds."""
        return self.info.state.counts.articles

    @property
    def passages(self) -> int:
        """How many passages they are cut into."""
        return self.info.state.counts.passages

    def to_dict(self) -> objects.InfoJson:
        """Return the JSON object of `nutgraf info`."""
        return objects.info_object(self.info, self.calibration)

    def __repr__(self) -> str:
        return f"ArchiveReport({self.info.location!r}, articles={self.articles}, passages={self.passages})"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= _SHOWN_CHARS else line[: _SHOWN_CHARS - 1] + "…")
