"""What each method of a client asks of a server, and what it makes of the answers: no I/O, no HTTP library.

A method is a plan: a generator that yields calls, is sent the JSON of each answer, and returns the value of
the method. So a client that waits and one that does not share all but the sending.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypedDict, TypeVar, Unpack
from urllib.parse import quote

from nutgraf import parser
from nutgraf.arguments import checked_ids, checked_inquiries
from nutgraf.errors import UnknownArticle
from nutgraf.filters import Day, article_filter
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.fields import Field
from nutgraf.indexer.filters import Filter
from nutgraf.opening import unknown_article
from nutgraf.qa.checks import check_top, check_use_time, checked_filter, checked_question
from nutgraf.qa.citing.citation import cited
from nutgraf.qa.citing.formats import written
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.timeline import TimelineEntry
from nutgraf.results import ArchiveReport, AskResult, RemoveReport, SearchHits

T = TypeVar("T")

QUESTIONS_A_CALL = 8
"""Questions that are sent together: fewer than a server takes, because all of them share one deadline.

Not measured.
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. The body is an object as JSON, or `lines` of JSON.

    A `safe` call changes nothing. A `patient` one is given longer, because the server stores what it sends.
    """

    method: str
    path: str
    body: Mapping[str, object] | None = None
    lines: bytes | None = None
    params: Mapping[str, str | list[str]] = field(default_factory=dict)
    safe: bool = True
    patient: bool = False


Plan: TypeAlias = Generator[Call, Any, T]
"""Yields calls, is sent the JSON of their answers, and returns a value."""


class ArticleFilters(TypedDict, total=False):
    """The filters of a list of articles."""

    after: Day | None
    before: Day | None
    as_of: Day | None
    source: str | Sequence[str] | None


class FilterOptions(ArticleFilters, total=False):
    """The filters of `Archive.ask`."""

    time: bool


class SearchOptions(FilterOptions, total=False):
    """The options of `Archive.search`."""

    top: int


class InquiryOptions(SearchOptions, total=False):
    """The options of a question."""

    min_probability: float | None


class AskOptions(InquiryOptions, total=False):
    """The options of `Archive.ask`."""

    timeline: bool
    explain: bool


class Unreadable(Exception):
    """The JSON of an answer is not what nutgraf answers."""


@contextmanager
def reading() -> Iterator[None]:
    """Raise Unreadable where JSON of another shape is read in the block."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}"[:200]) from error


def ask(
    questions: Iterable[str],
    *,
    timeline: bool = False,
    explain: bool = False,
    **options: Unpack[InquiryOptions],
) -> Plan[list[AskResult]]:
    """Answer questions, some in each call; all are checked before the first call."""
    results: list[AskResult] = []
    for batch in batches(_inquiries(questions, **options)):
        results += yield from ask_together(batch, timeline=timeline, explain=explain)
    return results


def batches(inquiries: Sequence[Inquiry]) -> Iterator[Sequence[Inquiry]]:
    """Yield the inquiries, as many at a time as are sent together."""
    for first in range(0, len(inquiries), QUESTIONS_A_CALL):
        yield inquiries[first : first + QUESTIONS_A_CALL]


def ask_together(
    inquiries: Sequence[Inquiry], *, timeline: bool = False, explain: bool = False
) -> Plan[list[AskResult]]:
    """Answer checked questions in one call."""
    body = {"questions": [asked_object(inquiry, timeline=timeline) for inquiry in inquiries]}
    shown = yield Call("POST", "/v1/ask/batch", body)
    with reading():
        pairs = zip(shown["outcomes"], inquiries, strict=True)
        return [parser.ask_result(outcome, inquiry.allow, explain=explain) for outcome, inquiry in pairs]


def asked_object(inquiry: Inquiry, *, timeline: bool) -> dict[str, object]:
    """Return the object of a question: with all that its result is made of, the whole articles included."""
    return {
        "question": inquiry.question,
        "top": inquiry.top,
        **filter_object(inquiry.allow),
        "min_probability": inquiry.min_probability,
        "time": inquiry.use_time,
        "timeline": timeline,
        "explain": True,
        "articles": True,
    }


class Stream:
    """A question whose passages come before its answer: its call, and what each event of the answer is."""

    def __init__(
        self,
        question: str,
        *,
        timeline: bool = False,
        explain: bool = False,
        **options: Unpack[InquiryOptions],
    ) -> None:
        """Check the question; options and errors are those of `Archive.ask`."""
        (self._inquiry,) = _inquiries([question], **options)
        self._explain = explain
        self.call = Call("POST", "/v1/ask/stream", asked_object(self._inquiry, timeline=timeline))

    def event(self, name: str, shown: Any) -> Iterator[SearchHits | AskResult]:  # noqa: ANN401 - JSON
        """Yield the value of an event; events of other names have none."""
        with reading():
            if name == "passages":
                yield parser.search_hits(shown)
            if name == "answer":
                yield parser.ask_result(shown, self._inquiry.allow, explain=self._explain)


def timeline(question: str, **options: Unpack[FilterOptions]) -> Plan[list[TimelineEntry]]:
    """Return each distinct answer over time."""
    (result,) = yield from ask([question], timeline=True, **options)
    return [*(result.timeline or ())]


def search(
    query: str,
    *,
    top: int = 10,
    after: Day | None = None,
    before: Day | None = None,
    as_of: Day | None = None,
    source: str | Sequence[str] | None = None,
    time: bool = True,
) -> Plan[SearchHits]:
    """Find passages."""
    checked_question(query)
    check_top(top)
    check_use_time(time)
    allow = checked_filter(article_filter(after, before, as_of, source))
    words = storable(query).replace("\0", " ")
    body = {"question": words, "top": top, **filter_object(allow), "time": time, "articles": True}
    shown = yield Call("POST", "/v1/search", body)
    with reading():
        return parser.search_hits(shown)


def get(article_id: str) -> Plan[Article]:
    """Return an article by its id."""
    (article_id,) = checked_ids([article_id])
    shown = yield Call("GET", article_path(article_id))
    with reading():
        return parser.article(shown)


def cite(
    article_id: str,
    format: str = "text",  # noqa: A002 - every door calls it so
    *,
    start: int = 0,
    end: int = 0,
    field: Field = "text",
) -> Plan[str]:
    """Return an article, or words of it, in a format."""
    article = yield from get(article_id)
    return written(format, [cited(article, field, start, end)], article.to_dict)


def info() -> Plan[ArchiveReport]:
    """Return what the archive holds."""
    shown = yield Call("GET", "/v1/info")
    with reading():
        return parser.archive_report(shown)


def remove(article_ids: str | Iterable[str]) -> Plan[RemoveReport]:
    """Remove articles, one after another."""
    removed, unknown = [], []
    for article_id in dict.fromkeys(checked_ids(article_ids)):
        try:
            yield Call("DELETE", article_path(article_id), safe=False)
        except UnknownArticle:
            unknown.append(article_id)
        else:
            removed.append(article_id)
    return RemoveReport(tuple(removed), tuple(unknown))


def _inquiries(
    questions: Iterable[str],
    *,
    top: int = 1,
    after: Day | None = None,
    before: Day | None = None,
    as_of: Day | None = None,
    source: str | Sequence[str] | None = None,
    min_probability: float | None = None,
    time: bool = True,
) -> list[Inquiry]:
    allow = article_filter(after, before, as_of, source)
    return checked_inquiries(questions, top, allow, min_probability, use_time=time)


def filter_object(allow: Filter) -> dict[str, str | list[str]]:
    """Return the fields of a request that are its filter; of an address the parameters."""
    days = {"after": allow.first, "before": allow.last, "as_of": allow.as_of}
    return {
        **{name: day.isoformat() for name, day in days.items() if day is not None},
        "source": list(allow.sources),
    }


def article_path(article_id: str) -> str:
    """Return the path of an article; raises UnknownArticle for an id that no path can name."""
    if not article_id:
        raise unknown_article(article_id)
    name = quote(article_id, safe="")
    # "." and ".." would be taken as steps in the path.
    return f"/v1/articles/{name if name.strip('.') else name.replace('.', '%2E')}"
