"""Does it pay to count who else says it? Calibrations with and without agreement, side by side.

    python -m benchmarks.support [--questions 1000]

News questions (benchmarks/news.py has their index), each asked once. Three logistic regressions are fitted,
alike but for what counts as agreement: nothing, other independent articles that say the same (what nutgraf
does), or all other articles, copies of one story included. Each fifth of the questions is judged by a fit
on the others. Nothing of this is shipped: the news set is for evaluation alone.
"""

import argparse
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.common import CACHE, DATA, THREADS, need, print_table
from indexer.index import Index
from models import load_encoder, load_reader
from qa.answer import Answerer
from qa.calibrate import Calibration, Features, fit
from qa.evaluate.metrics import RIGHT_F1, f1
from qa.evaluate.news import load_news
from qa.evaluate.questions import sample
from qa.evaluate.scores import expected_calibration_error

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
    guesses = asked(parser.parse_args().questions)
    agreeing = [g for g in guesses if g.features.agreement]
    print(
        f"{len(guesses)} answers, {np.mean([g.right for g in guesses]):.1%} right; "
        f"{len(agreeing)} that another article gives, {np.mean([g.right for g in agreeing]):.1%} right"
    )
    variants = {
        "not counted": [replace(g.features, agreement=0) for g in guesses],
        "independent articles": [g.features for g in guesses],
        "all articles": [replace(g.features, agreement=g.repeated) for g in guesses],
    }
    right = [g.right for g in guesses]
    rows = [[name, *figures(features, right)] for name, features in variants.items()]
    print_table("agreement", ["", "log loss", "Brier", "calibration error", "logit of one more"], rows)


def asked(count: int) -> list[Guess]:
    """Return the best answer of so many questions, those left out that found nothing to read."""
    questions = sample(load_news(need(DATA / "news" / "questions.jsonl.gz")), count)
    with Index(need(CACHE / "news")) as index:
        reader = load_reader(threads=THREADS)
        calibration = Calibration.from_card(reader.card.calibration)
        answerer = Answerer(index, load_encoder(threads=THREADS), reader, calibration)
        outcomes = list(answerer.ask_each([q.text for q in questions]))
    return [
        Guess(best.features, len(best.support), f1(best.text, question.golds) >= RIGHT_F1)
        for question, outcome in zip(questions, outcomes, strict=True)
        for best in outcome.best[:1]
    ]


def figures(features: Sequence[Features], right: Sequence[bool]) -> list[str]:
    """Return log loss, Brier score and calibration error on unseen fifths, and one agreement's weight."""
    order = list(range(len(features)))
    random.Random(0).shuffle(order)
    p = np.empty(len(features))
    for fold in range(FOLDS):
        held_out = set(order[fold::FOLDS])
        others = [at for at in order if at not in held_out]
        weights = fit([features[at] for at in others], [right[at] for at in others])
        fitted = Calibration.of(weights, threshold=0.0)
        for at in held_out:
            p[at] = fitted.probability(features[at])
    y = np.array(right)
    loss = -float(np.mean(np.where(y, np.log(p), np.log1p(-p))))
    error = expected_calibration_error(p, y)
    one_more = fit(features, right)[-1] * math.log(2)
    return [f"{loss:.4f}", f"{np.mean((p - y) ** 2):.4f}", f"{error:.3f}", f"{one_more:+.2f}"]


if __name__ == "__main__":
    main()
