"""Reads the JSON objects of a server back into the values that an archive returns: the way back of `objects`.

Knows the objects of docs/http.md, asked for with `explain` and `articles`; does not know HTTP. What an object
lacks, such as the score of each span, is not a number (nan). Every function raises KeyError, TypeError or
ValueError for an object of another shape, or for a quote that is not in its article.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from nutgraf.index_calibration import ActiveCalibration, IndexCalibration
from nutgraf.indexer.article import Article
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.headlines import headline_span
from nutgraf.indexer.selection import FacetCount, Facets
from nutgraf.indexer.storage import ArchiveInfo, Counts, IndexState, OutletCount, Passage, Recall
from nutgraf.qa.calibration import FEATURES, Calibration, CalibrationFigures, Features
from nutgraf.qa.citations import Citation
from nutgraf.qa.explanation import Explanation, ProbabilityTerm, ScoreBreakdown
from nutgraf.qa.join import LocatedSpan, Support
from nutgraf.qa.question_time import QuestionTime
from nutgraf.qa.result import Abstention, Answer, PassageReading, QuestionResult, Timing
from nutgraf.qa.retrieval import Candidate, EngineRank, SearchResult
from nutgraf.qa.timeline import TimelineEntry
from nutgraf.results import ArchiveReport, AskResult, SearchHits

Json: TypeAlias = Mapping[str, Any]
Articles: TypeAlias = Mapping[str, Article]
"""Article id -> the whole article."""

NOT_SAID = EncoderIdentity("", "", 0)
"""The encoder of a state: no answer names it."""


def ask_result(shown: Json, allow: Filter, *, explain: bool) -> AskResult:
    """Return the outcome of a question that was asked under a filter; with `explain`, why it is so."""
    articles = _articles(shown)
    explained = shown["explanation"]
    best = [_answer(answer, articles) for answer in shown["considered"]]
    candidates = _candidates(shown, articles)
    readings = {
        candidate.passage.id: passage["explain"]["reader"]
        for candidate, passage in zip(candidates, shown["passages"], strict=True)
        if passage["explain"]["reader"] is not None
    }
    timing = shown["timing_ms"]
    result = QuestionResult(
        question=shown["question"],
        answers=[_answer(answer, articles) for answer in shown["answers"]],
        abstention=_abstention(shown["abstention"], articles),
        best=best,
        candidates=candidates,
        read={
            place: PassageReading(reading["score"], reading["over_null"], reader=reading["model"])
            for place, reading in readings.items()
        },
        timing=Timing(timing["encode"], timing["retrieve"], timing["read"], timing["total"]),
        allow=allow,
        threshold=explained["threshold"],
        time=_time(shown["time"]),
    )
    ranks = {place: reading["rank"] for place, reading in readings.items()}
    won = _breakdown(explained["won"], best)
    timeline = shown.get("timeline")
    return AskResult(
        result,
        _state(shown["index"]),
        None if timeline is None else tuple(_entry(entry, articles) for entry in timeline),
        Explanation(allow, explained["threshold"], won, ranks) if explain else None,
    )


def search_hits(shown: Json) -> SearchHits:
    """Return the passages of a search."""
    timing = shown["timing_ms"]
    candidates = _candidates(shown, _articles(shown))
    result = SearchResult(candidates, timing["encode"], timing["retrieve"], _time(shown["time"]))
    return SearchHits(shown["question"], result, _state(shown["index"]))


def article(shown: Json) -> Article:
    """Return a whole article."""
    return Article(
        id=_text(shown["id"]),
        title=_text(shown["title"]),
        text=_text(shown["text"]),
        url=shown["url"],
        source=shown["source"],
        authors=tuple(shown["authors"]),
        published=_moment(shown["published"]),
        published_from=shown["published_from"],
        modified=_moment(shown["modified"]),
        ingested_at=_moment(shown["ingested_at"]),
        cluster=shown["cluster"],
        page_breaks=tuple(shown["page_breaks"]),
    )


def article_ids(shown: Sequence[Json]) -> list[str]:
    """Return the ids of the articles that a list names."""
    return [_text(listed["id"]) for listed in shown]


def facets(shown: Json | None) -> Facets | None:
    """Return how many articles a list has, by outlet, author and month; None where they were not counted."""
    if shown is None:
        return None
    outlets, authors, months = (
        tuple(FacetCount(_text(count[name]), count["articles"]) for count in shown[names])
        for names, name in (("sources", "source"), ("authors", "author"), ("months", "month"))
    )
    return Facets(shown["articles"], outlets, authors, months, shown["undated"])


def archive_report(shown: Json) -> ArchiveReport:
    """Return what the archive of a server holds."""
    days, encoder = shown["published"], EncoderIdentity(**shown["encoder"])
    counts = Counts(shown["articles"], shown["passages"])
    unpublished, encoded = shown["unpublished_passages"], _encoded_passages(shown)
    state = IndexState(shown["generation"], "", counts, unpublished, 0, encoder, encoded)
    info = ArchiveInfo(
        location=shown["path"],
        state=state,
        outlets=tuple(OutletCount(outlet["source"], outlet["articles"]) for outlet in shown["sources"]),
        first_published=None if days is None else days["first"],
        last_published=None if days is None else days["last"],
        size_bytes=shown["bytes"],
        recall=_recall(shown.get("approximate")),
    )
    return ArchiveReport(info, _active_calibration(shown["calibration"], encoder))


def _recall(shown: Json | None) -> Recall | None:
    if shown is None:
        return None
    return Recall(shown["passages"], shown["recall_at_10"], shown["recall_at_100"])


# --- the parts --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _ShownTime(QuestionTime):
    """The time of a question as a server read it: its first and last day, and its words for them."""

    shown: str = ""

    @property
    def read_as(self) -> str:
        """The server's words for the days."""
        return self.shown


def _articles(shown: Json) -> dict[str, Article]:
    return {whole.id: whole for whole in map(article, shown["articles"])}


def _candidates(shown: Json, articles: Articles) -> list[Candidate]:
    return [_candidate(number, passage, articles) for number, passage in enumerate(shown["passages"])]


def _candidate(number: int, shown: Json, articles: Articles) -> Candidate:
    """Return a passage as it was found, with the ranks that it has where they were asked for."""
    span = _span(shown, articles)
    ranks = shown.get("explain") or {}
    return Candidate(
        passage=Passage(number, span.article, span.start, span.end, span.field),
        rank=shown["rank"],
        score=shown["score"],
        dense=_rank(ranks.get("dense")),
        lexical=_rank(ranks.get("bm25")),
        copies=tuple(articles[copy["id"]] for copy in shown["copies"]),
        recency=ranks.get("recency", 0.0),
        article=_rank(ranks.get("article_bm25")),
        versions=tuple(articles[version["id"]] for version in shown["versions"]),
        time=ranks.get("time", 0.0),
        headline=_headline(span.article) if ranks.get("title") else None,
    )


def _headline(article: Article) -> Passage:
    return Passage(-1, article, *headline_span(article), "title")


def _answer(shown: Json, articles: Articles) -> Answer:
    score, nan = shown["score"], math.nan
    return Answer(
        text=_text(shown["text"]),
        start=shown["start"],
        end=shown["end"],
        score=score,
        probability=shown["probability"],
        span=_span(shown, articles, score),
        support=tuple(_support(support, articles) for support in shown["support"]),
        features=Features(score, margin=nan, null_margin=nan, retrieval=nan),
        earlier=tuple(_span(earlier, articles) for earlier in shown["earlier"]),
    )


def _support(shown: Json, articles: Articles) -> Support:
    cites = shown["cites"]
    cited = None if cites is None else Citation(cites["text"], cites["start"], cites["end"])
    return Support(_span(shown, articles), shown["kind"], cited)


def _span(shown: Json, articles: Articles, score: float = math.nan) -> LocatedSpan:
    """Return a span of an article; its text, where the object has one, must be the article's."""
    span = LocatedSpan(
        articles[shown["article"]["id"]], shown["start"], shown["end"], score, math.nan, field=shown["field"]
    )
    if not 0 <= span.start < span.end <= len(span.content) or shown.get("text", span.text) != span.text:
        raise ValueError(f"[{span.start}:{span.end}] of the article {span.article.id!r} is not its quote")
    return span


def _abstention(shown: Json | None, articles: Articles) -> Abstention | None:
    if shown is None:
        return None
    guess = shown["guess"]
    return Abstention(shown["code"], shown["reason"], None if guess is None else _answer(guess, articles))


def _entry(shown: Json, articles: Articles) -> TimelineEntry:
    spans = tuple(_span(mention, articles) for mention in shown["articles"])
    best = next(span for span in spans if span.text == shown["text"])
    return TimelineEntry(best, shown["probability"], spans, shown["status"])


def _breakdown(shown: Json | None, best: Sequence[Answer]) -> ScoreBreakdown | None:
    if shown is None:
        return None
    parts, terms = shown["score"], shown["terms"]
    return ScoreBreakdown(
        answer=best[0],
        reader=parts["reader"],
        retrieval=parts["retrieval"],
        agreement=parts["agreement"],
        runner_up=best[1] if len(best) > 1 else None,
        terms=tuple(
            ProbabilityTerm(feature, terms[feature.key]["value"], terms[feature.key]["adds"])
            for feature in FEATURES
            if feature.key in terms
        ),
    )


def _time(shown: Json | None) -> QuestionTime | None:
    if shown is None:
        return None
    first, last = _day(shown["first"]), _day(shown["last"])
    return _ShownTime(
        words=_text(shown["words"]),
        spans=() if first is None and last is None else ((first, last),),
        relative_to=_day(shown["relative_to"]),
        problem=shown["problem"] or "",
        counted_from=shown["counted_from"],
        shown=shown["read_as"],
    )


def _state(shown: Json) -> IndexState:
    counts = Counts(shown["articles"], shown["passages"])
    return IndexState(shown["generation"], "", counts, 0, 0, NOT_SAID, _encoded_passages(shown))


def _encoded_passages(shown: Json) -> int:
    """Return how many passages have vectors: not all of them where the share is below 1."""
    passages: int = shown["passages"]
    return passages if shown["encoded"] >= 1 else min(round(shown["encoded"] * passages), passages - 1)


def _active_calibration(shown: Json, encoder: EncoderIdentity) -> ActiveCalibration:
    """Return the calibration of a server's answers; its weights are not said."""
    calibration, fitted, nan = Calibration((), shown["threshold"]), shown["fitted"], math.nan
    unknown = CalibrationFigures(nan, nan, nan, nan)
    own = (
        None
        if fitted is None
        else IndexCalibration(
            reader=fitted["reader"],
            reader_sha256="",
            length_cost=nan,
            encoder=encoder,
            rules={},
            calibration=calibration,
            made=fitted["made"],
            questions=fitted["questions"],
            false_answers=nan,
            before=unknown,
            after=unknown,
        )
    )
    return ActiveCalibration(calibration, own, shown["of"] == "index")


def _rank(shown: Json | None) -> EngineRank | None:
    return None if shown is None else EngineRank(shown["rank"], shown["score"])


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value
