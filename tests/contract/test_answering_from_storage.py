"""What answers questions knows no engine: the same questions, answered from each storage engine."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.qa.answer import Answerer
from nutgraf.qa.calibration import Calibration
from nutgraf.qa.errors import EmptyIndex
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.search import Searcher
from tests.contract.conftest import STORAGES, OpenedIndex, Storage
from tests.contract.stories import OTHERS, prints
from tests.fakes import FakeEncoder, FakeReader

ROOT = Path(__file__).parents[2]
FLAGSHIP = "What did China agree to on sanctions?"


def fake_answerer(index: OpenedIndex) -> Answerer:
    return Answerer(Searcher(index, FakeEncoder()), FakeReader(), Calibration.from_card(None))


def best(result: QuestionResult) -> tuple[str, str, str]:
    """Return the best guess: its text, its article and its sentence."""
    answer = result.best[0]
    assert answer.span.article.text[answer.start : answer.end] == answer.text
    start, end = answer.sentence
    return answer.text, answer.span.article.id, answer.span.article.text[start:end]


def test_a_question_is_answered(any_storage: Storage) -> None:
    any_storage.publish(OTHERS)
    with any_storage.index() as index:
        result = fake_answerer(index).ask("Who sells two hundred loaves?")
        assert best(result) == ("Reed", "baker", OTHERS[1].text)
        assert [candidate.rank for candidate in result.candidates] == [1, 2, 3, 4]


def test_what_only_a_title_says_is_quoted_from_it(any_storage: Storage) -> None:
    board = Article("board", "Ada Novak chairs the board - Reuters", "The vote was taken in Orlow on Monday.")
    any_storage.publish([*OTHERS, board])
    with any_storage.index() as index:
        answer = fake_answerer(index).ask("Who chairs the board?").best[0]
        assert (answer.article.id, answer.field, answer.text) == ("board", "title", "Novak")
        assert board.title[answer.start : answer.end] == "Novak"
        assert board.title[slice(*answer.sentence)] == "Ada Novak chairs the board"


def test_copies_take_one_place_and_are_listed(any_storage: Storage) -> None:
    any_storage.publish([*OTHERS, *prints()])
    with any_storage.index() as index:
        candidates = fake_answerer(index).search("clerk signed turbines in hall 1", top=20).candidates
        of_story = [candidate for candidate in candidates if candidate.copies]
        assert {candidate.passage.article.id for candidate in of_story} == {"story"}, "the newest print"
        assert {other.id for other in of_story[0].copies} == {"another", "edited", "undated"}
        early = fake_answerer(index).search("clerk signed", allow=Filter(as_of=date(2020, 1, 3))).candidates
        assert sorted(candidate.passage.article.id for candidate in early) == ["baker", "bridge"]


def test_an_archive_without_articles_cannot_be_asked(any_storage: Storage) -> None:
    any_storage.publish()
    with any_storage.index() as index, pytest.raises(EmptyIndex):
        fake_answerer(index).ask("Who?")


def test_the_seeds_give_the_same_quote_from_each_engine(encoder: Any, reader: Any, tmp_path: Path) -> None:
    files, _ = discover([str(ROOT / "seeds" / "*.txt")])
    articles = [item for file in files for item in load(file, LoadOptions())]
    quotes = {}
    for name, make in STORAGES.items():
        storage = make(tmp_path / name)
        storage.publish(articles, encoder)
        with storage.index() as index:
            calibration = Calibration.from_card(reader.card.calibration)
            result = Answerer(Searcher(index, encoder), reader, calibration).ask(FLAGSHIP)
            quotes[name] = (len(result.answers), *best(result))
    assert quotes["memory"] == quotes["embedded"]
    assert quotes["memory"][:3] == (
        1,
        "new United Nations sanctions against the North",
        "seeds/004_d6905fbb12041181.txt",
    )


def test_answering_from_memory_loads_no_other_engine() -> None:
    code = """
from tests.contract.stories import OTHERS
from tests.fakes import FakeEncoder, FakeReader
from tests.memory_archive import MemoryArchive
from nutgraf.qa.answer import Answerer
from nutgraf.qa.search import Searcher
from nutgraf.qa.calibration import Calibration

archive = MemoryArchive()
with archive.writer(FakeEncoder()) as writer:
    added = [*writer.add(OTHERS)]
    writer.publish()
answerer = Answerer(Searcher(archive.index(), FakeEncoder()), FakeReader(), Calibration.from_card(None))
print(answerer.ask("Who sells two hundred loaves?").best[0].text)
import sys
print(sorted(m for m in sys.modules if "embedded" in m or m in {"faiss", "tantivy", "sqlite3"}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["Reed", "[]"]
