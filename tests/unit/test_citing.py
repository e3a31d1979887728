"""Citations in every format: what each holds, and that no text of an article breaks its form.

What reference managers read is read back with libraries of their formats.
"""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from rispy.writer import RisWriter

from nutgraf.indexer.article import Article
from nutgraf.qa.citing.citation import Citation, printable, quoted
from nutgraf.qa.citing.formats import CITATION_FORMATS, citation_format
from nutgraf.qa.citing.names import Name, parted
from nutgraf.qa.citing.table import AnsweredQuestion, question_table
from nutgraf.qa.errors import BadOption

TEXT = "It burned at night. The mill was insured, Ada Quill said on Monday.\n\nNobody was hurt."
SENTENCE = "The mill was insured, Ada Quill said on Monday."
PAGE = "https://tarn.example/mill"
LINK = f"{PAGE}#:~:text=mill%20was%20insured%2C-,Ada%20Quill,-said%20on%20Monday."
MILL = Article(
    "tarn/1.txt",
    "Mill burns at Tarn",
    TEXT,
    PAGE,
    "The Tarn Post",
    ("Jo van den Berg", "Tarn Post Staff"),
    datetime(2016, 1, 27, 9, tzinfo=UTC),
)
WITH_PAGES = Article("paper.pdf", "", TEXT, page_breaks=(TEXT.index("Nobody"),))
EVIL = '\\ {}} % $ & # _ ^ ~ " -- =1 <script> </p> ]](x) `*| \x1b[1m ER  - '


def cited(article: Article, words: str, field: Any = "text") -> Citation:
    start = article.content(field).index(words)
    return quoted(article, field, start, start + len(words))


def written(name: str, citations: Sequence[Citation]) -> str:
    return CITATION_FORMATS[name].write(citations)


def read_bibtex(text: str) -> list[dict[str, str]]:
    library = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    assert not library.failed_blocks
    return [
        {"key": entry.key, **{field.key: field.value for field in entry.fields}} for entry in library.entries
    ]


# --- what is cited ---------------------------------------------------------------------------------------


def test_words_are_cited_within_their_sentence() -> None:
    citation = cited(MILL, "Ada Quill")
    assert citation.text == SENTENCE
    assert citation.parts == ("The mill was insured, ", "Ada Quill", " said on Monday.")
    assert MILL.text[slice(*citation.quote)] == SENTENCE
    assert citation.place == f"tarn/1.txt, text {TEXT.index('The mill')}–{TEXT.index('The mill') + 47}"
    assert (citation.link, citation.page) == (LINK, None)


def test_words_of_a_title_are_cited_with_the_headline() -> None:
    article = Article("a1", "Mill burns at Tarn | The Tarn Post", TEXT, PAGE, "The Tarn Post")
    citation = cited(article, "Tarn", "title")
    assert (citation.text, citation.place) == ("Mill burns at Tarn", "a1, title 0–18")


def test_a_quote_behind_the_break_has_its_page() -> None:
    assert [cited(WITH_PAGES, words).page for words in ("Ada Quill", "Nobody")] == [1, 2]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 3), (0, 10_000)])
def test_a_place_that_the_article_has_not(start: int, end: int) -> None:
    with pytest.raises(BadOption, match=rf"there is no text \[{start}:{end}\] in 'tarn/1.txt'"):
        quoted(MILL, "text", start, end)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\n\n b\t\x00c", "a b c"),
        ("inter\u00adnational\u202e trade\ufeff", "international trade"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("1\u00a0000 €", "1 000 €"),
    ],
)
def test_what_is_printed_of_a_text(text: str, line: str) -> None:
    assert printable(text) == line


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Jane Perlez", Name("Jane Perlez", "Perlez", "Jane")),
        ("Paul P. Murphy", Name("Paul P. Murphy", "Murphy", "Paul P.")),
        ("Jo van den Berg", Name("Jo van den Berg", "Berg", "Jo", "van den")),
        ("Berg, Jo", Name("Berg, Jo", "Berg", "Jo")),
        ("van den Berg, Jo", Name("van den Berg, Jo", "Berg", "Jo", "van den")),
        ("Cy Moor Jr.", Name("Cy Moor Jr.", "Moor", "Cy", suffix="Jr.")),
        ("Cy Moor, Jr.", Name("Cy Moor, Jr.", "Moor", "Cy", suffix="Jr.")),
        *[
            (name, Name(name))
            for name in (
                "Reuters",
                "Associated Press",
                "Tarn Post Staff",
                "Ada Quill and Bo Lee",
                "Ada Quill Bo Lee Cy Moor",
                "Ada Quill, Beijing",
                "newsroom@tarn.example",
                "AFP 24",
                "",
                ",",
            )
        ],
    ],
)
def test_a_name_in_parts(name: str, parts: Name) -> None:
    assert parted(name) == parts


# --- the formats -------------------------------------------------------------------------------------------


def test_text() -> None:
    assert written("text", [cited(MILL, "Ada Quill")]) == (
        f"“{SENTENCE}”\n"
        "— Jo van den Berg and Tarn Post Staff, “Mill burns at Tarn”, The Tarn Post, 27 January 2016,"
        f" {PAGE}\n"
        f"[tarn/1.txt, text 20–67, {LINK}]\n"
    )
    assert written("text", [Citation(WITH_PAGES)]) == "untitled\n[paper.pdf]\n"
    assert written("text", [cited(WITH_PAGES, "Nobody")]) == (
        "“Nobody was hurt.”\n— untitled, p. 2\n[paper.pdf, text 69–85]\n"
    )


def test_markdown() -> None:
    assert written("markdown", [cited(MILL, "Ada Quill")]) == (
        "> The mill was insured, **Ada Quill** said on Monday.\n>\n"
        f"> — Jo van den Berg and Tarn Post Staff, [Mill burns at Tarn](<{LINK}>), The Tarn Post,"
        " 27 January 2016\n\n<!-- tarn/1.txt, text 20–67 -->\n"
    )


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("- 5 degrees.", "5", "> \\- **5** degrees."),
        ("1. Mayor *Ada* <b> [x](y) said `it` #1 a_b &amp; ~x~.", "said", None),
        ("2016) was dry.", "dry", "> 2016\\) was **dry**."),
        ("The anti“war” party.", "“war”", "> The anti“war” party."),
    ],
)
def test_nothing_in_a_text_is_markdown(text: str, words: str, line: str | None) -> None:
    start = text.index(words)
    whole = Citation(Article("a1", "T", text), "text", (start, start + len(words)), (0, len(text)))
    markdown = written("markdown", [whole]).splitlines()[0]
    escaped = r"> 1\. Mayor \*Ada\* \<b\> \[x\](y) **said** \`it\` \#1 a\_b \&amp; \~x\~."
    assert markdown == (line or escaped)


def test_html() -> None:
    assert written("html", [cited(MILL, "Ada Quill")]) == (
        f'<figure>\n<blockquote cite="{PAGE}" data-article="tarn/1.txt" data-field="text" data-start="20"'
        ' data-end="67">\n<p>The mill was insured, <mark>Ada Quill</mark> said on Monday.</p>\n'
        "</blockquote>\n<figcaption>Jo van den Berg and Tarn Post Staff,"
        f' <a href="{LINK}"><cite>Mill burns at Tarn</cite></a>, The Tarn Post,'
        ' <time datetime="2016-01-27">27 January 2016</time></figcaption>\n</figure>\n'
    )


def test_bibtex() -> None:
    assert written("bibtex", [cited(MILL, "Ada Quill")]) == (
        "@article{berg2016mill,\n"
        "  author = {van den Berg, Jo and {Tarn Post Staff}},\n"
        "  title = {{Mill burns at Tarn}},\n"
        "  journal = {The Tarn Post},\n"
        "  year = {2016},\n"
        "  month = jan,\n"
        "  date = {2016-01-27},\n"
        f"  url = {{{PAGE}}},\n"
        "  annote = {“The mill was insured, Ada Quill said on Monday.” [tarn/1.txt, text 20–67] "
        + LINK.replace("#", "\\#").replace("~", "\\textasciitilde{}").replace("%", "\\%")
        + "}\n}\n"
    )


def test_dashes_of_a_text_stay_as_they_are_in_bibtex() -> None:
    assert "{{a-b -{}- c -{}-{}- d}}" in written("bibtex", [Citation(Article("1", "a-b -- c --- d", "x"))])


def test_months_are_english_whatever_the_locale() -> None:
    names = [Citation(Article("a", "", "", published=datetime(2016, m, 1, tzinfo=UTC))) for m in (1, 5, 9)]
    assert [citation.printed_day for citation in names] == [
        "1 January 2016",
        "1 May 2016",
        "1 September 2016",
    ]
    months = [citation_format("bibtex").write([c]).split("month = ")[1][:3] for c in names]
    assert months == ["jan", "may", "sep"]


def test_ris() -> None:
    assert written("ris", [cited(MILL, "Ada Quill")]).split("\r\n") == [
        "TY  - NEWS",
        "ID  - berg2016mill",
        "AU  - van den Berg, Jo",
        "AU  - Tarn Post Staff",
        "TI  - Mill burns at Tarn",
        "T2  - The Tarn Post",
        "PY  - 2016",
        "DA  - 2016/01/27",
        f"UR  - {PAGE}",
        f"N1  - “{SENTENCE}” [tarn/1.txt, text 20–67] {LINK}",
        "ER  - ",
        "",
    ]


def test_csl_json() -> None:
    assert json.loads(written("csl-json", [cited(MILL, "Ada Quill")])) == [
        {
            "id": "berg2016mill",
            "type": "article-newspaper",
            "title": "Mill burns at Tarn",
            "author": [
                {"family": "Berg", "given": "Jo", "non-dropping-particle": "van den"},
                {"literal": "Tarn Post Staff"},
            ],
            "container-title": "The Tarn Post",
            "issued": {"date-parts": [[2016, 1, 27]]},
            "URL": PAGE,
            "archive_location": "tarn/1.txt",
            "note": f"“{SENTENCE}” [tarn/1.txt, text 20–67] {LINK}",
        }
    ]


def test_an_article_is_one_reference_with_all_its_quotes() -> None:
    again = Article("tarn/2.txt", MILL.title, TEXT, PAGE, MILL.source, MILL.authors, MILL.published)
    quotes = [cited(MILL, "Ada Quill"), cited(again, "night"), cited(MILL, "Nobody"), cited(MILL, "Nobody")]
    (mill, other) = read_bibtex(written("bibtex", quotes))
    assert (mill["key"], other["key"]) == ("berg2016mill", "berg2016mill-2")
    assert [mill["annote"].count(quote.text) for quote in quotes] == [1, 0, 1, 1]
    assert [len(entry["notes"]) for entry in rispy.loads(written("ris", quotes))] == [2, 1]
    assert [item["note"].count("\n") for item in json.loads(written("csl-json", quotes))] == [1, 0]


@pytest.mark.parametrize(
    ("article", "key"),
    [
        (Article("a", "A day in Łódź", TEXT, source="Żółw News"), "zownews"),
        (Article("a", "市", TEXT, authors=("市長",)), "article"),
    ],
)
def test_a_key_is_of_plain_letters(article: Article, key: str) -> None:
    assert read_bibtex(written("bibtex", [cited(article, "Nobody")]))[0]["key"] == key


def test_annotation() -> None:
    start = TEXT.index("Ada Quill")
    annotation = json.loads(written("annotation", [cited(MILL, "Ada Quill")]))
    assert annotation.pop("id").startswith("urn:uuid:")
    assert annotation == {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "type": "Annotation",
        "motivation": "highlighting",
        "target": {
            "source": PAGE,
            "selector": [
                {
                    "type": "TextQuoteSelector",
                    "exact": "Ada Quill",
                    "prefix": "at night. The mill was insured, ",
                    "suffix": " said on Monday.\n\nNobody was hur",
                },
                {"type": "TextPositionSelector", "start": start, "end": start + 9},
            ],
            "state": {"type": "TimeState", "cached": "nutgraf://articles/tarn%2F1.txt"},
        },
    }


def test_offsets_of_annotations_count_code_points() -> None:
    article = Article("a1", "T", "😀 Grüße aus 市.")
    (words, place) = json.loads(written("annotation", [cited(article, "市")]))["target"]["selector"]
    assert (place["start"], place["end"]) == (12, 13)
    assert (words["prefix"], words["suffix"]) == ("😀 Grüße aus ", ".")


def test_several_annotations_are_a_page_and_a_title_has_no_place_in_the_text() -> None:
    page = json.loads(written("annotation", [cited(MILL, "burns", "title"), cited(WITH_PAGES, "Nobody")]))
    assert page["type"] == "AnnotationPage"
    title, text = page["items"]
    assert [selector["type"] for selector in title["target"]["selector"]] == ["TextQuoteSelector"]
    assert text["target"]["source"] == "nutgraf://articles/paper.pdf"
    assert len({page["id"], title["id"], text["id"]}) == 3
    assert json.loads(written("annotation", []))["items"] == []


# --- the table ---------------------------------------------------------------------------------------------


def test_a_table_of_quotes() -> None:
    table = written("csv", [cited(MILL, "Ada Quill"), Citation(WITH_PAGES)])
    assert table.startswith("\ufeffquote,title,")
    assert table.endswith("\r\n")
    mill, paper = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert mill == {
        "quote": SENTENCE,
        "title": "Mill burns at Tarn",
        "outlet": "The Tarn Post",
        "day": "2016-01-27",
        "url": PAGE,
        "link": LINK,
        "authors": "Jo van den Berg; Tarn Post Staff",
        "page": "",
        "id": "tarn/1.txt",
        "field": "text",
        "start": "20",
        "end": "67",
    }
    assert {name: cell for name, cell in paper.items() if cell} == {"id": "paper.pdf"}


def test_a_table_of_questions() -> None:
    answered = AnsweredQuestion("Who spoke?", "answered", "Ada Quill", 0.71234, cited(MILL, "Ada Quill"))
    head, first, second = csv.reader(
        io.StringIO(
            question_table([answered]).removeprefix("\ufeff")
            + question_table([AnsweredQuestion("Who else?", "not_found")], with_head=False)
        )
    )
    assert head[:5] == ["question", "outcome", "answer", "quote", "title"]
    assert head[5:9] == ["outlet", "day", "url", "probability"]
    assert first[:4] == ["Who spoke?", "answered", "Ada Quill", SENTENCE]
    assert first[4:9] == ["Mill burns at Tarn", "The Tarn Post", "2016-01-27", PAGE, "0.7123"]
    assert second == ["Who else?", "not_found", *[""] * (len(head) - 2)]
    assert len(head) == len(first) == len(second)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+41 is a code", "'+41 is a code"),
        ("-5 degrees", "'-5 degrees"),
        ("@tarn wrote", "'@tarn wrote"),
        ("\t\r\n=1+1", "'=1+1"),
        ("\x00=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ('a;=1+1 and ;"=2', "a;'=1+1 and ;\"'=2"),
        ("a = b, -5 and “=1”", "a = b, -5 and “=1”"),
    ],
)
def test_a_spreadsheet_computes_no_cell(text: str, cell: str) -> None:
    article = Article(text, text, "x", source=text, authors=(text,))
    (row,) = csv.DictReader(io.StringIO(written("csv", [Citation(article)]).removeprefix("\ufeff")))
    assert {row[name] for name in ("title", "outlet", "authors", "id")} == {cell}
    (row,) = csv.DictReader(
        io.StringIO(question_table([AnsweredQuestion(text, "unsure", text)]).removeprefix("\ufeff"))
    )
    assert (row["question"], row["answer"]) == (cell, cell)


# --- hostile texts -----------------------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.data = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002 - the form of HTMLParser
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.data += data


@pytest.fixture
def evil() -> Citation:
    article = Article(
        f"id{EVIL}",
        f"Title {EVIL} end",
        f"Text {EVIL} end.",
        f"{PAGE}/{EVIL}",
        f"Outlet {EVIL} *",
        (f"By {EVIL}",),
    )
    return Citation(article, "text", (0, 4), (0, len(article.text)))


def test_hostile_text_stays_text_in_bibtex(evil: Citation) -> None:
    bibtex = written("bibtex", [evil, cited(MILL, "Nobody")])
    assert bibtex.count("{") == bibtex.count("}")  # BibTeX counts them even behind a backslash
    first, second = read_bibtex(bibtex)
    assert set(first) == {"key", "author", "title", "journal", "url", "annote"}
    assert second["title"] == "Mill burns at Tarn"


def test_hostile_text_stays_text_in_ris(evil: Citation) -> None:
    first, second = rispy.loads(written("ris", [evil, cited(MILL, "Nobody")]))
    assert first["title"] == evil.title
    assert "*" not in first["authors"][0] + first["secondary_title"]
    assert second["title"] == "Mill burns at Tarn"


def test_ris_has_the_lines_that_a_library_writes(evil: Citation) -> None:
    class Plain(RisWriter):
        def set_header(self, count: int) -> str:  # noqa: ARG002 - the form of RisWriter
            return ""

    ours = written("ris", [evil, cited(MILL, "Nobody")])
    assert rispy.dumps(rispy.loads(ours), implementation=Plain) == ours.replace("\r\n", "\n")


def test_hostile_text_stays_text_in_html(evil: Citation) -> None:
    parser = _Tags()
    parser.feed(written("html", [evil]))
    assert parser.tags == ["figure", "blockquote", "p", "mark", "figcaption", "a", "cite"]
    assert evil.text in parser.data
    assert evil.title in parser.data


def test_hostile_text_stays_text_elsewhere(evil: Citation) -> None:
    markdown = written("markdown", [evil])
    assert "<script" not in markdown.replace("\\<script", "")
    assert markdown.count("-->") == 1
    assert len(written("text", [evil]).splitlines()) == 3
    (row,) = csv.DictReader(io.StringIO(written("csv", [evil]).removeprefix("\ufeff")))
    assert row["quote"] == evil.text
    assert json.loads(written("csl-json", [evil]))[0]["title"] == evil.title
    for name in CITATION_FORMATS:
        assert "\x1b" not in written(name, [evil])


def test_no_citations_are_an_empty_file() -> None:
    files = {name: written(name, []) for name in CITATION_FORMATS}
    assert {name for name, file in files.items() if not file} == {"text", "bibtex", "ris", "markdown", "html"}
    assert json.loads(files["csl-json"]) == []


@pytest.mark.parametrize("name", ["", "json", "BibTeX", None, []])
def test_a_format_that_is_none(name: Any) -> None:
    with pytest.raises(BadOption, match=r"format is .*, expected one of text, json, csv, bibtex") as caught:
        citation_format(name)
    assert caught.value.field == "format"
