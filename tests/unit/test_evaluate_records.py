"""The file of answers: what it keeps, how a run goes on, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from nutgraf.indexer.errors import SourceError, StorageFailed
from nutgraf.qa.evaluate.records import Journal, Record, check_resumable

HEADER = {"task": "open", "reader": "55ebbdfd", "rules": [{"windows": 10}]}
ONE = Record(
    "1",
    "Who’s it?",
    ("Ada",),
    "Ada",
    1.0,
    1.0,
    9.5,
    0.1 + 0.2,
    "a",
    True,
    [("a", 0.5), ("b c", 0.1)],
    ["b c"],
    False,
    0.25,
    True,
)
TWO = Record("2", "When?", (), "", 1.0, 1.0)


def written(path: Path) -> Path:
    with Journal(path, HEADER) as journal:
        journal.add([ONE])
        journal.add([TWO])
    return path


def same(record: Record, other: Record) -> bool:
    return json.dumps(line(record)) == json.dumps(line(other))


def line(record: Record) -> list[object]:
    return [getattr(record, name) for name in Record.__slots__]


def test_what_is_in_the_file(tmp_path: Path) -> None:
    head, one, two = map(json.loads, written(tmp_path / "a.jsonl").read_text().splitlines())
    assert head == {"nutgraf_eval": 4, **HEADER}
    assert one == {
        "id": "1",
        "question": "Who’s it?",
        "golds": ["Ada"],
        "prediction": "Ada",
        "em": 1.0,
        "f1": 1.0,
        "score": 9.5,
        "probability": 0.1 + 0.2,
        "source": "a",
        "answered": True,
        "ranking": [["a", 0.5], ["b c", 0.1]],
        "reread": ["b c"],
        "without": False,
        "probability_without": 0.25,
        "right_without": True,
    }
    assert [two[key] for key in ("id", "score", "probability", "source", "ranking")] == [
        "2",
        None,
        None,
        None,
        [],
    ]


def test_a_run_goes_on(tmp_path: Path) -> None:
    with Journal(written(tmp_path / "a.jsonl"), HEADER) as journal:
        assert list(journal.done) == ["1", "2"]
        assert same(journal.done["1"], ONE)
        assert same(journal.done["2"], TWO)
        journal.add([Record("3", "Where?", (), "x", 0.0, 0.0)])
    assert [json.loads(row).get("id") for row in (tmp_path / "a.jsonl").read_text().splitlines()] == [
        *(None, "1", "2", "3")
    ]


def test_records_are_in_the_file_before_the_run_ends(tmp_path: Path) -> None:
    with Journal(tmp_path / "a.jsonl", HEADER) as journal:
        journal.add([ONE])
        assert len((tmp_path / "a.jsonl").read_bytes().splitlines()) == 2


@pytest.mark.parametrize("kept_bytes", range(0, 900, 7))
def test_stopped_at_any_byte_nothing_whole_is_lost(tmp_path: Path, kept_bytes: int) -> None:
    content = written(tmp_path / "whole.jsonl").read_bytes()
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(content[:kept_bytes])
    whole = content[:kept_bytes].count(b"\n")
    with Journal(torn, HEADER) as journal:
        assert list(journal.done) == ["1", "2"][: max(0, whole - 1)]
        journal.add([record for record in (ONE, TWO) if record.id not in journal.done])
    assert torn.read_bytes() == content


def test_without_a_file_it_is_kept_in_memory() -> None:
    with Journal(None, HEADER) as journal:
        journal.add([ONE])
        assert journal.done == {"1": ONE}


def test_answers_of_another_reader_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl")
    before = path.read_bytes()
    message = refused(path, HEADER | {"reader": "77aa"})
    assert message == f'{path} holds answers made otherwise: reader was "55ebbdfd" and is "77aa"'
    other = refused(path, {"task": "reading", "reader": "55ebbdfd"})
    assert other == f'{path} holds answers made otherwise: task was "open" and is "reading"'
    assert "rules was [" in refused(path, {"task": "open", "reader": "55ebbdfd"})
    assert path.read_bytes() == before


def test_answers_of_an_older_nutgraf_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl")
    path.write_text(path.read_text().replace('"nutgraf_eval": 4', '"nutgraf_eval": 3'))
    assert refused(path, HEADER) == f"{path} holds answers made otherwise: nutgraf_eval was 3 and is 4"


def test_right() -> None:
    assert [
        Record("1", "?", golds, "x", 0.0, f1).right for golds, f1 in ((["x"], 0.5), (["x"], 0.49), ([], 1.0))
    ] == [*(True, False, False)]


@pytest.mark.parametrize(
    "content", [b"Dear diary", b"Dear diary\n", b"[1]\n", b"{}\n", b'{"id": 1}\n', b"\xff\n"]
)
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "diary.txt"
    path.write_bytes(content)
    assert refused(path, HEADER) == f"{path} holds something else than answers of nutgraf eval"
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"Dear diary\n", b"[1]\n"])
def test_what_cannot_go_on_is_said_before_the_work(tmp_path: Path, content: bytes) -> None:
    check_resumable(tmp_path / "none", "open")
    check_resumable(tmp_path, "open")
    path = written(tmp_path / "a.jsonl")
    check_resumable(path, "open")
    with pytest.raises(SourceError, match='task was "open" and is "reading"'):
        check_resumable(path, "reading")
    path.write_bytes(path.read_bytes()[:9])
    check_resumable(path, "reading")  # torn while its first line was written: begins anew
    path.write_bytes(content)
    with pytest.raises(SourceError, match="something else"):
        check_resumable(path, "open")


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 3},
        {"golds": "x"},
        {"golds": [1]},
        {"em": None},
        {"f1": "0.5"},
        {"source": 1},
        {"answered": 1},
        {"without": 0},
        {"probability_without": "0.5"},
        {"right_without": 1},
        {"ranking": ["a"]},
        {"ranking": [["a"]]},
        {"ranking": [["a", True]]},
        {"reread": [[]]},
    ],
)
def test_a_row_of_other_types(tmp_path: Path, wrong: dict[str, Any]) -> None:
    path = written(tmp_path / "a.jsonl")
    lines = path.read_text().splitlines()
    lines[1] = json.dumps(json.loads(lines[1]) | wrong)
    path.write_text("\n".join(lines) + "\n")
    assert refused(path, HEADER) == f"{path} line 2 is no answer of nutgraf eval"


@pytest.mark.parametrize("row", ["nonsense", "{}", '{"id": "3"}', "[]", ""])
def test_a_row_that_is_no_answer(tmp_path: Path, row: str) -> None:
    path = written(tmp_path / "a.jsonl")
    with path.open("a") as file:
        file.write(row + "\n")
    assert refused(path, HEADER) == f"{path} line 4 is no answer of nutgraf eval"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageFailed, match="cannot be written: No such file"),
        Journal(tmp_path / "no" / "a", HEADER),
    ):
        pass
    assert refused(tmp_path, HEADER) == f"--per-question {tmp_path} is not a file"


def refused(path: Path, header: dict[str, object]) -> str:
    with pytest.raises(SourceError) as caught, Journal(path, header):
        pass
    assert "--per-question" in caught.value.hint
    return str(caught.value)
