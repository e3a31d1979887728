"""`nutgraf calibrate`: fitted on the seeds by the shipped models, kept beside the index, used, removed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nutgraf.api.evaluation.calibrate import CalibrationReport, calibrate, print_report, report_object, reset
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive, open_for_reading
from nutgraf.index_calibration import FILENAME, IndexCalibration, in_force, own_object, read_own, write_own
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.errors import IndexDamaged, IndexMismatch, SourceError, StorageFailed
from nutgraf.models import READERS, ModelCard, reader_folder
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.evaluate.fitting import CalibrationFigures
from nutgraf.qa.profiles import DEFAULT, PROFILES
from nutgraf.settings import Settings

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS = [line for line in LINES if json.loads(line)["answered"]][:34] + [
    line for line in LINES if not json.loads(line)["answered"]
]
QUESTION = "What did China agree to on sanctions?"
NEVER = Calibration((-9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), threshold=0.5)
ALWAYS = replace(NEVER, weights=(9.0, *NEVER.weights[1:]))


@pytest.fixture
def own(seeds_copy: Path) -> IndexCalibration:
    """Return a calibration for the shipped reader and the index's encoder that never answers."""
    reader = ModelCard.load(reader_folder([*READERS][-1]))
    with EmbeddedIndex(seeds_copy) as opened:
        encoder = opened.state.encoder
    figures = CalibrationFigures(ece=0.1, coverage=0.5, right=0.75, false_answers=0.125)
    made = "2026-11-22T00:00:00Z"
    rules = PROFILES[DEFAULT].rules()
    by = reader.id, reader.sha256, reader.length_cost
    return IndexCalibration(*by, encoder, rules, NEVER, made, 60, 0.1, figures, figures)


def quick(index: Path) -> Settings:
    """Return settings by which the small reader answers alone, in a fifth of the time."""
    return Settings(index=index, profile="quick")


@pytest.fixture(scope="module")
def fitted(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CalibrationReport]:
    """Return an index that was calibrated on 50 of the seeds' questions, and the report."""
    folder = tmp_path_factory.mktemp("calibrated")
    index = Path(shutil.copytree(seeds_index, folder / "index"))
    questions = folder / "questions.jsonl"
    questions.write_text("\n".join(QUESTIONS))
    assert len(QUESTIONS) == 50
    return index, calibrate(quick(index), questions, 0.1, dry_run=False)


def probability(settings: Settings) -> float:
    with open_for_reading(settings) as opened:
        return opened.answerer.ask(QUESTION).best[0].probability


# --- fitting ----------------------------------------------------------------------------------------------


def test_a_fit_is_measured_kept_and_in_force(fitted: tuple[Path, CalibrationReport]) -> None:
    index, report = fitted
    own = report.own
    assert report.written == str(index / FILENAME)
    assert read_own(index) == own
    assert (own.questions, own.false_answers, report.answerable) == (50, 0.1, 34)
    # 16 have no answer; the others are asked again, unless all three articles hold a gold's words.
    assert 16 + 25 <= report.unanswerable <= 16 + 34
    assert own.calibration.numbers()["agreement"] >= 0.0
    assert 0.0 < own.calibration.threshold < 1.0
    for figures in (own.before, own.after):
        assert 0.5 < figures.right <= 1.0
        assert figures.false_answers < 0.4 < figures.coverage
    with open_for_reading(quick(index)) as opened:
        assert opened.calibration.used
        asked = opened.answerer.ask(QUESTION)
    assert asked.best[0].probability == own.calibration.probability(asked.best[0].features)


def test_a_dry_run_writes_nothing(seeds_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(QUESTIONS[:3] + QUESTIONS[-3:]))
    monkeypatch.setattr("nutgraf.api.evaluation.calibrate.LEAST_QUESTIONS", 6)
    monkeypatch.setattr("nutgraf.api.evaluation.calibrate.LEAST_OUTCOMES", 1)
    report = calibrate(Settings(index=seeds_copy), questions, 0.5, dry_run=True)
    assert report.written is None
    assert not list(seeds_copy.glob("*calibration*"))


def test_the_report_by_hand(own: IndexCalibration, capsys: pytest.CaptureFixture[str]) -> None:
    own = replace(own, after=CalibrationFigures(ece=0.0312, coverage=0.625, right=0.8, false_answers=0.05))
    report = CalibrationReport(Path("questions.jsonl"), own, 40, 60, written=None)
    print_report(report)
    assert capsys.readouterr().out.splitlines() == [
        "60 questions of questions.jsonl",
        "asked 40 times with an answer in the archive, 60 without",
        "                                    before     after",
        "expected calibration error           0.100     0.031",
        "answered                             50.0%     62.5%",
        "  right of those                     75.0%     80.0%",
        "answered, with no answer there       12.5%      5.0%",
        "after: each fifth of the questions by a fit to the other four",
        "threshold 0.5000",
        "nothing was written",
    ]
    told = report_object(replace(report, written="x/calibration.json"))
    assert (told["answerable"], told["unanswerable"], told["written"]) == (40, 60, "x/calibration.json")
    assert told["after"] == {"ece": 0.0312, "coverage": 0.625, "right": 0.8, "false_answers": 0.05}
    assert told["reader"] == {
        **{"id": own.reader, "sha256": own.reader_sha256},
        "length_cost": own.length_cost,
    }


# --- in force ---------------------------------------------------------------------------------------------


def test_the_indexs_own_calibration_answers_and_info_says_so(
    cli: Any, seeds_copy: Path, own: IndexCalibration
) -> None:
    assert (
        cli("info", profile=None).stdout.splitlines()[-1].startswith("calibration the reader's; threshold ")
    )
    assert cli("ask", QUESTION, profile=None).returncode == 0
    write_own(seeds_copy, own)
    abstained = cli("ask", QUESTION, profile=None)
    assert abstained.returncode == 1
    assert "the best guess has probability 0%, below 50%" in abstained.stdout
    line = "calibration this index's own: 60 questions, 2026-11-22; threshold 0.5000"
    assert cli("info", profile=None).stdout.splitlines()[-1] == line
    assert json.loads(cli("info", "--json", profile=None).stdout)["calibration"] == {
        "of": "index",
        "threshold": 0.5,
        "fitted": {"reader": own.reader, "questions": 60, "made": "2026-11-22T00:00:00Z"},
    }


def test_over_http_too(seeds_copy: Path, own: IndexCalibration) -> None:
    write_own(seeds_copy, replace(own, calibration=ALWAYS))
    with TestClient(create_app(Archive(Settings(index=seeds_copy))), base_url="http://localhost") as client:
        asked = client.post("/v1/ask", json={"question": "Who won the football World Cup?"}).json()
    assert asked["answers"][0]["probability"] == 0.9999  # logistic(9)


@pytest.mark.parametrize("other", ["reader", "length", "encoder", "rules", "no rules"])
def test_one_for_other_models_or_rules_is_left_alone(
    cli: Any, seeds_copy: Path, own: IndexCalibration, other: str
) -> None:
    if other == "reader":
        own = replace(own, reader="some/reader", reader_sha256="0" * 64)
    elif other == "length":
        own = replace(own, length_cost=own.length_cost + 0.05)
    elif other == "encoder":
        own = replace(own, encoder=replace(own.encoder, sha256="0" * 64))
    else:
        own = replace(own, rules={**own.rules, "null_weight": 0.25} if other == "rules" else {})
    before = probability(Settings(index=seeds_copy))
    write_own(seeds_copy, own)
    assert probability(Settings(index=seeds_copy)) == before
    line = cli("info").stdout.splitlines()[-1]
    assert line.startswith("calibration the reader's; threshold ")
    of = f"this index's own, 60 questions, 2026-11-22, is for other models or rules: {own.reader}"
    assert line.endswith(f"({of})")


def test_profiles_differ_in_how_much_is_read_and_in_which_reader_decides() -> None:
    rules = PROFILES[DEFAULT].rules()
    assert PROFILES["thorough"].rules() == rules
    assert PROFILES["quick"].rules() == rules | {"cascade": 0.0}
    assert rules["null_weight"] == PROFILES[DEFAULT].reading.null_weight
    assert not {"windows", "contenders"} & rules.keys()


def test_a_reader_that_is_not_loaded_is_told_by_its_name(
    cli: Any, seeds_copy: Path, own: IndexCalibration
) -> None:
    write_own(seeds_copy, replace(own, reader="some/reader", reader_sha256="0" * 64))
    assert json.loads(cli("info", "--json", "--reader", "some/reader").stdout)["calibration"]["of"] == "index"
    other = json.loads(cli("info", "--json", "--reader", "other/reader").stdout)["calibration"]
    assert (other["of"], other["threshold"]) == ("reader", 0.5)


def test_indexing_leaves_it_there(
    seeds_copy: Path, own: IndexCalibration, build_index: Callable[..., Path], encoder: Any
) -> None:
    write_own(seeds_copy, own)
    new = Article(id="new", title="New", text="Something else happened in Lisbon on Friday.")
    with EmbeddedWriter(build_index([new], encoder, seeds_copy), encoder) as writer:
        writer.rebuild()
    with open_for_reading(Settings(index=seeds_copy)) as opened:
        assert opened.index.state.counts.articles == 4
        assert opened.calibration.used


# --- the file ---------------------------------------------------------------------------------------------

KILLED = """
import os, sys
from pathlib import Path
from dataclasses import replace
from nutgraf.index_calibration import read_own, write_own
folder = Path(sys.argv[1])
own = replace(read_own(folder), made="later")
os.{call} = lambda *_: os._exit(9)
write_own(folder, own)
"""


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_killed_write_leaves_the_last_one(seeds_copy: Path, own: IndexCalibration, call: str) -> None:
    write_own(seeds_copy, own)
    before = (seeds_copy / FILENAME).read_bytes()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.format(call=call), str(seeds_copy)], cwd=ROOT, check=False
    )
    assert killed.returncode == 9
    assert (seeds_copy / FILENAME).read_bytes() == before
    with open_for_reading(Settings(index=seeds_copy)) as opened:
        assert opened.calibration.own == own
    assert reset(Settings(index=seeds_copy))
    assert not list(seeds_copy.glob("*calibration*"))


def test_a_disk_that_says_no(cli: Any, seeds_copy: Path, own: IndexCalibration) -> None:
    (seeds_copy / FILENAME).mkdir()
    (seeds_copy / FILENAME / "x").touch()
    with pytest.raises(StorageFailed, match=r"calibration\.json cannot be written: "):
        write_own(seeds_copy, own)
    assert [path.name for path in seeds_copy.glob("*.tmp")] == []
    done = cli("ask", QUESTION)
    assert done.returncode == 2
    assert "try: nutgraf calibrate --reset --index .nutgraf" in done.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("{", "is no calibration: Expecting"),
        ("[]", "is no calibration: it lacks or misspells a field"),
        ({"calibration": {"bias": 1.0}}, "its calibration lacks margin, over_null, score, threshold"),
        ({"after": {"ece": 0.1}}, "it lacks or misspells a field"),
        ({"questions": "many"}, "it lacks or misspells a field"),
    ],
)
def test_a_damaged_file_is_named(seeds_copy: Path, own: IndexCalibration, change: Any, message: str) -> None:
    text = change if isinstance(change, str) else json.dumps(own_object(own) | change)
    (seeds_copy / FILENAME).write_text(text)
    reader = ModelCard.load(reader_folder([*READERS][-1]))
    with pytest.raises(IndexDamaged, match=message) as caught:
        in_force(seeds_copy, reader, own.encoder, own.rules)
    assert caught.value.hint == f"nutgraf calibrate --reset --index {seeds_copy}"


def test_one_of_a_newer_nutgraf(seeds_copy: Path, own: IndexCalibration) -> None:
    (seeds_copy / FILENAME).write_text(json.dumps(own_object(own) | {"format": 2}))
    with pytest.raises(IndexMismatch, match="has format 2; this nutgraf reads up to 1"):
        read_own(seeds_copy)


# --- the command ------------------------------------------------------------------------------------------


def test_reset_needs_no_healthy_index(cli: Any, seeds_copy: Path, own: IndexCalibration) -> None:
    write_own(seeds_copy, own)
    next(seeds_copy.glob("vectors-*.faiss")).unlink()
    assert json.loads(cli("calibrate", "--reset", "--json").stdout) == {"removed": True}


def test_reset(cli: Any, seeds_copy: Path, own: IndexCalibration) -> None:
    write_own(seeds_copy, own)
    assert cli("calibrate", "--reset").stdout == "the reader's own calibration is in force\n"
    assert not (seeds_copy / FILENAME).exists()
    assert json.loads(cli("calibrate", "--reset", "--json").stdout) == {"removed": False}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["no file of questions was given", "try: nutgraf calibrate QUESTIONS.jsonl"]),
        (["nowhere.jsonl"], ["nowhere.jsonl cannot be evaluated: No such file"]),
        (["few.jsonl"], ["few.jsonl holds 2 questions; at least 50 are needed"]),
        (["bad.jsonl"], ["line 2 lacks 'answers'", "on each line"]),
        (["--reset", "few.jsonl"], ["--reset was given with something else"]),
        (["few.jsonl", "--false-answers", "2"], ["--false-answers"]),
        (["--reset", "--index", "nowhere"], ["there is no index in nowhere"]),
    ],
)
def test_bad_input(
    cli: Any, seeds_copy: Path, tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    (tmp_path / "few.jsonl").write_text("\n".join(QUESTIONS[:2]))
    (tmp_path / "bad.jsonl").write_text(QUESTIONS[0] + '\n{"question": "Who won?"}\n')
    done = cli("calibrate", *arguments)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) <= 2
    for word in words:
        assert word in done.stderr


def test_questions_without_right_answers(
    seeds_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nutgraf.api.evaluation.calibrate.LEAST_QUESTIONS", 2)
    questions = tmp_path / "wrong.jsonl"
    wrong = {"question": QUESTION, "answers": ["a giraffe"]}
    questions.write_text("\n".join(json.dumps(wrong) for _ in range(2)))
    with pytest.raises(SourceError, match="led to 0 right answers; at least 10 are needed"):
        calibrate(Settings(index=seeds_copy), questions, 0.1, dry_run=False)
    assert not (seeds_copy / FILENAME).exists()
