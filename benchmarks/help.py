"""Writes what `nutgraf COMMAND --help` prints into docs/cli.md; `make docs` runs it.

Knows how a block of the page begins; does not know what the commands do. A block is a code block whose
first line is `$ nutgraf COMMAND --help`; what stands below that line is replaced.
"""

import re
from pathlib import Path

from typer.testing import CliRunner

from nutgraf.api.commands.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
_BLOCK = re.compile(r"^```text\n\$ nutgraf (?P<command>[a-z ]*)--help\n.*?^```$", re.MULTILINE | re.DOTALL)
_COLUMNS = "80"  # the width at which click wraps help on most terminals


def help_text(command: str) -> str:
    """Return what `nutgraf COMMAND --help` prints on a terminal of 80 columns."""
    arguments = [*command.split(), "--help"]
    result = CliRunner().invoke(app, arguments, prog_name="nutgraf", env={"COLUMNS": _COLUMNS})
    return "\n".join(line.rstrip() for line in result.output.splitlines())


def with_help(page: str) -> str:
    """Return the page with every block as the command prints it."""
    return _BLOCK.sub(_block, page)


def _block(match: re.Match[str]) -> str:
    command = match["command"].strip()
    shown = f"nutgraf {command} --help" if command else "nutgraf --help"
    return f"```text\n$ {shown}\n{help_text(command)}\n```"


if __name__ == "__main__":
    PAGE.write_text(with_help(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
