"""What a question costs and how good its answer is, by how many passages are read, and by profile.

    python -m benchmarks.profiles [--questions 200] [--squad] [--plot docs/profiles.svg]

Questions that an article answers, asked one at a time, each of them in every way before the next is asked:
whatever else the machine does, it does to all ways alike.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import THREADS, print_table
from benchmarks.depth import Question, news, squad
from nutgraf.archive import open_for_reading
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.profiles import DEFAULT, PROFILES, Profile
from nutgraf.qa.result import QuestionResult
from nutgraf.settings import Settings

WINDOWS = (3, 5, 10, 20, 30, 50, 100)


def ways() -> dict[str, Profile]:
    """Return the profiles, and every number of passages with all else as by default."""
    default = PROFILES[DEFAULT]
    return {**PROFILES, **{str(n): default.with_windows(n) for n in WINDOWS}}


def asked(
    folder: Path, questions: Sequence[Question], profiles: Mapping[str, Profile], reader: str | None
) -> dict[str, list[QuestionResult]]:
    """Return the outcomes of every way, in the questions' order; ten questions more come first, to warm."""
    found: dict[str, list[QuestionResult]] = {name: [] for name in profiles}
    with open_for_reading(Settings(index=folder, reader=reader, threads=THREADS)) as opened:
        answerers = {name: opened.answerer.by(profile) for name, profile in profiles.items()}
        for question in questions[:10]:
            opened.answerer.ask(question.text)
        for question in questions:
            for name, answerer in answerers.items():
                found[name].append(answerer.ask(question.text))
    return found


def row(name: str, questions: Sequence[Question], outcomes: Sequence[QuestionResult]) -> list[object]:
    """Return EM and F1 of the best guesses, in per cent, and the times, in milliseconds."""
    texts = [one.best[0].text if one.best else "" for one in outcomes]
    em = 100 * float(np.mean([exact_match(t, q.gold_answers) for t, q in zip(texts, questions, strict=True)]))
    overlap = 100 * float(np.mean([f1(t, q.gold_answers) for t, q in zip(texts, questions, strict=True)]))
    took = [one.timing.total for one in outcomes]
    return [name, em, overlap, float(np.median(took)), float(np.percentile(took, 95))]


def plot(title: str, rows: Sequence[Sequence[object]], path: Path) -> None:
    """Draw F1 by the median time: numbers of passages as a line, profiles as points on it."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.2, 4.6), layout="constrained")
    numbers = [r for r in rows if str(r[0]).isdigit()]
    axes.plot([r[3] for r in numbers], [r[2] for r in numbers], "o-", color="#0072B2", markersize=4)
    for r in numbers:
        axes.annotate(str(r[0]), (r[3], r[2]), xytext=(0, -14), textcoords="offset points", ha="center")
    for r in rows:
        if not str(r[0]).isdigit():
            axes.plot([r[3]], [r[2]], "D", color="#D55E00", markersize=8)
            axes.annotate(
                str(r[0]),
                (r[3], r[2]),
                xytext=(0, 10),
                textcoords="offset points",
                ha="center",
                weight="bold",
            )
    axes.set(
        xscale="log", xlabel="median milliseconds a question, 2 threads", ylabel="F1, per cent", title=title
    )
    axes.set_xticks([50, 100, 200, 500, 1000], labels=["50", "100", "200", "500", "1,000"])
    axes.set_xticks([], minor=True)
    axes.margins(y=0.2)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    figure.savefig(path)


def main() -> None:
    """Ask in every way, print the table, draw the curve."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--squad", action="store_true", help="SQuAD 1.1 dev instead of the news set")
    parser.add_argument("--reader")
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    folder, questions = squad(given.questions) if given.squad else news(given.questions)
    outcomes = asked(folder, questions, ways(), given.reader)
    rows = [row(name, questions, outcomes[name]) for name in outcomes]
    what = "SQuAD 1.1 dev, open" if given.squad else "news questions that an article answers"
    title = f"{len(questions)} {what}"
    print_table(
        f"{title}; load {os.getloadavg()[0]:.1f}", ["passages read", "EM", "F1", "p50 ms", "p95 ms"], rows
    )
    if given.plot:
        plot(title, rows, given.plot)


if __name__ == "__main__":
    main()
