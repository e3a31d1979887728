"""Finds articles with their dates in the JSON of a page: JSON-LD, and the state that scripts start from.

Does not decide which of them is the page's own. All walks are bounded: the JSON may be hostile.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from nutgraf.models.words import word_set

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Bounds against hostile JSON; that of a news page has some thousand characters, its state a million.
_MOST_JSON_CHARS = 2_000_000
_STATE_RANK = 2
_MOST_NODES = 50_000
_MOST_BLOCKS = 50
_MOST_ARTICLES = 200
_ARTICLES = re.compile(r"article|posting|report|story|newsitem|liveblog|analysis|opinion")
_PAGES = re.compile(r"webpage|itempage|creativework|recipe|review$|podcastepisode|videoobject|aboutpage")
# Below these keys stands something else than the page's article.
_OTHERS = word_set(
    "itemlistelement haspart mentions citation comment comments review reviews isrelatedto related"
    " relatedlink relatedarticles recommended ispartof isbasedon image thumbnail associatedmedia"
    " publisher author creator about subjectof workexample liveblogupdate significantlink"
    " significantlinks potentialaction suggestedanswer acceptedanswer itemreviewed breadcrumb"
    " translationofwork teasers mostread latest hasdefinedterm"
)
_STATE_PUBLISHED = (
    "datePublished", "firstPublished", "first_publish_date", "firstPublishedDate", "firstPublishedAt",
    "first_published_at", "publishedAt", "published_at", "publishedDate", "published_date", "publishDate",
    "publish_date", "publicationDate", "publication_date", "publishedTime", "published_time", "display_date",
    "displayDate", "datePublication", "pubDate", "published", "createdAt", "created_at",
)  # fmt: skip
_STATE_MODIFIED = (
    "dateModified", "last_updated_date", "lastUpdated", "lastUpdatedAt", "lastModified", "last_modified",
    "updatedAt", "updated_at", "modifiedAt", "modified_at", "updatedDate", "dateUpdated",
)  # fmt: skip
_TITLES = ("headline", "headlines", "title", "name", "seoTitle", "hedline")
# //<![CDATA[ ... //]]>, <!-- ... -->, and a last semicolon.
_WRAPPED = re.compile(r"\A[\s;]*+(?:(?://|/\*)?\s*+<!(?:\[CDATA\[|--)(?:\s*+\*/)?)?")
_STATE = re.compile(r"(?:window\.|self\.|var |const |let |\bFusion\.)[\w.$\[\]\"']{1,60}\s{0,3}=\s{0,3}(?={)")
_KEYS = ("datePublished", "dateModified")
_BROKEN = re.compile(r"\"(datePublished|dateModified)\"\s{0,9}:\s{0,9}\"([^\"]{8,40})\"")
_BROKEN_HEADLINE = re.compile(r"\"headline\"\s{0,9}:\s{0,9}\"([^\"]{1,500})")
_TRAILING_COMMA = re.compile(r",(?=\s{0,50}[}\]])")
_SCRIPT_DATE = re.compile(
    r"[\"']?\b(?:date_?published|publish(?:ed)?_?(?:date|time|at)|pub_?date|publication_?date|article_?(?:publish_?)?date"
    r"|article_?publish(?:ed)?_?(?:date|time))[\"']?\s{0,3}[:=]\s{0,3}[\"']([^\"'\\<>]{6,40})[\"']",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class JsonArticle:
    """An article in JSON: `rank` is 0 where it says that it is one, 1 for a page, 2 for a part of a state.

    One of a state is the page's own only if it has the page's title (`needs_title`).
    """

    rank: int
    headline: str
    urls: tuple[str, ...]
    published: tuple[str, ...]
    modified: tuple[str, ...]

    @property
    def needs_title(self) -> bool:
        """Whether nothing but the title can say that the article is that of the page."""
        return self.rank == _STATE_RANK

    @property
    def is_page(self) -> bool:
        """Whether the JSON describes the page around the article."""
        return self.rank == 1


def json_articles(tree: "HtmlElement") -> list[JsonArticle]:
    """Return the articles in a page's JSON-LD, and in the state of its scripts where that has none."""
    blocks = [(script.get("type") or "", script.text or "") for script in tree.iter("script")]
    linked = [text for kind, text in blocks if "ld+json" in kind.lower()][:_MOST_BLOCKS]
    articles = [article for text in linked for article in _block(text)]
    if not any(article.published for article in articles):
        states = [text for kind, text in blocks if "ld+json" not in kind.lower() and "ate" in text]
        articles += [
            article for text in states[:_MOST_BLOCKS] for value in _states(text) for article in _stated(value)
        ]
    return articles[:_MOST_ARTICLES]


def script_dates(tree: "HtmlElement") -> list[str]:
    """Return the dates of publication in inline scripts, such as those for counting readers."""
    scripts = (script for script in tree.iter("script") if "json" not in (script.get("type") or "").lower())
    texts = (script.text or "" for script in scripts)
    matches = (
        match for text in texts if len(text) <= _MOST_JSON_CHARS for match in _SCRIPT_DATE.finditer(text)
    )
    return [match[1] for match in islice(matches, _MOST_ARTICLES)]


def _block(text: str) -> Iterator[JsonArticle]:
    """Yield the articles of a block of JSON-LD; of one that is no JSON the date that stands in it once."""
    values = list(_values(text))
    for value in values:
        yield from _linked(value)
    if not values and len(text) <= _MOST_JSON_CHARS:
        dates = {key: {match[2] for match in _BROKEN.finditer(text) if match[1] == key} for key in _KEYS}
        if len(dates["datePublished"]) == 1 and len(dates["dateModified"]) <= 1:
            headline = _BROKEN_HEADLINE.search(text)
            yield JsonArticle(0, headline[1] if headline else "", (), *(tuple(dates[key]) for key in _KEYS))


def _values(text: str) -> Iterator[object]:
    """Yield the JSON values of a block, which may stand in a comment, or one after another."""
    if len(text) > _MOST_JSON_CHARS:
        return
    decoder = json.JSONDecoder(strict=False)
    at = _WRAPPED.match(text).end()  # type: ignore[union-attr] # it matches nothing at least
    for _ in range(_MOST_BLOCKS):
        start = min((place for place in (text.find("{", at), text.find("[", at)) if place >= 0), default=-1)
        if start < 0:
            return
        try:
            value, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            mended = _TRAILING_COMMA.sub("", text)
            if mended == text:
                return
            text, at = mended, start
            continue
        yield value


def _states(text: str) -> Iterator[object]:
    stripped = text.lstrip()
    if stripped.startswith(("{", "[")):
        yield from islice(_values(stripped), 1)
        return
    if len(text) > _MOST_JSON_CHARS:
        return
    for match in islice(_STATE.finditer(text), 3):
        try:
            yield json.JSONDecoder(strict=False).raw_decode(text, match.end())[0]
        except (ValueError, RecursionError):
            continue


def _nodes(value: object) -> Iterator[dict[str, object]]:
    """Yield the objects of a value, the outermost first; not those below keys of other things."""
    level, seen = [value], 0
    while level and seen < _MOST_NODES:
        seen += len(level)
        below: list[object] = []
        for node in level:
            if isinstance(node, dict):
                yield node
                below += [
                    v for k, v in node.items() if isinstance(v, dict | list) and k.lower() not in _OTHERS
                ]
            elif isinstance(node, list):
                below += [child for child in node if isinstance(child, dict | list)]
        level = below


def _linked(value: object) -> Iterator[JsonArticle]:
    for node in _nodes(value):
        kinds = node.get("@type")
        kind = " ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds or "")
        rank = 0 if _ARTICLES.search(kind.lower()) else 1 if _PAGES.search(kind.lower()) else None
        if rank is None:
            continue
        published = [words for key in ("datePublished", "dateCreated") for words in _words(node.get(key))]
        yield JsonArticle(
            rank=rank,
            headline=next((words for key in _TITLES for words in _words(node.get(key))), ""),
            urls=tuple(_addresses(node)),
            published=tuple(published),
            modified=tuple(_words(node.get("dateModified"))),
        )


def _stated(value: object) -> Iterator[JsonArticle]:
    for node in _nodes(value):
        published = [words for key in _STATE_PUBLISHED for words in _words(node.get(key))]
        headlines = [words for key in _TITLES for words in _words(node.get(key))]
        if published and headlines:
            modified = [words for key in _STATE_MODIFIED for words in _words(node.get(key))]
            yield JsonArticle(_STATE_RANK, headlines[0], (), tuple(published), tuple(modified))


def _words(value: object) -> list[str]:
    """Return a value as text: that of a list's first item, of "@value" in an object, or a number's digits."""
    if isinstance(value, list):
        return _words(value[0]) if value and not isinstance(value[0], list) else []
    if isinstance(value, dict):
        inner = next(
            (
                value[key]
                for key in ("@value", "$date", "basic", "iso", "utc", "date", "rendered")
                if key in value
            ),
            None,
        )
        return [] if isinstance(inner, dict | list) else _words(inner)
    if isinstance(value, int) and not isinstance(value, bool):
        return [str(value)]
    return [value.strip()] if isinstance(value, str) and value.strip() else []


def _addresses(node: dict[str, object]) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        value = (value.get("@id") or value.get("url")) if isinstance(value, dict) else value
        if isinstance(value, str):
            yield value
