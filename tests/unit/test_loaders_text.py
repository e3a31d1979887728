"""Plain text and Markdown: the three seeds, and every line that is read off the top."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load

SEEDS = Path(__file__).parents[2] / "seeds"


def read(path: Path, content: str | bytes | None = None, options: LoadOptions | None = None) -> Article:
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    (file,), skipped = discover([str(path)])
    assert skipped == []
    (article,) = load(file, options)
    assert isinstance(article, Article), article
    return article


def test_seed_000_byline_and_comment_form() -> None:
    article = read(SEEDS / "000_a776745d974efc67.txt")
    assert article.id == "seeds/000_a776745d974efc67.txt"
    assert article.title == "North Korea Discussion Expected At US-China Dialogue"
    assert article.authors == ("Lisa Ferdinando",)
    assert (article.published, article.published_from) == (None, None)
    assert article.text.startswith("US Defense Secretary Jim Mattis is expected to discuss North Korea")
    assert article.text.endswith("\n\nDoD News\n\nDoD News publishes news from the US Defense Department.")


def test_seed_002_caption_date_is_not_the_date_of_the_article() -> None:
    article = read(SEEDS / "002_72d0e388f015c1f5.txt")
    assert article.title.startswith("South Korea, US agree to consider new defense dialogue")
    assert (article.published, article.authors, article.source) == (None, (), None)
    assert article.text.startswith("Kim Man-gi (right), South Korea’s Deputy Minister")
    assert article.text.endswith("in Seoul later this year. (Yonhap)")


def test_seed_004_date_outlet_and_dateline() -> None:
    article = read(SEEDS / "004_d6905fbb12041181.txt")
    assert article.title == "U.S. Says It Will Step Up Defenses if China Fails to Act Against North Korea"
    assert (article.published, article.published_from) == (datetime(2016, 1, 27, tzinfo=UTC), "byline")
    assert article.source == "The New York Times"
    assert article.text.startswith("BEIJING — Secretary of State John Kerry warned on Wednesday")
    assert article.text.endswith(
        "to crack down on its banks and businesses that give the North access to foreign exchange…"
    )


@pytest.mark.parametrize(
    ("line", "authors", "day"),
    [
        ("By Ann Lee", ("Ann Lee",), None),
        ("BY ANN LEE AND BO VAN DER CHI", ("ANN LEE", "BO VAN DER CHI"), None),
        ("By: Ann Lee, Lorne Post", ("Ann Lee",), None),
        ("By Ann Lee, Lorne Advertiser", ("Ann Lee",), None),
        ("By Ann Lee, Wei Sun", ("Ann Lee", "Wei Sun"), None),
        ("By Anna della Rocca and João dos Santos", ("Anna della Rocca", "João dos Santos"), None),
        ("Compiled by Ann Lee, LORNE TODAY", ("Ann Lee",), None),
        ("By Ann Lee and Emily Post", ("Ann Lee", "Emily Post"), None),
        ("By Ann Lee in New Lorne", ("Ann Lee",), None),
        ("By Ann Lee in New Lorne and Bo Chi in Paris", ("Ann Lee", "Bo Chi"), None),
        ("By Ann Lee for the Lorne Post", ("Ann Lee",), None),
        ("By Ann Lee with Bo Chi", ("Ann Lee", "Bo Chi"), None),
        ("By Ann Lee and agencies", ("Ann Lee",), None),
        ("Exclusive by Ann Lee", ("Ann Lee",), None),
        ("By ANN LEE, Staff Writer", ("ANN LEE",), None),
        ("Ann Lee, Chief Reporter", ("Ann Lee",), None),
        ("WRITER: Ann Lee", ("Ann Lee",), None),
        ("Words: Ann Lee and Bo Chi", ("Ann Lee", "Bo Chi"), None),
        ("Lorne Times, 27 January 2016", (), 27),
        ("The Lorne Post, Wednesday 27 January 2016", (), 27),
        ("Von Ann Müller, Berlin", ("Ann Müller",), None),
        ("Von Ann Müller und Bo Chi", ("Ann Müller", "Bo Chi"), None),
        ("Par Anne Leroux avec AFP", ("Anne Leroux",), None),
        ("Posted at 8:15 AM, Jan 27, 2016 and last updated 9:33 AM, Jan 28, 2016", (), 27),
        ("New Delhi, January 27, 2016, Updated: January 28, 2016 09:00 IST", (), 27),
        ("Wed., January 27, 2016timer3 min. read", (), 27),
        ("By Ann Lee | January 27, 2016 | 3 min read", ("Ann Lee",), 27),
        ("By Ann Lee and Bo van der Chi", ("Ann Lee", "Bo van der Chi"), None),
        ("By Ann Lee, Bo Chi and Cy O’Day | January 27, 2016", ("Ann Lee", "Bo Chi", "Cy O’Day"), 27),
        ("27 Jan 2016 · By Ann Lee", ("Ann Lee",), 27),
        ("By AFP", ("AFP",), None),
        ("Updated: Jan. 26, 2016 | Published: Jan. 27, 2016 5:00 p.m. EST", (), 27),
    ],
)
def test_lines_read_off_the_top(tmp_path: Path, line: str, authors: tuple[str, ...], day: int | None) -> None:
    article = read(tmp_path / "a.txt", f"Title\n\n{line}\n\nThe body.")
    assert article.authors == authors
    assert (article.published.day if article.published else None) == day
    assert article.text == ("The body." if authors or day else f"{line}\n\nThe body.")


@pytest.mark.parametrize(
    "line",
    [
        "By Monday Evening",
        "By the end of the week",
        "By Ann Lee's own account, all was well.",
        "Key Points:",
        "January 27, 2016 was cold.",
        "Ann Lee, January 27, 2016",
        "The New York Times:",
    ],
)
def test_lines_that_are_the_body(tmp_path: Path, line: str) -> None:
    article = read(tmp_path / "a.txt", f"Title\n\n{line}\n\nBy Bo Chi\n\nThe body.")
    assert article.text == f"{line}\n\nBy Bo Chi\n\nThe body."
    assert (article.authors, article.source, article.published) == ((), None, None)


@pytest.mark.parametrize(
    ("head", "modified"),
    [
        ("By Carol Simms\nJanuary 5, 2021", None),
        ("By Carol Simms\nPublished\nJanuary 5, 2021\nUpdated\nJanuary 6, 2021", 6),
        ("By Carol Simms, January 5, 2021", None),
        ("By Carol Simms\nPublished: Tuesday,\nJanuary 5,\n2021 | 4:05 p.m. ET", None),
        ("By Carol Simms\nTuesday\n5 January 2021\n10:45", None),
        ("By Carol Simms\n5 January 2021\n10.45 GMT\nUpdated:\n6 January 2021", 6),
        ("Von Carol Simms\nDienstag, 5. Jänner 2021, 10:05 Uhr", None),
        ("By Carol Simms January 5, 2021", None),
        ("January 5, 2021 by Carol Simms", None),
        ("By Carol Simms | Jan 5, 2021 | 5 min read", None),
        ("By Carol Simms, BBC News\n5 January 2021", None),
        ("By Carol Simms in Lorne\nFirst published on Tue 5 Jan 2021 05.00 EST", None),
        ("Von Carol Simms\nVeröffentlicht am 5. Januar 2021, 10:05 Uhr", None),
        ("By Carol Simms • Published January 5, 2021 • Updated on January 6, 2021 at 8:00 am", 6),
    ],
)
def test_bylines_and_dates_as_outlets_print_them(tmp_path: Path, head: str, modified: int | None) -> None:
    article = read(tmp_path / "a.txt", f"Quay in Lorne to open late\n{head}\n\nThe quay opens late.")
    assert (article.authors, article.text) == (("Carol Simms",), "The quay opens late.")
    assert article.published is not None
    assert (article.published.date().isoformat(), article.published_from) == ("2021-01-05", "byline")
    assert (article.modified.day if article.modified else None) == modified


@pytest.mark.parametrize(
    ("head", "authors", "source"),
    [
        ("By Łukasz Nowak and Élise Faure\n5 January 2021", ("Łukasz Nowak", "Élise Faure"), None),
        ("By Åsa Öberg\n5 January 2021", ("Åsa Öberg",), None),
        ("By Bo Ångström | January 5, 2021", ("Bo Ångström",), None),
        ("By Carol Simms\nStaff Writer\nJanuary 5, 2021", ("Carol Simms",), None),
        ("By Carol Simms\nChief Political Correspondent\n\nJanuary 5, 2021", ("Carol Simms",), None),
        ("By Carol Simms\nLorne Gazette\nTuesday, January 5, 2021", ("Carol Simms",), "Lorne Gazette"),
        ("By Staff Reporter\nLorne Gazette\nTuesday, January 5, 2021", (), "Lorne Gazette"),
        ("Carol Simms | January 5, 2021", ("Carol Simms",), None),
        ("Carol Simms | Published 5 Jan. 2021, 14:05 CET", ("Carol Simms",), None),
        ("5 January 2021 · Carol Simms and Bo Chi", ("Carol Simms", "Bo Chi"), None),
        ("Local Government | January 5, 2021", (), None),
    ],
)
def test_names_and_outlets_around_a_date(
    tmp_path: Path, head: str, authors: tuple[str, ...], source: str | None
) -> None:
    article = read(tmp_path / "a.txt", f"Quay in Lorne to open late\n{head}\n\nThe quay opens late.")
    assert (article.authors, article.source) == (authors, source)
    assert article.published is not None
    assert (article.published.date().isoformat(), article.text) == ("2021-01-05", "The quay opens late.")


def test_another_line_between_byline_and_date_stays_in_the_text(tmp_path: Path) -> None:
    head = "By Carol Simms\nThe tide decides\nJanuary 5, 2021"
    article = read(tmp_path / "a.txt", f"Quay in Lorne to open late\n{head}\n\nThe quay opens late.")
    assert (article.authors, article.published_from) == (("Carol Simms",), "byline")
    assert article.text == "The tide decides\n\nThe quay opens late."


STORY = "The quay of Lorne opens late.\n\nThe minister said no more."
LABELLED = {
    "mail": (
        "From: Carol Simms <carol@lorne.example>\nTo: desk@gazette.example\nSubject: Quay to open late\n"
        f"Date: Tue, 5 Jan 2021 09:12:44 +0000\n\n{STORY}",
        None,
    ),
    "mail that was sent": (
        "From: Carol Simms\nSent: Tuesday, January 5, 2021 9:12 AM\nTo: Desk\nSubject: Quay to open\n  late"
        f"\n\n{STORY}",
        None,
    ),
    "LexisNexis": (
        "Copyright 2021 The Lorne Gazette\nAll Rights Reserved\n\nThe Lorne Gazette\n\n"
        "January 5, 2021 Tuesday\nFinal Edition\n\nSECTION: METRO; Pg. B01\n\nLENGTH: 412 words\n\n"
        "HEADLINE: Quay to open\nlate\n\nBYLINE: Carol Simms, Gazette Staff Writer\n\nDATELINE: LORNE\n\n"
        f"BODY:\n{STORY}\n\nLOAD-DATE: January 6, 2021",
        "The Lorne Gazette",
    ),
    "Factiva": (
        "Metro\nQuay to open late\n\nBy Carol Simms\n412 words\n5 January 2021\nThe Lorne Gazette\nLORGAZ\n"
        f"B01\nEnglish\nCopyright 2021. Gazette Ltd.\n\n{STORY}\n\nDocument LORGAZ0020210105eh3400012",
        "The Lorne Gazette",
    ),
    "a slug": (
        f"SLUG: QUAY04\nHEADLINE: Quay to open late\nBYLINE: By Carol Simms\nDATE: 5 January 2021\n\n{STORY}",
        None,
    ),
    "a slug above a title": (
        f"SLUG: QUAY04\n\nQuay to open late\nBy Carol Simms\n5 January 2021\n\n{STORY}",
        None,
    ),
    "mail without a subject": (
        f"From: Carol Simms\nTo: Desk\nDate: 5 January 2021\n\nQuay to open late\n\n{STORY}",
        None,
    ),
    "one of many documents of LexisNexis": (
        "1 of 50 DOCUMENTS\n\n\n          The Lorne Gazette\n\n     January 5, 2021 Tuesday\n"
        "    Final Edition\n\nQuay to open late\n\nBYLINE: Carol Simms\n\nSECTION: METRO; Pg. B01\n\n"
        f"LENGTH: 412 words\n\nDATELINE: LORNE\n\n{STORY}\n\nLOAD-DATE: January 6, 2021\n\n"
        "LANGUAGE: ENGLISH\n\nPUBLICATION-TYPE: Newspaper\n\n      Copyright 2021 Gazette Ltd\n"
        "   All Rights Reserved",
        "The Lorne Gazette",
    ),
    "Nexis Uni": (
        "Quay to open late\nThe Lorne Gazette\nJanuary 5, 2021 Tuesday\nCopyright 2021 Gazette Ltd All Rights"
        " Reserved\n\nSection: METRO; Pg. B01\nLength: 412 words\nByline: Carol Simms\nBody\n\n\n"
        f"{STORY}\n\nClassification\n\n\nLanguage: ENGLISH\n\nSubject: QUAYS (90%)\n\n"
        "Load-Date: January 6, 2021\n\n\nEnd of Document",
        "The Lorne Gazette",
    ),
    "Factiva without the word before a byline": (
        "Metro\nQuay to open late\nCarol Simms\n412 words\n5 January 2021\nThe Lorne Gazette\nLORGAZ\n"
        f"English\nCopyright 2021 Gazette Ltd\n\n{STORY}\n\nDocument LORGAZ0020210105eh3400012",
        "The Lorne Gazette",
    ),
    "a newspaper and a day above the title": (
        f"THE LORNE GAZETTE\nTuesday, January 5, 2021\n\nQuay to open late\n\nBy Carol Simms\n\n{STORY}",
        "THE LORNE GAZETTE",
    ),
    "a day above the title": (f"5 January 2021\nQuay to open late\nBy Carol Simms\n\n{STORY}", None),
    "a press release": (
        "Town of Lorne\nPress Office\n\nPRESS RELEASE\nFor immediate release\n\n5 January 2021\n\n"
        f"Quay to open late\nBy Carol Simms\n\n{STORY}",
        "Town of Lorne",
    ),
}


@pytest.mark.parametrize("name", LABELLED)
def test_fields_that_stand_by_name_above_the_text(tmp_path: Path, name: str) -> None:
    text, source = LABELLED[name]
    article = read(tmp_path / "a.txt", text)
    assert (article.title, article.text) == ("Quay to open late", STORY)
    assert (article.authors, article.source) == (("Carol Simms",), source)
    assert article.published is not None
    assert article.published.date().isoformat() == "2021-01-05"


def test_an_address_above_the_title(tmp_path: Path) -> None:
    address = "https://gazette.example/2021/01/05/quay"
    article = read(tmp_path / "a.txt", f"{address}\nQuay to open late\n\n{STORY}")
    assert (article.url, article.title, article.text) == (address, "Quay to open late", STORY)


def test_the_words_below_a_picture_of_an_export_are_kept(tmp_path: Path) -> None:
    head = "1 of 2 DOCUMENTS\n\nHEADLINE: Quay to open late\n\nLENGTH: 9 words\n\nBODY:\n"
    article = read(tmp_path / "a.txt", f"{head}{STORY}\n\nGRAPHIC: Photo, The quay.\n\nLANGUAGE: ENGLISH")
    assert (article.title, article.text) == ("Quay to open late", f"{STORY}\n\nPhoto, The quay.")


@pytest.mark.parametrize("first", ["Lorne Herald closes", "Harrow Loses Its Post"])
def test_a_headline_about_a_newspaper_above_a_day(tmp_path: Path, first: str) -> None:
    article = read(tmp_path / "a.txt", f"{first}\n5 January 2021\n\n{STORY}")
    assert (article.title, article.text) == (first, STORY)


@pytest.mark.parametrize(
    "first", ["From: the archive", "Copyright 2021 is a film", "Date: unknown", "Press release"]
)
def test_a_first_line_that_only_looks_like_a_field(tmp_path: Path, first: str) -> None:
    article = read(tmp_path / "a.txt", f"{first}\n\n{STORY}")
    assert (article.title, article.text) == (first, STORY)


def test_a_deck_above_the_byline_stays_in_the_text(tmp_path: Path) -> None:
    head = "Steel is short, the minister says\nBy Carol Simms\nJanuary 5, 2021"
    article = read(tmp_path / "a.txt", f"Quay in Lorne to open late\n{head}\n\nThe quay opens late.")
    assert article.authors == ("Carol Simms",)
    assert article.text == "Steel is short, the minister says\n\nThe quay opens late."


def test_an_agency_beside_a_date_is_the_outlet(tmp_path: Path) -> None:
    article = read(tmp_path / "a.txt", "Quay to open late\nJan 5, 2021 | Reuters\n\nThe quay opens late.")
    assert (article.source, article.text) == ("Reuters", "The quay opens late.")


def test_a_text_that_says_only_when_it_was_changed_has_no_day(tmp_path: Path) -> None:
    article = read(
        tmp_path / "a.txt", "Quay to open late\nLast updated: 6 January 2021\n\nThe quay opens late."
    )
    assert (article.published, article.modified) == (None, datetime(2021, 1, 6, tzinfo=UTC))
    assert article.text == "The quay opens late."


def test_a_first_line_that_is_no_title_stays_in_the_text(tmp_path: Path) -> None:
    only = "The minister said on Monday that talks would go on for weeks. Nobody knew more."
    article = read(tmp_path / "a.txt", only)
    assert (article.title, article.text) == (
        "The minister said on Monday that talks would go on for weeks.",
        only,
    )
    wrapped = "The minister said on Monday that talks\nwould go on."
    assert read(tmp_path / "b.txt", wrapped).text == wrapped
    long = read(tmp_path / "c.txt", f"{'word ' * 50}\n\nMore.")
    assert long.text == f"{('word ' * 50).strip()}\n\nMore."
    assert long.title == ("word " * 24).strip()[:118] + "…" or len(long.title) <= 120


LEADS = (
    "The ferry to Elm Island will run again from Monday, the port said.",
    "The ferry will run again, and nobody knows who asked them to.",
    "“Nobody asked us,” said the mayor of Lorne on Monday, “and nobody will.”",
    "LORNE (AP) — A cook found a pearl in an oyster",
    "LORNE, Maine, April 14 (Reuters) - A cook found a pearl",
    "LORNE, April 14, 2016 — A cook found a pearl",
    "Lorne (dpa) – Ein Koch hat eine Perle gefunden",
)


@pytest.mark.parametrize("lead", LEADS)
@pytest.mark.parametrize("blank", ["\n", "\n\n"])
def test_the_lead_of_a_brief_is_text(tmp_path: Path, lead: str, blank: str) -> None:
    assert read(tmp_path / "a.txt", f"{lead}{blank}Nobody knows why.").text.startswith(lead)


def test_a_wrapped_lead_whose_second_line_begins_with_a_name_is_text(tmp_path: Path) -> None:
    text = (
        "The council of Brannock voted on Monday night to name as the\nMargaret House ombudsman a former head"
        " of the school, and that\nended a search that had taken most of a year and cost the town\na lot."
    )
    article = read(tmp_path / "a.txt", f"{text}\n\nNobody knows why.")
    assert article.text == f"{text}\n\nNobody knows why.".replace("\n", " ").replace("  ", "\n\n")


@pytest.mark.parametrize(
    "title",
    [
        "FERRY TO RUN AGAIN.",
        "What the ferry means for the U.S.",
        "Three hurt in ferry crash near Lorne, Calif.",
        "Ferry to run again, says Lorne Shipping Co.",
        "Ferry to run again, and what it means for ...",
        "Ferry returns (finally) – and what it means for the island of Elm",
        "Will the ferry run again?",
    ],
)
def test_a_headline_is_no_lead(tmp_path: Path, title: str) -> None:
    article = read(tmp_path / "a.txt", f"{title}\n\nNobody knows why.")
    assert (article.title, article.text) == (title, "Nobody knows why.")


def test_a_headline_with_a_full_stop_above_a_byline(tmp_path: Path) -> None:
    article = read(tmp_path / "a.txt", "The ferry runs again.\nBy Ann Lee\n\nNobody knows why.")
    assert (article.title, article.authors) == ("The ferry runs again.", ("Ann Lee",))
    assert article.text == "Nobody knows why."


@pytest.mark.parametrize(
    "dateline",
    [
        "LORNE, Maine, April 14, 2016 (AP) —",
        "Lorne, April 14, 2016 (AFP) -",
        "Lorne, Maine, 14 April 2016 (AFP) --",
        "Berlin, 14. April 2016 (dpa) –",
    ],
)
def test_the_day_of_a_dateline(tmp_path: Path, dateline: str) -> None:
    article = read(tmp_path / "a.txt", f"{dateline} A cook found a pearl.\n\nShe will keep it.")
    assert article.published == datetime(2016, 4, 14, tzinfo=UTC)


def test_a_text_of_head_lines_only_keeps_them(tmp_path: Path) -> None:
    article = read(tmp_path / "a.txt", "Title\n\nBy Ann Lee\n\nJanuary 27, 2016")
    assert (article.title, article.text) == ("Title", "By Ann Lee\n\nJanuary 27, 2016")


def test_the_given_outlet_wins(tmp_path: Path) -> None:
    text = "Title\n\nThe New York Times:\n\nBEIJING — He left."
    assert read(tmp_path / "a.txt", text).source == "The New York Times"
    assert read(tmp_path / "a.txt", text, LoadOptions(source="My Paper")).source == "My Paper"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Café talks\n\n“The minister” said it would cost €5 – or more."
    article = read(tmp_path / "a.txt", text.encode(encoding))
    assert (article.title, article.text) == ("Café talks", "“The minister” said it would cost €5 – or more.")


def test_a_text_of_lines_in_two_encodings(tmp_path: Path) -> None:
    new, old = "Élise said: “It rained – twice.”", "Café “Lorne” – closed, said Müller."
    lines = [b"Rain", new.encode(), *[old.encode("cp1252")] * 8]
    assert decode(b"\n\n".join(lines)) == "\n\n".join(["Rain", new, *[old] * 8])


@pytest.mark.parametrize(
    "text", ["Café\n\n“We waited,” said José.\n", "Café\n\nThe traders’ union didn’t wait.\n"]
)
def test_a_short_text_of_an_old_mac(text: str) -> None:
    assert decode(text.encode("mac_roman")) == text


def test_a_text_that_zero_bytes_fill_up(tmp_path: Path) -> None:
    article = read(tmp_path / "a.txt", "Café\n\nIt rained.\n".encode() + b"\0" * 40)
    assert (article.title, article.text) == ("Café", "It rained.")
    assert decode("It rained.\n".encode("utf-16-le") * 3) == "It rained.\n" * 3


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        (
            "cp1251",
            "Министр сообщил в понедельник, что переговоры продолжатся. Никто не знает, чем они кончатся.",
        ),
        (
            "shift_jis",
            "大臣は月曜日、協議は続くと述べた。誰も結果を知らない。次の会合は東京で開かれる予定である。",
        ),
    ],
)
def test_encodings_that_are_detected(encoding: str, text: str) -> None:
    assert decode((text * 5).encode(encoding)) == text * 5


def test_markdown(tmp_path: Path) -> None:
    page = """---
title: "Talks: go on"
date: 2021-03-04
authors:
  - Ann Lee
  - 'Bo Chi'
link: https://ex.com/talks/?utm_source=x
source: The Outlet
layout: post
---
# Talks: go on

Some **bold** [link](http://x.y/z_(a)), ![image](a.png)text with _emphasis_, a*b*c and snake_case_x.

- one
- two with `code`

> A quote

```
x = "**not bold**"
```

## What next ##
5 > 3, they said.

[1]: https://ex.com/ref
"""
    article = read(tmp_path / "a.md", page)
    assert article.text == (
        "Some bold link, text with emphasis, a*b*c and snake_case_x.\n\none\n\ntwo with code\n\nA quote\n\n"
        'x = "**not bold**"\n\nWhat next\n\n5 > 3, they said.'
    )
    assert (article.id, article.title, article.source) == (
        "https://ex.com/talks",
        "Talks: go on",
        "The Outlet",
    )
    assert article.authors == ("Ann Lee", "Bo Chi")
    assert (article.published, article.published_from) == (datetime(2021, 3, 4, tzinfo=UTC), "given")


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        ('{{< figure src="a.jpg" caption="The \'last\' day." >}}', "The 'last' day."),
        ('{{< figure\n  src="a.jpg"\n  caption="The last day."\n>}}', "The last day."),
        ('{{% quote author="Ann" %}}We waited.{{% /quote %}}', "We waited."),
        ("{% include lead.html %}\nIt rained in {{ page.title }}Lorne.\n{: .class}", "It rained in Lorne."),
        ("{% highlight text %}\nIt rained.\n{% endhighlight %}", "It rained."),
        ("It rained.{#rain .wide} See [^1]\n\n[^1]: The port said.", "It rained. See\n\nThe port said."),
        ("The ==old hall== on [[Dock Street|the street]] ![[a.png]]and [[Ice house]]. ^block1",
         "The old hall on the street and Ice house."),
        ("> [!note] Background\n> It rained.", "Background\nIt rained."),
        ("- [x] It rained.", "It rained."),
        ("AT&amp;T &mdash; 5 < 6 and `&amp;`", "AT&amp;T &mdash; 5 < 6 and &amp;"),
        ("AT&amp;T caf&eacute; ~~said~~ 2 == 3", "AT&T café said 2 == 3"),
        ("| Fish | Tons |\n|------|-----:|\n| Cod | 295 |", "| Fish | Tons |\n| Cod | 295 |"),
        ("a {b} c {{d", "a {b} c {{d"),
    ],
)  # fmt: skip
def test_marks_of_generators_and_notes_are_no_text(tmp_path: Path, marked: str, text: str) -> None:
    assert read(tmp_path / "a.md", f"# Rain\n\n{marked}\n").text == text


def test_a_description_is_the_text_where_there_is_no_other(tmp_path: Path) -> None:
    article = read(tmp_path / "a.md", "---\ntitle: Rain\ndescription: It rained in Lorne.\n---\n")
    assert (article.title, article.text) == ("Rain", "It rained in Lorne.")
    whole = read(tmp_path / "b.md", "---\ntitle: Rain\ndescription: Short.\n---\nIt rained.\n")
    assert whole.text == "It rained."


@pytest.mark.parametrize("heading", ["# Talks go on", "Talks go on\n===========", "Talks go on"])
def test_markdown_title_from_the_heading(tmp_path: Path, heading: str) -> None:
    article = read(tmp_path / "a.md", f"{heading}\n\nBy Ann Lee\n\n27 Jan 2016\n\nBody.")
    assert (article.title, article.text, article.authors) == ("Talks go on", "Body.", ("Ann Lee",))
    assert article.published_from == "byline"


def test_markdown_keeps_a_heading_that_is_not_the_title(tmp_path: Path) -> None:
    article = read(tmp_path / "a.md", "---\ntitle: One\nauthor: [Ann Lee, Bo Chi]\n---\n# Another\nBody.")
    assert (article.title, article.text) == ("One", "Another\n\nBody.")
    assert article.authors == ("Ann Lee", "Bo Chi")


def test_a_bad_date_never_loses_the_article(tmp_path: Path) -> None:
    article = read(tmp_path / "a.md", "---\ntitle: One\ndate: 9999-12-31\n---\nBody.")
    assert (article.text, article.published, article.published_from) == ("Body.", None, None)


def test_ids_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\nid: {'x' * 301}\n---\nTitle\n\nBody.")
    assert list(load(discover([str(path)])[0][0])) == [Skipped(str(path), "id longer than 300 characters")]


@pytest.mark.parametrize(
    ("top", "title", "authors"),
    [
        ("Brannock names its first ombudsman after\na search of nearly a year", None, ()),
        ("Talks go on\nby Ann Lee", "Talks go on", ("Ann Lee",)),
    ],
)
def test_two_lines_at_the_top(tmp_path: Path, top: str, title: str | None, authors: tuple[str, ...]) -> None:
    article = read(tmp_path / "a.txt", f"{top}\n\nThe body.\n")
    assert article.title == (title or "Brannock names its first ombudsman after a search of nearly a year")
    assert (article.authors, article.text) == (authors, "The body.")


WRAPPED = (
    "The council of Brannock voted on Monday night to name the\nformer school head Margaret Ellen Whitfield"
    " as the town's first\nombudsman, ending a search of most of a year."
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"Council votes\n\n{WRAPPED}\n"),
        ("a.md", f"# Council votes\n\n{WRAPPED}\n"),
        ("b.md", "Council votes\n=============\n" + WRAPPED),
        ("c.md", "# Council votes\n\n> " + WRAPPED.replace("\n", "\n> ")),
        ("d.md", "# Council votes\n\n- " + WRAPPED.replace("\n", "\n  ")),
        ("a.jsonl", '{"title": "Council votes", "text": "' + WRAPPED.replace("\n", "\\n") + '"}'),
        ("a.csv", f'title,text\nCouncil votes,"{WRAPPED}"\n'),
    ],
)
def test_wrapped_text_is_one_paragraph_in_every_format(tmp_path: Path, name: str, content: str) -> None:
    article = read(tmp_path / name, content)
    assert (article.title, article.text) == ("Council votes", WRAPPED.replace("\n", " "))


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("THE EVENING MAIL, FRIDAY, JULY 22, 1921.", datetime(1921, 7, 22, tzinfo=UTC)),
        ("The Lorne Post — 22 July 1921, page 3", datetime(1921, 7, 22, tzinfo=UTC)),
        ("Lorne Post | July 22, 1921", datetime(1921, 7, 22, tzinfo=UTC)),
    ],
)
def test_a_newspaper_and_its_day_in_one_line_above_a_headline(
    tmp_path: Path, line: str, day: datetime
) -> None:
    text = (
        f"{line}\n\nFERRY SINKS OFF THE\nPOINT.\n\nTHREE MEN SAVED.\n\nThe ferry struck a rock on Monday.\n"
    )
    story = read(tmp_path / "a.txt", text)
    assert (story.title, story.published) == ("FERRY SINKS OFF THE POINT.", day)
    assert story.source is not None
    assert line.startswith(story.source)
    assert story.text == "THREE MEN SAVED.\n\nThe ferry struck a rock on Monday."


@pytest.mark.parametrize(
    "content",
    [
        "<html><title>Mill</title><body><h1>Mill</h1><p>The mill closed on Monday.</p></body></html>",
        "\ufeff<!DOCTYPE html><title>Mill</title><p>The mill closed on Monday.</p>",
        r"{\rtf1\ansi Mill\par The mill closed on Monday.\par}",
        "---\ntitle: Mill\n---\n\nThe mill closed on Monday.\n",
    ],
)
def test_a_file_that_is_called_a_text_and_is_none(tmp_path: Path, content: str) -> None:
    story = read(tmp_path / "a.txt", content)
    assert (story.title, story.text) == ("Mill", "The mill closed on Monday.")


def test_fields_that_blank_lines_part_and_a_text_behind_its_name(tmp_path: Path) -> None:
    story = read(
        tmp_path / "a.txt",
        "Title: Mill closes\n\nPublication title: Tarn Post\n\nPublication date: Jan 27, 2016\n\n"
        "Document URL: https://docs.example/7\n\nFull text: The mill closed.\n\nDate: nobody knows.\n\n"
        "____________________\n",
    )
    assert (story.title, story.source, story.url) == ("Mill closes", "Tarn Post", "https://docs.example/7")
    assert story.published == datetime(2016, 1, 27, tzinfo=UTC)
    assert story.text == "The mill closed.\n\nDate: nobody knows."


def test_fields_of_a_list_above_the_text(tmp_path: Path) -> None:
    fields = "Title: Mill closes\nAuthor: Ada Quill\nDate: 27 January 2016\nSource: Tarn Post\n"
    story = read(tmp_path / "a.txt", f"{fields}\nThe mill closed.\n\nDate: nobody knows.\n")
    assert (story.title, story.authors, story.source) == ("Mill closes", ("Ada Quill",), "Tarn Post")
    assert story.text == "The mill closed.\n\nDate: nobody knows."


def test_the_author_beside_an_agency_in_small_letters(tmp_path: Path) -> None:
    story = read(
        tmp_path / "a.txt", "Mühle schließt\nVon Ada Quill, dpa\n\nTarn (dpa) - Die Mühle schließt.\n"
    )
    assert (story.authors, story.text) == (("Ada Quill",), "Tarn (dpa) - Die Mühle schließt.")


def test_the_day_behind_a_land_in_brackets(tmp_path: Path) -> None:
    story = read(
        tmp_path / "a.txt", "Mill closes\n\nTarn (Norway), January 27, 2016 (AFP) - The mill closed.\n"
    )
    assert (story.published, story.published_from) == (datetime(2016, 1, 27, tzinfo=UTC), "text")
