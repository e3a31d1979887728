"""CSV as programs and people write it: what parts and quotes cells, headers, and rows that do not fit."""

from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import Skipped
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load


def read(path: Path, content: str | bytes) -> list[Article | Skipped]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (file,), _ = discover([str(path)])
    return list(load(file))


def values(path: Path, content: str | bytes) -> list[tuple[str, str, str]]:
    articles = read(path, content)
    assert all(isinstance(article, Article) for article in articles), articles
    return [(article.id, article.title, article.text) for article in articles if isinstance(article, Article)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "news.csv"


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('id, title, text\na1, "Tolls, again", "It rose, he."\n', ("a1", "Tolls, again", "It rose, he.")),
        ('id,title,text\na1,A,"He said \\"no\\" to C:\\new."\n', ("a1", "A", 'He said "no" to C:\\new.')),
        ('id,title,text\na1,A,"He said ""no"" to C:\\new\\"\n', ("a1", "A", 'He said "no" to C:\\new\\')),
        ("sep=;\nid;title;text\na1;A;It is 3,50 euros.\n", ("a1", "A", "It is 3,50 euros.")),
        (b"\xef\xbb\xbfsep=;\r\nid;title;text\r\na1;A;B\r\n", ("a1", "A", "B")),
        ('"sep=|"\nid|title|text\na1|A|B, c; d\n', ("a1", "A", "B, c; d")),
        ("id;title;text;price\na1;A;It rose, he said.;3,50\n", ("a1", "A", "It rose, he said.")),
        ('id;title;"a, b, c, d";text\na1;A;x;B\n', ("a1", "A", "B")),
        ("id|title|text\na1|A|B, c; d\n", ("a1", "A", "B, c; d")),
        ('id\ttitle\ttext\na1\tA\tB, c; "d"\n', ("a1", "A", 'B, c; "d"')),
        ('id,title,text\r\na1,A,"One.\r\n\r\nTwo."\r\n', ("a1", "A", "One.\n\nTwo.")),
        ("ID,Title,TEXT\na1,A,B\n", ("a1", "A", "B")),
        ("id,title,title,,text,text\na1,,A,x,B,C\n", ("a1", "A", "B")),
        ("id,title,text\na1,A,B,,\n", ("a1", "A", "B")),
        ("id;title;text\na1;A;Zoë’s\n".encode("utf-16-le"), ("a1", "A", "Zoë’s")),
        ("id,title,text\na1,A,Zoë’s é ".encode() + b"caf\xe9s\n", ("a1", "A", "Zoë’s é cafés")),
    ],
)  # fmt: skip
def test_dialects(path: Path, content: str | bytes, row: tuple[str, str, str]) -> None:
    assert values(path, content) == [row]


def test_a_tabbed_text_whose_quotes_are_letters(tmp_path: Path) -> None:
    rows = (
        ("a1", '"No" to tolls', '"It rose," he said.'),
        ("a2", "Open", '"It rose, and it will fall.'),
        ("a3", 'The "last', "It fell."),
        ("a4", "End", "It ended."),
    )
    text = "".join("\t".join(row) + "\n" for row in (("id", "title", "text"), *rows))
    assert values(tmp_path / "news.tsv", text) == [*rows]


def test_a_tabbed_text_whose_cells_are_quoted(tmp_path: Path) -> None:
    text = 'id\ttitle\ttext\na1\tA\t"One.\n\nTwo ""three"".\tFour."\na2\t"B"\t"C"\n'
    assert values(tmp_path / "news.tsv", text) == [
        ("a1", "A", 'One.\n\nTwo "three".\tFour.'),
        ("a2", "B", "C"),
    ]


def test_what_a_database_writes(tmp_path: Path) -> None:
    text = "id\tauthor\ttitle\ttext\na1\t\\N\tA\tOne.\\n\\nTwo \\\\ three.\na2\tAnn Lee\tB\tIt is C:\\old.\n"
    first, second = read(tmp_path / "news.tsv", text)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.authors, first.text) == ((), "One.\n\nTwo \\ three.")
    assert (second.authors, second.text) == (("Ann Lee",), "It is C:\\old.")
    (comma,) = read(tmp_path / "news.csv", 'id,author,text\na1,\\N,"It rose."\n')
    assert isinstance(comma, Article)
    assert comma.authors == ()


def test_one_column_has_no_delimiter(path: Path) -> None:
    got = read(path, 'text\nIt rose, he said; twice.\n"It ""fell"", he said."\n')
    assert [item.text for item in got if isinstance(item, Article)] == [
        "It rose, he said; twice.",
        'It "fell", he said.',
    ]


def test_cells_beyond_the_header_are_told(path: Path) -> None:
    got = read(path, "id,title,text\na1,A,It rose, he said\na2,B,C\n")
    assert got[0] == Skipped(f"{path}:2", '4 cells under 3 columns (a cell with "," in it needs quotes)')
    assert isinstance(got[1], Article)
    assert got[1].id == "a2"


def test_the_header_once_more_is_no_article(path: Path) -> None:
    assert values(path, "id,title,text\na1,A,B\nid,title,text\na2,C,D\n") == [
        ("a1", "A", "B"),
        ("a2", "C", "D"),
    ]


def test_a_quote_that_is_not_closed_is_told(path: Path) -> None:
    first, *others = read(path, 'id,title,text\na0,A,B\na1,A,"It rained\na2,B,It snowed.\na3,C,It froze.\n')
    assert isinstance(first, Article)
    assert [(item.origin, item.reason) for item in others if isinstance(item, Skipped)] == [
        (f"{path}:3", "a quote in it is not closed; 2 lines below it are no rows")
    ]
    assert len(others) == 1


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        (["Post,22/07/2016", "Post,03/04/2016"], ["2016-07-22", "2016-04-03"]),
        (["Post,03/04/2016", "Post,07/22/2016"], ["2016-03-04", "2016-07-22"]),
        (["Post,22/07/2016", "Sun,03/04/2016"], ["2016-07-22", None]),
        (["Post,22/07/2016", "Post,07/22/2016", "Post,03/04/2016"], ["2016-07-22", "2016-07-22", None]),
    ],
)
def test_an_outlet_s_other_dates_say_how_it_writes_day_and_month(
    path: Path, rows: list[str], days: list[str | None]
) -> None:
    articles = read(path, "text,source,date\n" + "".join(f"It rained.,{row}\n" for row in rows))
    dates = [article.published for article in articles if isinstance(article, Article)]
    assert [day and day.date().isoformat() for day in dates] == days
