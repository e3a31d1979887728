"""JSON Lines and CSV: fields, streams, and everything that can be wrong with a line."""

import gzip
import json
import math
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.records.record import record_to_article
from tests.loading import NO_TEXT

RECORD = {
    "id": "a1",
    "url": "https://ex.com/2022/05/04/talks/",
    "title": "Talks",
    "authors": ["Ann Lee", "Bo Chi"],
    "published": "2022-05-05",
    "source": "ex.com",
    "text": "Body.\n\nRead More\n\nEnd.",
}


def read(path: Path, content: bytes | str, options: LoadOptions | None = None) -> list[Article | Skipped]:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    (file,), skipped = discover([str(path)])
    assert skipped == []
    got = list(load(file, options))
    assert file.position_bytes == file.size_bytes
    return got


def one(path: Path, record: object, options: LoadOptions | None = None) -> Article:
    (article,) = read(path, json.dumps(record), options)
    assert isinstance(article, Article), article
    return article


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.jsonl"


def test_a_file_of_questions_is_one_line_of_the_summary(path: Path) -> None:
    question = {"id": "q1", "question": "Who built it?", "answers": ["Ada"], "article": "a1"}
    skipped, article, bad = read(path, "\n".join(map(json.dumps, [question, RECORD, question, {"id": "x"}])))
    reason = "it holds questions, which nutgraf eval and nutgraf calibrate read, and no articles"
    assert skipped == Skipped(str(path), reason)
    assert isinstance(article, Article)
    assert isinstance(bad, Skipped)
    assert bad.reason.startswith('no field "text"')


def test_a_question_whose_field_is_named_is_an_article(path: Path) -> None:
    record = {"id": "q1", "question": "Who built it? Ada did.", "answers": []}
    assert one(path, record, LoadOptions(fields={"text": "question"})).text == "Who built it? Ada did."
    assert one(path, record | {"text": "Body."}).text == "Body."


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz", "NEWS.JSONL.GZ", "news.ndjson"])
def test_a_record(tmp_path: Path, name: str) -> None:
    line = json.dumps(RECORD).encode()
    (article,) = read(tmp_path / name, gzip.compress(line) if name.lower().endswith("gz") else line)
    assert article == Article(
        id="a1",
        title="Talks",
        text="Body.\n\nEnd.",
        url="https://ex.com/2022/05/04/talks/",
        source="ex.com",
        authors=("Ann Lee", "Bo Chi"),
        published=datetime(2022, 5, 5, tzinfo=UTC),
        published_from="given",
        origin=f"{tmp_path / name}:1",
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": 7}, "7"),
        ({"id": None}, "https://ex.com/2022/05/04/talks"),
        ({"id": ["x", "y"]}, "https://ex.com/2022/05/04/talks"),
        ({"id": True}, "https://ex.com/2022/05/04/talks"),
        ({"id": "", "url": "javascript:alert(1)"}, "{folder}/news.jsonl#1"),
        ({"id": None, "url": 5}, "{folder}/news.jsonl#1"),
        ({"id": "a\ud800b"}, "a\ufffdb"),
    ],
)
def test_ids(path: Path, change: dict[str, object], expected: str) -> None:
    assert one(path, RECORD | change).id == expected.format(folder=path.parent.name)


@pytest.mark.parametrize(
    ("published", "day", "published_from"),
    [
        ("2022-05-05", 5, "given"),
        (1651660200, 4, "given"),
        (1651746600.0, 5, "given"),
        (float("inf"), 4, "url"),
        ("0000-00-00", 4, "url"),
        (None, 4, "url"),
        ({"a": 1}, 4, "url"),
    ],
)
def test_dates(path: Path, published: object, day: int, published_from: str) -> None:
    article = one(path, RECORD | {"published": published})
    assert article.published is not None
    assert (article.published.day, article.published_from) == (day, published_from)


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ("By Ann Lee and Bo Chi", ("Ann Lee", "Bo Chi")),
        ("BY ANN LEE AND BO CHI", ("ANN LEE", "BO CHI")),
        ("by: Ann Lee", ("Ann Lee",)),
        (["By Ann Lee"], ("Ann Lee",)),
        ({"original": "By Ann Lee and Bo Chi", "person": []}, ("Ann Lee", "Bo Chi")),
        ("Byron Lee", ("Byron Lee",)),
        ("Lee, Ann; Chi, Bo", ("Lee, Ann", "Chi, Bo")),
        ("Lee, Ann", ("Lee, Ann",)),
        ("Reuters, AFP", ("Reuters", "AFP")),
        ("Ann Lee, Bo Chi", ("Ann Lee", "Bo Chi")),
        ("Ann Lee, Staff Writer", ("Ann Lee",)),
        (["Ann Lee, Staff Writer", "Bo Chi <chi@e.com>"], ("Ann Lee", "Bo Chi")),
        ("Staff Writer", ("Staff Writer",)),
        ("ann@e.com (Ann Lee)", ("Ann Lee",)),
        ("Ann Lee (lee@e.com)", ("Ann Lee",)),
        ("ann@e.com", ()),
        ([{"name": "Ann Lee"}, {"x": 1}, None, 3, "Bo\nChi", "Bo Chi"], ("Ann Lee", "Bo Chi")),
        ({"name": "Ann Lee"}, ("Ann Lee",)),
        (None, ()),
        (7, ()),
    ],
)
def test_authors(path: Path, authors: object, expected: tuple[str, ...]) -> None:
    assert one(path, RECORD | {"authors": authors}).authors == expected


@pytest.mark.parametrize("text", ["", " \n", None])
def test_a_headline_alone_is_an_article(path: Path, text: str | None) -> None:
    article = one(path, {"title": "Lena Falk named coach of the year", "text": text})
    assert (article.title, article.text) == ("Lena Falk named coach of the year",) * 2


def test_lone_surrogates_become_valid_text(path: Path) -> None:
    (article,) = read(path, r'{"title": "a\ud800", "text": "b\udfff\ud83d\ude00\u0000"}')
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("a\ufffd", "b\ufffd\U0001f600")


def test_a_missing_title_is_made(path: Path) -> None:
    text = "Gov. Lee met the U.S. envoy on Monday. They spoke for hours."
    assert one(path, {"text": text}).title == "Gov. Lee met the U.S. envoy on Monday."
    assert one(path, {"text": text, "title": "x " * 600}).title == "x " * 248 + "x…"
    made = one(path, {"text": "word, " * 100}).title
    assert made == "word, " * 18 + "word…"


def test_other_field_names(path: Path) -> None:
    options = LoadOptions(fields={"title": "headline", "text": "body"}, source="My Paper")
    article = one(path, {"headline": "H", "body": "B", "title": "no", "source": "other"}, options)
    assert (article.title, article.text, article.source) == ("H", "B", "My Paper")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json", "line 2 is not JSON"),
        (b'{"text": "cut', "line 2 is not JSON"),
        (b"[1, 2]", "line 2 is not a JSON object"),
        (b"null", "line 2 is not a JSON object"),
        (b"[" * 100_000, "line 2 is not JSON"),
        (b'{"title": "x"}', NO_TEXT),
        (b'{"text": 5}', 'field "text" is not text'),
        (b'{"text": {"a": 1}}', 'field "text" is not text'),
        (b'{"text": " \\n\\u200b "}', "no text left after cleaning"),
        (b'{"text": "x", "id": "a\\nb"}', "id with control characters"),
        (b'{"text": "x", "id": "' + b"y" * 301 + b'"}', "id longer than 300 characters"),
        (b'{"text": "' + b"x" * 200_000 + b'"}', "line 2 is larger than 150 kB"),
        (b"\x00\x00\x00\xff", "binary file"),
        (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "line 2 is not JSON"),
    ],
)
def test_a_bad_line_is_skipped_alone(path: Path, line: bytes, reason: str) -> None:
    content = b'{"id": 1, "text": "One."}\n' + line + b'\n\n  \r\n{"id": 2, "text": "Two."}\r\n'
    got = read(path, content, LoadOptions(max_bytes=150_000))
    assert [item.id if isinstance(item, Article) else item for item in got] == [
        "1",
        Skipped(f"{path}:2", reason),
        "2",
    ]
    assert isinstance(got[2], Article)
    assert got[2].origin == f"{path}:5"


def test_marks_and_other_encodings(path: Path) -> None:
    (article,) = read(path, b'\xef\xbb\xbf{"text": "One."}')
    assert isinstance(article, Article)
    (article,) = read(path, '{"text": "Café “one” and two."}'.encode("cp1252"))
    assert isinstance(article, Article)
    assert article.text == "Café “one” and two."
    first, *_ = read(path, '{"text": "One."}\n'.encode("utf-16"))
    assert first == Skipped(f"{path}:1", "line 1 is UTF-16, where JSON Lines are UTF-8")


def test_a_truncated_gzip_keeps_what_was_read(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"id": n, "text": f"Body {n * 7919}."}) + "\n" for n in range(5000))
    packed = gzip.compress(lines.encode())
    *articles, last = read(tmp_path / "a.jsonl.gz", packed[: len(packed) // 2])
    assert len(articles) > 1000
    assert [item.id for item in articles if isinstance(item, Article)] == [
        str(n) for n in range(len(articles))
    ]
    assert isinstance(last, Skipped)
    assert last.reason.startswith(f"damaged after line {len(articles)}: ")


def test_a_gzip_with_a_flipped_byte_ends_with_a_reason(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b'{"text": "One."}\n'))
    packed[-6] ^= 0xFF
    *_, last = read(tmp_path / "a.jsonl.gz", bytes(packed))
    assert isinstance(last, Skipped)
    assert "CRC" in last.reason


@pytest.mark.parametrize(
    ("bomb", "reason"),
    [
        (b"x" * 60_000_000, "line 1 unpacks to more than 200 times its size; the rest was not read"),
        (b"\n" * 60_000_000, "no article in 100,000 lines; the rest was not read"),
    ],
)
def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, bomb: bytes, reason: str) -> None:
    path = tmp_path / "a.jsonl.gz"
    got = read(path, gzip.compress(bomb, 9), LoadOptions(max_bytes=100_000))
    assert got == [Skipped(str(path), reason)]


def test_a_file_may_be_larger_than_the_limit_of_a_record(tmp_path: Path) -> None:
    lines = [json.dumps({"id": n, "text": "word " * 150}) for n in range(50)]
    got = read(tmp_path / "a.jsonl", "\n".join(lines), LoadOptions(max_bytes=1000))
    assert [item.id for item in got if isinstance(item, Article)] == [str(n) for n in range(50)]


def test_the_position_advances_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "One."}\n' * 20_000)
    (file,), _ = discover([str(path)])
    positions = [file.position_bytes for _ in load(file)]
    assert positions == sorted(positions)
    assert 0 < positions[0] < positions[10_000] < positions[-1] == file.size_bytes


def test_csv(tmp_path: Path) -> None:
    table = 'id,title,text,published\n1,"A ""b""","One\ntwo, three",2020-01-02\n\n2,,Four five.,\n'
    got = read(tmp_path / "a.csv", table)
    assert [(a.id, a.title, a.text, a.origin) for a in got if isinstance(a, Article)] == [
        ("1", 'A "b"', "One\ntwo, three", f"{tmp_path / 'a.csv'}:2"),
        ("2", "Four five.", "Four five.", f"{tmp_path / 'a.csv'}:5"),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv_dialects_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["headline", "text"], ["Café", "“One”, two."]]
    content = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    (article,) = read(tmp_path / "a.csv", content, LoadOptions(fields={"title": "headline"}))
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("Café", "“One”, two.")


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        (
            "a,b\n1,2\n",
            [
                'no column "text" in the first row, which has a, b; '
                "name the column of the text with --field text=COLUMN"
            ],
        ),
        ("\n\n", ['no column "text" in the first row']),
        ("text\n" + "x" * 2000 + "\n", ["row before line 3 is larger than 1 kB; the rest was not read"]),
        (
            'text\n"never closed\n' + "and on\n" * 500,
            ["row before line 145 is larger than 1 kB; the rest was not read"],
        ),
        ("id,text\n1\n2,\n", ["no text left after cleaning"] * 2),
    ],
)
def test_bad_tables(tmp_path: Path, content: str, reasons: list[str]) -> None:
    got = read(tmp_path / "a.csv", content, LoadOptions(max_bytes=1000))
    assert [item.reason for item in got if isinstance(item, Skipped)] == reasons
    assert len(got) == len(reasons)


def test_csv_that_changes_its_encoding_far_down(tmp_path: Path) -> None:
    content = b"id,text\n" + b"1,One.\n" * 40_000 + b"2,Caf\xe9.\n"
    *_, last = read(tmp_path / "a.csv", content)
    assert isinstance(last, Article)
    assert last.text == "Café."


def test_a_large_field_is_read(tmp_path: Path) -> None:
    (article,) = read(tmp_path / "a.csv", f"title,text\nT,{'word ' * 60_000}\n")
    assert isinstance(article, Article)
    assert len(article.text) == 299_999


# --- records without a file -------------------------------------------------------------------------------


def test_a_record_without_a_file_has_no_origin() -> None:
    article = record_to_article(RECORD)
    assert isinstance(article, Article)
    assert (article.id, article.title, article.source, article.origin) == ("a1", "Talks", "ex.com", None)
    named = record_to_article({"url": "https://ex.com/x?utm_source=y", "text": "Body."})
    assert isinstance(named, Article)
    assert named.id == "https://ex.com/x"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"text": "Body."}, "neither an id nor a web address"),
        ({"text": "Body.", "id": " ", "url": "javascript:alert(1)"}, "neither an id nor a web address"),
        ({"id": "a"}, 'no field "text"'),
        ({"id": "a", "text": 5}, 'field "text" is not text'),
        ({"id": "a", "text": " \n"}, "no text left after cleaning"),
        ({"id": "a\x07", "text": "Body."}, "id with control characters"),
    ],
)
def test_a_record_that_cannot_be_used_says_why(record: dict[str, object], reason: str) -> None:
    assert record_to_article(record) == Skipped("", reason)


def test_values_of_python_are_taken_as_they_are_meant() -> None:
    article = record_to_article(
        {
            "id": 7,
            "text": "Body.",
            "title": math.nan,
            "source": math.inf,
            "authors": ("Ann Lee", "Bo Chi"),
            "published": datetime(2016, 1, 27, 5, 0, tzinfo=UTC),
            "unknown": object(),
        }
    )
    assert isinstance(article, Article)
    assert (article.id, article.title, article.source) == ("7", "Body.", None)
    assert article.authors == ("Ann Lee", "Bo Chi")
    assert article.published == datetime(2016, 1, 27, 5, tzinfo=UTC)
    day = record_to_article({"id": "a", "text": "Body.", "published": date(2016, 1, 27)})
    assert isinstance(day, Article)
    assert day.published == datetime(2016, 1, 27, tzinfo=UTC)


ABBOT = "The monks elected Brother Matthias as their abbot on Sunday, the abbey said."


@pytest.mark.parametrize(
    "record",
    [
        {
            "id": 12, "link": "https://e.com/abbot/", "date": "2021-01-05T23:30:00",
            "date_gmt": "2021-01-05T10:00:00", "modified_gmt": "2021-01-06T10:00:00",
            "title": {"rendered": "New abbot &#8211; at last"},
            "content": {"rendered": f"<p>{ABBOT}</p>\n", "protected": False}, "author": 3,
            "_embedded": {"author": [{"id": 3, "name": "Ann Lee"}]},
            "yoast_head_json": {"og_site_name": "The Outlet"},
        },
        {
            "source": {"id": None, "name": "The Outlet"}, "author": "Ann Lee", "title": "New abbot – at last",
            "url": "https://e.com/abbot", "publishedAt": "2021-01-05T10:00:00Z", "content": ABBOT,
            "updated_at": "2021-01-06T10:00:00Z", "description": "A teaser.",
        },
        {
            "maintext": ABBOT, "title": "New abbot – at last", "date_publish": "2021-01-05 10:00:00",
            "date_modify": "2021-01-06 10:00:00", "source_domain": "The Outlet", "url": "https://e.com/abbot",
            "authors": ["Ann Lee", "https://e.com/ann"],
        },
        {"articles": {"results": [{
            "uri": "https://e.com/abbot", "url": "https://e.com/abbot", "title": "New abbot – at last",
            "body": ABBOT, "dateTimePub": "2021-01-05T10:00:00Z", "date": "2021-01-05",
            "source": {"uri": "e.com", "title": "The Outlet"},
            "authors": [{"uri": "ann@e.com", "name": "Ann Lee"}], "updated": "2021-01-06T10:00:00Z",
        }]}},
        {"status": "ok", "articles": [{
            "link": "https://e.com/abbot", "title": "New abbot – at last", "content": ABBOT,
            "author": "Ann Lee", "published_date": "2021-01-05 10:00:00", "clean_url": "The Outlet",
            "updated": "2021-01-06 10:00",
        }]},
        {
            "_id": {"$oid": "https://e.com/abbot"}, "url": "https://e.com/abbot", "text": [ABBOT],
            "headline": "New abbot – at last", "source": "The Outlet",
            "published": {"$date": {"$numberLong": "1609840800000"}},
            "modified": {"$date": "2021-01-06T10:00:00Z"},
            "author": {"first_name": "Ann", "last_name": "Lee"},
        },
    ],
    ids=["wordpress", "newsapi", "news-please", "event registry", "newscatcher", "mongodb"],
)  # fmt: skip
def test_shapes_that_are_known(path: Path, record: object) -> None:
    article = one(path, record)
    assert (article.id, article.title, article.text) == ("https://e.com/abbot", "New abbot – at last", ABBOT)
    assert (article.authors, article.source) == (("Ann Lee",), "The Outlet")
    assert article.published == datetime(2021, 1, 5, 10, tzinfo=UTC)
    assert article.modified == datetime(2021, 1, 6, 10, tzinfo=UTC)


RICH = [
    {"type": "paragraph", "children": [
        {"text": "Brother "}, {"type": "link", "children": [{"text": "Matthias"}]}, {"text": " leads."},
    ]},
    {"type": "list", "children": [{"type": "item", "children": [{"text": "He prays."}]}]},
]  # fmt: skip
STORED = [
    {"type": "paragraph", "content": [
        {"type": "text", "text": "Brother "}, {"type": "text", "text": "Matthias leads."},
    ]},
    {"type": "image", "attrs": {"src": "a.jpg"}},
    {"type": "paragraph", "content": [{"type": "text", "value": "He prays."}]},
]  # fmt: skip
BLOCKS = [
    {"type": "paragraph", "data": {"text": "Brother <b>Matthias</b> leads."}},
    {"type": "list", "data": {"items": ["He prays."]}},
]


@pytest.mark.parametrize(
    "body",
    [
        RICH,
        {"root": {"type": "root", "children": RICH}},
        {"type": "doc", "content": STORED},
        {"nodeType": "document", "data": {}, "content": STORED},
        {"blocks": BLOCKS, "version": "2"},
        {"blocks": [{"text": "Brother Matthias leads."}, {"text": "He prays."}], "entityMap": {}},
        [
            {"type": "text", "content": "<p>Brother Matthias leads.</p>"},
            {"type": "text", "content": "He prays."},
        ],
    ],
    ids=["slate", "lexical", "prosemirror", "contentful", "editor.js", "draft.js", "arc"],
)
def test_rich_text_that_an_editor_stored_as_objects(path: Path, body: object) -> None:
    assert one(path, {"id": "a", "content": body}).text == "Brother Matthias leads.\n\nHe prays."


def test_an_object_without_words_is_no_text(path: Path) -> None:
    (item,) = read(path, json.dumps({"id": "a", "content": {"views": 3}}))
    assert isinstance(item, Skipped)
    assert item.reason == 'field "text" is not text'


@pytest.mark.parametrize(
    ("value", "published"),
    [
        ({"_seconds": 1609840800, "_nanoseconds": 0}, "2021-01-05T10:00:00+00:00"),
        ({"epochSecond": {"$numberLong": "1609840800"}, "nano": 1}, "2021-01-05T10:00:00+00:00"),
        ([2021, 1, 5, 10, 0], "2021-01-05T10:00:00+00:00"),
        ([2021, 1, 5, 10, 0, 0, 1, 5, 0], "2021-01-05T10:00:00+00:00"),
        ([2021, 1, 5], "2021-01-05T00:00:00+00:00"),
        ({"year": 2021, "month": 1, "day": 5}, "2021-01-05T00:00:00+00:00"),
        ({"year": 2021, "monthValue": 1, "dayOfMonth": 5, "hour": 10}, "2021-01-05T00:00:00+00:00"),
        ([2021, 13, 5], None),
        ({"year": 10**30, "month": 1, "day": 5}, None),
        ({"year": "2021", "month": 1, "day": 5}, None),
    ],
    ids=str,
)
def test_dates_in_parts(path: Path, value: object, published: str | None) -> None:
    moment = one(path, {"id": "a", "text": ABBOT, "published": value}).published
    assert (moment and moment.isoformat()) == published


@pytest.mark.parametrize(
    "record",
    [
        {"response": {"results": [{
            "id": "a/7", "webTitle": "New abbot", "webUrl": "https://e.com/abbot",
            "webPublicationDate": "2021-01-05T10:00:00Z",
            "fields": {"byline": "Ann Lee", "body": ABBOT, "lastModified": "2021-01-06T10:00:00Z"},
        }]}},
        {"data": [{"id": "a/7", "attributes": {
            "title": "New abbot", "body": {"value": f"<p>{ABBOT}</p>", "format": "html"}, "author": "Ann Lee",
            "created": "2021-01-05T10:00:00Z", "changed": "2021-01-06T10:00:00Z",
        }}]},
        {"db": [{"meta": {}, "data": {"posts": [{
            "id": "a/7", "title": "New abbot", "html": ABBOT, "plaintext": ABBOT, "author": "Ann Lee",
            "published_at": "2021-01-05T10:00:00Z", "updated_at": "2021-01-06T10:00:00Z",
        }]}}]},
        {
            "id": "a/7", "title": "New abbot - The Outlet", "publication": "the outlet", "author": "Ann Lee",
            "content": ABBOT, "date": {"date": "2021-01-05 11:00:00.000000", "timezone": "Europe/Oslo"},
            "updated_date": {"date": "2021-01-06 12:00:00.000000", "timezone": "+02:00"},
        },
        {
            "id": "a/7", "title": "New abbot", "source.name": "The Outlet", "source.id": "x", "text": ABBOT,
            "authors[0]": "Ann Lee", "date": "2021-01-05T10:00:00Z", "updated": "2021-01-06T10:00:00Z",
        },
    ],
    ids=["guardian", "json:api", "ghost", "php", "columns of paths"],
)  # fmt: skip
def test_shapes_of_other_systems(path: Path, record: object) -> None:
    article = one(path.with_suffix(".json"), record)
    assert (article.id, article.title, article.text) == ("a/7", "New abbot", ABBOT)
    assert article.authors == ("Ann Lee",)
    assert (article.source or "The Outlet").casefold() == "the outlet"
    assert article.published == datetime(2021, 1, 5, 10, tzinfo=UTC)
    assert article.modified == datetime(2021, 1, 6, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tables", "authors"),
    [
        ({"posts_authors": [
            {"post_id": "p1", "author_id": "u2", "sort_order": 1},
            {"post_id": "p1", "author_id": "u1", "sort_order": 0},
            {"post_id": "p2", "author_id": "u3", "sort_order": 0},
        ]}, ("Ann Lee", "Bo Chi")),
        ({"posts_authors": [{"post_id": "p1", "author_id": "gone"}]}, ()),
        ({"posts_authors": None}, ("Bo Chi",)),
        ({}, ("Bo Chi",)),
    ],
    ids=["joined", "a user that is gone", "no table", "older"],
)  # fmt: skip
@pytest.mark.parametrize("is_wrapped", [True, False])
def test_the_authors_of_an_export_of_ghost(
    tmp_path: Path, tables: dict[str, object], authors: tuple[str, ...], *, is_wrapped: bool
) -> None:
    users = [{"id": "u1", "name": "Ann Lee"}, {"id": "u2", "name": "Bo Chi"}, {"id": "u3", "name": "Cy"}, 7]
    post = {
        "id": "p1",
        "title": "New abbot",
        "html": f"<p>{ABBOT}</p>",
        "plaintext": ABBOT,
        "author_id": "u2",
    }
    export = {"meta": {"version": "5.8"}, "data": {"posts": [post, {"id": "p2"}], "users": users, **tables}}
    got = read(tmp_path / "a.json", json.dumps({"db": [export]} if is_wrapped else export))
    assert isinstance(got[0], Article)
    assert (got[0].id, got[0].text, got[0].authors) == ("p1", ABBOT, authors)
    assert len(got) == 2


@pytest.mark.parametrize(
    ("attributes", "links", "url"),
    [
        ({"path": {"alias": "/news/abbot", "pid": 4}}, {"self": {"href": "https://e.com/jsonapi/node/a/7"}},
         "https://e.com/news/abbot"),
        ({"path": {"alias": "/abbot"}}, {"self": "https://e.com/cms/jsonapi/node/a/7?v=1"},
         "https://e.com/cms/abbot"),
        ({"path": {"alias": "/abbot"}}, {"self": {"href": "https://e.com/api/node/a/7"}},
         "https://e.com/abbot"),
        ({"path": {"alias": None}, "drupal_internal__nid": 12}, {"self": {"href": "https://e.com/jsonapi/x"}},
         "https://e.com/node/12"),
        ({"path": {"alias": "/abbot"}}, {}, None),
        ({"path": "/abbot"}, {"self": {"href": "https://e.com/jsonapi/x"}}, None),
        ({"path": {"alias": "/b"}, "url": "https://f.com/a"}, {"self": "https://e.com/jsonapi/x"},
         "https://f.com/a"),
    ],
)  # fmt: skip
def test_the_address_of_an_article_of_drupal(
    path: Path, attributes: dict[str, object], links: dict[str, object], url: str | None
) -> None:
    fields = {"title": "New abbot", "body": {"value": f"<p>{ABBOT}</p>"}, **attributes}
    article = one(path, {"data": [{"id": "a7", "attributes": fields, "links": links}]})
    assert (article.text, article.url) == (ABBOT, url)


def test_a_json_feed_that_was_saved(tmp_path: Path) -> None:
    items = [
        {"id": "1", "url": "https://e.com/abbot", "title": "New abbot", "content_html": f"<p>{ABBOT}</p>",
         "summary": "A teaser.", "date_published": "2021-01-05T10:00:00Z",
         "date_modified": "2021-01-06T10:00:00Z"},
        {"id": "urn:e:2", "content_text": "It rained.", "author": {"name": "Bo Chi"}},
    ]  # fmt: skip
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "The Outlet", "items": items}
    abbot, rain = read(tmp_path / "a.json", json.dumps(feed | {"authors": [{"name": "Ann Lee"}]}))
    assert isinstance(abbot, Article)
    assert isinstance(rain, Article)
    assert (abbot.id, abbot.text, abbot.source) == ("https://e.com/abbot", ABBOT, "The Outlet")
    assert (abbot.published, abbot.authors) == (datetime(2021, 1, 5, 10, tzinfo=UTC), ("Ann Lee",))
    assert abbot.modified == datetime(2021, 1, 6, 10, tzinfo=UTC)
    assert (rain.id, rain.text, rain.authors) == ("urn:e:2", "It rained.", ("Bo Chi",))


def test_a_draft_and_a_path_of_a_field(path: Path) -> None:
    [draft] = read(path, json.dumps({"id": "1", "text": "It rained.", "status": "draft"}))
    assert isinstance(draft, Skipped)
    assert draft.reason == "not published (draft)"
    options = LoadOptions(fields={"text": "fields.story"})
    assert (
        one(path, {"id": "1", "fields": {"story": "It rained.", "body": "x"}}, options).text == "It rained."
    )


def test_values_in_lists_of_one(path: Path) -> None:
    article = one(
        path,
        {
            "title": ["Heron lands"], "text": ["A heron landed.", "It left."], "date": ["2020-02-03"],
            "url": ["https://e.com/heron"], "source": ["The Outlet"], "author": ["Ann Lee"],
        },
    )  # fmt: skip
    assert (article.id, article.title, article.source) == ("https://e.com/heron", "Heron lands", "The Outlet")
    assert (article.text, article.authors) == ("A heron landed.\n\nIt left.", ("Ann Lee",))
    assert article.published == datetime(2020, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize("value", [{"year": 2020, "month": 2}, [2020, 2], [["2020", "2"]]])
def test_a_date_that_is_no_text_is_told(value: object) -> None:
    refused: list[str] = []
    article = record_to_article(
        {"id": "a", "text": "It rained.", "date": value}, refuse=lambda _given, reason: refused.append(reason)
    )
    assert isinstance(article, Article)
    assert (article.published, refused) == (None, ["not a date"])


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"title": "Storm hits coast", "domain": "e.com"}, "Storm hits coast"),
        (
            {"title": "Storm", "content": None, "description": "A storm hit the coast."},
            "A storm hit the coast.",
        ),
        ({"title": "Storm", "abstract": "", "lead_paragraph": "It blew."}, "It blew."),
        ({"headline": {"main": "Storm", "kicker": None}, "abstract": "It blew."}, "It blew."),
        ({"headline": "Storm", "short_description": "It blew."}, "It blew."),
        ({"title": "Storm", "excerpt": "It blew.", "body": "It blew for days."}, "It blew for days."),
    ],
)
def test_a_record_without_a_body_is_a_short_article(path: Path, record: dict[str, object], text: str) -> None:
    article = one(path, {"url": "https://e.com/storm", "seendate": "20210125T093000Z", **record})
    assert article.text == text
    assert article.published == datetime(2021, 1, 25, 9, 30, tzinfo=UTC)


def test_what_newsapi_leaves_of_a_removed_article() -> None:
    record = dict.fromkeys(["title", "description", "content"], "[Removed]") | {"url": "https://removed.com"}
    expected = Skipped("", "removed by the service that it comes from ([Removed])")
    assert record_to_article(record) == expected
    assert record_to_article(record | {"content": None}) == expected


@pytest.mark.parametrize("text", ["Body", "Full Text", "ARTICLE_TEXT", "description"])
def test_columns_in_other_capitals(tmp_path: Path, text: str) -> None:
    content = f"Headline;Author;Date;{text}\nTram, late;Ann Lee;13.05.2019;It rained\n"
    (article,) = read(tmp_path / "a.csv", content)
    assert isinstance(article, Article)
    assert (article.title, article.text, article.authors) == ("Tram, late", "It rained", ("Ann Lee",))
    assert article.published == datetime(2019, 5, 13, tzinfo=UTC)


def test_several_articles_in_a_line(path: Path) -> None:
    got = read(
        path, json.dumps({"articles": [{"title": "One", "content": "1."}, {"content": "2."}, {"title": "3"}]})
    )
    assert [item.id if isinstance(item, Article) else item.reason for item in got] == [
        f"{path.parent.name}/news.jsonl#1.1",
        f"{path.parent.name}/news.jsonl#1.2",
        NO_TEXT,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Mayor <strong>Lidia&nbsp;Moreau</strong> said &#8220;no&#8221;.</p>\n<p>Yes.<br/>No.</p>",
         "Mayor Lidia Moreau said “no”.\n\nYes.\nNo."),
        ("&lt;p&gt;AT&amp;amp;T fell.&lt;/p&gt;", "AT&T fell."),
        ("AT&amp;T fell.", "AT&T fell."),
        ("5 < 6, a<b and R&D &copy that", "5 < 6, a<b and R&D &copy that"),
        ("One <b>bold</b> word.\n\nTwo\nlines.", "One bold word.\n\nTwo lines."),
        ("<p>Seen.</p><script>var x = 1;</script><style>p {}</style>", "Seen."),
        ("<ul><li>One</li><li>Two</li></ul><!-- no -->", "One\nTwo"),
        ("It rained all … [+1234 chars]", "It rained all…"),
    ],
)  # fmt: skip
def test_markup_in_a_text(path: Path, text: str, expected: str) -> None:
    assert one(path, {"text": text}).text == expected


@pytest.mark.parametrize("nothing", [float("nan"), "nan", "NaT", "None", "null", None, "", True, {}])
def test_values_that_say_nothing(path: Path, nothing: object) -> None:
    article = one(
        path, {"text": "It rained.", **dict.fromkeys(["id", "url", "source", "published"], nothing)}
    )
    assert (article.id, article.source, article.published) == (f"{path.parent.name}/news.jsonl#1", None, None)


def test_more_names_of_authors(path: Path) -> None:
    listed = "['Ann Lee', \"Bo O'Day\"]"
    assert one(path, {"text": "It rained.", "authors": listed}).authors == ("Ann Lee", "Bo O'Day")
    assert one(path, {"text": "It rained.", "authors": ["Ann Lee and Bo Chi"]}).authors == (
        "Ann Lee",
        "Bo Chi",
    )
    assert one(path, {"text": "It rained.", "authors": ["nan", None, "Ann Lee"]}).authors == ("Ann Lee",)
    assert one(path, {"id": 7.0, "text": "It rained."}).id == "7"


def test_paragraphs_are_the_text(path: Path) -> None:
    assert one(path, {"headline": "Rain", "paragraphs": ["It rained.", "It snowed."]}).text == (
        "It rained.\n\nIt snowed."
    )


def test_an_outlet_s_other_dates_say_how_it_writes_day_and_month(path: Path) -> None:
    records = [
        {"text": "It rained.", "source": {"name": "Post"}, "published": day}
        for day in ("03/04/2016", "22/07/2016")
    ]
    articles = read(path, "\n".join(map(json.dumps, records)))
    days = [article.published for article in articles if isinstance(article, Article)]
    assert days == [datetime(2016, 4, 3, tzinfo=UTC), datetime(2016, 7, 22, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("It rained.\\n\\nIt didn\\u2019t stop.", "It rained.\n\nIt didn’t stop."),
        ("It rained \\ud83d\\ude00, she said \\u2013 twice.", "It rained 😀, she said – twice."),
        ("It is in C:\\news\\new and in D:\\none.", "It is in C:\\news\\new and in D:\\none."),
        (
            '[caption id="a1" width="300"]<img src="x"/> The pier[/caption]\n\nIt rained.',
            "The pier\n\nIt rained.",
        ),
        ('[caption id="a1" caption="The pier"]<img src="x"/>[/caption]It rained.', "The pier\n\nIt rained."),
        (
            'It rained.\n\n[gallery ids="1,2"]\n\n[embed]https://v.example/1[/embed]\n\nAgain.',
            "It rained.\n\nAgain.",
        ),
        ("[vc_row][vc_column_text]It rained.[/vc_column_text][/vc_row]", "It rained."),
        ("[video] was all that he wrote [sic].", "[video] was all that he wrote [sic]."),
    ],
)
def test_escapes_and_shortcodes_are_no_words(path: Path, text: str, read_as: str) -> None:
    assert one(path, {"id": "a1", "text": text}).text == read_as


@pytest.mark.parametrize(
    "table",
    [
        {"title": {"0": "Rain", "7": "Snow"}, "text": {"0": "It rained.", "7": "It snowed."}},
        {
            "columns": ["title", "text"],
            "index": [0, 7],
            "data": [["Rain", "It rained."], ["Snow", "It snowed."]],
        },
    ],
)
def test_tables_of_pandas(tmp_path: Path, table: object) -> None:
    articles = read(tmp_path / "news.json", json.dumps(table))
    assert [(a.title, a.text) for a in articles if isinstance(a, Article)] == [
        ("Rain", "It rained."),
        ("Snow", "It snowed."),
    ]
