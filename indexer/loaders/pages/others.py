"""Tells the elements of a page that are no part of its own article: teasers, comments, a footer.

Nothing is taken out of the page; a date in them is that of something else.
"""

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_OTHER_TAGS = frozenset({"footer", "aside", "nav", "blockquote", "figcaption", "select"})
_OWN_TYPE = re.compile(r"article|posting|page|creativework|report|recipe|blog|website", re.IGNORECASE)
# Names of classes, ids and roles of what is not the page's own article.
_OTHER = re.compile(
    r"(?:^|[\s_-])(?:related|recommend\w*|teasers?|sidebar|widgets?|comments?|commentlist|(?<!entry-)(?<!post-)footer|copyright|promos?"
    r"|popular|mostread|trending|newsletter|nav\w*|menu|carousel|slider|ticker|replies|reply|disqus|tweet\w*"
    r"|twitter|instagram|embed|live(?!stamp)\w*|archives?|recent\w*|latest|upcoming|more|listing"
    r"|breaking|ads?|advert\w*|imprint|legal|masthead|topbar|colophon|caption"
    r"|pagination|readmore|outbrain|taboola|feed|today|weather|(?<!pointer-)events?|agenda|infobox"
    r"|(?:image|photo|picture|media|img)[_-]?(?:credits?|source|copyright|description|legend|text)"
    r"|(?:fact|side|event)[_-]?box|current[_-]?(?:date|day|time))(?:$|[\s_-])"
    # Of these only whole names: an article's parts are named "date-header", "margin-top" and "icon-calendar".
    r"|^(?:(?:site|page|main|global)[_-]?)?(?:header|top)$|^clock$|^calendar",
    re.IGNORECASE,
)
_ENTRY_FOOTER = re.compile(r"(?:entry|post)-footer")  # of an article, where its date may stand
_KEPT_CLASS = re.compile(r"^(?:has|no|with|without|is|not|js)-", re.IGNORECASE)
_NAMES_CHARS = 500  # of the classes of an element that are looked at
_KEPT_NAMES = 4096  # the pages of an outlet call their elements the same; not compared
_MOST_HEADERS = 300  # that are looked at; news pages have some


def other_elements(root: "HtmlElement", heading_path: frozenset["HtmlElement"]) -> set["HtmlElement"]:
    """Return the elements that stand in something else than the page's own article."""
    others: set[HtmlElement] = set()
    in_article = any(part.tag == "article" for part in heading_path)
    of_site = {
        header
        for header in itertools.islice(root.iter("header"), _MOST_HEADERS)
        if not any(part.tag in {"article", "main"} for part in header.iterancestors())
    }
    for element in root.iter():
        if element in heading_path or element.tag in {"html", "body"} or not isinstance(element.tag, str):
            continue
        inside = element.getparent() in others or element in of_site
        if inside or _is_other(element, in_article=in_article):
            others.add(element)
    return others


def _is_other(element: "HtmlElement", *, in_article: bool) -> bool:
    of_entry = element.tag == "footer" and _ENTRY_FOOTER.search((element.get("class") or "")[:_NAMES_CHARS])
    if (element.tag in _OTHER_TAGS and not of_entry) or (element.tag == "article" and in_article):
        return True
    if "itemscope" in element.attrib and not _OWN_TYPE.search(element.get("itemtype") or "article"):
        return True
    names = " ".join((element.get("class") or "", element.get("id") or "", element.get("role") or ""))
    return _names_other(names[:_NAMES_CHARS])


@lru_cache(_KEPT_NAMES)
def _names_other(names: str) -> bool:
    return any(_OTHER.search(name) and not _KEPT_CLASS.match(name) for name in names.split())
