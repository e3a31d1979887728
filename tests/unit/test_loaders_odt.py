"""OpenDocument texts, zipped and flat."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.faults.mutations import mutated, mutated_zip
from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions
from tests.loading import article, read_one, reason
from tests.unit.test_loaders_formats import archive

URN = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = " ".join(
    [f'xmlns:{name}="{URN}:{name}:1.0"' for name in ("office", "style", "text", "table", "meta")]
    + [f'xmlns:draw="{URN}:drawing:1.0"', f'xmlns:svg="{URN}:svg-compatible:1.0"']
    + ['xmlns:dc="http://purl.org/dc/elements/1.1/"']
)
STYLES = (
    "<style:style style:name='Title' style:family='paragraph'/>"
    "<style:style style:name='P1' style:family='paragraph' style:parent-style-name='Title'/>"
    "<style:style style:name='Heading_20_1' style:family='paragraph'/>"
    "<style:style style:name='Loop' style:family='paragraph' style:parent-style-name='Loop'/>"
    "<style:style style:name='{0}1' style:family='{0}'>"
    "<style:text-properties text:display='none'/></style:style>"
)
HEAD = "<text:p text:style-name='P1'>Ferry returns</text:p>"


def p(inside: str, attributes: str = "") -> str:
    return f"<text:p {attributes}>{inside}</text:p>"


def content(body: str, kind: str = "text") -> str:
    automatic = STYLES.format("text") + STYLES.format("paragraph")
    return (
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    )


def meta(inside: str) -> str:
    return f"<office:meta>{inside}</office:meta>"


def header(inside: str) -> str:
    page = (
        f"<style:master-page style:name='Standard'><style:header>{inside}</style:header></style:master-page>"
    )
    return f"<office:master-styles>{page}</office:master-styles>"


def zipped(body: str, *, properties: str = "", styles: str = "", kind: str = "text") -> bytes:
    parts = {"content": content(body, kind), "meta": meta(properties), "styles": styles}
    return archive(
        {"mimetype": b"application/vnd.oasis.opendocument.text"}
        | {
            f"{name}.xml": f"<office:document-{name} {SPACES}>{inside}</office:document-{name}>".encode()
            for name, inside in parts.items()
        }
    )


def flat(body: str, properties: str = "") -> bytes:
    inside = meta(properties) + content(body)
    return f"<?xml version='1.0'?>\n<office:document {SPACES}>{inside}</office:document>".encode()


def cell(words: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>{p(words)}</table:table-cell>"


def table(*rows: str) -> str:
    inside = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return f"<table:table>{inside}</table:table>"


def note(words: str, kind: str = "footnote") -> str:
    citation = "<text:note-citation>1</text:note-citation>"
    body = f"<text:note-body>{p(words)}</text:note-body>"
    return f"<text:note text:note-class='{kind}'>{citation}{body}</text:note>"


DELETIONS = f"<text:tracked-changes><text:deletion>{p('Edwin Marsh')}</text:deletion></text:tracked-changes>"
RUBY = "<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>と</text:ruby-text></text:ruby>"
FRAME = f"<draw:frame><svg:title>Alt</svg:title><draw:text-box>{p('In a box.')}</draw:text-box></draw:frame>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (p("One <text:span>two</text:span> three"), "One two three"),
        (p("A<text:s/>b<text:s text:c='3'/>c<text:tab/>d<text:line-break/>e"), "A b   c\td\ne"),
        (p("A<text:s text:c='999999999999'/>b"), f"A{' ' * 8}b"),
        (p("<text:title>A field</text:title> shows."), "A field shows."),
        (p("Set\n     over\n  lines"), "Set over lines"),
        ("<text:h text:outline-level='2'>Part</text:h>" + p("Text."), "Part\n\nText."),
        (f"<text:list><text:list-item>{p('First')}</text:list-item></text:list>" + p("x"), "First\n\nx"),
        (DELETIONS + p("chose <text:change text:change-id='c1'/>Rosalind Okafor"), "chose Rosalind Okafor"),
        (p("Text." + note("Below.") + " More.") + p("x" + note("The end.", "endnote")),
         "Text. More.\n\nx\n\nBelow.\n\nThe end."),
        (p(f"Seen<office:annotation>{p('Check.')}</office:annotation>, too"), "Seen, too"),
        (p(f"Around {FRAME}it."), "Around it.\n\nIn a box."),
        (p(f"Around it.<draw:custom-shape>{p('A shape.')}</draw:custom-shape>"), "Around it.\n\nA shape."),
        (p(RUBY), "東京"),
        (p("Seen <text:span text:style-name='text1'>unseen</text:span>too"), "Seen too"),
        (p("Unseen", "text:style-name='paragraph1'") + p("Seen"), "Seen"),
        (p("Unseen<text:hidden-paragraph text:is-hidden='true'/>") + p("Seen"), "Seen"),
        (f"<text:section text:display='none'>{p('Unseen')}</text:section>" + p("Seen"), "Seen"),
        (p("<text:a>A link</text:a> to <text:bookmark-ref>it</text:bookmark-ref>"), "A link to it"),
        (p("Loops.", "text:style-name='Loop'"), "Loops."),
        (table(cell("a") + cell("b")), "a | b"),
        (table(cell("Tarn", "table:number-rows-spanned='2'") + cell("one"),
               "<table:covered-table-cell/>" + cell("two")), "Tarn | one\n\nTarn | two"),
        (table(cell("wide", "table:number-columns-spanned='2'") + "<table:covered-table-cell/>" + cell("x")),
         "wide | x"),
        (table(cell("a", "table:number-columns-repeated='1000000000'") + cell("b")), "a | b"),
        (table(cell("Sales") + f"<table:table-cell>{table(cell('North') + cell('12'))}</table:table-cell>"),
         "Sales\n\nNorth | 12"),
    ],
)  # fmt: skip
def test_words_of_a_text(tmp_path: Path, body: str, text: str) -> None:
    for name, data in (("a.odt", zipped(HEAD + body)), ("a.fodt", flat(HEAD + body))):
        got = article(tmp_path / name, data)
        assert (got.title, got.text) == ("Ferry returns", text)


PROPERTIES = (
    "<dc:title>Boat back</dc:title><meta:initial-creator>Bo Holm</meta:initial-creator>"
    "<dc:creator>Desk Two</dc:creator><meta:creation-date>2021-05-03T10:00:00</meta:creation-date>"
)


def test_properties(tmp_path: Path) -> None:
    body = p("The boat sails again.") + p("It is full.")
    got = article(tmp_path / "a.ott", zipped(body, properties=PROPERTIES))
    assert (got.title, got.authors, got.published) == ("Boat back", ("Bo Holm",), None)
    dated = read_one(tmp_path / "b.odt", zipped(body, properties=PROPERTIES), LoadOptions(file_dates=True))
    assert isinstance(dated, Article)
    assert (dated.published, dated.published_from) == (datetime(2021, 5, 3, 10, tzinfo=UTC), "file")
    headed = "<text:h text:outline-level='1'>Headline</text:h>" + p("By Ann Lee") + body
    seen = article(tmp_path / "c.odt", zipped(headed, properties=PROPERTIES))
    assert (seen.title, seen.authors) == ("Headline", ("Ann Lee",))


def test_the_top_of_pages(tmp_path: Path) -> None:
    today = p("<text:date>9 May 2021</text:date>")
    styles = header(today + p("Marne Gazette<text:tab/>3 May 2021"))
    got = article(tmp_path / "a.odt", zipped(HEAD + p("It sails."), styles=styles))
    assert (got.text, got.source, got.published) == (
        "It sails.",
        "Marne Gazette",
        datetime(2021, 5, 3, tzinfo=UTC),
    )


def test_what_is_refused(tmp_path: Path) -> None:
    whole = zipped(HEAD)
    assert reason(tmp_path / "a.odt", whole[:300]) == "broken OpenDocument text"
    assert reason(tmp_path / "b.odt", archive({"x": b"x"})) == "not an OpenDocument text"
    assert reason(tmp_path / "c.odt", zipped("", kind="spreadsheet")) == "not an OpenDocument text"
    manifest = b"<manifest:encryption-data/>"
    locked = archive({"content.xml": b"\x00", "META-INF/manifest.xml": manifest})
    assert reason(tmp_path / "d.odt", locked) == "OpenDocument text that needs a password"
    assert (
        reason(tmp_path / "e.odt", archive({"content.xml": b" " * 30_000_000}))
        == "larger than 20 MB when unpacked"
    )
    assert reason(tmp_path / "f.odt", zipped(p("") * 500_000)) == "more than 500,000 elements"
    laughs = b"<!DOCTYPE x [<!ENTITY l 'ha'>]>" + flat(p("&l;")).partition(b"\n")[2]
    assert reason(tmp_path / "g.fodt", laughs) == "OpenDocument text that declares entities"


@pytest.mark.parametrize("suffix", ["odt", "fodt"])
def test_damaged_texts_give_an_article_or_one_reason(tmp_path: Path, suffix: str) -> None:
    body = HEAD + p("The boat sails again." + note("Below.")) + table(cell("a") + cell("b"))
    whole = zipped(body, properties=PROPERTIES) if suffix == "odt" else flat(body, PROPERTIES)
    dice = random.Random(7)
    for number in range(60):
        damage = dice.choice([mutated, mutated_zip]) if suffix == "odt" else mutated
        got = read_one(tmp_path / f"{number}.{suffix}", damage(whole, whole, dice))
        assert isinstance(got, Article) or got.reason in {
            "broken OpenDocument text",
            "not an OpenDocument text",
            "OpenDocument text that needs a password",
            "empty file",
            "no text left after cleaning",
            "larger than 20 MB when unpacked",
        }
