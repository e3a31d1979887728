"""One wire story in four prints, and two reports of the same event that are none, from index to answer.

wire-a is the story; wire-b has another headline, a byline and a footer; wire-c is cut from its end; wire-d
has a paragraph more; own-a and own-b were written by others. All of it is invented.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from nutgraf.api.terminal.results import print_hits
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Passage
from nutgraf.qa.answer import Answerer
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.evaluate.withholding import WithholdingIndex
from nutgraf.qa.retrieval import Candidate, SearchResult
from nutgraf.qa.search import Searcher
from nutgraf.results import SearchHits
from tests.write_summary import WriteSummary

ARCHIVE = Path(__file__).parent / "archives" / "veldmoor.jsonl"
QUESTION = "How much will the new harbour bridge in Veldmoor cost?"


def read(line: str) -> Article:
    record = json.loads(line)
    return Article(**record | {"published": datetime.fromisoformat(record["published"]).replace(tzinfo=UTC)})


ARTICLES = [read(line) for line in ARCHIVE.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, encoder: Any) -> tuple[Path, WriteSummary]:
    folder = tmp_path_factory.mktemp("veldmoor") / "index"
    summary = WriteSummary()
    with EmbeddedWriter(folder, encoder) as builder:
        for status in builder.add(ARTICLES):
            summary.count(status)
        builder.publish()
    return folder, summary


@pytest.fixture(scope="module")
def veldmoor_index(built: tuple[Path, WriteSummary]) -> Iterator[EmbeddedIndex]:
    with EmbeddedIndex(built[0]) as opened:
        yield opened


@pytest.fixture(scope="module")
def answerer(veldmoor_index: EmbeddedIndex, encoder: Any, reader: Any) -> Answerer:
    return Answerer(Searcher(veldmoor_index, encoder), reader, Calibration.from_card(None))


def copies(candidate: Candidate) -> list[str]:
    return [other.id for other in candidate.copies]


def test_prints_are_one_cluster_and_reports_are_not(
    built: tuple[Path, WriteSummary], veldmoor_index: EmbeddedIndex
) -> None:
    assert (built[1].added, built[1].duplicate) == (3, 3)
    names = veldmoor_index.store.clusters([a.id for a in ARTICLES])
    assert names == {f"wire-{c}": "wire-a" for c in "abcd"} | {"own-a": "own-a", "own-b": "own-b"}


def test_a_story_takes_one_place_and_its_longest_print_stands_there(answerer: Answerer) -> None:
    found = answerer.search("What did the treasurer Ilse Brandt say the bridge costs?", top=20).candidates
    costs = [c for c in found if "84 million" in c.passage.text]
    assert {(c.passage.article.id, tuple(copies(c))) for c in costs} == {
        ("wire-d", ("wire-a", "wire-b", "wire-c")),
        ("own-a", ()),
    }
    assert [c.rank for c in found] == list(range(1, len(found) + 1))
    drilling = [c.passage.article.id for c in found if "drilling into the river bed" in c.passage.text]
    assert set(drilling) == {"wire-d"}


def test_the_first_places_do_not_depend_on_how_many_are_asked_for(answerer: Answerer) -> None:
    for words in (QUESTION, "ferries in winter fog", "tunnel and pillars"):
        many = answerer.search(words, top=50).candidates
        for k in (1, 2, 3, 5, 8):
            assert answerer.search(words, top=k).candidates == many[:k]


def test_filters_hold_for_copies_too(answerer: Answerer) -> None:
    early = answerer.search(QUESTION, allow=Filter(last=date(2025, 3, 4))).candidates
    assert {(c.passage.article.id, tuple(copies(c))) for c in early} == {("wire-b", ("wire-a",))}
    alone = answerer.search(QUESTION, allow=Filter(sources=("gamma",))).candidates
    assert {(c.passage.article.id, tuple(copies(c))) for c in alone} == {("wire-c", ())}


def test_a_story_has_one_vote_and_all_its_prints_are_listed(answerer: Answerer) -> None:
    answer = answerer.ask(QUESTION).best[0]
    assert "84 million" in answer.text
    support = {s.span.article.id: s for s in answer.support}
    independent = {article_id for article_id, s in support.items() if s.independent}
    everyone = {answer.span.article.id, *support}
    assert everyone == {"wire-a", "wire-b", "wire-c", "wire-d", "own-a"}
    assert len(independent) == 1
    assert independent | {answer.span.article.id} >= {"own-a"}
    for supporting in support.values():
        span = supporting.span
        assert "84 million" in span.article.text[span.start : span.end]
    assert answer.features.agreement == 1


def test_hidden_articles_are_no_copies(veldmoor_index: EmbeddedIndex, answerer: Answerer) -> None:
    hiding = WithholdingIndex(veldmoor_index, lambda a: a.id in {"wire-d", "wire-b"})
    found = answerer.over(hiding).search(QUESTION).candidates
    assert {(c.passage.article.id, tuple(copies(c))) for c in found if "84" in c.passage.text} == {
        ("wire-c", ("wire-a",)),
        ("own-a", ()),
    }


def test_a_print_that_goes_or_changes_leaves_the_others(
    built: tuple[Path, WriteSummary], tmp_path: Path, encoder: Any
) -> None:
    folder = Path(shutil.copytree(built[0], tmp_path / "index"))
    by_id = {a.id: a for a in ARTICLES}
    with EmbeddedWriter(folder, encoder) as builder:
        builder.remove(["wire-a"])
        list(builder.add([replace(by_id["wire-d"], text=by_id["own-b"].text.replace("ferries", "boats"))]))
        builder.publish()
    with EmbeddedIndex(folder) as veldmoor_index:
        names = veldmoor_index.store.clusters([a.id for a in ARTICLES])
    assert names == {
        "wire-b": "wire-b",
        "wire-c": "wire-b",
        "wire-d": "own-b",
        "own-b": "own-b",
        "own-a": "own-a",
    }
    with EmbeddedWriter(folder, encoder) as builder:
        builder.rebuild()
    with EmbeddedIndex(folder) as veldmoor_index:
        assert veldmoor_index.store.clusters([a.id for a in ARTICLES]) == names
    assert builder.encoded_passages == 0


def test_search_lists_outlets_or_every_copy(cli: Any, built: tuple[Path, WriteSummary]) -> None:
    command = ["search", "Ilse Brandt treasurer 84 million euros", "--index", str(built[0])]
    short = cli(*command).stdout
    assert "   also in: Alpha, Beta, Gamma\n" in short
    assert "copy: " not in short
    lines = [line.strip() for line in cli(*command, "--duplicates").stdout.splitlines() if "copy: " in line]
    assert lines[:3] == [
        f"copy: {title} | {source} | 2025-03-0{day} | https://{source.lower()}.example/{name} | id {name}"
        for title, source, day, name in [
            ("Veldmoor votes for second bridge", "Alpha", 4, "wire-a"),
            ("Long fight over, port town builds", "Beta", 4, "wire-b"),
            ("In short: a bridge for Veldmoor", "Gamma", 5, "wire-c"),
        ]
    ]
    passages = json.loads(cli(*command, "--json").stdout)["passages"]
    by_id = {p["article"]["id"]: p["copies"] for p in passages}
    assert by_id["wire-d"][0] == {
        "id": "wire-a",
        "title": "Veldmoor votes for second bridge",
        "url": "https://alpha.example/wire-a",
        "source": "Alpha",
        "published": "2025-03-04T00:00:00Z",
    }
    assert by_id["own-a"] == []


def test_many_outlets_are_counted_and_hostile_names_are_harmless(
    veldmoor_index: EmbeddedIndex, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["A\x1b[31m", "B", "B", "C", "D", None, "E"]
    others = tuple(Article(id=f"o{n}", title="", text="x", source=s) for n, s in enumerate(names))
    passage = Passage(1, Article(id="a", title="T", text="Words."), 0, 6)
    found = SearchResult([Candidate(passage, 1, 1.0, None, None, others)], 0.0, 0.0)
    print_hits(SearchHits(QUESTION, found, veldmoor_index.state))
    assert "   also in: A [31m, B, C, +3\n" in capsys.readouterr().out
    print_hits(SearchHits(QUESTION, found, veldmoor_index.state), duplicates=True)
    out = capsys.readouterr().out
    assert out.count("copy: ") == 7
    assert "\x1b" not in out
