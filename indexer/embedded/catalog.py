"""Lists and counts the articles of the store: which ones, in which order, from which place on.

Knows the columns of the table `articles` and of the index over them; does not know how words are found.
"""

import json
from collections.abc import Callable, Mapping, Sequence

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.database import Database, restore_hint
from nutgraf.indexer.embedded.rows import conditions
from nutgraf.indexer.errors import IndexDamaged
from nutgraf.indexer.selection import (
    MOST_COUNTED,
    FacetCount,
    Facets,
    ListedArticle,
    ListPlace,
    Selection,
    Sort,
)

Matches = Mapping[int, float] | None
"""First passage of an article -> score of the words that are looked for; None where there are none."""

_SCORE_UNITS = 10_000  # scores are compared as whole numbers, which JSON and SQLite keep as they are

_ORDERS: Mapping[Sort, tuple[str, str]] = {
    "newest": ("a.published", "a.published DESC, a.id"),
    "oldest": ("a.published", "a.published IS NULL, a.published, a.id"),
    "best": ("m.score", "m.score DESC, a.id"),
    "id": ("NULL", "a.id"),
}
"""What a list is sorted by, and its ORDER BY. SQLite takes NULL for less than any value."""


class Catalog:
    """The list of the articles that a store has; `fetch` returns id -> article."""

    def __init__(self, db: Database, fetch: Callable[[Sequence[str]], Mapping[str, Article]]) -> None:
        self._db = db
        self._fetch = fetch

    def listed(
        self, selection: Selection, matches: Matches, sort: Sort, after: ListPlace | None, limit: int
    ) -> list[ListedArticle]:
        """Return the next `limit` articles of the selection, from behind the place `after` on.

        Raises IndexDamaged where the index that lists are read from names an article that is not there.
        """
        table, where, values = _selected(selection, matches)
        if sort == "best" and matches is None:
            sort = "id"
        key, order = _ORDERS[sort]
        if after is not None:
            following, places = _following(sort, key, after)
            where, values = f"{where} AND {following}", [*values, *places]
        sql = f"SELECT a.id, {key} FROM {table} WHERE {where} ORDER BY {order} LIMIT ?"
        places_of, articles = self._listed(sql, [*values, limit])
        lost = places_of.keys() - articles.keys()
        if lost:  # removed between the two look-ups, or never there
            places_of, articles = self._listed(sql, [*values, limit])
        if lost & places_of.keys() - articles.keys():
            what = "an article of its lists is not found by its id"
            raise IndexDamaged(f"{self._db.path} is damaged: {what}", hint=restore_hint(self._db.path.parent))
        return [ListedArticle(articles[i], place) for i, place in places_of.items() if i in articles]

    def _listed(
        self, sql: str, values: Sequence[object]
    ) -> tuple[dict[str, ListPlace], Mapping[str, Article]]:
        places_of = {row[0]: ListPlace(row[1], row[0]) for row in self._db.rows(sql, values)}
        return places_of, self._fetch([*places_of])

    def facets(self, selection: Selection, matches: Matches) -> Facets:
        """Return how many articles the selection has, by outlet, author and month."""
        table, where, values = _selected(selection, matches)

        def counts(column: str, key: str, more: str = "") -> list[FacetCount]:
            sql = (
                f"SELECT min({column}), count(DISTINCT a.num) FROM {table}{more} WHERE {where}"
                f" GROUP BY {key} HAVING min({column}) IS NOT NULL ORDER BY 2 DESC, 1 LIMIT {MOST_COUNTED}"
            )
            return [FacetCount(*row) for row in self._db.rows(sql, values)]

        months = "SELECT substr(a.published, 1, 7), count(*) FROM {} WHERE {} GROUP BY 1 ORDER BY 1"
        by_month = [*self._db.rows(months.format(table, where), values)]
        return Facets(
            articles=sum(count for _, count in by_month),
            outlets=tuple(counts("a.source", "+a.source_key")),
            authors=tuple(counts("n.value", "casefold(n.value)", ", json_each(a.authors) n")),
            months=tuple(FacetCount(*row) for row in by_month if row[0] is not None),
            undated=sum(count for month, count in by_month if month is None),
        )


def _selected(selection: Selection, matches: Matches) -> tuple[str, str, list[object]]:
    """Return the tables to read, the condition on `articles a`, and its values."""
    # By the index over all columns of lists: those over one column lead to rows, which are behind texts.
    passing, values = conditions(selection.allow, "+")
    if selection.authors:
        names = ",".join("?" * len(selection.authors))
        passing.append(f"EXISTS (SELECT 1 FROM json_each(a.authors) WHERE casefold(value) IN ({names}))")
        values.extend(name.casefold() for name in selection.authors)
    where = " AND ".join(passing) or "1"
    if matches is None:
        return "articles a", where, values
    pairs = json.dumps([[first, round(score * _SCORE_UNITS)] for first, score in matches.items()])
    scores = (
        "(SELECT json_extract(value, '$[0]') AS passage, json_extract(value, '$[1]') AS score"
        " FROM json_each(?)) m JOIN passages p ON p.id = m.passage JOIN articles a ON a.num = p.article"
    )
    return scores, where, [pairs, *values]


def _following(sort: Sort, key: str, after: ListPlace) -> tuple[str, list[object]]:
    """Return the condition that an article comes behind a place, and its values."""
    if sort == "id":
        return "a.id > ?", [after.id]
    if after.key is None:
        return f"({key} IS NULL AND a.id > ?)", [after.id]
    comes = ">" if sort == "oldest" else "<"
    condition = f"({key} {comes} ? OR {key} IS NULL OR ({key} = ? AND a.id > ?))"
    return condition, [after.key, after.key, after.id]
