"""The made-up pages of tests/data/news_pages.txt: the HTML of each, and the text that is its article."""

import html
import re
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data" / "news_pages.txt"
_ARTICLE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_NUMBER = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True, slots=True)
class NewsPage:
    """A page and its right text, a part in each line."""

    name: str
    html: str
    text: str


def news_pages() -> list[NewsPage]:
    """Return all pages."""
    _, *sections = DATA.read_text(encoding="utf-8").split("\n=== ")
    paragraphs, *pages = [section.partition("\n")[::2] for section in sections]
    lines = paragraphs[1].splitlines()
    filled = [(name, _NUMBER.sub(lambda number: lines[int(number[1]) - 1], page)) for name, page in pages]
    return [
        NewsPage(
            name, _ARTICLE.sub(r"\1", page), html.unescape(_TAG.sub("", "\n".join(_ARTICLE.findall(page))))
        )
        for name, page in filled
    ]
