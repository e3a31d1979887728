"""The whole news set: indexing it (killed once on the way), then asking it warm.

python -m benchmarks.news --index      index 11,602 articles; kill -9 after a third, go on; memory and rate
python -m benchmarks.news --ask 300    latency of warm questions, and memory
python -m benchmarks.news --passages   text[start:end] of every stored passage, checked
"""

import argparse
import gzip
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.common import CACHE, DATA, ROOT, THREADS, need, print_table
from nutgraf.archive import open_for_reading
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.settings import Settings

FOLDER = CACHE / "news"
ARTICLES = DATA / "news" / "articles.jsonl.gz"
QUESTIONS = DATA / "news" / "questions.jsonl.gz"


def peak_mb(pid: int | str = "self") -> float:
    """Return the peak resident memory of a process in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) / 1e3 for line in status.splitlines() if line.startswith("VmHWM"))


def stored(folder: Path) -> int:
    """Return how many articles the store holds, seen from outside."""
    try:
        with sqlite3.connect(f"file:{folder / 'store.sqlite'}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def index(kill_at: int) -> None:
    """Index in a child process, SIGKILL it when `kill_at` articles are stored, run it again to the end."""
    command = [sys.executable, "-m", "nutgraf", "index", str(need(ARTICLES)), "--index", str(FOLDER)]
    command += ["--threads", str(THREADS)]
    rows = []
    for limit in (kill_at, None):
        before, began, peak = stored(FOLDER), time.perf_counter(), 0.0
        child = subprocess.Popen(
            [*command, "--threads", str(THREADS)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        while child.poll() is None:
            peak = max(peak, peak_or_zero(child.pid))
            time.sleep(0.5)
            if limit is not None and stored(FOLDER) >= limit:
                child.send_signal(signal.SIGKILL)
                child.wait()
        took = time.perf_counter() - began
        said = (child.stdout.read() if child.stdout else "").strip().replace("\n", " / ")
        rows.append([child.returncode, before, stored(FOLDER), round(took), round(peak), said or "killed"])
    print_table("indexing the news set", ["exit", "before", "after", "seconds", "peak MB", "it said"], rows)


def peak_or_zero(pid: int) -> float:
    """Return the peak of a process that may have just ended."""
    try:
        return peak_mb(pid)
    except (OSError, StopIteration):
        return 0.0


def ask(count: int) -> None:
    """Ask a fixed sample of the quiz's questions in one process, after ten others to warm it."""
    with gzip.open(need(QUESTIONS), "rt", encoding="utf-8") as lines:
        questions = [json.loads(line)["question"] for line in lines]
    sample = random.Random(0).sample(questions, count + 10)
    stages: dict[str, list[float]] = {"encode": [], "retrieve": [], "read": [], "total": []}
    answered = 0
    with open_for_reading(Settings(index=FOLDER, threads=THREADS)) as opened:
        for number, question in enumerate(sample):
            asked = opened.answerer.ask(question)
            if number >= 10:
                answered += bool(asked.answers)
                for stage, times in stages.items():
                    times.append(getattr(asked.timing, stage))
    print_table(
        f"warm ask on the news set: {count} questions, {THREADS} threads, ms; answered {answered};"
        f" peak memory {peak_mb():.0f} MB, load {os.getloadavg()[0]:.1f}",
        ["", "p50", "p95", "max"],
        [
            [stage, float(np.median(t)), float(np.percentile(t, 95)), float(np.max(t))]
            for stage, t in stages.items()
        ],
    )


def passages() -> None:
    """Check the invariant of every stored passage: a non-empty, trimmed quote of its article."""
    checked = 0
    with EmbeddedIndex(FOLDER) as opened:
        last = opened.store.last_passage()
        for at in range(1, last + 1, 2000):
            for passage in opened.fetch(range(at, min(at + 2000, last + 1))):
                quote = passage.text
                assert quote, passage
                assert quote == quote.strip() == passage.text, passage
                checked += 1
    print(f"{checked:,} passages are quotes of their articles")


def main() -> None:
    """Read the options and do what they ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", action="store_true")
    parser.add_argument(
        "--kill-at", type=int, default=4000, help="articles after which the first run is killed"
    )
    parser.add_argument("--ask", type=int, default=0)
    parser.add_argument("--passages", action="store_true")
    given = parser.parse_args()
    if given.index:
        index(given.kill_at)
    if given.passages:
        passages()
    if given.ask:
        ask(given.ask)


if __name__ == "__main__":
    main()
