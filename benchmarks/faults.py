"""What becomes of an index whose files are damaged: every answer must be right or refused.

    python -m benchmarks.faults flips [--count 1000] [--seed 0] [--articles seeds]

Flips one bit in one file of a copy of an index, opens it, and asks. The outcome is `refused` (an error of
nutgraf's that names what to do), `same` (the answers of the undamaged index), or a failure: `wrong` (other
answers), `crash` (the process died) or `error` (any other exception). Each flip runs in a process of its own.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.common import ROOT, print_table

QUESTIONS = [
    "What did China agree to on sanctions?",
    "Who said the ministers would speak to reporters?",
    "What does not allow the United States to take weapons into Spain?",
]
FAILURES = ("wrong", "error", "crash")
_TIMEOUT_S = 120

_ASK = """
import json, sys
import nutgraf
from nutgraf.errors import NutgrafError
for line in sys.stdin:
    folder = line.rstrip("\\n")
    try:
        with nutgraf.open(folder, reader="small") as archive:
            results = [result.to_dict() for result in archive.ask_many(json.loads(sys.argv[1]))]
            for result in results:
                del result["timing_ms"]
        print("answers " + json.dumps(results), flush=True)
    except NutgrafError as error:
        print("refused " + json.dumps([type(error).__name__, str(error), error.hint]), flush=True)
    except BaseException as error:
        print("error " + json.dumps([type(error).__name__, str(error)]), flush=True)
"""


class Asker:
    """A process that asks the questions of the folders that it is told, and is started anew when it dies."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def ask(self, folder: Path) -> tuple[str, str]:
        """Return the kind of outcome, and its details as JSON."""
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-c", _ASK, json.dumps(QUESTIONS)]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{folder}\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            return "crash", json.dumps([f"exit status {self._process.wait(_TIMEOUT_S)}"])
        kind, _, details = line.partition(" ")
        return kind, details.strip()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def flips(folder: Path, count: int, seed: int) -> list[tuple[str, str, str]]:
    """Flip `count` bits, one at a time, evenly over the kinds of files; return file, outcome and details."""
    dice, asker = random.Random(seed), Asker()
    kinds = _by_kind(folder)
    outcomes = []
    with tempfile.TemporaryDirectory() as scratch:
        kind, expected = asker.ask(folder)
        assert kind == "answers", expected
        for number in range(count):
            copy = Path(shutil.copytree(folder, Path(scratch) / str(number)))
            file = copy / dice.choice(kinds[sorted(kinds)[number % len(kinds)]])
            content = bytearray(file.read_bytes())
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            file.write_bytes(content)
            kind, details = asker.ask(copy)
            if kind == "answers":
                kind = "same" if details == expected else "wrong"
            outcomes.append((file.relative_to(copy).as_posix(), kind, details))
            shutil.rmtree(copy)
    asker.close()
    return outcomes


def _by_kind(folder: Path) -> dict[str, list[str]]:
    """Return the names of the files of an index that are not empty, by the ending of their names."""
    kinds: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size and path.suffix not in {".lock", ".pid"}:
            kinds.setdefault(path.suffix or path.name, []).append(path.relative_to(folder).as_posix())
    return kinds


def main() -> int:
    """Damage an index of the articles and print what became of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("fault", choices=["flips"])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--articles", type=Path, default=ROOT / "seeds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "index"
        command = [sys.executable, "-m", "nutgraf", "index", str(options.articles), "--index", str(folder)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        outcomes = flips(folder, options.count, options.seed)
    kinds = sorted({Path(file).suffix or file for file, _, _ in outcomes})
    counted = Counter((Path(file).suffix or file, outcome) for file, outcome, _ in outcomes)
    columns = ["refused", "same", *FAILURES]
    rows = [[kind, *(counted[kind, column] for column in columns)] for kind in kinds]
    print_table(f"{options.count:,} flipped bits, one at a time", ["file", *columns], rows)
    failures = [outcome for outcome in outcomes if outcome[1] in FAILURES]
    for file, outcome, details in failures[:20]:
        print(f"{outcome}: {file}: {details[:200]}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
