"""Feeds, NITF, NewsML and TEI: small documents as agencies, outlets and libraries have them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.pages.fragment import fragment_text
from tests.loading import article, read, reason

DAY = datetime(2016, 1, 27, 10, tzinfo=UTC)
CHANGED = datetime(2016, 2, 1, 10, tzinfo=UTC)


# --- feeds ------------------------------------------------------------------------------------------------

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>The Tarn Post</title><link>https://tarn.example</link>
<atom:link href="https://tarn.example/feed" rel="self"/><description>News of Tarn</description>
<image><title>A logo</title><url>https://tarn.example/logo.png</url></image>
<item><title>Mill &amp; weir: &#8216;closed&#8217;</title>
<link>https://tarn.example/mill?utm_source=rss</link>
<dc:creator><![CDATA[Ada Quill and Bo Marsh]]></dc:creator><pubDate>Wed, 27 Jan 2016 10:00:00 +0000</pubDate>
<guid isPermaLink="false">https://tarn.example/?p=7</guid>
<media:content url="https://tarn.example/a.jpg"><media:description>A very long caption of a photograph that is
not the text of the article, however long it may be made to seem to those who compare</media:description>
</media:content>
<description><![CDATA[<p>The mill at Tarn closed. [&#8230;]</p>]]></description>
<content:encoded><![CDATA[<p>The mill at Tarn closed on <b>Mon</b>day.</p><script>track()</script>
<figure><img src="a.jpg"><figcaption>The weir</figcaption></figure><ul><li>One</li><li>Two</li></ul>
<p>The post <a href="x">Mill</a> appeared first on <a href="y">The Tarn Post</a>.</p>]]></content:encoded>
</item><item><title>Rain</title>
<description>It rained in Tarn &amp;amp; Weir, said AT&T&nbsp;men.</description>
<author>marsh@tarn.example (Bo Marsh)</author><guid>https://tarn.example/rain</guid>
<source url="https://wire.example/rss">The Wire</source></item>
<item><title>Snow</title><description>&lt;p&gt;It snowed.&lt;/p&gt;&lt;p&gt;A lot.&lt;/p&gt;</description>
<guid isPermaLink="false">tag:7</guid></item>
<item><title>Nothing</title></item>
</channel></rss>"""


@pytest.mark.parametrize("name", ["a.rss", "a.xml"])
def test_rss(tmp_path: Path, name: str) -> None:
    mill, rain, snow, nothing = read(tmp_path / name, RSS)
    assert isinstance(mill, Article)
    assert mill.title == "Mill & weir: ‘closed’"
    assert mill.text == "The mill at Tarn closed on Monday.\n\nThe weir\n\nOne\nTwo"
    assert (mill.id, mill.source) == ("https://tarn.example/mill", "The Tarn Post")
    assert mill.authors == ("Ada Quill", "Bo Marsh")
    assert (mill.published, mill.published_from) == (DAY, "feed")
    assert mill.origin == f"{tmp_path}/{name}:1"
    assert isinstance(rain, Article)
    assert rain.text == "It rained in Tarn & Weir, said AT&T men."
    assert (rain.url, rain.source) == ("https://tarn.example/rain", "The Wire")
    assert (rain.authors, rain.published) == (("Bo Marsh",), None)
    assert isinstance(snow, Article)
    assert (snow.id, snow.text) == ("tag:7", "It snowed.\n\nA lot.")
    assert nothing == Skipped(f"{tmp_path}/{name}:4", "no text left after cleaning")


def test_prefixes_that_a_feed_forgot_to_declare(tmp_path: Path) -> None:
    item = (
        "<item><media:title>A photograph</media:title><title>Mill</title>"
        "<guid>https://tarn.example/mill</guid><dc:creator>Ada Quill</dc:creator>"
        "<description>Short.</description><content:encoded>The mill at Tarn closed.</content:encoded>"
        "<dc:date>2016-01-27T10:00:00Z</dc:date></item>"
    )
    mill = article(tmp_path / "a.rss", f"<rss version='2.0'><channel>{item}</channel></rss>")
    assert (mill.id, mill.title, mill.text) == (
        "https://tarn.example/mill",
        "Mill",
        "The mill at Tarn closed.",
    )
    assert (mill.authors, mill.published) == (("Ada Quill",), DAY)


def test_addresses_of_a_feed_are_relative_to_its_base(tmp_path: Path) -> None:
    entry = (
        "<entry><title>Mill</title><link type='application/json' href='a.json'/><link href='mill'/>"
        "<content>The mill closed.</content></entry>"
    )
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://tarn.example/news/'>{entry}</feed>"
    assert article(tmp_path / "a.atom", feed).url == "https://tarn.example/news/mill"


@pytest.mark.parametrize(
    ("head", "link", "expected"),
    [
        ("<link rel='self' href='https://tarn.example/feed'/>", "/mill", "https://tarn.example/mill"),
        ("<link href='/'/><link rel='self' href='https://tarn.example/f'/>", "m", "https://tarn.example/m"),
        ("<link href='https://tarn.example/news/'/>", "mill", "https://tarn.example/news/mill"),
        ("", "/mill", "urn:tarn:7"),
        ("", "", "urn:tarn:7"),
    ],
)
def test_an_entry_has_one_id_wherever_it_stands(tmp_path: Path, head: str, link: str, expected: str) -> None:
    entry = f"<entry><link href='{link}'/><id>urn:tarn:7</id><content>The mill closed.</content></entry>"
    other = "<entry><id>urn:tarn:8</id><content>It rained.</content></entry>"
    for at, entries in ((0, entry), (1, other + entry)):
        feed = f"<feed xmlns='http://www.w3.org/2005/Atom'>{head}{entries}</feed>"
        item = read(tmp_path / "a.atom", feed)[at]
        assert isinstance(item, Article)
        assert item.id == expected


def test_an_export_of_wordpress(tmp_path: Path) -> None:
    item = (
        "<item><title>Rain</title><content:encoded><![CDATA[[caption id='x']<img/>The weir[/caption]"
        "\n\nIt rained.]]>"
        "</content:encoded><wp:status>{}</wp:status><wp:post_type>{}</wp:post_type></item>"
    )
    kinds = [("publish", "post"), ("publish", "page"), ("draft", "post"), ("inherit", "attachment")]
    feed = (
        '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">'
        f"<channel>{''.join(item.format(*kind) for kind in kinds)}</channel></rss>"
    )
    items = read(tmp_path / "a.xml", feed)
    assert [item.text if isinstance(item, Article) else item.reason for item in items] == [
        "The weir\n\nIt rained.",
        "The weir\n\nIt rained.",
        "not published (draft)",
        "not an article (attachment)",
    ]


def test_the_authors_and_pictures_of_an_export_of_wordpress(tmp_path: Path) -> None:
    def author(login: str, name: str) -> str:
        return (
            f"<wp:author><wp:author_login>{login}</wp:author_login><wp:author_email>x</wp:author_email>"
            f"<wp:author_display_name><![CDATA[{name}]]></wp:author_display_name></wp:author>"
        )

    def item(creator: str) -> str:
        return (
            f"<item><title>Tram</title><dc:creator>{creator}</dc:creator><content:encoded><![CDATA["
            "The tram runs.\n[gallery ids='1']\n[caption id='x']<img/> The tram in 1950[/caption]"
            "\nIt is <b>new</b>.\n\nIt is red.]]></content:encoded></item>"
        )

    feed = (
        '<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Tarn Post</title>'
        f"{author('aquill', 'Ada Quill')}{author('bo@tarn.example', 'Marsh, Bo')}{author('desk', '')}"
        f"{item('aquill')}{item('bo@tarn.example')}{item('desk')}</channel></rss>"
    )
    items = [item for item in read(tmp_path / "a.xml", feed) if isinstance(item, Article)]
    assert [item.authors for item in items] == [("Ada Quill",), ("Marsh, Bo",), ("desk",)]
    assert items[0].text == "The tram runs.\n\nThe tram in 1950\n\nIt is new.\n\nIt is red."


def test_a_headline_alone_with_a_link_is_an_article(tmp_path: Path) -> None:
    item = (
        "<item><title>Storm hits</title><link>https://tarn.example/storm</link>"
        "<author>BY Bo Marsh</author></item>"
    )
    storm = article(tmp_path / "a.rss", f'<rss version="2.0"><channel>{item}</channel></rss>')
    assert (storm.id, storm.text, storm.authors) == (
        "https://tarn.example/storm",
        "Storm hits",
        ("Bo Marsh",),
    )


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Tarn Post</title>
<author><name>The desk</name></author>
<link rel="self" href="https://tarn.example/feed"/><link href="https://tarn.example/"/>
<entry><id>urn:1</id><title type="html">Rain &amp;amp; snow</title><link rel="edit" href="/edit"/>
<link href="/rain"/><published>2016-01-27T10:00:00Z</published><updated>2016-02-01T10:00:00Z</updated>
<summary>It rained.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>It rained in
<em>Tarn</em>.</p><p>Then it snowed.</p></div></content><author><name>Ada Quill</name></author></entry>
<entry><id>urn:2</id><title>Hail</title><updated>2016-02-01T10:00:00Z</updated>
<content type="html">&lt;p&gt;It hailed.&lt;/p&gt;</content></entry></feed>"""


def test_atom(tmp_path: Path) -> None:
    rain, hail = read(tmp_path / "a.atom", ATOM)
    assert isinstance(rain, Article)
    assert (rain.title, rain.text) == ("Rain & snow", "It rained in Tarn.\n\nThen it snowed.")
    assert (rain.url, rain.authors) == ("https://tarn.example/rain", ("Ada Quill",))
    assert (rain.published, rain.modified) == (DAY, CHANGED)
    assert isinstance(hail, Article)
    assert (hail.id, hail.text, hail.authors) == ("urn:2", "It hailed.", ("The desk",))
    assert hail.modified == CHANGED
    assert hail.published is None  # when an entry was changed is not when it was published


def test_rss_1_and_one_item_alone(tmp_path: Path) -> None:
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Tarn Post</title></channel>
    <item><title>Rain</title><link>https://tarn.example/rain</link><dc:date>2016-01-27T10:00:00Z</dc:date>
    <description>It rained.</description></item></rdf:RDF>"""
    item = article(tmp_path / "a.xml", rdf)
    assert (item.source, item.published, item.text) == ("The Tarn Post", DAY, "It rained.")
    entry = (
        '<entry xmlns="http://www.w3.org/2005/Atom"><title>Rain</title><summary>It rained.</summary></entry>'
    )
    assert article(tmp_path / "b.atom", entry).origin == f"{tmp_path}/b.atom"


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<?xml version="1.0" encoding="iso-8859-1"?>', "cp1252"),
        ('<?xml version="1.0" encoding="windows-1251"?>', "cp1251"),
        ('<?xml version="1.0" encoding="utf-16"?>', "utf-16"),
        ("", "utf-8"),
        ("\n\n<?xml version='1.0'?>", "utf-8-sig"),
    ],
)
def test_encodings_of_xml(tmp_path: Path, head: str, encoding: str) -> None:
    feed = f"{head}<rss><channel><item><title>Rain</title><description>“Rain” – it fell.</description></item>"
    assert article(tmp_path / "a.xml", f"{feed}</channel></rss>".encode(encoding)).text == "“Rain” – it fell."


def test_a_fault_costs_no_escapes_behind_it(tmp_path: Path) -> None:
    item = article(
        tmp_path / "a.xml",
        "<rss><channel><item><title>A & B &lt;c&gt; &bogus; \x0b</title><description>x &amp; y</description>"
        "</item></channel></rss>",
    )
    assert (item.title, item.text) == ("A & B <c> &bogus;", "x & y")


@pytest.mark.parametrize("length", range(199_960, 200_010, 3))
def test_what_is_mended_may_stand_where_reading_stops(tmp_path: Path, length: int) -> None:
    start = "<rss><channel><item><title>"
    words = "a " * ((length - len(start)) // 2)
    feed = (
        f"{start}{words}&nbsp;&amp; b & c</title><description><![CDATA[<p>x &amp; y]] z</p>]]></description>"
    )
    item = article(
        tmp_path / "a.xml", f"{feed}<link>https://t.example/?a=1&b=2</link></item></channel></rss>"
    )
    assert item.text == "x & y]] z"
    assert item.url == "https://t.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>It rained.<p>It snowed.", "It rained.\n\nIt snowed."),
        ("It rained.<br>It snowed.<HR>", "It rained.\nIt snowed."),
        ("<img src=weir.jpg alt=5 hidden>It rained.", "It rained."),
        ('<img alt="a > b" src=\'w"eir.jpg\'/>It rained.', "It rained."),
        ("It rained, 3 < 4 and <5 mm, <b it fell", "It rained, 3 < 4 and <5 mm, <b it fell"),
        ("It <b>rained", "It rained"),
        ("It <B>rained</b>.</p></div>", "It rained."),
        ("It <b>rained <i>in</b> Tarn</i>.", "It rained in Tarn."),
        ("write to <quill@tarn.example>", "write to <quill@tarn.example>"),
        ("It rained.<!-- <item> --><?page 7?>", "It rained."),
        ("<div>" * 300 + "It rained.", "It rained."),
        ("<li>It rained." * 300, "\n".join(["It rained."] * 300)),
    ],
)
def test_markup_that_nobody_escaped_ends_with_its_item(tmp_path: Path, markup: str, expected: str) -> None:
    first = f"<item><guid>a1</guid><description>{markup}</description></item>"
    rest = "<item><guid>a2</guid><description>The mill closed.</description></item>"
    path = tmp_path / "a.xml"
    items = read(path, f"<rss><channel>{first}{rest}</channel></rss>")
    assert [(item.id, item.text) for item in items if isinstance(item, Article)] == [
        ("a1", expected),
        ("a2", "The mill closed."),
    ]


def test_an_item_that_was_left_open_ends_with_the_next(tmp_path: Path) -> None:
    items = "".join(f"<item><guid>a{n}</guid><description>It rained {n}." for n in range(3))
    feed = read(tmp_path / "a.xml", f"<rss><channel>{items}</channel></rss>")
    assert [(item.id, item.text) for item in feed if isinstance(item, Article)] == [
        ("a0", "It rained 0."),
        ("a1", "It rained 1."),
        ("a2", "It rained 2."),
    ]


def test_no_entity_is_expanded_and_no_file_loaded(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("a secret")
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    feed = f"""<!DOCTYPE rss SYSTEM "{tmp_path}/secret.txt" [<!ENTITY s SYSTEM "file://{tmp_path}/secret.txt">
    <!ENTITY l0 "ha">{laughs}<!ENTITY % p SYSTEM "file://{tmp_path}/secret.txt"> %p;]>
    <rss><channel><item><title>Rain &s;</title><description>Rain. &l9;</description></item></channel></rss>"""
    item = article(tmp_path / "a.xml", feed)
    assert (item.title, item.text) == ("Rain &s;", "Rain. &l9;")


def test_a_feed_is_read_in_parts(tmp_path: Path) -> None:
    text = "It rained in Tarn. " * 50
    items = "".join(f"<item><guid>a{n}</guid><description>{text}</description></item>" for n in range(500))
    path = tmp_path / "a.xml"
    whole = read(path, f"<rss><channel>{items}</channel></rss>", LoadOptions(max_bytes=10_000))
    assert [item.id for item in whole if isinstance(item, Article)] == [f"a{n}" for n in range(500)]
    file = SourceFile(path, "a.xml", path.stat().st_size, resume_after=400, lost=2)
    assert [item.id for item in load(file) if isinstance(item, Article)] == [f"a{n}" for n in range(402, 500)]
    long = f"<rss><channel><item><title>{'<b>x</b>' * 100_000}</title></item></channel></rss>"
    assert [
        item.reason for item in read(path, long, LoadOptions(max_bytes=10_000)) if isinstance(item, Skipped)
    ] == ["a record is larger than 10 kB; the rest was not read"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "empty file"),
        ("no xml", "not XML"),
        ("<rss><channel><title>x</title></channel></rss>", "a feed without items"),
        ("<urlset><url><loc>x</loc></url></urlset>", "a sitemap, which lists pages without their text"),
        ("<opml><body/></opml>", "XML of a kind that is not known: <opml>"),
    ],
)  # fmt: skip
def test_xml_that_holds_no_article(tmp_path: Path, content: str, expected: str) -> None:
    assert reason(tmp_path / "a.xml", content) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("plain\ntext", "plain\ntext"),
        ("a < b & c", "a < b & c"),
        ("Tom &amp; Ann\nsaid", "Tom & Ann\nsaid"),
        ("&lt;p&gt;It rained.&lt;/p&gt;", "It rained."),
        ("<p>a</p>b<br/>c<!-- x -->d", "a\n\nb\ncd"),
        ("<table><tr><th>Day</th><th>mm</th></tr><tr><td>1</td><td> 3 </td></tr></table>", "Day | mm\n1 | 3"),
        ("<blockquote><p>Said.</p></blockquote><p>By <a href='x'>her</a>.</p>", "Said.\n\nBy her."),
        ("Rain <b>fell</b>\nin Tarn.\n \nThen snow.", "Rain fell in Tarn.\n\nThen snow."),
        ("<p>a<script>b</script><style>c</style></p>", "a"),
    ],
)  # fmt: skip
def test_the_words_of_a_fragment(markup: str, expected: str) -> None:
    assert fragment_text(markup) == expected


# --- agencies and libraries -------------------------------------------------------------------------------

NITF = """<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd"><nitf><head><title>mill-slug</title><docdata>
<doc-id id-string="tarn-7"/><date.issue norm="20160127T100000Z"/><date.release norm="20160128"/></docdata>
<pubdata name="The Tarn Wire" date.publication="20160129"/></head><body><body.head><hedline>
<hl1>Mill at Tarn closes</hl1><hl2>No reason given</hl2></hedline>
<byline>By Ada Quill, <bytag>Staff Writer</bytag>
</byline><dateline><location>TARN</location><story.date norm="20160126"/></dateline>
<abstract><p>The mill is shut.</p></abstract></body.head><body.content><block><p>The mill at
<location>Tarn</location> closed on Monday.</p><media><media-caption>The weir</media-caption></media>
<p>Nobody knew why.</p></block></body.content><body.end><tagline>quill@tarn.example</tagline>
</body.end></body></nitf>"""


def test_nitf(tmp_path: Path) -> None:
    item = article(tmp_path / "a.xml", NITF)
    assert (item.id, item.title, item.source) == ("tarn-7", "Mill at Tarn closes", "The Tarn Wire")
    assert item.text == (
        "No reason given\n\nThe mill is shut."
        "\n\nThe mill at Tarn closed on Monday.\n\nThe weir\n\nNobody knew why."
    )
    assert (item.authors, item.published) == (("Ada Quill",), DAY)


def newsml(status: str = "usable", version: str = "2", created: str = "", content: str = "") -> str:
    return f"""<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header/><itemSet>
    <newsItem guid="urn:tarn:7" version="{version}"><itemMeta><provider literal="tarn">
<name>The Tarn Wire</name>
    </provider>
<versionCreated>2016-01-27T10:00:00Z</versionCreated>{created}<pubStatus qcode="stat:{status}"/>
    </itemMeta><contentMeta><headline>Mill at Tarn closes</headline><by>By Ada Quill</by></contentMeta>
    <contentSet>{content}</contentSet></newsItem></itemSet></newsMessage>"""


XHTML = """<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head>
<title>x</title></head><body><p>The mill closed.</p><p>Nobody knew.</p></body></html></inlineXML>"""


def test_newsml_g2(tmp_path: Path) -> None:
    first = "<firstCreated>2016-01-26T08:00:00Z</firstCreated>"
    item = article(tmp_path / "a.xml", newsml(created=first, content=XHTML))
    assert (item.id, item.title, item.source) == ("urn:tarn:7", "Mill at Tarn closes", "The Tarn Wire")
    assert (item.text, item.authors) == ("The mill closed.\n\nNobody knew.", ("Ada Quill",))
    assert (item.published, item.modified) == (datetime(2016, 1, 26, 8, tzinfo=UTC), DAY)
    changed = "<contentModified>2016-02-01T10:00:00Z</contentModified>"
    assert article(tmp_path / "a.xml", newsml(created=changed, content=XHTML)).modified == CHANGED
    assert article(tmp_path / "a.xml", newsml(content=XHTML)).published is None
    assert article(tmp_path / "a.xml", newsml(version="1", content=XHTML)).published == DAY
    plain = "<inlineData contenttype='text/html'>&lt;p&gt;It rained.&lt;/p&gt;</inlineData>"
    assert article(tmp_path / "a.xml", newsml(content=plain)).text == "It rained."
    inside = article(tmp_path / "a.xml", newsml(content=f"<inlineXML>{NITF.partition('>')[2]}</inlineXML>"))
    assert (inside.id, inside.title) == ("urn:tarn:7", "Mill at Tarn closes")
    assert inside.text.startswith("No reason given\n\nThe mill is shut.")
    assert reason(tmp_path / "a.xml", newsml("canceled", content=XHTML)) == (
        "withdrawn by the agency (pubStatus stat:canceled)"
    )


def test_newsml_1(tmp_path: Path) -> None:
    item = article(
        tmp_path / "a.xml",
        """<NewsML><NewsItem><Identification><NewsIdentifier><PublicIdentifier>urn:7</PublicIdentifier>
        </NewsIdentifier></Identification><NewsManagement><FirstCreated>20160127T100000+0000</FirstCreated>
        <ThisRevisionCreated>20160128T100000Z</ThisRevisionCreated></NewsManagement><NewsComponent><NewsLines>
        <HeadLine>Rain in Tarn</HeadLine><ByLine>By Ada Quill</ByLine></NewsLines><AdministrativeMetadata>
        <Provider><Party FormalName="The Tarn Wire"/></Provider></AdministrativeMetadata><ContentItem>
<DataContent>
        <p>It rained.</p><p>It snowed.</p></DataContent></ContentItem></NewsComponent></NewsItem></NewsML>""",
    )
    assert (item.id, item.title, item.authors) == ("urn:7", "Rain in Tarn", ("Ada Quill",))
    assert (item.text, item.source, item.published) == ("It rained.\n\nIt snowed.", "The Tarn Wire", DAY)


def test_tei(tmp_path: Path) -> None:
    tei = """<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="tarn-1891-7"><teiHeader><fileDesc><titleStmt>
    <title>Rain in Tarn</title><author>Ada Quill</author></titleStmt><publicationStmt>
    <publisher>The Tarn Library</publisher><date when="2016"/></publicationStmt><sourceDesc><bibl>
    <date when="1891-03-02">March 2nd</date></bibl></sourceDesc></fileDesc></teiHeader><text><body>
<head>RAIN.</head>
    <p>It <choice><sic>raned</sic><corr>rained</corr></choice> in <placeName>Tarn</placeName>.</p>
    <fw>THE TARN POST</fw><lg><l>It rained,</l><l>it snowed.</l></lg></body></text></TEI>"""
    item = article(tmp_path / "a.xml", tei)
    assert (item.id, item.title, item.source) == ("tarn-1891-7", "Rain in Tarn", "The Tarn Library")
    assert (item.authors, item.published) == (("Ada Quill",), datetime(1891, 3, 2, tzinfo=UTC))
    assert item.text == "RAIN.\n\nIt rained in Tarn.\n\nIt rained,\nit snowed."
    printed = tei.replace("<bibl>", "<bibl><title level='a'>Rain</title><title level='j'>Tarn Post</title>")
    broken = printed.replace("RAIN.", "Rain in Tarn.").replace("snowed", "sno-\n <lb break='no'/>wed")
    item = article(tmp_path / "a.xml", broken)
    assert (item.source, item.text) == ("Tarn Post", "It rained in Tarn.\n\nIt rained,\nit snowed.")
    corpus = f"<teiCorpus>{tei}{tei.replace('1891-7', '1891-8')}</teiCorpus>"
    assert [item.id for item in read(tmp_path / "a.xml", corpus) if isinstance(item, Article)] == [
        "tarn-1891-7",
        "tarn-1891-8",
    ]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<p>It rained. <a href="/a">Read more</a></p>', "It rained."),
        ('<p>It rained&hellip; <a href="/a">Continue reading <span>Rain</span> &rarr;</a></p>', "It rained…"),
        ('It rained.<br><a href="/a">Weiterlesen »</a>', "It rained."),
        ('<p>It rained.</p><p><a href="/a">Read the full story at The Post</a></p>', "It rained."),
        ('<p>It rained, <a href="/a">more</a></p>', "It rained, more"),
        ('<p>It rained. <a href="/a">Read more</a> is a book.</p>', "It rained. Read more is a book."),
    ],
)
def test_a_link_that_leads_on_is_no_text(markup: str, text: str) -> None:
    assert fragment_text(markup) == text
