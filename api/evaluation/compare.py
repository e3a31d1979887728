"""The work of `nutgraf eval compare`: two reports of the same questions, by figure and by question."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.evaluate.compare import FLIPS, Comparison, compared, most_changed
from nutgraf.qa.evaluate.questions import parse_json, read_text

SHOWN = 20
_CHANGED_BY = ("f1", "f1_at_zero", "ndcg_at_10")
"""The figures that can show how much a question changed; the first that both reports have is used."""

_HINT = "nutgraf eval ... --json > A.json, the same questions otherwise > B.json, then compare the two"


@dataclass(frozen=True, slots=True)
class ReportSide:
    """One side of a comparison: the task of a report, the hash of its questions, and its answers by id."""

    path: Path
    task: str
    sha256: str
    answers: Mapping[str, Mapping[str, Any]]

    def figures(self) -> dict[str, dict[str, float]]:
        """Return figure -> question id -> value, in the order of the report."""
        figures: dict[str, dict[str, float]] = {}
        for name, answer in self.answers.items():
            for key, value in answer["figures"].items():
                if not 0.0 <= (number := float(value)) <= 1.0:
                    raise ValueError(f"{key} is {number}")
                figures.setdefault(key, {})[name] = number
        return figures


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """Two reports side by side: every figure, and how many questions only one of them has.

    `changed` has the ids of the questions that changed most, measured by the figure whose key is `by`.
    """

    a: ReportSide
    b: ReportSide
    figures: Sequence[Comparison]
    only_a: int
    only_b: int
    by: str
    changed: Sequence[str]


def compare(a: Path, b: Path) -> ReportComparison:
    """Compare two reports that `nutgraf eval --json` printed.

    Raises SourceError for a file that is no report, and for two reports of different questions or tasks.
    """
    side_a, side_b = _loaded(a), _loaded(b)
    for noun, in_a, in_b in (("task", side_a.task, side_b.task), ("questions", side_a.sha256, side_b.sha256)):
        if in_a != in_b:
            difference = f"{in_a!r:.14} and {in_b!r:.14}" if noun == "task" else "sha256 differs"
            raise SourceError(f"{a} and {b} are not of the same {noun}: {difference}", hint=_HINT)
    figures_a, figures_b = side_a.figures(), side_b.figures()
    figures = compared(figures_a, figures_b)
    if not figures:
        raise SourceError(f"{a} and {b} have no question in common", hint=_HINT)
    keys = [comparison.key for comparison in figures]
    by = next((key for key in keys if key in _CHANGED_BY or key.endswith("ndcg_at_10")), keys[0])
    return ReportComparison(
        side_a,
        side_b,
        figures,
        only_a=len(side_a.answers.keys() - side_b.answers.keys()),
        only_b=len(side_b.answers.keys() - side_a.answers.keys()),
        by=by,
        changed=most_changed(figures_a[by], figures_b[by], SHOWN),
    )


def _loaded(path: Path) -> ReportSide:
    try:
        report = parse_json(path, read_text(path))
        answers = {str(answer["id"]): answer for answer in report["answers"]}
        side = ReportSide(path, str(report["task"]), str(report["sha256"]), answers)
        side.figures()
        for answer in answers.values():
            str(answer["question"]), str(answer["prediction"])
    except SourceError as error:
        raise SourceError(
            str(error).replace("cannot be evaluated", "cannot be compared"), hint=_HINT
        ) from error
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, IndexError) as error:
        raise SourceError(f"{path} is no report of nutgraf eval --json", hint=_HINT) from error
    return side


def comparison_object(comparison: ReportComparison) -> dict[str, Any]:
    """Return a comparison as JSON-ready data; values are 0 to 1, differences are B - A, wins those of B."""
    values_a, values_b = comparison.a.figures()[comparison.by], comparison.b.figures()[comparison.by]
    return {
        "task": comparison.a.task,
        "questions": len(comparison.a.answers) - comparison.only_a,
        "only_in_a": comparison.only_a,
        "only_in_b": comparison.only_b,
        "flips": FLIPS,
        "figures": {
            c.key: {name: value for name, value in asdict(c).items() if name != "key"}
            | {"difference": c.difference}
            for c in comparison.figures
        },
        "changed_by": comparison.by,
        "changed": [
            {
                "id": name,
                "question": comparison.a.answers[name]["question"],
                "a": {"value": values_a[name], "prediction": comparison.a.answers[name]["prediction"]},
                "b": {"value": values_b[name], "prediction": comparison.b.answers[name]["prediction"]},
            }
            for name in comparison.changed
        ],
    }


def print_comparison(comparison: ReportComparison) -> None:
    """Print a row for each figure, then the questions that changed most, in lines cut to the terminal."""
    out = console()
    out.print(
        Text(f"A {visible(str(comparison.a.path))}   B {visible(str(comparison.b.path))}", style="bold")
    )
    both = f"{len(comparison.a.answers) - comparison.only_a:,} questions in both"
    only = [f"{n:,} in {name} only" for name, n in (("A", comparison.only_a), ("B", comparison.only_b)) if n]
    out.print(Text("; ".join([both, *only]), style="dim"))
    out.print(_table(comparison.figures))
    note = f"p: two-sided paired randomisation test, {FLIPS:,} draws; wins: questions on which B is better"
    out.print(Text(note, style="dim"))
    if not comparison.changed:
        out.print(Text(f"\nNo question changed in {comparison.by}."))
        return
    out.print(Text(f"\nchanged most, by {comparison.by}", style="bold"))
    values_a, values_b = comparison.a.figures()[comparison.by], comparison.b.figures()[comparison.by]
    for name in comparison.changed:
        a, b = comparison.a.answers[name], comparison.b.answers[name]
        head = f"{100 * values_a[name]:5.1f} → {100 * values_b[name]:5.1f}  {a['question'] or name}"
        out.print(Text(visible(head)), no_wrap=True, overflow="ellipsis", crop=True, soft_wrap=False)
        for side, answer in (("A", a), ("B", b)):
            if answer["prediction"]:
                line = Text(f"{'':16}{side} {visible(str(answer['prediction']))}", style="dim")
                out.print(line, no_wrap=True, overflow="ellipsis", crop=True, soft_wrap=False)


def _table(figures: Sequence[Comparison]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", overflow="fold")
    for name in ("A %", "B %", "B - A", "p", "wins", "ties", "losses"):
        table.add_column(name, justify="right", no_wrap=True)
    for c in figures:
        p = "<0.001" if c.p < 0.001 else f"{c.p:.3f}"  # noqa: PLR2004 - as papers print it
        counts = [f"{n:,}" for n in (c.wins, c.ties, c.losses)]
        row = [c.key, f"{100 * c.a:.2f}", f"{100 * c.b:.2f}", f"{100 * c.difference:+.2f}", p, *counts]
        table.add_row(*row, style="bold" if c.p < 0.05 else None)  # noqa: PLR2004 - the customary level
    return table
