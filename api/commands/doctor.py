"""The command `doctor`."""

from pathlib import Path

import typer

from nutgraf.api.commands import options
from nutgraf.api.commands.exits import FOUND, NOT_FOUND
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)

DOCTOR_HELP = """Check Python, models, index, memory and disk, and answer a question with no network.

It changes nothing. For each problem it says what to do.

\b
Examples:
  nutgraf doctor
  nutgraf doctor --index /var/lib/nutgraf/index --json

Exit code: 0 there is no problem, 1 there is a problem.
"""


def doctor(
    as_json: options.AsJson = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
) -> None:
    """Check everything; DOCTOR_HELP is the help of the command."""
    from nutgraf.api.doctor.checkup import examine
    from nutgraf.api.doctor.findings import findings_object, healthy, print_findings
    from nutgraf.api.terminal.console import print_json

    findings = examine(options.settings(index, encoder, reader, threads))
    if as_json:
        print_json(findings_object(findings))
    else:
        print_findings(findings)
    raise typer.Exit(FOUND if healthy(findings) else NOT_FOUND)
