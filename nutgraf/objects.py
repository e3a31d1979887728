"""The JSON objects of every door: their shapes, and how they are made. docs/cli.md has the contract."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

from nutgraf.indexer.article import Article, ArticleJson, FullArticleJson
from nutgraf.indexer.fields import Field
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.selection import Facets
from nutgraf.indexer.storage import ArchiveInfo, IndexState, Recall
from nutgraf.qa.citing.web_link import linked_reference
from nutgraf.qa.difference import ChangeJson
from nutgraf.qa.explanation import Explanation, ScoreBreakdown
from nutgraf.qa.question_note import question_note
from nutgraf.qa.question_time import QuestionTime, TimeJson
from nutgraf.qa.related import RelatedArticle
from nutgraf.qa.result import AbstentionJson, AnswerJson, Outcome, QuestionResult
from nutgraf.qa.retrieval import Candidate, EngineRank, SearchResult
from nutgraf.qa.timeline import TimelineEntryJson

if TYPE_CHECKING:
    from nutgraf.index_calibration import ActiveCalibration
    from nutgraf.indexer.loaders.base import RefusedDates, UnusedFields
    from nutgraf.results import AddReport
    from nutgraf.watches import WatchChangeJson

# --- shapes ---------------------------------------------------------------------------------------------


class RankJson(TypedDict):
    """Where one engine put a passage, rank from 1."""

    rank: int
    score: float


class ReaderRankJson(RankJson):
    """Where a reader alone puts a passage, and its lead over "no answer" in logits.

    `model` is the reader. Where two read, the passages that the large one read come first: it decides.
    """

    over_null: float
    model: str


class PassageExplanationJson(TypedDict):
    """Why a passage stands where it does; `title` tells whether its article's title was read with it."""

    dense: RankJson | None
    bm25: RankJson | None
    article_bm25: RankJson | None
    fused: RankJson
    recency: float
    time: float
    reader: ReaderRankJson | None
    title: bool
    cluster: str | None


class PassageJson(TypedDict):
    """A passage as it was found."""

    article: ArticleJson
    field: Field
    start: int
    end: int
    page: int | None
    text: str
    score: float
    rank: int
    copies: list[ArticleJson]
    versions: list[ArticleJson]
    explain: NotRequired[PassageExplanationJson]


class IndexJson(TypedDict):
    """Which state of the index answered; `encoded` is the share of passages that have vectors, 0 to 1."""

    generation: int
    articles: int
    passages: int
    encoded: float


class SearchTimingJson(TypedDict):
    """Milliseconds a stage."""

    encode: float
    retrieve: float


class AskTimingJson(SearchTimingJson):
    """Milliseconds a stage."""

    read: float
    total: float


class FilterJson(TypedDict):
    """The filter that a question was asked with; days are ISO 8601."""

    first: str | None
    last: str | None
    as_of: str | None
    sources: list[str]


class ScoreJson(TypedDict):
    """What an answer's score is the sum of, in logits; what another time costs it is in `retrieval`."""

    reader: float
    retrieval: float
    agreement: float
    total: float


class RunnerUpJson(TypedDict):
    """The best answer with other words."""

    text: str
    score: float


class TermJson(TypedDict):
    """A feature as the calibration sees it, and the logits that it adds."""

    value: float
    adds: float


class BreakdownJson(TypedDict):
    """Why an answer stands before all others."""

    text: str
    score: ScoreJson
    runner_up: RunnerUpJson | None
    probability: float
    terms: dict[str, TermJson]


class ExplanationJson(TypedDict):
    """What an outcome is due to."""

    filter: FilterJson
    threshold: float
    won: BreakdownJson | None


class AskJson(TypedDict):
    """The outcome of a question: answers or an abstention, never both."""

    question: str
    note: str | None
    time: TimeJson | None
    outcome: Outcome
    answered: bool
    answers: list[AnswerJson]
    abstention: AbstentionJson | None
    passages: list[PassageJson]
    timing_ms: AskTimingJson
    index: IndexJson
    timeline: NotRequired[list[TimelineEntryJson]]
    considered: NotRequired[list[AnswerJson]]
    explanation: NotRequired[ExplanationJson]
    articles: NotRequired[list[FullArticleJson]]


class SearchJson(TypedDict):
    """The outcome of a search."""

    question: str
    time: TimeJson | None
    passages: list[PassageJson]
    timing_ms: SearchTimingJson
    index: IndexJson
    articles: NotRequired[list[FullArticleJson]]


class SearchPageJson(SearchJson):
    """A page of a search, and the cursor of the next one; null on the last."""

    next: str | None


class DaysJson(TypedDict):
    """The first and the last `published`, ISO 8601."""

    first: str
    last: str


class OutletJson(TypedDict):
    """An outlet, and how many articles it has."""

    source: str
    articles: int


class EncoderJson(TypedDict):
    """The model that made the vectors."""

    id: str
    sha256: str
    dim: int


class FittedJson(TypedDict):
    """What an archive's own calibration was fitted on."""

    reader: str
    questions: int
    made: str


class CalibrationJson(TypedDict):
    """Which calibration probabilities and threshold come from: the reader's or the index's own."""

    of: Literal["index", "reader"]
    threshold: float
    fitted: FittedJson | None


class InfoJson(IndexJson):
    """What an archive holds and what built it."""

    path: str
    unpublished_passages: int
    published: DaysJson | None
    sources: list[OutletJson]
    encoder: EncoderJson
    bytes: int
    approximate: "RecallJson | None"
    calibration: CalibrationJson


class RecallJson(TypedDict):
    """How many passages are found by meaning without comparing all vectors, and what that finds, 0 to 1."""

    passages: int
    recall_at_10: float
    recall_at_100: float


class SkippedJson(TypedDict):
    """Something that did not become an article."""

    origin: str
    reason: str


class DatesJson(TypedDict):
    """Dates that were not used, for one reason: the first of them, where it stood, and how many there are."""

    origin: str
    reason: str
    given: str
    count: int


class FieldsJson(TypedDict):
    """Fields, or columns, of a file of records that hold something and were not used.

    Those that look like a field of an article come first; `resembles` says which: {"pubdatum": "published"}.
    """

    origin: str
    names: list[str]
    resembles: dict[str, str]


class AddJson(TypedDict):
    """What became of the articles of one run; `changes` is there where answers of watches changed."""

    added: int
    updated: int
    unchanged: int
    duplicate: int
    removed: int
    gone: list[str]
    not_pruned: str
    encoded_passages: int
    skipped: list[SkippedJson]
    dates_not_used: list[DatesJson]
    fields_not_used: list[FieldsJson]
    index: IndexJson
    changes: NotRequired[list["WatchChangeJson"]]
    watch_failure: NotRequired[str]


class UnusedDateJson(TypedDict):
    """A date of an article that was not used, as it was given, and why."""

    given: str
    reason: str


class StoredJson(TypedDict):
    """What became of an article that was posted: its status, its id, and why it was skipped if it was.

    `dates_not_used` is there where it has such dates.
    """

    status: Literal["added", "updated", "unchanged", "duplicate", "skipped", "removed"]
    id: NotRequired[str | None]
    reason: NotRequired[str]
    dates_not_used: NotRequired[list[UnusedDateJson]]


class RemoveJson(TypedDict):
    """The ids that were removed, and those that no article has."""

    removed: list[str]
    unknown: list[str]


class ListedArticleJson(ArticleJson):
    """An article of a list, with the names of its authors."""

    authors: list[str]


class AuthorJson(TypedDict):
    """An author, and how many of the articles are hers or his."""

    author: str
    articles: int


class MonthJson(TypedDict):
    """A month, "2016-01", and how many of the articles are of it."""

    month: str
    articles: int


class FacetsJson(TypedDict):
    """How many articles a list has, by outlet, author and month; `undated` have no month."""

    articles: int
    sources: list[OutletJson]
    authors: list[AuthorJson]
    months: list[MonthJson]
    undated: int


class ArticlePageJson(TypedDict):
    """A page of articles, and the cursor of the next one; null on the last. `facets` if they were wanted."""

    articles: list[ListedArticleJson]
    next: str | None
    facets: NotRequired[FacetsJson]


class RelatedArticleJson(ListedArticleJson):
    """An article of another story, and its likeness, up to 1."""

    likeness: float


class RelatedJson(TypedDict):
    """The nearest articles of other stories, nearest first."""

    articles: list[RelatedArticleJson]


class VersionsJson(TypedDict):
    """The other prints of an article's story, by date, then id: those that state a fact differently apart.

    `difference` is there where a print was named to compare it with.
    """

    copies: list[ListedArticleJson]
    versions: list[ListedArticleJson]
    difference: NotRequired[list[ChangeJson]]


class ErrorBodyJson(TypedDict):
    """What was wrong and what was expected, for a program (`code`) and a person; what to do next."""

    code: str
    message: str
    hint: str


class ErrorJson(TypedDict):
    """Every failure, at every door."""

    error: ErrorBodyJson


# --- answers --------------------------------------------------------------------------------------------


def passage_object(candidate: Candidate) -> PassageJson:
    """Return a passage as it was found."""
    passage = candidate.passage
    return {
        "article": linked_reference(passage.article, passage.field, passage.start, passage.end),
        "field": passage.field,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
        "text": passage.text,
        "score": round(candidate.score, 6),
        "rank": candidate.rank,
        "copies": [article.reference() for article in candidate.copies],
        "versions": [article.reference() for article in candidate.versions],
    }


def ask_object(result: QuestionResult, state: IndexState, explanation: Explanation | None = None) -> AskJson:
    """Return the outcome of a question, and why it is so if there is an explanation."""
    timing, abstention = result.timing, result.abstention
    passages = [passage_object(candidate) for candidate in result.candidates]
    if explanation is not None:
        for passage, candidate in zip(passages, result.candidates, strict=True):
            passage["explain"] = passage_explanation(candidate, result, explanation)
    shown: AskJson = {
        "question": result.question,
        "note": question_note(result.question),
        "time": _time_object(result.time),
        "outcome": result.outcome,
        "answered": bool(result.answers),
        "answers": [answer.to_dict() for answer in result.answers],
        "abstention": None if abstention is None else abstention.to_dict(),
        "passages": passages,
        "timing_ms": {
            "encode": round(timing.encode, 1),
            "retrieve": round(timing.retrieve, 1),
            "read": round(timing.read, 1),
            "total": round(timing.total, 1),
        },
        "index": index_object(state),
    }
    if explanation is not None:
        shown["considered"] = [answer.to_dict() for answer in result.best]
        shown["explanation"] = explanation_object(explanation)
    return shown


def search_object(query: str, result: SearchResult, state: IndexState) -> SearchJson:
    """Return the outcome of a search."""
    return {
        "question": query,
        "time": _time_object(result.named_time),
        "passages": [passage_object(candidate) for candidate in result.candidates],
        "timing_ms": {"encode": round(result.encode_ms, 1), "retrieve": round(result.retrieve_ms, 1)},
        "index": index_object(state),
    }


def _time_object(time: QuestionTime | None) -> TimeJson | None:
    return None if time is None else time.to_dict()


# --- explanations ---------------------------------------------------------------------------------------


def explanation_object(explanation: Explanation) -> ExplanationJson:
    """Return the filter, the threshold, and why the first answer is first."""
    breakdown = explanation.won
    return {
        "filter": _filter_object(explanation.allow),
        "threshold": round(explanation.threshold, 4),
        "won": None if breakdown is None else _breakdown_object(breakdown),
    }


def passage_explanation(
    candidate: Candidate, result: QuestionResult, explanation: Explanation
) -> PassageExplanationJson:
    """Return why a passage stands where it does: ranks and scores of each stage, and its cluster."""
    reading = result.read.get(candidate.passage.id)
    return {
        "dense": _rank_object(candidate.dense),
        "bm25": _rank_object(candidate.lexical),
        "article_bm25": _rank_object(candidate.article),
        "fused": {"rank": candidate.rank, "score": round(candidate.score, 6)},
        "recency": round(candidate.recency, 6),
        "time": round(candidate.time, 6),
        "reader": None
        if reading is None
        else {
            "rank": explanation.reader_ranks[candidate.passage.id],
            "score": round(reading.by_reader, 4),
            "over_null": round(reading.null_margin, 4),
            "model": reading.reader,
        },
        "title": candidate.headline is not None,
        "cluster": candidate.passage.article.cluster,
    }


def _breakdown_object(breakdown: ScoreBreakdown) -> BreakdownJson:
    runner_up = breakdown.runner_up
    return {
        "text": breakdown.answer.text,
        "score": {
            "reader": round(breakdown.reader, 4),
            "retrieval": round(breakdown.retrieval, 4),
            "agreement": round(breakdown.agreement, 4),
            "total": round(breakdown.answer.score, 4),
        },
        "runner_up": None
        if runner_up is None
        else {"text": runner_up.text, "score": round(runner_up.score, 4)},
        "probability": round(breakdown.answer.probability, 4),
        "terms": {
            term.feature.key: {"value": round(term.value, 4), "adds": round(term.adds, 4)}
            for term in breakdown.terms
        },
    }


def _filter_object(allow: Filter) -> FilterJson:
    return {
        "first": _day(allow.first),
        "last": _day(allow.last),
        "as_of": _day(allow.as_of),
        "sources": list(allow.sources),
    }


def _rank_object(rank: EngineRank | None) -> RankJson | None:
    return None if rank is None else {"rank": rank.rank, "score": round(rank.score, 4)}


# --- the archive ----------------------------------------------------------------------------------------


def index_object(state: IndexState) -> IndexJson:
    """Return which state of the index answered."""
    return {
        "generation": state.generation,
        "articles": state.counts.articles,
        "passages": state.counts.passages,
        "encoded": round(state.encoded, 4),
    }


def listed_object(article: Article) -> ListedArticleJson:
    """Return an article as lists show it."""
    return {**article.reference(), "authors": [*article.authors]}


def related_object(entries: Iterable[RelatedArticle]) -> RelatedJson:
    """Return the nearest articles of other stories."""
    articles: list[RelatedArticleJson] = [
        {**listed_object(entry.article), "likeness": entry.likeness} for entry in entries
    ]
    return {"articles": articles}


def facets_object(facets: Facets) -> FacetsJson:
    """Return how many articles a list has, by outlet, author and month."""
    return {
        "articles": facets.articles,
        "sources": [{"source": count.name, "articles": count.articles} for count in facets.outlets],
        "authors": [{"author": count.name, "articles": count.articles} for count in facets.authors],
        "months": [{"month": count.name, "articles": count.articles} for count in facets.months],
        "undated": facets.undated,
    }


def info_object(info: ArchiveInfo, calibration: "ActiveCalibration") -> InfoJson:
    """Return what an archive holds, what built it, and by which calibration it is answered from."""
    state, encoder = info.state, info.state.encoder
    days: DaysJson | None = None
    if info.first_published is not None and info.last_published is not None:
        days = {"first": info.first_published, "last": info.last_published}
    return {
        **index_object(state),
        "path": info.location,
        "unpublished_passages": state.unpublished_passages,
        "published": days,
        "sources": [{"source": outlet.name, "articles": outlet.articles} for outlet in info.outlets],
        "encoder": {"id": encoder.id, "sha256": encoder.sha256, "dim": encoder.dim},
        "bytes": info.size_bytes,
        "approximate": _recall_object(info.recall),
        "calibration": calibration_object(calibration),
    }


def _recall_object(recall: Recall | None) -> RecallJson | None:
    if recall is None:
        return None
    return {
        "passages": recall.passages,
        "recall_at_10": recall.at_10,
        "recall_at_100": recall.at_100,
    }


def calibration_object(calibration: "ActiveCalibration") -> CalibrationJson:
    """Say which calibration is used: the reader's or the index's own, and what the own was fitted on."""
    own = calibration.own
    return {
        "of": "index" if calibration.used else "reader",
        "threshold": calibration.calibration.threshold,
        "fitted": None
        if own is None
        else {"reader": own.reader, "questions": own.questions, "made": own.made},
    }


def add_object(report: "AddReport") -> AddJson:
    """Return what became of the articles of one run."""
    shown: AddJson = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicate": report.duplicate,
        "removed": len(report.removed),
        "gone": list(report.gone),
        "not_pruned": report.not_pruned,
        "encoded_passages": report.encoded_passages,
        "skipped": [{"origin": skip.origin, "reason": skip.reason} for skip in report.skipped],
        "dates_not_used": [_dates_object(dates) for dates in report.dates_not_used],
        "fields_not_used": [_fields_object(fields) for fields in report.fields_not_used],
        "index": index_object(report.state),
    }
    if report.changes:
        shown["changes"] = [change.to_dict() for change in report.changes]
    if report.watch_failure:
        shown["watch_failure"] = report.watch_failure
    return shown


def _dates_object(dates: "RefusedDates") -> DatesJson:
    return {"origin": dates.origin, "reason": dates.reason, "given": dates.given, "count": dates.count}


def _fields_object(fields: "UnusedFields") -> FieldsJson:
    return {"origin": fields.origin, "names": list(fields.names), "resembles": dict(fields.resembles)}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
