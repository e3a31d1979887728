"""The documentation names what there is: every command, option, setting, route and error code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import api.errors
import api.web.cursors
import api.web.engine
import indexer.errors
import models.errors
import qa.errors
from api.settings import Settings
from api.web.app import create_app

ROOT = Path(__file__).parents[2]
HTTP = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
COMMANDS = ["index", "ask", "search", "show", "remove", "info", "eval", "calibrate", "serve", "mcp", "doctor"]


def help_of(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "api", *command, "--help"],
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


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_described(command: str) -> None:
    options = set(re.findall(r"--[a-z][a-z-]+", help_of(command).split("Options:")[1])) - {"--help"}
    assert options
    assert {o for o in options if f"`{o}" not in CLI} == set()


def test_every_setting_is_described() -> None:
    read = {
        name
        for path in (ROOT / "api").rglob("*.py")
        for name in re.findall(r"NUTGRAF_[A-Z_]+", path.read_text())
    }
    assert {name for name in read if f"`{name}`" not in CLI} == set()


def test_every_error_code_is_described() -> None:
    codes = {
        value.code
        for module in (api.errors, indexer.errors, models.errors, qa.errors)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Exception) and hasattr(value, "code")
    } - {"indexer_error", "qa_error"}
    assert len(codes) > 10
    assert {code for code in codes if f"`{code}`" not in CLI} == set()


def test_every_error_code_of_the_http_door_is_described() -> None:
    raised = {api.web.engine.Busy.code, api.web.cursors.StaleCursor.code, api.web.cursors.BadCursor.code}
    for module in ("app", "bodies", "guard", "routes"):
        source = (ROOT / "api" / "web" / f"{module}.py").read_text(encoding="utf-8")
        raised |= set(re.findall(r'(?:_shaped|Refused)\(\s*\d+,\s*"(\w+)"', source))
    assert {"busy", "unauthorized", "too_large", "too_slow", "bad_request"} <= raised
    assert {code for code in raised - {"defect"} if f"`{code}`" not in HTTP} == set()


def test_every_route_is_described() -> None:
    described = create_app(Settings()).openapi()["paths"]
    routes = [f"`{method.upper()} {path}`" for path, methods in described.items() for method in methods]
    assert len(routes) >= 11
    assert [route for route in routes if route not in HTTP] == []


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
