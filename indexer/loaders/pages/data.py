"""Reads what a web page says of its article for machines: JSON-LD, and the data that its scripts start from.

Knows JSON; does not know what the page shows to readers.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Bounds against hostile pages. News pages have some thousand characters of JSON-LD; their state may have
# millions.
_MOST_JSON_CHARS = 4_000_000
_MOST_JSON_NODES = 100_000
_ARTICLE_TYPES = ("article", "posting", "report")
_STATES = (
    "__NEXT_DATA__", "__NUXT__", "__PRELOADED_STATE__", "__INITIAL_STATE__", "__APOLLO_STATE__",
    "__INITIAL_DATA__",
    "__PRELOADED_DATA__", "__data", "__STATE__", "Fusion.globalContent", "__remixContext", "__SERVER_DATA__",
    "PAGE_DATA", "pageData", "initialState",
)  # fmt: skip
_BODY_KEYS = frozenset(
    [
        "articlebody",
        "body",
        "bodyhtml",
        "bodytext",
        "content",
        "contentelements",
        "contenthtml",
        "components",
        "blocks",
        "copy",
        "fulltext",
        "html",
        "maintext",
        "markup",
        "paragraphs",
        "richtext",
        "sections",
        "story",
        "storybody",
        "storyhtml",
        "text",
        "textblocks",
    ]
)
_TITLE_KEYS = frozenset({"headline", "headlines", "title", "name", "heading", "basic"})
_TEXT_KEYS = frozenset(
    {"content", "text", "html", "value", "body", "copy", "markup", "paragraph", "plaintext"}
)
_PARENT_KEYS = _BODY_KEYS | {"children", "items", "model", "nodes", "data", "fields"}
_AUTHOR_KEYS = ("authors", "author", "bylines", "byline", "contributors", "writers")
_PICTURE_KINDS = frozenset({"image", "picture", "figure", "photo"})
_OTHER_KINDS = frozenset(
    [
        "image",
        "picture",
        "figure",
        "photo",
        "video",
        "ad",
        "ads",
        "advert",
        "related",
        "promo",
        "newsletter",
        "embed",
        "gallery",
        "audio",
        "interstitial",
    ]
)
_INLINE_KINDS = frozenset(["span", "text", "a", "strong", "em", "b", "i", "link", "hyperlink"])
_DEEPEST_BLOCK = 20
_LEAST_STATE_CHARS = 100  # shorter texts of a page's state are labels of it; not compared
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class StatedArticle:
    """What JSON-LD states of the article of a page; empty where it states nothing. `body` may hold HTML.

    `has_author`: it says who wrote the article, though perhaps without a name.
    """

    headline: str = ""
    authors: tuple[str, ...] = ()
    has_author: bool = False
    publisher: str = ""
    body: str = ""


def stated_article(tree: "HtmlElement", titles: tuple[str, ...]) -> StatedArticle:
    """Return the article that JSON-LD describes: of several that with a title of the page, else the first."""
    everything = [node for block in _json_ld(tree) for node in _nodes(block)]
    nodes = [node for node in everything if _is_article(node)]
    own = {letters(title) for title in titles}
    node = next(
        (node for node in nodes if letters(_text(node.get("headline"))) in own), nodes[0] if nodes else None
    )
    if node is None:
        return StatedArticle()
    named = {node["@id"]: node for node in everything if isinstance(node.get("@id"), str) and "name" in node}
    return StatedArticle(
        html.unescape(_text(node.get("headline"))),
        tuple(_names(node.get("author"), named) or _names(node.get("creator"), named)),
        bool(node.get("author") or node.get("creator")),
        next(iter(_names(node.get("publisher"), named)), ""),
        _text(node.get("articleBody")) or _updates(node.get("liveBlogUpdate")),
    )


def _updates(value: object) -> str:
    """Return the entries of a live blog, each with its headline."""
    entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    return "\n".join(
        filter(None, (_text(entry.get(key)) for entry in entries for key in ("headline", "articleBody")))
    )


def letters(text: str) -> str:
    """Return the letters and digits of a text in lower case, by which titles are compared."""
    return _NOT_LETTERS.sub("", html.unescape(text).casefold())


def _json_ld(tree: "HtmlElement") -> Iterator[object]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            yield from _parsed(script.text or "")


def _parsed(text: str) -> Iterator[object]:
    if len(text) <= _MOST_JSON_CHARS:
        try:
            yield json.loads(text, strict=False)
        except (ValueError, RecursionError):
            return


def _nodes(value: object) -> Iterator[dict[str, Any]]:
    """Yield the objects inside a value, the outermost first."""
    level, seen = [value], 0
    while level and seen < _MOST_JSON_NODES:
        seen += len(level)
        yield from (node for node in level if isinstance(node, dict))
        level = [child for node in level for child in _children(node)]


def _children(node: object) -> list[object]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [child for child in children if isinstance(child, dict | list)]


def _is_article(node: Mapping[str, Any]) -> bool:
    kind = str(node.get("@type", "")).lower()
    return any(word in kind for word in _ARTICLE_TYPES)


def _text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(item for item in value if isinstance(item, str))
    return value if isinstance(value, str) else ""


def _names(value: object, named: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the names of people or organisations: text, an object with a name, or a list of these.

    An object may also refer to one of `named`, by its id.
    """
    values = value if isinstance(value, list) else [value]
    names = [_resolved(item, named).get("name") if isinstance(item, dict) else item for item in values]
    flat = [part for name in names for part in (name if isinstance(name, list) else [name])]
    texts = [html.unescape(name).strip() for name in flat if isinstance(name, str)]
    return [text for text in texts if text and "://" not in text]


def _resolved(node: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    place = node.get("@id")
    return named.get(place, node) if isinstance(place, str) and "name" not in node else node


@dataclass(frozen=True, slots=True)
class StateArticle:
    """The article in the data of a page's scripts: its paragraphs, each text or HTML, authors and title."""

    paragraphs: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    headline: str = ""


def state_article(tree: "HtmlElement", titles: tuple[str, ...]) -> StateArticle:
    """Return the article in the data that the page's scripts start from.

    Of several articles that with a title of the page is taken, else the longest. Only the first has authors
    and a headline.
    """
    own = {letters(title) for title in titles} - {""}
    best = StateArticle()
    best_rank = (False, _LEAST_STATE_CHARS)
    for script in tree.iter("script"):
        for state in _states(script):
            for node in _nodes(state):
                paragraphs = _body(node)
                title = next((title for title in _titles(node) if letters(title) in own), "")
                rank = (bool(title), sum(map(len, paragraphs)))
                if rank[1] >= _LEAST_STATE_CHARS and rank > best_rank:
                    authors = tuple(_state_authors(node)) if rank[0] else ()
                    best, best_rank = StateArticle(tuple(paragraphs), authors, title), rank
    return best


def _state_authors(node: Mapping[str, Any]) -> list[str]:
    """Return the names of the authors of an article in a page's state; Arc has them below "credits"."""
    values = {_key(key): value for key, value in node.items()}
    credited = values.get("credits")
    stated = [credited.get("by") if isinstance(credited, dict) else None, *map(values.get, _AUTHOR_KEYS)]
    return next(filter(None, (_names(value, {}) for value in stated)), [])


def _states(script: "HtmlElement") -> Iterator[object]:
    text = (script.text or "")[: _MOST_JSON_CHARS + 1].strip()
    if "ld+json" in (script.get("type") or "").lower() or len(text) > _MOST_JSON_CHARS:
        return
    if "json" in (script.get("type") or "").lower():
        yield from _parsed(text)
        return
    for name in _STATES:
        at = text.find(name)
        start = text.find("=", at) + 1 if at >= 0 else 0
        if start:
            yield from _value_at(text, start)


def _value_at(text: str, start: int) -> Iterator[object]:
    """Yield the JSON value behind an equals sign; also one that stands there as text for JSON.parse."""
    begin = text[start : start + 100]
    offset = len(begin) - len(begin.lstrip().removeprefix("JSON.parse("))
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start + offset)
    except (ValueError, RecursionError):
        return
    yield from _parsed(value) if isinstance(value, str) else [value]


def _titles(node: Mapping[str, Any]) -> Iterator[str]:
    for key, value in node.items():
        if key.lower() in _TITLE_KEYS:
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict):  # {"headlines": {"basic": "..."}}
                yield from (text for text in value.values() if isinstance(text, str))


def _body(node: Mapping[str, Any]) -> list[str]:
    """Return the paragraphs of the longest value of an object that has the name of a body."""
    bodies = [[*_paragraphs(value)] for key, value in node.items() if _key(key) in _BODY_KEYS]
    return max(bodies, key=lambda body: sum(map(len, body)), default=[])


def _key(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def _paragraphs(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the paragraphs of a body: text, HTML, or blocks as editors of rich text store them."""
    if isinstance(value, str):
        yield from filter(None, (part.strip() for part in value.split("\n\n")))
    elif depth >= _DEEPEST_BLOCK:
        return
    elif isinstance(value, list):
        if value and all(map(_is_inline, value)):  # the marked words and links of one paragraph
            yield "".join(text for part in value for text in _strings(part)).strip()
        else:
            for part in value:
                yield from _paragraphs(part, depth + 1)
    elif isinstance(value, dict):
        yield from _block_paragraphs(value, depth)


def _block_paragraphs(block: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Yield the paragraphs of a block: its text, the caption of its picture, or those of the blocks in it."""
    if _is_other(block):
        caption = block.get("caption") if _kind(block) in _PICTURE_KINDS else None
        yield from filter(None, [_text(caption).strip()])
        return
    texts = [text for key, text in block.items() if _key(key) in _TEXT_KEYS and isinstance(text, str)]
    if texts:
        yield from _paragraphs(max(texts, key=len))
        return
    for key, part in block.items():
        if _key(key) in _PARENT_KEYS and isinstance(part, dict | list):
            yield from _paragraphs(part, depth + 1)


def _kind(part: Mapping[str, Any]) -> str:
    return str(
        part.get("type") or part.get("nodeType") or part.get("_type") or part.get("name") or ""
    ).lower()


def _is_other(block: Mapping[str, Any]) -> bool:
    return not _OTHER_KINDS.isdisjoint(_kind(block).replace("_", "-").split("-"))


def _is_inline(part: object) -> bool:
    if not isinstance(part, dict):
        return False
    return _kind(part) in _INLINE_KINDS or (not _kind(part) and isinstance(part.get("text"), str))


def _strings(part: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text of an inline part; that of a link stands one level deeper."""
    for key, value in part.items():
        if _key(key) in _TEXT_KEYS and isinstance(value, str):
            yield value
        elif _key(key) in _PARENT_KEYS and isinstance(value, list):
            yield from (text for inner in value if isinstance(inner, dict) for text in _text_of(inner))


def _text_of(part: Mapping[str, Any]) -> Iterator[str]:
    yield from (value for key, value in part.items() if _key(key) in _TEXT_KEYS and isinstance(value, str))
