"""Which articles a list has, in which order, and how many of them each outlet, author and month has.

Values only: an engine of storage selects, sorts and counts.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter

Sort: TypeAlias = Literal["newest", "oldest", "best", "id"]
"""The order of a list. By date, articles without one are last; "best" is by the words, best match first."""

SORTS: tuple[Sort, ...] = get_args(Sort)

MOST_COUNTED = 100
"""Outlets and authors that are counted by name, the largest first. Not compared with other numbers."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The articles that pass `allow`, are by one of `authors`, and have every word of `words`.

    Names of authors are compared without regard to case; no author is no condition. A word is found in title
    and text in any of its inflected forms; words such as "the" stand everywhere. As in a search by words, an
    article is found by its words once it is published.
    """

    allow: Filter = field(default_factory=Filter)
    authors: tuple[str, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A place in a sorted list: that of the article `id`, whose `key` is what the list is sorted by.

    That is `published` as ISO 8601 (None without a date), the score of the words, or None in a list by id.
    """

    key: str | int | None
    id: str


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article of a list, and its place there."""

    article: Article
    place: ListPlace


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A name, or a month such as "2016-01", and how many articles have it."""

    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class Facets:
    """How many articles a selection has, and how they are spread.

    `outlets` and `authors` are the largest `MOST_COUNTED`, by count, then name; spellings that differ in case
    are one. `months` are in the order of time; `undated` articles have none.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     facets = archive.articles(facets=True).facets
    >>> facets.articles, facets.months[0]
    (3, FacetCount(name='2016-01', articles=1))
    """

    articles: int
    outlets: tuple[FacetCount, ...]
    authors: tuple[FacetCount, ...]
    months: tuple[FacetCount, ...]
    undated: int
