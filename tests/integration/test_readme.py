"""The commands of the README, as they stand there, run one after the other in an empty home."""

import gzip
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"^```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.startswith(".venv/bin/")
]
ENDLESS = ("serve", "mcp")
ANSWERED = (0, 1)
"""As grep's: the seeds do not answer every question that the README shows."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with what the commands name: articles, questions, a SQuAD file, the programs."""
    home = tmp_path_factory.mktemp("home")
    shutil.copytree(ROOT / "seeds", home / "articles", ignore=shutil.ignore_patterns("*.jsonl"))
    questions = [json.loads(line) for line in (ROOT / "seeds" / "questions.jsonl").read_text().splitlines()]
    with (home / "questions.jsonl").open("w", encoding="utf-8") as lines:
        for question in questions:
            answers = [answer["text"] for answer in question["answers"]]
            lines.write(json.dumps({"question": question["question"], "answers": answers}) + "\n")
    text = "Snow fell on Eastport on Tuesday, Mayor Odalys Brandt said."
    asked = {"id": "1", "question": "Who spoke?", "answers": [{"text": "Odalys Brandt", "answer_start": 41}]}
    squad = {"data": [{"title": "Snow", "paragraphs": [{"context": text, "qas": [asked]}]}]}
    (home / "dev-v1.1.json.gz").write_bytes(gzip.compress(json.dumps(squad).encode()))
    for name in ("nutgraf", "ask"):
        program = home / ".venv" / "bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        main = "main" if name == "nutgraf" else "ask_main"
        program.write_text(f"#!{sys.executable}\nfrom nutgraf.api.commands.cli import {main}\n{main}()\n")
        program.chmod(0o755)
    return home


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a command: the small reader reads alone, in half of the time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")}
    return kept | {"NUTGRAF_PROFILE": "quick", "HOME": str(home), "PYTHONPATH": str(ROOT)}


def test_there_are_commands_of_every_kind() -> None:
    said = {shlex.split(command)[1] for command in COMMANDS if "/nutgraf " in command}
    assert {"index", "search", "serve", "mcp", "doctor", "calibrate", "eval"} <= said
    assert sum("/ask " in command for command in COMMANDS) >= 3


@pytest.mark.parametrize("command", [c for c in COMMANDS if shlex.split(c)[1] not in ENDLESS])
def test_a_command_does_what_it_says(home: Path, command: str) -> None:
    """In the README's order, for what is indexed first is asked then."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode in (ANSWERED if "/ask " in command or " search " in command else (0,)), done.stderr
    assert done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [c for c in COMMANDS if shlex.split(c)[1] in ENDLESS])
def test_what_serves_begins_and_can_be_stopped(home: Path, command: str) -> None:
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=home,
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        if "serve" in command:
            assert process.stderr.readline().startswith("listening on http://127.0.0.1:8017")
            process.send_signal(signal.SIGINT)
        else:
            process.stdin.close()
        assert process.wait(60) in {0, 130}


def test_python_answers_as_the_readme_shows(home: Path) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    shutil.copytree(ROOT / "seeds", home / "seeds")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=home, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout == "new United Nations sanctions against the North The New York Times\n", done.stderr
