"""Every code block of docs/python.md is run, section by section, in an empty home with the seeds.

A `text` block right below a block is what that prints. Examples of the reference (`pycon`) are run by
tests/unit/test_public_api.py, from the docstrings.
"""

import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.reference import MARK, PAGE, with_reference

ROOT = Path(__file__).parents[2]
TEXT = PAGE.read_text(encoding="utf-8")
HAND_WRITTEN = TEXT.partition(MARK)[0]
SECTIONS = dict(re.findall(r"^## ([^\n]*)\n(.*?)(?=^## |\Z)", HAND_WRITTEN, re.MULTILINE | re.DOTALL))
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
VOWELS, CONSONANTS = "aeiou", "bdfgklmnprst"


def blocks(section: str) -> list[tuple[str, str, str | None]]:
    """Return (language, code, what it prints or None) of each block but those that show output."""
    found = list(_BLOCK.finditer(section))
    printed = {
        block.end(): output[2]
        for block in found
        for output in found
        if output[1] == "text" and output.start() == block.end()
    }
    return [(block[1], block[2], printed.get(block.end())) for block in found if block[1] != "text"]


def write_articles(folder: Path) -> None:
    """Write what somebody's folder holds: 197 articles, 3 copies, and 3 files that are no articles."""
    rng = random.Random(0)

    def word() -> str:
        return "".join(rng.choice(letters) for letters in (CONSONANTS, VOWELS, CONSONANTS, VOWELS))

    def sentence() -> str:
        return " ".join(word() for _ in range(12)).capitalize() + f", {word().capitalize()} said."

    folder.mkdir()
    for number in range(200):
        day = "" if number % 5 == 4 else f"\n{2001 + number % 20}-05-{1 + number % 28:02}\n"
        body = "\n\n".join(sentence() for _ in range(5))
        (folder / f"{number:03}.txt").write_text(f"{sentence()[:40]}\n{day}\n{body}\n")
    for copy, original in ((50, 10), (60, 20), (70, 30)):
        shutil.copy(folder / f"{original:03}.txt", folder / f"{copy:03}.txt")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "empty.txt").touch()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    (tmp_path / "seeds" / "README.md").unlink(missing_ok=True)
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    write_articles(tmp_path / "articles")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shell(home: Path) -> Callable[[str], str]:
    """Return a function that runs a command in the home, where `nutgraf` and `python` are these ones."""
    programs = home / "bin"
    programs.mkdir()
    for name, arguments in (("nutgraf", "-m nutgraf"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments} "$@"\n')
        (programs / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUTGRAF_")}
    path = os.pathsep.join([str(programs), os.environ["PATH"]])

    def run(command: str) -> str:
        done = subprocess.run(
            ["bash", "-e", "-c", command],
            env=kept | {"PATH": path, "PYTHONPATH": str(ROOT), "NUTGRAF_PROFILE": "quick"},
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_page_has_its_sections() -> None:
    assert list(SECTIONS) == [
        "Tutorial",
        "Give a language model exact quotes",
        "Measure the archive on your own questions",
        "Run a job every night",
    ]
    languages = {language for section in SECTIONS.values() for language, _, _ in blocks(section)}
    assert languages == {"python", "sh", "json", "crontab", "ini"}


@pytest.mark.parametrize("name", SECTIONS)
def test_the_code_of_a_section_runs(
    name: str, shell: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    namespace: dict[str, Any] = {"__name__": "page"}
    for language, code, expected in blocks(SECTIONS[name]):
        if language == "sh":
            printed = shell(code)
            assert printed
        elif language == "python":
            capsys.readouterr()
            exec(compile(code, f"{PAGE.name}: {name}", "exec"), namespace)
            printed = capsys.readouterr().out
        else:
            continue
        if expected is not None:
            assert printed == expected, code


def test_sample_output_of_your_own_files(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sample output is what the folder of this test gives: the words of the page describe it."""
    code = next(code for _, code, _ in blocks(SECTIONS["Tutorial"]) if 'mine = nutgraf.open("' in code)
    code = code.replace("archive.close()", "import nutgraf")
    exec(compile(code, PAGE.name, "exec"), {})
    first, *skipped = capsys.readouterr().out.splitlines()
    shown = (
        SECTIONS["Tutorial"]
        .partition("prints something like this (your numbers differ, here and below):\n\n```text\n")[2]
        .partition("```")[0]
    )
    assert [first, *sorted(skipped)] == [shown.splitlines()[0], *sorted(shown.splitlines()[1:])]


@pytest.mark.parametrize("example", ["quotes_for_llm", "measure_answers"])
def test_functions_on_the_page_are_those_of_the_examples(example: str) -> None:
    """Each function and class that the page shows stands so in the script that it names."""
    script = (ROOT / "examples" / f"{example}.py").read_text(encoding="utf-8")
    section = next(text for text in SECTIONS.values() if f"`examples/{example}.py`" in text)
    code = next(code for _, code, _ in blocks(section) if "\ndef " in code)
    shown = re.findall(r"^(?:@\w.*\n)?(?:def|class) .*\n(?:(?:    .*)?\n)*", code, re.MULTILINE)
    assert len(shown) > 1
    assert [part for part in shown if part.strip() not in script] == []


def test_json_of_the_page_is_of_the_shape_that_is_written(shell: Callable[[str], str], home: Path) -> None:
    section = SECTIONS["Run a job every night"]
    (shown,) = (json.loads(code) for language, code, _ in blocks(section) if language == "json")
    (command,) = (code for language, code, _ in blocks(section) if language == "sh")
    shell(command)
    (line,) = (home / "changes.jsonl").read_text(encoding="utf-8").splitlines()
    written = json.loads(line)
    assert (written.keys(), written["source"].keys()) == (shown.keys(), shown["source"].keys())
    assert [written[key] for key in ("question", "before", "answer")] == [
        shown[key] for key in ("question", "before", "answer")
    ]


def test_cron_and_systemd_run_the_same_command(shell: Callable[[str], str], home: Path) -> None:
    found = [code for language, code, _ in blocks(SECTIONS["Run a job every night"]) if language != "sh"]
    cron = next(code.partition("* * * ")[2] for code in found if "* * * cd" in code)
    unit = next(re.findall(r"^ExecStart=(.*)$", code, re.M) for code in found if "ExecStart" in code)
    folder, job = cron.strip().removeprefix("cd ").split(" && ")
    assert unit == [f"{folder}/{job}"]
    shutil.copy(home / "examples" / "nightly_job.py", home)
    (home / "questions.txt").write_text("Who spoke?\n")
    arguments = shlex.join(shlex.split(job)[1:])
    assert shell(f"python {arguments}").startswith("AddReport(added=197, duplicate=3, skipped=3,")


def test_the_reference_is_what_the_docstrings_say() -> None:
    """If this fails, run `make docs`."""
    assert with_reference(TEXT) == TEXT
