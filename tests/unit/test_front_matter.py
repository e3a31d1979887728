"""Front matter of Markdown: YAML, TOML, JSON and bare lines, and the values that newsrooms write there."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.texts.front_matter import draft_of_fields, split_front_matter


def read(path: Path, content: str) -> Article:
    path.write_text(content)
    (file,), _ = discover([str(path)])
    (article,) = load(file)
    assert isinstance(article, Article), article
    return article


@pytest.mark.parametrize(
    ("front", "title", "authors"),
    [
        ("---\ntitle: >\n  Council names\n  its first ombudsman\nauthor: Ada Lind\n---", None, ("Ada Lind",)),
        ("---\ntitle: 'It''s 7'\nauthor:\n  name: Ada Lind\n  url: x\n---", "It's 7", ("Ada Lind",)),
        ("---\ntitle: No\nauthors:\n  - name: Ada Lind\n  - Bo Chi\n---", "No", ("Ada Lind", "Bo Chi")),
        ("---\ntitle: 007\nauthors: [Ada Lind, \"Bo Chi\"]\n---", "007", ("Ada Lind", "Bo Chi")),
        ("---\ntitle: A\nauthors:\n  - {first: Cy, last: Day}\n---", "A", ("Cy Day",)),
        ("---\ntitle: A\nauthor: By Ada Lind, Bo Chi and Cy Day\n---", "A", ("Ada Lind", "Bo Chi", "Cy Day")),
        ("---\ntitle: \"[[Kell]] votes\"\nauthor:\n  - \"[[Ada Lind]]\"\n---", "Kell votes", ("Ada Lind",)),
        ("---\ntitle: A\nauthor: \"[[people/Ada Lind]]\"\n---", "A", ("Ada Lind",)),
        ("---\ntitle: A\nauthor: \"[[people/ada|Ada Lind]]\"\n---", "A", ("Ada Lind",)),
        ("---\ntitle: A\nauthor: [[Ada Lind]]\n---", "A", ("Ada Lind",)),
        ("---\ntitle: A\nauthor: \"[Ada Lind](https://ex.com/ada)\"\n---", "A", ("Ada Lind",)),
        ("---\ntitle: A: b\nauthors:\n  - Ada Lind\n  - 'Bo Chi'\n---", "A: b", ("Ada Lind", "Bo Chi")),
        ("---\ntitle: A\nauthor: ~\n...", "A", ()),
        ("+++\ntitle = \"Kell\"\nauthors = [\"Ada Lind\"]\n[params]\nx = 1\n+++", "Kell", ("Ada Lind",)),
        ("+++\ntitle = \"Council\"\n[author]\nname = \"Ada Lind\"\n+++", "Council", ("Ada Lind",)),
        ('{\n "title": "Council", "author": {"name": "Ada Lind"}\n}', "Council", ("Ada Lind",)),
        ("Title: Council names\nAuthor: Ada Lind\n", "Council names", ("Ada Lind",)),
        ("% Council names\n% Ada Lind; Bo Chi\n% 27 January 2016", "Council names", ("Ada Lind", "Bo Chi")),
    ],
)  # fmt: skip
def test_title_and_authors(tmp_path: Path, front: str, title: str | None, authors: tuple[str, ...]) -> None:
    article = read(tmp_path / "a.md", f"{front}\n\nThe body.\n")
    assert article.title == (title or "Council names its first ombudsman")
    assert (article.authors, article.text) == (authors, "The body.")


@pytest.mark.parametrize(
    ("front", "moment"),
    [
        ("---\ndate: 2021-03-04\n---", datetime(2021, 3, 4, tzinfo=UTC)),
        ("---\ndate: 2021-03-04 10:00:00 +0100\n---", datetime(2021, 3, 4, 9, tzinfo=UTC)),
        ("---\npublishDate: 2021-03-04T10:00:00Z\n---", datetime(2021, 3, 4, 10, tzinfo=UTC)),
        ("---\ncreated: 2021-03-04\n---", None),
        ("+++\ndate = 2021-03-04T10:00:00Z\n+++", datetime(2021, 3, 4, 10, tzinfo=UTC)),
        ("+++\ndate = 2021-03-04\n+++", datetime(2021, 3, 4, tzinfo=UTC)),
        ('{"date": "2021-03-04"}', datetime(2021, 3, 4, tzinfo=UTC)),
        ("Date: 2010-12-03 10:20\n", datetime(2010, 12, 3, 10, 20, tzinfo=UTC)),
    ],
)
def test_dates(tmp_path: Path, front: str, moment: datetime | None) -> None:
    assert read(tmp_path / "a.md", f"{front}\n\n# Title\n\nThe body.\n").published == moment


@pytest.mark.parametrize(
    ("source", "url", "outlet"),
    [
        ("https://ex.com/a/b", "https://ex.com/a/b", ""),
        ("The Tarn Post", "", "The Tarn Post"),
        ("[[The Tarn Post]]", "", "The Tarn Post"),
        ({"name": "The Tarn Post", "url": "https://tarnpost.example"}, "", "The Tarn Post"),
        (["https://ex.com/a", "The Tarn Post"], "https://ex.com/a", "The Tarn Post"),
    ],
)
def test_a_source_is_an_outlet_or_an_address(source: object, url: str, outlet: str) -> None:
    draft = draft_of_fields({"source": source})
    assert (draft.url, draft.source) == (url, outlet)


def test_the_name_of_a_post_dates_it(tmp_path: Path) -> None:
    article = read(tmp_path / "2016-01-27-council-votes.md", "---\ntitle: Council votes\n---\nThe body.")
    assert (article.published, article.published_from) == (datetime(2016, 1, 27, tzinfo=UTC), "url")
    article = read(
        tmp_path / "2016-01-28-council.md", "---\ndate: 2016-01-30\n---\nCouncil votes\n\nThe body."
    )
    assert (article.published, article.published_from) == (datetime(2016, 1, 30, tzinfo=UTC), "given")


@pytest.mark.parametrize(
    "text",
    [
        "---\nJust a text.\n---\nMore.",
        "{not json} he said.",
        "+++\nbroken = \n+++\nMore.",
        "Date of birth:\nx",
    ],
)
def test_what_is_no_front_matter_is_text(text: str) -> None:
    assert split_front_matter(text) == ({}, text)


def test_a_headline_alone_is_an_article(tmp_path: Path) -> None:
    article = read(tmp_path / "a.md", "---\ntitle: Lena Falk named coach of the year\n---\n")
    assert (article.title, article.text) == ("Lena Falk named coach of the year",) * 2


def test_hostile_front_matter(tmp_path: Path) -> None:
    levels = "".join(
        f"{name}: &{name} [{', '.join(['*' + below] * 9)}]\n"
        for below, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    bomb = f"---\na: &a [Ada Lind, Bo Chi]\n{levels}author: *i\ntitle: A\n---\nThe body."
    assert read(tmp_path / "a.md", bomb).title == "A"
    deep = f"---\nauthor: {'[' * 9000}\ntitle: A\n---\nThe body."
    assert read(tmp_path / "b.md", deep).text == "The body."
    assert read(tmp_path / "c.md", f"+++\ntitle = {'[' * 9000}\n+++\nThe body.").text.endswith("The body.")


def test_marks_behind_a_backslash_are_signs(tmp_path: Path) -> None:
    assert read(tmp_path / "a.md", "# A\n\nIt cost 3 \\*plus\\* tax, not \\_more\\_.\n").text == (
        "It cost 3 *plus* tax, not _more_."
    )
