"""Reads the title and the authors of a web page. Knows neither its text nor its dates."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.pages.boilerplate import name_words, short_text
from nutgraf.indexer.loaders.pages.data import letters

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SEPARATOR = re.compile(r" (?:[|\-–—»·•/]|::) |: | \| ?|\| ")
_MOST_TITLE_CHARS = 1000
_MOST_TITLES = 5
_MOST_AUTHORS = 10
_MOST_NAME_WORDS = 5
_AUTHOR_METAS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "byl")
_BYLINE_NAMES = frozenset({"byline", "bylines", "author", "authors", "byl", "submitted"})
_AUTHOR_LINKS = (
    "//*[self::a or self::span or self::address or self::div][@rel='author' or @itemprop='author']"
)
# A first choice, which the library's own code makes faster; the words of the names decide.
_CALLED_BYLINE = (
    "//*[not(self::a or self::html or self::body or self::article)]"
    "[contains(@class, 'yline') or contains(@class, 'uthor') or contains(@class, 'byl')"
    " or contains(@class, 'ubmitted') or contains(@id, 'yline') or contains(@id, 'uthor')]"
)
_BIO_NAMES = frozenset({"bio", "about", "card", "box", "profile", "image", "avatar", "social", "date"})
_NO_BYLINE_TAGS = frozenset({"blockquote", "figure", "footer", "aside", "li"})
_PARTICLES = frozenset({
    "al", "bin", "da", "de", "del", "della", "der", "des", "di", "dos", "du", "el", "la", "le", "ten", "ter",
    "van", "vom", "von", "y", "zu",
})  # fmt: skip
_BY = re.compile(
    r"(?:(?:words|text|story|written|posted|submitted) )?(?:by|von|par|por|di|door|av|af|texte?)\b ?:?\s?",
    re.IGNORECASE,
)
_HOME = re.compile(r"/|#|(?:https?:)?//[^/]{1,200}/?")
_NAMES_END = re.compile(r" (?:and|und|et|y|e|och|og|en|for|in|at|on|,) |[,;|&/·•]|\n", re.IGNORECASE)
_ROLE = re.compile(
    r"\b(?:editor|reporter|writer|correspondent|staff|news|post|times|herald|contributor|press|agency|online"
    r"|columnist|critic|redaktion|redaction)s?\b",
    re.IGNORECASE,
)
_ALIKE_SHARE = 0.5  # of the words of a headline that another form of it has; not compared


def page_titles(tree: "HtmlElement") -> tuple[str, ...]:
    """Return the titles that a page gives itself, the one that readers see first; none of them is empty."""
    shown = _headings(tree) if next(tree.iter("h1"), None) is not None else []
    named = [meta_content(tree, "og:title"), meta_content(tree, "twitter:title")]
    first = next(tree.iter("title"), None)
    named.append("" if first is None else " ".join((first.text or "")[:_MOST_TITLE_CHARS].split()))
    return tuple(title for title in (*dict.fromkeys(shown), *named) if title)


def meta_content(tree: "HtmlElement", name: str) -> str:
    """Return the content of the first meta element of this name or property; nothing where there is none."""
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == name:
            return " ".join((meta.get("content") or "")[:_MOST_TITLE_CHARS].split())
    return ""


def headline(tree: "HtmlElement", stated: str, outlet: str) -> str:
    """Return the title of the article without the name of the site.

    That is the heading that readers see, where it is a form of the title that the page states for machines.
    """
    sites = {letters(name) for name in (outlet, outlet.removeprefix("www.").partition(".")[0], *_logos(tree))}
    shown = [title for title in _headings(tree) if letters(title) not in sites]
    named = [title for title in (stated, *page_titles(tree)) if letters(title) not in {*sites, ""}]
    named = [without_site(title, sites, shown) for title in named if title not in shown]
    for title in shown:
        # A heading may begin with a kicker, which the page's own title leaves out.
        for short in named:
            if short != title and letters(title).endswith(letters(short) or title):
                return short
        if not named or any(_alike(title, other) for other in named):
            return title
    return named[0] if named else ""


def _headings(tree: "HtmlElement") -> list[str]:
    """Return the headings of the first rank; those of the second where a page has none."""
    for tag in ("h1", "h2"):
        texts = (" ".join(heading.text_content()[:_MOST_TITLE_CHARS].split()) for heading in tree.iter(tag))
        headings = [text for text in islice(texts, _MOST_TITLES) if text]
        if headings or tag == "h2":
            return headings
    return []


def _alike(shown: str, other: str) -> bool:
    own, words = ({*map(letters, title.split())} - {""} for title in (shown, other))
    return len(own & words) >= _ALIKE_SHARE * max(1, min(len(own), len(words)))


def _logos(tree: "HtmlElement") -> Iterator[str]:
    """Yield the headings that are no more than a link to the site."""
    for heading in islice(tree.iter("h1"), _MOST_TITLES):
        link = next(heading.iter("a"), None)
        if (
            link is not None
            and _HOME.fullmatch(link.get("href") or "")
            and short_text(link) == short_text(heading)
        ):
            yield short_text(heading)


def without_site(title: str, sites: Collection[str], shown: Sequence[str]) -> str:
    """Return the title without the name of the site in front of it or behind it."""
    own = {*map(letters, shown)}
    while parts := [*_SEPARATOR.finditer(title)]:
        head, tail = title[: parts[-1].start()].strip(), title[parts[-1].end() :].strip()
        first, rest = title[: parts[0].start()].strip(), title[parts[0].end() :].strip()
        if (tail and letters(tail) in sites) or letters(head) in own:
            title = head
        elif (first and letters(first) in sites) or letters(rest) in own:
            title = rest
        else:
            break
    return title


def page_authors(tree: "HtmlElement", outlet: str, other: str) -> tuple[str, ...]:
    """Return the names in meta elements of a page, else in its byline, else in `other`; not the outlet."""
    metas = [text for name in _AUTHOR_METAS if (text := meta_content(tree, name)) and "://" not in text]
    return _authors(metas, outlet) or _authors(_bylines(tree), outlet) or _authors([other], outlet)


def _authors(texts: Sequence[str], outlet: str) -> tuple[str, ...]:
    names = (name for text in texts for name in _names(text) if letters(name) != letters(outlet))
    return tuple(dict.fromkeys(names))


def _bylines(tree: "HtmlElement") -> list[str]:
    """Return the names that links to authors have; else the text of the first element called a byline."""
    linked = [text for link in islice(tree.xpath(_AUTHOR_LINKS), _MOST_AUTHORS) if (text := short_text(link))]
    if linked:
        return linked
    for element in tree.xpath(_CALLED_BYLINE):
        names = [*name_words(element)]
        if any(not _BYLINE_NAMES.isdisjoint(name) and _BIO_NAMES.isdisjoint(name) for name in names):
            links = [text for text in map(short_text, islice(element.iter("a"), _MOST_AUTHORS)) if text]
            text = "\n".join(filter(None, map(str.strip, element.itertext()))) if short_text(element) else ""
            if text and not any(part.tag in _NO_BYLINE_TAGS for part in element.iterancestors()):
                return links if any([*_names(link)] for link in links) else [text]
    return []


def _names(text: str) -> Iterator[str]:
    """Yield the names in a byline such as "By Ann Lee and Tom Reed, Political Editors"."""
    for number, part in enumerate(_NAMES_END.split(_BY.sub("", text.strip(), count=1))):
        name = part.strip(" .,-–—|")
        words = name.split()
        is_name = len(words) <= _MOST_NAME_WORDS and all(
            (word[0].isupper() or word.lower() in _PARTICLES) and word.isprintable() for word in words
        )
        if is_name and words and not _ROLE.search(name) and not any(map(str.isdigit, name)):
            # Behind a comma a single word is a place, or what the author is.
            if number == 0 or len(words) > 1:
                yield name
        elif number == 0:
            return
