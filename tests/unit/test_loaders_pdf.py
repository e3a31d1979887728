"""What is printed on the pages of a PDF comes out as one text, in reading order."""

import textwrap
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.pdf.ocr import check_ocr
from nutgraf.indexer.sandbox.pool import WorkerPool


class Type(NamedTuple):
    """A line of type on a page of 595 by 842 points, from the lower left corner; `turn` is PDF's matrix."""

    x: float
    y: float
    text: str
    size: float = 10
    turn: str = "1 0 0 1"


def pdf(pages: Sequence[Sequence[Type]], title: str = "") -> bytes:
    """Write a PDF by hand, in Helvetica."""
    contents = [
        b"\n".join(
            b"BT /F1 %g Tf %s %g %g Tm (%s) Tj ET"
            % (line.size, line.turn.encode(), line.x, line.y, escaped(line.text))
            for line in page
        )
        for page in pages
    ]
    return document([(content, b"") for content in contents], title)


def scanned(content: bytes, *texts: int) -> bytes:
    """Print a PDF and scan it: a picture for each page, but for the numbers of those that keep their text."""
    import pypdfium2

    pages: list[tuple[bytes, bytes]] = []
    with pypdfium2.PdfDocument(content) as printed:
        for number in range(len(printed)):
            if number + 1 in texts:
                words = printed[number].get_textpage().get_text_range().split("\r\n")
                lines = (b"(%s) Tj T*" % escaped(line) for line in words)
                pages.append((b"BT /F1 10 Tf 12 TL 60 700 Td %s ET" % b" ".join(lines), b""))
                continue
            bitmap = printed[number].render(scale=200 / 72, grayscale=True)
            grey = zlib.compress(bytes(bitmap.buffer))
            picture = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray" % (
                bitmap.stride,
                bitmap.height,
            )
            picture += b" /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>" % len(grey)
            pages.append((b"595 0 0 842 0 0 cm /I1 Do", picture + b"\nstream\n%s\nendstream" % grey))
    return document(pages)


def document(pages: Sequence[tuple[bytes, bytes]], title: str = "") -> bytes:
    """Write pages, each of a content and a picture that it may draw."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 3 * number) for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
        b" /Encoding << /BaseEncoding /WinAnsiEncoding /Differences [128 /fi 158 /fl] >> >>",
    ]
    for number, (content, picture) in enumerate(pages):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> /XObject << /I1 %d 0 R >> >> >>"
            % (5 + 3 * number, 6 + 3 * number),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            picture or b"null",
        ]
    objects.append(b"<< /Title (%s) >>" % escaped(title))
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    entries = (len(objects) + 1, len(objects), len(out))
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % entries[0]
        + table
        + b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF" % entries
    )


def escaped(text: str) -> bytes:
    """Return a text as a string of a PDF; the font has ligatures in place of two signs."""
    text = text.replace("ﬁ", "€").replace("ﬂ", "ž")
    return text.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def column(text: str, x: float = 60, y: float = 700, size: float = 10) -> Iterator[Type]:
    """Yield the lines of a text one below the other."""
    for number, line in enumerate(text.strip().split("\n")):
        yield Type(x, y - 1.2 * size * number, line, size)


def items(path: Path, content: bytes, ocr: str = "") -> list[Article | Skipped]:
    path.write_bytes(content)
    return list(load(SourceFile(path, path.name, len(content)), LoadOptions(ocr=ocr)))


def article(path: Path, content: bytes, ocr: str = "") -> Article:
    (item,) = items(path, content, ocr)
    assert isinstance(item, Article), item.reason
    return item


def pages_of(article: Article) -> list[str]:
    places = [0, *article.page_breaks, len(article.text)]
    return [article.text[first:last] for first, last in pairwise(places)]


HEADLINE = Type(60, 740, "Ferry pier reopens after the storm", 18)
FIRST = """The pier at Selby Sound was opened again on Monday, three weeks after the
storm had torn away its northern end. The harbour master, Ida Lund, said that the
repairs had cost four million crowns and that ferries would call there from"""
SECOND = """tomorrow on. The island of Marr had been cut off for all that time, and its shop
had run out of flour and lamp oil. Nobody was hurt when the pier broke, but two
boats sank. The council wants to build a second pier on the southern shore, which"""
THIRD = """would be sheltered from the wind. A decision is expected in the spring, and the
ferry company has offered to pay for a third of it."""
WHOLE = " ".join(f"{FIRST}\n{SECOND}\n{THIRD}".split("\n"))


def stripped(text: str) -> str:
    return " ".join(text.split("\n"))


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("THE SELBY POST   Tuesday, 9 May 2023", "www.selbypost.example  Page {} of 3"),
        ("Selby Post | News", "{}"),
        ("5/9/23, 10:12 AM", "https://selbypost.example/news/pier.html {}/3"),
        ("{} The Selby Post", "Copyright 2023 Selby Media. All rights reserved."),
    ],
)
def test_running_lines_are_no_text(tmp_path: Path, head: str, foot: str, count: int) -> None:
    texts = [FIRST, SECOND, THIRD][:count]
    pages = [
        [
            Type(60, 800, head.format(n)),
            *([HEADLINE] if n == 1 else []),
            *column(text),
            Type(60, 40, foot.format(n)),
        ]
        for n, text in enumerate(texts, 1)
    ]
    got = article(tmp_path / "a.pdf", pdf(pages))
    assert got.title == HEADLINE.text
    assert got.text == stripped("\n".join(texts))
    assert pages_of(got) == [stripped(text) + " " * (n < count) for n, text in enumerate(texts, 1)]


@pytest.mark.parametrize(
    "head", ["5/9/23, 10:12 AM", "09.05.23, 10:12 Ferry pier reopens after the storm - The Selby Post", ""]
)
def test_a_single_page_that_a_browser_printed(tmp_path: Path, head: str) -> None:
    foot = [Type(60, 20, "https://selbypost.example/news/pier.html"), Type(540, 20, "1/1")]
    page = [Type(60, 810, head), HEADLINE, *column(LEFT), *column(RIGHT, 230), *foot]
    got = article(tmp_path / "a.pdf", pdf([page]))
    assert (got.title, got.text) == (HEADLINE.text, stripped(f"{LEFT}\n{RIGHT}"))


def test_a_line_at_the_foot_is_in_no_column(tmp_path: Path) -> None:
    foot = Type(60, 20, "Printed by the Selby Press")
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(LEFT), *column(RIGHT, 230), foot]]))
    assert got.text.split("\n\n") == [stripped(f"{LEFT}\n{RIGHT}"), foot.text]


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("Tuesday, 9 May 2023", datetime(2023, 5, 9, tzinfo=UTC)),
        ("May 9, 2023", datetime(2023, 5, 9, tzinfo=UTC)),
        ("5/13/23, 10:12 AM", None),  # printed by a browser
        ("Printed on 9 May 2023", None),
        ("Founded 1901", None),
    ],
)
def test_the_day_of_the_issue(tmp_path: Path, head: str, published: datetime | None) -> None:
    pages = [[Type(400, 800, head), HEADLINE, *column(FIRST)], [Type(400, 800, head), *column(SECOND)]]
    got = article(tmp_path / "a.pdf", pdf(pages))
    assert (got.published, got.text) == (published, stripped(f"{FIRST}\n{SECOND}"))


def test_heads_of_left_and_right_pages(tmp_path: Path) -> None:
    heads = [(60, "{} SELBY POST"), (400, "NEWS {}")]
    texts = [FIRST, SECOND, FIRST, SECOND, THIRD]
    pages = [
        [Type(heads[n % 2][0], 800, heads[n % 2][1].format(n)), *column(text, y=740)]
        for n, text in enumerate(texts, 12)
    ]
    got = article(tmp_path / "a.pdf", pdf(pages, "Pier"))
    assert got.text == stripped("\n".join(texts))
    assert len(got.page_breaks) == 4


def test_text_that_is_alike_on_two_pages_stays(tmp_path: Path) -> None:
    pages = [list(column(f"{FIRST}\n{SECOND}")), list(column(f"{FIRST}\n{THIRD}"))]
    assert article(tmp_path / "a.pdf", pdf(pages, "Pier")).text.count("Ida Lund") == 2


def test_numbered_headings_at_the_tops_of_pages_stay(tmp_path: Path) -> None:
    """The number of a page may be as large, and is no heading."""
    texts = [
        "The mill closed.\nIt was old.",
        "The bridge fell.\nIt was new.",
        "The ferry sank.\nIt was late.",
    ]
    pages = [
        [Type(60, 760, f"Day {day}", 13), *column(text), Type(290, 40, str(day), 13)]
        for day, text in enumerate(texts, 1)
    ]
    text = article(tmp_path / "a.pdf", pdf(pages, "A week in Tarn")).text
    assert text.split("\n\n")[::2] == ["Day 1", "Day 2", "Day 3"]
    assert text.endswith("It was late.")


def test_one_page_several_times_stays(tmp_path: Path) -> None:
    pages = [list(column(FIRST))] * 3
    assert article(tmp_path / "a.pdf", pdf(pages, "Pier")).text.count("Ida Lund") == 3


LEFT = """The pier at Selby Sound was
opened again on Monday, three
weeks after the storm had torn
away its northern end. The
harbour master, Ida Lund, said
that the repairs had cost four"""
RIGHT = """million crowns and that all the
ferries would call there from
tomorrow on. The island of Marr
had been cut off for all that
time, and its shop had run out
of flour and lamp oil."""


ENDED = f"{LEFT} more."


@pytest.mark.parametrize("by_rows", [True, False])
@pytest.mark.parametrize("places", [(60, 230), (60, 230, 400)])
def test_columns_are_read_one_after_the_other(
    tmp_path: Path, *, by_rows: bool, places: Sequence[int]
) -> None:
    texts = [LEFT, RIGHT, LEFT][: len(places)]
    lines = [line for x, text in zip(places, texts, strict=True) for line in column(text, x)]
    if by_rows:
        lines.sort(key=lambda line: -line.y)
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *lines]]))
    expected = stripped(f"{LEFT}\n{RIGHT}") + f"\n\n{stripped(LEFT)}" * (len(places) - 2)
    assert (got.title, got.text) == (HEADLINE.text, expected)


def test_narrow_columns(tmp_path: Path) -> None:
    texts = [textwrap.fill(text, 17) for text in (LEFT, RIGHT, FIRST, SECOND)]
    lines = [line for n, text in enumerate(texts) for line in column(text, 40 + 100 * n)]
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *sorted(lines, key=lambda line: -line.y)]]))
    assert got.text.replace("\n\n", " ") == stripped("\n".join(texts))


@pytest.mark.parametrize(
    "headline", ["A second story begins here and runs across both of the columns", "Ferry firm folds"]
)
def test_a_headline_over_both_columns_parts_them(tmp_path: Path, headline: str) -> None:
    across = Type(60, 600, headline, 14)
    lower = [*column(RIGHT, 60, 570), *column(LEFT, 230, 570)]
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(LEFT), *column(RIGHT, 230), across, *lower]]))
    assert got.text.split("\n\n") == [
        stripped(f"{LEFT}\n{RIGHT}"),
        across.text,
        stripped(RIGHT),
        stripped(LEFT),
    ]


@pytest.mark.parametrize("counts", [(3, 2), (2, 3)])
@pytest.mark.parametrize("headlines", ["Ferry firm folds", "Ferry firm folds after nine months of losses"])
def test_stories_in_different_numbers_of_columns(
    tmp_path: Path, counts: tuple[int, int], headlines: str
) -> None:
    places = {2: (60, 310), 3: (60, 230, 400)}
    upper, lower = (
        [line for x, text in zip(places[count], texts, strict=False) for line in column(text, x, y)]
        for count, texts, y in (
            (counts[0], (LEFT, RIGHT, ENDED), 700),
            (counts[1], (RIGHT, LEFT, RIGHT), 570),
        )
    )
    page = [HEADLINE, *upper, Type(60, 600, headlines, 14), *lower]
    got = article(tmp_path / "a.pdf", pdf([sorted(page, key=lambda line: -line.y)]))
    above, _, below = got.text.partition(headlines)
    assert " ".join(above.split()) == stripped("\n".join((LEFT, RIGHT, ENDED)[: counts[0]]))
    assert " ".join(below.split()) == stripped("\n".join((RIGHT, LEFT, RIGHT)[: counts[1]]))


def test_notes_that_differ_in_numbers_stay(tmp_path: Path) -> None:
    notes = [
        "1 Minutes of the council, p. 14.",
        "2 Minutes of the council, p. 21.",
        "3 Minutes of the council, p. 9.",
    ]
    pages = [
        [*column(text), Type(60, 80, note, 8)]
        for text, note in zip((FIRST, SECOND, THIRD), notes, strict=True)
    ]
    text = article(tmp_path / "a.pdf", pdf(pages, "Pier")).text
    assert [note for note in notes if note in text] == notes


def test_rows_of_a_table_stay_apart(tmp_path: Path) -> None:
    table = [
        ("Name", "Party", "Votes"),
        ("Ines Dahl", "Harbour List", "4,201"),
        ("Olaf Renn", "Traders", "2,980"),
    ]
    cells = [
        Type(60 + 120 * x, 640 - 12 * y, word) for y, row in enumerate(table) for x, word in enumerate(row)
    ]
    got = article(
        tmp_path / "a.pdf", pdf([[HEADLINE, *column(f"{FIRST}."), *cells, *column(f"{SECOND}.", y=580)]])
    )
    assert got.text.split("\n\n")[1:-1] == [" | ".join(row) for row in table]


def test_a_table_below_columns(tmp_path: Path) -> None:
    cells = [
        (150, "Yes"),
        (300, "No"),
        (62, "North"),
        (150, "5"),
        (300, "1"),
        (62, "Hill"),
        (150, "4"),
        (300, "3"),
    ]
    table = [Type(x, 600 - 14 * ((number + 1) // 3), cell) for number, (x, cell) in enumerate(cells)]
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(LEFT), *column(RIGHT, 230), *table]]))
    assert got.text.split("\n\n") == [
        stripped(f"{LEFT}\n{RIGHT}"),
        "Yes | No",
        "North | 5 | 1",
        "Hill | 4 | 3",
    ]


def test_a_table_between_columns(tmp_path: Path) -> None:
    rows = [("", "Yes", "No"), ("North", "5", "1"), ("Hill", "4", "3"), ("Quay", "2", "6")]
    table = [
        Type(x, 600 - 14 * number, cell)
        for number, row in enumerate(rows)
        for x, cell in zip((62, 150, 300), row, strict=True)
        if cell
    ]
    below = textwrap.wrap(WHOLE, 32)
    halves = ["\n".join(below[: len(below) // 2]), "\n".join(below[len(below) // 2 :])]
    columns = [*column(LEFT), *column(RIGHT, 230)], [*column(halves[0], y=530), *column(halves[1], 230, 530)]
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *columns[0], *table, *columns[1]]]))
    assert got.text.split("\n\n") == [
        stripped(f"{LEFT}\n{RIGHT}"),
        "Yes | No",
        "North | 5 | 1",
        "Hill | 4 | 3",
        "Quay | 2 | 6",
        WHOLE,
    ]


def test_a_table_is_read_by_its_rows(tmp_path: Path) -> None:
    cells = [
        ("Marr", "4,120", "12 per cent"),
        ("Selby", "3,050", "8 per cent"),
        ("Orm", "1,900", "5 per cent"),
    ]
    table = [
        Type(60 + 120 * x, 600 - 14 * y, cell)
        for x in range(3)
        for y, cell in enumerate(row[x] for row in cells)
    ]
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(f"{FIRST}\n{SECOND[:-7]}."), *table]]))
    assert "Marr | 4,120 | 12 per cent" in got.text
    assert "Orm | 1,900 | 5 per cent" in got.text


def test_a_footnote_follows_the_sentence_that_it_interrupts(tmp_path: Path) -> None:
    note = "1 The figure is that of the council, and does not count the boats."
    pages = [[HEADLINE, *column(FIRST), Type(60, 60, note, 8)], list(column(THIRD))]
    got = article(tmp_path / "a.pdf", pdf(pages))
    assert got.text.split("\n\n") == [stripped(f"{FIRST}\n{THIRD}"), note]
    assert got.text[got.page_breaks[0] :].startswith("would be sheltered")


@pytest.mark.parametrize(
    "jump", ["Continued on page 4", "(more)", "- more -", "PIER, continued from page A1"]
)
def test_jump_lines_are_no_text(tmp_path: Path, jump: str) -> None:
    pages = [[HEADLINE, *column(FIRST), Type(60, 640, jump)], list(column(SECOND))]
    assert article(tmp_path / "a.pdf", pdf(pages)).text == stripped(f"{FIRST}\n{SECOND}")


def test_a_word_that_a_page_breaks_is_rejoined(tmp_path: Path) -> None:
    first = FIRST.replace("call there from", "call at the har-")
    second = SECOND.replace("tomorrow on.", "bour again.")
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(first)], list(column(second))]))
    assert "ferries would call at the harbour again. The island" in got.text
    assert pages_of(got)[1].startswith("bour again.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One line.", "One line."),
        (
            "There will be new sanc-\ntions, he said, and the sanctions hold for a year.",
            "There will be new sanctions, he said, and the sanctions hold for a year.",
        ),
        ("the nuclear-\narmed state is armed and nuclear", "the nuclear-armed state is armed and nuclear"),
        ("what he told Jean-\nPierre that day", "what he told Jean-Pierre that day"),
        ("it was a two-\nweek pause in the war", "it was a two-week pause in the war"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line(tmp_path: Path, text: str, expected: str) -> None:
    assert article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(text)]])).text == expected


def items_of(marks: Sequence[str], hang: float = 12) -> list[Type]:
    """Return items of two lines, of which the second hangs; their marks stand apart from their texts."""
    texts = [
        ("The council closes the old pier at Lorne for a year, from the first", "Monday of March on"),
        ("It buys a second ferry for the workers of the mill and their tools,", "Built in Selby"),
        ("Traders pay half of what they paid for a stall in the market before.", ""),
    ]
    types: list[Type] = []
    for mark, (first, second) in zip(marks, texts, strict=True):
        for text in filter(None, (first, second)):
            y = 640 - 12 * sum(line.x > 60 for line in types)
            types += [Type(60, y, mark)] * (text == first) + [Type(60 + hang, y, text)]
    return types


@pytest.mark.parametrize(
    "marks", ["•••", "–––", "---", ["1.", "2.", "3."], ["9)", "10)", "11)"], ["(a)", "(b)", "(c)"]]
)
@pytest.mark.parametrize("hang", [20, 30])
def test_items_with_hanging_lines(tmp_path: Path, marks: Sequence[str], hang: float) -> None:
    below = column("The vote was nine to two, said Ines Dahl.\nNobody else spoke of it on that day.", y=580)
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(FIRST), *items_of(marks, hang), *below]]))
    assert got.text.split("\n\n")[1:4] == [
        f"{marks[0]} The council closes the old pier at Lorne for a year, from the first Monday of March on",
        f"{marks[1]} It buys a second ferry for the workers of the mill and their tools, Built in Selby",
        f"{marks[2]} Traders pay half of what they paid for a stall in the market before.",
    ]


def test_short_items_are_no_table(tmp_path: Path) -> None:
    items = [
        Type(x, 640 - 12 * row, text)
        for row, word in enumerate(["Flour", "Milk", "Butter", "Salt"], 1)
        for x, text in ((60, f"{row}."), (80, word))
    ]
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(FIRST), *items]]))
    assert got.text.split("\n\n")[1:] == ["1. Flour", "2. Milk", "3. Butter", "4. Salt"]


CAPITALS = """The ferry came at break of day
With bread for half the town,
And those who had not gone away
Came to the water down."""
SMALL = """the ferry came
with bread and oil and seven letters for the town
and those who waited
at the water
went home and did not say to anyone at all what they had read"""


@pytest.mark.parametrize("verse", [CAPITALS, SMALL])
def test_verse_keeps_its_lines(tmp_path: Path, verse: str) -> None:
    prose = f"{FIRST}.\n{SECOND}."
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(prose), *column(verse, y=580)]]))
    assert got.text.split("\n\n")[-len(verse.split("\n")) :] == verse.split("\n")


def test_a_narrow_quotation_is_one_paragraph(tmp_path: Path) -> None:
    words = f"{FIRST} {SECOND}".replace("\n", " ")
    quoted = "\n".join(textwrap.wrap(words, 36))
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(f"{THIRD}."), *column(quoted, y=600)]]))
    assert got.text.split("\n\n")[-1] == words


def test_indents_and_spaces_begin_paragraphs(tmp_path: Path) -> None:
    indented = [Type(75 if n == 0 else 60, 664 - 12 * n, line) for n, line in enumerate(SECOND.split("\n"))]
    spaced = list(column(THIRD, y=600))
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(FIRST), *indented, *spaced]]))
    assert got.text.split("\n\n") == [stripped(text) for text in (FIRST, SECOND, THIRD)]


@pytest.mark.parametrize(
    "title",
    [
        "", "Microsoft Word - pier_final.doc", "pier-final-2.indd", "Layout 1", "untitled", "Document1",
        "PowerPoint Presentation", "https://selbypost.example/pier", r"C:\Users\ida\pier.docx",
    ],
)  # fmt: skip
def test_the_largest_type_is_the_title(tmp_path: Path, title: str) -> None:
    headline = [Type(60, 760, "Ferry pier reopens", 18), Type(60, 738, "after the storm", 18)]
    got = article(tmp_path / "a.pdf", pdf([[*headline, Type(60, 715, "By Ida Holm"), *column(FIRST)]], title))
    assert (got.title, got.authors, got.text) == (HEADLINE.text, ("Ida Holm",), stripped(FIRST))


def test_paragraphs_of_a_line_each(tmp_path: Path) -> None:
    """Where no paragraph has two lines, the space between them is no leading; "-ENDS-" breaks no word."""
    lines = [
        "Mayor Lindqvist today named Rosa Amadi as the city's new fire chief.",
        "“Rosa ran into the mill when the roof was already gone,” the mayor said.",
        "-ENDS-",
        "Contact: press@harrow.example, +44 20 5555 0101",
    ]
    page = [HEADLINE, *(Type(60, 700 - 23 * row, line, 11) for row, line in enumerate(lines))]
    assert article(tmp_path / "a.pdf", pdf([page])).text.split("\n\n") == lines


@pytest.mark.parametrize("title", [HEADLINE.text.upper(), f"{HEADLINE.text} - Selby Post"])
def test_a_title_of_the_file_is_not_repeated_in_the_text(tmp_path: Path, title: str) -> None:
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(FIRST)]], title))
    assert (got.title, got.text) == (title, stripped(FIRST))


def test_the_name_of_the_paper_above_the_date_is_no_title(tmp_path: Path) -> None:
    paper = [Type(60, 790, "THE SELBY POST", 30), Type(60, 770, "Tuesday, 9 May 2023")]
    got = article(tmp_path / "a.pdf", pdf([[*paper, HEADLINE, *column(FIRST)]]))
    assert (got.title, got.source, got.text) == (HEADLINE.text, "THE SELBY POST", stripped(FIRST))


@pytest.mark.parametrize(("start", "rest"), [("T", "he pier"), ("A", "t Selby"), ("A", "court")])
def test_a_large_first_letter_belongs_to_its_word(tmp_path: Path, start: str, rest: str) -> None:
    lines = [rest, *FIRST.split("\n")[1:], *SECOND.split("\n"), "at"]
    text = [Type(90 if n < 2 else 60, 700 - 12 * n, line) for n, line in enumerate(lines)]
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, Type(60, 688, start, 28), *text]]))
    assert got.text.startswith(start + " " * (rest == "court") + rest)


@pytest.mark.parametrize(
    "head", ["A3  THE ISLE POST  THURSDAY, MARCH 4, 2021", "4 March 2021 | Isle Post | Page 3"]
)
def test_the_head_of_a_single_page(tmp_path: Path, head: str) -> None:
    lines = [Type(60, 790, head, 8), HEADLINE, Type(60, 720, "By Ines Caldor"), *column(FIRST)]
    got = article(tmp_path / "a.pdf", pdf([lines]))
    assert (got.title, got.authors, got.text) == (HEADLINE.text, ("Ines Caldor",), stripped(FIRST))
    assert (got.published, got.published_from) == (datetime(2021, 3, 4, tzinfo=UTC), "byline")


def test_a_byline_below_a_deck(tmp_path: Path) -> None:
    deck = Type(60, 722, "Mayor says she will not resign", 14)
    lines = [HEADLINE, deck, Type(60, 706, "By INES CALDOR"), *column(FIRST, y=680)]
    got = article(tmp_path / "a.pdf", pdf([lines]))
    assert (got.authors, got.text) == (("INES CALDOR",), f"{deck.text}\n\n{stripped(FIRST)}")
    heading = article(tmp_path / "b.pdf", pdf([[HEADLINE, deck, *column(FIRST)]]))
    assert heading.text == f"{deck.text}\n\n{stripped(FIRST)}"


def test_a_sentence_above_the_headline_is_text(tmp_path: Path) -> None:
    above = "The council met on 4 March 2021 and chose a mayor"
    got = article(tmp_path / "a.pdf", pdf([[Type(60, 790, above), HEADLINE, *column(FIRST)]]))
    assert got.text.startswith(above)


def test_ligatures_are_letters(tmp_path: Path) -> None:
    lines = FIRST.replace("the", "the ﬁnal ﬂood of")
    got = article(tmp_path / "a.pdf", pdf([[HEADLINE, *column(lines)]]))
    assert got.text == stripped(lines).replace("ﬁ", "fi").replace("ﬂ", "fl")


def test_pages_that_lie_on_their_side_and_stamps(tmp_path: Path) -> None:
    stamp = Type(200, 300, "EMBARGOED COPY", 60, "0.7 0.7 -0.7 0.7")
    slug = Type(60, 860, "pier_final.indd  1  09.05.23  10:12")
    lines = [HEADLINE, *column(FIRST)]
    turned = [Type(595 - line.y * 0.7, line.x, line.text, line.size, "0 1 -1 0") for line in lines]
    for page in ([*lines, stamp, slug], turned):
        got = article(tmp_path / "a.pdf", pdf([page]))
        assert (got.title, got.text) == (HEADLINE.text, stripped(FIRST))


def test_pages_without_text_count(tmp_path: Path) -> None:
    got = article(tmp_path / "a.pdf", pdf([[], [HEADLINE, *column(FIRST)], [], list(column(SECOND)), []]))
    assert got.title == HEADLINE.text
    assert [got.page_of(got.text.index(word)) for word in ("Selby", "Marr")] == [2, 4]
    assert len(got.page_breaks) == 4


# --- pictures of pages ----------------------------------------------------------------------------------


def missing_ocr() -> str:
    """Return what Tesseract lacks here; nothing where it can read."""
    try:
        check_ocr("eng")
    except SourceError as error:
        return str(error)
    return ""


needs_ocr = pytest.mark.skipif(bool(missing_ocr()), reason=missing_ocr())
PRINTED = pdf([[HEADLINE, *column(FIRST)], list(column(SECOND))])


def test_pictures_of_pages_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    assert items(path, scanned(PRINTED)) == [Skipped(str(path), "no text layer, try --ocr")]
    article, skipped = items(path, scanned(PRINTED, 2))
    assert isinstance(article, Article)
    assert article.page_of(article.text.index("Marr")) == 2
    assert skipped == Skipped(str(path), "page 1: no text layer, try --ocr")


@needs_ocr
@pytest.mark.parametrize("texts", [(), (2,)])
def test_pictures_of_pages_are_read(tmp_path: Path, texts: Sequence[int]) -> None:
    got = article(tmp_path / "a.pdf", scanned(PRINTED, *texts), "eng")
    assert (got.title, got.text) == (HEADLINE.text, stripped(f"{FIRST}\n{SECOND}"))
    assert got.text[got.page_breaks[0] :].startswith("tomorrow on.")


@needs_ocr
def test_columns_of_a_picture(tmp_path: Path) -> None:
    content = scanned(pdf([[HEADLINE, *column(LEFT), *column(RIGHT, 230)]]))
    assert article(tmp_path / "a.pdf", content, "eng").text == stripped(f"{LEFT}\n{RIGHT}")


@needs_ocr
def test_a_picture_is_read_within_the_limits_of_a_worker(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(scanned(PRINTED))
    with WorkerPool() as pool:
        (got,) = pool.files([SourceFile(path, "a.pdf", path.stat().st_size)], LoadOptions(ocr="eng"))
    assert isinstance(got, Article), got.reason
    assert got.text == stripped(f"{FIRST}\n{SECOND}")


@pytest.mark.parametrize("languages", ["klingon", "eng+klingon", "../eng", ""])
def test_languages_that_are_not_installed(languages: str) -> None:
    pytest.importorskip("tesserocr")
    with pytest.raises(SourceError, match="Tesseract's data for the languages"):
        check_ocr(languages)


BRIDGE = (
    "The bridge at Kell will close for six weeks in March so that its oldest arch can be rebuilt, the county"
    " said on Friday. Trains will use the other bridge, and some thousand passengers a day will be late for"
    " work, as they were in the winter of the great flood."
)


def test_a_narrow_box_beside_the_text_breaks_no_sentence(tmp_path: Path) -> None:
    text = [Type(60, 750 - 12 * at, line) for at, line in enumerate(textwrap.wrap(BRIDGE, 44))]
    box = [Type(330, 750, "FACTS", 12), Type(330, 735, "Built: 1911", 8), Type(330, 723, "Arches: 12", 8)]
    story = article(tmp_path / "a.pdf", pdf([[Type(60, 790, "Bridge to close", 20), *text, *box]]))
    assert BRIDGE in story.text
    assert {"FACTS", "Built: 1911", "Arches: 12"} <= {*story.text.split("\n")}


def test_lines_beside_a_large_first_letter_are_one_paragraph(tmp_path: Path) -> None:
    lines = textwrap.wrap(BRIDGE[1:], 60)
    text = [Type(60 if at > 1 else 85, 735 - 13 * at, line) for at, line in enumerate(lines)]
    page = [Type(60, 790, "Bridge to close", 20), Type(60, 718, "T", 30), *text]
    assert article(tmp_path / "a.pdf", pdf([page])).text == BRIDGE


def test_page_numbers_at_the_foot_of_the_first_page_and_the_head_of_others(tmp_path: Path) -> None:
    lines = [Type(60, 740 - 13 * at, line) for at, line in enumerate(textwrap.wrap(BRIDGE, 60))]
    first = [Type(60, 790, "Bridge to close", 20), *lines, Type(290, 40, "1")]
    second = [Type(60, 790, "2"), Type(60, 740, "The new arch will be of concrete, the county said.")]
    story = article(tmp_path / "a.pdf", pdf([first, second]))
    assert story.text == f"{BRIDGE}\n\nThe new arch will be of concrete, the county said."
