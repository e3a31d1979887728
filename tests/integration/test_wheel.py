"""The wheel, in an environment without extras: what it holds, and answers by every door with no network."""

import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nutgraf import __version__

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).parents[2]
QUESTION = "What did China agree to on sanctions?"
QUOTE = "new United Nations sanctions against the North"
SOURCE = "The New York Times"
# Every way out is closed before the first import of the program; Unix sockets too.
NO_NETWORK = """
import socket, sys

def refused(*arguments, **named):
    raise RuntimeError("the network was touched")

socket.socket = socket.create_connection = socket.getaddrinfo = refused
"""
COMMAND = f"""{NO_NETWORK}
from nutgraf.api.commands.cli import main
sys.argv = ["nutgraf", *sys.argv[1:]]
main()
"""
LIBRARY = f"""{NO_NETWORK}
import nutgraf

with nutgraf.open("index") as archive:
    archive.add(sys.argv[1])
    result = archive.ask(sys.argv[2])
    print(result.text)
    print(result.answers[0].article.source)
"""

pytestmark = [pytest.mark.wheel, pytest.mark.timeout(600)]


@pytest.fixture
def project(tmp_path: Path) -> dict[str, Any]:
    """Return how to run in a web project's folder, whose own modules have the names of nutgraf's folders."""
    for name in ("models.py", "qa.py", "indexer.py", "api/__init__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("raise RuntimeError('the project was imported')\n")
    kept = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "NUTGRAF_INDEX"}}
    return {"cwd": tmp_path, "env": kept}


def test_it_holds_the_models_the_page_and_one_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    page = ("api/web/page/templates/base.html", "api/web/page/static/page.css", "api/web/page/static/page.js")
    for part in (
        "models/weights/encoder/model.onnx",
        "models/weights/small-reader/model.onnx",
        "api/commands/cli.py",
        "py.typed",
        *page,
    ):
        assert f"nutgraf/{part}" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"nutgraf"}


def test_it_brings_no_torch(run: Run, installed: Path) -> None:
    code = "from importlib.metadata import distributions; print(*{d.name for d in distributions()})"
    names = run(installed / "python", "-c", code).stdout.split()
    assert "nutgraf" in names
    assert {"torch", "transformers", "sentence-transformers"}.isdisjoint(names)


def test_the_command_answers(run: Run, installed: Path, project: dict[str, Any]) -> None:
    run(installed / "python", "-c", COMMAND, "index", ROOT / "seeds", **project)
    answer = run(installed / "python", "-c", COMMAND, "ask", QUESTION, **project).stdout
    assert answer.startswith(QUOTE)
    assert run(installed / "ask", QUESTION, **project).stdout == answer


def test_the_library_answers(run: Run, installed: Path, project: dict[str, Any]) -> None:
    printed = run(installed / "python", "-c", LIBRARY, ROOT / "seeds", QUESTION, **project).stdout
    assert printed.splitlines() == [QUOTE, SOURCE]


def test_every_door_says_its_version(run: Run, installed: Path, project: dict[str, Any]) -> None:
    python = installed / "python"
    assert run(installed / "nutgraf", "--version", **project).stdout == f"nutgraf {__version__}\n"
    assert run(python, "-m", "nutgraf", "--version", **project).stdout == f"nutgraf {__version__}\n"
    printed = run(python, "-c", "import nutgraf; print(nutgraf.__version__)", **project).stdout
    assert printed == f"{__version__}\n"
