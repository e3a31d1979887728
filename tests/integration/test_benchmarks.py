"""Every benchmark starts, and knows the options that README and `make bench` give it; none is run here."""

import gzip
import importlib
import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = sorted(
    path.stem
    for path in (ROOT / "benchmarks").glob("*.py")
    if "\ndef main(" in path.read_text(encoding="utf-8")
)
NAMES.append("faults.__main__")
SHOWN = re.findall(r"`benchmarks\.(\w+)([^`]*)`", README)


def help_of(name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr("sys.argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"benchmarks.{name}").main()
    assert ended.value.code == 0
    return capsys.readouterr().out


def options(words: list[str]) -> set[str]:
    return {word for word in words if word.startswith("--")}


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_describes_itself(name: str, monkeypatch: Any, capsys: Any) -> None:
    assert help_of(name, monkeypatch, capsys).startswith("usage: ")


@pytest.mark.parametrize(("name", "words"), SHOWN)
def test_the_readme_gives_a_benchmark_options_that_it_has(
    name: str, words: str, monkeypatch: Any, capsys: Any
) -> None:
    text = help_of(name, monkeypatch, capsys)
    assert {option for option in options(shlex.split(words)) if option not in text} == set()


@pytest.mark.parametrize("quick", [False, True])
def test_make_bench_runs_what_the_readme_shows_with_options_that_exist(
    quick: bool, monkeypatch: Any, capsys: Any, tmp_path: Path, data: Path
) -> None:
    bench = importlib.import_module("benchmarks.__main__")
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
    bench.measure(bench.quick_run(tmp_path) if quick else bench.Run(data, tmp_path), None, None)
    capsys.readouterr()
    started = [command[2:] for command in commands if command[2] != "nutgraf"]
    assert {name for name, *_ in started} == {f"benchmarks.{name}" for name, _ in SHOWN}
    for name, *words in started:
        text = help_of(name.removeprefix("benchmarks."), monkeypatch, capsys)
        assert {option for option in options(words) if option not in text} == set()
    evaluations = [command[2:4] for command in commands if command[2] == "nutgraf"]
    assert evaluations == [["nutgraf", "eval"]] * 3


def test_a_sample_holds_the_articles_of_its_questions(tmp_path: Path, data: Path) -> None:
    bench = importlib.import_module("benchmarks.__main__")
    sample = bench.quick_run(tmp_path, squad_articles=1, news_questions=2)
    assert sample.squad == tmp_path / "data" / "squad" / "dev-v1.1.json.gz"
    questions = gzip.decompress(sample.news_questions.read_bytes()).splitlines()
    assert len(questions) == 2
    ids = {article for line in questions for article in json.loads(line)["contains_answer"]}
    articles = gzip.decompress((tmp_path / "data" / "news" / "articles.jsonl.gz").read_bytes()).splitlines()
    assert {json.loads(line)["id"] for line in articles} == ids
