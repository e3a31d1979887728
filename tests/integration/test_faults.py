"""The campaigns of benchmarks/faults at small counts; docs/reliability.md has the figures of large ones.

They run in processes of their own: a campaign forks, and the libraries of this process have threads.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.faults.contents import Contents, story
from benchmarks.faults.journal import Journal, Outcome
from benchmarks.faults.soak import slope

ROOT = Path(__file__).parents[2]
_MEMORY = Path("/dev/shm")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the campaigns fork, and read /proc")


def campaign(tmp_path: Path, *words: str) -> Counter[tuple[str, str]]:
    """Run a campaign, which must find nothing; return how often each (kind, name) came out."""
    journal = tmp_path / "journal.jsonl"
    command = [sys.executable, "-m", "benchmarks.faults", *words, "--journal", str(journal)]
    command += ["--scratch", str(_MEMORY if _MEMORY.is_dir() else tmp_path)]  # no kill waits for a disk
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    outcomes = [Outcome(**json.loads(line)) for line in journal.read_text().splitlines()]
    return Counter((outcome.kind, outcome.name) for outcome in outcomes)


def test_an_archive_is_whole_after_kills_at_any_call(tmp_path: Path) -> None:
    """Five kills of each kind of work but posts, whose moments depend on the clock."""
    kinds = ["first", "update", "remove", "rebuild", "publish", "encode", "migrate"]
    counts = campaign(tmp_path, "kills", "--moments", "calls", "--count", "35", "--kinds", *kinds)
    assert {kind: counts[kind, "held"] + counts[kind, "unpublished"] for kind in kinds} == dict.fromkeys(
        kinds, 5
    )


def test_an_archive_is_whole_after_kills_of_a_server(tmp_path: Path) -> None:
    assert campaign(tmp_path, "kills", "--count", "2", "--kinds", "post") == {("post", "held"): 2}


def test_a_stopped_campaign_goes_on(tmp_path: Path) -> None:
    words = ["kills", "--moments", "calls", "--kinds", "remove"]
    assert campaign(tmp_path, *words, "--count", "2") == {("remove", "held"): 2}
    assert campaign(tmp_path, *words, "--count", "3") == {("remove", "held"): 3}


def test_a_server_answers_under_load(tmp_path: Path) -> None:
    counts = campaign(tmp_path, "soak", "--seconds", "4")
    assert {name for _, name in counts} <= {"done", "locked", "left"}
    assert counts["nutgraf index", "done"] >= 1


def test_what_grows_in_an_hour_has_an_error() -> None:
    growing = slope([0, 600, 1200, 1800], [5, 8, 7, 10])
    assert growing.per_hour == pytest.approx(8.4)
    assert growing.error == pytest.approx(3.394, abs=1e-3)
    assert not growing.is_flat
    assert slope([0, 600, 1200, 1800], [5, 8, 5, 7]).is_flat


def test_commands_without_disk_handles_or_memory_end_with_one_error(tmp_path: Path) -> None:
    counts = campaign(tmp_path, "system", "--count", "7")
    assert {kind for kind, _ in counts} == {
        *("disk full", "file size", "handles", "memory", "read only", "I/O error", "clock")
    }
    assert sum(counts.values()) == 7


def test_damaged_documents_and_requests_are_read_or_refused(tmp_path: Path) -> None:
    counts = campaign(tmp_path, "fuzz", "--count", "150")
    assert sum(counts.values()) == 150
    assert {"question", "cursor", "body", "article", "message", ".pdf", ".docx"} <= {
        kind for kind, _ in counts
    }


# --- what the campaigns compare with ----------------------------------------------------------------------


OLD, NEW = story("a", 0).text, story("a", 1).text


@pytest.mark.parametrize(
    ("held", "names"),
    [
        ({"a": OLD, "b": "b"}, []),
        ({"a": NEW, "b": "b"}, []),
        ({"b": "b"}, ["lost"]),
        ({"a": NEW}, ["lost"]),
        ({"a": NEW[:-1], "b": "b"}, ["half"]),
        ({"a": OLD, "b": "b", "c": "c"}, ["half"]),
    ],
)
def test_a_change_under_way_may_be_there_or_not(held: dict[str, str], names: list[str]) -> None:
    contents = Contents({"a": [OLD], "b": ["b"]})
    contents.begin({"a": NEW})
    assert [name for name, _ in contents.faults(held)] == names


def test_a_change_that_was_reported_is_sure() -> None:
    contents = Contents({"a": [OLD]})
    contents.begin({"a": NEW})
    contents.done(["a"])
    assert [name for name, _ in contents.faults({"a": OLD})] == ["half"]
    assert contents.expected == {"a": NEW}


def test_a_removal_is_seen_whole_or_not_at_all() -> None:
    contents = Contents({"a": ["a"], "b": ["b"]})
    contents.begin({"a": None, "b": None}, together=True)
    assert contents.faults({}) == contents.faults({"a": "a", "b": "b"}) == []
    assert [name for name, _ in contents.faults({"a": "a"})] == ["half"]


def test_an_article_that_was_not_there_is_no_part_of_a_removal() -> None:
    contents = Contents({"a": ["a"]})
    contents.begin({"a": None, "b": None}, together=True)
    assert contents.faults({}) == contents.faults({"a": "a"}) == []
    contents.settle({})
    assert [name for name, _ in contents.faults({"a": "a"})] == ["half"]


def test_a_failure_makes_the_campaign_fail(capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal(2)
    journal.add(Outcome("update", "held"))
    assert journal.is_open
    assert journal.show("kills", ["held"]) == 0
    journal.add(Outcome("update", "lost", "a3 is not there"))
    assert not journal.is_open
    assert journal.show("kills", ["held"]) == 1
    assert "update: lost: a3 is not there" in capsys.readouterr().out
