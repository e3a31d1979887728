"""Fits the reader's calibration on questions it was not trained on, and says how well it holds.

    python -m benchmarks.calibration            print the fit
    python -m benchmarks.calibration --write    and write it into the card of the shipped reader that decides

Questions: the documents' of benchmarks/heldout.py, each asked once as it is, and once with the articles that
answer it taken away, so that the right outcome is an abstention. Right: token F1 >= 0.5. Everything else is
as `nutgraf calibrate` does it on a person's own archive; its report is by five-fold cross-validation.
"""

import argparse
import json

from benchmarks.common import THREADS, print_table
from benchmarks.heldout import held_out
from nutgraf.archive import open_for_reading
from nutgraf.models import reader_folder
from nutgraf.models.cards import CARD
from nutgraf.opening import reader_names
from nutgraf.qa.calibration import CalibrationFigures
from nutgraf.qa.evaluate.fitting import cross_validated, figures, fitted, judged
from nutgraf.qa.evaluate.labels import LabelledQuestion
from nutgraf.qa.evaluate.trials import outcomes
from nutgraf.qa.profiles import DEFAULT, PROFILES
from nutgraf.settings import Settings

FALSE_ANSWERS = 0.07
"""Of questions that these articles do not answer. The aim is 0.1: in other archives neighbours are closer."""


def main() -> None:
    """Ask everything, fit on all of it, report by cross-validation."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=2400)
    parser.add_argument("--profile", choices=[*PROFILES], default=DEFAULT)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    asked = held_out()
    questions = [
        LabelledQuestion(q.id, q.text, q.gold_answers, q.article_id)
        for q in asked.of_documents(given.questions)
    ]
    settings = Settings(asked.folder, threads=THREADS, profile=given.profile)
    with open_for_reading(settings) as opened:
        before = opened.answerer.calibration
        batches = outcomes(opened.answerer, opened.index, questions)
        found = [outcome for batch in batches for outcome in batch]
    report(
        len(questions),
        figures(judged(before, found)),
        figures(cross_validated(found, FALSE_ANSWERS)),
    )
    numbers = fitted(found, FALSE_ANSWERS).numbers()
    print(json.dumps(numbers))
    if given.write:
        card = reader_folder(reader_names(settings)[-1]) / CARD
        card.write_text(json.dumps(json.loads(card.read_text()) | {"calibration": numbers}, indent=2) + "\n")


def report(questions: int, before: CalibrationFigures, after: CalibrationFigures) -> None:
    """Print what the card's numbers are worth on these questions, and what the fit is on unseen ones."""
    labels = {
        "ece": "expected calibration error",
        "coverage": "answered, article there",
        "right": "right of those",
        "false_answers": "answered, article gone (false)",
    }
    rows = [
        [label, f"{getattr(before, name):.3f}", f"{getattr(after, name):.3f}"]
        for name, label in labels.items()
    ]
    print_table(f"calibration, {questions} questions", ["", "the card", "the fit, unseen"], rows)


if __name__ == "__main__":
    main()
