"""Asks labelled questions as they are, and again with what answers them hidden; keeps what calibrating needs.

Knows the answerer; does not know files, or how a calibration is fitted.
"""

from collections.abc import Iterator, Sequence

from nutgraf.qa.answer import Answerer
from nutgraf.qa.evaluate.fitting import Trial
from nutgraf.qa.evaluate.labels import LabelledQuestion
from nutgraf.qa.evaluate.metrics import right
from nutgraf.qa.evaluate.withholding import WithholdingIndex
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.retrieval import PassageIndex

BATCH = 32
"""Questions whose passages are read together."""


def outcomes(
    answerer: Answerer, index: PassageIndex, questions: Sequence[LabelledQuestion]
) -> Iterator[list[Trial]]:
    """Yield the outcomes of a batch of questions at a time.

    An ask whose every article is hidden tells nothing of the reader, and is left out.
    """
    for first in range(0, len(questions), BATCH):
        batch = questions[first : first + BATCH]
        asked = answerer.ask_many([q.text for q in batch])
        found = [_outcome(first + at, q, one) for at, (q, one) in enumerate(zip(batch, asked, strict=True))]
        for number, question in enumerate(batch, start=first):
            if question.golds:
                hidden = answerer.over(WithholdingIndex(index, question.answered_by)).ask(question.text)
                if hidden.best:
                    found.append(Trial(number, False, hidden.best[0].features, right=False))
        yield found


def _outcome(number: int, question: LabelledQuestion, asked: QuestionResult) -> Trial:
    answerable = bool(question.golds)
    if not asked.best:
        return Trial(number, answerable, None, right=False)
    best = asked.best[0]
    return Trial(number, answerable, best.features, right(best.text, question.golds))
