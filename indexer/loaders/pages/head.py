"""Reads the title of a web page, and its meta elements. Knows neither its text nor its dates."""

import copy
import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.pages.boilerplate import is_unseen, short_text
from nutgraf.indexer.loaders.pages.data import letters

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# In Chinese and Japanese no blanks stand around it.
_SEPARATOR = re.compile(
    r" (?:[|\-–—»·•/]|::|--) |: | \| ?|\| |(?<=[\u3000-\u9fff\uff01-\uff60])[_|–—-]{1,2}(?=[\u3000-\u9fff])"
)
# What editors of pages write where nobody gave a title.
_UNTITLED = re.compile(
    r"untitled(?: (?:document|page))?(?: ?[0-9]{1,3})?|(?:new|blank) page(?: ?[0-9]{1,3})?|no title|title"
    r"|unbenanntes dokument|document sans (?:titre|nom)|documento (?:sin|sem) título|documento senza titolo"
    r"|naamloos document|namnlöst dokument|dokument bez tytułu"
    # What pages for printers are called, with the name of the site.
    r"|(?:[^:|]{1,60}(?: [-–—|»]|:|\|) ?)?(?:print(?:er[ -]friendly|able)?(?: this)?"
    r" (?:version|page|view|article|story)|print|druckversion|druckansicht|version imprimable"
    r"|versión (?:para imprimir|imprimible)|versione stampabile)(?:(?: [-–—|»]|:|\|) ?[^:|]{1,60})?",
    re.IGNORECASE,
)
_MOST_TITLE_CHARS = 1000
_MOST_TITLES = 5
_HOME = re.compile(r"/|#|(?:https?:)?//[^/]{1,200}/?")
_SITE_WORDS = 3  # most words of the name of a site or of a section, as titles have it alone; not compared
_MOST_OUTLET_WORDS = 5
_SECTIONS = re.compile(
    r"(?:(?:politics|business|sports?|culture|arts|opinion|world|local|national|news|science|health|life|style"
    r"|travel|technology|tech|money|education|analysis|video|live|home|front page|page [0-9]{1,3}|archives?"
    r"|politik|wirtschaft|kultur|politique|économie|deportes|economía|cronaca|nieuws|nyheter)"
    r"(?: (?:and|&) |[ ,]|$)){1,4}",
    re.IGNORECASE,
)
_ALIKE_LETTERS = 4  # of a headline that another form of it holds; not compared
_NAMED_HEADING = re.compile(r"\b(?:entry|post|article)-?title\b", re.IGNORECASE)
_ALIKE_SHARE = 0.5  # of the words of a headline that another form of it has; not compared


def page_titles(tree: "HtmlElement") -> tuple[str, ...]:
    """Return the titles that a page gives itself, the one that readers see first; none of them is empty."""
    shown = _headings(tree) if next(tree.iter("h1"), None) is not None else []
    named = [meta_content(tree, "og:title"), meta_content(tree, "twitter:title")]
    first = next(tree.iter("title"), None)
    named.append("" if first is None else " ".join((first.text or "")[:_MOST_TITLE_CHARS].split()))
    return tuple(title for title in (*dict.fromkeys(shown), *named) if is_title(title))


def is_title(text: str) -> bool:
    """Whether a text says more than that there is no title."""
    return text.strip() != "" and _UNTITLED.fullmatch(text.strip()) is None


def meta_content(tree: "HtmlElement", name: str) -> str:
    """Return the content of the first meta element of this name or property; nothing where there is none."""
    return next(meta_contents(tree, name), "")


def meta_contents(tree: "HtmlElement", name: str) -> Iterator[str]:
    """Yield the contents of all meta elements of this name or property."""
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() == name:
            yield " ".join((meta.get("content") or "")[:_MOST_TITLE_CHARS].split())


def headline(tree: "HtmlElement", stated: str, outlet: str) -> str:
    """Return the title of the article without the name of the site.

    That is the heading that readers see, where it is a form of the title that the page states for machines.
    """
    stated_titles = [stated, meta_content(tree, "og:title"), meta_content(tree, "twitter:title")]
    logos = (*_logos(tree), *_names_beside_headlines(tree, stated_titles))
    sites = {letters(name) for name in (outlet, outlet.removeprefix("www.").partition(".")[0], *logos)}
    shown = [title for title in _headings(tree) if letters(title) not in sites]
    for title in shown:
        if letters(title) in map(letters, stated_titles):
            return title
    named = [title for title in (stated, *page_titles(tree)) if letters(title) not in {*sites, ""}]
    named = [without_site(title, sites, shown) for title in named if title not in shown]
    for title in shown:
        # A heading may begin with a kicker, which the page's own title leaves out.
        for short in named:
            if short != title and letters(title).endswith(letters(short) or title):
                return short
        if not named or any(_alike(title, other) for other in named):
            return title
    best = named[0] if named else ""
    is_name = not any(stated_titles) and len(best.split()) <= _SITE_WORDS
    return shown[0] if is_name and shown and len(shown[0].split()) > _SITE_WORDS else best


def with_longest_parts(titles: Sequence[str]) -> tuple[str, ...]:
    """Return the titles, and of each the longest part between separators: another may be the site."""
    longest = (max(_SEPARATOR.split(title[:_MOST_TITLE_CHARS]), key=len).strip() for title in titles)
    return (*titles, *longest)


def part_beside(line: str, title: str) -> str | None:
    """Return the other part of a title that begins or ends with a line; None where it does neither."""
    for separator in _SEPARATOR.finditer(title[:_MOST_TITLE_CHARS]):
        head, tail = title[: separator.start()].strip(), title[separator.end() :].strip()
        if separator[0].strip() != ":" and letters(line) in {letters(head), letters(tail)} - {""}:
            return tail if letters(line) == letters(head) else head
    return None


def site_in_title(tree: "HtmlElement", title: str) -> str:
    """Return the name of the site that stands beside the article's title in the title of the page."""
    first = next(tree.iter("title"), None)
    whole = "" if first is None else " ".join((first.text or "")[:_MOST_TITLE_CHARS].split())
    for separator in _SEPARATOR.finditer(whole):
        head, tail = whole[: separator.start()].strip(), whole[separator.end() :].strip()
        # What stands before a colon is mostly a place, or a topic.
        if letters(head) == letters(title) and separator[0].strip() != ":":
            name = _SEPARATOR.split(tail)[-1].strip()
        elif letters(tail) == letters(title) and separator[0].strip() != ":":
            name = _SEPARATOR.split(head)[0].strip()
        else:
            continue
        sections = {letters(text) for text in (meta_content(tree, "article:section"), title)}
        return name if is_site_name(name) and letters(name) not in sections else ""
    return ""


def is_site_name(name: str) -> bool:
    """Whether a part of a title may be the name of a site: short, and not that of a section."""
    return len(name.split()) <= _MOST_OUTLET_WORDS and not _SECTIONS.fullmatch(name)


def _headings(tree: "HtmlElement") -> list[str]:
    """Return the headings of the first rank, else those that are called titles, else of the second rank."""
    if next(tree.iter("h1"), None) is None:
        named = (
            node for node in tree.iter("h2", "h3", "h4") if _NAMED_HEADING.search(node.get("class") or "")
        )
        if titles := [text for text in islice(map(_seen_text, named), _MOST_TITLES) if text]:
            return titles
    for tag in ("h1", "h2"):
        headings = [text for text in islice(map(_seen_text, tree.iter(tag)), _MOST_TITLES) if text]
        if headings or tag == "h2":
            return headings
    return []


def _seen_text(heading: "HtmlElement") -> str:
    """Return the text of a heading without what it says to screen readers alone, unless that is all of it."""
    seen = heading
    if any(map(is_unseen, heading.iterdescendants())):
        seen = copy.deepcopy(heading)
        for part in [part for part in seen.iterdescendants() if is_unseen(part)]:
            part.drop_tree()
    texts = (" ".join(form.text_content()[:_MOST_TITLE_CHARS].split()) for form in (seen, heading))
    return next(filter(None, texts), "")


def _alike(shown: str, other: str) -> bool:
    own, words = ({*map(letters, title.split())} - {""} for title in (shown, other))
    if len(own & words) >= _ALIKE_SHARE * max(1, min(len(own), len(words))):
        return True
    return len(letters(shown)) >= _ALIKE_LETTERS and letters(shown) in letters(other)  # words without blanks


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


def _names_beside_headlines(tree: "HtmlElement", titles: Sequence[str]) -> Iterator[str]:
    """Yield the headings that are but one part of the page's title, whose other part is the headline.

    Another title of the page says so, or a heading of the second rank, where the first is a short name.
    """
    page_title = next(tree.iter("title"), None)
    whole = "" if page_title is None else " ".join((page_title.text or "")[:_MOST_TITLE_CHARS].split())
    subheadings = [*map(letters, map(_seen_text, islice(tree.iter("h2"), _MOST_TITLES)))]
    for heading in map(_seen_text, islice(tree.iter("h1"), _MOST_TITLES)):
        others = {*map(letters, titles)} | ({*subheadings} if len(heading.split()) <= _SITE_WORDS else set())
        for separator in _SEPARATOR.finditer(whole):
            parts = letters(whole[: separator.start()]), letters(whole[separator.end() :])
            if letters(heading) in parts and others & ({*parts} - {letters(heading), ""}):
                yield heading


def without_site(title: str, sites: Collection[str], shown: Sequence[str]) -> str:
    """Return the title without the name of the site in front of it or behind it."""
    own = {*map(letters, shown), *map(letters, map(_behind_kicker, shown))}
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


def _behind_kicker(heading: str) -> str:
    """Return what follows the first part of a heading, such as "Opinion | ", where it is the longer one."""
    separator = _SEPARATOR.search(heading)
    behind = heading[separator.end() :] if separator else ""
    return behind if 2 * len(behind) > len(heading) else heading
