"""Lists of articles: options become a selection, a place in a list becomes a cursor, a page is read."""

import base64
import binascii
import json
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate

from nutgraf.errors import BadOption, BadQuestion
from nutgraf.indexer.clean import storable
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.selection import SORTS, Facets, ListPlace, Selection, Sort
from nutgraf.indexer.storage import ArticleCatalog
from nutgraf.qa.checks import checked_filter, checked_question
from nutgraf.results import ArticlePage

MAX_PAGE = 1000
"""Most articles of one page: their texts are in memory together."""


_LARGEST = 2**63


def selection_of(allow: Filter, author: str | Sequence[str] | None, words: object) -> Selection:
    """Return the selection of the options; raises BadOption and BadFilter for a wrong one."""
    names = () if author is None else (author,) if isinstance(author, str) else author
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise BadOption(
            f"{{author}} is {author!r:.60}, expected the name of an author or a list of names",
            hint='{author} "Jane Perlez"',
            fields=["author"],
        )
    if words is not None and not isinstance(words, str):
        message = f"{{words}} is {type(words).__name__}, expected text"
        raise BadOption(message, hint='{words} "missile defense"', fields=["words"])
    return Selection(
        checked_filter(allow),
        tuple(storable(name) for name in names),
        _checked_words(words) if words and words.strip() else "",
    )


def _checked_words(words: str) -> str:
    try:
        return checked_question(words, name="{words}")
    except BadQuestion as error:
        raise BadOption(str(error), hint='{words} "missile defense"', fields=["words"]) from error


def checked_sort(sort: str | None, selection: Selection) -> Sort:
    """Return the order of a list; None is "best" where there are words, else "newest". Raises BadOption."""
    if sort is None:
        return "best" if selection.words else "newest"
    for name in SORTS:
        if sort == name and (name != "best" or selection.words):
            return name
    if sort == "best":
        message = "{sort} best needs words: there is nothing that an article matches better or worse"
        raise BadOption(message, hint="{sort} newest, or {words} WORDS", fields=["sort"])
    message = f"{{sort}} is {sort!r:.40}, expected one of {', '.join(SORTS)}"
    raise BadOption(message, hint="{sort} newest", fields=["sort"])


def checked_place(
    selection: Selection, sort: str | None, limit: object, cursor: object
) -> tuple[Sort, ListPlace | None]:
    """Return the order of a list, and the place behind which a page of it begins; None is the first page.

    Raises BadOption for a sort, a limit or a cursor that is none.
    """
    if type(limit) is not int or not 1 <= limit <= MAX_PAGE:
        message = f"{{limit}} is {limit!r:.40}, expected a whole number from 1 to {MAX_PAGE:,}"
        raise BadOption(message, hint="{limit} 100", fields=["limit"])
    order = checked_sort(sort, selection)
    return order, None if cursor is None else _place(cursor, _hash(selection, order))


def article_page(
    catalog: ArticleCatalog | None,
    selection: Selection,
    *,
    sort: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
    facets: bool = False,
    most_chars: int | None = None,
) -> ArticlePage:
    """Return a page of a selection from `cursor` on; with `facets`, the counts of all its pages, too.

    With `most_chars` a page ends behind the article whose text reaches so many characters of all its texts.
    Without a catalog, of a new archive, there are no articles. Raises BadOption for a sort, a limit or a
    cursor that is none.
    """
    order, after = checked_place(selection, sort, limit, cursor)
    if catalog is None:
        return ArticlePage((), facets=Facets(0, (), (), (), 0) if facets else None)
    entries = catalog.listed(selection, order, after, limit + 1)
    shown = entries[:limit]
    if most_chars is not None:
        ends = accumulate(len(entry.article.text) for entry in shown)
        shown = shown[: 1 + sum(end < most_chars for end in ends)]
    more = _cursor(shown[-1].place, _hash(selection, order)) if len(entries) > len(shown) else None
    counts = catalog.facets(selection) if facets else None
    return ArticlePage(tuple(entry.article for entry in shown), more, counts)


def _hash(selection: Selection, sort: Sort) -> str:
    """Return what names the list that a cursor belongs to: its filters and its order."""
    return sha256(repr((selection, sort)).encode()).hexdigest()[:16]


def _cursor(place: ListPlace, listing: str) -> str:
    text = json.dumps([listing, place.key, place.id])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _place(cursor: object, listing: str) -> ListPlace:
    """Return the place of a cursor; raises BadOption where it is none, or that of another list."""
    hint = "{cursor}: `next` of the page before, with the same filters and the same order"
    if not isinstance(cursor, str):
        message = f"{{cursor}} is {type(cursor).__name__}, expected `next` of the page before"
        raise BadOption(message, hint=hint, fields=["cursor"])
    try:
        made_for, key, article_id = json.loads(base64.b64decode(cursor.encode(), b"-_", validate=True))
        if not isinstance(article_id, str) or not _is_key(key):
            raise ValueError(key)  # noqa: TRY301 - the same as a text that is no cursor
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        message = f"{{cursor}} {cursor[:40]!r} is not `next` of a page"
        raise BadOption(message, hint=hint, fields=["cursor"]) from error
    if made_for != listing:
        message = "the {cursor} is of a list with other filters or another order"
        raise BadOption(message, hint=hint, fields=["cursor"])
    return ListPlace(storable(key) if isinstance(key, str) else key, storable(article_id))


def _is_key(value: object) -> bool:
    """Whether a value can be what a list is sorted by: an engine stores no larger number."""
    return value is None or isinstance(value, str) or (type(value) is int and abs(value) < _LARGEST)
