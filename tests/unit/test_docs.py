"""The documentation names what there is: every command, option, setting, route and error code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.routing import Route

import nutgraf.api.engine.engine
import nutgraf.api.web.cursors
import nutgraf.errors
import nutgraf.indexer.errors
import nutgraf.models.errors
import nutgraf.qa.errors
from nutgraf.api.web.app import STATUS, create_app
from nutgraf.api.web.page.routes import router as pages
from nutgraf.settings import Settings

ROOT = Path(__file__).parents[2]
HTTP = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
BASES = {"indexer_error", "qa_error"}
OF_DOORS = {"bad_request", "http", "defect"}
COMMANDS = ["index", "ask", "search", "show", "remove", "info", "eval", "calibrate", "serve", "mcp", "doctor"]


def help_of(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "nutgraf", *command, "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout


def test_every_command_has_its_heading() -> None:
    listed = re.findall(r"^  ([a-z]+)  ", help_of().split("Commands:")[1], re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)
    assert re.findall(r"^## nutgraf (\w+)$", CLI, re.MULTILINE) == COMMANDS


def section(text: str, heading: str) -> str:
    """Return what stands between a heading and the next one of its rank."""
    return text.partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table's rows, without its head."""
    lines = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines if "---" not in line[0]][1:]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_described(command: str) -> None:
    options = set(re.findall(r"--[a-z][a-z-]+", help_of(command).split("Options:")[1])) - {"--help"}
    assert options
    described = section(CLI, f"## nutgraf {command}")
    assert {option for option in options if not re.search(rf"`{option}[` ]", described)} == set()


def test_every_setting_is_described() -> None:
    read = {
        name
        for path in (ROOT / "api").rglob("*.py")
        for name in re.findall(r"NUTGRAF_[A-Z_]+", path.read_text())
    }
    assert {name for name in read if f"`{name}`" not in CLI} == set()


def coded() -> dict[str, type[Exception]]:
    """Return our errors by their codes."""
    modules = (
        nutgraf.errors,
        nutgraf.indexer.errors,
        nutgraf.models.errors,
        nutgraf.qa.errors,
        nutgraf.api.web.cursors,
        nutgraf.api.engine.engine,
    )
    found = [value for module in modules for value in vars(module).values() if isinstance(value, type)]
    return {one.code: one for one in found if issubclass(one, Exception) and hasattr(one, "code")}


def test_every_error_code_of_the_command_line_has_its_row() -> None:
    described = {code for row in rows(section(CLI, "## Error codes")) for code in re.findall(r"\w+", row[0])}
    elsewhere = {"busy", "bad_cursor", "stale_cursor"}  # what only a server says
    assert coded().keys() - elsewhere - BASES == described - OF_DOORS


def test_every_failure_over_http_has_its_row() -> None:
    """Each code under each of its statuses, and nothing else."""
    raised = {(400, "http"), (404, "http"), (405, "http"), (500, "defect")}
    for code, error in coded().items():
        kinds = [status for kind, status in STATUS.items() if issubclass(error, kind)]
        raised.add((kinds[0] if kinds else 500, code))
    for path in (ROOT / "api" / "web").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        found = re.findall(r'(?:_shaped|Refused)\(\s*(\d+),\s*"(\w+)"', source)
        raised |= {(int(status), code) for status, code in found}
    described = [
        (int(status), code)
        for row in rows(section(HTTP, "## Failures"))
        for status in row[0].split(", ")
        for code in re.findall(r"`(\w+)`", row[1])
    ]
    assert sorted(described) == sorted(
        (status, code) for status, code in raised if code not in {"bad_source", "bad_input", *BASES}
    )


def test_every_route_has_its_row() -> None:
    app = create_app(Settings())
    routes = {
        f"{method.upper()} {path}" for path, kinds in app.openapi()["paths"].items() for method in kinds
    }
    for route in [*app.routes, *pages.routes]:  # with those that programs are not told of
        if isinstance(route, Route):
            path = route.path.replace(":path", "")
            routes |= {f"{method} {path}" for method in (route.methods or set()) - {"HEAD"}}
    described = [one for row in rows(section(HTTP, "## Routes")) for one in re.findall(r"`(.+?)`", row[0])]
    assert sorted(described) == sorted(routes)


def test_the_readme_shows_what_make_ask_prints() -> None:
    """The sentence and the place; the numbers are pinned in tests/quality."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert (
        "China agreed during the talks on Wednesday to new United Nations sanctions against the North"
        in readme
    )
    assert "[1397:1443]" in readme
    for target in ("ask", "test", "help"):
        assert f"make {target}" in readme
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
