"""Makes trials: asks labelled questions as they are, and again while what answers them is hidden.

This module knows the answerer; it does not know files, or how a calibration is fitted.
"""

from collections.abc import Iterator, Sequence

from nutgraf.indexer.storage import PassageIndex
from nutgraf.qa.answer import Answerer
from nutgraf.qa.evaluate.fitting import Trial
from nutgraf.qa.evaluate.labels import LabelledQuestion
from nutgraf.qa.evaluate.metrics import right
from nutgraf.qa.evaluate.questions import batches
from nutgraf.qa.evaluate.withholding import WithholdingIndex
from nutgraf.qa.result import QuestionResult


def outcomes(
    answerer: Answerer, index: PassageIndex, questions: Sequence[LabelledQuestion]
) -> Iterator[list[Trial]]:
    """Yield the trials of a batch of questions at a time.

    A trial for which every article is hidden says nothing about the reader, and is left out.
    """
    first = 0
    for batch in batches(questions):
        numbered = [*enumerate(batch, start=first)]
        results = answerer.ask_many([question.text for question in batch])
        trials = [_trial(*question, result) for question, result in zip(numbered, results, strict=True)]
        for number, question in numbered:
            if question.gold_answers:
                hidden = answerer.over(WithholdingIndex(index, question.answered_by)).ask(question.text)
                if hidden.best:
                    trials.append(Trial(number, False, hidden.best[0].features, right=False))
        yield trials
        first += len(batch)


def _trial(number: int, question: LabelledQuestion, result: QuestionResult) -> Trial:
    answerable = bool(question.gold_answers)
    if not result.best:
        return Trial(number, answerable, None, right=False)
    best = result.best[0]
    return Trial(number, answerable, best.features, right(best.text, question.gold_answers))
