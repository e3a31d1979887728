"""The lexical index: BM25, filters, and questions that look like query syntax."""

import os
import resource
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer.embedded import lexical
from nutgraf.indexer.embedded.lexical import LexicalIndex
from nutgraf.indexer.errors import IndexDamaged, StorageFailed
from nutgraf.indexer.filters import Filter, day_number

DAY = day_number(date(2016, 1, 27))
PASSAGES = [
    (1, "The U.S. weighed new sanctions against the North", "CNN.com", DAY),
    (2, "Sanctions, sanctions and more sanctions", "bbc.com", DAY + 1),
    (3, "A cat sat beside the harbour", None, None),
    (4, "China's café policy", "cnn.com", DAY + 2),
]
ALL = Filter()


@pytest.fixture
def lexical_index(tmp_path: Path) -> LexicalIndex:
    lexical.update(tmp_path, [], PASSAGES)
    return LexicalIndex(tmp_path)


def ids(lexical_index: LexicalIndex, question: str, allow: Filter = ALL, k: int = 10) -> list[int]:
    return lexical_index.search(question, k, allow)[0].tolist()


def test_no_more_handles_are_no_damage(tmp_path: Path) -> None:
    """The system refuses to open another file: the index is whole, and says so once there are handles."""
    lexical.update(tmp_path, [], PASSAGES)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        with pytest.raises(StorageFailed, match="Too many open files") as refused:
            lexical.update(tmp_path, [], PASSAGES)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert refused.value.hint == "let this program open more files: ulimit -n 1024"
    assert ids(LexicalIndex(tmp_path), "harbour") == [3]


def test_bm25_score_by_hand(lexical_index: LexicalIndex) -> None:
    """One of four passages has the term; it has 4 terms, the four have 6 + 4 + 4 + 3 of them."""
    _, scores = lexical_index.search("harbour", 1, ALL)
    idf = np.log(1 + (4 - 1 + 0.5) / (1 + 0.5))
    assert scores[0] == pytest.approx(idf * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 4 / 4.25)), rel=1e-4)


def test_more_and_shorter_is_better(lexical_index: LexicalIndex) -> None:
    assert ids(lexical_index, "sanctions") == [2, 1]


@pytest.mark.parametrize("question", ["U.S.", "US", "us weighing"])
def test_initials_match_with_and_without_stops(lexical_index: LexicalIndex, question: str) -> None:
    assert ids(lexical_index, question) == [1]


@pytest.mark.parametrize("question", ["China", "cafe", "CAFÉ", "policies"])
def test_case_accents_and_endings_do_not_matter(lexical_index: LexicalIndex, question: str) -> None:
    assert ids(lexical_index, question) == [4]


def test_the_title_is_not_needed_and_stop_words_find_nothing(lexical_index: LexicalIndex) -> None:
    assert ids(lexical_index, "what is the") == []
    assert ids(lexical_index, "") == []


@pytest.mark.parametrize(
    "question",
    [
        '"sanctions',
        "sanctions*",
        "NEAR(sanctions",
        "sanctions AND NOT x",
        "text:sanctions^9",
        "(((",
        "[a TO sanctions]",
    ],
)
def test_query_syntax_is_only_words(lexical_index: LexicalIndex, question: str) -> None:
    assert ids(lexical_index, question) == ([2, 1] if "sanctions" in question else [])


@pytest.mark.parametrize(
    ("allow", "expected"),
    [
        (Filter(first=date(2016, 1, 28)), [2]),
        (Filter(last=date(2016, 1, 27)), [1]),
        (Filter(first=date(2016, 1, 27), last=date(2016, 1, 28)), [2, 1]),
        (Filter(sources=("cnn.COM",)), [1]),
        (Filter(sources=("nowhere",)), []),
        (Filter(last=date(2016, 1, 28), sources=("bbc.com", "cnn.com")), [2, 1]),
    ],
)
def test_filters(lexical_index: LexicalIndex, allow: Filter, expected: list[int]) -> None:
    assert ids(lexical_index, "sanctions", allow) == expected


def test_a_filter_does_not_change_scores(lexical_index: LexicalIndex) -> None:
    free = lexical_index.search("sanctions", 10, ALL)[1]
    filtered = lexical_index.search("sanctions", 10, Filter(last=date(2017, 1, 1)))[1]
    assert free.tolist() == filtered.tolist()


def test_only_among_some_and_with_the_scores_of_all(lexical_index: LexicalIndex) -> None:
    every, scores = lexical_index.search("sanctions north harbour", 10, ALL)
    assert every.tolist() == [1, 3, 2]
    found, among = lexical_index.search("sanctions north harbour", 10, ALL, [2, 1, 4, 99])
    assert found.tolist() == [1, 2]
    assert among.tolist() == [scores[0], scores[2]]
    assert lexical_index.search("sanctions", 10, ALL, [])[0].tolist() == []


def test_update_removes_and_adds(tmp_path: Path) -> None:
    lexical.update(tmp_path, [], PASSAGES)
    lexical.update(tmp_path, [2], [(5, "sanctions again", None, None)])
    lexical_index = LexicalIndex(tmp_path)
    assert ids(lexical_index, "sanctions") == [5, 1]
    assert len(lexical_index) == 4


def test_one_is_the_first_of_two(lexical_index: LexicalIndex) -> None:
    assert ids(lexical_index, "sanctions cat", k=1) == ids(lexical_index, "sanctions cat")[:1]


def test_a_missing_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"meta\.json"):
        LexicalIndex(tmp_path / "lexical-1")


def test_a_shared_index_changes_by_itself(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    lexical.update(first, [], PASSAGES)
    before = {file.name: file.read_bytes() for file in lexical.files(first)}
    lexical.share(first, second)
    lexical.update(second, [2], [(5, "sanctions again", None, None)])
    assert {file.name: file.read_bytes() for file in lexical.files(first)} == before
    assert ids(LexicalIndex(first), "sanctions") == [2, 1]
    assert ids(LexicalIndex(second), "sanctions") == [5, 1]
    assert not [file for file in lexical.files(second) if file.suffix == ".lock"]
    linked = [f for f in lexical.files(first) if (second / f.name).exists() and f.stat().st_nlink > 1]
    assert linked
    assert not [file for file in linked if file.suffix == ".json"]


def test_a_missing_temporary_folder_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lexical.update(tmp_path, [], PASSAGES)
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    with pytest.raises(
        StorageFailed, match="no temporary folder for links to its files could be made"
    ) as got:
        LexicalIndex(tmp_path)
    assert "TMPDIR=" in got.value.hint


@pytest.mark.parametrize("when", ["opening", "searching"])
def test_a_panic_is_damage(seeds_copy: Path, panicking: Callable[[Path, str], None], when: str) -> None:
    panicking(seeds_copy, when)
    (folder,) = seeds_copy.glob("lexical-*/passages")
    with pytest.raises(IndexDamaged, match=f"{folder} cannot be read: ") as caught:
        LexicalIndex(folder).search("What did China agree to on sanctions?", 10, ALL)
    assert caught.value.hint == f"nutgraf index --rebuild --index {seeds_copy}"
    assert type(caught.value.__cause__).__name__ == "PanicException"


def test_what_tantivy_refuses_when_it_searches_is_damage(tmp_path: Path) -> None:
    lexical.update(tmp_path, [], PASSAGES)
    (path,) = tmp_path.glob("*.term")
    content = path.read_bytes()
    path.write_bytes(bytes(len(content) // 2) + content[len(content) // 2 :])
    lexical_index = LexicalIndex(tmp_path)
    with pytest.raises(IndexDamaged, match="cannot be read: An IO error occurred"):
        ids(lexical_index, "sanctions")


def test_a_panic_while_writing_is_no_full_disk(
    seeds_copy: Path, panicking: Callable[[Path, str], None]
) -> None:
    panicking(seeds_copy, "opening")
    (folder,) = seeds_copy.glob("lexical-*/passages")
    with pytest.raises(IndexDamaged, match="cannot be read: "):
        lexical.update(folder, [2], [(900, "sanctions again", None, None)])
