"""The report of an evaluation: a table for people, and JSON for programs and `nutgraf eval compare`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.qa.evaluate.kinds import KindCount
from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.risk_coverage import RiskCoverage
from nutgraf.qa.evaluate.summaries import REREAD, Figure

TASKS = {
    "reading": "the reader alone, each question asked of its own paragraph",
    "open": "the whole system, all paragraphs as one archive",
    "news": "the whole system, news questions",
    "queries": "retrieval alone, queries asked of an index",
    "beir": "retrieval alone, a BEIR folder as one archive",
    "run": "a TREC run",
}
_POINTS = 100
_RARE_SHARE = 0.002  # of the guesses: rarer pairs of kinds are not printed, and are in JSON


@dataclass(frozen=True, slots=True)
class ModelId:
    """The name of a model, and the hash of its weights."""

    id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class EvalReport:
    """The figures of an evaluation, on how many questions `of` all in the file.

    `sha256` is the hash of the files that hold questions and right answers. `abstaining` is None, and `kinds`
    empty, where no reader was used. `notices` name the figures that are left out.
    """

    task: str
    file: Path
    sha256: str
    questions: int
    of: int
    models: Mapping[str, ModelId]
    figures: Sequence[Figure]
    records: Sequence[Record] = ()
    abstaining: RiskCoverage | None = None
    kinds: Sequence[KindCount] = ()
    notices: Sequence[str] = field(default=())


def report_object(report: EvalReport) -> dict[str, Any]:
    """Return a report as JSON-ready data; figures are per cent, those of one question 0 to 1."""
    content: dict[str, Any] = {
        "task": report.task,
        "file": report.file.name,
        "sha256": report.sha256,
        "questions": report.questions,
        "questions_in_file": report.of,
        "models": {name: {"id": m.id, "sha256": m.sha256} for name, m in report.models.items()},
        "figures": {f.key: {"value": round(f.value, 4), "questions": f.over} for f in report.figures},
    }
    if report.abstaining is not None:
        content["abstaining"] = _abstaining_object(report.abstaining)
    if report.kinds:
        content["kinds"] = [_kind_object(count) for count in report.kinds]
    return content | {"answers": [_answer(record, report.figures) for record in report.records]}


def _answer(record: Record, figures: Sequence[Figure]) -> dict[str, Any]:
    return {
        "id": record.id,
        "question": record.question,
        "golds": list(record.gold_answers),
        "prediction": record.prediction,
        "source": record.source,
        "probability": record.probability,
        "answered": record.answered,
        "figures": {f.key: round(float(f.each[record.id]), 6) for f in figures if record.id in f.each},
    }


def _kind_object(count: KindCount) -> dict[str, Any]:
    shares = {"guesses_right": round(count.guesses_right, 6), "given_right": round(count.given_right, 6)}
    return asdict(count) | shares


def _abstaining_object(gain: RiskCoverage) -> dict[str, Any]:
    """Return the curve, thinned to one point for each per cent of coverage, and the bins."""
    curve = gain.curve
    at = np.unique(np.searchsorted(curve.coverage, np.arange(1, _POINTS + 1) / _POINTS - 1e-9)).tolist()
    return {
        "risk_coverage": [
            {
                "confidence": _finite(float(curve.confidence[i])),
                "coverage": round(float(curve.coverage[i]), 6),
                "risk": round(float(curve.risk[i]), 6),
            }
            for i in at
        ],
        "threshold": {"coverage": round(gain.answered, 6), "risk": round(gain.wrong, 6)},
        "reliability": [asdict(b) for b in gain.bins],
    }


def _finite(value: float) -> float | None:
    """Return the value, or None for infinity, the confidence without a guess: JSON has no infinity."""
    return round(value, 6) if math.isfinite(value) else None


def print_report(report: EvalReport) -> None:
    """Print the task and the models, then each figure with its number of questions."""
    out = console()
    out.print(Text(f"{visible(report.file.name)}: {TASKS[report.task]}", style="bold"))
    count = f"{report.questions:,}" + (f" of {report.of:,}" if report.questions < report.of else "")
    models = [f"{name} {visible(m.id)} ({m.sha256[:12]})" for name, m in report.models.items()]
    out.print(Text("; ".join([f"{count} questions", ", ".join(models)][: 1 + bool(models)]), style="dim"))
    out.print(figures_table(report.figures))
    if report.kinds:
        out.print(kinds_table(report.kinds))


def kinds_table(counts: Sequence[KindCount]) -> Table:
    """Return a row for each pair of kinds that is not rare; shares that are right are per cent."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("asked for", "answer"):
        table.add_column(name, no_wrap=True)
    for name in ("given", "right %", "best guesses", "right %", "another kind"):
        table.add_column(name, justify="right", no_wrap=True)
    least = _RARE_SHARE * sum(count.guesses for count in counts)
    for count in counts:
        if count.guesses >= least:
            given_right = f"{100 * count.given_right:.1f}" if count.given else ""
            guesses = (
                f"{count.guesses:,}",
                f"{100 * count.guesses_right:.1f}",
                f"{count.other_kind:,}" if count.other_kind else "",
            )
            table.add_row(count.asked, count.answered, f"{count.given:,}", given_right, *guesses)
    return table


def figures_table(figures: Sequence[Figure], counted: str = "questions") -> Table:
    """Return a row for each figure, with how many are `counted` in it.

    A second column has retrieval measured again after reading.
    """
    after = {f.key.removesuffix(REREAD): f for f in figures if f.key.endswith(REREAD)}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    if after:
        table.add_column("after reading", justify="right", no_wrap=True)
    table.add_column(counted, justify="right", no_wrap=True)
    for figure in figures:
        if figure.key.endswith(REREAD):
            continue
        second = [_value(after[figure.key]) if figure.key in after else ""] if after else []
        table.add_row(figure.name, _value(figure), *second, f"{figure.over:,}")
    return table


def _value(figure: Figure) -> str:
    return f"{figure.value:.{3 if figure.unit == '' else 2}f} {figure.unit:<6}".rstrip()
