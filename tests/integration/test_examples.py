"""The scripts of examples/, run on the seeds."""

import json
import runpy
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import nutgraf

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
QUESTION = "What did China agree to on sanctions?"
ANSWER = "new United Nations sanctions against the North"
SENTENCE = (
    "China agreed during the talks on Wednesday to new United Nations sanctions against the North, and"
    " negotiations on their content will proceed in the coming days, Mr. Wang said."
)
FOOTBALL = "Who won the football match?"
SEED = "seeds/004_d6905fbb12041181.txt"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a folder with the seeds."""
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    return tmp_path


@dataclass(frozen=True, slots=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a script with arguments in the home, in this process to save time."""
    monkeypatch.chdir(home)

    def run(name: str, *arguments: str) -> Done:
        script = str(ROOT / "examples" / f"{name}.py")
        monkeypatch.setattr(sys, "argv", [script, *arguments])
        code: object = 0
        try:
            runpy.run_path(script, run_name="__main__")
        except SystemExit as end:
            code = end.code
        assert isinstance(code, int)
        return Done(code, *capsys.readouterr())

    return run


def archive_of_seeds(home: Path) -> None:
    with nutgraf.open(home / "news.nutgraf") as archive:
        archive.add(home / "seeds" / "*.txt")


def test_four_short_scripts_say_how_to_run_them() -> None:
    assert [path.stem for path in EXAMPLES] == [
        "ask_archive",
        "measure_answers",
        "nightly_job",
        "quotes_for_llm",
    ]
    for path in EXAMPLES:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) < 60, path
        assert f"\n\npython examples/{path.name} " in text


def test_ask_archive(home: Path, run: Run) -> None:
    (home / "seeds" / "empty.txt").touch()
    done = run("ask_archive", "seeds/*.txt", "--question", QUESTION)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "AddReport(added=3, skipped=1, articles=3)",
        "  skipped seeds/empty.txt: empty file",
        f"{ANSWER}  (95%)",
        f"  {SENTENCE}",
        "  U.S. Says It Will Step Up Defenses if China Fails to Act Against North Korea | The New York Times"
        f" | 2016-01-27 | {SEED}",
        "  characters 1397 to 1443; 0 independent articles say the same",
    ]
    again = run("ask_archive", "seeds/*.txt", "--question", FOOTBALL)
    first, _, last = again.stdout.splitlines()
    assert first == "AddReport(skipped=1, unchanged=3, articles=3)"
    assert last.startswith("not answered: the best guess has probability ")


def test_quotes_for_llm(home: Path, run: Run) -> None:
    archive_of_seeds(home)
    done = run("quotes_for_llm", "news.nutgraf", QUESTION)
    assert done.returncode == 0, done.stderr
    system, user = json.loads(done.stdout)
    assert (system["role"], user["role"]) == ("system", "user")
    *lines, blank, question = user["content"].split("\n")
    assert (blank, question) == ("", f"Question: {QUESTION}")
    (quote,) = map(json.loads, lines)  # the other answers are too unlikely
    assert quote["text"] == SENTENCE
    assert (quote["id"], quote["source"], quote["published"]) == (
        SEED,
        "The New York Times",
        "2016-01-27T00:00:00Z",
    )
    with nutgraf.open(home / "news.nutgraf") as archive:
        assert archive.get(quote["id"]).text[quote["start"] : quote["end"]] == quote["text"]
    silent = run("quotes_for_llm", "news.nutgraf", FOOTBALL)
    assert (silent.returncode, silent.stdout) == (1, "")
    assert silent.stderr.startswith("not answered: the best guess has probability ")


def test_measure_answers(home: Path, run: Run) -> None:
    archive_of_seeds(home)
    questions = [
        {"question": QUESTION, "answers": ["new United Nations sanctions", ANSWER]},
        {"question": "Which secretary of state is hosting the dialogue?", "answers": ["Bob Dole"]},
        {"question": FOOTBALL, "answers": []},
    ]
    (home / "questions.jsonl").write_text("".join(json.dumps(question) + "\n" for question in questions))
    done = run("measure_answers", "news.nutgraf", "questions.jsonl")
    assert done.stdout == (
        "Figures(answerable=2, answered=2, right=1, unanswerable=1, false_answers=0, exact_match=0.5,"
        " f1=0.5)\n"
    ), done.stderr


def test_nightly_job(home: Path, run: Run) -> None:
    shutil.move(home / SEED, home / "later.txt")
    (home / "seeds" / "questions.jsonl").unlink()
    (home / "questions.txt").write_text(f"{QUESTION}\n\n{FOOTBALL}\n")
    command = ("nightly_job", "news.nutgraf", "seeds", "questions.txt", "changes.jsonl")

    def changes() -> list[tuple[str, str, str]]:
        lines = map(json.loads, (home / "changes.jsonl").read_text().splitlines())
        return [(line["question"], line["before"], line["answer"]) for line in lines]

    first = run(*command)
    assert first.stdout == "AddReport(added=2, articles=2)\n0 answers changed\n", first.stderr
    assert changes() == []
    shutil.move(home / "later.txt", home / SEED)
    for _ in range(2):  # the second run finds nothing new
        assert run(*command).returncode == 0
        assert changes() == [(QUESTION, "", ANSWER)]
    source = json.loads((home / "changes.jsonl").read_text())["source"]
    assert (source["article"]["id"], source["start"], source["end"]) == (SEED, 1397, 1443)
    (home / SEED).unlink()
    run(*command)
    assert changes() == [(QUESTION, "", ANSWER), (QUESTION, ANSWER, "")]
    shutil.rmtree(home / "seeds")
    gone = run(*command)
    assert gone.returncode == 2
    assert gone.stderr.startswith("error: there is no file or folder 'seeds'\ntry: ")


def test_nightly_job_tries_later_while_another_process_writes(home: Path, run: Run) -> None:
    archive_of_seeds(home)
    (home / "questions.txt").write_text(QUESTION)
    with nutgraf.open(home / "news.nutgraf") as archive:
        command = ("nightly_job", "news.nutgraf", "seeds", "questions.txt", "changes.jsonl")
        done = archive.write(lambda _: run(*command))
    assert done.returncode == 75
    assert "is being written by this process already" in done.stderr
