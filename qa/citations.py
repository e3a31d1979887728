"""Tells whose word a fact is that an article gives as another outlet's: "told The Tarn Post", "(AP)". Pure.

The rules are English. They look at the sentence of the fact, and at the line where a story says which
agency wrote it. An outlet is known by a list, or by the word that its name ends in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from nutgraf.indexer.article import Article
from nutgraf.indexer.fields import Field
from nutgraf.indexer.newspaper_words import NEWSPAPER_WORDS
from nutgraf.indexer.passages import sentence_around
from nutgraf.models.words import word_set

_DATELINE_CHARS = 400
"""Where a story names its agency: before its first words or in a line above. Not measured."""

_SIGNED_CHARS = 60  # the end of a text, where agencies sign as well

_ALIASES = {
    "ap": "associatedpress", "apnews": "associatedpress", "afp": "agencefrancepresse", "bbcnews": "bbc",
    "pa": "pressassociation", "pamedia": "pressassociation", "upi": "unitedpressinternational",
    "cnnbusiness": "cnn", "cnnpolitics": "cnn", "nytimes": "newyorktimes", "nyt": "newyorktimes",
    "wsj": "wallstreetjournal", "usatodaynetwork": "usatoday", "ft": "financialtimes",
    "skynews": "sky", "nbcnews": "nbc", "cbsnews": "cbs", "abcnews": "abc", "foxnews": "fox",
}  # fmt: skip
_AGENCIES = word_set(
    "associatedpress reuters agencefrancepresse pressassociation unitedpressinternational dpa efe ansa"
    " tass xinhua kyodo yonhap interfax anadolu bloomberg pti ani ritzau ntb"
)
_OUTLETS = _AGENCIES | word_set(
    "bbc cnn npr pbs nbc cbs abc fox msnbc cnbc sky espn axios politico guardian economist atlantic"
    " variety forbes fortune newsweek vox aljazeera haaretz lemonde derspiegel niemanlab buzzfeed tmz"
    " deadline verge athletic usatoday"
)
_LAST_WORDS = NEWSPAPER_WORDS | word_set("broadcasting economist radio television tv")
_NAME = r"(?:[Tt]he )?(?:dpa\b|[A-Z][\w&’'.-]{0,29}(?: [A-Z][\w&’'.-]{0,29}){0,4})"
_SPOKEN_TO = (
    r"told(?: to)?|tells|[Aa]ccording to|[Rr]eported by|interview (?:with|in|to|published in)"
    r"|(?:statement|confirmed|[Ss]aid|[Ss]peaking|[Ss]poke|[Tt]alking|[Tt]alked) to|[Cc]iting"
    r"|[Qq]uoted (?:by|in)|[Ss]aid|says|wrote|[Pp]er|via|[Rr]eports?(?: (?:in|by|from))?"
    r"|(?:seen|obtained|reviewed|revealed|published|broadcast|carried) by|published in"
    r"|(?:investigation|analysis|poll|survey|article|story) (?:by|in|for)"
)
_WRITTEN = (
    r"report(?:ed|s)|sa(?:id|ys)|wrote|writes|reveal(?:ed|s)|claim(?:ed|s)|confirm(?:ed|s)|learn(?:ed|t)"
    r"|understands|found"
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:{_SPOKEN_TO}) (?P<name>{_NAME})",
        rf"(?P<name>{_NAME}) (?:has |had |first |also )?(?:{_WRITTEN})\b",
        rf"(?P<name>{_NAME}) (?:investigation|report|analysis|poll|survey|interview|article)\b",
        rf"\((?P<name>{_NAME})\)",
    )
)
_DATELINE = re.compile(
    rf"\((?P<name>{_NAME})\)\s?[-–—]|(?:(?<!/)(?P<agency>Associated Press|Reuters|AFP)|^(?:By )?(?P<ap>AP))$",
    re.MULTILINE,
)
_SIGNED = re.compile(rf"\((?P<name>{_NAME})\)\s{{0,9}}$")
_DOMAIN = re.compile(r"(?:\.(?:com|org|net|co|uk|gov|info|news|de|fr|ca|au|in|ie|nz|za)){1,3}$")
_OF_OUTLET = re.compile(r"[’']s\b")  # "the BBC's Ada Quill reported"
_NO_LETTER = re.compile(r"[\W_]")


@dataclass(frozen=True, slots=True)
class Citation:
    """The outlet whose word a fact is: its key, and where the article names it, as a span of its text."""

    outlet: str
    start: int
    end: int


SupportKind: TypeAlias = Literal["independent", "again", "copy", "citing"]
"""Another outlet's own story; another story of an outlet that counts already; another print of one story; the
word of an outlet that counts already, or of one that both name."""


class Voices:
    """Whose word an answer is so far, and of which kind the support of one article more is."""

    def __init__(self, article: Article, start: int, end: int, field: Field = "text") -> None:
        self._clusters = {article.cluster}
        self._outlets = _voices(article)
        self._cited = {c.outlet for c in [citation(article, start, end, field)] if c}

    def add(
        self, article: Article, start: int, end: int, field: Field = "text"
    ) -> tuple[SupportKind, Citation | None]:
        """Return the kind of an article that gives the answer there, and the outlet that it cites.

        An article that names no outlet counts as an outlet of its own, and one that an agency wrote by its
        byline is that agency's, too.
        """
        cited, own = citation(article, start, end, field), _voices(article)
        kind: SupportKind = "independent"
        if article.cluster is not None and article.cluster in self._clusters:
            kind = "copy"
        elif not own.isdisjoint(self._outlets):
            kind = "again"
        elif not own.isdisjoint(self._cited) or (cited and cited.outlet in self._outlets | self._cited):
            kind = "citing"
        self._clusters.add(article.cluster)
        self._outlets |= own
        self._cited |= {cited.outlet} if cited else set()
        return kind, cited


def _voices(article: Article) -> set[str]:
    """Return the keys of the outlet, and of the agencies that wrote the article by its byline."""
    return {_own(article), *(key for name in article.authors if (key := outlet_key(name)) in _AGENCIES)}


def _own(article: Article) -> str:
    return outlet_key(article.source) if article.source else f"article {article.id}"


def outlet_key(name: str) -> str:
    """Return the key under which names of one outlet are compared: "The Tarn Post", "tarnpost.com"."""
    bare = _DOMAIN.sub("", name.strip().casefold().removeprefix("www."))
    key = _NO_LETTER.sub("", bare.removeprefix("the ")) or bare
    key = key.removeprefix("the") if bare != name.strip().casefold() and len(key) > len("the") else key
    return _ALIASES.get(key, key)


def citation(article: Article, start: int, end: int, field: Field = "text") -> Citation | None:
    """Return whose word it is what stands at a place of an article; None where it is the article's own.

    The nearest outlet that the sentence names as its source, else the agency that the story opens with; of
    what stands in the title it is that agency. The words are those of the article's text.
    """
    own = _own(article)
    near: list[Citation] = []
    if field == "text":
        first, last = sentence_around(article.text, start, end)
        near = sorted(_named(article.text, first, last), key=lambda c: (_distance(c, start, end), c.start))
    dateline = _agency(article.text)
    return next((c for c in (*near, *([dateline] if dateline else [])) if c.outlet != own), None)


def _named(text: str, first: int, last: int) -> Iterator[Citation]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text, first, last):
            words = _OF_OUTLET.split(match["name"], maxsplit=1)[0].rstrip(".’'-")
            start, end = match.start("name"), match.start("name") + len(words)
            if (key := _outlet(words)) is not None:
                yield Citation(key, start + len("the ") * words.startswith("the "), end)


def _outlet(words: str) -> str | None:
    """Return the key of a name if it is an outlet's."""
    key, parts = outlet_key(words), words.casefold().rstrip(".").split()
    is_outlet = key in _OUTLETS or (len(parts) > 1 and parts[-1] in _LAST_WORDS)
    return key if is_outlet else None


@lru_cache(maxsize=256)
def _agency(text: str) -> Citation | None:
    signed = _SIGNED.search(text, max(0, len(text) - _SIGNED_CHARS))
    for match in (*_DATELINE.finditer(text, 0, _DATELINE_CHARS), *([signed] if signed else [])):
        group = match.lastgroup or "name"
        if (key := outlet_key(match[group])) in _AGENCIES:
            return Citation(key, match.start(group), match.end(group))
    return None


def _distance(citation: Citation, start: int, end: int) -> int:
    return max(citation.start - end, start - citation.end, 0)
