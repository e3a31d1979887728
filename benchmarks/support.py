"""Does it pay to count who else says it? Calibrations with and without agreement, side by side.

    python -m benchmarks.support [--questions 1000]

News questions (benchmarks/news.py has their index), each asked twice: with what agreement adds to an answer's
score, and without. Three logistic regressions are fitted, alike but for what counts as agreement: nothing,
neither in the score nor as a feature; other independent articles that say the same (what nutgraf does); or,
as a feature, all other articles, copies of one story included. Each fifth of the questions is judged by a
fit on the others. Nothing of this is shipped: the news set is for evaluation alone.
"""

import argparse
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.common import CACHE, DATA, THREADS, need, print_table
from nutgraf.archive import open_for_reading
from nutgraf.qa.answer import Answerer
from nutgraf.qa.calibration import Calibration, Features, fit
from nutgraf.qa.evaluate.metrics import right
from nutgraf.qa.evaluate.news import load_news
from nutgraf.qa.evaluate.questions import GoldQuestion, sample
from nutgraf.qa.evaluate.scores import expected_calibration_error
from nutgraf.qa.profiles import Profile
from nutgraf.qa.reader import ReaderParams
from nutgraf.settings import Settings

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Guess:
    """A question's best answer: what is known of it, how many articles repeat it, whether it is right."""

    features: Features
    repeated: int
    right: bool


def main() -> None:
    """Ask, fit three times, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=1000)
    counted, uncounted = asked(parser.parse_args().questions)
    agreeing = [g for g in counted if g.features.agreement]
    print(
        f"{len(counted)} answers, {np.mean([g.right for g in counted]):.1%} right "
        f"({np.mean([g.right for g in uncounted]):.1%} where agreement does not count); "
        f"{len(agreeing)} that another article gives, {np.mean([g.right for g in agreeing]):.1%} right"
    )
    rows = [
        ["not counted", *figures([replace(g, features=replace(g.features, agreement=0)) for g in uncounted])],
        ["independent articles", *figures(counted)],
        ["all articles", *figures([replace(g, features=repeated(g)) for g in counted])],
    ]
    print_table("agreement", ["", "log loss", "Brier", "calibration error", "logit of one more"], rows)


def repeated(guess: Guess) -> Features:
    """Return what is known of a guess, with every article that repeats it counted."""
    return replace(guess.features, agreement=guess.repeated)


def asked(count: int) -> tuple[list[Guess], list[Guess]]:
    """Return the best answer of so many questions as agreement counts in its score, and as if it did not.

    Questions that found nothing to read are left out.
    """
    questions = sample(load_news(need(DATA / "news" / "questions.jsonl.gz")), count)
    with open_for_reading(Settings(need(CACHE / "news"), threads=THREADS)) as opened:
        without = opened.answerer.by(Profile(reading=ReaderParams(agreement_weight=0.0)))
        return guesses(opened.answerer, questions), guesses(without, questions)


def guesses(answerer: Answerer, questions: Sequence[GoldQuestion]) -> list[Guess]:
    """Ask each question."""
    outcomes = answerer.ask_many([q.text for q in questions])
    return [
        Guess(best.features, len(best.support), right(best.text, question.gold_answers))
        for question, outcome in zip(questions, outcomes, strict=True)
        for best in outcome.best[:1]
    ]


def figures(found: Sequence[Guess]) -> list[str]:
    """Return log loss, Brier score and calibration error on unseen fifths, and one agreement's weight."""
    features, right = [g.features for g in found], [g.right for g in found]
    order = list(range(len(features)))
    random.Random(0).shuffle(order)
    p = np.empty(len(features))
    for fold in range(FOLDS):
        held_out = set(order[fold::FOLDS])
        others = [at for at in order if at not in held_out]
        weights = fit([features[at] for at in others], [right[at] for at in others])
        fitted = Calibration(weights, threshold=0.0)
        for at in held_out:
            p[at] = fitted.probability(features[at])
    y = np.array(right)
    loss = -float(np.mean(np.where(y, np.log(p), np.log1p(-p))))
    error = expected_calibration_error(p, y)
    one_more = fit(features, right)[-1] * math.log(2)
    return [f"{loss:.4f}", f"{np.mean((p - y) ** 2):.4f}", f"{error:.3f}", f"{one_more:+.2f}"]


if __name__ == "__main__":
    main()
