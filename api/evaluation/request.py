"""What `nutgraf eval` was asked for, and whether its options go together. Reads only how a file begins."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from nutgraf.errors import BadOption
from nutgraf.indexer.errors import StorageFailed
from nutgraf.qa.evaluate.formats import kind_of
from nutgraf.qa.evaluate.ranking import available

EXTRA = "pip install 'nutgraf[eval]'"
PICTURES = (".svg", ".png")


@dataclass(frozen=True, slots=True)
class EvalRequest:
    """What to evaluate, on all `questions` if None; of SQuAD the reader alone, or the `whole` system."""

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

    def given(self) -> list[str]:
        """Return the options that not every task takes and that were given."""
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
        }
        return [name for name, value in values.items() if value]


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """What a task is called, the options it takes, and an example of its command."""

    called: str
    takes: frozenset[str]
    example: str


def _rules(called: str, takes: str, example: str) -> TaskOptions:
    return TaskOptions(called, frozenset(takes.split()), example)


RULES = {
    "reading": _rules("the reader alone", "--per-question --plot", "SQUAD.json --open, for the whole system"),
    "open": _rules(
        "a SQuAD file as an archive",
        "--open --remove-gold --index --per-question --run --plot",
        "SQUAD.json --open --remove-gold --index DIR",
    ),
    "news": _rules(
        "a file of news questions",
        "--index --per-question --run --plot --as-asked",
        "NEWS_QUESTIONS.jsonl --index DIR --as-asked",
    ),
    "queries": _rules(
        "a file of queries",
        "--index --per-question --run --qrels",
        "QUERIES.jsonl --qrels QRELS.txt --index DIR",
    ),
    "beir": _rules("a BEIR folder", "--index --per-question --run --split", "FOLDER --split test"),
    "run": _rules("a TREC run", "--qrels", "RUN.trec --qrels QRELS.txt"),
}
_RETRIEVAL = {"queries", "beir", "run"}


def checked_task(wanted: EvalRequest) -> str:
    """Return which task it is; raises SourceError or BadOption for what cannot go well, before any work."""
    kind = kind_of(wanted.file)
    task = ("open" if wanted.whole else "reading") if kind == "squad" else kind
    rules = RULES[task]
    for option in wanted.given():
        if option not in rules.takes:
            raise BadOption(
                f"{option} was given, and {rules.called} has no use for it",
                hint=f"nutgraf eval {rules.example}",
            )
    if "--qrels" in rules.takes and wanted.qrels is None:
        raise BadOption(f"{rules.called} was given without --qrels", hint=f"nutgraf eval {rules.example}")
    if task in _RETRIEVAL and not available():
        raise BadOption(f"{rules.called} is scored by ir-measures, which is not installed", hint=EXTRA)
    if wanted.plot is not None:
        _check_plot(wanted.plot)
    for option, path in (("--run", wanted.run), ("--plot", wanted.plot)):
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            hint = "name a file in a folder that exists"
            raise StorageFailed(f"{option} {path} cannot be written", hint=hint)
    _check_apart(wanted)
    return task


def _check_apart(wanted: EvalRequest) -> None:
    """Refuse to write over what is read, or over what else is written."""
    written = {"--run": wanted.run, "--plot": wanted.plot, "--per-question": wanted.per_question}
    taken = {wanted.file.resolve(), wanted.qrels and wanted.qrels.resolve()}
    for option, path in written.items():
        if path is not None and path.resolve() in taken:
            raise BadOption(f"{option} {path} is a file that something else is in", hint="name another file")
        taken.add(path and path.resolve())


def _check_plot(path: Path) -> None:
    if path.suffix.lower() not in PICTURES:
        raise BadOption(f"--plot {path} ends in neither .svg nor .png", hint="--plot figures.svg")
    if importlib.util.find_spec("matplotlib") is None:
        raise BadOption("--plot needs matplotlib, which is not installed", hint=EXTRA)
