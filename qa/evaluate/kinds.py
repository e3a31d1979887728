"""Counts which kinds of answers are given to questions that ask for which kinds. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from nutgraf.models.answer_kinds import answer_kinds, is_other_kind
from nutgraf.models.kinds import AnswerKind, Kinds
from nutgraf.models.question_kinds import question_kinds
from nutgraf.qa.evaluate.records import Record

UNKNOWN = "unknown"
_ORDER = [*AnswerKind, UNKNOWN].index


@dataclass(frozen=True, slots=True)
class KindCount:
    """The best guesses of the likeliest kind `answered` to questions that most likely ask for `asked`.

    `other_kind` is the number of guesses that cannot be what was asked for; `given` the number of guesses
    that were given as answers. `guesses_right` and `given_right` are the shares that are right, 0 to 1;
    `given_right` is 0 where none was given.
    """

    asked: str
    answered: str
    guesses: int
    guesses_right: float
    other_kind: int
    given: int
    given_right: float


def guess_is_other_kind(record: Record) -> bool:
    """Return whether the guess is known to be of another kind than the question asks for."""
    return is_other_kind(question_kinds(record.question), record.prediction)


def count_kinds(records: Sequence[Record]) -> list[KindCount]:
    """Return the counts of all pairs of kinds, by the kind asked for, the commonest answers first.

    Questions without a guess are left out. A question that tells no kind asks for "unknown".
    """
    pairs: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        if record.prediction:
            asked, answered = question_kinds(record.question), answer_kinds(record.prediction)
            pairs.setdefault((_first(asked), _first(answered)), []).append(record)
    counts = [_count(*pair, group) for pair, group in pairs.items()]
    return sorted(counts, key=lambda c: (_ORDER(c.asked), -c.guesses, _ORDER(c.answered)))


def _count(asked: str, answered: str, records: Sequence[Record]) -> KindCount:
    given = [record for record in records if record.answered]
    return KindCount(
        asked=asked,
        answered=answered,
        guesses=len(records),
        guesses_right=sum(record.right for record in records) / len(records),
        other_kind=sum(map(guess_is_other_kind, records)),
        given=len(given),
        given_right=sum(record.right for record in given) / max(1, len(given)),
    )


def _first(kinds: Kinds) -> str:
    return kinds[0].value if kinds else UNKNOWN
