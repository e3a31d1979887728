"""Which fields of records are told because no article has what they hold."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from nutgraf.indexer.loaders.base import LoadOptions, RefusedDates, UnusedFields
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.records.unused import unused_fields

BODY = "The minister of trade resigned after a row over steel prices, the government said. " * 3
BARE = {"id": "a1", "text": BODY}


def told(path: Path, *records: Mapping[str, object], **fields: str) -> tuple[list[str], dict[str, str]]:
    """Return the fields that are told of a file of these records, and what they resemble."""
    path.write_text("\n".join(map(json.dumps, records)))
    (file,) = discover([str(path)])[0]
    list(load(file, LoadOptions(fields=fields)))
    unused = unused_fields(file) or UnusedFields("", (), {})
    return list(unused.names), dict(unused.resembles)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.jsonl"


def test_fields_are_told_once_a_file_and_the_likely_ones_first(path: Path) -> None:
    records = [{**BARE, "id": f"a{n}", "kicker": "Steel", "pubdatum": "27.01.2016"} for n in range(3)]
    assert told(path, *records) == (["pubdatum", "kicker"], {"pubdatum": "published"})
    assert told(path, *records, published="pubdatum") == (["kicker"], {})


@pytest.mark.parametrize(
    ("name", "value", "resembles"),
    [
        ("brodtext", BODY * 2, "text"),
        ("nlp", BODY * 2, "text"),
        ("nlp", [BODY, BODY], "text"),
        ("storyText", "It rained at Tarn, and nobody saw the heron land.", "text"),
        ("nlp", "Wednesday, 27 January 2016", "published"),
        ("created", "2016-01-27 10:30", "published"),
        ("Pub. Datum", 1453889700, "published"),
        ("überschrift", "Steel", "title"),
        ("articleTitle", "Steel", "title"),
        ("reporter", "Ann Lee", "authors"),
        ("newspaper", "The Tarn Post", "source"),
        ("href", "https://tarn.example/a", "url"),
        ("kicker", "Steel", ""),
        ("author_id", 7, ""),
        ("crawl_date", "2016-01-27", ""),
        ("last update", "2016-01-27", ""),
        ("plays", 20160127, ""),
        ("context", "Steel", ""),
        ("payload", json.dumps({"words": BODY}), ""),
    ],
)
def test_what_a_field_resembles(path: Path, name: str, value: object, resembles: str) -> None:
    assert told(path, BARE | {name: value}) == ([name], {name: resembles} if resembles else {})


def test_what_the_article_has_resembles_nothing_but_a_text(path: Path) -> None:
    full = BARE | {"title": "T", "published": "2016-01-27", "authors": ["Ann Lee"], "source": "Tarn"}
    more = {"head_title": "U", "reporter": "Bo", "newspaper": "Post", "datum": "2016-01-28", "dek": BODY * 2}
    assert told(path, full | more) == (
        ["dek", "head_title", "reporter", "newspaper", "datum"],
        {"dek": "text"},
    )


def test_what_holds_nothing_new_is_not_told(path: Path) -> None:
    record = BARE | {
        "title": "T",
        "headline": "T",
        "description": BODY[:50],
        "lead": None,
        "tags": [],
        "price": float("nan"),
        "": 0,
        "Unnamed: 0": 7,
        "__index_level_0__": 7,
        "_version": 3,
        "@timestamp": "x",
    }
    assert told(path, record) == ([], {})


def test_a_field_that_another_record_is_made_of_is_not_told(path: Path) -> None:
    records = [BARE | {"Summary": "Steel again."}, {"id": "a2", "summary": "Steel."}]
    assert told(path, *records) == told(path, *reversed(records)) == ([], {})


@pytest.mark.parametrize(
    "record",
    [
        {"content": {"rendered": BODY}, "id": 5, "link": "https://tarn.example/a", "date_gmt": "2016-01-27",
         "date": "2016-01-27T01:00:00", "guid": {"rendered": "x"}, "slug": "a", "status": "publish",
         "excerpt": {"rendered": "Other words."}, "author": 7, "categories": [1], "_links": {"self": []}},
        {"title": "T", "content": BODY, "url": "https://tarn.example/a", "publishedAt": "2016-01-27",
         "urlToImage": "https://tarn.example/a.jpg", "description": "Other words.", "author": "Ann Lee"},
        {"title": "T", "summary": BODY, "link": "https://tarn.example/a", "clean_url": "tarn.example",
         "excerpt": "Other words.", "rights": "tarn.example", "rank": 7, "topic": "news", "language": "en",
         "media": "https://tarn.example/a.jpg", "twitter_account": "@tarn", "_score": 7.5},
        {"uri": "7", "lang": "eng", "isDuplicate": False, "date": "2016-01-27", "time": "10:30:00",
         "dateTime": "2016-01-27T10:30:00Z", "dateTimePub": "2016-01-27T10:00:00Z", "dataType": "news",
         "sim": 0.5, "url": "https://tarn.example/a", "title": "T", "body": BODY, "sentiment": 0.2, "wgt": 7},
        {"title": "T", "url": "https://tarn.example/a", "seendate": "20160127T103000Z", "language": "English",
         "domain": "tarn.example", "socialimage": "https://tarn.example/a.jpg", "sourcecountry": "Tarn"},
        {"maintext": BODY, "title": "T", "date_publish": "2016-01-27 10:30:00", "filename": "a.json",
         "date_download": "2016-02-01 10:30:00", "title_page": "T | Tarn", "description": "Other words.",
         "source_domain": "tarn.example", "language": "en", "url": "https://tarn.example/a"},
    ],
    ids=["WordPress", "NewsAPI", "NewsCatcher", "Event Registry", "GDELT", "news-please"],
)  # fmt: skip
def test_metadata_of_services_is_not_told(path: Path, record: dict[str, object]) -> None:
    assert told(path, record) == ([], {})
    assert told(path, record | {"my_column": "x"}) == (["my_column"], {})


def test_a_record_that_is_no_article_tells_of_its_text_alone(path: Path) -> None:
    assert told(path, {"id": "a1", "inhalt": BODY, "ressort": "Politik"}) == (["inhalt"], {"inhalt": "text"})
    assert told(path, {"name": "news", "version": "1.0", "scripts": {"build": "make"}}) == ([], {})


def test_names_are_bounded_and_cannot_steer_a_terminal(path: Path) -> None:
    assert told(path, BARE | {"kick\x1b[31mer\n": "Steel"})[0] == ["kick[31mer"]
    assert told(path, BARE | {"n" * 5000: "Steel"})[0] == ["n" * 59 + "…"]
    assert told(path, BARE | {f"n{number}": 1 for number in range(5000)})[0] == [f"n{n}" for n in range(100)]


def test_a_table_and_files_in_an_archive(tmp_path: Path) -> None:
    table = tmp_path / "news.csv"
    with table.open("w", newline="") as stream:
        csv.writer(stream).writerows([["text", "Kicker", "empty", ""], [BODY, "Steel", "", "0"]])
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(table, "one.csv")
        archive.writestr("two.jsonl", json.dumps(BARE | {"desk": "Trade"}))
    names = {}
    for file in discover([str(tmp_path)])[0]:
        list(load(file))
        unused = unused_fields(file)
        assert unused is not None
        names[file.path.name] = (unused.origin, unused.names)
    assert names == {
        "all.zip": (str(tmp_path / "all.zip"), ("Kicker", "desk")),
        "news.csv": (str(table), ("Kicker",)),
    }


def test_a_parquet_table(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "news.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([{"text": BODY, "ressort": "Trade", "gap": None}]), path)
    (file,) = discover([str(path)])[0]
    list(load(file))
    assert file.unused == {"ressort": ""}


def test_a_time_of_change_that_is_no_date_is_told(path: Path) -> None:
    path.write_text(json.dumps(BARE | {"published": "2016-01-27", "updated": "yesterday"}))
    (file,) = discover([str(path)])[0]
    (article,) = load(file)
    assert article.modified is None
    assert list(file.refused.values()) == [RefusedDates("not a date", f"{path}:1", "yesterday", 1)]
