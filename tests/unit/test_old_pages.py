"""Pages of old sites and for printers: lines that end in <br>, bold headlines, text as it was typed."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.loading import article, reason

LEAD = (
    "The harbour of Lorne will close for six weeks in March so that its pier can be rebuilt, the port said."
)
END = "The work will cost four million crowns, of which the state pays half, the council decided in June."
DAY = datetime(2005, 7, 22, tzinfo=UTC)
MENU = "<td><a href=/>Home</a><br><a href=/news>News</a></td>"


@pytest.mark.parametrize(
    "head",
    [
        "<font size=5><b>Pier to be rebuilt</b></font><br><i>By Ann Lee</i><br>Friday, July 22, 2005<br>",
        "<b>Pier to be rebuilt</b><br>By Ann Lee<br>Friday, <b>July 22, 2005</b><br><br>",
        "<h2>Pier to be rebuilt</h2>By <b>Ann Lee</b><br>Posted: July 22, 2005<p>",
    ],
)
def test_a_headline_in_bold_type_and_a_day_in_a_line(tmp_path: Path, head: str) -> None:
    page = article(
        tmp_path / "a.html",
        f"<title>Lorne Post -- Pier to be rebuilt</title><table><tr>{MENU}<td>{head}{LEAD}<br><br>{END}</td>"
        "</tr></table>",
    )
    assert (page.title, page.source, page.authors) == ("Pier to be rebuilt", "Lorne Post", ("Ann Lee",))
    assert (page.published, page.text) == (DAY, f"{LEAD}\n\n{END}")


@pytest.mark.parametrize("title", ["Lorne Post: Print this page", "Printer-friendly version | Lorne Post"])
def test_a_page_for_printers_has_the_title_of_its_story(tmp_path: Path, title: str) -> None:
    page = article(
        tmp_path / "a.html",
        f"<title>{title}</title><p>Lorne Post</p><h2>Pier to be rebuilt</h2><p>{LEAD}</p><p>{END}</p>",
    )
    assert (page.title, page.text) == ("Pier to be rebuilt", f"{LEAD}\n\n{END}")


def test_text_as_it_was_typed_keeps_verse_and_tables_and_joins_prose(tmp_path: Path) -> None:
    prose = (
        "The ferries of Lorne will sail from the commercial dock while",
        "the pier is rebuilt, and the harbour will open once more in",
        "the summer.",
    )
    table, verse = (
        "Year   Ships\n2014   980",
        "The lights go out along the quay,\nthe gulls come home from sea,",
    )
    typed = "\n\n".join(("\n".join(prose), table, verse))
    page = article(
        tmp_path / "a.html",
        f"<title>A</title><h1>The pier</h1><p>{LEAD}</p><pre>\n{typed}\n</pre><p>{END}</p>",
    )
    assert page.text == "\n\n".join((LEAD, " ".join(prose), table, verse, END))


def test_typed_text_behind_the_story_is_kept(tmp_path: Path) -> None:
    verse = "The lights go out along the quay,\nthe gulls come home from open sea."
    page = article(
        tmp_path / "a.html",
        f"<article><h1>The pier</h1><p>{LEAD}</p><p>{END}</p><pre>{verse}</pre></article>",
    )
    assert page.text == f"{LEAD}\n\n{END}\n\n{verse}"


def test_a_long_line_with_the_author_and_both_days_is_no_paragraph(tmp_path: Path) -> None:
    line = "Par Jeanne Duval — Publié le 07/08/2016 à 18h30, mis à jour le 09/08/2016 à 10h00"
    page = article(
        tmp_path / "a.html",
        f'<html lang="fr"><article><h1>Le port</h1><p class="meta">{line}</p><p>{LEAD}</p><p>{END}</p>'
        "</article>",
    )
    assert (page.authors, page.text) == (("Jeanne Duval",), f"{LEAD}\n\n{END}")


def test_the_data_of_scripts_name_title_and_authors(tmp_path: Path) -> None:
    story = {"headline": "Pier to be rebuilt", "authors": [{"name": "Ann Lee"}], "body": LEAD}
    data = json.dumps({"article": story})
    page = article(
        tmp_path / "a.html",
        '<title>Pier to be rebuilt - The Lorne Post</title><div id="__next"></div>'
        f'<script id="__NEXT_DATA__" type="application/json">{data}</script>',
    )
    assert (page.title, page.source, page.authors) == ("Pier to be rebuilt", "The Lorne Post", ("Ann Lee",))
    assert page.text == LEAD


def test_the_title_of_a_blog_s_post_is_no_heading_of_the_first_rank(tmp_path: Path) -> None:
    page = article(
        tmp_path / "a.html",
        "<title>Lorne Post: Pier to be rebuilt</title><h2 class='date-header'>Friday, July 22, 2005</h2>"
        f"<h3 class='post-title entry-title'>Pier to be rebuilt</h3><div>{LEAD}<br/><br/>{END}</div>",
    )
    assert (page.title, page.published, page.text) == ("Pier to be rebuilt", DAY, f"{LEAD}\n\n{END}")


def test_a_chinese_title_without_the_outlet_behind_it(tmp_path: Path) -> None:
    page = article(
        tmp_path / "a.html",
        '<html lang="zh"><title>大桥将于九月完工_汉科晚报</title><h1>大桥将于九月完工</h1>'
        "<div>2005年07月22日 10:00 来源：汉科晚报 作者：王明</div>"
        "<p>市长星期五说，大桥将于九月完工。费用为二亿元，其中一半由国家支付。</p><p>责任编辑：李华</p>",
    )
    assert (page.title, page.source) == ("大桥将于九月完工", "汉科晚报")
    assert page.published == DAY.replace(hour=10)
    assert page.text == "市长星期五说，大桥将于九月完工。费用为二亿元，其中一半由国家支付。"


def test_a_list_alone_has_no_byline_above_it(tmp_path: Path) -> None:
    items = ("It was built in 1911 by the firm of Ek.", "It is 212 metres long.", "It has two cranes.")
    page = article(
        tmp_path / "a.html",
        "<title>Three facts</title><article><h1>Three facts</h1><p>By Ann Lee, July 22, 2005</p><ol>"
        f"{''.join(f'<li>{item}</li>' for item in items)}</ol></article>",
    )
    assert (page.authors, page.published, page.text) == (("Ann Lee",), DAY, "\n\n".join(items))


@pytest.mark.parametrize(
    "line",
    [
        "3 days ago",
        "vor 2 Stunden",
        "This story continues below the advertisement.",
        "Listen to our podcast: Harbour talk",
        'Read our full coverage of the port <a href="/p">here</a>.',
    ],
)
def test_lines_between_paragraphs_that_are_no_words_of_the_story(tmp_path: Path, line: str) -> None:
    page = article(
        tmp_path / "a.html",
        f"<title>A pier</title><article><h1>A pier</h1><p>{LEAD}</p><p>{line}</p><p>{END}</p></article>",
    )
    assert page.text == f"{LEAD}\n\n{END}"


@pytest.mark.parametrize(
    "heading",
    ["Oops! That page can’t be found.", "Sorry, we could not find that page", "Seite nicht gefunden"],
)
def test_pages_that_say_that_there_is_none(tmp_path: Path, heading: str) -> None:
    page = f"<title>Lorne Post</title><h1>{heading}</h1><p>It looks like nothing is here. Try a search?</p>"
    assert reason(tmp_path / "a.html", page) == "an error page, not an article"


def test_a_day_that_all_signs_call_that_of_a_change_is_not_that_of_publication(tmp_path: Path) -> None:
    head = '<meta name="date" content="2005-07-22"><meta name="last-modified" content="2005-07-22">'
    story = f"<h1>A pier</h1><p>Last updated {{}} 2005</p><p>{LEAD}</p><p>{END}</p>"
    changed = article(tmp_path / "a.html", f"<title>A pier</title>{head}{story.format('22 July')}")
    assert (changed.published, changed.modified) == (None, DAY)
    other = article(tmp_path / "a.html", f"<title>A pier</title>{head}{story.format('29 July')}")
    assert other.published == DAY


def test_a_page_without_the_element_of_all_others(tmp_path: Path) -> None:
    assert article(tmp_path / "a.html", f"<article><h1>A pier</h1><p>{LEAD}</p></article>").text == LEAD
