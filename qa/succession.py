"""Lets the present holder of an office speak: who held it before is an earlier answer, and no rival. Pure.

"Who leads the central bank?" has another answer each few years, and all of them are true of their time. Which
one is current is told by `answer_status`, as on a timeline. Knows a question's words and answers; does not
know how they were read, nor which is likeliest.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from nutgraf.qa.answer_status import AnswerPeriod, statuses
from nutgraf.qa.join import AnswerGroup, LocatedSpan
from nutgraf.qa.tenure import asked_roles, speaks_of_now
from nutgraf.qa.timeline import mention


def present_holders(
    groups: Sequence[AnswerGroup], question: str, is_likely: Callable[[LocatedSpan], bool]
) -> list[AnswerGroup]:
    """Return the answers without former holders, which the current one has among its `earlier`.

    Nothing changes where the question does not ask who holds an office now. Only articles with a date count,
    that speak of the present and of which `is_likely` says that each is likelier right than wrong by itself.
    """
    if not asked_roles(question):
        return [*groups]

    def speaks(span: LocatedSpan) -> bool:
        is_dated = span.article.published is not None
        return is_dated and is_likely(span) and speaks_of_now(question, span.content, span.start, span.end)

    dated = {n: spans for n, group in enumerate(groups) if (spans := [*filter(speaks, _spans(group))])}
    numbers = [*dated]
    status = dict(zip(numbers, statuses([_period(spans) for spans in dated.values()]), strict=True))
    current = next((n for n in numbers if status[n] == "current"), None)
    if current is None:
        return [*groups]
    former = sorted(
        (n for n in numbers if status[n] == "superseded"), key=lambda n: _last(dated[n]), reverse=True
    )
    earlier = (*groups[current].earlier, *(max(dated[n], key=_day) for n in former))
    kept = [n for n in range(len(groups)) if n not in former]
    return [replace(groups[n], earlier=earlier) if n == current else groups[n] for n in kept]


def _spans(group: AnswerGroup) -> list[LocatedSpan]:
    return [group.best, *(support.span for support in group.support)]


def _period(spans: Sequence[LocatedSpan]) -> AnswerPeriod:
    dated = [(span, span.article.published) for span in spans]
    return AnswerPeriod(tuple(mention(span, day.date()) for span, day in dated if day is not None))


def _day(span: LocatedSpan) -> int:
    published = span.article.published
    return published.date().toordinal() if published else 0


def _last(spans: Sequence[LocatedSpan]) -> int:
    return max(map(_day, spans))
