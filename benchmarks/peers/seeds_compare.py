"""The same small task in nutgraf, txtai and Haystack: lines of code, seconds and memory of a cold process.

python benchmarks/peers/seeds_compare.py --peers .venv-peers/bin/python --encoder DIR --reader DIR

Runs in nutgraf's environment, from the root of the repository. The runs of the tools take turns, so that
noise of the machine meets all alike; the first round fills the disk's cache and is not counted.
"""

import argparse
import io
import os
import statistics
import subprocess
import sys
import time
import tokenize
from pathlib import Path

HERE = Path(__file__).parent
QUESTION = "What did China agree to on sanctions?"
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def lines_of_code(source: str) -> int:
    """Count the lines that hold code: no blank lines, no comments, not the docstring at the top."""
    tokens = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in NO_CODE]
    code = tokens[1:] if tokens[0].type == tokenize.STRING else tokens
    return len({line for token in code for line in range(token.start[0], token.end[0] + 1)})


def run(command: list[str]) -> tuple[float, float, str]:
    """Run a command; return its seconds, the most memory it had in MB, and what it printed."""
    environment = os.environ | {"OMP_NUM_THREADS": "2", "PYTHONPATH": "." if "nutgraf" in command[1] else ""}
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    assert process.stdout is not None
    printed = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"{' '.join(command)} failed: run it by itself to see why")
    return seconds, usage.ru_maxrss / 1024, printed.strip()


def main() -> None:
    """Print a row for each tool: its medians, and their ratio to nutgraf's."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--peers", type=Path, required=True, help="Python of the peers' environment")
    parser.add_argument("--encoder", type=Path, required=True, help="a sentence-transformers folder")
    parser.add_argument("--reader", type=Path, required=True, help="an AutoModelForQuestionAnswering folder")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    models = [str(arguments.encoder), str(arguments.reader)]
    scripts = {name: HERE / f"seeds_{name}.py" for name in ("nutgraf", "txtai", "haystack")}
    commands = {
        name: [str(arguments.peers.absolute()), str(script), "seeds", QUESTION, *models]
        for name, script in scripts.items()
    }
    commands["nutgraf"] = [sys.executable, str(scripts["nutgraf"]), "seeds", QUESTION]
    rounds = [
        {name: run(command) for name, command in commands.items()} for _ in range(arguments.repeats + 1)
    ]
    medians = {
        name: [statistics.median(results[name][part] for results in rounds[1:]) for part in (0, 1)]
        for name in commands
    }
    for name, (seconds, megabytes) in medians.items():
        every = sorted(results[name][0] for results in rounds[1:])
        lines = lines_of_code(scripts[name].read_text(encoding="utf-8"))
        ratio = seconds / medians["nutgraf"][0]
        spread = f"{every[0]:.2f} to {every[-1]:.2f}"
        print(f"{name:9} {lines:3} lines  {seconds:6.2f} s ({spread}; x {ratio:.1f})  {megabytes:5.0f} MB")
        print(f"          {rounds[-1][name][2]}")


if __name__ == "__main__":
    main()
