"""BEIR's folders and queries, and which kind a file is: told apart, read, refused."""

import gzip
import json
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.evaluate.beir import JudgedQuery, corpus_articles, load_beir, load_queries
from nutgraf.qa.evaluate.formats import kind_of

DOCS = [
    {"_id": "d 1", "title": "Bridges", "text": " It was built. ", "metadata": {}},
    {"_id": "d2", "title": "Only a title", "text": ""},
    {"_id": "d3", "text": "No title, half a pair \ud800"},
    {"id": "d4", "title": None, "text": "Another name of the id"},
]
QUERIES = [{"_id": "q1", "text": "Who?"}, {"_id": "q 2", "text": "When?"}, {"_id": "q3", "text": "Why?"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\td 1\t2\nq1\tgone\t1\nq 2\td2\t0\nq9\td2\t1\n"


def lines(rows: list[dict]) -> str:
    return "\n".join(map(json.dumps, rows)) + "\n"


def folder(path: Path, *, packed: bool = False) -> Path:
    (path / "qrels").mkdir(parents=True)
    (path / "queries.jsonl").write_text(lines(QUERIES))
    (path / "qrels" / "test.tsv").write_text(QRELS)
    (path / "qrels" / "dev.tsv").write_text("q3\td3\t1\n")
    if packed:
        (path / "corpus.jsonl.gz").write_bytes(gzip.compress(lines(DOCS).encode()))
    else:
        (path / "corpus.jsonl").write_text(lines(DOCS))
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_a_folder(tmp_path: Path, packed: bool) -> None:
    found = load_beir(folder(tmp_path / "b", packed=packed), "test")
    assert found.queries == [
        JudgedQuery("q1", "Who?", (), {"d%201": 2, "gone": 1}),
        JudgedQuery("q 2", "When?", (), {"d2": 0}),
    ]
    assert found.queries[0].relevant == {"": {"d%201": 2, "gone": 1}}
    assert [*corpus_articles(found.corpus)] == [
        Article(id="d 1", title="Bridges", text="It was built."),
        Article(id="d2", title="", text="Only a title"),
        Article(id="d3", title="", text="No title, half a pair \ufffd"),
        Article(id="d4", title="", text="Another name of the id"),
    ]
    assert [q.id for q in load_beir(tmp_path / "b", "dev").queries] == ["q3"]


def test_the_corpus_is_streamed(tmp_path: Path) -> None:
    """The first article is there before a damaged line behind it is seen."""
    (tmp_path / "c.jsonl").write_text(lines(DOCS[:1]) + "nonsense\n")
    articles = corpus_articles(tmp_path / "c.jsonl")
    assert next(articles).id == "d 1"
    with pytest.raises(SourceError, match="line 2 is not JSON"):
        next(articles)


BAD_DOCS = {
    "id": ('{"text": "x"}', "line 1 lacks '_id'"),
    "empty id": ('{"_id": "", "text": "x"}', "line 1 has another shape: its id is empty"),
    "number": ('{"_id": 3, "text": "x"}', "expected a string, found 3"),
    "text": ('{"_id": "3", "text": ["x"]}', "line 1 has another shape"),
    "list": ("[1]", "line 1 has another shape"),
    "deep": ("[" * 100_000, "line 1 is not JSON"),
}


@pytest.mark.parametrize(("content", "why"), BAD_DOCS.values(), ids=BAD_DOCS)
def test_a_bad_corpus(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "c.jsonl").write_text(content)
    with pytest.raises(SourceError, match="cannot be evaluated") as caught:
        list(corpus_articles(tmp_path / "c.jsonl"))
    assert why in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    for name, content, why in (
        ("a.jsonl", b"\xff\xfe{}", "not JSON"),
        ("b.jsonl.gz", gzip.compress(lines(DOCS).encode())[:-9], "gzip data is damaged"),
        ("c.jsonl.gz", b"plain", "gzip data is damaged"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SourceError, match=why):
            list(corpus_articles(tmp_path / name))
    with pytest.raises(SourceError, match="No such file"):
        list(corpus_articles(tmp_path / "none"))


def test_folders_that_lack_something(tmp_path: Path) -> None:
    whole = folder(tmp_path / "b")
    with pytest.raises(SourceError, match=r"no qrels/train.tsv; splits there are: dev, test"):
        load_beir(whole, "train")
    for name in ("qrels/test.tsv", "queries.jsonl", "corpus.jsonl"):
        plain = (whole / name).read_bytes()
        (whole / name).unlink()
        (whole / f"{name}.gz").write_bytes(gzip.compress(plain))
    assert load_beir(whole, "test").queries
    (whole / "queries.jsonl.gz").rename(whole / "queries.jsonl")
    (whole / "queries.jsonl").unlink()
    with pytest.raises(SourceError, match=r"is no BEIR folder: it lacks queries.jsonl"):
        load_beir(whole, "test")
    with pytest.raises(SourceError, match=r"lacks corpus.jsonl") as caught:
        load_beir(tmp_path, "test")
    assert "qrels/test.tsv" in caught.value.hint


def test_queries_and_qrels_of_different_benchmarks(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "PLAIN-1", "text": "Who?"}\n')
    (tmp_path / "qrels").write_text("301 0 a 1\n")
    with pytest.raises(SourceError, match=r"no query is in the qrels: .*'PLAIN-1'.*'301'"):
        load_queries(tmp_path / "q.jsonl", tmp_path / "qrels")
    (tmp_path / "q.jsonl").write_text('{"id": "301", "text": "Who?"}\n' * 2)
    with pytest.raises(SourceError, match="2 of its questions have the id '301'"):
        load_queries(tmp_path / "q.jsonl", tmp_path / "qrels")
    (tmp_path / "q.jsonl").write_text('{"id": "301", "title": "Who?"}\n')
    with pytest.raises(SourceError, match="line 1 lacks 'text'"):
        load_queries(tmp_path / "q.jsonl", tmp_path / "qrels")


KINDS = {
    "one.json": ('{"data": []}', "squad"),
    "pretty.json": ('{\n "version": "1.1",\n "data": []\n}', "squad"),
    "pretty": ('{\n "data": []\n}', "squad"),
    "long": ('{"data": [' + '"x",' * 40_000, "squad"),
    "prose.json": ("Ada Novak built it.", "squad"),
    "news.txt": ('\ufeff\n\n{"id": "1", "question": "?", "answers": []}\n', "news"),
    "empty.jsonl": ("", "news"),
    "prose.jsonl": ("Ada", "news"),
    "long.jsonl": ('{"question": "' + "x" * 80_000, "news"),
    "queries": ('{"_id": "1", "text": "?"}\n{"_id"', "queries"),
    "both.jsonl": ('{"id": "1", "text": "?", "question": "?"}', "news"),
    "run": ("q1 Q0 d1 1 2.5 tag\n", "run"),
    "run.json": ("q1 Q0 d1 1 2.5 tag\n", "squad"),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("name", "content", "kind"), [(n, *pair) for n, pair in KINDS.items()], ids=KINDS)
def test_kinds(tmp_path: Path, name: str, content: str, kind: str, packed: bool) -> None:
    raw = content.encode()
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(raw) if packed else raw)
    assert kind_of(path) == kind
    assert kind_of(tmp_path) == "beir"


NO_KIND = {
    "qrels": (b"q1 0 d1 1\n", "it holds qrels, which are given with --qrels"),
    "six words": (b"Dear diary, today I saw Ada\n", "it is of no kind that is known"),
    "prose": (b"Dear diary, today\n", "it is of no kind that is known; it begins with 'Dear diary, today'"),
    "empty": (b"", "it is of no kind that is known"),
    "bytes": (b"\x00\xff\xfe", "it is of no kind that is known"),
    "gzip": (b"\x1f\x8bx", "gzip data is damaged"),
}


@pytest.mark.parametrize(("content", "why"), NO_KIND.values(), ids=NO_KIND)
def test_no_kind(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(SourceError) as caught:
        kind_of(tmp_path / "x")
    assert why in str(caught.value)
    assert "BEIR folder" in caught.value.hint
    with pytest.raises(SourceError, match="No such file"):
        kind_of(tmp_path / "absent")
