"""Web pages, PDF and Word: small real documents, and documents that were made to hurt."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import Skipped
from tests.loading import article, read_one, reason

SENTENCES = [
    f"The minister said on Monday that round {number} of the talks would go on for weeks."
    for number in range(8)
]
BODY = "\n\n".join(SENTENCES)


def page(head: str = "", body: str = "") -> str:
    paragraphs_html = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    return (
        f"<!doctype html><html><head><title>Talks go on</title>{head}</head><body>"
        f"<nav><a href='/'>Home</a></nav><article><h1>Talks go on</h1>{paragraphs_html}{body}</article>"
        "<footer>© The Outlet</footer></body></html>"
    )


JSON_LD = '<script type="application/ld+json">{}</script>'
META = '<meta property="article:published_time" content="2022-05-03T23:00:00-05:00">'
LINK = '<link rel="canonical" href="https://Ex.com/2022/05/02/talks/?utm_source=x">'


def test_a_page(tmp_path: Path) -> None:
    head = (
        f'{LINK}{META}<meta name="author" content="Ann Lee">'
        '<meta property="og:site_name" content="The Outlet">'
        + JSON_LD.format('{"@graph": [{"@type": "NewsArticle", "datePublished": "2022-05-05T10:00:00Z"}]}')
    )
    got = article(tmp_path / "a.html", page(head, "<p>Advertisement</p>").encode())
    assert (got.title, got.text) == ("Talks go on", BODY)
    assert (got.id, got.source, got.authors) == (
        "https://ex.com/2022/05/02/talks",
        "The Outlet",
        ("Ann Lee",),
    )
    assert (got.published, got.published_from) == (datetime(2022, 5, 5, 10, tzinfo=UTC), "json-ld")


@pytest.mark.parametrize(
    ("head", "body", "day", "published_from"),
    [
        (JSON_LD.format("{bad json") + META + LINK, "", 3, "meta"),
        (JSON_LD.format('{"@type": "Article", "datePublished": "9999-01-01"}') + META, "", 3, "meta"),
        (JSON_LD.format('{"@type": "Comment", "datePublished": "2020-01-01"}') + META, "", 3, "meta"),
        (JSON_LD.format("[" * 100_000) + META, "", 3, "meta"),
        (LINK, "", 2, "url"),
        ("", '<time datetime="2022-05-07">May 7, 2022</time>', 7, "byline"),
    ],
)
def test_where_the_date_of_a_page_comes_from(
    tmp_path: Path, head: str, body: str, day: int, published_from: str
) -> None:
    got = article(tmp_path / "a.html", page(head, body).encode())
    assert got.published is not None
    assert (got.published.month, got.published.day, got.published_from) == (5, day, published_from)


@pytest.mark.parametrize(
    ("charset", "encoding"), [("iso-8859-1", "cp1252"), ("windows-1251", "cp1251"), ("no-such", "utf-8")]
)
def test_the_charset_that_a_page_names(tmp_path: Path, charset: str, encoding: str) -> None:
    text = page(f'<meta charset="{charset}">', "<p>He said “no”.</p>")
    assert article(tmp_path / "a.htm", text.encode(encoding)).text == f"{BODY}\n\nHe said “no”."


def test_an_encoding_of_python_alone_is_not_taken(tmp_path: Path) -> None:
    text = page('<meta charset="punycode">', "<p>He said “no-a”.</p>")
    assert article(tmp_path / "a.htm", text.encode()).text == f"{BODY}\n\nHe said “no-a”."


def test_a_short_page(tmp_path: Path) -> None:
    content = b"<html><head><title>Tiny</title></head><body><p>Just one short line.</p></body></html>"
    got = article(tmp_path / "a.html", content)
    assert (got.title, got.text) == ("Tiny", "Just one short line.")


def test_deep_and_endless_pages(tmp_path: Path) -> None:
    deep = "<html><body>" + "<div>" * 50_000 + "<p>Deep down.</p>" + "</div>" * 50_000 + "</body></html>"
    got = read_one(tmp_path / "a.html", deep.encode())
    said = got.text if isinstance(got, Article) else got.reason
    assert said in {"Deep down.", "no text left after cleaning"}  # libxml2 stops at a depth that is its own
    crowded = f"<html><body><p {' '.join(f'a{n}=1' for n in range(201))}>One.</p><p>Two.</p></body></html>"
    assert reason(tmp_path / "c.html", crowded.encode()) == "an element with more than 200 attributes"
    wide = "<html><body>" + "<p>a b c" * 100_001 + "</body></html>"
    assert reason(tmp_path / "b.html", wide.encode()) == "more than 30,000 elements"


def pdf(lines: list[str], title: str = "", extra: bytes = b"") -> bytes:
    """Write a PDF of one page by hand: five objects, their offsets, and a trailer."""
    shown = b" ".join(b"(%s) Tj T*" % line.encode("cp1252") for line in lines)
    content = b"BT /F1 11 Tf 14 TL 50 780 Td " + shown + b" ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Title (%s) >>" % title.encode(),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size 7 /Root 1 0 R /Info 6 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (extra, len(out))
    return out + b"xref\n0 7\n0000000000 65535 f \n" + table + trailer


PRINTED = [
    "BEIJING - The minister said on Monday that the talks would go on for",
    "weeks, and that nobody knew when the end of them would come at last.",
    "The other side agreed.",
    "A second paragraph starts here, and is as long as any in this small page",
    "until it stops.",
]
JOINED = (
    "BEIJING - The minister said on Monday that the talks would go on for weeks, and that nobody knew"
    " when the end of them would come at last. The other side agreed.\n\nA second paragraph starts here, and"
    " is as long as any in this small page until it stops."
)


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("", "Talks to go on"),
        ("Talks To Go On", "Talks To Go On"),
        ("Microsoft Word - x.doc", "Talks to go on"),
    ],
)
def test_a_pdf(tmp_path: Path, title: str, heading: str) -> None:
    lines = ["Talks to go on", "By Ann Lee", "January 27, 2016", *PRINTED]
    got = article(tmp_path / "a.pdf", pdf(lines, title))
    assert (got.title, got.authors, got.text) == (heading, ("Ann Lee",), JOINED)
    assert (got.published, got.published_from) == (datetime(2016, 1, 27, tzinfo=UTC), "byline")


def test_broken_locked_and_empty_pdfs(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.pdf", pdf(PRINTED)[:200]) == "broken PDF"
    assert reason(tmp_path / "b.pdf", b"no pdf at all") == "broken PDF"
    assert reason(tmp_path / "c.pdf", pdf([])) == "no text layer, try --ocr"
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >> /ID [(a) (a)]" % (
        b"x" * 32,
        b"y" * 32,
    )
    assert reason(tmp_path / "d.pdf", pdf(PRINTED, extra=locked)) == "PDF that needs a password"


def word(*, title: bool = True) -> bytes:
    import docx

    document = docx.Document()
    if title:
        document.add_heading("Talks go on", 0)
    for line in ("By Ann Lee", "January 27, 2016", "First paragraph.", "Advertisement"):
        document.add_paragraph(line)
    table = document.add_table(1, 3)
    for cell, text in zip(table.rows[0].cells, ("one", "two", ""), strict=True):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    document.add_paragraph("Last paragraph.")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_word_document(tmp_path: Path) -> None:
    got = article(tmp_path / "a.docx", word())
    assert (got.title, got.authors) == ("Talks go on", ("Ann Lee",))
    assert got.text == "First paragraph.\n\none | two\n\nLast paragraph."
    assert (got.published, got.published_from) == (datetime(2016, 1, 27, tzinfo=UTC), "byline")


def archive(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in parts.items():
            out.writestr(name, data)
    return file.getvalue()


def test_broken_and_hostile_word_documents(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.docx", b"not a zip") == "broken Word document"
    assert reason(tmp_path / "b.docx", word()[:500]) == "broken Word document"
    assert reason(tmp_path / "c.docx", archive({"a.txt": b"x"})) == "not a Word document"
    assert reason(tmp_path / "d.docx", archive({"word/document.xml": b"x"})) == "broken Word document"
    bomb = archive({"word/document.xml": b" " * 30_000_000})
    assert len(bomb) < 100_000
    assert reason(tmp_path / "e.docx", bomb) == "larger than 20 MB when unpacked"
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)
    assert reason(tmp_path / "f.docx", old) == "Word document that needs a password, or an old .doc"


def word_with(body: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(word())) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraphs = f"<w:p><w:r><w:t>Title</w:t></w:r></w:p>{body}"
    document = f"<w:document {space}><w:body>{paragraphs}</w:body></w:document>"
    return archive(parts | {"word/document.xml": document.encode()})


def cell(words: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:tc>"


def test_a_cell_counts_once_however_many_columns_it_claims(tmp_path: Path) -> None:
    row = cell("wide", '<w:gridSpan w:val="150000000"/>') + cell("narrow")
    got = article(tmp_path / "a.docx", word_with(f"<w:tbl><w:tr>{row}</w:tr></w:tbl>"))
    assert got.text == "wide | narrow"


@pytest.mark.parametrize(("label", "repeated"), [("Tarn", "Tarn"), ("long " * 60, "")])
def test_rows_say_the_label_of_a_cell_that_spans_them(tmp_path: Path, label: str, repeated: str) -> None:
    first = cell(label, '<w:vMerge w:val="restart"/>') + cell("one")
    second = cell("", "<w:vMerge/>") + cell("two")
    got = article(tmp_path / "a.docx", word_with(f"<w:tbl><w:tr>{first}</w:tr><w:tr>{second}</w:tr></w:tbl>"))
    assert got.text == f"{label.strip()} | one\n\n{repeated} | two"


def test_a_word_document_of_too_many_elements(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.docx", word_with("<w:p/>" * 500_000)) == "more than 500,000 elements"


def test_entities_in_word_documents_are_not_unfolded(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    with zipfile.ZipFile(io.BytesIO(word())) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    document = parts["word/document.xml"].decode()
    declared = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    opened = document.replace("<w:document", f"{declared}<w:document", 1).replace("First paragraph.", "&l9;")
    got = read_one(tmp_path / "a.docx", archive(parts | {"word/document.xml": opened.encode()}))
    assert isinstance(got, Skipped) or "haha" not in got.text
