"""How an evaluation is told: a table for people, an object for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from api.render import console, visible
from qa.evaluate.summaries import Figure

_TASKS = {
    "reading": "the reader alone, each question asked of its own paragraph",
    "open": "the whole system, all paragraphs as one archive",
    "news": "the whole system, news questions",
}


@dataclass(frozen=True, slots=True)
class Model:
    """Which model it was: its name, and the hash of its weights."""

    id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was evaluated (reading, open or news), on how many questions `of` the file's, and the outcome."""

    task: str
    file: Path
    questions: int
    of: int
    models: Mapping[str, Model]
    figures: Sequence[Figure]


def report_object(report: Report) -> dict[str, Any]:
    """Return a report as JSON-ready data; per cent are 0 to 100."""
    return {
        "task": report.task,
        "file": report.file.name,
        "questions": report.questions,
        "questions_in_file": report.of,
        "models": {name: {"id": m.id, "sha256": m.sha256} for name, m in report.models.items()},
        "figures": {f.key: {"value": round(f.value, 4), "questions": f.over} for f in report.figures},
    }


def print_report(report: Report) -> None:
    """Print what was evaluated, and each figure with the number of questions it is taken over."""
    out = console()
    out.print(Text(f"{visible(report.file.name)}: {_TASKS[report.task]}", style="bold"))
    asked = f"{report.questions:,}" + (f" of {report.of:,}" if report.questions < report.of else "")
    models = [f"{name} {visible(m.id)} ({m.sha256[:12]})" for name, m in report.models.items()]
    out.print(Text(f"{asked} questions; " + ", ".join(models), style="dim"))
    width = max(len(figure.name) for figure in report.figures)
    for figure in report.figures:
        out.print(Text(f"  {figure.name:<{width}}  {_value(figure)}   {figure.over:>6,} questions"))


def _value(figure: Figure) -> str:
    places = 3 if figure.unit == "" else 2
    return f"{figure.value:8.{places}f} {figure.unit:<6}"
