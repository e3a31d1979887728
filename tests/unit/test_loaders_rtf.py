"""Rich Text Format: what a reader of the page sees, and nothing else."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.faults.mutations import mutated
from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions
from tests.loading import article, read_one, reason

FONTS = (
    r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fnil\fcharset204{\*\fname Arial;}Arial CYR;}"
    r"{\f2\ftech\fcharset2 Symbol;}{\f3\fmodern\fcharset128 MS Gothic;}{\f4\fnil Plain{\*\falt Other};}}"
)
STYLES = r"{\stylesheet{\ql Normal;}{\s1\ql\b heading 1,H1;}{\*\cs10 Default Font;}{\s9 Body;}}"
HEAD = r"\pard\s1 Ferry returns\par\pard "
PICTURE = r"{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict\wmetafile8 0100}}"


def document(body: str, *, info: str = "", page: str = "1252") -> bytes:
    text = rf"{{\rtf1\ansi\ansicpg{page}\deff0\uc1{FONTS}{{\colortbl;\red0;}}{STYLES}{info}{HEAD}{body}}}"
    return text.encode("latin-1")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"One {\b two} three\par Four", "One two three\n\nFour"),
        ("One\r\n line\\\nTwo", "One line\n\nTwo"),
        (r"caf\'e9 \ldblquote so\rdblquote\emdash x\~y\_z\-w", "café “so”—x y-zw"),
        (r"\u8364 ?5 \u-10179?\u-8704?\uc2\u233\'c3\'a9! \uc0\u233 e", "€5 😀é! ée"),
        (r"{\f1 \'cc\'ee\'f1\'ea\'e2\'e0}\f3 \'93\'8c\'8b\'9e", "Москва東京"),
        (r"21 {\f2 \'b0}C, {\f2\u-3999 ?}", "21 °C, α"),
        (r"a\tab b\line c", "a\tb\nc"),
        (r"Seen {\v unseen}{\v0 too}", "Seen too"),
        (r"chose {\deleted Edwin Marsh}{\revised Rosalind Okafor}", "chose Rosalind Okafor"),
        (r"One {\deleted\par}line.", "One line."),
        (r"See {\field{\*\fldinst{HYPERLINK x}}{\fldrslt{\ul the page}}} now", "See the page now"),
        (r"Text.{\footnote\pard\plain{\super\chftn} Below.} More.\par x", "Text. More.\n\nx\n\nBelow."),
        (r"Seen{\*\atnauthor Desk}\chatn{\*\annotation Check.}, too", "Seen, too"),
        (r"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt In a box.\par}}{\shprslt{\*\do In a box.}}}Around it.",
         "Around it.\n\nIn a box."),
        (r"{\*\do\dpcallout{\dptxbxtext Old box.\par}}Text.", "Text.\n\nOld box."),
        (r"{\object{\*\objdata 0105}{\result Shown}} text", "Shown text"),
        (PICTURE + "Text.", "Text."),
        (r"A\bin5 \{{{}B", "AB"),
        (r"{\pntext\f2\'b7\tab}First\par{\listtext 2.\tab}Second\par{\listtext o\tab}Third",
         "- First\n\n2. Second\n\n- Third"),
        (r"{\upr{Tok?o}{\*\ud{T\u333 o}}}", "Tō"),
        (r"{\*\unknown Not read}{\*\bkmkstart x}Read{\xe{index}}", "Read"),
        (r"\trowd\cellx1\cellx2\intbl a\cell b\cell\row\pard After.", "a | b\n\nAfter."),
        (r"\trowd\intbl One.\par Two.\cell\row", "One.\n\nTwo."),
        (r"\intbl Sales\cell\itap2 North\nestcell{\nonesttables\par}12\nestcell{\*\nesttableprops\nestrow}"
         r"{\nonesttables\par}\itap1\cell\row", "Sales\n\nNorth | 12"),
        (r"\trowd\intbl Never\cell closed", "Never | closed"),
        (r"{\footer Page 2}Text.", "Text."),
    ],
)  # fmt: skip
def test_words_of_a_document(tmp_path: Path, body: str, text: str) -> None:
    got = article(tmp_path / "a.rtf", document(body))
    assert (got.title, got.text) == ("Ferry returns", text)


def test_the_code_page_of_a_document(tmp_path: Path) -> None:
    assert article(tmp_path / "a.rtf", document(r"\f4 \'b3\'f3d\'9f", page="1250")).text == "łódź"
    assert article(tmp_path / "b.rtf", document("\\f4 caf\xc3\xa9", page="65001")).text == "café"
    assert article(tmp_path / "c.rtf", document(r"\f4 caf\'e9", page="99999")).text == "café"


INFO = (
    r"{\info{\title Boat \'e0 quai}{\author Bo Holm}{\operator Desk}"
    r"{\creatim\yr2021\mo5\dy3\hr10}{\version2}}"
)


def test_properties(tmp_path: Path) -> None:
    body = rf"{{\rtf1\ansi{INFO}\pard The boat sails again.\par It is full.}}".encode()
    got = article(tmp_path / "a.rtf", body)
    assert (got.title, got.authors, got.published) == ("Boat à quai", ("Bo Holm",), None)
    assert got.text == "The boat sails again.\n\nIt is full."
    dated = read_one(tmp_path / "b.rtf", body, LoadOptions(file_dates=True))
    assert isinstance(dated, Article)
    assert (dated.published, dated.published_from) == (datetime(2021, 5, 3, 10, tzinfo=UTC), "file")
    seen = article(tmp_path / "c.rtf", document(r"By Ann Lee\par It is full.", info=INFO))
    assert (seen.title, seen.authors) == ("Ferry returns", ("Ann Lee",))


def test_the_top_of_pages(tmp_path: Path) -> None:
    today = r"{\field{\*\fldinst DATE}{\fldrslt 9 May 2021}}"
    got = article(
        tmp_path / "a.rtf", document(rf"{{\header {today}\par Marne Gazette\tab 3 May 2021\par}}Text.")
    )
    assert (got.text, got.source, got.published) == (
        "Text.",
        "Marne Gazette",
        datetime(2021, 5, 3, tzinfo=UTC),
    )


def test_what_is_refused(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.rtf", b"Plain text.") == "not an RTF document"
    assert reason(tmp_path / "b.rtf", document("{" * 2000)) == "more than 1,000 groups inside one another"
    assert reason(tmp_path / "c.rtf", rb"{\rtf1}") == "no text left after cleaning"


def test_a_document_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    assert article(tmp_path / "a.rtf", document(r"First.\par Second.")[:-3]).text == "First.\n\nSecon"


def test_damaged_documents_give_an_article_or_one_reason(tmp_path: Path) -> None:
    whole = document(r"Text \u8364?{\footnote Below.}\trowd\intbl a\cell b\cell\row " + PICTURE, info=INFO)
    dice = random.Random(7)
    for number in range(150):
        got = read_one(tmp_path / f"{number}.rtf", mutated(whole, whole, dice))
        assert isinstance(got, Article) or got.reason in {
            "not an RTF document",
            "empty file",
            "no text left after cleaning",
            "more than 1,000 groups inside one another",
        }
