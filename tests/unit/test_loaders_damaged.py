"""Small real files of each format, cut off, repeated, and with bits turned: no loader raises or runs away."""

import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import docx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import LOADERS, load
from nutgraf.indexer.sandbox.pool import WorkerPool

SEED = 7
ROUNDS = 40
OPTIONS = LoadOptions(max_bytes=2_000_000)
SAID = "The mill at Tarn closed on Monday, said Ada Quill, and nobody knew why."
RECORDS = [{"id": f"a{n}", "title": "Rain", "text": SAID, "published": "2016-01-27"} for n in range(3)]
LINES = "\n".join(map(json.dumps, RECORDS)).encode()
PAGE = f"<!doctype html><html><head><title>Rain</title></head><body><p>{SAID}</p></body></html>".encode()
FEED = "".join(
    f"<item><guid>a{n}</guid><title>Rain</title><description>{SAID}</description></item>" for n in range(3)
)


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in (("a.jsonl", LINES), ("b.html", PAGE)):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = (
        "Ada <a@b.c>",
        "Räin",
        "Wed, 27 Jan 2016 10:00:00 +0000",
    )
    message.set_content(SAID)
    message.add_alternative(PAGE.decode(), subtype="html")
    message.add_attachment(LINES, maintype="application", subtype="json", filename="a.jsonl")
    return message.as_bytes()


def mhtml() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Rain"
    message.set_content(PAGE.decode(), subtype="html", cte="quoted-printable")
    return message.as_bytes()


def flat_odt() -> bytes:
    names = "urn:oasis:names:tc:opendocument:xmlns"
    return (
        f'<office:document xmlns:office="{names}:office:1.0" xmlns:text="{names}:text:1.0"'
        ' office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
        f"<text:p>{SAID}</text:p></office:text></office:body></office:document>"
    ).encode()


def warc() -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://tarn.example/rain\r\n"
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def epub() -> bytes:
    package = (
        '<package><metadata><title>Tarn</title></metadata><manifest><item id="a" href="a.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    container = '<container><rootfile full-path="book.opf"/></container>'
    return zipped(
        {"META-INF/container.xml": container.encode(), "book.opf": package.encode(), "a.xhtml": PAGE}
    )


def parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(RECORDS), buffer)
    return buffer.getvalue()


def word() -> bytes:
    buffer, document = io.BytesIO(), docx.Document()
    document.add_paragraph(SAID)
    document.save(buffer)
    return buffer.getvalue()


def pdf() -> bytes:
    words = f"BT /F1 12 Tf 20 700 Td ({SAID}) Tj ET".encode()
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
    ]
    objects = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(bodies, 1))
    return b"%PDF-1.4\n" + objects + b"trailer << /Root 1 0 R /Size 5 >>\n%%EOF\n"


def table(delimiter: str) -> bytes:
    rows = [list(RECORDS[0]), *([*record.values()] for record in RECORDS)]
    return "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows).encode()


FILES: dict[str, bytes] = {
    ".atom": f"<feed><title>Tarn</title>{FEED.replace('item>', 'entry>')}</feed>".encode(),
    ".csv": table(","),
    ".docx": word(),
    ".eml": mail(),
    ".epub": epub(),
    ".fodt": flat_odt(),
    ".html": PAGE,
    ".json": json.dumps({"articles": RECORDS}).encode(),
    ".jsonl": LINES,
    ".jsonl.gz": gzip.compress(LINES),
    ".mbox": b"".join(b"From a@b.c Wed Jan 27 10:00:00 2016\n%s\n\n" % mail() for _ in range(2)),
    ".md": f"---\ntitle: Rain\ndate: 2016-01-27\n---\n{SAID}\n".encode(),
    ".mhtml": mhtml(),
    ".odt": zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": flat_odt()}),
    ".parquet": parquet(),
    ".pdf": pdf(),
    ".rtf": rf"{{\rtf1\ansi{{\info{{\title Rain}}}}\pard {SAID}\par}}".encode(),
    ".rss": f"<rss><channel><title>Tarn</title>{FEED}</channel></rss>".encode(),
    ".tar": tarred(),
    ".tar.gz": gzip.compress(tarred()),
    ".tsv": table("\t"),
    ".txt": f"Rain\n\n{SAID}\n".encode(),
    ".warc": warc(),
    ".warc.gz": gzip.compress(warc()) * 2,
    ".xml": f"<nitf><body><body.content><p>{SAID}</p></body.content></body></nitf>".encode(),
    ".zip": zipped({"a.jsonl": LINES, "b.eml": mail(), "c.zip": zipped({"d.html": PAGE})}),
}
XML_FILES = {
    ".g2.xml": "<newsItem guid='urn:tarn:7' version='1'><itemMeta><versionCreated>2016-01-27T10:00:00Z"
    "</versionCreated></itemMeta><contentMeta><headline>Rain</headline></contentMeta><contentSet><inlineXML>"
    f"<html><body><p>{SAID}</p></body></html></inlineXML></contentSet></newsItem>",
    ".newsml.xml": "<NewsML><NewsItem><NewsComponent><NewsLines><HeadLine>Rain</HeadLine></NewsLines>"
    f"<ContentItem><DataContent><p>{SAID}</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>",
    ".tei.xml": "<TEI><teiHeader><fileDesc><titleStmt><title>Rain</title></titleStmt></fileDesc></teiHeader>"
    f"<text><body><p>{SAID}</p></body></text></TEI>",
}
"""Kinds of XML besides NITF, each with a reader of its own."""

CONTENTS = FILES | {suffix: content.encode() for suffix, content in XML_FILES.items()}
SAME = {
    ".htm": ".html", ".xhtml": ".html", ".markdown": ".md", ".mht": ".mhtml", ".ndjson": ".jsonl",
    ".ndjson.gz": ".jsonl.gz", ".tgz": ".tar.gz", ".docm": ".docx", ".dotm": ".docx", ".dotx": ".docx",
    ".ott": ".odt",
}  # fmt: skip
"""Suffixes that are read by the loader of another one."""


def damaged(content: bytes) -> Iterator[bytes]:
    """Yield the content cut off, repeated, and with bits turned, the same in each run."""
    chance = random.Random(SEED)
    yield content * 3
    yield content[: len(content) // 2] * 2
    for _ in range(ROUNDS):
        yield content[: chance.randrange(1, len(content))]
        turned = bytearray(content)
        for _ in range(chance.choice((1, 3, 30))):
            turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
        yield bytes(turned)
        start = chance.randrange(len(content))
        part = content[start : start + chance.randrange(1, 200)]
        yield content[:start] + part * chance.randrange(2, 50) + content[start:]


def test_every_format_has_a_file_here() -> None:
    assert {*FILES, *SAME} == {*LOADERS}
    assert FILES.keys() >= {*SAME.values()}


@pytest.mark.parametrize("suffix", CONTENTS)
def test_a_whole_file_is_read(tmp_path: Path, suffix: str) -> None:
    (path := tmp_path / f"a{suffix}").write_bytes(CONTENTS[suffix])
    [file], _ = discover([str(path)])
    items = [*load(file, OPTIONS)]
    assert items
    assert all(isinstance(item, Article) and SAID in item.text for item in items)


def check(items: list[Article | Skipped], path: Path) -> None:
    """Check that what came of a damaged file can be stored and shown."""
    for item in items:
        assert str(item.origin).startswith(str(path))
        if isinstance(item, Article):
            assert item.id
            assert item.text.strip()
            json.dumps(item.to_dict(), ensure_ascii=False).encode()
        else:
            assert item.reason.strip()
            assert len(item.reason) < 500
            assert not item.reason.startswith("cannot be parsed"), item.reason


@pytest.mark.parametrize("suffix", [suffix for suffix in CONTENTS if suffix not in {".parquet", ".pdf"}])
def test_a_damaged_file_is_read_or_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    for content in damaged(CONTENTS[suffix]):
        path.write_bytes(content)
        [file], _ = discover([str(path)])
        check([*load(file, OPTIONS)], path)
        assert file.position_bytes == file.size_bytes


@pytest.mark.parametrize("suffix", [".parquet", ".pdf"])
def test_a_damaged_file_costs_a_worker_at_most(tmp_path: Path, suffix: str) -> None:
    """These formats are read by libraries in C++, which a file may end: so they are tried in a worker."""
    path = tmp_path / f"a{suffix}"
    with WorkerPool() as workers:
        for content in damaged(FILES[suffix]):
            path.write_bytes(content)
            check([*workers.files(discover([str(path)])[0], OPTIONS)], path)
