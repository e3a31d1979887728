"""Whatever the bytes are: `load` never raises, and what it yields can be stored."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile
from nutgraf.indexer.loaders.formats import load

SUFFIXES = [
    ".csv", ".docx", ".eml", ".epub", ".fodt", ".html", ".json", ".jsonl", ".jsonl.gz", ".mbox", ".md",
    ".mhtml", ".odt", ".pdf", ".rss", ".rtf", ".tar", ".tar.gz", ".tsv", ".txt", ".warc", ".xml", ".xyz",
    ".zip",
]  # fmt: skip
SNIPPETS = st.sampled_from(
    [
        b"%PDF-1.7\n", b"1 0 obj << /Type /Catalog >>", b"PK\x03\x04", b"<html><body>", b"<p>",
        b"</div>", b"\xff\xfe", b"\xef\xbb\xbf", b'{"text": "a\\ud800"}\n',
        b'{"id": {}, "text": "a"}', b"text,id\n", b'"',
        b"---\ntitle: x\n---\n", b"# ", b"[a](", b"\x00", b"\n", b"By Ann Lee\n", b"2016-01-27\n",
        b"word ", b"\xe9", b"From a@b.c Wed Jan 27 10:00:00 2016\n", b"Subject: x\n\n", b"<rss>",
        b"<item>", b"</item>", b"<![CDATA[", b"]]>", b"&nbsp;", b"WARC/1.0\r\n", b"[", b"{",
        b"{\\rtf1 ", b"\\u8364?", b"\\cell", b"{", b"}",
    ]
)  # fmt: skip
CONTENT = st.one_of(
    st.binary(max_size=300),
    st.lists(SNIPPETS, max_size=20).map(b"".join),
    st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")),
)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=CONTENT, packed=st.booleans())
@example(content=b"\x01\x0b", packed=False)
@example(content=b'<meta http-equiv="refresh" content="0; url=a&#11;b">', packed=False)
def test_load_never_raises(tmp_path: Path, suffix: str, content: bytes, packed: bool) -> None:
    if packed and suffix.endswith("gz"):
        content = gzip.compress(content)
    path = tmp_path / f"x{suffix}"
    path.write_bytes(content)
    file = SourceFile(path, f"x{suffix}", len(content))
    got = list(load(file, LoadOptions(max_bytes=250)))
    assert file.position_bytes == len(content)
    for item in got:
        if isinstance(item, Article):
            assert item.text == item.text.strip("\n")
            assert "" not in {item.text, item.title, item.id}
            assert len(item.content_hash) == 64
            "".join([item.id, item.title, item.text, item.source or "", *item.authors]).encode("utf-8")
        else:
            assert item.origin.startswith(str(path))
            assert len(item.reason.splitlines()) == 1


HARD = {
    "brackets.md": b"[" * 200_000,
    "images.md": b"![" * 100_000,
    "stars.md": b"**a " * 50_000,
    "headings.md": b"# a" + b" " * 100_000 + b"b\n",
    "underscores.md": b"_a" * 100_000,
    "quotes.md": b">" * 200_000 + b"x",
    "spaces.txt": b"By " + b" " * 200_000 + b"x\n\nbody",
    "names.txt": b"Title\n\nBy " + b"Aa " * 50 + b"1\n\nbody",
    "times.txt": b"Title\n\n2016-01-27 " + b"12:" * 22 + b"x\n\nbody",
    "newlines.txt": b"x\n" * 100_000,
    "markers.txt": b"word word\nLeave a Reply\nAbout the author\n" * 20_000,
    "colons.txt": (b"a:" * 200 + b"\n") * 500,
    "tags.html": b"<html><body><p>" + b"<b" * 50_000,
    "quotes.json": b'{"a":[{"b":1},' + b'\\"' * 200_000,
    "brackets.json": b'{"a":' * 100_000,
    "ampersands.xml": b"&" * 400_000,
    "brackets.xml": b"<rss><item><description>" + b"]]" * 200_000,
    "parameters.eml": b"Content-Type: text/plain; " + b"a=b;" * 100_000 + b"\n\nx",
    "comments.eml": b"From: " + b"(" * 200_000 + b"\n\nx",
    "words.eml": b"Subject: " + b"=?a?q?" * 50_000 + b"\n\nx",
    "flowed.eml": b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 100_000,
    "quotes.eml": b"Subject: x\n\n" + b"On x wrote:\n> a\n" * 20_000,
    "html.eml": b"Content-Type: text/html\n\n" + b"<p>" * 200_000,
    "from.mbox": b"From a 10:00\n" + b">From a\n" * 50_000,
    "html.mht": b"Content-Type: text/html\n\n" + b"<p>" * 200_000,
    "headers.warc": b"WARC/1.0\r\n" + b"a: b\r\n" * 50_000,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", HARD)
def test_no_pattern_takes_for_ever(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HARD[name])
    got = [*load(SourceFile(path, name, len(HARD[name])))]
    assert got
    assert all(str(item.origin).startswith(str(path)) for item in got)
