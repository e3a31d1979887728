"""What the web was saved as: web archives, pages in one file, books, and tables in Parquet."""

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.sandbox.pool import WorkerPool
from tests.loading import places, read

SAID = "The mill at Tarn closed on Monday, said Ada Quill, and “nobody” knew why it had to be so."
DAY = datetime(2016, 1, 27, tzinfo=UTC)


def page(title: str, charset: str = "", said: str = SAID) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<!doctype html><html><head>{meta}<title>{title}</title></head><body><p>{said}</p></body></html>"


# --- web archives -----------------------------------------------------------------------------------------


def warc(*, packed: bool) -> bytes:
    """Return an archive of three pages, one of them twice, and what else crawlers keep."""
    html = "text/html; charset=windows-1252"
    sent = gzip.compress(page("Weir").encode())
    chunked = "text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked"
    records = [
        warc_record("warcinfo", "", b"software: test\r\n"),
        answer("https://tarn.example/2016/01/27/mill?utm_source=x", html, page("Mill").encode("cp1252")),
        answer("https://tarn.example/copy", html, page("Mill").encode("cp1252")),
        answer("https://tarn.example/photo.png", "image/png", b"\x89PNG"),
        answer("https://tarn.example/gone", html, page("Gone").encode(), "404 Not Found"),
        answer("https://tarn.example/weir", chunked, b"%x\r\n%s\r\n0\r\n\r\n" % (len(sent), sent)),
        answer("https://tarn.example/rain", "text/html", page("Rain").encode()),
    ]
    return b"".join(map(gzip.compress, records) if packed else records)


def answer(url: str, kind: str, data: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n"
    return warc_record("response", f"WARC-Target-URI: {url}\r\n", head.encode() + data)


def warc_record(kind: str, headers: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2020-02-03T10:00:00Z\r\n{headers}"
        f"WARC-Record-ID: <urn:uuid:7>\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


WARC_READ = [(":2", "Mill"), (":6", "Weir"), (":7", "Rain")]


@pytest.mark.parametrize(("name", "packed"), [("a.warc", False), ("a.warc.gz", True)])
def test_a_web_archive(tmp_path: Path, name: str, packed: bool) -> None:
    content = warc(packed=packed)
    items = read(tmp_path / name, content)
    assert places(items, tmp_path / name) == WARC_READ
    mill, weir, rain = items
    assert isinstance(mill, Article)
    assert (mill.text, mill.id) == (SAID, "https://tarn.example/2016/01/27/mill")
    assert (mill.published, mill.published_from) == (DAY, "url")
    assert isinstance(weir, Article)
    assert (weir.text, weir.published) == (SAID, None)  # the day of the crawl is not its date
    file = SourceFile(tmp_path / name, f"{tmp_path.name}/{name}", len(content), resume_after=1, lost=1)
    assert [*load(file)] == [rain]


@pytest.mark.parametrize(
    ("label", "codec"),
    [("iso-8859-1", "utf-8"), ("iso-8859-1", "cp1252"), ("utf-16", "utf-16"), ("iso-2022-jp", "iso2022_jp")],
)
def test_a_page_whose_label_may_be_wrong(tmp_path: Path, label: str, codec: str) -> None:
    word = "橋" if codec == "iso2022_jp" else "été"
    html = page("Mill", said=f"{SAID} {word}")
    content = answer("https://tarn.example/mill", f"text/html; charset={label}", html.encode(codec))
    (article,) = read(tmp_path / "a.warc", content)
    assert isinstance(article, Article)
    assert article.text.endswith(word)


def test_web_archives_that_hold_nothing_or_end_early(tmp_path: Path) -> None:
    content = warc(packed=True)
    path = tmp_path / "a.warc.gz"
    assert places(read(path, content[: len(content) // 3]), path)[0] == (":2", "Mill")
    assert places(read(path, content[:300]), path)[-1][1] == "no page among its 1 records"
    assert places(read(path, b"no archive"), path) == [("", "not a web archive")]


# --- pages in one file ------------------------------------------------------------------------------------


def mhtml(**headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "<Saved by Blink>", "A subject"
    mail["Snapshot-Content-Location"] = "https://tarn.example/2016/01/27/mill"
    mail["Date"] = "Wed, 3 Feb 2016 10:00:00 -0000"
    mail.set_content(page("Mill", "utf-8"), subtype="html", charset="windows-1252", cte="quoted-printable")
    mail.add_related(b"\x89PNG", "image", "png")
    for name, value in headers.items():
        mail[name] = value
    return mail.as_bytes()


@pytest.mark.parametrize("name", ["a.mht", "a.MHTML"])
def test_a_saved_page(tmp_path: Path, name: str) -> None:
    [item] = read(tmp_path / name, mhtml())
    assert isinstance(item, Article)
    assert (item.title, item.text) == ("Mill", SAID)
    assert item.id == "https://tarn.example/2016/01/27/mill"
    assert (item.published, item.published_from) == (DAY, "url")  # not when it was saved


def test_a_web_archive_that_was_packed_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    assert places(read(path, gzip.compress(warc(packed=False))), path) == WARC_READ


def test_a_page_that_was_sent_without_a_type(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    records = [
        warc_record(
            "response", f"WARC-Target-URI: https://tarn.example/{name}\r\n", b"HTTP/1.1 200 OK\r\n\r\n" + body
        )
        for name, body in (("data", b"\x00\x01"), ("mill", page("Mill").encode()))
    ]
    assert places(read(path, b"".join(records)), path) == [(":2", "Mill")]


def test_a_saved_page_without_a_page(tmp_path: Path) -> None:
    assert places(read(tmp_path / "a.mht", b"Subject: x\n\nno page"), tmp_path / "a.mht") == [
        ("", "not a saved page: no HTML in it")
    ]


# --- books ------------------------------------------------------------------------------------------------

CONTAINER = '<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
PACKAGE = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"
 xmlns:opf="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Tarn Quarterly</dc:title><dc:creator>Ada Quill</dc:creator><dc:creator>Bo Marsh</dc:creator>
<dc:date opf:event="modification">2020-01-01</dc:date><dc:date>2016-01-27</dc:date></metadata><manifest>
<item id="cover" href="cover.xhtml" media-type="application/xhtml+xml"/>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="one" href="text/one%20a.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="text/two.xhtml" media-type="application/xhtml+xml"/>
<item id="lost" href="text/lost.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="a.css" media-type="text/css"/></manifest><spine>
<itemref idref="cover"/><itemref idref="nav"/>
<itemref idref="two"/><itemref idref="one"/><itemref idref="lost"/><itemref idref="one" linear="no"/></spine>
</package>"""
CHAPTER = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>book.epub</title></head><body><h1>{0}</h1>
<p>{0} fell in <i>Tarn</i>,<br/>and then it stopped.</p><p>Nobody &amp; nothing.</p></body></html>"""
BOOK = {
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": PACKAGE,
    "OEBPS/cover.xhtml": '<html xmlns:e="http://www.idpf.org/2007/ops"><body e:type="cover">C</body></html>',
    "OEBPS/nav.xhtml": "<html><body><nav>One</nav></body></html>",
    "OEBPS/text/one a.xhtml": CHAPTER.format("Rain"),
    "OEBPS/text/two.xhtml": "<!doctype html>" + CHAPTER.format("Snow").replace("in <i>", "in&nbsp;<i>"),
}


def zipped(members: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def test_the_chapters_of_a_book(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    items = read(path, zipped(BOOK))
    assert places(items, path) == [
        (":1", "a cover or a list, not a chapter"),
        (":3", "Snow"),
        (":4", "Rain"),
        (":5", "the book lacks its part OEBPS/text/lost.xhtml"),
    ]
    snow = items[1]
    assert isinstance(snow, Article)
    assert snow.text == "Snow fell in Tarn,\nand then it stopped.\n\nNobody & nothing."
    assert (snow.source, snow.authors) == ("Tarn Quarterly", ("Ada Quill", "Bo Marsh"))
    assert (snow.published, snow.id) == (DAY, f"{tmp_path.name}/a.epub#3")


def test_a_chapter_beside_the_order_of_reading_is_read(tmp_path: Path) -> None:
    package = PACKAGE.replace('<itemref idref="one"/>', "").replace(
        'idref="two"/>', 'idref="two" linear="no"/>'
    )
    items = read(tmp_path / "a.epub", zipped(BOOK | {"OEBPS/book.opf": package}))
    assert [item.title for item in items if isinstance(item, Article)] == ["Snow", "Rain"]


def test_a_chapter_without_a_heading_is_named_by_the_contents(tmp_path: Path) -> None:
    item = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest>'
    bare = CHAPTER.replace("<h1>{0}</h1>", "")
    book = BOOK | {
        "OEBPS/book.opf": PACKAGE.replace("</manifest>", item),
        "OEBPS/toc.ncx": "<ncx><navMap><navPoint><navLabel><text>A wet\n day</text></navLabel>"
        '<content src="text/one%20a.xhtml#top"/></navPoint></navMap></ncx>',
        "OEBPS/nav.xhtml": '<nav><a href="text/two.xhtml">A <b>white</b> day</a></nav>',
        "OEBPS/text/one a.xhtml": bare.format("Rain"),
        "OEBPS/text/two.xhtml": bare.format("Snow"),
    }
    items = read(tmp_path / "a.epub", zipped(book))
    assert [item.title for item in items if isinstance(item, Article)] == ["A white day", "A wet day"]


def test_a_damaged_table_of_contents_costs_no_chapter(tmp_path: Path) -> None:
    for contents in ("", "no <contents", "<a><a>"):
        items = read(tmp_path / "a.epub", zipped(BOOK | {"OEBPS/nav.xhtml": contents}))
        assert [item.title for item in items if isinstance(item, Article)] == ["Snow", "Rain"]


@pytest.mark.parametrize("byline", ['<p class="byline">By Bo Ek</p>', "<p>By Bo Ek, Staff Writer</p>"])
def test_a_chapter_has_the_author_of_its_byline(tmp_path: Path, byline: str) -> None:
    book = BOOK | {"OEBPS/text/two.xhtml": CHAPTER.format("Snow").replace("</h1>", f"</h1>{byline}")}
    snow = read(tmp_path / "a.epub", zipped(book))[1]
    assert isinstance(snow, Article)
    assert snow.authors == ("Bo Ek",)
    assert snow.text == "Snow fell in Tarn,\nand then it stopped.\n\nNobody & nothing."


def test_a_newspaper_that_calibre_downloaded(tmp_path: Path) -> None:
    package = (
        PACKAGE.replace("Tarn Quarterly", "The Tarn Post [Wed, 27 Jan 2016]")
        .replace("<dc:creator>Ada Quill</dc:creator><dc:creator>Bo Marsh", "<dc:creator>calibre")
        .replace(
            "</metadata>", '<meta name="calibre:publication_type" content="periodical:unknown"/></metadata>'
        )
    )
    links = '<div class="calibre_navbar1">| <a href="x">Next</a> | <a href="y">Main menu</a> |</div>'
    foot = (
        '<div class="calibre_navbar1"><p>This article was downloaded by <strong>calibre</strong> from '
        '<a rel="calibre-downloaded-from" href="https://tarn.example/2016/01/26/snow">there</a></p></div>'
    )
    book = BOOK | {
        "OEBPS/book.opf": package,
        "OEBPS/cover.xhtml": '<html><body><ul class="calibre_article_list"><li>Snow</li></ul></body></html>',
        "OEBPS/text/two.xhtml": CHAPTER.format("Snow")
        .replace("<body>", f"<body>{links}")
        .replace("</body>", f"{foot}</body>"),
    }
    contents, snow, rain, _ = read(tmp_path / "a.epub", zipped(book))
    assert not isinstance(contents, Article)
    assert isinstance(snow, Article)
    assert isinstance(rain, Article)
    assert snow.text == "Snow fell in Tarn,\nand then it stopped.\n\nNobody & nothing."
    assert (snow.source, snow.authors) == ("The Tarn Post", ())
    assert snow.url == "https://tarn.example/2016/01/26/snow"
    assert snow.published == datetime(2016, 1, 26, tzinfo=UTC)
    assert rain.published is None  # the date of the book is that of the download


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"no book", "not an EPUB book, or damaged"),
        (zipped({"a.txt": "x"}), "the book lacks its part META-INF/container.xml"),
        (zipped({**BOOK, "OEBPS/book.opf": "<package/>"}), "a book without chapters"),
        (
            zipped({**BOOK, "META-INF/encryption.xml": '<x><CipherReference URI="text/one.xhtml"/></x>'}),
            "protected against copying (DRM)",
        ),
    ],
)
def test_books_that_cannot_be_read(tmp_path: Path, content: bytes, expected: str) -> None:
    assert places(read(tmp_path / "a.epub", content), tmp_path / "a.epub") == [("", expected)]


# --- Parquet ----------------------------------------------------------------------------------------------


def parquet(count: int = 5) -> bytes:
    table = pa.table(
        {
            "id": [f"a{n}" for n in range(count)],
            "text": [f"It rained {n} times." if n != 1 else None for n in range(count)],
            "title": pa.array([b"Rain" if n != 1 else None for n in range(count)], pa.binary()),
            "published": pa.array([DAY] * count, pa.timestamp("us", tz="UTC")),
            "authors": [["Ada Quill", "Bo Marsh"]] * count,
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=2)
    return buffer.getvalue()


def test_a_table_in_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    items = read(path, parquet())
    assert [(str(item.origin).removeprefix(str(path)), type(item).__name__) for item in items] == [
        (":1", "Article"),
        (":2", "Skipped"),
        *((f":{n}", "Article") for n in (3, 4, 5)),
    ]
    first = items[0]
    assert isinstance(first, Article)
    assert (first.id, first.title, first.text) == ("a0", "Rain", "It rained 0 times.")
    assert (first.published, first.authors) == (DAY, ("Ada Quill", "Bo Marsh"))
    file = SourceFile(path, "a.parquet", path.stat().st_size, resume_after=3)
    assert [item.id for item in load(file) if isinstance(item, Article)] == ["a3", "a4"]
    assert places(read(path, b"PAR1 no table PAR1"), path) == [("", "not a Parquet file")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", parquet()),
        ("a.warc.gz", warc(packed=True)),
        ("a.epub", zipped(BOOK)),
        ("a.mht", mhtml()),
        ("a.eml", f"Subject: Rain\n\n{SAID}".encode()),
        ("a.json", json.dumps([{"text": SAID}]).encode()),
        ("a.rss", f"<rss><channel><item><description>{SAID}</description></item></channel></rss>".encode()),
        ("a.zip", zipped({"a.txt": SAID})),
    ],
)
def test_workers_read_what_loading_here_reads(tmp_path: Path, name: str, content: bytes) -> None:
    here = read(tmp_path / name, content)
    with WorkerPool() as workers:
        there = [*workers.files(discover([str(tmp_path / name)])[0], LoadOptions())]
    assert there == here
    assert any(isinstance(item, Article) for item in here)
