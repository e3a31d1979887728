"""What becomes of an index whose files are damaged: every answer must be right or refused.

Flips one bit in one file of a copy of an index, opens it, and asks, searches and lists. The outcome is
`refused` (an error of nutgraf's that names what to do), `same` (what the undamaged index gives), or a
failure: `wrong` (something else), `crash` (the process died) or `error` (any other exception). One process,
whose models stay loaded, looks at one copy after another.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.faults.journal import Journal, Outcome

QUESTIONS = [
    "What did China agree to on sanctions?",
    "Who said the ministers would speak to reporters?",
    "What does not allow the United States to take weapons into Spain?",
]
FINE = ("refused", "same")
_TIMEOUT_S = 120

_READ = 4
"""Passages that are read for a question: searching, which costs less, shows whether the others are right."""

_ASK = f"""
import json, sys
from pathlib import Path
from nutgraf.archive import Archive
from nutgraf.errors import NutgrafError
from nutgraf.opening import ModelLoader
from nutgraf.settings import Settings

class KeptModels(ModelLoader):
    def unload(self):
        pass

def settings(folder):
    return Settings(Path(folder), reader="small", threads=1, passages={_READ}).checked()

questions, models = json.loads(sys.argv[1]), KeptModels(settings(""))
for line in sys.stdin:
    try:
        with Archive(settings(line.rstrip("\\n")), models) as archive:
            archive.check()
            results = [result.to_dict() for result in archive.ask_many(questions)]
            results += [archive.search(question, top=20).to_dict() for question in questions]
            for result in results:
                del result["timing_ms"]
            results.append(archive.articles(limit=100).to_dict())
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


def flips(folder: Path, journal: Journal, seed: int) -> None:
    """Flip bits, one at a time, evenly over the kinds of files, until the journal is full."""
    asker = Asker()
    kinds = _by_kind(folder)
    with tempfile.TemporaryDirectory() as scratch:
        name, expected = asker.ask(folder)
        assert name == "answers", expected
        while journal.is_open:
            number = len(journal.outcomes)
            dice = random.Random(f"{seed} {number}")
            copy = Path(shutil.copytree(folder, Path(scratch) / str(number)))
            kind = sorted(kinds)[number % len(kinds)]
            file = copy / dice.choice(kinds[kind])
            content = bytearray(file.read_bytes())
            content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            file.write_bytes(content)
            name, details = asker.ask(copy)
            if name == "answers":
                name = "same" if details == expected else "wrong"
            where = f"{file.relative_to(copy)}: {details[:200]}" if name not in FINE else ""
            journal.add(Outcome(kind, name, where))
            shutil.rmtree(copy)
    asker.close()


def built(scratch: Path, articles: Path) -> Path:
    """Return the folder of an index of the articles, made with the models in the box."""
    folder = scratch / "index"
    command = [sys.executable, "-m", "nutgraf", "index", str(articles), "--index", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder


def _by_kind(folder: Path) -> dict[str, list[str]]:
    """Return the names of the files of an index that are not empty, by the ending of their names."""
    kinds: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size and path.suffix not in {".lock", ".pid"}:
            kinds.setdefault(path.suffix or path.name, []).append(path.relative_to(folder).as_posix())
    return kinds
