"""Tells where the elements of a page stand: in its story, in a fact box, in a teaser. Knows no text."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.pages.boilerplate import holders, name_words
from nutgraf.models.words import word_set

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_FACT_NAMES = frozenset(
    ["fact", "facts", "factbox", "factfile", "infobox", "keyfacts", "numbers", "faktaruta", "explainer"]
)
_TEASER_TAGS = frozenset({"a", "article", "aside", "li"})
_PAGE_PARTS = word_set(
    "meta byline bylines author authors bio contributors contact share sharing social tag tags breadcrumb"
    " breadcrumbs toolbar tools player audio newsletter"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an element stands: in the main text, in the article around it, in a fact box, in a teaser.

    `in_page_part` says that it is in a part of the page that is named as no part of the story: a byline.
    """

    in_core: bool = False
    in_article: bool = False
    in_box: bool = False
    in_teaser: bool = False
    in_page_part: bool = False


def places_of(tree: "HtmlElement", core: "HtmlElement") -> dict["HtmlElement", Place]:
    """Return the place of each element, given the innermost one that holds nearly all of the main text."""
    article = _article_around(tree, core)
    around = {core, *core.iterancestors()}
    with_headline = holders(tree.iter("h1"))
    outside = Place()
    places = dict.fromkeys(tree.iter("*"), outside)
    for element in article.iter("*"):
        place = places.get(element.getparent(), outside)
        if element is article:
            place = Place(in_article=True)
        elif not place.in_box and (_is_box(element) or _is_called_facts(element)):
            place = replace(place, in_box=True, in_teaser=False)
        elif not place.in_box and element.tag in _TEASER_TAGS and element not in around:
            place = replace(place, in_teaser=True)
        if element not in around and element not in with_headline and _is_page_part(element):
            place = replace(place, in_page_part=True)
        places[element] = replace(place, in_core=True) if element is core else place
    return places


def _is_page_part(element: "HtmlElement") -> bool:
    """Whether an element is another story or is named as a byline, a newsletter, or buttons."""
    if element.tag in _TEASER_TAGS and element.tag != "li":
        return True
    return any(not _PAGE_PARTS.isdisjoint(name) for name in name_words(element))


def _is_called_facts(element: "HtmlElement") -> bool:
    return any(not _FACT_NAMES.isdisjoint(name) for name in name_words(element))


def _is_box(element: "HtmlElement") -> bool:
    """Whether an element stands aside from the text and leads nowhere else."""
    return element.tag == "aside" and next(element.iter("a", "form", "input"), None) is None


def _article_around(tree: "HtmlElement", core: "HtmlElement") -> "HtmlElement":
    """Return the element that holds the headline and the main text, else what is marked as the article."""
    around = [part for part in (core, *core.iterancestors()) if part.tag not in {"body", "html"}]
    headlines = holders(tree.iter("h1"))
    with_headline = (part for part in around if part in headlines)
    marked = (part for part in around if part.tag in {"article", "main"})
    return next(with_headline, next(marked, core))
