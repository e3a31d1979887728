"""What a standing question is answered with, and how that changed: values, and the JSON they are kept as.

Knows answers; does not know how two of them are compared (`qa.watching.compare`), nor where they are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict

from nutgraf.indexer.article import ArticleJson
from nutgraf.indexer.fields import Field
from nutgraf.qa.citing.web_link import linked_reference
from nutgraf.qa.result import Answer

ChangeKind = Literal["new_answer", "other_answer", "more_outlets", "disputed", "gone"]
"""There was no answer and now there is one; the answer is another; more independent outlets give it; another
answer stands against it; the article that gave it was removed, and no other gives one."""

KIND_WORDS: Mapping[ChangeKind, str] = {
    "new_answer": "new answer",
    "other_answer": "other answer",
    "more_outlets": "more outlets",
    "disputed": "now disputed",
    "gone": "answer gone",
}
"""What each kind of change is called."""


class WatchedAnswerJson(TypedDict):
    """An answer as it was at some time: the quote, its place, its sentence, and the outlets that gave it."""

    text: str
    field: Field
    start: int
    end: int
    sentence: str
    probability: float
    article: ArticleJson
    outlets: list[str]


class ChangeJson(TypedDict):
    """How the answer to a standing question changed, without the number and the time of the change."""

    question: str
    kind: ChangeKind
    before: WatchedAnswerJson | None
    after: WatchedAnswerJson | None


@dataclass(frozen=True, slots=True)
class WatchedAnswer:
    """An answer as it was at some time; it holds its words, since the article may be changed or removed.

    `text` is [start:end] of what `field` names of the article; `article` is the reference of that article.
    `outlets` are those that gave the answer independently, that of the quote first.
    """

    text: str
    field: Field
    start: int
    end: int
    sentence: str
    probability: float
    article: ArticleJson
    outlets: tuple[str, ...]

    @classmethod
    def of(cls, answer: Answer) -> "WatchedAnswer":
        """Return an answer as it is now."""
        first, last = answer.sentence
        sources = [answer.article.source, *(s.span.article.source for s in answer.support if s.independent)]
        return cls(
            text=answer.text,
            field=answer.field,
            start=answer.start,
            end=answer.end,
            sentence=answer.article.content(answer.field)[first:last],
            probability=round(answer.probability, 4),
            article=linked_reference(answer.article, answer.field, answer.start, answer.end),
            outlets=tuple(dict.fromkeys(source for source in sources if source)),
        )

    @classmethod
    def from_dict(cls, shown: Mapping[str, Any]) -> "WatchedAnswer":
        """Return the answer of a JSON object."""
        return cls(**{**shown, "outlets": tuple(shown["outlets"])})

    def to_dict(self) -> WatchedAnswerJson:
        """Return the JSON object of the answer."""
        return {
            "text": self.text,
            "field": self.field,
            "start": self.start,
            "end": self.end,
            "sentence": self.sentence,
            "probability": self.probability,
            "article": self.article,
            "outlets": list(self.outlets),
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """What a standing question is answered with: None where it is not; `rival` is what is said against it."""

    answer: WatchedAnswer | None = None
    rival: WatchedAnswer | None = None

    @classmethod
    def from_dict(cls, shown: Mapping[str, Any]) -> "Standing":
        """Return what the JSON object of `to_dict` says."""
        answer, rival = shown["answer"], shown["rival"]
        return cls(answer and WatchedAnswer.from_dict(answer), rival and WatchedAnswer.from_dict(rival))

    def to_dict(self) -> dict[str, WatchedAnswerJson | None]:
        """Return a JSON object."""
        return {
            "answer": answer_object(self.answer),
            "rival": answer_object(self.rival),
        }


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """How an answer changed; of a dispute, `after` is what is said against `before`."""

    kind: ChangeKind
    before: WatchedAnswer | None
    after: WatchedAnswer | None

    def to_dict(self, question: str) -> ChangeJson:
        """Return the JSON object of the change."""
        return {
            "question": question,
            "kind": self.kind,
            "before": answer_object(self.before),
            "after": answer_object(self.after),
        }


def with_outlets(answer: WatchedAnswer, more: tuple[str, ...]) -> WatchedAnswer:
    """Return the answer with further outlets."""
    return replace(answer, outlets=(*answer.outlets, *more))


def answer_object(answer: WatchedAnswer | None) -> WatchedAnswerJson | None:
    """Return the JSON object of an answer, None where there is none."""
    return None if answer is None else answer.to_dict()
