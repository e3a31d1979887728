"""Numbers and bullets of the lists of OpenDocument texts."""

from pathlib import Path

import pytest

from tests.loading import article
from tests.unit.test_loaders_odt import HEAD, SPACES, p

LEVELS = (
    ("number", "style:num-format='1' style:num-suffix='.'"),
    ("number", "style:num-format='a' style:num-prefix='(' style:num-suffix=')'"),
    ("number", "style:num-format='I' style:num-suffix='.' text:display-levels='3' text:start-value='4'"),
    ("bullet", "text:bullet-char='●'"),
    ("number", "style:num-format=''"),
)
STYLE = "".join(
    f"<text:list-level-style-{kind} text:level='{place}' {attributes}/>"
    for place, (kind, attributes) in enumerate(LEVELS, 1)
)


def listed(*items: str, attributes: str = "") -> str:
    return f"<text:list text:style-name='L1' {attributes}>{''.join(items)}</text:list>"


def item(inside: str, attributes: str = "") -> str:
    return f"<text:list-item {attributes}>{inside}</text:list-item>"


def deep(words: str, level: int) -> str:
    return item(p(words)) if level == 1 else item(f"<text:list>{deep(words, level - 1)}</text:list>")


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (listed(item(p("One") + p("and more")), item(p("Two"))), ["1. One", "and more", "2. Two"]),
        (listed(item(p("A"), "text:start-value='7'"), item(p("B"))), ["7. A", "8. B"]),
        (
            listed(item(p("A") + f"<text:list>{item(p('x'))}{item(p('y'))}</text:list>"))
            + p("Between.")
            + listed(
                item(p("B") + f"<text:list>{item(p('z'))}</text:list>"),
                attributes="text:continue-numbering='true'",
            ),
            ["1. A", "(a) x", "(b) y", "Between.", "2. B", "(a) z"],
        ),
        (listed(item(p("A"))) + listed(item(p("B"))), ["1. A", "1. B"]),
        (
            listed(item(p("A")), attributes="xml:id='one'")
            + listed(item(p("B")), attributes="xml:id='two'")
            + listed(item(p("C")), attributes="text:continue-list='one'"),
            ["1. A", "1. B", "2. C"],
        ),
        (listed(deep("Deep", 3)), ["1.a.IV. Deep"]),
        (listed(deep("Point", 4)), ["- Point"]),
        (listed(deep("Plain", 5)), ["Plain"]),
        (listed(deep("Too deep", 60)), ["Too deep"]),
        (listed(item(p("")), item(p("B"))), ["2. B"]),
        (listed(f"<text:list-header>{p('Title')}</text:list-header>", item(p("A"))), ["Title", "1. A"]),
        (listed(item("<text:h text:outline-level='3'><text:number>9.</text:number>A</text:h>")), ["9. A"]),
    ],
)  # fmt: skip
def test_lists(tmp_path: Path, body: str, lines: list[str]) -> None:
    content = (
        f"<office:document {SPACES}><office:automatic-styles><text:list-style style:name='L1'>{STYLE}"
        "</text:list-style></office:automatic-styles><office:body><office:text>"
        f"{HEAD}{p('The board met on Monday.')}{body}</office:text></office:body></office:document>"
    )
    got = article(tmp_path / "a.fodt", content.replace("'P1'", "'Title'").encode())
    assert f"{got.title}\n\n{got.text}".split("\n\n")[2:] == lines
