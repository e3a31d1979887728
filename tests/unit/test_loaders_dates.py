"""Where an article's date comes from, in order of trust, and which dates are refused."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.assemble import TRUST
from nutgraf.indexer.loaders.base import LoadOptions, RefusedDates
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load

BODY = "The minister of trade resigned after a row over steel prices, the government said."
JSON_LD = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2019-02-02"}</script>'
)
META = '<meta property="article:published_time" content="2019-03-03">'
CANONICAL = '<link rel="canonical" href="https://e.com/2019/04/04/steel">'
SHOWN = '<p><time datetime="2019-05-05">5 May</time></p>'
DATELINE = "ROME, June 6, 2019 (ANSA) — "


def article(path: Path, **options: bool) -> tuple[Article, list[RefusedDates]]:
    (file,), _ = discover([str(path)])
    (found,) = load(file, LoadOptions(**options))  # type: ignore[arg-type]
    assert isinstance(found, Article), found
    return found, [*file.refused.values()]


def dated(found: Article) -> tuple[str | None, str | None]:
    return found.published.date().isoformat() if found.published else None, found.published_from


@pytest.mark.parametrize(
    ("given", "url", "body", "expected"),
    [
        ("2019-01-01", "https://e.com/2019/04/04/steel", DATELINE, ("2019-01-01", "given")),
        ("", "https://e.com/2019/04/04/steel", DATELINE, ("2019-04-04", "url")),
        ("", "https://e.com/steel", DATELINE, ("2019-06-06", "text")),
        ("", "https://e.com/steel", "", (None, None)),
    ],
)
def test_records(tmp_path: Path, given: str, url: str, body: str, expected: tuple[str, str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": body + BODY, "url": url, "published": given}))
    assert dated(article(path)[0]) == expected


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ([JSON_LD, META, CANONICAL, SHOWN, DATELINE], ("2019-02-02", "json-ld")),
        ([META, CANONICAL, SHOWN, DATELINE], ("2019-03-03", "meta")),
        ([CANONICAL, SHOWN, DATELINE], ("2019-04-04", "url")),
        ([SHOWN, DATELINE], ("2019-05-05", "byline")),
        ([DATELINE], ("2019-06-06", "text")),
        ([], (None, None)),
    ],
)
def test_web_pages(tmp_path: Path, present: list[str], expected: tuple[str, str]) -> None:
    head = "".join(part for part in present if part in (JSON_LD, META, CANONICAL))
    body = (SHOWN if SHOWN in present else "") + f"<p>{DATELINE if DATELINE in present else ''}{BODY}</p>"
    path = tmp_path / "a.html"
    path.write_text(
        f"<html><head><title>Steel</title>{head}</head><body><article>{body}</article></body></html>"
    )
    assert dated(article(path)[0]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\ndate: 2019-01-01\n---\n# Steel\n\n5 May 2019\n\n", ("2019-01-01", "given")),
        ("---\nurl: https://e.com/2019/04/04/x\n---\n# Steel\n\n5 May 2019\n\n", ("2019-04-04", "url")),
        ("# Steel\n\n5 May 2019\n\n", ("2019-05-05", "byline")),
        ("# Steel\n\nUpdated: May 9, 2019 | Published: May 5, 2019\n\n", ("2019-05-05", "byline")),
        ("# Steel\n\nUpdated: May 9, 2019\n\n", (None, None)),
        (f"# Steel\n\n{DATELINE}", ("2019-06-06", "text")),
    ],
)
def test_markdown(tmp_path: Path, text: str, expected: tuple[str, str]) -> None:
    path = tmp_path / "a.md"
    path.write_text(text + BODY)
    assert dated(article(path)[0]) == expected


def test_pages_and_feeds_keep_the_outlets_day_and_records_the_moment(tmp_path: Path) -> None:
    late = "2019-10-05T23:30:00-05:00"
    meta = f'<meta property="article:published_time" content="{late}">'
    documents = {
        "a.jsonl": json.dumps({"text": BODY, "published": late}),
        "a.html": f"<html><head><title>Steel</title>{meta}</head><body><p>{BODY}</p></body></html>",
        "a.rss": "<rss><channel><item><pubDate>Sat, 05 Oct 2019 23:30:00 -0500</pubDate><title>Steel</title>"
        f"<description>{BODY}</description></item></channel></rss>",
    }
    for name, document in documents.items():
        path = tmp_path / name
        path.write_text(document)
        moment = datetime(2019, 10, 6, 4, 30, tzinfo=UTC)
        day = datetime(2019, 10, 5, tzinfo=UTC)
        assert article(path)[0].published == (moment if name == "a.jsonl" else day), name


def test_an_article_changed_in_the_night_of_its_day_keeps_both(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    night = "2019-10-05T00:30:00+02:00"
    path.write_text(json.dumps({"text": BODY, "published": night, "modified": night}))
    got = article(path)[0]
    assert got.published == got.modified == datetime(2019, 10, 4, 22, 30, tzinfo=UTC)


def test_the_time_of_a_file_is_asked_last_and_only_when_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    changed = datetime(2019, 7, 7, 12, 30, tzinfo=UTC)
    for text, expected in ((BODY, "file"), (DATELINE + BODY, "text")):
        path.write_text(text)
        os.utime(path, (changed.timestamp(), changed.timestamp()))
        assert article(path, file_dates=True)[0].published_from == expected
    path.write_text(BODY)
    assert dated(article(path)[0]) == (None, None)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
    assert article(path, file_dates=True)[0].published == changed


def test_a_doubtful_date_makes_no_room_for_the_time_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("A title\n\nPublished: March 3, 2099\n\n" + BODY)
    assert dated(article(path, file_dates=True)[0]) == (None, None)


def test_the_time_of_a_file_of_records_dates_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": BODY}))
    assert dated(article(path, file_dates=True)[0]) == (None, None)


def test_a_file_from_the_future_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(BODY)
    future = datetime(2099, 1, 1, tzinfo=UTC).timestamp()
    os.utime(path, (future, future))
    found, refused = article(path, file_dates=True)
    assert dated(found) == (None, None)
    assert refused == [RefusedDates("in the future", str(path), "2099-01-01T00:00:00+00:00", 1)]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("2099-01-01", "in the future"),
        ("2019-02-30", "not in the calendar"),
        ("1066-10-14", "before 1600"),
        ("03/04/2019", "day and month cannot be told apart"),
        ("soon", "not a date"),
    ],
)
def test_a_refused_date_is_told_and_the_next_one_used(tmp_path: Path, given: str, reason: str) -> None:
    path = tmp_path / "a.jsonl"
    record = {"text": DATELINE + BODY, "published": given}
    path.write_text(f"{json.dumps(record)}\n{json.dumps(record)}\n")
    (file,), _ = discover([str(path)])
    found = [*load(file)]
    assert [dated(one) for one in found if isinstance(one, Article)] == 2 * [("2019-06-06", "text")]
    assert file.refused == {reason: RefusedDates(reason, f"{path}:1", given, 2)}


def test_a_byline_from_the_future_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"Steel\n\nPublished: May 5, 2099\n\n{BODY}")
    found, refused = article(path)
    assert (dated(found), found.text) == ((None, None), BODY)
    assert refused == [RefusedDates("in the future", str(path), "Published: May 5, 2099", 1)]


def test_a_doubtful_date_in_a_text_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": f"{BODY}\nPublished: May 5, 2099"}))
    assert article(path)[1] == [RefusedDates("in the future", f"{path}:1", "Published: May 5, 2099", 1)]


def test_the_order_is_the_documented_one() -> None:
    assert TRUST == ("given", "json-ld", "meta", "feed", "url", "byline", "text", "file")
