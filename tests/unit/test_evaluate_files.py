"""Files of questions: what is read from them, and one clear error for each thing that can be wrong."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.filters import Filter
from nutgraf.qa.evaluate.formats import kind_of
from nutgraf.qa.evaluate.labels import load_labelled
from nutgraf.qa.evaluate.news import NewsQuestion, load_news, occurring
from nutgraf.qa.evaluate.questions import BATCH, GoldQuestion, batches, sample
from nutgraf.qa.evaluate.squad import SquadQuestion, load_squad


def squad(*qas: Any, context: str = "Ada Novak built it.") -> dict[str, Any]:
    return {
        "version": "v2.0",
        "data": [{"title": "t", "paragraphs": [{"context": context, "qas": list(qas)}]}],
    }


ADA = {"id": "1", "question": "Who built it?", "answers": [{"text": "Ada Novak", "answer_start": 0}]}
NOBODY = {"id": 2, "question": "Who burnt it?", "answers": [], "is_impossible": True}


def test_squad(tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(squad(ADA, NOBODY)))
    corpus = load_squad(path)
    [article] = corpus.articles
    assert (article.title, article.text) == ("", "Ada Novak built it.")
    assert corpus.questions == [
        SquadQuestion("1", "Who built it?", ("Ada Novak",), article.id),
        SquadQuestion("2", "Who burnt it?", (), article.id),
    ]
    assert corpus.questions[0].relevant == {"gold": {article.id: 1}}
    assert corpus.questions[1].relevant == {}, "no paragraph answers it"


def test_a_paragraph_that_comes_twice_is_one_article(tmp_path: Path) -> None:
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": squad(ADA)["data"] + squad(NOBODY)["data"]}))
    corpus = load_squad(path)
    assert [a.text for a in corpus.articles] == ["Ada Novak built it."]
    assert {q.article_id for q in corpus.questions} == {corpus.articles[0].id}


@pytest.mark.parametrize("name", ["squad.json.gz", "squad.json"])
def test_gzip_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps(squad(ADA)).encode()))
    assert load_squad(path).questions[0].text == "Who built it?"


LINE = {
    "id": "n1",
    "asked": "2022-06-17",
    "question": "Who?",
    "answers": ["Ada\u2028Novak", "Novak"],
    "contains_answer": ["a", "b"],
    "evidence": [],
}


def test_news(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    lines = [
        json.dumps(LINE, ensure_ascii=False),
        "",
        json.dumps({"id": "n2", "question": "?", "answers": []}),
    ]
    path.write_text("\r\n".join(lines), encoding="utf-8")
    first, second = load_news(path)
    assert first == NewsQuestion("n1", "Who?", ("Ada\u2028Novak", "Novak"), ("a", "b"), (), date(2022, 6, 17))
    assert (first.allow, second.allow) == (Filter(as_of=date(2022, 6, 17)), Filter())
    assert first.relevant == {"contains_answer": {"a": 1, "b": 1}}
    assert second == NewsQuestion("n2", "?", ())
    assert second.relevant == {}


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz"])
def test_eval_and_calibrate_read_the_same_files(tmp_path: Path, suffix: str) -> None:
    lines = [
        {"question": "Who?", "answers": [{"text": "Ada", "sentence": "Ada came."}], "article": "a"},
        {"id": "q2", "question": "Where?", "answers": ["Orlow"], "article": None, "evidence": ["b", "c"]},
        {"question": "When?", "answers": [], "answered": False},
    ]
    path = tmp_path / f"questions{suffix}"
    content = "\n".join(map(json.dumps, lines)).encode()
    path.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    assert load_news(path) == [
        NewsQuestion("line 1", "Who?", ("Ada",), (), ("a",)),
        NewsQuestion("q2", "Where?", ("Orlow",), (), ("b", "c")),
        NewsQuestion("line 3", "When?", ()),
    ]
    labelled = load_labelled(path)
    assert [(q.text, q.gold_answers) for q in labelled] == [(q.text, q.gold_answers) for q in load_news(path)]
    article = Article(id="c", title="", text="Nothing of it.")
    assert [question.answered_by(article) for question in labelled] == [False, True, False]


def test_the_seed_questions_are_such_a_file() -> None:
    path = Path(__file__).parents[2] / "seeds" / "questions.jsonl"
    questions, labelled = load_news(path), load_labelled(path)
    assert kind_of(path) == "news"
    assert questions[0].id == "s01"
    assert questions[0].gold_answers == ("Jim Mattis", "US Defense Secretary Jim Mattis")
    assert questions[0].relevant == {"evidence": {"seeds/000_a776745d974efc67.txt": 1}}
    assert [q.gold_answers for q in labelled] == [q.gold_answers for q in questions]


BAD_SQUAD = {
    "empty": ("", "is not JSON"),
    "prose": ("Ada Novak built it.", "is not JSON"),
    "cut": (json.dumps(squad(ADA))[:-9], "is not JSON"),
    "deep": ("[" * 100_000, "is not JSON"),
    "list": ("[1]", "another shape"),
    "other": ('{"questions": []}', "lacks 'data'"),
    "number": ('{"data": 3}', "another shape"),
    "string": ('{"data": ["t"]}', "another shape"),
    "nothing": ('{"data": []}', "holds no question"),
    "no answers": (json.dumps(squad({"id": 1, "question": "Who?"})), "lacks 'answers'"),
    "no text": (json.dumps(squad(ADA | {"answers": [{"answer_start": 3}]})), "lacks 'text'"),
    "no string": (json.dumps(squad(ADA | {"question": 3})), "expected a string, found 3"),
    "null": (json.dumps(squad(ADA, context=None)), "expected a string, found null"),  # type: ignore[arg-type]
    "twice": (json.dumps(squad(ADA, ADA)), "2 of its questions have the id '1'"),
}


@pytest.mark.parametrize(("content", "why"), BAD_SQUAD.values(), ids=BAD_SQUAD)
def test_a_bad_squad_file(tmp_path: Path, content: str, why: str) -> None:
    fails(load_squad, tmp_path / "squad.json", content.encode(), why)


BAD_NEWS = {
    "empty": ("\n", "holds no question"),
    "prose": (json.dumps(LINE) + "\nAda", "line 2 is not JSON"),
    "list": ("[]", "line 1 has another shape"),
    "squad": (json.dumps(squad(ADA)), "line 1 lacks 'question'"),
    "string": (json.dumps(LINE | {"answers": "Ada"}), "answers are 'Ada', expected a list of strings"),
    "numbers": (json.dumps(LINE | {"evidence": [3]}), "expected a string, found 3"),
    "day": (json.dumps(LINE | {"asked": "last week"}), "asked is 'last week', expected a day"),
    "twice": ((json.dumps(LINE) + "\n") * 3, "3 of its questions have the id 'n1'"),
}


@pytest.mark.parametrize(("content", "why"), BAD_NEWS.values(), ids=BAD_NEWS)
def test_a_bad_news_file(tmp_path: Path, content: str, why: str) -> None:
    fails(load_news, tmp_path / "news.jsonl", content.encode(), why)


@pytest.mark.parametrize("load", [load_squad, load_news])
def test_bytes_that_are_no_text(tmp_path: Path, load: Callable[[Path], object]) -> None:
    fails(load, tmp_path / "a", b"\xff\xfe{}", "not UTF-8 text: invalid start byte at byte 0")
    fails(load, tmp_path / "b", gzip.compress(b"{}")[:-3], "gzip data is damaged")
    fails(load, tmp_path / "c", b"\x1f\x8bAda", "gzip data is damaged")
    fails(load, tmp_path / "d", None, "No such file")
    fails(load, tmp_path, None, "Is a directory")


def fails(load: Callable[[Path], object], path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path} cannot be evaluated: ")
    assert why in str(caught.value)
    assert caught.value.hint.startswith("nutgraf eval --help")


def test_a_sample_is_the_same_every_time() -> None:
    questions = [GoldQuestion(str(n), "?", ()) for n in range(100)]
    assert [q.id for q in sample(questions, 5)] == ["49", "97", "53", "5", "33"]
    assert sample(questions, 100) == sample(questions, None) == questions


def test_gold_answers_that_occur() -> None:
    """Whole words, in SQuAD's normal form; "the" alone has no word left."""
    golds = {"Ada Novak", "Novak's", "the U.S.", "Ada Nov", "Novak Ada", "the", "Ada Smith"}
    texts = ["Ada novak left the US.", "NOVAKS Ada Smithson"]
    assert occurring(golds, texts) == {"Ada Novak", "the U.S.", "Novak's"}


def test_batches_keep_the_order_and_lose_nothing() -> None:
    questions = [GoldQuestion(str(number), "Who?", ()) for number in range(2 * BATCH + 1)]
    parts = [*batches(questions)]
    assert [len(part) for part in parts] == [BATCH, BATCH, 1]
    assert [question for part in parts for question in part] == questions
    assert [*batches(questions[:0])] == []
