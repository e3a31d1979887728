"""What feeds and sitemaps list, in the forms that outlets print."""

from pathlib import Path
from random import Random

import pytest

from nutgraf.indexer.loaders.base import Entry, LoadOptions, Skipped, SourceFile
from nutgraf.indexer.web.links import Link
from nutgraf.indexer.web.listing import MOST_LINKS, is_listing, read_listing

WHOLE = "<p>" + "The ferry to Holm runs again from Monday. " * 40 + "</p>"


@pytest.fixture
def read(tmp_path: Path):  # noqa: ANN201
    def read(text: str | bytes) -> list[Link | Skipped]:
        data = text.encode() if isinstance(text, str) else text
        path = tmp_path / "listing.xml"
        path.write_bytes(data)
        base = "https://tarn.example/feeds/all"
        file = SourceFile(path, base, len(data), address=base, entry=Entry(base))
        return [*read_listing(file, LoadOptions())]

    return read


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>Tarn Post</title>{''.join(items)}</channel></rss>"


def test_rss(read) -> None:  # noqa: ANN001
    text = """<?xml version="1.0"?>
    <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
         xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Tarn Post</title>
    <atom:link rel="self" href="https://tarn.example/feeds/all"/>
    <item><media:title>Photo</media:title><title>Mill &amp;amp; bridge</title><link> /a </link>
      <dc:creator>Ona Ruud</dc:creator><dc:creator>Lio Tamm</dc:creator>
      <pubDate>Tue, 24 Nov 2026 09:00:00 GMT</pubDate><description>Short.</description></item>
    <item><guid>https://tarn.example/b</guid><author>desk@tarn.example (Ada Quill)</author>
      <dc:date>2026-11-25T09:00:00Z</dc:date><source url="https://wire.example">Wire</source></item>
    <item><guid isPermaLink="false">77</guid><title>No link</title></item></channel></rss>"""
    assert read(text) == [
        Link(
            Entry("https://tarn.example/b", "", ("Ada Quill",), "2026-11-25T09:00:00Z", "Wire"),
            "2026-11-25T09:00:00Z",
        ),
        Link(
            Entry(
                "https://tarn.example/a",
                "Mill & bridge",
                ("Ona Ruud", "Lio Tamm"),
                "Tue, 24 Nov 2026 09:00:00 GMT",
            ),
            "Tue, 24 Nov 2026 09:00:00 GMT",
        ),
        Link(Entry("", "No link", id="77")),
    ]


@pytest.mark.parametrize(
    "content",
    [
        f"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA[{WHOLE}]]></content:encoded>",
        f"<content:encoded><![CDATA[{WHOLE}]]></content:encoded>",  # the prefix is often not declared
    ],
)
def test_an_entry_may_hold_its_article_whole(read, content: str) -> None:  # noqa: ANN001
    (link,) = read(rss(f"<item><link>https://tarn.example/a</link>{content}</item>"))
    assert link == Link(Entry("https://tarn.example/a", source="Tarn Post"), "", WHOLE)


@pytest.mark.parametrize(
    "end", ["…", "[...]", "[&#8230;]", "Read more", "<a href='/a'>Continue reading →</a>"]
)
def test_a_shortened_article_is_not_whole(read, end: str) -> None:  # noqa: ANN001
    content = f"<content:encoded><![CDATA[{WHOLE[:-5]} {end}</p>]]></content:encoded>"
    (link,) = read(rss(f"<item><link>https://tarn.example/a</link>{content}</item>"))
    assert link == Link(Entry("https://tarn.example/a"))


def test_an_entry_of_a_feed_that_counts_clicks_leads_to_its_page(read) -> None:  # noqa: ANN001
    counted = "<link>https://clicks.example/1</link><feedburner:origLink>/a</feedburner:origLink>"
    photo = "<media:title>Photo</media:title><title>Mill</title>"  # neither prefix is declared
    (link,) = read(rss(f"<item>{photo}{counted}</item>"))
    assert link == Link(Entry("https://tarn.example/a", "Mill"))


def test_rdf(read) -> None:  # noqa: ANN001
    text = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
    <channel><title>Tarn</title></channel><item><title>Mill</title><link>https://tarn.example/a</link></item></rdf:RDF>"""
    assert read(text) == [Link(Entry("https://tarn.example/a", "Mill"))]


def test_atom(read) -> None:  # noqa: ANN001
    text = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://tarn.example/"><title>Tarn</title>
    <author><name>Desk</name></author>
    <entry><title type="html">Mill &lt;b&gt;closed&lt;/b&gt;</title><link rel="enclosure" href="/a.mp3"/>
      <link type="application/json" href="/a.json"/><link type="text/html" href="/a"/>
      <published>2026-11-24T09:00:00+01:00</published><updated>2026-11-26T09:00:00+01:00</updated></entry>
    <entry><title>Ferry</title><link href="b"/><author><name>Ona Ruud</name></author>
      <updated>2026-11-23T09:00:00Z</updated>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{WHOLE}</div></content></entry></feed>"""
    mill, ferry = read(text)
    assert (mill.entry.url, mill.entry.title.split(), mill.entry.authors) == (
        "https://tarn.example/a",
        ["Mill", "closed"],
        ("Desk",),
    )
    assert (mill.entry.published, mill.changed) == ("2026-11-24T09:00:00+01:00", "2026-11-26T09:00:00+01:00")
    assert ferry.entry == Entry("https://tarn.example/b", "Ferry", ("Ona Ruud",), "", "Tarn")
    assert "The ferry to Holm runs again from Monday." in ferry.html


def test_json_feed(read) -> None:  # noqa: ANN001
    text = """{"version": "https://jsonfeed.org/version/1.1", "title": "Tarn", "items": [
      {"id": "https://tarn.example/a", "title": "Mill", "date_published": "2026-11-24T09:00:00Z",
       "authors": [{"name": "Ona Ruud"}, 7], "content_text": "Short."}, "nonsense"]}"""
    assert is_listing(text.encode())
    assert read(text) == [
        Link(
            Entry("https://tarn.example/a", "Mill", ("Ona Ruud",), "2026-11-24T09:00:00Z"),
            "2026-11-24T09:00:00Z",
        )
    ]


def test_a_sitemap_is_read_newest_first(read) -> None:  # noqa: ANN001
    text = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
      xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
    <url><loc>https://tarn.example/undated</loc></url>
    <url><loc> https://tarn.example/a </loc><lastmod>2026-11-24</lastmod></url>
    <url><loc>https://tarn.example/b</loc><news:news><news:publication><news:name>Tarn Post</news:name>
      <news:language>en</news:language></news:publication><news:publication_date>2026-11-25T09:00:00Z
      </news:publication_date><news:title>Ferry</news:title></news:news></url></urlset>"""
    assert read(text) == [
        Link(
            Entry("https://tarn.example/b", "Ferry", (), "2026-11-25T09:00:00Z", "Tarn Post"),
            "2026-11-25T09:00:00Z",
        ),
        Link(Entry("https://tarn.example/a"), "2026-11-24"),
        Link(Entry("https://tarn.example/undated")),
    ]


def test_an_index_of_sitemaps(read) -> None:  # noqa: ANN001
    text = """<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
    <sitemap><loc>/new.xml.gz</loc><lastmod>2026-11-25T10:00:00Z</lastmod></sitemap></sitemapindex>"""
    assert [(link.entry.url, link.is_listing) for link in read(text)] == [
        ("https://tarn.example/new.xml.gz", True),
        ("https://tarn.example/old.xml", True),
    ]


def titled(title: str, declaration: str = "") -> str:
    return declaration + rss(f"<item><title>{title}</title><link>/a?b=1&c=2</link></item>")


@pytest.mark.parametrize(
    "data",
    [
        titled("Cafés &amp; mills&nbsp;&eacute;").encode(),
        b"\xef\xbb\xbf" + titled("<![CDATA[Cafés & mills&nbsp;é]]>").encode(),
        titled("Cafés & mills\xa0é", '<?xml version="1.0" encoding="ISO-8859-1"?>').encode("latin-1"),
        titled("Cafés &#38; mills\xa0é", '<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"),
        titled("Cafés &amp; mills\xa0\x0bé", "\n<!-- <urlset> --><?xml-stylesheet href='a.xsl'?>").encode(),
    ],
    ids=["entities", "mark", "latin-1", "utf-16", "controls"],
)
def test_encodings_and_faults_that_feeds_have(read, data: bytes) -> None:  # noqa: ANN001
    assert is_listing(data)
    assert [(link.entry.url, link.entry.title) for link in read(data)] == [
        ("https://tarn.example/a?b=1&c=2", "Cafés & mills é")
    ]


def test_a_feed_that_breaks_off_gives_what_is_there(read) -> None:  # noqa: ANN001
    text = rss("<item><link>/a</link></item>", "<item><link>/b</link></item>")
    assert read(text[: text.index("/b")])[0] == Link(Entry("https://tarn.example/a"))


@pytest.mark.parametrize(
    "declared", ['<!ENTITY x SYSTEM "file:///etc/passwd">', '<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;&a;">']
)
def test_entities_are_not_looked_up(read, declared: str) -> None:  # noqa: ANN001
    (link,) = read(titled("&x;", f"<!DOCTYPE r [{declared}]>"))
    assert link.entry.title == "&x;"


def test_a_list_without_end_is_cut(read) -> None:  # noqa: ANN001
    links = read("<urlset>" + "<url><loc>/a</loc></url>" * (MOST_LINKS + 1) + "</urlset>")
    assert len(links) == MOST_LINKS + 1
    assert links[-1] == Skipped(
        "https://tarn.example/feeds/all", "lists more than 50,000 addresses; the rest was not read"
    )


@pytest.mark.parametrize(
    "data", [b"", b"<html><body><rss>", b"<!-- <rss>", b"{}", b"%PDF-1.7", b"\x00<\x00", b"rss"]
)
def test_other_documents_are_no_listings(data: bytes) -> None:
    assert not is_listing(data)


def test_damaged_feeds_give_links_or_a_reason(read) -> None:  # noqa: ANN001
    """Cut anywhere, and with bytes changed anywhere, by a fixed choice."""
    whole = titled("Mill &amp; bridge", '<?xml version="1.0" encoding="utf-8"?>').encode()
    random = Random(7)
    for number in range(300):
        data = bytearray(whole if number % 3 else whole[: random.randrange(1, len(whole))])
        for _ in range(number % 5):
            data[random.randrange(len(data))] = random.randrange(256)
        for link in read(bytes(data)):
            assert isinstance(link, Link) or link.reason.startswith(("is no ", "not XML", "binary"))
