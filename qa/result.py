"""What becomes of a question: answers with their sources, or an abstention. Values only.

Does not know how either was reached (`qa.answer`), nor how it is shown.
"""

from dataclasses import dataclass

from nutgraf.indexer.filters import Filter
from nutgraf.indexer.passages import sentence_around
from nutgraf.qa.aggregate import LocatedSpan, Support
from nutgraf.qa.calibration import Features
from nutgraf.qa.retrieval import Candidate


@dataclass(frozen=True, slots=True)
class Answer:
    """An exact quote with its source. `probability` is calibrated; `features` are what it was made of."""

    text: str
    start: int
    end: int
    score: float
    probability: float
    span: LocatedSpan
    support: tuple[Support, ...]
    features: Features

    @property
    def sentence(self) -> tuple[int, int]:
        """The sentence around it, as a span of the article's text."""
        return sentence_around(self.span.article.text, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why there is no answer: `reason` for a person, `code` for a program."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds a stage."""

    encode: float
    retrieve: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What became of a passage that was read: its best span's score, and that one's lead over "no answer".

    `prior` is what finding it added to the score; the rest is the reader's.
    """

    score: float
    over_null: float
    prior: float = 0.0

    @property
    def by_reader(self) -> float:
        """What the reader alone made of it."""
        return self.score - self.prior


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The outcome of one question: answers, or an abstention; never both, never neither.

    `best` are the answers that were considered, also when they were not sure enough to be given; `read` has
    the passages in which any span was found, by id. `allow` and `threshold` are what was asked for.
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
