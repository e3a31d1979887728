"""Plain text of a field that holds HTML or entities, as feeds and systems export them."""

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_TAG = re.compile(
    r"</?(?:p|br|div|a|abbr|b|strong|em|i|u|s|small|sub|sup|span|ul|ol|li|dl|dt|dd|h[1-6]|figure|img"
    r"|figcaption|hr|blockquote|q|cite|table|tbody|thead|tr|td|th|section|article|header|footer|aside|main"
    r"|iframe|script|style|noscript|video|audio|source|picture|center|font|html|body|head|pre|code)"
    r"(?:\s[^<>]{0,2000})?/?>|<!--|<!\[CDATA\[",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BLOCKS = frozenset({
    "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "figcaption", "figure", "footer",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table",
    "tr", "ul",
})  # fmt: skip
_UNSEEN = frozenset({"script", "style", "noscript", "template", "iframe", "svg", "head", "video", "audio"})
_PARAGRAPH = re.compile(r"\n[ \t\r]*+\n")
_GAP = re.compile(r" ?\n[ \n]*+")


def plain(value: str) -> str:
    """Return a field as plain text: without tags, paragraphs apart, entities as the characters they name.

    A text without tags is the same but for its entities. One that was escaped twice is read twice.
    """
    if "<" not in value and "&" not in value:
        return value
    for _ in range(2):
        if _TAG.search(value):
            return _text(value)
        unescaped = _ENTITY.sub(lambda entity: html.unescape(entity[0]), value)
        if unescaped == value:
            break
        value = unescaped
    return value


def _text(value: str) -> str:
    from lxml.html import document_fromstring

    tree = document_fromstring(f"<html><body><div>{value.replace(chr(0), '')}</div></body></html>")
    joined = "".join(_parts(tree)).strip()
    lines = (" ".join(line.split()) for line in _GAP.sub(_break, joined).split("\n"))
    return "\n".join(lines).strip()


def _break(gap: re.Match[str]) -> str:
    return "\n\n" if gap[0].count("\n") > 1 else "\n"


def _parts(tree: "_Element") -> Iterator[str]:
    """Yield the text of a tree in its order, with breaks around blocks."""
    from lxml.etree import iterwalk

    unseen = 0
    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event in {"comment", "pi"}:
            yield "" if unseen else _words(element.tail)
            continue
        block = "\n\n" if element.tag in _BLOCKS else ""
        unseen += (element.tag in _UNSEEN) * (1 if event == "start" else -1)
        if event == "start":
            yield "" if unseen else block + _words(element.text)
        elif not unseen:
            cell = " " if element.tag in {"td", "th"} else ""
            yield ("\n" if element.tag == "br" else block + cell) + _words(element.tail)


def _words(text: str | None) -> str:
    """Return text as browsers show it: blanks are one blank; an empty line parts paragraphs all the same."""
    parts = _PARAGRAPH.split(text or "")
    return "\n\n".join(re.sub(r"\s+", " ", part) for part in parts)
