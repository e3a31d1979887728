"""A finding, the outcome of one check: its status, what was seen, and what to do about it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

from rich import box
from rich.table import Table
from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.error import panics_as
from nutgraf.errors import NutgrafError

T = TypeVar("T")
CheckStatus = Literal["ok", "warning", "problem"]
_STYLES: dict[CheckStatus, str] = {"ok": "green", "warning": "yellow", "problem": "bold red"}
_REPORT = "please report it with what `nutgraf doctor --json` prints"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: `found` says what was seen, `advice` what to type or do, "" for nothing."""

    name: str
    status: CheckStatus
    found: str
    advice: str = ""


def caught(name: str, check: Callable[[], T]) -> T | Finding:
    """Return the result of a check; an error becomes a finding, so that the other checks still run."""
    try:
        with panics_as():
            return check()
    except NutgrafError as error:
        return Finding(name, "problem", str(error), error.hint)
    except OSError as error:
        return Finding(name, "problem", str(error), "check permissions, and the free space of the disk")
    except Exception as error:  # noqa: BLE001 - every fault becomes a finding
        return Finding(name, "problem", f"{type(error).__name__}: {error}", _REPORT)


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether no finding is a problem."""
    return all(finding.status != "problem" for finding in findings)


def findings_object(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return findings as JSON-ready data."""
    return {"ok": healthy(findings), "checks": [asdict(finding) for finding in findings]}


def print_findings(findings: Sequence[Finding]) -> None:
    """Print a row for each finding with its advice, then the number of problems and warnings."""
    out = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("found", overflow="fold")
    for finding in findings:
        cell = Text(visible(finding.found))
        if finding.advice:
            cell.append("\ntry: ", "bold").append(visible(finding.advice))
        table.add_row(finding.name, Text(finding.status, style=_STYLES[finding.status]), cell)
    out.print(table)
    counts = [(kind, sum(f.status == kind for f in findings)) for kind in ("problem", "warning")]
    summary = ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in counts if n)
    out.print(summary or "Everything is fine.")
