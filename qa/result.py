"""The outcome of a question: answers with their sources, or an abstention. Values only.

This module does not know how either is reached (`qa.answer`), nor how it is shown.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict

from nutgraf.indexer.article import Article, ArticleJson
from nutgraf.indexer.fields import Field
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.headlines import headline_span
from nutgraf.indexer.passages import sentence_around
from nutgraf.qa.attribution import attribution
from nutgraf.qa.calibration import Features
from nutgraf.qa.citations import SupportKind
from nutgraf.qa.citing.citation import Citation
from nutgraf.qa.citing.formats import written
from nutgraf.qa.citing.web_link import linked_reference
from nutgraf.qa.join import LocatedSpan, Support
from nutgraf.qa.question_time import QuestionTime
from nutgraf.qa.retrieval import Candidate

Outcome: TypeAlias = Literal["answered", "unsure", "not_found"]
"""There is an answer; there is a guess that is worth showing, but not sure enough; there is neither."""


class QuoteJson(TypedDict):
    """Words of an article: `text` is [start:end] of what `field` names of the article, in code points.

    `page` is the one, from 1, on which they begin; null in a title, and where the article has no pages.
    """

    text: str
    field: Field
    start: int
    end: int
    page: int | None


class SupportJson(TypedDict):
    """The same answer in another article.

    `kind` is "independent", "again" (of an outlet that counts already), "copy" (the same story) or "citing"
    (the word of an outlet that counts already); `independent` tells whether it is the first. `cites` are the
    words that name another outlet, whose word the article says it is.
    """

    article: ArticleJson
    field: Field
    start: int
    end: int
    page: int | None
    kind: SupportKind
    independent: bool
    cites: QuoteJson | None


class EarlierJson(QuoteJson):
    """What an older version of the story said instead."""

    article: ArticleJson


class AnswerJson(QuoteJson):
    """An answer: the quote, where it stands, who else says it, and earlier answers.

    `attribution` are the article's words for who says so; null where the article itself does.
    """

    score: float
    probability: float
    sentence: QuoteJson
    attribution: QuoteJson | None
    article: ArticleJson
    support: list[SupportJson]
    earlier: list[EarlierJson]


class AbstentionJson(TypedDict):
    """Why there is no answer: `code` for a program, `reason` for a person; the best guess if it is unsure."""

    code: str
    reason: str
    guess: AnswerJson | None


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """An exact quote with its source. `probability` is calibrated, and computed from the `features`.

    `earlier` is what older versions of the story said instead, or who held the office before, newest first.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     best = archive.ask("What did China agree to on sanctions?").answers[0]
    >>> best.article.text[best.start : best.end], 0 < best.probability < 1
    ('new United Nations sanctions against the North', True)
    """

    text: str
    start: int
    end: int
    score: float
    probability: float
    span: LocatedSpan
    support: tuple[Support, ...]
    features: Features
    earlier: tuple[LocatedSpan, ...] = ()

    @property
    def sentence(self) -> tuple[int, int]:
        """The sentence around it, as a span of the article's text; in a title the whole headline."""
        if self.field == "title":
            return headline_span(self.article)
        return sentence_around(self.span.article.text, self.start, self.end)

    @property
    def attribution(self) -> tuple[int, int] | None:
        """The words for who says so, as a span of its field; None where the article itself does."""
        return attribution(self.span.content, self.start, self.end)

    @property
    def field(self) -> Field:
        """What it is a span of: the article's "text" or its "title"."""
        return self.span.field

    @property
    def article(self) -> Article:
        """The article that is quoted."""
        return self.span.article

    @property
    def page(self) -> int | None:
        """The page, from 1, on which it begins; None where the article has no pages."""
        return self.span.page

    @property
    def citation(self) -> Citation:
        """The answer within its sentence, to be cited."""
        return Citation(self.article, self.field, (self.start, self.end), self.sentence)

    def cite(self, format: str = "text") -> str:  # noqa: A002 - every door calls it so
        """Return the sentence and its source in a format of docs/citing.md; raises BadOption for another."""
        return written(format, [self.citation], self.to_dict)

    def to_dict(self) -> AnswerJson:
        """Return the JSON object of an answer."""
        return {
            "text": self.text,
            "field": self.field,
            "start": self.start,
            "end": self.end,
            "page": self.page,
            "score": round(self.score, 4),
            "probability": round(self.probability, 4),
            "sentence": _quote(self.article, self.field, *self.sentence),
            "attribution": _quote(self.article, self.field, *speaker)
            if (speaker := self.attribution)
            else None,
            "article": linked_reference(self.article, self.field, self.start, self.end),
            "support": [
                {
                    "article": _linked(support.span),
                    "field": support.span.field,
                    "start": support.span.start,
                    "end": support.span.end,
                    "page": support.span.page,
                    "kind": support.kind,
                    "independent": support.independent,
                    "cites": _quote(support.span.article, "text", cites.start, cites.end)
                    if (cites := support.cites)
                    else None,
                }
                for support in self.support
            ],
            "earlier": [
                {
                    "text": span.text,
                    "field": span.field,
                    "start": span.start,
                    "end": span.end,
                    "page": span.page,
                    "article": _linked(span),
                }
                for span in self.earlier
            ],
        }

    def __repr__(self) -> str:
        place = f"article={self.article.id!r}, field={self.field!r}, start={self.start}, end={self.end}"
        return f"Answer({self.text[:80]!r}, probability={self.probability:.2f}, {place})"


def _linked(span: LocatedSpan) -> ArticleJson:
    return linked_reference(span.article, span.field, span.start, span.end)


def _quote(article: Article, field: Field, start: int, end: int) -> QuoteJson:
    text, page = article.content(field)[start:end], article.page_of(start, field)
    return {"text": text, "field": field, "start": start, "end": end, "page": page}


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why there is no answer: `reason` for a person, `code` for a program.

    `guess` is the best guess where it is likely enough to be shown and not sure enough to be an answer.
    """

    code: str
    reason: str
    guess: Answer | None = None

    def to_dict(self) -> AbstentionJson:
        """Return the JSON object of an abstention."""
        guess = None if self.guess is None else self.guess.to_dict()
        return {"code": self.code, "reason": self.reason, "guess": guess}


@dataclass(frozen=True, slots=True)
class Timing:
    """The milliseconds that each stage took; `read` has joining and judging, too."""

    encode: float
    retrieve: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class PassageReading:
    """The reading of one passage: its best span's score, and that span's lead over "no answer" in logits.

    `prior` is the part of the score that retrieval added; the rest is the reader's. `reader` is the id of the
    model that read it, and `decisive` tells whether its scores decide.
    """

    score: float
    null_margin: float
    prior: float = 0.0
    reader: str = ""
    decisive: bool = True

    @property
    def place(self) -> tuple[bool, float]:
        """What passages are sorted by, best first: those that were decided, then the score."""
        return not self.decisive, -self.score

    @property
    def by_reader(self) -> float:
        """The part of the score that is the reader's alone."""
        return self.score - self.prior


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The outcome of one question: answers, or an abstention; never both, never neither.

    `best` are the best answers that were considered, sure enough or not. `read` has, by their ids, the
    passages in which there is any span. `allow` is the filter of the question, `threshold` the probability
    that an answer must reach. `time` is the time that the question names, None where it names none or it was
    not to count.
    """

    question: str
    answers: list[Answer]
    abstention: Abstention | None
    best: list[Answer]
    candidates: list[Candidate]
    read: dict[int, PassageReading]
    timing: Timing
    allow: Filter
    threshold: float
    time: QuestionTime | None = None

    @property
    def outcome(self) -> Outcome:
        """Which of the three outcomes it is."""
        if self.abstention is None:
            return "answered"
        return "not_found" if self.abstention.guess is None else "unsure"
