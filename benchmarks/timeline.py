"""Is what a timeline calls current right? 60 questions, most with an answer that changed, on three days.

    python -m benchmarks.timeline [--folder .bench/news] [--half A|B] [--wrong]

`timeline_questions.jsonl` says for each question and day which answers were current; it was labelled from
common knowledge of those years, not from what nutgraf answers. Every other question is half A, on which rules
are chosen. Asked are articles until the day (`as_of`), in the index of the news set (benchmarks/news.py).

Counted: of all questions and days, where something is called current; of those, where that is right.
"""

import argparse
import json
from collections import Counter
from datetime import date
from pathlib import Path

from benchmarks.common import CACHE, THREADS, need, print_table
from nutgraf.archive import open_for_reading
from nutgraf.indexer.filters import Filter
from nutgraf.qa.evaluate.metrics import right
from nutgraf.qa.inquiry import Inquiry
from nutgraf.settings import Settings

QUESTIONS = Path(__file__).parent / "timeline_questions.jsonl"


def main() -> None:
    """Ask each question on each of its days, and count."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=CACHE / "news")
    parser.add_argument("--half", choices=["A", "B"])
    parser.add_argument("--wrong", action="store_true", help="print what is called current and is not right")
    arguments = parser.parse_args()
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    halves = {"A": lines[::2], "B": lines[1::2]}
    counts: Counter[str] = Counter()
    with open_for_reading(Settings(index=need(arguments.folder), threads=THREADS)) as opened:
        for line in halves.get(arguments.half, lines):
            label = json.loads(line)
            for day, answers in label["current"].items():
                allow = Filter(as_of=date.fromisoformat(day))
                (result,) = opened.answerer.answer([Inquiry(label["question"], allow=allow)])
                entries = opened.answerer.timeline(result)
                current = [entry.best.text for entry in entries if entry.status == "current"]
                counts["asked"] += 1
                counts["called current"] += bool(current)
                is_right = bool(current) and right(current[0], answers)
                counts["right"] += is_right
                counts["best guess right"] += bool(result.best) and right(result.best[0].text, answers)
                if arguments.wrong and not is_right:
                    said = "; ".join(
                        f"{e.best.text} ({e.status}, {e.first} to {e.last})" for e in entries[-4:]
                    )
                    print(f"{label['question']} on {day}: {answers[0]}: {said or 'nothing'}")
    share = counts["right"] / max(1, counts["called current"])
    print_table(
        "what timelines call current",
        ["asked", "called current", "right of those", "best guess right"],
        [
            [
                counts["asked"],
                f"{counts['called current'] / counts['asked']:.1%}",
                f"{share:.1%}",
                f"{counts['best guess right'] / counts['asked']:.1%}",
            ]
        ],
    )


if __name__ == "__main__":
    main()
