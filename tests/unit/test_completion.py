"""What a shell offers for the values of options: each name that an option takes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from nutgraf.api.commands.cli import app
from nutgraf.export import EXPORT_FORMATS
from nutgraf.indexer.selection import SORTS
from nutgraf.qa.citing.formats import FORMAT_NAMES
from nutgraf.qa.profiles import PROFILES


def offered(line: str) -> list[str]:
    """Return what bash is offered for the last word of a command line."""
    words = {"COMP_WORDS": f"nutgraf {line}", "COMP_CWORD": str(len(line.split(" ")))}
    environment = {"_NUTGRAF_COMPLETE": "complete_bash", "NUTGRAF_INDEX": None, **words}
    shown = CliRunner().invoke(app, [], env=environment, prog_name="nutgraf").stdout
    return [name for name in shown.splitlines() if name]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("ask Who? --profile ", PROFILES),
        ("serve --profile q", ["quick"]),
        ("ask Who? --reader ", ["small", "large"]),
        ("ask Who? --format ", FORMAT_NAMES),
        ("search bridge --format bib", ["bibtex"]),
        ("export --format ", EXPORT_FORMATS),
        ("list --sort ", SORTS),
        ("list --sort z", []),
    ],
)
def test_names_are_offered(line: str, names: list[str]) -> None:
    assert offered(line) == [*names]


@pytest.mark.parametrize(
    "command",
    ["ask Who?", "search bridge", "list", "export", "watch add Who?"],
    ids=lambda words: words.split()[0],
)
def test_outlets_are_those_of_the_archive(command: str, seeds_index: Path, tmp_path: Path) -> None:
    assert offered(f"{command} --index {seeds_index} --source The") == ["The New York Times"]
    assert offered(f"{command} --index {tmp_path} --source ") == []
