"""How an answer changed over time: each distinct answer, when and by whom it was given, and where it stands.

Pure: knows what articles say and when; does not know questions, windows, or how sure is sure enough.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nutgraf.qa.aggregate import AnswerGroup, LocatedSpan
from nutgraf.qa.answer_status import AnswerPeriod, AnswerStatus, Mention, statuses
from nutgraf.qa.normalize import same_words
from nutgraf.qa.variants import full_name, without_title

SURE_SHARE = 0.5
"""Of the surest article's probability, the share that another must reach."""

Probability = Callable[[LocatedSpan, int], float]
"""How probable a span is by itself, whatever else is answered, when so many independent articles agree."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One answer over time: `spans` are what each article says, by day, those without a date last.

    `best` is the surest of them in the answer's own wording, with its `probability`. The status is "undated"
    where no article has a date.
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

    @property
    def independent(self) -> int:
        """How many articles say so; copies of one story count once."""
        return len({_story(span) for span in self.spans})


def timeline(groups: Iterable[AnswerGroup], probability: Probability, least: float) -> list[TimelineEntry]:
    """Return the answers that articles give, by first appearance; then those without a date, surest first.

    An article speaks once, by its best span: what else was found in it is noise, or a name from before. It
    counts if its probability reaches `least`, and half that of the surest: where articles answer plainly, a
    guess is no other opinion. Statuses are those of `qa.answer_status`.
    """
    weighed = {key: _weighed(spans, probability) for key, spans in _answers(groups).items()}
    surest = max((p for spans in weighed.values() for _, p in spans), default=0.0)
    bar = max(least, SURE_SHARE * surest)
    heard = {key: [(span, p) for span, p in spans if p >= bar] for key, spans in weighed.items()}
    entries = [_entry(key, spans) for key, spans in heard.items() if spans]
    dated = sorted((e for e in entries if e.first), key=lambda e: (*_ends(e.spans), e.best.text))
    undated = sorted((e for e in entries if not e.first), key=lambda e: (-e.probability, e.best.text))
    found = statuses([_era(entry.spans) for entry in dated])
    return [*(replace(entry, status=status) for entry, status in zip(dated, found, strict=True)), *undated]


def _answers(groups: Iterable[AnswerGroup]) -> dict[str, list[LocatedSpan]]:
    """Return what articles say by the answer's key, best span first; variants of one name are one answer."""
    best: dict[str, LocatedSpan] = {}
    for span in (span for group in groups for span in (group.best, *(s.span for s in group.support))):
        best[span.article.id] = min(best.get(span.article.id, span), span, key=_order)
    spans = sorted(best.values(), key=_order)
    wordings = {same_words(span.text): span.text for span in reversed(spans)}
    bare = {key: without_title(text, wordings.values()) for key, text in wordings.items()}
    names = sorted(set(bare.values()))
    answers: dict[str, list[LocatedSpan]] = {}
    for span in spans:
        name = full_name(bare[same_words(span.text)], span.article.text, names)
        answers.setdefault(same_words(name), []).append(span)
    return answers


def _weighed(spans: Sequence[LocatedSpan], probability: Probability) -> list[tuple[LocatedSpan, float]]:
    others = len({_story(span) for span in spans}) - 1
    return [(span, probability(span, others)) for span in spans]


def _entry(key: str, spans: Sequence[tuple[LocatedSpan, float]]) -> TimelineEntry:
    best, p = max(spans, key=lambda one: (same_words(one[0].text) == key, one[1]))
    by_day = sorted((span for span, _ in spans), key=lambda span: (_day(span) or date.max, span.article.id))
    return TimelineEntry(best, p, tuple(by_day), "undated")


def _era(spans: Sequence[LocatedSpan]) -> AnswerPeriod:
    """Return who said it when; an article that names no outlet is one of its own."""
    return AnswerPeriod(
        tuple(
            Mention(day, _story(span), (span.article.source or f"article {span.article.id}").casefold())
            for span in spans
            if (day := _day(span))
        )
    )


def _order(span: LocatedSpan) -> tuple[float, str, int, int]:
    return -span.score, span.article.id, span.start, span.end


def _story(span: LocatedSpan) -> str:
    return span.article.cluster or f"article {span.article.id}"


def _ends(spans: Iterable[LocatedSpan]) -> tuple[date, date]:
    days = _days(spans)
    return min(days), max(days)


def _days(spans: Iterable[LocatedSpan]) -> list[date]:
    return [day for span in spans if (day := _day(span))]


def _day(span: LocatedSpan) -> date | None:
    return span.article.published.date() if span.article.published else None
