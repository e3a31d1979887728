"""The options of `nutgraf eval`, and whether they go together. Reads only the beginning of a file."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from nutgraf.errors import BadOption
from nutgraf.indexer.errors import StorageFailed
from nutgraf.qa.evaluate.formats import kind_of
from nutgraf.qa.evaluate.ranking import available

EXTRA = "pip install ir-measures matplotlib"
PICTURES = (".svg", ".png")


@dataclass(frozen=True, slots=True)
class EvalRequest:
    """The options of one evaluation; `questions` None means all of them.

    Of a SQuAD file the reader alone is evaluated, or the `whole` system. `spread` tells whether workers of a
    cluster answer.
    """

    file: Path
    whole: bool = False
    remove_gold: bool = False
    index_named: bool = False
    questions: int | None = None
    per_question: Path | None = None
    qrels: Path | None = None
    split: str | None = None
    run: Path | None = None
    plot: Path | None = None
    as_asked: bool = False
    spread: bool = False

    def special_options(self) -> list[str]:
        """Return the options of this request that not every task takes."""
        values = {
            "--open": self.whole,
            "--remove-gold": self.remove_gold,
            "--index": self.index_named,
            "--per-question": self.per_question,
            "--qrels": self.qrels,
            "--split": self.split,
            "--run": self.run,
            "--plot": self.plot,
            "--as-asked": self.as_asked,
            "--ray": self.spread,
        }
        return [name for name, value in values.items() if value]


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """The name of a task in messages, the options that it takes, and an example of its command."""

    called: str
    takes: frozenset[str]
    example: str


def _rules(called: str, takes: str, example: str) -> TaskOptions:
    return TaskOptions(called, frozenset(takes.split()), example)


RULES = {
    "reading": _rules(
        "the reader alone", "--per-question --plot --ray", "SQUAD.json --open, for the whole system"
    ),
    "open": _rules(
        "a SQuAD file as an archive",
        "--open --remove-gold --index --per-question --run --plot --ray",
        "SQUAD.json --open --remove-gold --index DIR",
    ),
    "news": _rules(
        "a file of news questions",
        "--index --per-question --run --plot --as-asked --ray",
        "NEWS_QUESTIONS.jsonl --index DIR --as-asked",
    ),
    "queries": _rules(
        "a file of queries",
        "--index --per-question --run --qrels --ray",
        "QUERIES.jsonl --qrels QRELS.txt --index DIR",
    ),
    "beir": _rules("a BEIR folder", "--index --per-question --run --split --ray", "FOLDER --split test"),
    "run": _rules("a TREC run", "--qrels", "RUN.trec --qrels QRELS.txt"),
}
_RETRIEVAL = {"queries", "beir", "run"}


def checked_task(request: EvalRequest) -> str:
    """Return the name of the task; raises SourceError or BadOption where the options do not go together."""
    kind = kind_of(request.file)
    task = ("open" if request.whole else "reading") if kind == "squad" else kind
    rules = RULES[task]
    for option in request.special_options():
        if option not in rules.takes:
            raise BadOption(
                f"{option} was given, and {rules.called} has no use for it",
                hint=f"nutgraf eval {rules.example}",
            )
    if "--qrels" in rules.takes and request.qrels is None:
        raise BadOption(f"{rules.called} was given without --qrels", hint=f"nutgraf eval {rules.example}")
    if task in _RETRIEVAL and not available():
        raise BadOption(f"{rules.called} is scored by ir-measures, which is not installed", hint=EXTRA)
    if request.plot is not None:
        _check_plot(request.plot)
    for option, path in (("--run", request.run), ("--plot", request.plot)):
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            hint = "name a file in a folder that exists"
            raise StorageFailed(f"{option} {path} cannot be written", hint=hint)
    _check_apart(request)
    return task


def _check_apart(request: EvalRequest) -> None:
    """Refuse to write over a file that is read, or twice to the same file."""
    written = {"--run": request.run, "--plot": request.plot, "--per-question": request.per_question}
    used = {request.file.resolve(), request.qrels and request.qrels.resolve()}
    for option, path in written.items():
        if path is not None and path.resolve() in used:
            raise BadOption(f"{option} {path} is a file that something else is in", hint="name another file")
        used.add(path and path.resolve())


def _check_plot(path: Path) -> None:
    if path.suffix.lower() not in PICTURES:
        raise BadOption(f"--plot {path} ends in neither .svg nor .png", hint="--plot figures.svg")
    if importlib.util.find_spec("matplotlib") is None:
        raise BadOption("--plot needs matplotlib, which is not installed", hint=EXTRA)
