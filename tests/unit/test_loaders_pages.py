"""What of a web page is its article: captions, tables, lists and boxes; no promos, comments and notices."""

import json
from datetime import date
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders.base import Entry, Skipped, SourceFile
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load

LEAD = (
    "The festival of Tarn drew forty thousand visitors this year, more than ever before, its director said "
    "at a"
    " news conference on Monday morning in the old town hall."
)
MIDDLE = (
    "Hotels in the town were full for nine nights, and the railway ran extra trains from the capital, a "
    "spokesman"
    " for the tourist office of the region said on Tuesday."
)
END = (
    "The next festival will be held from the third to the twelfth of July, the director said, and tickets "
    "will be"
    " on sale from the first of March at the town hall."
)

BOAT = (
    "Boats can be hired at the quay for six crowns an hour, if the river is not too high, the owner of the "
    "yard said"
    " on Monday, and a train crosses the railway bridge two miles to the north."
)


def read(tmp_path: Path, html: str) -> Article | Skipped:
    path = tmp_path / "page.html"
    path.write_text(html)
    (got,) = load(SourceFile(path, "page.html", path.stat().st_size))
    return got


def page(between: str, *, after: str = "", head: str = "") -> str:
    return (
        f"<!doctype html><html><head><title>Record crowd at festival</title>{head}</head><body><article>"
        f"<h1>Record crowd at festival</h1><p>{LEAD}</p>{between}<p>{MIDDLE}</p><p>{END}</p></article>{after}"
        "</body></html>"
    )


def lines(tmp_path: Path, html: str) -> list[str]:
    got = read(tmp_path, html)
    assert isinstance(got, Article), got
    return got.text.split("\n\n")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<figure><img src=x><figcaption>The singer Noor Haddad. <span>Photograph: Emil "
            "Roth</span></figcaption>"
            "</figure>",
            ["The singer Noor Haddad. Photograph: Emil Roth"],
        ),
        (
            '<div class="wp-caption"><img src=x><p class="wp-caption-text">The singer Noor Haddad on '
            "Friday</p></div>",
            ["The singer Noor Haddad on Friday"],
        ),
        (
            "<h2>Prizes</h2><ul><li><span>Best film: Ilse Kramer</span></li><li><span>Best actor: Jakob "
            "Lund</span>"
            "</li></ul>",
            ["Prizes", "Best film: Ilse Kramer", "Best actor: Jakob Lund"],
        ),
        (
            "<table><caption>What it costs</caption><tr><th>Ticket</th><th>Price</th></tr>"
            "<tr><td>Day ticket</td><td>48 crowns</td></tr></table>",
            ["What it costs", "Ticket | Price", "Day ticket | 48 crowns"],
        ),
        (
            "<blockquote><p>The best week of the year.</p><footer>Anna Berg, critic</footer></blockquote>",
            ["The best week of the year.", "Anna Berg, critic"],
        ),
        (
            "<aside><h3>In numbers</h3><p>The festival was founded in 1974.</p></aside>",
            ["In numbers", "The festival was founded in 1974."],
        ),
        (
            "<dl><dt>Founded</dt><dd>1974</dd><dt>Budget</dt><dd>11 million crowns</dd></dl>",
            ["Founded", "1974", "Budget", "11 million crowns"],
        ),
        (
            "<details><summary>Who founded it?</summary><p>Two teachers of the town did, in "
            "1974.</p></details>",
            ["Who founded it?", "Two teachers of the town did, in 1974."],
        ),
    ],
)
def test_parts_of_an_article_that_are_no_paragraphs_stay(
    tmp_path: Path, html: str, expected: list[str]
) -> None:
    assert lines(tmp_path, page(html)) == [LEAD, *expected, MIDDLE, END]


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("<p>By Ann Lee</p><p>March 3, 2021 10:00 AM</p>", []),
        ("<div>Published on 2021-03-03</div>", []),
        ("<p>By Monday, all of them had gone.</p>", ["By Monday, all of them had gone."]),
        ("<ul><li>Built: 1931</li><li>Length: 412 m</li></ul>", ["Built: 1931", "Length: 412 m"]),
        ("<h2>The festival of 2021</h2>", ["The festival of 2021"]),
        ("<p>Published: Monday,<br>May 3, 2021</p>", []),
        ("<div><div>Monday</div><div>3 May 2021</div><div>10:45</div></div>", []),
    ],
)
def test_bylines_and_days_in_front_go_and_facts_stay(tmp_path: Path, front: str, expected: list[str]) -> None:
    html = page("").replace("</h1>", f"</h1>{front}")
    assert lines(tmp_path, html) == [*expected, LEAD, MIDDLE, END]


@pytest.mark.parametrize(
    ("behind", "left"),
    [
        (' <a href="/x">Read more: Ferry opens in March</a>', ""),
        (' <b><a href="/x">Continue reading <i>the story</i> →</a></b>', ""),
        (' <a href="/x">Read more</a> »', ""),
        (' The novel is called <a href="/x">Read more</a>', " The novel is called Read more"),
        (' <a href="/x">Read more</a>, they were told.', " Read more, they were told."),
    ],
)
def test_a_link_that_leads_on_behind_a_sentence_goes(tmp_path: Path, behind: str, left: str) -> None:
    html = page("").replace("</p>", f"{behind}</p>", 1)
    assert lines(tmp_path, html) == [f"{LEAD}{left}", MIDDLE, END]


def test_what_stands_aside_and_leads_nowhere_is_a_box_of_the_article(tmp_path: Path) -> None:
    box = "<aside><h3>Background</h3><p>The festival was founded in 1974.</p></aside></article>"
    assert lines(tmp_path, page("").replace("</article>", box))[3:] == [
        "Background",
        "The festival was founded in 1974.",
    ]


@pytest.mark.parametrize(
    "stamps",
    [
        ("18:05 GMT, 3 Nov", "9.40 GMT"),
        ("18:05, 3 May 2021", "Monday 3 May 2021"),
        ("10.55am BST", "9 p.m. ET"),
    ],
)
def test_the_times_of_a_live_blog_stay(tmp_path: Path, stamps: tuple[str, str]) -> None:
    entries = [
        f"<article><time>{stamp}</time><h2>Entry {number}</h2><p>{text}</p></article>"
        for number, (stamp, text) in enumerate(zip(stamps, (LEAD, END), strict=True))
    ]
    html = f"<html><body><main><h1>Live: festival</h1>{''.join(entries)}</main></body></html>"
    assert lines(tmp_path, html) == [stamps[0], "Entry 0", LEAD, stamps[1], "Entry 1", END]


def test_a_fact_box_and_a_table_at_the_end_stay(tmp_path: Path) -> None:
    html = page("").replace(
        "</article>",
        "<div class='infobox'><h3>Key facts</h3><ul><li>Founded in "
        "1974</li></ul></div><table><tr><th>Year</th>"
        "<th>Visitors</th></tr><tr><td>2020</td><td>36,000</td></tr></table></article>",
    )
    assert lines(tmp_path, html)[3:] == ["Key facts", "Founded in 1974", "Year | Visitors", "2020 | 36,000"]


@pytest.mark.parametrize(
    "html",
    [
        '<p><strong>READ MORE: <a href="/x">Singer cancels tour after fall from stage</a></strong></p>',
        '<p>Related: <a href="/x">Singer cancels tour after fall from stage</a></p>',
        '<p><em>Lesen Sie auch: <a href="/x">Die Sängerin sagt ihre Reise nach einem Sturz ab</a></em></p>',
        '<p><a href="/x"><strong>Singer cancels tour after fall from stage</strong></a></p>',
        '<p>See also<br><a href="/x">Singer cancels tour after fall from stage</a></p>',
        '<div class="related-inline"><h4>Related stories</h4><ul><li><a href="/a">Mayor of Tarn resigns '
        "over land"
        ' deal</a></li><li><a href="/b">Ten killed as bus plunges into gorge</a></li></ul></div>',
        '<h3>More from Tarn</h3><ul><li><a href="/a">Mayor of Tarn resigns over land deal</a></li></ul>',
        '<h3>You may also like</h3><div><a href="/a">Mayor of Tarn resigns over land deal</a></div>',
        '<aside data-component="richLink"><a href="/a">Mayor of Tarn resigns over land deal</a></aside>',
        '<div class="newsletter-signup"><h3>The Tarn Briefing</h3><p>All that matters, every '
        "morning.</p><form>"
        "<input name=mail><button>Sign up</button></form></div>",
        '<div id="onetrust-banner-sdk"><p>We and our partners store information on your device.</p></div>',
        '<div class="paywall-offer"><p>You have two free articles left. Read on for one crown a '
        "week.</p></div>",
        '<div class="share-bar"><span>Share</span><ul><li><a href="#">Facebook</a></li></ul></div>',
        '<div class="ad-slot"><p>Advertisement</p><p>Buy the new saw of Brenn and Sons today.</p></div>',
        '<section amp-access="NOT subscriber"><p>Read on for one crown a week.</p></section>',
        '<div role="dialog"><p>Turn on notifications to hear of news as it happens.</p></div>',
        "<div hidden><p>Buy cheap pills here, which nobody sees.</p></div>",
        '<div style="visibility: hidden"><p>Buy cheap pills here, which nobody sees.</p></div>',
        '<p aria-hidden="true">Buy cheap pills here, which nobody sees.</p>',
        '<div style="color: red; display:none">Buy cheap pills here, which nobody sees.</div>',
        "<p>Download our app for breaking news</p>",
        '<p><span class="visually-hidden">This link opens in a new tab</span></p>',
    ],
)
def test_what_stands_between_paragraphs_and_is_not_of_the_article_goes(tmp_path: Path, html: str) -> None:
    assert lines(tmp_path, page(html)) == [LEAD, MIDDLE, END]


@pytest.mark.parametrize(
    "html",
    [
        '<section id="comments" class="comments-area"><h3>3 comments</h3><ol class="comment-list"><li '
        'class="comment">'
        "<div>Troll77</div><p>The director was arrested last night, everybody knows that, and all is "
        "fake.</p></li>"
        "</ol></section>",
        '<h3>2 Comments</h3><ul><li class="reply"><p>I was there and it was great, thanks to all the '
        "helpers of it."
        "</p></li></ul>",
        "<h2>Reader comments</h2><table><tr><td>Posted by rex22 at 4:11 pm, Sept 5</td></tr><tr><td>My uncle "
        "ran that fair and it was fine.</td></tr></table>",
        '<h3>3 Comments</h3><div class="thread"><p>rex22 · 2 days ago</p><p>It was fine back then.</p></div>',
        '<h3>Related stories</h3><div><h4><a href="/a">Mayor of Tarn resigns</a></h4><p>The mayor resigned on'
        " Monday over a land deal, his office said.</p></div>",
        '<div class="bottom"><h2>Leave a comment</h2><form><textarea></textarea></form></div>',
        '<div class="recirc"><h2>Most read</h2><p>Ten killed as a bus plunges into a gorge in the '
        "mountains.</p></div>",
        "<footer><p>© 2021 The Tarn Post. All rights reserved.</p></footer>",
    ],
)
def test_what_stands_behind_an_article_goes(tmp_path: Path, html: str) -> None:
    assert lines(tmp_path, page("", after=html)) == [LEAD, MIDDLE, END]


@pytest.mark.parametrize(
    "html",
    [
        '<p>The <a href="/x">mayor of Tarn, who resigned over a land deal</a>, had opened it.</p>',
        '<p><a href="/x">The mayor of Tarn resigned on Monday, his office said.</a></p>',
        "<p>Read more books, the director told the pupils.</p>",
        "<p>Copyright law was changed on Monday, the ministry said.</p>",
        "<p>Most pages need JavaScript to run, the engineer said.</p>",
        "<p>To keep reading for pleasure was all she wanted, she wrote.</p>",
        "<p>He asked the fans to consider donating to the hospital.</p>",
        '<div class="article-teaser">The mayor will speak about it on Sunday, his office said.</div>',
        '<p>Related to the <a href="/x">mayor of Tarn</a> by marriage, she had run the festival for ten '
        "years.</p>",
    ],
)
def test_sentences_that_look_like_promos_stay(tmp_path: Path, html: str) -> None:
    assert len(lines(tmp_path, page(html))) == 4


@pytest.mark.parametrize(
    "html",
    [
        f'<p class="paywall">{BOAT}</p>',
        f'<div class="subscription-content"><p>{BOAT}</p><p>{BOAT}</p><p>{BOAT}</p><p>{BOAT}</p></div>',
        f'<h2 id="comments-from-the-mayor">What the mayor said</h2><p id="share-prices">{BOAT}</p>',
        f'<h3><button aria-expanded="true">How do I get across?</button></h3><p>{BOAT}</p>',
        '<h3><button aria-controls="a1">How do I get across?</button></h3>'
        f'<div id="a1" aria-hidden="true" hidden><p>{BOAT}</p></div>',
        f'<div hidden="until-found"><p>{BOAT}</p></div>',
        f'<p><span aria-hidden="true">{BOAT[0]}</span>{BOAT[1:]}</p>',
        f'<div class="cmp-text"><p>{BOAT}</p></div>',
        f'<div class="ad-hoc-committee"><p>{BOAT}</p></div>',
        f'<div class="social-care-box"><p>{BOAT}</p><p><a href="/x">The report</a></p></div>',
        f'<div class="toc-section">{BOAT}</div>',
        f'<div class="quote-author"><p>{BOAT}</p></div>',
    ],
)
def test_text_stays_although_its_name_says_something_else(tmp_path: Path, html: str) -> None:
    assert set(lines(tmp_path, page(html))) >= {LEAD, BOAT, MIDDLE, END}


def test_a_part_for_subscribers_is_no_offer_where_the_page_says_so(tmp_path: Path) -> None:
    part = f'<div class="paywall x"><p>{BOAT}</p></div>'
    data = {
        "@type": "NewsArticle",
        "isAccessibleForFree": False,
        "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".paywall"},
    }
    assert lines(tmp_path, page(part)) == [LEAD, MIDDLE, END]
    marked = page(part + json_script(data, 'type="application/ld+json"'))
    assert set(lines(tmp_path, marked)) == {LEAD, BOAT, MIDDLE, END}


def test_an_element_that_holds_the_article_stays_whatever_it_is_called(tmp_path: Path) -> None:
    for name in ("paywall", "has-related content--share", "subscription-content", "post comments-open"):
        html = page("").replace("<article>", f'<div class="{name}">').replace("</article>", "</div>")
        assert lines(tmp_path, html) == [LEAD, MIDDLE, END]


BODY = "The salt works of Bray closed on Friday after 212 years. The director, Ines Aldana, locked the gate."
NOTICE = '<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>'


def shell(head: str = "", body: str = NOTICE) -> str:
    return (
        f"<!doctype html><html><head><title>Salt works close</title>{head}</head><body>{body}</body></html>"
    )


def json_script(value: object, attributes: str) -> str:
    return f"<script {attributes}>{json.dumps(value)}</script>"


STORY = {"headline": "Salt works close", "body": BODY}
OTHER = {"headline": "Mayor resigns", "body": "The mayor of Tarn resigned on Monday over a land deal. " * 9}


@pytest.mark.parametrize(
    "html",
    [
        shell(json_script({"@type": "NewsArticle", "articleBody": BODY}, 'type="application/ld+json"')),
        shell(
            json_script({"@type": "Report", "articleBody": f"<p>{BODY}</p>"}, 'type="application/ld+json"')
        ),
        shell("", NOTICE + json_script({"a": STORY}, 'id="__NEXT_DATA__" type="application/json"')),
        shell("", NOTICE + json_script({"more": [OTHER], "story": STORY}, 'type="application/json"')),
        shell("", f"{NOTICE}<script>window.__PRELOADED_STATE__ = {json.dumps(STORY)};</script>"),
        shell("", f"{NOTICE}<script>window.__DATA__=1;window.__INITIAL_STATE__={json.dumps(STORY)}</script>"),
        shell("", f"{NOTICE}<script>__STATE__ = JSON.parse({json.dumps(json.dumps(STORY))})</script>"),
        shell(
            "",
            NOTICE
            + "<script>Fusion.globalContent="
            + json.dumps(
                {
                    "headlines": {"basic": "Salt works close"},
                    "content_elements": [
                        {"type": "text", "content": BODY[:56]},
                        {"type": "interstitial_link", "content": "Read more"},
                        {"type": "text", "content": f"<b>{BODY[57:]}</b>"},
                    ],
                }
            )
            + ";Fusion.x=1</script>",
        ),
        shell(
            "",
            NOTICE
            + json_script(
                {"title": "Salt works close", "content": {"nodeType": "document", "content": [
                    {"nodeType": "paragraph", "content": [
                        {"nodeType": "text", "value": BODY[:20]}, {"nodeType": "hyperlink", "content": [
                            {"nodeType": "text", "value": BODY[20:30]}]},
                        {"nodeType": "text", "value": BODY[30:]},
                    ]}]}},
                'type="application/json"',
            ),
        ),
    ],
)  # fmt: skip
def test_the_text_that_a_page_of_scripts_has_as_data(tmp_path: Path, html: str) -> None:
    got = read(tmp_path, html)
    assert isinstance(got, Article), got
    assert (got.title, " ".join(got.text.split())) == ("Salt works close", BODY)


@pytest.mark.parametrize(
    ("names", "day"),
    [
        ({"credits": {"by": [{"name": "Ann Lee"}, {"name": "Tom Reed"}]}}, {"display_date": "2023-04-07"}),
        ({"authors": ["Ann Lee", "Tom Reed"]}, {"publishedAt": {"$date": "2023-04-07T05:12:00Z"}}),
        ({"byline": "By Ann Lee and Tom Reed"}, {"datePublished": "2023-04-07"}),
    ],
)
def test_the_byline_the_day_and_the_captions_of_such_data(
    tmp_path: Path, names: dict[str, object], day: dict[str, object]
) -> None:
    body = [{"type": "text", "content": BODY}, {"type": "image", "caption": "The gate on Friday"}]
    story = {"type": "story", "headline": "Salt works close", **names, **day, "content_elements": body}
    got = read(tmp_path, shell("", f"{NOTICE}<script>Fusion.globalContent={json.dumps(story)};</script>"))
    assert isinstance(got, Article), got
    assert got.text.split("\n\n") == [BODY, "The gate on Friday"]
    assert got.authors == ("Ann Lee", "Tom Reed")
    assert got.published is not None
    assert got.published.date() == date(2023, 4, 7)


def test_the_address_of_a_page_that_a_browser_saved(tmp_path: Path) -> None:
    note = "<!-- saved from url=(0042)https://tarn.example/2023/04/07/mill?fbclid=1 -->"
    got = read(tmp_path, page("").replace("<html>", f"{note}<html>"))
    assert isinstance(got, Article)
    assert (got.id, got.source) == ("https://tarn.example/2023/04/07/mill", "tarn.example")
    assert got.published is not None
    assert got.published.date() == date(2023, 4, 7)


@pytest.mark.parametrize("stated", ["", "https://evil.example/x"])
def test_the_outlet_of_a_fetched_page_is_never_another_host(tmp_path: Path, stated: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(page("", head=f'<link rel="canonical" href="{stated}">' if stated else ""))
    address = "https://www.tarn.example/mill"
    (got,) = load(SourceFile(path, address, path.stat().st_size, address=address, entry=Entry(address)))
    assert isinstance(got, Article)
    assert (got.url, got.source) == (address, "tarn.example")


def test_powers_stay_powers_and_marks_of_notes_stay_marks(tmp_path: Path) -> None:
    html = page("<p>The lake holds 10<sup>3</sup> tons on 40 km<sup>2</sup>, the town says.<sup>1</sup></p>")
    assert "The lake holds 10³ tons on 40 km², the town says.1" in lines(tmp_path, html)


def test_data_that_is_longer_than_what_the_page_shows(tmp_path: Path) -> None:
    full = f"{LEAD} {MIDDLE} {END} {BODY}"
    data = json_script({"@type": "NewsArticle", "articleBody": full}, 'type="application/ld+json"')
    cut = shell(data, f"<article><h1>Record crowd</h1><p>{LEAD}</p><p>Subscribe to read on.</p></article>")
    assert lines(tmp_path, cut) == [full]
    other = json_script(
        {"@type": "NewsArticle", "articleBody": OTHER["body"] * 3}, 'type="application/ld+json"'
    )
    assert lines(tmp_path, page("", head=other)) == [LEAD, MIDDLE, END]


SAVE_IT = "no text without scripts: open the page in a browser and save it from there"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (shell(), SAVE_IT),
        (shell("<script src=app.js></script>", '<div id="app"></div>'), SAVE_IT),
        (
            shell("", '<h2>Salt works close</h2><div id="app"></div><p>Loading...</p><script>x</script>'),
            SAVE_IT,
        ),
        (shell("", "<p>JavaScript is not available.</p><script src=a.js></script>"), SAVE_IT),
        (shell("", "<p>Please enable JavaScript to view this page.</p><script src=a.js></script>"), SAVE_IT),
        (
            shell("", "<p>Bitte aktivieren Sie JavaScript in Ihrem Browser.</p><script src=a.js></script>"),
            SAVE_IT,
        ),
        (
            '<html><head><title>Old</title></head><frameset><frame src="story.html"></frameset></html>',
            "a page of frames: index the page that holds the text, such as story.html",
        ),
        (
            "<html><head><title>Just a moment...</title></head><body><p>Checking the site "
            "connection.</p></body></html>",
            "a check for robots, not the article: open the page in a browser and save it from there",
        ),
        (
            "<html><head><title>Before you continue</title></head><body><p>We use data to show "
            "ads.</p></body></html>",
            "a consent page, not the article: answer it in a browser, then save the article",
        ),
        (
            "<html><head><title>404 Not Found</title></head><body><p>The page has gone.</p></body></html>",
            "an error page, not an article",
        ),
        (
            '<html><head><title>Redirecting</title><meta http-equiv="Refresh" content="0; '
            "URL='https://tarn.example/real'\"></head><body><p>You are being redirected.</p></body></html>",
            "a page that leads to https://tarn.example/real: index that one",
        ),
        (
            "<html><head><title>Log in | The Tarn Post</title></head><body><h1>Log in to your account</h1>"
            "<form><input type=password></form><p>Do you not have an account yet? Create one"
            " now and read five articles a month for free.</p></body></html>",
            "a login page, not an article",
        ),
        (
            "<html><head><title>Politics | The Tarn Post</title></head><body>"
            + "".join(
                f'<article class="card"><h3><a href="/{n}">Mayor of Tarn resigns, part {n}</a></h3><p>The '
                f"mayor went on"
                f" Monday over a land deal of {n} million crowns.</p></article>"
                for n in range(12)
            ),
            "a list of articles, not an article",
        ),
    ],
)
def test_pages_that_are_no_article_say_why(tmp_path: Path, html: str, reason: str) -> None:
    got = read(tmp_path, html)
    assert isinstance(got, Skipped), got.text
    assert got.reason == reason


@pytest.mark.parametrize(
    ("description", "text"), [("The salt works closed on Friday.",) * 2, ("", "Salt works close")]
)
def test_a_headline_alone_is_a_short_article(tmp_path: Path, description: str, text: str) -> None:
    head = (
        f'<meta property="og:type" content="article"><meta property="og:description" content="{description}">'
    )
    got = read(tmp_path, f"<html><head>{head}</head><body><h1>Salt works close</h1></body></html>")
    assert isinstance(got, Article), got
    assert (got.title, got.text) == ("Salt works close", text)


def test_an_article_that_reloads_and_has_a_field_for_a_password(tmp_path: Path) -> None:
    form = "<form><label>Password</label><input type=password></form>"
    assert lines(tmp_path, page("", head='<meta http-equiv="refresh" content="300">') + form) == [
        LEAD, MIDDLE, END,
    ]  # fmt: skip


def test_an_article_for_readers_without_scripts(tmp_path: Path) -> None:
    html = shell(
        "", f"<div id=app></div><noscript><h1>Salt</h1><p>{LEAD}</p><p>{MIDDLE}</p><p>{END}</p></noscript>"
    )
    assert lines(tmp_path, html) == [LEAD, MIDDLE, END]


@pytest.mark.parametrize(
    ("page_name", "folder"),
    [
        ("Record crowd.html", "Record crowd_files"),
        ("Rekord.htm", "Rekord-Dateien"),
        ("Récord.html", "Récord_archivos"),
        ("Le record.html", "Le record_fichiers"),
        ("RECORD.HTML", "record_files"),
    ],
)
def test_a_page_saved_with_its_parts_is_one_article(tmp_path: Path, page_name: str, folder: str) -> None:
    (tmp_path / "in" / folder).mkdir(parents=True)
    (tmp_path / "in" / page_name).write_text("<p>Hello.</p>")
    (tmp_path / "in" / folder / "saved_resource.html").write_text("<p>Ad choices.</p>")
    for pattern in ("in", "in/*", "in/**/*.[hH][tT][mM]*"):
        files, skipped = discover([str(tmp_path / pattern)])
        assert [file.path.name for file in files] == [page_name]
        assert skipped == []
    with pytest.raises(SourceError, match="no file matches"):
        discover([str(tmp_path / "in" / "*" / "*.html")])
    # Whoever names it wants it.
    (file,), _ = discover([str(tmp_path / "in" / folder / "saved_resource.html")])
    assert file.path.name == "saved_resource.html"


def test_a_folder_with_such_a_name_and_no_page_beside_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "case_files").mkdir()
    (tmp_path / "case_files" / "a.html").write_text("<p>Hello.</p>")
    (file,), _ = discover([str(tmp_path)])
    assert file.path.name == "a.html"


@pytest.mark.parametrize(
    ("head", "heading", "title", "source"),
    [
        ("<title>Bridge falls | The Tarn Post</title>", "Bridge falls", "Bridge falls", "The Tarn Post"),
        ("<title>Tarn Post - Vale - Bridge falls</title>", "Bridge falls", "Bridge falls", "Tarn Post"),
        ("<title>Bridge falls - Local News</title>", "Bridge falls", "Bridge falls", None),
        ("<title>Tarn: Bridge falls</title>", "Bridge falls", "Bridge falls", None),
        (
            '<title>Bridge falls - Tarn News</title><meta property="og:site_name" content="Tarn News">',
            "",
            "Bridge falls",
            "Tarn News",
        ),
        (
            '<meta property="og:title" content="Tarn: Bridge falls – one year on | Tarn News">'
            '<meta property="og:site_name" content="Tarn News">',
            "",
            "Tarn: Bridge falls – one year on",
            "Tarn News",
        ),
        (
            '<title>Tarn News » Bridge falls</title><meta property="og:site_name" content="Tarn News">',
            "Tarn News",
            "Bridge falls",
            "Tarn News",
        ),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Bridge falls in Tarn",'
            ' "publisher": {"@type": "Organization", "name": "The Tarn Post"}}</script>',
            "Bridge falls in Tarn, nobody hurt",
            "Bridge falls in Tarn, nobody hurt",
            "The Tarn Post",
        ),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "Road'
            ' &amp; bridge fall", "publisher": {"@id": "#org"}}, {"@id": "#org", "name": "Tarn &amp; Vale'
            ' Post"}]}</script>',
            "",
            "Road & bridge fall",
            "Tarn & Vale Post",
        ),
        ('<title>Bridge falls</title><meta name="copyright" content="2015">', "", "Bridge falls", None),
        # A name of the site or of a section, where the headline should stand.
        (
            '<title>The Tarn Post</title><meta property="og:title" content="Bridge falls in Tarn">',
            "Bridge falls in Tarn",
            "Bridge falls in Tarn",
            None,
        ),
        (
            '<title>Vale | Tarn Post</title><meta property="og:site_name" content="Tarn Post">',
            "Bridge falls in the vale of Tarn",
            "Bridge falls in the vale of Tarn",
            "Tarn Post",
        ),
        (
            "<title>Tarn Post: Bridge falls</title>",
            "Tarn Post</h1><h2>Bridge falls</h2><h1>",
            "Bridge falls",
            None,
        ),
        (
            "<title>Bridge falls | The Tarn &amp; Vale Post</title>"
            '<meta property="og:title" content="Bridge falls">',
            "The Tarn &amp; Vale Post",
            "Bridge falls",
            "The Tarn & Vale Post",
        ),
        (
            "<title>Bridge falls, six hurt | Tarn Post</title>",
            "<i>Opinion | </i>Bridge falls, six hurt<span class=sr-only> (opens in a new window)</span>",
            "Bridge falls, six hurt",
            "Tarn Post",
        ),
        ("<title>Untitled Document</title>", "Bridge falls", "Bridge falls", None),
        ("<title>Untitled Document</title>", "", LEAD[:119].rsplit(" ", 1)[0] + "…", None),
    ],
)
def test_the_title_and_the_outlet(
    tmp_path: Path, head: str, heading: str, title: str, source: str | None
) -> None:
    got = read(
        tmp_path, f"<html><head>{head}</head><body><h1>{heading}</h1><p>{LEAD}</p><p>{END}</p></body></html>"
    )
    assert isinstance(got, Article)
    assert (got.title, got.source) == (title, source)


def stated_author(name: str) -> str:
    data = {"@type": "NewsArticle", "author": {"@type": "Person", "name": name}}
    return json_script(data, 'type="application/ld+json"')


@pytest.mark.parametrize(
    ("head", "byline", "authors"),
    [
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "author": [{"name": '
            '"Ann Lee"},'
            ' {"name": "Tom Reed"}]}]}</script>',
            "",
            ("Ann Lee", "Tom Reed"),
        ),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"@id": "#1"}}</script>'
            '<script type="application/ld+json">[{"@type": "Person", "@id": "#1", "name": "Ann Lee"},'
            ' {"@type": "Person", "@id": "#2", "name": "Site Owner"}]</script>',
            "",
            ("Ann Lee",),
        ),
        (
            '<script type="application/ld+json">[{"@type": "NewsArticle", "author": {"@id": "#1"}},'
            ' {"@type": "Person", "@id": "#2", "name": "Site Owner"}]</script>',
            "",
            (),
        ),
        ('<meta name="author" content="By Ann Lee and Tom Reed">', "", ("Ann Lee", "Tom Reed")),
        (
            '<meta name="parsely-author" content="Ann Lee"><meta name="parsely-author" content="Tom Reed">',
            "",
            ("Ann Lee", "Tom Reed"),
        ),
        ('<meta name="author" content="Ann Post">', "", ("Ann Post",)),
        (
            '<title>Bridge falls | Vale Courier</title><meta name="author" content="Vale Courier">',
            "<p>By Ann Lee</p>",
            ("Ann Lee",),
        ),
        ('<meta name="author" content="Bobby Lee">', "", ("Bobby Lee",)),
        (stated_author("By Ann Lee and Tom Reed, Tarn Post"), "", ("Ann Lee", "Tom Reed")),
        (stated_author("Ann Lee, Tom Reed"), "", ("Ann Lee", "Tom Reed")),
        (stated_author("Ann Lee, Staff Writer"), "", ("Ann Lee",)),
        (stated_author("Lee, Ann"), "", ("Lee, Ann",)),
        (stated_author("Vale Fire Brigade"), "", ("Vale Fire Brigade",)),
        (
            "",
            '<p class="byline">Reporting by Ann Lee in Tarn; Writing by Tom Reed; Editing by Bo Sands</p>',
            ("Ann Lee", "Tom Reed"),
        ),
        ("", '<p class="byline">Words: Ann Lee. Photographs: Tom Reed</p>', ("Ann Lee",)),
        ("", "<p>Par Étienne Bloch (avec AFP)</p>", ("Étienne Bloch",)),
        ('<meta name="author" content="The Tarn Post">', "", ()),
        ('<meta name="author" content="Political Editor, Ann Lee">', "", ("Ann Lee",)),
        ("", '<div class="byline">By <a rel="author" href="/x">Ann Lee</a></div>', ("Ann Lee",)),
        ("", '<p class="byline">By Jane Times and Bo Reed, Tarn Herald</p>', ("Jane Times", "Bo Reed")),
        ("", '<p class="byline">By Ann Lee, Tarn Gazette</p>', ("Ann Lee",)),
        ("", '<p class="byline">By Ann Lee, Wei Sun</p>', ("Ann Lee", "Wei Sun")),
        ("", "<p>By Ann Lee</p>", ("Ann Lee",)),
        ("", "<p>by Ann Lee, staff reporter</p>", ("Ann Lee",)),
        ("", "<p>Par Étienne Bloch</p><p>Publié le 1er août 2019</p>", ("Étienne Bloch",)),
        ("", "<p>Por João Sá — São Paulo</p>", ("João Sá",)),
        ("", "<div>BY <span>ANN LEE AND TOM O'DAIR</span></div>", ("ANN LEE", "TOM O'DAIR")),
        ("", "<p>May 4, 2021 | By Ann Lee in New York</p>", ("Ann Lee",)),
        ("", "<div>By</div><div>Ann Lee</div>", ("Ann Lee",)),
        (
            "",
            '<div class="css-1x">By <a href="/by/ann">Ann Lee</a> and <a href="/by/tom">Tom Reed</a></div>',
            ("Ann Lee", "Tom Reed"),
        ),
    ],
)
def test_the_authors(tmp_path: Path, head: str, byline: str, authors: tuple[str, ...]) -> None:
    html = (
        f"<html><head>{head}</head><body><h1>Bridge falls</h1>{byline}<p>{LEAD}</p><p>{END}</p></body></html>"
    )
    got = read(tmp_path, html)
    assert isinstance(got, Article)
    assert got.authors == authors
    assert got.text.split("\n\n") == [LEAD, END]


@pytest.mark.parametrize(
    ("byline", "behind", "authors"),
    [
        (
            "<p>By Ann Lee</p>",
            '<div class="comment"><span itemprop="author">Rex Troll</span></div>',
            ("Ann Lee",),
        ),
        (
            "<p>By Ann Lee</p>",
            '<div class="teaser"><a rel="author" href="/z">Zed Marsh</a></div>',
            ("Ann Lee",),
        ),
        (
            "<p>By Ann Lee</p>",
            '<div><span itemprop="author">Rex Troll</span><p>It was so.</p></div>',
            ("Ann Lee",),
        ),
        ("", '<section class="related"><p class="byline">By Zed Marsh</p></section>', ()),
        (
            "",
            '<h2>Related stories</h2><div><h3><a href="/z">Dam gives way</a></h3>'
            '<a rel="author">Zed Marsh</a></div>',
            (),
        ),
        ("", '<article><h2>Dam gives way</h2><span class="byline">By Zed Marsh</span></article>', ()),
        ("", '<p class="comment-author">Rex Troll</p>', ()),
        ("", '<div class="story-end"><a rel="author" href="/z">Ann Lee</a></div>', ("Ann Lee",)),
        ("", '<p class="byline">By Ann Lee</p>', ("Ann Lee",)),
    ],
)
def test_only_the_byline_of_the_story_names_its_authors(
    tmp_path: Path, byline: str, behind: str, authors: tuple[str, ...]
) -> None:
    story = f"<h1>Bridge falls</h1>{byline}<p>{LEAD}</p><p>{END}</p>"
    html = f"<html><body><article>{story}</article>{behind}</body></html>"
    got = read(tmp_path, html)
    assert isinstance(got, Article)
    assert got.authors == authors


@pytest.mark.parametrize(
    "line",
    [
        "By Midnight, Tarn Station Was Empty",
        "By Monday Morning",
        "Photographs by Ann Lee",
        "By popular demand the fair is back",
    ],
)
def test_a_line_that_is_no_byline(tmp_path: Path, line: str) -> None:
    got = read(tmp_path, f"<h1>Bridge falls</h1><p>{line}</p><p>{LEAD}</p><p>{END}</p>")
    assert isinstance(got, Article)
    assert got.authors == ()
