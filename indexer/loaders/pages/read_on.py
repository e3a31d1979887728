"""Removes the links behind a sentence that lead on: "Read more", "Continue reading".

Feeds and exports end their teasers with one, and pages put those to other stories behind a paragraph. Knows
nothing else of pages.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LONGEST_CHARS = 150
_READ_ON = re.compile(
    r"(?:\[ ?)?(?:(?:continue|keep) reading\b.{0,120}|full (?:story|article|text|post)"
    r"|(?:read|see|view) (?:the )?(?:full|whole|rest|original|entire)\b.{0,100}"
    r"|(?:read|learn|see) (?:more|on|next|also)(?:(?: (?:here|on|at|about)\b| ?[:|»–—-]).{0,120})?"
    r"|also read ?[:|»–—-].{0,120}|more|read|weiterlesen|mehr(?: lesen)?"
    r"|lesen sie (?:mehr|weiter|auch\b.{0,120})"
    r"|lire (?:la suite|plus|aussi\b.{0,120})|le[ae]r? (?:más|también\b.{0,120})|seguir leyendo"
    r"|leggi (?:tutto|anche\b.{0,120})|continua a leggere|lees (?:meer|verder|ook\b.{0,120})|leia mais"
    r"|läs mer|les mer|læs mere|czytaj (?:dalej|więcej)|читать далее)[ .…!:»>→\]]{0,8}",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"[\s.…»>→]*")  # what may stand behind such a link
_SENTENCE_END = re.compile(r"[.!?…。\]][\"'”’»)]{0,2}[\s|»–—-]*$")
_END_CHARS = 20
_INLINE = frozenset({"a", "abbr", "b", "em", "font", "i", "small", "span", "strong", "u"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def remove_read_on(tree: "HtmlElement") -> None:
    """Remove the links of a tree, in place, that lead on from the end of a sentence, or stand alone."""
    for link in [*tree.iter("a")]:
        if link.getparent() is not None and _leads_on(link) and _ends_line(link):
            before = _before(link)
            if not before or _SENTENCE_END.search(before[-_END_CHARS:]):
                link.tail = None
                link.drop_tree()


def _leads_on(link: "HtmlElement") -> bool:
    words, chars = list[str](), 0
    for part in link.itertext():
        words.append(part)
        chars += len(part)
        if chars > 2 * _LONGEST_CHARS:
            return False
    return _READ_ON.fullmatch(" ".join("".join(words).split())) is not None


def _ends_line(link: "HtmlElement") -> bool:
    """Whether no word stands behind a link in its line."""
    part = link
    while True:
        if not _BEHIND.fullmatch(part.tail or ""):
            return False
        following, parent = part.getnext(), part.getparent()
        if following is not None:
            return following.tag not in _INLINE
        if parent is None or parent.tag not in _INLINE:
            return parent is None or parent.tag not in _HEADINGS
        part = parent


def _before(link: "HtmlElement") -> str:
    """Return the words right before a link in its line; "" for none."""
    part = link
    while True:
        before, parent = part.getprevious(), part.getparent()
        if before is not None:
            words = (before.tail or "").rstrip()
            if words or before.tag not in _INLINE:
                return words
            if words := "".join(before.itertext()).rstrip():
                return words
            part = before
        elif parent is None:
            return ""
        else:
            words = (parent.text or "").rstrip()
            if words or parent.tag not in _INLINE:
                return words
            part = parent
