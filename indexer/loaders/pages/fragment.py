"""The words of markup that is an article already, such as the body of a feed's item: nothing is judged.

Pages, of which the article must be found first, are read by `html`.
"""

import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.loaders.pages.read_on import remove_read_on

if TYPE_CHECKING:
    from lxml.etree import _Element

_UNSEEN = frozenset({
    "script", "style", "noscript", "iframe", "form", "button", "select", "svg", "template", "head", "object",
    "audio", "video",
})  # fmt: skip
_INLINE = frozenset({
    "a", "abbr", "acronym", "add", "alt-code", "b", "bdi", "bdo", "big", "choice", "chron", "cite",
    "city", "classifier", "code", "copyrite", "corr", "country", "data", "date", "del", "denom", "dfn",
    "em", "emph", "event", "expan", "font", "foreign", "frac", "frac-num", "function", "gap", "hi", "i",
    "img", "ins", "kbd", "label", "lang", "location", "mark", "money", "name", "num", "number",
    "object.title", "org", "orgname", "pc", "persname", "person", "placename", "postaddr", "pronounce",
    "q", "ref", "reg", "region", "rp", "rs", "rt", "ruby", "s", "seg", "small", "span", "strike",
    "strong", "sub", "sup", "supplied", "term", "time", "title", "tt", "u", "unclear", "var", "virtloc",
    "w", "wbr",
})  # fmt: skip
"""Elements of HTML, NITF and TEI within a line; every other one begins a line of its own."""

_MOST_TAGS = 100_000  # of one article: a book has some ten thousand; not measured
_LINES = frozenset({"li", "tr", "br", "dt", "dd", "l", "lb", "item", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_TAG = re.compile(
    r"</?(?:a|article|b|blockquote|br|center|cite|code|div|em|figure|font|h[1-6]|hr|i|iframe|img|li|ol|p|pre|q"
    r"|script|section|span|strong|sub|sup|table|td|tr|u|ul)(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)
_BLOCK_TAG = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
# Shortcodes of WordPress and its builders of pages, which mean nothing to readers; of a picture its caption
# stays, and of what is embedded nothing. Such words in brackets without a value or an end may be the story's.
_CODE = (
    r"(?:wp_)?caption|gallery|audio|video|playlist|contact-form(?:-7)?|(?:vc|et_pb|fusion|su)_[a-z_]{1,40}"
)
_SHORTCODE = re.compile(
    r"\[embed(?:\s[^\[\]]{0,300})?\][^\s\[\]]{0,900}\[/embed\]"
    r"|\[(?:wp_)?caption\s[^\[\]]{0,500}?\bcaption=\"(?P<caption>[^\"\[\]]{1,900})\"[^\[\]]{0,300}\]"
    rf"|\[(?:{_CODE}|embed)\s[^\[\]=]{{1,40}}=[^\[\]]{{0,900}}\]|(?P<end>\[/(?:{_CODE})\])"
    r"|\[(?:vc|et_pb|fusion)_[a-z_]{1,40}\]",
    re.IGNORECASE,
)
_BLANK_LINE = re.compile(r"\n[ \t\r]*+\n")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def fragment_text(markup: str) -> str:
    r"""Return the paragraphs of a piece of HTML, which may be plain text, parted by blank lines.

    Raises UnreadableError for more than 100,000 tags.

    >>> fragment_text("<p>It rained<br>in Tarn.</p><p>Ada &amp; Bo saw it.</p>")
    'It rained\nin Tarn.\n\nAda & Bo saw it.'
    """
    if "[" in markup:
        markup = _SHORTCODE.sub(
            lambda code: f"{code['caption'] or ''}\n\n" if code["end"] or code["caption"] else "", markup
        )
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    text = markup.replace("\0", "")
    if not _TAG.search(text):
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    if _TAG.search(text):  # some feeds escape their markup twice
        from lxml.html import document_fromstring

        if text.count("<") > _MOST_TAGS:
            raise UnreadableError(f"more than {_MOST_TAGS:,} tags")
        if not _BLOCK_TAG.search(text):  # blank lines part the paragraphs, as in WordPress
            text = _BLANK_LINE.sub("<p>", text)
        tree = document_fromstring(f"<div>{text}</div>")
        remove_read_on(tree)
        text = element_text(tree)
    return text.strip()


def element_text(element: "_Element", is_left_out: Callable[[str], bool] = _UNSEEN.__contains__) -> str:
    """Return the words of an element of HTML or XML: blocks parted by blank lines, list items by line ends.

    `is_left_out` says of the name of an element, in lower case, that its words do not count.
    """
    from lxml import etree

    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        name = local_name(node)
        if event == "start":
            if is_left_out(name):
                walk.skip_subtree()
            else:
                parts += _before(name), _SPACES.sub(" ", node.text or "")
            continue
        if event == "end" and not is_left_out(name):
            parts.append(_before(name) if name not in _CELLS else " ")
        if node is not element:
            parts.append(_SPACES.sub(" ", node.tail or ""))
    return _tidy("".join(parts))


def local_name(node: Any) -> str:  # noqa: ANN401 - comments and instructions have functions as tags
    """Return the name of an element without its namespace, in lower case; none of a comment."""
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


_SPACES = re.compile(r"[\s\x01\x02]++")
_BLOCK_SIGN, _CELL_SIGN = "\x01", "\x02"


def _before(name: str) -> str:
    if name in _CELLS:
        return _CELL_SIGN
    if name in _LINES:
        return "\n"
    return "" if name in _INLINE or not name else _BLOCK_SIGN


def _tidy(text: str) -> str:
    blocks = []
    for block in text.split(_BLOCK_SIGN):
        lines = (_row(line) for line in block.split("\n"))
        if kept := "\n".join(line for line in lines if line):
            blocks.append(kept)
    return "\n\n".join(blocks)


def _row(line: str) -> str:
    cells = (" ".join(cell.split()) for cell in line.split(_CELL_SIGN))
    return " | ".join(cell for cell in cells if cell)
