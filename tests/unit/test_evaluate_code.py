"""The hash of the code that answers: it changes with any file that an answer can depend on."""

import shutil
from pathlib import Path

import pytest

import nutgraf.indexer
import nutgraf.models
import nutgraf.qa
from nutgraf.api.evaluation.code_hash import code_sha256

ROOT = Path(__file__).parents[2]
fresh = code_sha256.__wrapped__


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for package in (nutgraf.qa, nutgraf.indexer, nutgraf.models):
        name = package.__name__.rpartition(".")[2]
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("weights", "__pycache__"))
        monkeypatch.setattr(package, "__path__", [str(tmp_path / name)])
    return tmp_path


def test_it_does_not_depend_on_the_place(copied: Path) -> None:
    assert fresh() == code_sha256()


@pytest.mark.parametrize(
    ("name", "matters"),
    [
        ("qa/fusion.py", True),
        ("qa/evaluate/metrics.py", True),
        ("indexer/embedded/lexical.py", True),
        ("models/spans.py", True),
        ("models/training/train.py", False),
        ("qa/notes.txt", False),
    ],
)
def test_it_changes_with_what_answers(copied: Path, name: str, matters: bool) -> None:
    before = fresh()
    with (copied / name).open("a") as file:
        file.write("# changed\n")
    assert (fresh() != before) is matters
