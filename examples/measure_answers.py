"""Measure an archive on questions whose answers you know: how many are answered, and how many are right.

python examples/measure_answers.py news.nutgraf questions.jsonl

questions.jsonl has one question a line: {"question": "...", "answers": ["...", "..."]}. `answers` has every
wording that is right; it is empty where the archive should not answer.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import nutgraf
from nutgraf.qa.evaluate.metrics import exact_match, f1, right


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of questions, and the mean exact match and F1 (0 to 1) of those that have an answer."""

    answerable: int
    answered: int
    right: int
    unanswerable: int
    false_answers: int
    exact_match: float
    f1: float


def measure(archive: nutgraf.Archive, questions: list[tuple[str, list[str]]]) -> Figures:
    """Ask every question and compare; one that is not answered counts as zero."""
    results = archive.ask_many([question for question, _ in questions])
    pairs = list(zip(results, (answers for _, answers in questions), strict=True))
    known = [(result.text, answers) for result, answers in pairs if answers]
    unknown = [result for result, answers in pairs if not answers]
    return Figures(
        answerable=len(known),
        answered=sum(bool(text) for text, _ in known),
        right=sum(right(text, answers) for text, answers in known),
        unanswerable=len(unknown),
        false_answers=sum(result.answered for result in unknown),
        exact_match=sum(exact_match(text, answers) for text, answers in known) / max(1, len(known)),
        f1=sum(f1(text, answers) for text, answers in known) / max(1, len(known)),
    )


def main() -> None:
    """Print the figures."""
    archive_folder, file = sys.argv[1:]
    records = [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
    with nutgraf.open(archive_folder) as archive:
        print(measure(archive, [(record["question"], record["answers"]) for record in records]))


if __name__ == "__main__":
    main()
