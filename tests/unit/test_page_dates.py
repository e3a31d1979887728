"""The dates of web pages: made-up heads, each in a pattern that outlets and their systems use.

A row has the attributes of <html>, the head, what stands above the story and below it, and the days on which
the article was published and changed, None where the page does not say so without doubt.
"""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.assemble import assemble
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.pages.html import read_html

TITLE = "Quay in Lorne to open late"
STORY = (
    "<p>The minister of ports, Carla Devereux, said that the new quay in Lorne would open two years late"
    " because steel is short.</p><p>The builders had asked for more time in the spring, she told the"
    " parliament, and the harbour would pay for the delay.</p>"
)
H1 = f"<h1>{TITLE}</h1>"
OWN = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE}
OTHER = {"@type": "NewsArticle", "headline": "Old dam is torn down", "url": "https://news.example/dam",
         "datePublished": "2014-05-05", "dateModified": "2014-05-06"}  # fmt: skip
CANONICAL = '<link rel="canonical" href="https://news.example/quay">'


def ld(*values: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(value)}</script>' for value in values)


def meta(**contents: str) -> str:
    return "".join(f'<meta property="{name}" content="{content}">' for name, content in contents.items())


def named(**contents: str) -> str:
    return "".join(f'<meta name="{name}" content="{content}">' for name, content in contents.items())


def at(url: str) -> str:
    return f'<link rel="canonical" href="https://news.example{url}">'


DATES = {"datePublished": "2021-01-05T09:00:00Z", "dateModified": "2021-01-06T09:00:00Z"}
P, M = "2021-01-05", "2021-01-06"

PAGES: dict[str, tuple[str, str, str, str, str | None, str | None]] = {
    # --- JSON-LD
    "one article": ("", ld(OWN | DATES), H1, "", P, M),
    "yoast graph": (
        "",
        ld(
            {
                "@graph": [
                    {"@type": "WebSite", "name": "The Tarn Post"},
                    {"@type": "WebPage", "@id": "https://news.example/quay", **DATES},
                    OWN | DATES | {"mainEntityOfPage": {"@id": "https://news.example/quay"}},
                ]
            }
        ),
        H1,
        "",
        P,
        M,
    ),
    "meta of RFC 850": (
        "",
        meta(**{"article:published_time": "Tuesday, 05-Jan-21 09:00:00 GMT"}),
        H1,
        "",
        P,
        None,
    ),
    "a year of two digits below the headline": ("", "", f"{H1}<p class='date'>Jan. 5, '21</p>", "", P, None),
    "webpage only": ("", ld({"@graph": [{"@type": "WebPage", **DATES}]}), H1, "", P, M),
    "list, the related story first": ("", ld([OTHER, OWN | DATES]), H1, "", P, M),
    "block of a related story first": ("", ld(OTHER, OWN | DATES), H1, "", P, M),
    "item list of teasers": (
        "",
        ld({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": OTHER}]}),
        H1,
        "",
        None,
        None,
    ),
    "only another story, by its address": ("", CANONICAL + ld(OTHER), H1, "", None, None),
    "own by address, not by headline": (
        "",
        CANONICAL
        + ld(OTHER, {"@type": "Article", "headline": "Steel!", "url": "https://news.example/quay", **DATES}),
        H1,
        "",
        P,
        M,
    ),
    "two stories, none of them known": (
        "",
        ld([OTHER, OTHER | {"headline": "Fish prices fall", "datePublished": "2015-06-06"}]),
        H1,
        "",
        None,
        None,
    ),
    "in a comment": (
        "",
        f'<script type="application/ld+json"><!--\n{json.dumps(OWN | DATES)}\n//--></script>',
        H1,
        "",
        P,
        M,
    ),
    "in CDATA": (
        "",
        f'<script type="application/ld+json">//<![CDATA[\n{json.dumps(OWN | DATES)}\n//]]></script>',
        H1,
        "",
        P,
        M,
    ),
    "trailing comma": (
        "",
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Quay in Lorne'
        ' to open late", "datePublished": "2021-01-05", }</script>',
        H1,
        "",
        P,
        None,
    ),
    "type as a list, date as an object": (
        "",
        ld(
            OWN
            | {
                "@type": ["NewsArticle", "ReportageNewsArticle"],
                "datePublished": {"@value": "2021-01-05T09:00:00Z"},
            }
        ),
        H1,
        "",
        P,
        None,
    ),
    "comments in the article": (
        "",
        ld(OWN | {"comment": [{"@type": "Comment", "datePublished": "2021-03-03"}]}),
        H1,
        "",
        None,
        None,
    ),
    "live blog with entries": (
        "",
        ld(
            OWN
            | DATES
            | {
                "@type": "LiveBlogPosting",
                "liveBlogUpdate": [{"@type": "BlogPosting", "datePublished": "2021-01-07"}],
            }
        ),
        H1,
        "",
        P,
        M,
    ),
    "modified only": ("", ld(OWN | {"dateModified": "2021-01-06T09:00:00Z"}), H1, "", None, M),
    "midnight in the outlet's zone": (
        "",
        ld(OWN | {"datePublished": "2021-01-05T00:00:00+01:00"}),
        H1,
        "",
        P,
        None,
    ),
    "evening in the outlet's zone": (
        "",
        ld(OWN | {"datePublished": "2021-01-05T22:30:00-05:00"}),
        H1,
        "",
        P,
        None,
    ),
    "evening in UTC, day in the address": (
        "",
        at("/2021/01/05/quay") + ld(OWN | {"datePublished": "2021-01-06T03:30:00Z"}),
        H1,
        "",
        P,
        None,
    ),
    "epoch": ("", ld(OWN | {"datePublished": 1609837200}), H1, "", P, None),
    "epoch in ms as text": ("", ld(OWN | {"datePublished": "1609837200000"}), H1, "", P, None),
    # --- meta
    "open graph": (
        "",
        meta(
            **{
                "article:published_time": "2021-01-05T09:00:00+00:00",
                "article:modified_time": "2021-01-06T09:00:00+00:00",
            }
        ),
        H1,
        "",
        P,
        M,
    ),
    "updated only": ("", meta(**{"og:updated_time": "2021-01-06T09:00:00Z"}), H1, "", None, M),
    "last-modified of the server": (
        "",
        '<meta http-equiv="last-modified" content="2021-01-06">',
        H1,
        "",
        None,
        M,
    ),
    "parsely": ("", named(**{"parsely-pub-date": "2021-01-05T09:00:00Z"}), H1, "", P, None),
    "sailthru": ("", named(**{"sailthru.date": "Tue, 05 Jan 2021 09:00:00 +0000"}), H1, "", P, None),
    "dublin core": ("", named(**{"DC.date.issued": "2021-01-05", "DC.date.modified": M}), H1, "", P, M),
    "new york times": ("", named(pdate="20210105", utime="20210106101500"), H1, "", P, M),
    "guardian": ("", meta(**{"article:published_time": "2021-01-05T09:00:04.000Z"}), H1, "", P, None),
    "drupal, month first": (
        "",
        meta(
            **{
                "article:published_time": "Tue, 01/05/2021 - 17:57",
                "article:modified_time": "Wed, 01/13/2021 - 10:30",
            }
        ),
        H1,
        "",
        P,
        "2021-01-13",
    ),
    "drupal, two readings": (
        "",
        meta(**{"article:published_time": "07/11/2023 - 17:57"}),
        H1,
        "",
        None,
        None,
    ),
    "two readings, american page": ('lang="en-US"', named(pubdate="01/05/2021"), H1, "", P, None),
    "two readings, british page": ('lang="en-GB"', named(pubdate="05/01/2021"), H1, "", P, None),
    "two readings, german page": ('lang="de"', named(pubdate="05.01.2021"), H1, "", P, None),
    "two readings, signs disagree": (
        'lang="en-US"',
        '<link rel="canonical" href="https://news.co.uk/quay">' + named(pubdate="05/01/2021"),
        H1,
        "",
        None,
        None,
    ),
    "two readings, country of the address": (
        "",
        '<link rel="canonical" href="https://news.com.au/quay">' + named(pubdate="05/01/2021"),
        H1,
        "",
        P,
        None,
    ),
    "two readings, day in the address": (
        "",
        at("/2021/01/05/quay") + named(pubdate="01/05/2021"),
        H1,
        "",
        P,
        None,
    ),
    "date of the last crawl": ("", at("/2021/01/05/quay") + named(date="2023-09-09"), H1, "", P, None),
    "plain date": ("", named(date="2021-01-05"), H1, "", P, None),
    # --- the address
    "address with slashes": ("", at("/world/2021/01/05/quay"), H1, "", P, None),
    "address that ends in a day": ("", at("/world/quay-lorne-2021-01-05/"), H1, "", P, None),
    "address that ends in the day as a folder": ("", at("/morning/2021/01/05/"), H1, "", P, None),
    "event as the last folder, own day shown": (
        "",
        at("/fair/2021-09-12"),
        H1 + "<p>Published 5 January 2021</p>",
        "",
        P,
        None,
    ),
    "event as the last folders, own day in a plain meta": (
        "",
        at("/fair/2021/09/12/") + named(date="2021-01-05"),
        H1,
        "",
        P,
        None,
    ),
    "event as a page, own day in JSON-LD of the page": (
        "",
        at("/fair/2021-09-12.html") + ld(OWN | {"@type": "WebPage", "datePublished": "2021-01-05"}),
        H1,
        "",
        P,
        None,
    ),
    "event at the end, own day in the last line": (
        "",
        at("/fair-2021-09-12"),
        H1,
        "<p>Published: 5 January 2021</p>",
        P,
        None,
    ),
    "event as a folder before the last, own day shown": (
        "",
        at("/2021/09/12/fair"),
        H1 + "<p>Published 5 January 2021</p>",
        "",
        P,
        None,
    ),
    "day as a folder, a later one shown": (
        "",
        at("/2021/01/05/quay"),
        H1 + "<p>9 January 2021</p>",
        "",
        P,
        None,
    ),
    "address with a month in letters": ("", at("/world/2021/jan/05/quay"), H1, "", P, None),
    # --- microdata, hAtom, <time>
    "microdata": (
        "",
        "",
        '<div itemscope itemtype="https://schema.org/NewsArticle">'
        + H1
        + '<meta itemprop="datePublished" content="2021-01-05T09:00:00Z">'
        '<time itemprop="dateModified" datetime="2021-01-06T09:00:00Z">Jan. 6</time></div>',
        "",
        P,
        M,
    ),
    "microdata of a comment": (
        "",
        "",
        H1,
        '<div itemprop="comment" itemscope itemtype="https://schema.org/Comment">'
        '<time itemprop="datePublished" datetime="2021-02-02">2 Feb</time></div>',
        None,
        None,
    ),
    "wordpress": (
        "",
        "",
        H1 + '<span class="posted-on"><a href="/quay" rel="bookmark"><time class="entry-date'
        ' published" datetime="2021-01-05T09:00:00+00:00">January 5, 2021</time><time class="updated"'
        ' datetime="2021-01-06T09:00:00+00:00">January 6, 2021</time></a></span>',
        "",
        P,
        M,
    ),
    "hatom": ("", "", H1 + '<abbr class="published" title="2021-01-05T09:00:00Z">5 Jan</abbr>', "", P, None),
    "bbc": (
        "",
        "",
        H1 + '<time data-testid="timestamp" datetime="2021-01-05T09:00:00.000Z">5 January 2021</time>',
        "",
        P,
        None,
    ),
    "data-timestamp": (
        "",
        "",
        H1 + '<span class="date" data-timestamp="1609837200">3 hours ago</span>',
        "",
        P,
        None,
    ),
    "time in a sidebar": (
        "",
        "",
        H1,
        '<aside><time datetime="2020-02-02">2 Feb 2020</time></aside>',
        None,
        None,
    ),
    "times of related stories": (
        "",
        "",
        H1,
        '<div class="related-stories"><a href="/x">Dam <time'
        ' datetime="2014-05-05">5 May 2014</time></a></div>',
        None,
        None,
    ),
    "own time before teasers": (
        "",
        "",
        H1 + '<time datetime="2021-01-05">5 Jan 2021</time>',
        '<div class="teaser"><time datetime="2014-05-05">5 May 2014</time></div>',
        P,
        None,
    ),
    "live entries": (
        "",
        "",
        H1,
        '<div class="live-entry"><time datetime="2021-01-07T10:00:00Z">10:00</time></div>',
        None,
        None,
    ),
    # --- as readers see it
    "byline and day": ("", "", H1 + "<p>By Carol Simms | January 5, 2021</p>", "", P, None),
    "published and updated": (
        "",
        "",
        H1 + "<div>Published January 5, 2021 Updated January 6, 2021</div>",
        "",
        P,
        M,
    ),
    "guardian dateline": (
        "",
        "",
        H1 + "<div>Tue 5 Jan 2021 10.05 GMT</div><div>Last modified on Wed 6 Jan 2021 08.00 GMT</div>",
        "",
        P,
        M,
    ),
    "updated only, shown": ("", "", H1 + "<div>Updated: January 6, 2021</div>", "", None, M),
    "german blog": (
        'lang="de-DE"',
        "",
        H1 + '<p class="meta">Veröffentlicht am 5. Januar 2021 von admin</p>',
        "",
        P,
        None,
    ),
    "german numbers": ('lang="de"', "", H1 + "<span>05.01.2021, 10:05 Uhr</span>", "", P, None),
    "french": (
        'lang="fr"',
        "",
        H1 + "<p>Publié le 5 janvier 2021 à 10h05 - Mis à jour le 6 janvier 2021 à 11h00</p>",
        "",
        P,
        M,
    ),
    "spanish": ('lang="es"', "", H1 + '<span class="fecha">5 de enero de 2021</span>', "", P, None),
    "japanese": ('lang="ja"', "", H1 + "<p>2021年1月5日 10:05</p>", "", P, None),
    "labels in elements of their own": (
        "",
        "",
        H1 + "<div><b>Published:</b> <span>January 5, 2021</span></div>"
        "<div><b>Updated:</b> <span>January 6, 2021</span></div>",
        "",
        P,
        M,
    ),
    "wordpress footer": (
        "",
        "",
        H1,
        '<div class="entry-meta">Posted on January 5, 2021 by admin in News</div>',
        P,
        None,
    ),
    "two readings, shown": ("", "", H1 + "<p>05/01/2021</p>", "", None, None),
    "another shown day fits one order": (
        "",
        "",
        H1 + "<p>Published: 05/01/2021</p><p>Updated: 16/01/2021</p>",
        "",
        P,
        "2021-01-16",
    ),
    "copyright and imprint": ("", "", H1, "<footer>© The Tarn Post, January 5, 2021</footer>", None, None),
    "day in the story": (
        "",
        "",
        H1,
        "<p>The first quay opened on May 4, 1987, with a brass band.</p>",
        None,
        None,
    ),
    "today's date in the masthead": (
        "",
        "",
        '<div class="masthead">Friday, June 4, 2021</div>' + H1,
        "",
        None,
        None,
    ),
    "today's date above, the article's below": (
        "",
        "",
        '<div><span class="date">Thursday, June 3, 2021</span> | Home</div>'
        + H1
        + '<div class="pub">January 5, 2021</div>',
        "",
        P,
        None,
    ),
    "today's date above, changed before": (
        "",
        "",
        "<div>June 4, 2021</div>" + H1 + "<p>Updated: January 6, 2021</p>",
        "",
        None,
        M,
    ),
    "byline as a subheading": ("", "", H1 + "<h4>By Ann Lee | January 5, 2021</h4>", "", P, None),
    "today's date alone": (
        "",
        "",
        '<div><span id="current-date">Friday, June 4, 2021</span> | Home</div>' + H1,
        "",
        None,
        None,
    ),
    "today's date at the top": ("", "", '<div id="top"><span>June 4, 2021</span></div>' + H1, "", None, None),
    "a blog's heading above": (
        "",
        "",
        '<h2 class="date-header"><span>Tuesday, January 5, 2021</span></h2>' + H1,
        "",
        P,
        None,
    ),
    "behind a long deck": (
        "",
        "",
        H1 + "<p>Steel is short, the builders say, and the harbour of Lorne has to pay for a delay of two"
        " years.</p><p>January 5, 2021</p>",
        "",
        P,
        None,
    ),
    "box of an event": (
        "",
        "",
        H1,
        '<div class="event"><h4>Open day</h4><p class="event-date">5 June 2021</p></div>',
        None,
        None,
    ),
    "date in the story": ("", "", H1, "<div><h4>Open day</h4><p>Saturday, 5 June 2021</p></div>", None, None),
    "time in a fact box": (
        "",
        "",
        H1,
        '<div class="infobox"><time datetime="2021-06-05">5 June</time></div>',
        None,
        None,
    ),
    "time in the story": ("", "", H1, '<p>Open <time datetime="2021-06-05">5 June</time></p>', None, None),
    "release of a film": ("", "", H1 + "<p>In cinemas from</p><p>5 June 2021</p>", "", None, None),
    "subheadings that are days": ("", "", H1 + "<h3>Monday, 4 January 2021</h3>", "", None, None),
    "changed before published": (
        "",
        "",
        H1 + '<div>Posted on <time class="updated" datetime="2021-01-06">January 6, 2021</time>'
        '<time class="entry-date published" datetime="2021-01-05">January 5, 2021</time></div>',
        "",
        P,
        M,
    ),
    "posted, whatever its class": (
        "",
        "",
        H1 + '<div>Posted on <span class="date updated">January 5, 2021</span> by Ann Lee</div>',
        "",
        P,
        None,
    ),
    "no date": ("", "", H1, "", None, None),
    # --- dates in sentences, which are those of something else
    "report in a later paragraph": (
        "",
        "",
        H1 + '<p>By Ann Lee</p><time datetime="2021-01-05">January 5, 2021</time>',
        "<p>A survey, published on 2 March 2019, warned of it.</p>",
        P,
        None,
    ),
    "film in a later paragraph": (
        "",
        "",
        H1 + "<p>January 5, 2021</p>",
        "<p>In a film posted 2 March 2019 the crane can be seen to fall.</p>",
        P,
        None,
    ),
    "report in the first paragraph": (
        "",
        "",
        H1 + "<p>The survey, published on 2 March 2019, found that the pier was weak.</p>",
        "",
        None,
        None,
    ),
    "report in a deck without a stop": (
        "",
        "",
        H1 + "<p>Survey, published on 2 March 2019, found the pier to be weak</p>",
        "",
        None,
        None,
    ),
    "plan changed, in the first paragraph": (
        "",
        "",
        H1 + "<p>Updated on 2 March 2019, the plan names two piers.</p>",
        "",
        None,
        None,
    ),
    "link in a sentence": (
        "",
        "",
        H1,
        '<p>The county <a href="/r">published on 2 March 2019</a> what it knew.</p>',
        None,
        None,
    ),
    "deadline in bold": ("", "", H1 + "<p>Claims must be in by <b>5 June 2021</b>.</p>", "", None, None),
    "label below the story": ("", "", H1, "<p>Published: January 5, 2021</p>", P, None),
    "article of its own words": (
        "",
        "",
        H1 + "<p>This article was first published on January 5, 2021 and has been updated.</p>",
        "",
        P,
        None,
    ),
    "label behind a name": ("", "", H1 + "<p>Tarn Post, posted January 5, 2021</p>", "", P, None),
    # --- the day in words is the outlet's, the attribute is in UTC
    "morning east of Greenwich": (
        'lang="en-AU"',
        "",
        H1 + '<time datetime="2021-01-04T21:12:00.000Z">Tue 5 Jan 2021 at 8:12am</time>',
        "",
        P,
        None,
    ),
    "evening west of Greenwich": (
        "",
        "",
        H1 + '<time datetime="2021-01-06T03:30:00Z">January 5, 2021 10:30 p.m. ET</time>',
        "",
        P,
        None,
    ),
    "morning in Japan": (
        'lang="ja"',
        "",
        H1 + '<time datetime="2021-01-04T21:12:00Z">2021年1月5日 6:12</time>',
        "",
        P,
        None,
    ),
    "words without a year": (
        "",
        "",
        H1 + '<time datetime="2021-01-05T21:12:00Z">Wed 6 Jan</time>',
        "",
        P,
        None,
    ),
    # --- dates of other things around the headline
    "day in the headline": ("", "", "<h1>Quay in Lorne to open late, on 5 June 2021</h1>", "", None, None),
    "day in the headline, own below": (
        "",
        "",
        "<h1>Quay in Lorne to open late, on 5 June 2021</h1><p>January 5, 2021</p>",
        "",
        P,
        None,
    ),
    "film, its release first": (
        "",
        "",
        H1 + "<p>Rating: 4/5. Released: 2 March 2019</p><p>January 5, 2021</p>",
        "",
        P,
        None,
    ),
    "credit of a picture": (
        "",
        "",
        H1 + '<div class="image-credit">Taken on March 2, 2019 by Tom Reed</div>',
        "",
        None,
        None,
    ),
    "caption without a name": (
        "",
        "",
        H1 + '<img src="a.jpg"><p><small>The quay, 2 March 2019 (AP Photo/Tom Reed)</small></p>',
        "",
        None,
        None,
    ),
    "entries with times": (
        "",
        "",
        H1,
        "".join(
            f'<div><time datetime="2021-01-0{day}T03:00:00Z">0{day} Jan 2021</time><p>The cranes of the quay'
            " stood still all night long, and nobody knew when the ships would leave.</p></div>"
            for day in (7, 6)
        ),
        None,
        None,
    ),
    "entries with times in attributes": (
        "",
        "",
        H1
        + "".join(
            f'<section data-time="{seconds}"><h3>07:10 Crane</h3><p>The cranes of the quay stood still all'
            " night long, and nobody knew when the ships would leave.</p></section>"
            for seconds in (1609923600, 1609837200)
        ),
        "",
        None,
        None,
    ),
    "event at the end of the address, own day shown": (
        "",
        at("/race-2024-08-01"),
        H1 + "<p>Published January 5, 2021</p>",
        "",
        P,
        None,
    ),
    "clip in the page": (
        "",
        ld({"@type": "VideoObject", "name": "Cranes", "datePublished": "2019-03-02"}),
        H1,
        "",
        None,
        None,
    ),
    "two readings, a domain that is a word": (
        'lang="en"',
        '<link rel="canonical" href="https://tarn.co/quay">',
        H1 + "<p>01/05/2021</p>",
        "",
        None,
        None,
    ),
    # --- labels and words of other languages and systems
    "russian, Moscow time": ('lang="ru"', "", H1 + "<p>5 января 2021, 07:12 МСК</p>", "", P, None),
    "chinese, with its source": (
        'lang="zh"',
        "",
        H1 + "<p>2021年01月05日 07:12 来源：新华网</p>",
        "",
        P,
        None,
    ),
    "vietnamese": ('lang="vi"', "", H1 + "<p>Thứ ba, 5/1/2021, 07:12 (GMT+7)</p>", "", P, None),
    "hebrew": ('lang="he"', "", H1 + "<p>פורסם: 05.01.2021</p><p>עודכן: 06.01.2021</p>", "", P, M),
    "greek": ('lang="el"', "", H1 + "<p>Δημοσιεύτηκε: 5 Ιανουαρίου 2021</p>", "", P, None),
    "arabic digits": ('lang="ar"', "", H1 + "<p>٥ يناير ٢٠٢١</p>", "", P, None),
    "dutch": (
        'lang="nl"',
        "",
        H1 + "<span>Gepubliceerd: 05 jan. 2021</span> <span>Aangepast: 06 jan. 2021</span>",
        "",
        P,
        M,
    ),
    "drupal, shown": ("", "", H1 + "<p>Submitted by admin on Tue, 01/05/2021 - 05:12</p>", "", P, None),
    "posted by somebody in a section": (
        "",
        "",
        H1 + "<p>Posted by Ann Lee on January 5, 2021 in News</p>",
        "",
        P,
        None,
    ),
    "photographer beside the date": (
        "",
        "",
        H1 + "<p>By Ann Lee | January 5, 2021 | Photos by Tom Reed</p>",
        "",
        P,
        None,
    ),
    "issue above the headline": ("", "", "<p>Issue of 5 January 2021</p>" + H1, "", P, None),
    "stamp that scripts keep": (
        "",
        "",
        H1 + '<abbr class="livestamp" data-utime="1609837200">Yesterday</abbr>',
        "",
        P,
        None,
    ),
    "footer of the entry": (
        "",
        "",
        H1,
        '<footer class="entry-footer">Posted on <time datetime="2021-01-05">January 5, 2021</time></footer>',
        P,
        None,
    ),
    # --- the state of scripts
    "next.js": (
        "",
        '<script id="__NEXT_DATA__" type="application/json">'
        + json.dumps(
            {
                "props": {
                    "pageProps": {
                        "article": {
                            "title": TITLE,
                            "publishedAt": "2021-01-05T09:00:00Z",
                            "updatedAt": "2021-01-06T09:00:00Z",
                        },
                        "latest": [{"title": "Dam", "publishedAt": "2021-02-02"}],
                    }
                }
            }
        )
        + "</script>",
        H1,
        "",
        P,
        M,
    ),
    "next.js, another story": (
        "",
        '<script id="__NEXT_DATA__" type="application/json">'
        + json.dumps({"props": {"story": {"title": "Old dam is torn down", "publishedAt": "2014-05-05"}}})
        + "</script>",
        H1,
        "",
        None,
        None,
    ),
    "arc": (
        "",
        "<script>Fusion.globalContent=1;window.Fusion = "
        + json.dumps(
            {
                "content": {
                    "headlines": {"basic": TITLE},
                    "first_publish_date": "2021-01-05T09:00:00Z",
                    "last_updated_date": "2021-01-06T09:00:00Z",
                }
            }
        )
        + ";</script>",
        H1,
        "",
        P,
        M,
    ),
    "data layer": (
        "",
        "<script>dataLayer.push({'articleDate': '', 'publishDate': '2021-01-05'});</script>",
        H1,
        "",
        P,
        None,
    ),
}


def page(html: str, head: str, above: str, below: str) -> bytes:
    return (
        f'<!doctype html><html {html}><head><meta charset="utf-8"><title>{TITLE}</title>{head}</head><body>'
        f'<nav><a href="/">Home</a></nav><main><article>{above}{STORY}</article>{below}</main></body></html>'
    ).encode()


def article(data: bytes, refused: list[tuple[str, str]] | None = None) -> Article:
    notes = [] if refused is None else refused
    draft = dataclasses.replace(read_html(data, LoadOptions()), id="a")
    return assemble(draft, options=LoadOptions(), refuse=lambda words, why: notes.append((words, why)))


def day(moment: datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()


@pytest.mark.parametrize("name", PAGES)
def test_the_dates_of_a_page(name: str) -> None:
    html, head, above, below, published, modified = PAGES[name]
    got = article(page(html, head, above, below))
    assert (day(got.published), day(got.modified)) == (published, modified)


MASTHEADS = (
    '<div id="date">Friday, June 4, 2021</div>',
    '<div class="header-date">Friday, 4 June 2021</div>',
    '<div class="top-bar"><span>Friday, 4 June 2021</span><span>Lorne 4°C</span></div>',
    "<p>Friday, 4 June 2021</p>",
    '<div><div id="date-line">Friday 4 June 2021 | Edition: UK</div></div>',
)


@pytest.mark.parametrize("masthead", MASTHEADS)
def test_the_day_of_the_visit_above_the_article_is_not_its_own(masthead: str) -> None:
    html = page("", "", H1, "").replace(b"<main>", f"{masthead}<main>".encode())
    assert article(html).published is None
    bare = (
        html.replace(b"<main><article>", b"<div>").replace(b"</article>", b"</div>").replace(b"</main>", b"")
    )
    assert article(bare).published is None


def test_a_day_right_above_the_headline_is_the_articles() -> None:
    html = page("", "", f"<div><p>January 5, 2021</p>{H1}</div>", "")
    bare = (
        html.replace(b"<main><article>", b"<div>").replace(b"</article>", b"</div>").replace(b"</main>", b"")
    )
    assert day(article(html).published) == day(article(bare).published) == P


def test_a_moment_is_kept_where_its_day_is_the_outlets() -> None:
    got = article(page("", ld(OWN | {"datePublished": "2021-01-05T10:30:00-05:00"}), H1, ""))
    assert got.published == datetime(2021, 1, 5, 15, 30, tzinfo=UTC)


def test_a_day_that_has_two_readings_is_told() -> None:
    refused: list[tuple[str, str]] = []
    article(page("", "", H1 + "<p>05/01/2021</p>", ""), refused)
    assert refused == [("05/01/2021", "day and month cannot be told apart")]
