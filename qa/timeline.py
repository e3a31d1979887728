"""How an answer changed over time: each distinct answer, when and by whom it was given, and its status.

Pure: it knows what articles say and when; it does not know questions, windows, or which threshold is right.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeAlias, TypedDict

from nutgraf.indexer.article import Article, ArticleJson
from nutgraf.qa.answer_status import LIKELY, STALE_DAYS, AnswerPeriod, AnswerStatus, Mention, statuses
from nutgraf.qa.change import GROWING_COUNT, STATE, Change
from nutgraf.qa.citing.web_link import linked_reference
from nutgraf.qa.join import AnswerGroup, LocatedSpan, Support, answer_keys
from nutgraf.qa.result import QuoteJson
from nutgraf.qa.time_fit import told_day
from nutgraf.qa.values import number_of, value_key, value_span
from nutgraf.qa.versions import outdated, replacements

SURE_SHARE = 0.5
"""The share of the probability of the surest article with another answer that an article must reach.

No entry of docs/log.md compares other shares.
"""

_PAST = re.compile(
    r"\bhad\b|(?<!\bwho )\b(?:became|was|were)\b"
    r"|\bwho was\b(?! (?:first |re-?)?(?:elected|appointed|named|chosen|made|sworn|crowned|hired|born)\b)"
)
"""What looks back; but ", who became mayor in 1990, said" may be of who is mayor now."""


Probability = Callable[[LocatedSpan], float]
"""A span -> its probability by itself: without rivals, and without others that agree."""

Prints: TypeAlias = Mapping[str, Sequence[Article]]
"""The id of an article -> the other prints of its story that were read."""

WeighedSpan: TypeAlias = tuple[LocatedSpan, float]
"""A span and its probability."""


class TimelineMentionJson(QuoteJson):
    """An article that gave an answer at some time."""

    article: ArticleJson


class TimelineEntryJson(TypedDict):
    """One of the answers that were given over time; days are ISO 8601."""

    text: str
    status: str
    first: str | None
    last: str | None
    outlets: list[str]
    independent: int
    probability: float
    articles: list[TimelineMentionJson]


@dataclass(frozen=True, slots=True, repr=False)
class TimelineEntry:
    """One answer over time: `spans` are what each article says, by day, those without a date last.

    `best` is the surest of them in the answer's own wording, with its `probability`. The status is "undated"
    where no article has a date.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     entry = archive.timeline("What did China agree to on sanctions?")[0]
    >>> entry.best.text, entry.outlets
    ('new United Nations sanctions against the North', ('The New York Times',))
    """

    best: LocatedSpan
    probability: float
    spans: tuple[LocatedSpan, ...]
    status: AnswerStatus

    @property
    def first(self) -> date | None:
        """The day (UTC) of its earliest article; None where no article has a date."""
        return min(_days(self.spans), default=None)

    @property
    def last(self) -> date | None:
        """The day (UTC) of its latest article; None where no article has a date."""
        return max(_days(self.spans), default=None)

    @property
    def outlets(self) -> tuple[str, ...]:
        """Who printed it, each once, in order of appearance; articles that name no outlet are left out."""
        return tuple(dict.fromkeys(span.article.source for span in self.spans if span.article.source))

    def to_dict(self) -> TimelineEntryJson:
        """Return the JSON object of an answer over time, with every article that gives it."""
        return {
            "text": self.best.text,
            "status": self.status,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "outlets": list(self.outlets),
            "independent": self.independent,
            "probability": round(self.probability, 4),
            "articles": [
                {
                    "article": linked_reference(span.article, span.field, span.start, span.end),
                    "field": span.field,
                    "start": span.start,
                    "end": span.end,
                    "page": span.page,
                    "text": span.text,
                }
                for span in self.spans
            ],
        }

    def __repr__(self) -> str:
        days = f"first={self.first}, last={self.last}"
        return f"TimelineEntry({self.best.text[:80]!r}, {self.status}, {days}, articles={len(self.spans)})"

    @property
    def independent(self) -> int:
        """How many articles say so; copies of one story count once."""
        return len({_story(span) for span in self.spans})


def timeline(
    groups: Iterable[AnswerGroup],
    probability: Probability,
    threshold: float,
    change: Change = STATE,
    asked_until: date | None = None,
    prints: Prints = MappingProxyType({}),
    is_stale: Callable[[LocatedSpan], bool] = lambda _: False,
) -> list[TimelineEntry]:
    """Return the answers that articles give, by first appearance; then those without a date, surest first.

    An article speaks once, by its best span: its other spans are noise, or a name from before. An answer
    counts if an article gives it whose own probability reaches `threshold`, and an article if its own reaches
    `LIKELY`. Both must reach `SURE_SHARE` of the surest that says something else: where articles answer
    plainly, a guess is no other opinion.

    Statuses are those of `qa.answer_status`. For them an article speaks of its own day, or of the time that
    its sentence looks back to where events recur or are counted, but of no day after `asked_until`, the last
    one of the asked time. What a newer version of a story replaced or denies (`qa.versions`) is superseded,
    and the newer version's edit of it is as sure; `prints` has the other prints that were read. What would be
    current is stale where `is_stale` says so of an article of its last day.
    """
    weighed = {key: [(s, probability(s)) for s in spans] for key, spans in _answers(groups, change).items()}
    replaced = _replaced(weighed, threshold)
    for older, newer in replaced.items():
        _lift(weighed[older], weighed[newer])
    superseded = {*replaced, *_denied(weighed, prints)}
    surest = {key: max(p for _, p in spans) for key, spans in weighed.items()}
    rivals = {key: max((p for k, p in surest.items() if k != key), default=0.0) for key in surest}
    least = {key: SURE_SHARE * rivals[key] for key in surest}
    entries = {
        key: _entry(key, [(span, p) for span, p in spans if p >= max(min(LIKELY, threshold), least[key])])
        for key, spans in weighed.items()
        if surest[key] >= max(threshold, least[key])
    }
    dated = sorted(
        (e for e in entries.values() if e.first),
        key=lambda e: (*_ends(e.spans), _begun(e.spans), e.best.text),
    )
    undated = sorted(
        (e for e in entries.values() if not e.first), key=lambda e: (-e.probability, e.best.text)
    )
    keys = {entry.best: key for key, entry in entries.items()}
    standing = [entry for entry in dated if keys[entry.best] not in superseded]
    periods = [_period(keys[entry.best], entry.spans, change, asked_until or date.max) for entry in standing]
    status = dict(zip((entry.best for entry in standing), statuses(periods), strict=True))
    for entry in standing:
        newest = (span for span in entry.spans if _day(span) == entry.last)
        if status[entry.best] == "current" and any(map(is_stale, newest)):
            status[entry.best] = "stale"
    return [*(replace(entry, status=status.get(entry.best, "superseded")) for entry in dated), *undated]


def _groups(weighed: Mapping[str, Sequence[WeighedSpan]]) -> list[AnswerGroup]:
    spans = ([span for span, _ in weights] for weights in weighed.values())
    return [AnswerGroup(best, tuple(Support(span, "again") for span in others)) for best, *others in spans]


def _replaced(weighed: Mapping[str, Sequence[WeighedSpan]], threshold: float) -> dict[str, str]:
    """Return the key of each answer that a newer version replaced -> that of its answer, the oldest first."""
    keys, groups = [*weighed], _groups(weighed)
    chances = {span: p for spans in weighed.values() for span, p in spans}
    pairs = replacements(groups, lambda span: chances[span] >= threshold)
    ordered = sorted(pairs, key=lambda number: max(_days(_members(groups[number])), default=date.min))
    return {keys[older]: keys[pairs[older]] for older in ordered}


def _denied(weighed: Mapping[str, Sequence[WeighedSpan]], prints: Prints) -> set[str]:
    keys = [*weighed]
    return {keys[number] for number in outdated(_groups(weighed), prints)}


def _members(group: AnswerGroup) -> list[LocatedSpan]:
    return [group.best, *(support.span for support in group.support)]


def _lift(older: Sequence[WeighedSpan], newer: list[WeighedSpan]) -> None:
    """Make the spans of newer versions as sure as those of the older ones that they replace."""
    surest = dict(sorted((_story(span), p) for span, p in older))
    newer[:] = [(span, max(p, surest.get(_story(span), 0.0))) for span, p in newer]


def _answers(groups: Iterable[AnswerGroup], change: Change) -> dict[str, list[LocatedSpan]]:
    """Return what articles say by the answer's key, best span first; values and names join as in `join`."""
    best: dict[str, LocatedSpan] = {}
    for span in (span for group in groups for span in (group.best, *(s.span for s in group.support))):
        best[span.article.id] = min(best.get(span.article.id, span), span, key=_order)
    spans = sorted(best.values(), key=_order)
    keys = answer_keys(spans)
    answers: dict[str, list[LocatedSpan]] = {}
    for span in spans:
        answers.setdefault(_counted(keys[span], change), []).append(span)
    return answers


def _counted(key: str, change: Change) -> str:
    """Return the key of an answer: of a count that grows, "at least 31" reports the same as "31"."""
    return key.removeprefix(">= ") if change is GROWING_COUNT else key


def _entry(key: str, spans: Sequence[tuple[LocatedSpan, float]]) -> TimelineEntry:
    best, p = max(spans, key=lambda pair: (value_key(pair[0].text) == key, pair[1]))
    start, end = value_span(best.content, best.start, best.end)
    if value_key(best.text) != key and value_key(best.content[start:end]) == key:
        best = replace(best, start=start, end=end)  # "more than 1,000", and not "1,000"
    by_day = sorted((span for span, _ in spans), key=lambda span: (_day(span) or date.max, span.article.id))
    return TimelineEntry(best, p, tuple(by_day), "undated")


def mention(span: LocatedSpan, day: date) -> Mention:
    """Return who said it of a day; an article that names no outlet counts as an outlet of its own."""
    return Mention(day, _story(span), (span.article.source or f"article {span.article.id}").casefold())


def _period(key: str, spans: Sequence[LocatedSpan], change: Change, until: date) -> AnswerPeriod:
    """Return who said it of which day.

    Articles that look back at the asked time count where there are no others, as of its last day.
    """
    mentions = [mention(span, day) for span in spans if (day := _told_day(span, change))]
    of_time = [m for m in mentions if m.day <= until]
    number = number_of(key) if change is GROWING_COUNT else None
    return AnswerPeriod(tuple(of_time or [replace(m, day=until) for m in mentions]), number)


def _told_day(span: LocatedSpan, change: Change) -> date | None:
    """Return the day that an article speaks of: its own for a state, but for "She was mayor in 1990"."""
    day, told = _day(span), told_day(span.article, span.start, span.end, span.field)
    if change is not STATE or day is None or told is None:
        return told
    is_history = (day - told).days > STALE_DAYS and _PAST.search(span.sentence) is not None
    return told if is_history else day


def _order(span: LocatedSpan) -> tuple[float, str, str, int, int]:
    return -span.score, span.article.id, span.field, span.start, span.end


def _story(span: LocatedSpan) -> str:
    return span.article.cluster or f"article {span.article.id}"


def _ends(spans: Iterable[LocatedSpan]) -> tuple[date, date]:
    days = _days(spans)
    return min(days), max(days)


def _begun(spans: Iterable[LocatedSpan]) -> datetime:
    return min(s.article.published for s in spans if s.article.published is not None)


def _days(spans: Iterable[LocatedSpan]) -> list[date]:
    return [day for span in spans if (day := _day(span))]


def _day(span: LocatedSpan) -> date | None:
    return span.article.published.date() if span.article.published else None
