"""Documentation as a site: its links lead somewhere, its search knows its pages, it asks no other host."""

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

from benchmarks.site import NOT_SEARCHED, ROOT, Site

pytest.importorskip("zensical", reason="zensical is not installed: pip install 'nutgraf[docs]'")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Site().build(tmp_path_factory.mktemp("site"))


def read(page: Path) -> html.HtmlElement:
    return html.fromstring(page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> set[str]:
    return set(read(page).xpath("//@id"))


@pytest.mark.parametrize("name", Site().pages().values())
def test_links_of_a_page_lead_to_a_page_and_a_heading(site: Path, name: str) -> None:
    page = site / Path(name).with_suffix(".html")
    links = [urlsplit(link) for link in read(page).xpath("//@href | //@src")]
    inside = [link for link in links if not link.scheme]
    assert len(inside) > 20
    for link in inside:
        target = (page.parent / unquote(link.path)).resolve() if link.path else page
        if target.is_dir():
            target /= "index.html"
        assert target.is_file(), link.geturl()
        if link.fragment and target.suffix == ".html":
            assert unquote(link.fragment) in anchors(target), link.geturl()


@pytest.mark.parametrize("name", Site().pages().values())
def test_a_page_loads_nothing_from_elsewhere(site: Path, name: str) -> None:
    page = read(site / Path(name).with_suffix(".html"))
    loaded = page.xpath("//@src | //@srcset | //object/@data | //link[not(@rel='canonical')]/@href")
    assert loaded
    assert [address for address in loaded if re.match(r"(https?:)?//", address)] == []
    assert "url(http" not in page.text_content()


def test_style_sheets_load_nothing_from_elsewhere(site: Path) -> None:
    styles = list(site.rglob("*.css"))
    assert styles
    assert [
        style for style in styles if re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", style.read_text())
    ] == []


def test_the_search_index_has_every_page_that_explains(site: Path) -> None:
    items = json.loads((site / "search.json").read_text(encoding="utf-8"))["items"]
    searched = {urlsplit(item["location"]).path for item in items}
    assert searched == {
        str(Path(name).with_suffix(".html"))
        for path, name in Site().pages().items()
        if path not in NOT_SEARCHED
    }
    assert any("--as-of" in item["text"] for item in items)


def test_navigation_has_the_four_kinds_in_order(site: Path) -> None:
    (bar,) = read(site / "index.html").xpath("//nav[contains(@class, 'md-nav--primary')]")
    titles = [" ".join(title.split()) for title in bar.xpath(".//span[@class='md-ellipsis']//text()")]
    kinds = ["Tutorial", "How-to guides", "Reference", "Explanation"]
    assert [title for title in titles if title in kinds] == kinds
    assert "Command line" in titles[titles.index("Reference") : titles.index("Explanation")]


@pytest.mark.parametrize("name", Site().pages().values())
def test_lists_and_tables_are_shown_as_such(site: Path, name: str) -> None:
    """Python's Markdown wants an empty line before a list where GitHub's wants none."""
    page = read(site / Path(name).with_suffix(".html"))
    paragraphs = [paragraph.text_content() for paragraph in page.xpath("//article//p")]
    assert [text for text in paragraphs if re.search(r"^(?:[-*] |\| |```)", text, re.MULTILINE)] == []
    assert not page.xpath("//article//*[local-name()='details']/text()[contains(., '|')]")


def test_links_that_lead_nowhere_fail(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name in ("README.md", "CHANGELOG.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    page = tmp_path / "docs" / "watch.md"
    links = "[a](nowhere.md) [b](cli.md#no-heading) [c](#no-section)"
    page.write_text(f"{page.read_text(encoding='utf-8')}\n{links}\n", encoding="utf-8")
    (tmp_path / "build").mkdir()
    with pytest.raises(subprocess.CalledProcessError):
        Site(tmp_path).build(tmp_path / "build")
    said = re.sub(r"\x1b\[[\d;]*m", "", capfd.readouterr().err)
    assert said.count(links) == 3
    assert said.count("anchor does not exist") == 4  # each once above its line and once below
    assert said.count("page does not exist") == 2


@pytest.mark.parametrize(
    ("page", "link", "target"),
    [
        ("README.md", "docs/cli.md", "cli.md"),
        ("docs/README.md", "../README.md#figures", "index.md#figures"),
        ("docs/README.md", "cli.md#profiles", "cli.md#profiles"),
        ("docs/cli.md", "README.md", "pages.md"),
        ("docs/cli.md", "#profiles", "#profiles"),
        ("docs/cli.md", "profiles.svg", "profiles.svg"),
        ("README.md", "docs/profiles.svg", "profiles.svg"),
        ("docs/security.md", "deploy/Containerfile", "deploy/Containerfile"),
        ("docs/watch.md", "../CHANGELOG.md", "changelog.md"),
        ("docs/citing.md", "../seeds/", "https://github.com/nutgraf/nutgraf/tree/main/seeds"),
        ("README.md", "NOTICE", "https://github.com/nutgraf/nutgraf/blob/main/NOTICE"),
        ("README.md", "https://pipx.pypa.io", "https://pipx.pypa.io"),
    ],
)
def test_links_fit_the_site(page: str, link: str, target: str) -> None:
    assert Site().target(link, page) == target
