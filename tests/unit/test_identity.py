"""What identifies an article: derived ids are never refused, and never those of another story."""

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.identity import canonical_url, derived_id, ids_apart, ids_of_place, is_home
from tests.fakes import FakeEncoder

URL = "https://news.example/quay"
QUAY = Article(
    id=URL,
    url=URL,
    title="Quay opens",
    text="The quay of Lorne opened on Sunday before three thousand people, the harbour said in the evening. "
    "It is two miles long, and the largest ships of the northern line can land at it from October on.",
    origin="/news/quay.html",
)
ABBOT = replace(
    QUAY,
    title="New abbot",
    text="The monks of Saint Orla elected Brother Matthias as their abbot, the abbey said on Monday morning. "
    "He is the first abbot from abroad, and takes office at Easter after a year of retreat in the mountains.",
    origin="/news/abbot.html",
)
PRINT = replace(QUAY, text=f"{QUAY.text} Tickets are sold on board.", origin="/news/quay-print.html")
LONG = "https://news.example/" + "a-very-long-headline-" * 20


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://News.Example:443/Quay/?utm_source=x&fbclid=y#top", "https://news.example/Quay"),
        ("https://news.example/quay?id=7&mc_cid=1&at_medium=rss", "https://news.example/quay?id=7"),
        ("https://news.example:8443/quay", "https://news.example:8443/quay"),
    ],
)
def test_an_address_without_what_does_not_name_the_page(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize("url", ["https://e.com", "https://e.com/?utm_source=x", "https://e.com/index.html"])
def test_the_address_of_an_outlet(url: str) -> None:
    assert is_home(url)
    assert not is_home(f"{url.partition('?')[0]}/quay")
    assert not is_home("https://e.com/?p=7")


def test_an_id_of_a_long_address() -> None:
    left, right = derived_id(f"{LONG}1"), derived_id(f"{LONG}2")
    assert left != right
    assert left.startswith("https://news.example/a-very-long-headline-")
    assert max(len(left), len(right)) <= 300
    assert derived_id("a\nb") not in {derived_id("a\tb"), "a\nb"}
    assert derived_id("https://e.com/quay") == "https://e.com/quay"


def test_ids_of_two_stories_under_one_address() -> None:
    by_title, by_both = ids_apart("https://e.com/quay", "The quay: opened!", "It rained.")
    assert by_title == "https://e.com/quay#the-quay-opened"
    assert by_both.startswith(f"{by_title}-")


def test_a_page_under_the_address_of_its_outlet_is_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "quay.html"
    path.write_text(
        '<html><head><title>Quay opens</title><link rel="canonical" href="https://news.example/"></head>'
        "<body><article><h1>Quay opens</h1><p>The quay opened on Sunday.</p></article></body></html>"
    )
    (file,), _ = discover([str(path)])
    (article,) = load(file)
    assert isinstance(article, Article)
    assert article.id == f"{tmp_path.name}/quay.html"


def added(folder: Path, *articles: Article) -> Sequence[tuple[str, str | None]]:
    with EmbeddedWriter(folder, FakeEncoder()) as writer:
        return [(status.status, status.id) for status in writer.add(articles)]


def test_two_stories_under_one_address_are_two_articles(tmp_path: Path) -> None:
    expected = [("added", URL), ("added", f"{URL}#new-abbot")]
    assert added(tmp_path, QUAY, ABBOT) == expected
    assert added(tmp_path, QUAY, ABBOT) == [("unchanged", name) for _, name in expected]
    assert added(tmp_path, ABBOT) == [("unchanged", f"{URL}#new-abbot")]
    same_title = replace(ABBOT, title=QUAY.title, origin="/news/third.html")
    ((status, name),) = added(tmp_path, replace(same_title, text=ABBOT.text[::-1]))
    assert (status, name) == ("added", f"{URL}#quay-opens")


def test_a_print_of_the_same_story_is_one_article(tmp_path: Path) -> None:
    assert added(tmp_path, QUAY, PRINT) == [("added", URL), ("skipped", URL)]
    assert added(tmp_path, PRINT) == [("updated", URL)]


def test_a_file_may_get_another_story(tmp_path: Path) -> None:
    assert added(tmp_path, QUAY) == [("added", URL)]
    assert added(tmp_path, replace(ABBOT, origin=QUAY.origin)) == [("updated", URL)]


def test_an_id_that_was_stated_is_kept(tmp_path: Path) -> None:
    stated = [replace(article, id="a1") for article in (QUAY, ABBOT)]
    assert added(tmp_path, *stated) == [("added", "a1"), ("skipped", "a1")]


# --- named by their place ---------------------------------------------------------------------------------


def indexed(index: Path, *paths: Path) -> Sequence[tuple[str, str | None]]:
    files, _ = discover([str(path) for path in paths])
    with EmbeddedWriter(index, FakeEncoder()) as writer:
        return [(s.status, s.id) for s in writer.add(item for file in files for item in load(file))]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.parent


def write_zip(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", text)
    return path.parent


HERON, BANK = "Heron lands\n\nA heron landed at the weir.", "Bank shut\n\nThe bank of Tarn closed its doors."


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(
    ("name", "tail", "texts"),
    [
        ("1.txt", "", (HERON, BANK)),
        ("r.jsonl", "", ('{"text": "A heron landed."}\n', '{"text": "The bank closed its doors."}\n')),
        ("s.zip", "!a.txt", (HERON, BANK)),
    ],
)
def test_files_with_one_name_are_two_articles(
    tmp_path: Path, name: str, tail: str, texts: tuple[str, str], together: bool
) -> None:
    make = write_zip if name.endswith("zip") else write
    folders = [
        make(tmp_path / outlet / "2020" / name, text)
        for outlet, text in zip(("gazette", "post"), texts, strict=True)
    ]
    tail += "#1" if name.endswith("jsonl") else ""
    index = tmp_path / "index"
    runs = [folders] if together else [[folder] for folder in folders]
    statuses = [status for paths in runs for status in indexed(index, *paths)]
    names = [f"2020/{name}{tail}", f"post/2020/{name}{tail}"]
    assert statuses == [("added", name) for name in names]
    for paths in runs[::-1]:
        assert {status for status, _ in indexed(index, *paths)} == {"unchanged"}


def test_a_file_keeps_its_name_whatever_folder_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "gazette" / "2020" / "1.txt", HERON)
    index = tmp_path / "index"
    assert indexed(index, folder.parent) == [("added", "gazette/2020/1.txt")]
    assert indexed(index, folder) == [("unchanged", "gazette/2020/1.txt")]
    write(folder / "1.txt", BANK)
    assert indexed(index, folder) == [("updated", "gazette/2020/1.txt")]


@pytest.mark.parametrize("name", ["1.txt", "r.csv"])
def test_a_file_takes_the_place_of_one_that_is_gone_for_the_same_story_only(
    tmp_path: Path, name: str
) -> None:
    """The other may be on a disk that is not mounted."""
    csv = "id,title,text\n7,{},{}\n"
    texts = (HERON, BANK) if name == "1.txt" else [csv.format(*text.split("\n\n")) for text in (HERON, BANK)]
    first, second, third = (tmp_path / disk / "news" / name for disk in "abc")
    index = tmp_path / "index"
    ((_, article_id),) = indexed(index, write(first, texts[0]))
    (tmp_path / "a").rename(tmp_path / "away")
    ((status, other_id),) = indexed(index, write(second, texts[1]))
    assert (status, other_id) == ("added", f"b/news/{name}" if name == "1.txt" else f"{name}/7")
    assert indexed(index, write(third, texts[0])) == [("unchanged", article_id)]  # moved


def test_numbers_of_rows_count_inside_their_file(tmp_path: Path) -> None:
    header, index = "id,title,text\n", tmp_path / "index"
    write(tmp_path / "a.csv", f"{header}1,Heron,A heron landed.\n2,Mayor,The mayor resigned on Monday.\n")
    write(tmp_path / "b.csv", f"{header}1,Boats,Three boats sank in the bay.\n2,Corn,Corn is dear again.\n")
    left, right = tmp_path / "a.csv", tmp_path / "b.csv"
    assert indexed(index, left) == [("added", "1"), ("added", "2")]
    assert indexed(index, right) == [("added", "b.csv/1"), ("added", "b.csv/2")]
    write(right, f"{header}1,Boats,Four boats sank in the bay.\n2,Corn,Corn is dear again.\n")
    assert indexed(index, right, left) == [
        ("updated", "b.csv/1"), ("unchanged", "b.csv/2"), ("unchanged", "1"), ("unchanged", "2"),
    ]  # fmt: skip
    write(tmp_path / "c.csv", f"{header}1,Heron,A heron landed.\n")
    assert indexed(index, tmp_path / "c.csv") == [("unchanged", "1")]


def test_a_number_counts_once_in_a_file(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "id,title,text\n1,Heron,A heron landed.\n1,Mayor,The mayor resigned.\n")
    assert indexed(tmp_path / "index", tmp_path / "a.csv") == [("added", "1"), ("skipped", "1")]


def test_places_that_name_no_article() -> None:
    assert ids_of_place(URL, "/news/quay.html") == []
    assert ids_of_place("r.jsonl#7", "/news/r.jsonl:8") == []
    assert ids_of_place("z.zip!a.jsonl#7.2", "/z.zip!a.jsonl:7") == [
        "z.zip!a.jsonl#7.2",
        "/z.zip!a.jsonl#7.2",
    ]
