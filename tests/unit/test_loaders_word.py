"""Word documents: words under every wrapper, in the view with all changes accepted."""

import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from benchmarks.faults.mutations import mutated, mutated_zip
from nutgraf.indexer.article import Article
from tests.loading import article, read_one, reason
from tests.unit.test_loaders_formats import archive, cell, word

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    f'xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
HEAD = "<w:p><w:pPr><w:pStyle w:val='T'/></w:pPr><w:r><w:t>Ferry returns</w:t></w:r></w:p>"
STYLES = (
    "<w:style w:type='paragraph' w:styleId='T'><w:name w:val='Title'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Kop1'><w:name w:val='heading 1'/></w:style>"
    "<w:style w:type='paragraph' w:styleId='Story'><w:name w:val='Hed'/><w:basedOn w:val='T'/></w:style>"
    "<w:style w:type='character' w:styleId='Note'><w:name w:val='Desk'/><w:rPr><w:vanish/></w:rPr></w:style>"
    "<w:style w:type='paragraph' w:styleId='Loop'><w:name w:val='Loop'/><w:basedOn w:val='Loop'/></w:style>"
)
CORE = (
    '<c xmlns="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title><dc:creator>{}</dc:creator></c>'
)


def xml(name: str, inside: str, space: str = MAIN) -> bytes:
    return f'<w:{name} xmlns:w="{space}" {SPACES}>{inside}</w:{name}>'.encode()


def relations(*targets: tuple[str, str]) -> bytes:
    inside = "".join(
        f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets)
    )
    return f"<Relationships>{inside}</Relationships>".encode()


def package(
    body: str, *, space: str = MAIN, core: str = "", main: str = "word/document.xml", **parts: str
) -> bytes:
    """Return a document of a body and of parts named by the kinds of their relations, r1 and on."""
    folder, _, name = main.rpartition("/")
    contents = {
        "_rels/.rels": relations(("officeDocument", main), ("core-properties", "/docProps/core.xml")),
        main: xml("document", f"<w:body>{body}</w:body>", space),
        f"{folder}/_rels/{name}.rels": relations(
            ("styles", "styles.xml"), *((kind, f"{kind}.xml") for kind in parts)
        ),
        f"{folder}/styles.xml": xml("styles", STYLES, space),
        **{f"{folder}/{kind}.xml": xml(kind, inside, space) for kind, inside in parts.items()},
    }
    if core:
        contents["docProps/core.xml"] = core.encode()
    return archive(contents)


def p(*runs: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


BOX = f"<w:txbxContent>{p(r('In a box.'))}</w:txbxContent>"


def mark(kind: str) -> str:
    return f"<w:r><w:fldChar w:fldCharType='{kind}'/></w:r>"


def field(instruction: str, result: str) -> str:
    told = f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
    return mark("begin") + told + mark("separate") + result + mark("end")


def sdt(inside: str) -> str:
    return f"<w:sdt><w:sdtPr><w:alias w:val='Alias'/></w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>"


CHOICES = (
    "<w:r><mc:AlternateContent>"
    "<mc:Choice Requires='wps'><w:drawing><wps:txbx>{}</wps:txbx></w:drawing></mc:Choice>"
    "<mc:Fallback><w:pict><v:textbox>{}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
RUBY = (
    "<w:r><w:ruby><w:rubyPr/><w:rt><w:r><w:t>とうきょう</w:t></w:r></w:rt>"
    "<w:rubyBase><w:r><w:t>東京</w:t></w:r></w:rubyBase></w:ruby></w:r>"
)
DELETED_MARK = "<w:rPr><w:del w:id='1'/></w:rPr>"
NESTED = f"<w:tbl><w:tr>{cell('North')}{cell('12')}</w:tr></w:tbl>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (p(r("It "), f"<w:del>{r('stays')}</w:del>", f"<w:ins>{r('moves')}</w:ins>"), "It moves"),
        (p(f"<w:ins><w:del>{r('Gone')}</w:del>{r('Here')}</w:ins>"), "Here"),
        (p(f"<w:moveFrom>{r('From.')}</w:moveFrom>") + p(f"<w:moveTo>{r('To.')}</w:moveTo>"), "To."),
        (p(r("One "), properties=DELETED_MARK) + p(r("line.")), "One line."),
        (p(r("Last"), properties=DELETED_MARK), "Last"),
        (p(r("Apart"), properties=DELETED_MARK) + NESTED, "Apart\n\nNorth | 12"),
        (p(r("T"), properties="<w:framePr w:dropCap='drop'/>") + p(r("he board met.")), "The board met."),
        (sdt(p(r("Block"))) + p(sdt(r("run ")), r("x")), "Block\n\nrun x"),
        (p(sdt(sdt(r("Deep")))), "Deep"),
        ("<w:tbl>" + sdt(f"<w:tr>{sdt(cell('a'))}{cell('b')}</w:tr>") + "</w:tbl>", "a | b"),
        (f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr>{cell('a')}</w:tr><w:tr>{cell('b')}</w:tr></w:tbl>", "b"),
        (f"<w:tbl><w:tr>{cell('a', '<w:cellDel/>')}{cell('b')}{cell('c')}</w:tr></w:tbl>", "b | c"),
        (f"<w:tbl><w:tr>{cell('Sales')}<w:tc>{NESTED}<w:p/></w:tc></w:tr></w:tbl>", "Sales\n\nNorth | 12"),
        (f"<w:tbl><w:tr><w:tc>{p(r('One.'))}{p(r('Two.'))}</w:tc></w:tr></w:tbl>", "One.\n\nTwo."),
        (p(CHOICES.format(BOX, BOX), r("Around it.")), "Around it.\n\nIn a box."),
        (p(CHOICES.format("", BOX)), "In a box."),
        (p(f"<w:r><w:pict><v:textbox>{BOX}</v:textbox></w:pict></w:r>"), "In a box."),
        (p("<w:r><w:pict><v:textpath string='Word art'/></w:pict></w:r>"), "Word art"),
        (p(f"<w:smartTag>{r('Tolby')}</w:smartTag>", f"<w:customXml>{r('!')}</w:customXml>"), "Tolby!"),
        (f"<w:customXml><w:customXmlPr/>{p(r('Held.'))}</w:customXml>", "Held."),
        (p(f"<w:hyperlink>{r('A link')}</w:hyperlink>"), "A link"),
        (p(f"<w:bdo w:val='rtl'>{r('שלום')}</w:bdo><w:dir w:val='rtl'>{r(' עולם')}</w:dir>"), "שלום עולם"),
        (p(RUBY), "東京"),
        (p(r("See "), field("HYPERLINK x", r("the page"))), "See the page"),
        (p(f"<w:fldSimple w:instr='AUTHOR'>{r('Ann')}</w:fldSimple>", r(" said so.")), "Ann said so."),
        (p(field(f"IF {field('PAGE', r('7'))} = 7", r("Seven"))), "Seven"),
        (p(mark("begin"), field("PAGE", r("7")), mark("separate"), r("Shown"), mark("end")), "Shown"),
        (p(mark("begin"), r("An instruction without an end.")), "An instruction without an end."),
        (p(r("Seen"), r(" unseen", "<w:vanish/>"), r(" again", "<w:vanish w:val='0'/>")), "Seen again"),
        (p(r("Seen"), r(" unseen", "<w:rStyle w:val='Note'/>")), "Seen"),
        (p(r("Not it", "<w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>")), "Not it"),
        (p("<w:r><w:t>co</w:t><w:softHyphen/><w:t>op</w:t><w:noBreakHyphen/><w:t>x</w:t></w:r>"), "coop-x"),
        (p("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:cr/></w:r>"), "a\tb\nc"),
        (p("<w:r><w:t>21 </w:t><w:sym w:font='Symbol' w:char='F0B0'/><w:t>C</w:t></w:r>"), "21 °C"),
        (p("<w:r><w:sym w:font='Wingdings' w:char='F0E0'/><w:sym w:char='20AC'/></w:r>"), "→€"),
        (p("<w:r><w:t>Seen</w:t><w:commentReference w:id='0'/></w:r>"), "Seen"),
        (p("<m:oMath><m:r><m:t>E=mc</m:t></m:r></m:oMath>"), "E=mc"),
        ("<w:p><w:r><a:p><a:r><a:t>Drawn.</a:t></a:r></a:p></w:r></w:p>", "Drawn."),
        (p(r("Loops."), properties="<w:pStyle w:val='Loop'/>"), "Loops."),
        (f"<w:tr>{cell('No table.')}</w:tr><w:tc>{p(r('No row.'))}</w:tc>", "No table.\n\nNo row."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("space", [MAIN, STRICT])
def test_words_under_wrappers(tmp_path: Path, body: str, text: str, space: str) -> None:
    got = article(tmp_path / "a.docx", package(HEAD + body, space=space))
    assert (got.title, got.text) == ("Ferry returns", text)


def test_notes_come_last_in_the_order_of_their_references(tmp_path: Path) -> None:
    def reference(kind: str, name: int) -> str:
        return f"<w:r><w:{kind}Reference w:id='{name}'/></w:r>"

    notes = "".join(f"<w:footnote w:id='{name}'>{p(r(f'Note {name}.'))}</w:footnote>" for name in (2, 3, 4))
    body = p(
        r("Text."),
        reference("footnote", 3),
        f"<w:del>{reference('footnote', 4)}</w:del>",
        reference("endnote", 2),
        reference("footnote", 2),
        reference("footnote", 3),
        reference("footnote", 99),
    )
    separator = f"<w:footnote w:id='-1' w:type='separator'>{p(r('----'))}</w:footnote>"
    got = article(
        tmp_path / "a.docx",
        package(
            HEAD + body,
            footnotes=separator + notes,
            endnotes=f"<w:endnote w:id='2'>{p(r('The end.'))}</w:endnote>",
            comments=f"<w:comment w:id='0'>{p(r('Check this.'))}</w:comment>",
        ),
    )
    assert got.text == "Text.\n\nNote 3.\n\nThe end.\n\nNote 2."


def test_words_of_a_diagram(tmp_path: Path) -> None:
    body = HEAD + p(r("Text."), "<w:r><w:drawing><dgm:relIds r:dm='r1'/></w:drawing></w:r>")
    data = package(body, diagramData="<dgm:t><a:p><a:r><a:t>Plan</a:t></a:r></a:p></dgm:t>")
    assert article(tmp_path / "a.docx", data).text == "Text.\n\nPlan"


SECTION = "<w:sectPr><w:headerReference w:type='default' r:id='r1'/></w:sectPr>"


@pytest.mark.parametrize(
    ("header", "source", "authors", "day"),
    [
        (p(r("The Tolby Courier"), "<w:r><w:tab/></w:r>", r("3 May 2021")), "The Tolby Courier", (), 3),
        (p(r("Marne Gazette, Monday, 3 May 2021")), "Marne Gazette", (), 3),
        (p(r("Marne Post-Dispatch    3 May 2021")), "Marne Post-Dispatch", (), 3),
        (p(r("Slug: ferry-0503 | Page 2 | Ann Lee")), None, (), None),
        (p(r("Published: May 3, 2021 | By Ann Lee | Page 2")), None, ("Ann Lee",), 3),
        (p(sdt(r("Marne Gazette"))) + p(field("PAGE", r("1"))), "Marne Gazette", (), None),
        (p(r("CONFIDENTIAL DRAFT")), None, (), None),
        (
            f"<w:tbl><w:tr><w:tc>{p(r('Marne Gazette'))}{p(r('3 May 2021'))}</w:tc>"
            f"<w:tc>{p(r('By Ann Lee'))}</w:tc></w:tr></w:tbl>",
            "Marne Gazette",
            ("Ann Lee",),
            3,
        ),
        (p(field(" DATE \\@ d ", r("3 May 2021"))), None, (), None),
        (p(f"<w:fldSimple w:instr='TIME'>{r('3 May 2021')}</w:fldSimple>"), None, (), None),
    ],
)
def test_the_top_of_pages(
    tmp_path: Path, header: str, source: str | None, authors: tuple[str, ...], day: int | None
) -> None:
    got = article(tmp_path / "a.docx", package(HEAD + p(r("It sails.")) + SECTION, header=header))
    assert (got.text, got.source, got.authors) == ("It sails.", source, authors)
    assert got.published == (None if day is None else datetime(2021, 5, day, tzinfo=UTC))


@pytest.mark.parametrize(
    ("body", "core", "title", "text"),
    [
        (HEAD + p(r("It sails.")), ("Letter from 2019", ""), "Ferry returns", "It sails."),
        (p(r("Bus"), properties="<w:pStyle w:val='Kop1'/>") + p(r("It goes.")), ("", ""), "Bus", "It goes."),
        (p(r("Bus"), properties="<w:pStyle w:val='Story'/>") + p(r("It goes.")), ("", ""), "Bus", "It goes."),
        (p(r("NEWS")) + HEAD + p(r("It sails.")), ("", ""), "Ferry returns", "NEWS\n\nIt sails."),
        (p(r("The boat sails again.")) + p(r("It is full.")), ("Boat back", ""), "Boat back",
         "The boat sails again.\n\nIt is full."),
        (p(r("Boat back")) + p(r("It is full.")), ("boat back", ""), "boat back", "It is full."),
        (p(r("Boat back")) + p(r("It is full.")), ("Microsoft Word - x.doc", ""), "Boat back", "It is full."),
        (p(r("Boat back")) + p(r("It is full.")), ("Old letter", ""), "Boat back", "It is full."),
        (HEAD, ("", ""), "Ferry returns", "Ferry returns"),
    ],
)  # fmt: skip
def test_the_title(tmp_path: Path, body: str, core: tuple[str, str], title: str, text: str) -> None:
    got = article(tmp_path / "a.docx", package(body, core=CORE.format(*core)))
    assert (got.title, got.text) == (title, text)


@pytest.mark.parametrize(
    ("byline", "creator", "authors"),
    [
        ("By Ann Lee", "Bo Holm", ("Ann Lee",)),
        ("", "Bo Holm; Éva de Kovács", ("Bo Holm", "Éva de Kovács")),
        ("", "python-docx", ()),
        ("", "Microsoft Office User", ()),
        ("", "bholm", ()),
    ],
)
def test_the_authors(tmp_path: Path, byline: str, creator: str, authors: tuple[str, ...]) -> None:
    body = HEAD + p(r(byline)) + p(r("It sails."))
    assert article(tmp_path / "a.docx", package(body, core=CORE.format("", creator))).authors == authors


@pytest.mark.parametrize(
    ("above", "below", "text"),
    [
        ("", "Traders plan an appeal", "Traders plan an appeal\n\nIt sails."),
        ("LOCAL NEWS", "", "LOCAL NEWS\n\nIt sails."),
        ("LOCAL NEWS", "Traders plan an appeal", "LOCAL NEWS\n\nTraders plan an appeal\n\nIt sails."),
    ],
)
def test_a_byline_beside_a_kicker_and_a_deck(tmp_path: Path, above: str, below: str, text: str) -> None:
    body = p(r(above)) + HEAD + p(r(below)) + p(r("By Ann Lee")) + p(r("It sails."))
    got = article(tmp_path / "a.docx", package(body, core=CORE.format("", "Bo Holm")))
    assert (got.authors, got.text) == (("Ann Lee",), text)


def test_numbers_of_rows_do_not_hide_a_table_that_sets_the_page(tmp_path: Path) -> None:
    story = [
        f"The harbour board met for the {number} time on Friday and agreed on nothing." for number in range(4)
    ]
    left = f"<w:tc>{''.join(p(r(line)) for line in story)}</w:tc>"
    body = f"{HEAD}<w:tbl><w:tr>{left}{cell('Aside.')}</w:tr></w:tbl>"
    assert article(tmp_path / "a.docx", package(body)).text == "\n\n".join([*story, "Aside."])


@pytest.mark.parametrize("suffix", ["docm", "dotx", "dotm"])
def test_other_suffixes_of_word_and_other_names_of_the_main_part(tmp_path: Path, suffix: str) -> None:
    data = package(HEAD + p(r("It sails.")), main="word/document2.xml")
    assert article(tmp_path / f"a.{suffix}", data).text == "It sails."


def test_packages_with_missing_and_external_parts(tmp_path: Path) -> None:
    document = xml("document", f"<w:body>{p(r('Title'))}{p(r('Text.'))}{SECTION}</w:body>")
    outside = relations(("styles", "../../../etc/passwd"), ("header", "https://example.com/h.xml"))
    external = outside.replace(b"Target=", b'TargetMode="External" Target=')
    for number, rels in enumerate((outside, external)):
        data = archive({"word/document.xml": document, "word/_rels/document.xml.rels": rels})
        assert article(tmp_path / f"a{number}.docx", data).text == "Text."
    assert reason(tmp_path / "b.docx", archive({"word/document.xml": b"<x/>"})) == "not a Word document"
    deep = f"{'<w:sdt>' * 3000}{p(r('x'))}{'</w:sdt>' * 3000}"
    assert reason(tmp_path / "c.docx", package(deep)) == "broken Word document"
    broken = package(p(r("x")), styles="<w:style>")
    assert reason(tmp_path / "d.docx", broken) == "broken Word document"
    chunk = reason(tmp_path / "e.docx", package(p(r("x")) + "<w:altChunk r:id='r9'/>"))
    assert chunk == "Word document with text in an embedded file: save it again in Word"


def test_words_of_an_embedded_file(tmp_path: Path) -> None:
    page = "<html><head><title>Ferry returns</title></head><body><p>It sails again.</p></body></html>"
    parts = {
        "word/document.xml": xml("document", "<w:body><w:altChunk r:id='r0'/></w:body>"),
        "word/_rels/document.xml.rels": relations(("aFChunk", "/chunk.html")),
        "chunk.html": page.encode(),
    }
    got = article(tmp_path / "a.docx", archive(parts))
    assert (got.title, got.text) == ("Ferry returns", "It sails again.")


def wrapped(dice: random.Random, word: Callable[[], str], depth: int) -> str:
    """Return blocks under wrappers of wrappers; `word` gives the words of their runs."""
    inside = "".join(wrapped(dice, word, depth - 1) for _ in range(2)) if depth else p(r(word()))
    box = f"<w:r><w:txbxContent>{inside}</w:txbxContent></w:r>"
    wrapper = dice.choice(["ins", "hyperlink", "smartTag", "customXml", "moveTo", "bdo"])
    run = f"<w:{wrapper}>{dice.choice([r(word()), sdt(r(word())), field('X', r(word()))])}</w:{wrapper}>"
    row = f"<w:tr>{sdt(cell(word()))}<w:tc>{inside}</w:tc></w:tr>"
    return dice.choice([p(run, box, run), sdt(inside + p(run)), f"<w:tbl>{sdt(row)}</w:tbl>"])


@pytest.mark.parametrize("seed", range(20))
def test_each_word_is_read_once_under_whatever_wrappers(tmp_path: Path, seed: int) -> None:
    names = count()
    body = wrapped(random.Random(seed), lambda: f"w{next(names)} ", 4)
    shown = re.findall(r"w[0-9]+", body)
    assert len(shown) > 30
    told = re.findall(r"w[0-9]+", article(tmp_path / "a.docx", package(HEAD + p(r("Start.")) + body)).text)
    assert sorted(told) == sorted(shown)


def test_damaged_documents_give_an_article_or_one_reason(tmp_path: Path) -> None:
    whole, dice = word(), random.Random(7)
    for number in range(60):
        got = read_one(tmp_path / f"{number}.docx", dice.choice([mutated, mutated_zip])(whole, whole, dice))
        assert isinstance(got, Article) or got.reason in {
            "broken Word document",
            "not a Word document",
            "Word document that needs a password",
            "empty file",
            "no text left after cleaning",
            "larger than 20 MB when unpacked",
        }
