"""Numbers and bullets of Word's automatic lists, which stand in no paragraph."""

from pathlib import Path

import pytest

from nutgraf.indexer.loaders.word.labels import letters, ordinal, roman
from tests.loading import article
from tests.unit.test_loaders_formats import cell
from tests.unit.test_loaders_word import HEAD, STYLES, p, package, r


def level(place: int, spelled: str, text: str, more: str = "", *, start: int = 1) -> str:
    begin = f"<w:start w:val='{start}'/><w:numFmt w:val='{spelled}'/>"
    return f"<w:lvl w:ilvl='{place}'>{begin}<w:lvlText w:val='{text}'/>{more}</w:lvl>"


def definition(name: int, *levels: str) -> str:
    return f"<w:abstractNum w:abstractNumId='{name}'>{''.join(levels)}</w:abstractNum>"


def listed(name: int, of: int, more: str = "") -> str:
    return f"<w:num w:numId='{name}'><w:abstractNumId w:val='{of}'/>{more}</w:num>"


def item(words: str, name: int = 1, place: int = 0, more: str = "") -> str:
    number = f"<w:numPr><w:ilvl w:val='{place}'/><w:numId w:val='{name}'/></w:numPr>"
    return p(r(words), properties=number + more)


def lines(path: Path, body: str, numbering: str, **parts: str) -> list[str]:
    """Return the paragraphs of a document below its first one."""
    content = package(HEAD + p(r("The board met on Monday.")) + body, numbering=numbering, **parts)
    return article(path, content).text.split("\n\n")[1:]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.docx"


THREE = definition(
    7,
    level(0, "decimal", "%1."),
    level(1, "lowerLetter", "%2)"),
    level(2, "upperRoman", "(%3)"),
)


def test_numbers_of_levels_begin_anew_below_each_item(path: Path) -> None:
    places = [0, 1, 1, 2, 2, 1, 0, 1, 2]
    body = "".join(item(f"at {place}", place=place) for place in places)
    assert lines(path, body, THREE + listed(1, 7)) == [
        "1. at 0", "a) at 1", "b) at 1", "(I) at 2", "(II) at 2", "c) at 1", "2. at 0", "a) at 1", "(I) at 2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spelled", "start", "label"),
    [
        ("decimal", 9, "9."),
        ("decimal", 0, "0."),
        ("decimalZero", 9, "09."),
        ("lowerLetter", 28, "bb."),
        ("upperLetter", 3, "C."),
        ("lowerRoman", 1994, "mcmxciv."),
        ("upperRoman", 4, "IV."),
        ("ordinal", 2, "2nd."),
        ("russianLower", 2, "б."),
        ("chineseCounting", 4, "4."),
        ("lowerLetter", 99_999, "32767."),
        ("bullet", 1, "-"),
    ],
)
def test_formats(path: Path, spelled: str, start: int, label: str) -> None:
    numbering = definition(7, level(0, spelled, "\uf0b7" if spelled == "bullet" else "%1.", start=start))
    assert lines(path, item("Item"), numbering + listed(1, 7)) == [f"{label} Item"]


def test_numbers_within_numbers(path: Path) -> None:
    legal = "<w:isLgl/>"
    numbering = definition(
        7,
        level(0, "upperRoman", "Part %1", "<w:suff w:val='nothing'/>"),
        level(1, "lowerLetter", "%1.%2", legal),
        level(2, "decimal", "%1.%2.%3"),
    )
    body = item(": North") + item("Ferries", place=1) + item("Fares", place=2) + item("Boats", place=1)
    assert lines(path, body, numbering + listed(1, 7)) == [
        "Part I: North",
        "1.1 Ferries",
        "I.a.1 Fares",
        "1.2 Boats",
    ]
    # A level that no item was at yet counts as if its first had been.
    assert lines(path, item("Fares", place=2), numbering + listed(1, 7)) == ["I.a.1 Fares"]


def test_lists_of_one_definition_go_on_and_begin_anew_where_they_say_so(path: Path) -> None:
    anew = "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/></w:lvlOverride>"
    own = f"<w:lvlOverride w:ilvl='0'>{level(0, 'lowerLetter', '%1)')}</w:lvlOverride>"
    numbering = THREE + listed(1, 7) + listed(2, 7) + listed(3, 7, anew) + listed(4, 7, own)
    body = "".join(item("x", name) for name in (1, 2, 3, 3, 1, 4))
    assert lines(path, body, numbering) == ["1. x", "2. x", "5. x", "6. x", "7. x", "h) x"]


@pytest.mark.parametrize(("restart", "labels"), [("0", ["a)", "b)"]), ("1", ["a)", "a)"])])
def test_levels_that_never_begin_anew(path: Path, restart: str, labels: list[str]) -> None:
    rule = f"<w:lvlRestart w:val='{restart}'/>"
    numbering = definition(7, level(0, "decimal", "%1."), level(1, "lowerLetter", "%2)", rule)) + listed(1, 7)
    body = item("x") + item("y", place=1) + item("x") + item("y", place=1)
    got = lines(path, body, numbering)
    assert [got[1], got[3]] == [f"{label} y" for label in labels]


def test_lists_of_styles(path: Path) -> None:
    def style(name: str, inside: str, kind: str = "paragraph") -> str:
        return f"<w:style w:type='{kind}' w:styleId='{name}'><w:name w:val='{name}'/>{inside}</w:style>"

    numbered = "<w:pPr><w:numPr><w:numId w:val='{}'/></w:numPr></w:pPr>"
    styles = (
        STYLES
        + style("Point", numbered.format(1))
        + style("Sub", numbered.format(1))
        + style("Child", "<w:basedOn w:val='Sub'/>")
        + style("Loop", "<w:basedOn w:val='Loop'/>")
        + style("Linked", numbered.format(3), "numbering")
    )
    sub = level(1, "lowerLetter", "%2)", "<w:pStyle w:val='Sub'/>")
    linked = "<w:abstractNum w:abstractNumId='8'><w:numStyleLink w:val='Linked'/></w:abstractNum>"
    numbering = definition(7, level(0, "decimal", "%1."), sub) + linked
    numbering += definition(9, level(0, "upperLetter", "%1.")) + listed(1, 7) + listed(2, 8) + listed(3, 9)
    none = "<w:numPr><w:numId w:val='0'/></w:numPr>"
    body = "".join(
        p(r(name), properties=f"<w:pStyle w:val='{name}'/>{more}")
        for name, more in [
            ("Point", ""), ("Sub", ""), ("Child", ""), ("Point", none), ("Point", ""), ("Loop", ""),
        ]
    )  # fmt: skip
    assert lines(path, body + item("linked", 2), numbering, styles=styles) == [
        "1. Point", "a) Sub", "b) Child", "Point", "2. Point", "Loop", "A. linked",
    ]  # fmt: skip


def test_paragraphs_that_are_gone_do_not_count(path: Path) -> None:
    gone = "<w:rPr><w:del w:id='1'/></w:rPr>"
    body = item("One") + p(f"<w:del>{r('Two')}</w:del>", properties=gone) + item("Two")
    taken_out = p(
        f"<w:del>{r('x')}</w:del>",
        properties=f"<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>{gone}",
    )
    assert lines(path, item("One") + taken_out + item("Two"), THREE + listed(1, 7)) == ["1. One", "2. Two"]
    assert lines(path, body, THREE + listed(1, 7)) == ["1. One", "2. Two"]


def test_empty_items_and_rows_that_are_counted(path: Path) -> None:
    assert lines(path, item("One") + item("") + item("Three"), THREE + listed(1, 7)) == ["1. One", "3. Three"]
    number = "<w:tc>" + item("") + "</w:tc>"
    table = (
        "<w:tbl>" + "".join(f"<w:tr>{number}{cell(word)}</w:tr>" for word in ("North", "South")) + "</w:tbl>"
    )
    assert lines(path, table, THREE + listed(1, 7)) == ["1. | North", "2. | South"]


def test_what_has_no_label(path: Path) -> None:
    hidden = level(0, "decimal", "%1.", "<w:rPr><w:vanish/></w:rPr>")
    for numbering in (definition(7, hidden), definition(7, level(0, "none", "")), definition(6), ""):
        assert lines(path, item("Item"), numbering + listed(1, 7)) == ["Item"]
    assert lines(path, item("Item", 5), THREE + listed(1, 7)) == ["Item"]


def test_hostile_numbering_is_bounded(path: Path) -> None:
    long = level(0, "decimal", "%1" * 50_000)
    got = lines(path, item("Item", place=999_999_999) + item("Item"), definition(7, long) + listed(1, 7))
    assert got == ["Item", "1" * 30 + " Item"]
    circle = "<w:abstractNum w:abstractNumId='7'><w:numStyleLink w:val='Round'/></w:abstractNum>"
    style = (
        f"{STYLES}<w:style w:type='numbering' w:styleId='Round'>"
        "<w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr></w:style>"
    )
    assert lines(path, item("Item"), circle + listed(1, 7), styles=style) == ["Item"]


def test_spelled_numbers() -> None:
    assert [roman(number) for number in (1, 4, 9, 14, 40, 90, 400, 3999, 4000, 0)] == [
        "i", "iv", "ix", "xiv", "xl", "xc", "cd", "mmmcmxcix", "4000", "0",
    ]  # fmt: skip
    assert [letters(number) for number in (1, 26, 27, 52, 260, 261, 0)] == [
        "a", "z", "aa", "zz", "z" * 10, "261", "0",
    ]  # fmt: skip
    assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "111th",
    ]  # fmt: skip
