"""What a look at something tells: fine or not, what was found, what to do about it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

from rich import box
from rich.table import Table
from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.errors import NutgrafError

T = TypeVar("T")
CheckStatus = Literal["ok", "warning", "problem"]
_STYLES: dict[CheckStatus, str] = {"ok": "green", "warning": "yellow", "problem": "bold red"}
_REPORT = "please report it with what `nutgraf doctor --json` prints"


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check; `advice` is what to type or do, empty where nothing is to be done."""

    name: str
    status: CheckStatus
    found: str
    advice: str = ""


def caught(name: str, look: Callable[[], T]) -> T | Finding:
    """Return what `look` returns; what it raises becomes a problem, so that the other checks go on."""
    try:
        return look()
    except NutgrafError as error:
        return Finding(name, "problem", str(error), error.hint)
    except OSError as error:
        return Finding(name, "problem", str(error), "check permissions, and the free space of the disk")
    except Exception as error:  # noqa: BLE001 - whatever is broken, it is told and not raised
        return Finding(name, "problem", f"{type(error).__name__}: {error}", _REPORT)


def healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing is a problem."""
    return all(finding.status != "problem" for finding in findings)


def findings_object(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return findings as JSON-ready data."""
    return {"ok": healthy(findings), "checks": [asdict(finding) for finding in findings]}


def print_findings(findings: Sequence[Finding]) -> None:
    """Print a row a finding, with what to do below it, and how many are not fine."""
    out = console()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("check", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("found", overflow="fold")
    for finding in findings:
        told = Text(visible(finding.found))
        if finding.advice:
            told.append("\ntry: ", "bold").append(visible(finding.advice))
        table.add_row(finding.name, Text(finding.status, style=_STYLES[finding.status]), told)
    out.print(table)
    counts = [(kind, sum(f.status == kind for f in findings)) for kind in ("problem", "warning")]
    summary = ", ".join(f"{n} {kind}{'s' * (n > 1)}" for kind, n in counts if n)
    out.print(summary or "Everything is fine.")
