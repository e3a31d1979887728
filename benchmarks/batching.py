"""What asking many questions in one call saves, against one call each, as a ratio.

    python -m benchmarks.batching                  50 questions on the seeds and on SQuAD 1.1 dev
    python -m benchmarks.batching --commands 10    and 10 questions in one command, against 10 commands

Both ways take turns in one process, the second turn the other way round, so that other work on the machine
hits both alike. Every answer is compared: the same quote from the same place.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import ROOT, SQUAD, THREADS, index_of, need, print_table
from nutgraf.archive import open_for_reading
from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.qa.answer import Answerer
from nutgraf.qa.evaluate.squad import load_squad
from nutgraf.qa.result import QuestionResult
from nutgraf.settings import Settings


def seeds() -> tuple[Path, list[str]]:
    """Return the seeds' index and questions."""
    options = LoadOptions()
    files, _ = discover([str(ROOT / "seeds" / "*.txt")])
    loaded = (item for file in files for item in load(file, options))
    folder = index_of("seeds", (item for item in loaded if isinstance(item, Article)))
    lines = (ROOT / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return folder, [json.loads(line)["question"] for line in lines]


def squad() -> tuple[Path, list[str]]:
    """Return the index of SQuAD's paragraphs and its questions, shuffled."""
    corpus = load_squad(need(SQUAD))
    questions = [question.text for question in corpus.questions]
    return index_of(f"squad-{SQUAD.name.split('.json')[0]}", corpus.articles), random.Random(0).sample(
        questions, len(questions)
    )


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def same(one: QuestionResult, other: QuestionResult) -> bool:
    """Whether two outcomes have the same answers; scores to the rounding of float32."""
    places = [[(a.span.article.id, a.start, a.end) for a in asked.best] for asked in (one, other)]
    scores = [[a.score for a in asked.best] for asked in (one, other)]
    return places[0] == places[1] and np.allclose(scores[0], scores[1], atol=1e-4)


def turns(answerer: Answerer, questions: Sequence[str], count: int) -> list[object]:
    """Return the medians of both ways in ms a question, and the ratio of each turn's two."""
    together, apart = answerer.ask_many(questions), [answerer.ask(question) for question in questions]
    assert all(map(same, together, apart))
    ways: list[Callable[[], object]] = [
        lambda: [answerer.ask(question) for question in questions],
        lambda: answerer.ask_many(questions),
    ]
    took = np.empty((count, 2))
    for turn in range(count):
        for way in (0, 1) if turn % 2 else (1, 0):
            took[turn, way] = seconds(ways[way])
    ratios = took[:, 1] / took[:, 0]
    each = np.median(took, axis=0) * 1e3 / len(questions)
    return [
        float(each[0]),
        float(each[1]),
        f"{np.median(ratios):.2f} ({ratios.min():.2f}-{ratios.max():.2f})",
    ]


def commands(folder: Path, questions: Sequence[str]) -> list[object]:
    """Return the same for whole commands: each `ask` starts Python and loads the models."""
    ask = [sys.executable, "-m", "nutgraf", "ask", "--json", "--index", str(folder)]

    def run(*words: str) -> bytes:
        done = subprocess.run([*ask, *words], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout

    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(questions))
        file.flush()
        together = seconds(lambda: run("--file", file.name))
    apart = seconds(lambda: [run(question) for question in questions])
    each = [1e3 * took / len(questions) for took in (apart, together)]
    return [each[0], each[1], f"{together / apart:.2f}"]


def main() -> None:
    """Read the options and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=50, help="questions a call")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--commands", type=int, default=0, help="also this many questions as commands")
    given = parser.parse_args()
    rows: list[list[object]] = []
    for name, (folder, questions) in {"seeds": seeds(), "SQuAD 1.1 dev": squad()}.items():
        asked = questions[: given.questions]
        with open_for_reading(Settings(index=folder, threads=THREADS)) as opened:
            rows.append([f"{name}, {len(asked)} questions", *turns(opened.answerer, asked, given.turns)])
        if given.commands:
            asked = asked[: given.commands]
            rows.append([f"{name}, {len(asked)} questions as commands", *commands(folder, asked)])
    print_table("one call against one a question", ["", "apart, ms each", "together", "ratio"], rows)


if __name__ == "__main__":
    main()
