"""Addresses go into an archive: articles, feeds and sitemaps of a real server on loopback."""

import gzip
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.indexer.storage import ArticleStatus
from nutgraf.indexer.web.crawl import Crawl
from nutgraf.indexer.web.options import WebOptions
from tests.fakes import FakeEncoder
from tests.memory_archive import MemoryArchive
from tests.web_server import Answer, WebServer, item, serving

pytestmark = pytest.mark.enable_socket
Add = Callable[..., list[ArticleStatus]]
WHOLE = "<p>" + "The ferry to Holm runs again from Monday. " * 40 + "</p>"


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool() as workers:
        yield workers


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def archive() -> MemoryArchive:
    return MemoryArchive()


@pytest.fixture
def add(pool: WorkerPool, archive: MemoryArchive) -> Add:
    """Return a function that is one run over addresses, as `nutgraf index` makes one."""

    def run(*addresses: str, **options: Any) -> list[ArticleStatus]:
        web = WebOptions(**{"allow_private": True, "pause": 0, "timeout": 20, **options})
        crawl = Crawl(web, LoadOptions(max_bytes=100_000), pool)
        with archive.writer(FakeEncoder()) as writer:
            items = chain.from_iterable(crawl.items(address, writer) for address in addresses)
            statuses = [*writer.add(items, lambda: crawl.remember(writer))]
            crawl.remember(writer)
        crawl.close()
        return [*statuses, *crawl.unchanged]

    return run


def articles(archive: MemoryArchive) -> dict[str, Article]:
    """Return the stored articles by their titles."""
    return {article.title: article for article in archive.articles.values()}


def short(statuses: list[ArticleStatus], web: WebServer) -> list[tuple[str, str, str]]:
    """Return status, path and reason of each."""
    return [(s.status, s.origin.removeprefix(web.url), s.reason) for s in statuses]


def test_an_article(web: WebServer, archive: MemoryArchive, add: Add) -> None:
    address = web.page("/2026/11/24/bridge?utm_source=mail", headers={"ETag": '"1"'})
    assert short(add(address), web) == [("added", "/2026/11/24/bridge?utm_source=mail", "")]
    (article,) = archive.articles.values()
    assert (article.id, article.url) == (f"{web.url}/2026/11/24/bridge", address)
    assert article.title == "Bridge opened by Mayor Ada Quill"
    assert article.origin == address
    assert article.text.startswith("Mayor Ada Quill opened the new bridge at Tarn on Tuesday,")
    assert (str(article.published), article.published_from) == ("2026-11-24 00:00:00+00:00", "url")


def test_an_article_is_asked_for_again_only_where_it_changed(web: WebServer, add: Add) -> None:
    address = web.page("/a", headers={"ETag": '"1"', "Last-Modified": "Tue, 24 Nov 2026 09:00:00 GMT"})
    add(address)
    assert short(add(address), web) == [("unchanged", "/a", "")]
    assert web.asked[-1].headers["if-none-match"] == '"1"'
    assert web.asked[-1].headers["if-modified-since"] == "Tue, 24 Nov 2026 09:00:00 GMT"
    web.page("/a", "Deputy Mayor Lio Tamm", headers={"ETag": '"2"'})
    assert short(add(address), web) == [("updated", "/a", "")]


def test_an_article_that_was_removed_is_fetched_again(
    web: WebServer, archive: MemoryArchive, add: Add
) -> None:
    address = web.page("/a", headers={"ETag": '"1"'})
    add(address)
    archive.remove(address)
    assert short(add(address), web) == [("added", "/a", "")]


def test_an_article_stays_when_its_page_vanishes(web: WebServer, archive: MemoryArchive, add: Add) -> None:
    address = web.page("/a")
    add(address)
    del web.answers["/a"]
    assert short(add(address), web) == [("skipped", "/a", "HTTP 404 Not Found")]
    assert list(archive.articles) == [address]


def test_a_feed(web: WebServer, archive: MemoryArchive, add: Add) -> None:
    """The newest first; what the feed says fills in what a page leaves out; one failure costs one article."""
    date = '<meta property="article:published_time" content="2026-11-20T07:00:00Z">'
    head = f'{date}<meta name="author" content="Lio Tamm">'
    web.page("/own", "Lio Tamm", head=head)
    web.page("/bare", "Ona Ruud")
    feed = web.feed(
        "/feed",
        item("/own", date="Mon, 23 Nov 2026 09:00:00 GMT", more="<author>a@b.example (Not Used)</author>"),
        item("/gone", date="Tue, 24 Nov 2026 09:00:00 GMT"),
        item("/bare", date="Wed, 25 Nov 2026 09:00:00 GMT", more="<author>a@b.example (Ada Quill)</author>"),
    )
    assert short(add(feed), web) == [
        ("added", "/bare", ""),
        ("skipped", "/gone", "HTTP 404 Not Found"),
        ("duplicate", "/own", ""),
    ]
    bare, own = (articles(archive)[f"Bridge opened by {who}"] for who in ("Ona Ruud", "Lio Tamm"))
    assert (str(bare.published), bare.published_from) == ("2026-11-25 09:00:00+00:00", "feed")
    assert bare.authors == ("Ada Quill",)
    assert (str(own.published), own.published_from) == ("2026-11-20 07:00:00+00:00", "meta")
    assert own.authors == ("Lio Tamm",)


def test_an_entry_with_its_article_is_not_fetched(web: WebServer, archive: MemoryArchive, add: Add) -> None:
    content = f"<content:encoded><![CDATA[{WHOLE}]]></content:encoded>"
    feed = web.feed("/feed", item("/ferry", "Ferry &amp; Holm", more=content))
    assert short(add(feed), web) == [("added", "/ferry", "")]
    assert web.paths() == ["/feed"]
    article = articles(archive)["Ferry & Holm"]
    assert (article.id, article.source) == (f"{web.url}/ferry", "Tarn Post")
    assert article.text.startswith("The ferry to Holm runs again from Monday.")
    assert article.published_from == "feed"


def test_a_second_run_asks_for_what_is_new(web: WebServer, add: Add) -> None:
    web.page("/a")
    web.page("/b", "Lio Tamm")
    web.page("/c", "Ona Ruud")
    feed = web.feed("/feed", item("/a"), item("/b"), headers={"ETag": '"1"'})
    add(feed)
    web.asked.clear()
    assert add(feed) == []
    assert web.paths() == ["/feed"]  # which answered that nothing changed
    web.asked.clear()
    changed = item("/b", date="Wed, 25 Nov 2026 12:00:00 GMT")
    web.feed("/feed", item("/a"), changed, item("/c"), headers={"ETag": '"2"'})
    assert sorted(short(add(feed), web)) == [
        ("duplicate", "/c", ""),
        ("unchanged", "/a", ""),
        ("updated", "/b", ""),  # its date is that of the feed
    ]
    assert web.paths() == ["/feed", "/c", "/b"]


def test_what_a_feed_said_holds_when_the_article_is_named(
    web: WebServer, archive: MemoryArchive, add: Add
) -> None:
    address = web.page("/a")
    add(web.feed("/feed", item("/a")))
    assert short(add(address), web) == [("unchanged", "/a", "")]
    web.page("/a", "Lio Tamm")
    assert short(add(address), web) == [("updated", "/a", "")]
    assert archive.articles[address].published_from == "feed"


def test_what_failed_for_now_is_tried_again(web: WebServer, add: Add) -> None:
    """The feed has not changed, yet one of its articles is still to come."""
    web.answers["/a"] = Answer(status=502)
    feed = web.feed("/feed", item("/a"), item("/gone"), headers={"ETag": '"1"'})
    assert short(add(feed), web) == [
        ("skipped", "/a", "HTTP 502 Bad Gateway"),
        ("skipped", "/gone", "HTTP 404 Not Found"),
    ]
    web.page("/a")
    assert short(add(feed), web) == [("added", "/a", "")]
    assert web.paths().count("/gone") == 1


def test_no_report_shows_a_password(add: Add) -> None:
    (status,) = add("https://me:sec@ret@news.example/a")
    assert status.origin == "https://***@news.example/a"
    assert status.reason == "has a user name or password, which is not sent"


def test_an_interrupted_run_forgets_what_was_not_stored(
    web: WebServer, pool: WorkerPool, archive: MemoryArchive, add: Add
) -> None:
    feed = web.feed("/feed", item(web.page("/a")), headers={"ETag": '"1"'})
    crawl = Crawl(WebOptions(allow_private=True, pause=0), LoadOptions(), pool)
    with archive.writer(FakeEncoder()) as writer:
        assert len([*crawl.items(feed, writer)]) == 1  # and the run is killed before anything is stored
    crawl.close()
    assert short(add(feed), web) == [("added", "/a", "")]


def test_sitemaps(web: WebServer, add: Add) -> None:
    """An index, a packed sitemap, the newest first, and no more than were asked for."""
    for number in range(1, 5):
        web.page(f"/{number}", f"Ada Quill {number}")
    urls = "".join(f"<url><loc>{web.url}/{n}</loc><lastmod>2026-11-2{n}</lastmod></url>" for n in (1, 2, 3))
    web.answers["/new.xml.gz"] = Answer(
        gzip.compress(f"<urlset>{urls}</urlset>".encode()), "application/gzip"
    )
    web.answers["/old.xml"] = Answer(
        f"<urlset><url><loc>{web.url}/4</loc></url></urlset>".encode(), "text/xml"
    )
    web.answers["/sitemap.xml"] = Answer(
        b"<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>"
        b"<sitemap><loc>/new.xml.gz</loc><lastmod>2026-11-23</lastmod></sitemap></sitemapindex>",
        "text/html",  # many servers do not know better
    )
    first = short(add(f"{web.url}/sitemap.xml", max_articles=2), web)
    assert [path for status, path, _ in first if status != "skipped"] == ["/3", "/2"]
    assert ("skipped", "/new.xml.gz", "1 more are left for the next run, after 2 articles") in first
    rest = short(add(f"{web.url}/sitemap.xml"), web)
    assert sorted(path for status, path, _ in rest if status not in {"skipped", "unchanged"}) == ["/1", "/4"]
    assert [path for _, path, reason in rest if reason] == []


def sitemap(web: WebServer, path: str, tag: str, *paths: str) -> str:
    """Answer a path with a sitemap of `url`s, or an index of `sitemap`s, without dates."""
    kind = {"url": "urlset", "sitemap": "sitemapindex"}[tag]
    entries = "".join(f"<{tag}><loc>{web.url}{entry}</loc></{tag}>" for entry in paths)
    web.answers[path] = Answer(f"<{kind}>{entries}</{kind}>".encode(), "application/xml")
    return web.url + path


def test_each_run_goes_on_where_the_last_one_stopped(web: WebServer, add: Add) -> None:
    """Also through sitemaps without dates; no sitemap is asked for whose articles can wait."""
    for number in range(5):
        web.page(f"/{number}", f"Ada Quill {number}", headers={"ETag": f'"{number}"'})
    sitemap(web, "/s0", "url", "/0", "/1")
    sitemap(web, "/s1", "url", "/2", "/3")
    sitemap(web, "/s2", "url", "/4")
    index = sitemap(web, "/index", "sitemap", "/s0", "/s1", "/s2")
    runs = []
    for _ in range(4):
        web.asked.clear()
        reasons = [reason for _, _, reason in short(add(index, max_articles=2), web) if reason]
        runs.append((web.paths(), reasons))
    left = "more are left for the next run, after 2 articles"
    assert runs == [
        (["/index", "/s0", "/0", "/1"], [f"2 {left}"]),
        (["/index", "/s0", "/s1", "/2", "/3"], [f"1 {left}"]),
        (["/index", "/s0", "/s1", "/s2", "/4", "/0"], []),  # which may have changed
        (["/index", "/s0", "/s1", "/s2", "/0", "/1"], []),
    ]


def test_what_is_left_becomes_less(web: WebServer, add: Add) -> None:
    feed = web.feed("/feed", *(item(web.page(f"/{n}", f"Ada Quill {n}")) for n in range(5)))
    lefts = [[s.reason for s in add(feed, max_articles=2) if s.reason] for _ in range(3)]
    assert lefts == [[f"{n} more are left for the next run, after 2 articles"] for n in (3, 1)] + [[]]


def test_a_sitemap_that_is_done_is_asked_for_only_where_it_changed(web: WebServer, add: Add) -> None:
    web.page("/a", headers={"ETag": '"1"'})
    index = sitemap(web, "/index", "sitemap", "/s")
    sitemap(web, "/s", "url", "/a")
    for path in ("/index", "/s"):
        web.answers[path].headers = {"ETag": '"1"'}
    add(index)
    web.answers["/index"].headers = {"ETag": '"2"'}
    web.answers["/s"].headers = {"ETag": '"2"'}
    add(index)  # the page is asked for again, and is the same
    web.asked.clear()
    add(index)
    assert web.paths() == ["/index"]


def test_an_article_in_a_feed_is_updated_without_a_new_date(
    web: WebServer, archive: MemoryArchive, add: Add
) -> None:
    def feed(text: str, title: str = "Ferry") -> str:
        content = f"<content:encoded><![CDATA[{text}]]></content:encoded>"
        return web.feed("/feed", item("/ferry", title, more=content))

    statuses = [
        short(add(feed(text, title)), web)
        for text, title in (
            (WHOLE, "Ferry"),
            (WHOLE, "Ferry"),
            (WHOLE.replace("Monday", "Friday"), "Ferry"),
            (WHOLE.replace("Monday", "Friday"), "Boat"),
        )
    ]
    assert statuses == [[(status, "/ferry", "")] for status in ("added", "unchanged", "updated", "updated")]
    assert articles(archive)["Boat"].text.startswith("The ferry to Holm runs again from Friday.")


def test_a_page_under_two_addresses_is_fetched_from_both_once(web: WebServer, add: Add) -> None:
    head = f'<link rel="canonical" href="{web.url}/story">'
    feed = web.feed("/feed", *(item(web.page(f"/story?from={n}", head=head)) for n in (1, 2)))
    assert [status for status, _, _ in short(add(feed), web)] == ["added", "skipped"]
    web.asked.clear()
    assert short(add(feed), web) == [("unchanged", "/story?from=1", "")]
    assert web.paths() == ["/feed"]


@pytest.mark.parametrize(
    "address", ["http://[::1", "https://[mill]/a", "http://mi\u2100l.example/", "https://"]
)
def test_what_is_no_address_costs_only_itself(web: WebServer, add: Add, address: str) -> None:
    wrong, right = add(address, web.page("/a"))
    assert (wrong.status, wrong.origin) == ("skipped", address)
    assert wrong.reason in {"is no address of the web", "names no host"}
    assert right.status == "added"


def test_a_page_cannot_take_the_place_of_another_outlets_article(
    web: WebServer, archive: MemoryArchive, add: Add
) -> None:
    head = '<link rel="canonical" href="https://quist.example/news/bridge">'
    address = web.page("/a", head=head)
    add(address)
    assert [(article.id, article.url) for article in archive.articles.values()] == [(address, address)]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Answer(b"The mill at Tarn closed on Monday.\n\nIt had run for a century.", "text/plain"), "added"),
        (Answer(b'{"id": "m1", "text": "The mill at Tarn closed."}\n', "application/x-ndjson"), "added"),
        (Answer(b"# Mill\n\nThe mill at Tarn closed on Monday.", "text/markdown; charset=utf-8"), "added"),
        (Answer(b"\x89PNG", "image/png"), "is of the type image/png, which is not read"),
        (Answer(b"", "text/html"), "empty file"),
        (Answer(b"%PDF-1.7 broken", "application/octet-stream"), "skipped"),
    ],
)  # fmt: skip
def test_documents_are_read_by_their_type(web: WebServer, add: Add, answer: Answer, status: str) -> None:
    web.answers["/a"] = answer
    (done,) = add(f"{web.url}/a")
    assert status in (done.status, done.reason)


def test_the_charset_that_a_server_names_counts(web: WebServer, archive: MemoryArchive, add: Add) -> None:
    text = "Мэр Ада Квилл открыла новый мост через реку во вторник, после четырёх лет работы. " * 3
    page = f"<html><head><title>Мост</title></head><body><article><p>{text}</p></article></body></html>"
    web.answers["/a"] = Answer(page.encode("cp1251"), "text/html; charset=windows-1251")
    add(f"{web.url}/a")
    assert articles(archive)["Мост"].text.startswith("Мэр Ада Квилл открыла новый мост")


@pytest.mark.parametrize(("charset", "codec"), [("koi8-r", "koi8-r"), ("koi8-r", "utf-8"), ("?", "utf-8")])
def test_a_text_is_read_in_the_charset_that_its_server_names(
    web: WebServer, archive: MemoryArchive, add: Add, charset: str, codec: str
) -> None:
    """What is UTF-8 stays so, whatever it is called."""
    text = "Мост закрыт\n\nМост через реку закрыт до пятницы."
    web.answers["/a.txt"] = Answer(text.encode(codec), f"text/plain; charset={charset}")
    add(f"{web.url}/a.txt")
    assert articles(archive)["Мост закрыт"].text == "Мост через реку закрыт до пятницы."


def test_a_feed_that_leads_in_circles_ends(web: WebServer, add: Add) -> None:
    web.feed("/feed", item("/feed"), item("/more"))
    web.feed("/more", item("/feed"), item("/feed?again"))
    web.answers["/feed?again"] = web.answers["/feed"]
    add(f"{web.url}/feed")
    assert sorted(web.paths()) == ["/feed", "/feed?again", "/more"]


def test_followed_addresses_must_be_feeds(web: WebServer, add: Add) -> None:
    assert short(add(web.page("/a"), listings_only=True), web) == [
        ("skipped", "/a", "is no feed and no sitemap")
    ]


def test_a_bomb_in_a_sitemap(web: WebServer, add: Add) -> None:
    web.answers["/s.xml.gz"] = Answer(gzip.compress(b"<urlset>" + bytes(50_000_000)), "application/gzip")
    assert short(add(f"{web.url}/s.xml.gz"), web) == [
        ("skipped", "/s.xml.gz", "unpacks to what is larger than 100 kB")
    ]
