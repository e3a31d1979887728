"""A cold `ask` on the seeds, process start to exit, beside txtai with the same encoder and reader.

python -m benchmarks.cold
python -m benchmarks.cold --peer-python .venv-peers/bin/python --encoder DIR --reader DIR
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.common import CACHE, ROOT, THREADS, print_table
from nutgraf.archive import Archive
from nutgraf.settings import Settings

QUESTION = "What did China agree to on sanctions?"
FOLDER = CACHE / "seeds"


def seconds(command: list[str]) -> float:
    """Return the wall time of one run of a command, which must succeed."""
    environment = os.environ | {"OMP_NUM_THREADS": str(THREADS), "HF_HUB_OFFLINE": "1"}
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment, cwd=ROOT)
    return time.perf_counter() - began


def main() -> None:
    """Interleave the runs, so that noise of the machine meets both alike; print medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--peer-python", type=Path)
    parser.add_argument("--encoder", type=Path)
    parser.add_argument("--reader", type=Path)
    given = parser.parse_args()
    with Archive(Settings(index=FOLDER)) as archive:
        archive.add(ROOT / "seeds" / "*.txt")
    ask = str(Path(sys.executable).with_name("ask"))
    commands = {"nutgraf ask": [ask, QUESTION, "--index", str(FOLDER), "--threads", str(THREADS)]}
    if given.peer_python:
        script = [str(given.peer_python.absolute()), "benchmarks/peers/txtai_ask.py"]
        models = ["--encoder", str(given.encoder), "--reader", str(given.reader)]
        subprocess.run(
            [*script, "--build", "--articles", "seeds", *models], check=True, cwd=ROOT, capture_output=True
        )
        commands["txtai, a fresh process"] = [*script, *models, QUESTION]
    for command in commands.values():
        seconds(command)
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(given.repeats):
        for name, command in commands.items():
            took[name].append(seconds(command))
    first = float(np.median(took["nutgraf ask"]))
    rows = [
        [name, f"{np.median(t):.2f}", f"{min(t):.2f}", f"{max(t):.2f}", f"{np.median(t) / first:.1f}"]
        for name, t in took.items()
    ]
    print_table(
        f"cold ask on the seeds, seconds, {given.repeats} runs", ["", "median", "min", "max", "ratio"], rows
    )


if __name__ == "__main__":
    main()
