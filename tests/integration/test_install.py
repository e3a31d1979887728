"""The README's ways to install nutgraf, by the commands that it prints: make, pipx and uvx."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = README.partition("prints:\n\n```\n")[2].partition("```")[0].strip()
Commands = Callable[[str], list[str]]
Environment = Callable[..., dict[str, str]]
Shell = Callable[[str, dict[str, str]], str]

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(600)]


@pytest.fixture
def shell(run: Any, clone: Path) -> Shell:
    """Return a function that runs a line of the README in the clone and returns what it printed."""
    return lambda command, environment: str(
        run("bash", "-c", command, cwd=clone, env=environment).stdout
    ).strip()


def test_the_readme_shows_an_answer() -> None:
    assert SHOWN.startswith("new United Nations sanctions against the North   (probability 95%)\n")


def test_make_ask_prints_what_the_readme_shows(
    registry: None, readme_commands: Commands, environment: Environment, shell: Shell, tmp_path: Path
) -> None:
    ready = environment(tmp_path, Path(sys.executable).parent)
    (command,) = readme_commands("make ask")
    assert shell(command, ready) == SHOWN
    assert "make ask" in shell("make help", ready)


@pytest.mark.slow
def test_pipx_installs_the_wheel(
    pipx_environment: dict[str, str], readme_commands: Commands, shell: Shell
) -> None:
    build, install, *use = readme_commands("python3 -m pip wheel")  # fixtures ran the first two
    assert (" wheel " in build, install.startswith("pipx install ")) == (True, True)
    *_, answer = [shell(command, pipx_environment) for command in use]
    assert answer == SHOWN


@pytest.mark.slow
def test_uvx_runs_the_wheel(
    wheel: Path,
    tools: Path,
    readme_commands: Commands,
    environment: Environment,
    shell: Shell,
    tmp_path: Path,
) -> None:
    ready = environment(tmp_path, tools) | {"NUTGRAF_INDEX": str(tmp_path / "index")}
    *_, answer = [shell(command, ready) for command in readme_commands("uvx ")]
    assert answer == SHOWN
