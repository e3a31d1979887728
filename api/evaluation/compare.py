"""`nutgraf eval compare`: two reports of the same questions, figure by figure and question by question."""

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
"""The figures by which a question's change is told: the first that both reports have."""

_HINT = "nutgraf eval ... --json > A.json, the same questions otherwise > B.json, then compare the two"


@dataclass(frozen=True, slots=True)
class ReportSide:
    """One side of a comparison: a report's task, what identifies its questions, and its answers by id."""

    path: Path
    task: str
    sha256: str
    answers: Mapping[str, Mapping[str, Any]]

    def figures(self) -> dict[str, dict[str, float]]:
        """Return each figure's values by question, in the order in which they come."""
        found: dict[str, dict[str, float]] = {}
        for name, answer in self.answers.items():
            for key, value in answer["figures"].items():
                if not 0.0 <= (number := float(value)) <= 1.0:
                    raise ValueError(f"{key} is {number}")
                found.setdefault(key, {})[name] = number
        return found


@dataclass(frozen=True, slots=True)
class ReportComparison:
    """Two reports side by side: every figure, how many questions only one has, and what changed most.

    `changed` has ids of questions, by how much `by`, a figure's key, differs.
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

    Raises SourceError for a file that is none, and for reports of other questions or of another task.
    """
    one, other = _loaded(a), _loaded(b)
    for what, ours, theirs in (("task", one.task, other.task), ("questions", one.sha256, other.sha256)):
        if ours != theirs:
            differ = f"{ours!r:.14} and {theirs!r:.14}" if what == "task" else "sha256 differs"
            raise SourceError(f"{a} and {b} are not of the same {what}: {differ}", hint=_HINT)
    mine, its = one.figures(), other.figures()
    figures = compared(mine, its)
    if not figures:
        raise SourceError(f"{a} and {b} have no question in common", hint=_HINT)
    keys = [comparison.key for comparison in figures]
    by = next((key for key in keys if key in _CHANGED_BY or key.endswith("ndcg_at_10")), keys[0])
    return ReportComparison(
        one,
        other,
        figures,
        only_a=len(one.answers.keys() - other.answers.keys()),
        only_b=len(other.answers.keys() - one.answers.keys()),
        by=by,
        changed=most_changed(mine[by], its[by], SHOWN),
    )


def _loaded(path: Path) -> ReportSide:
    try:
        report = parse_json(path, read_text(path))
        answers = {str(answer["id"]): answer for answer in report["answers"]}
        found = ReportSide(path, str(report["task"]), str(report["sha256"]), answers)
        found.figures()
        for answer in answers.values():
            str(answer["question"]), str(answer["prediction"])
    except SourceError as error:
        raise SourceError(
            str(error).replace("cannot be evaluated", "cannot be compared"), hint=_HINT
        ) from error
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, IndexError) as error:
        raise SourceError(f"{path} is no report of nutgraf eval --json", hint=_HINT) from error
    return found


def compared_object(found: ReportComparison) -> dict[str, Any]:
    """Return a comparison as JSON-ready data; values are 0 to 1, differences and wins those of B."""
    mine, its = found.a.figures()[found.by], found.b.figures()[found.by]
    return {
        "task": found.a.task,
        "questions": len(found.a.answers) - found.only_a,
        "only_in_a": found.only_a,
        "only_in_b": found.only_b,
        "flips": FLIPS,
        "figures": {
            c.key: {name: value for name, value in asdict(c).items() if name != "key"}
            | {"difference": c.difference}
            for c in found.figures
        },
        "changed_by": found.by,
        "changed": [
            {
                "id": name,
                "question": found.a.answers[name]["question"],
                "a": {"value": mine[name], "prediction": found.a.answers[name]["prediction"]},
                "b": {"value": its[name], "prediction": found.b.answers[name]["prediction"]},
            }
            for name in found.changed
        ],
    }


def print_compared(found: ReportComparison) -> None:
    """Print a row a figure, then the questions that changed most, a line each part, cut to the terminal."""
    out = console()
    out.print(Text(f"A {visible(str(found.a.path))}   B {visible(str(found.b.path))}", style="bold"))
    both = f"{len(found.a.answers) - found.only_a:,} questions in both"
    only = [f"{n:,} in {name} only" for name, n in (("A", found.only_a), ("B", found.only_b)) if n]
    out.print(Text("; ".join([both, *only]), style="dim"))
    out.print(_table(found.figures))
    note = f"p: two-sided paired randomisation test, {FLIPS:,} draws; wins: questions on which B is better"
    out.print(Text(note, style="dim"))
    if not found.changed:
        out.print(Text(f"\nNo question changed in {found.by}."))
        return
    out.print(Text(f"\nchanged most, by {found.by}", style="bold"))
    mine, its = found.a.figures()[found.by], found.b.figures()[found.by]
    for name in found.changed:
        a, b = found.a.answers[name], found.b.answers[name]
        head = f"{100 * mine[name]:5.1f} → {100 * its[name]:5.1f}  {a['question'] or name}"
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
