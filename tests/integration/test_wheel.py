"""The wheel: built, installed into an empty environment without extras, and asked there with no network."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUESTION = "What did China agree to on sanctions?"
# Every way out is closed before the first import of the program; Unix sockets too.
NO_NETWORK = """
import socket, sys

def refused(*arguments, **named):
    raise RuntimeError("the network was touched")

socket.socket = socket.create_connection = socket.getaddrinfo = refused
from nutgraf.api.commands.cli import main
sys.argv = ["nutgraf", *sys.argv[1:]]
main()
"""


def run(*command: str | Path, **more: object) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.wheel
@pytest.mark.timeout(600)
def test_the_wheel_answers_in_an_empty_environment(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT)
    wheel = next(tmp_path.glob("nutgraf-*.whl"))
    names = zipfile.ZipFile(wheel).namelist()
    page = ("api/web/page/templates/base.html", "api/web/page/static/page.css", "api/web/page/static/page.js")
    for part in (
        "models/weights/encoder/model.onnx",
        "models/weights/reader/model.onnx",
        "api/commands/cli.py",
        *page,
    ):
        assert f"nutgraf/{part}" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"nutgraf"}
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--constraint", ROOT / "requirements.lock", wheel)
    assert "torch" not in run(python, "-m", "pip", "list").stdout
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "NUTGRAF_INDEX"}}
    for name in ("models.py", "qa.py", "indexer.py", "api/__init__.py"):  # a web project's own
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text("raise RuntimeError('the project was imported')\n")
    offline = {"cwd": tmp_path / "project", "env": environment}
    run(python, "-c", NO_NETWORK, "index", ROOT / "seeds", **offline)
    answer = run(python, "-c", NO_NETWORK, "ask", QUESTION, **offline).stdout
    assert answer.startswith("new United Nations sanctions against the North")
    assert run(tmp_path / "venv" / "bin" / "ask", QUESTION, **offline).stdout == answer
