"""The shapes that services and exports give a record: its fields in an object, or their paths as names."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nutgraf.indexer.loaders.identity import absolute, web_url
from nutgraf.indexer.loaders.records.names import FIELD_NAMES, known_name

# Where the fields stand: hits of search engines, the JSON:API (Drupal, Strapi), the Guardian and Contentful.
_WRAPPERS = ("_source", "attributes", "fields")
_TEXTS = frozenset(FIELD_NAMES["text"])
_PATH = re.compile(r"([^.\[\]]{1,60}+)(?:\.|\[([0-9]{1,3})\]$)(.{0,100})", re.DOTALL)


def unwrapped(record: Mapping[str, object]) -> Mapping[str, object]:
    """Return a record with the fields that stand in an object of it, where it has no text itself.

    >>> unwrapped({"id": "a1", "attributes": {"title": "Rain", "body": "It rained."}})
    {'title': 'Rain', 'body': 'It rained.', 'id': 'a1'}
    """
    if not any(known_name(name) in _TEXTS for name in record):
        for key in _WRAPPERS:
            inner = record.get(key)
            if isinstance(inner, Mapping) and any(known_name(name) in _TEXTS for name in inner):
                outer = {name: value for name, value in record.items() if name != key}
                stated = _of_drupal(inner, record) if key == "attributes" else {}
                return {**stated, **inner, **outer}
    return record


def _of_drupal(attributes: Mapping[str, object], record: Mapping[str, object]) -> dict[str, object]:
    """Return what Drupal's JSON:API says of an article under names of its own: its day and its address.

    Drupal publishes an article when it creates it; `created` of other records says less. The address is the
    alias of its path, else the number of its node, on the site that the record was fetched from.
    """
    stated: dict[str, object] = {}
    if "created" in attributes:
        stated["published"] = attributes["created"]
    link, number = at_path(record, "links.self"), attributes.get("drupal_internal__nid")
    fetched = link.get("href") if isinstance(link, Mapping) else link
    alias = at_path(attributes, "path.alias") or (number and f"/node/{number}")
    if isinstance(fetched, str) and isinstance(alias, str) and alias.startswith("/"):
        site, sign, _ = fetched.partition("/jsonapi/")  # which may stand below a folder
        stated["url"] = f"{site}{alias}" if sign else absolute(fetched, alias)
    return stated


def ghost_posts(export: object) -> Iterator[Mapping[str, object]]:
    """Yield the posts of an export of Ghost with the names of their authors; none of another value.

    The export holds tables: one of posts, one of users, and one that joins them. Older ones have no such
    table, and the id of one user in each post.
    """
    outer = export.get("db", export) if isinstance(export, Mapping) else None
    outer = outer[0] if isinstance(outer, list) and outer else outer
    tables = outer.get("data") if isinstance(outer, Mapping) else None
    if not isinstance(tables, Mapping) or "posts" not in tables or "users" not in tables:
        return
    names = {str(user.get("id")): user.get("name") for user in _rows(tables, "users")}
    authors: dict[str, list[object]] = {}
    for join in sorted(_rows(tables, "posts_authors"), key=_place):
        authors.setdefault(str(join.get("post_id")), []).append(names.get(str(join.get("author_id"))))
    for post in _rows(tables, "posts"):
        joined = authors.get(str(post.get("id"))) or [names.get(str(post.get("author_id")))]
        stated = [name for name in joined if isinstance(name, str)]
        yield {**post, "authors": stated} if stated else post


def _rows(tables: Mapping[str, object], name: str) -> list[Mapping[str, Any]]:
    rows = tables.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _place(row: Mapping[str, object]) -> int:
    """Return the place of an author among those of a post."""
    order = row.get("sort_order")
    return order if isinstance(order, int) else 0


def at_path(record: Mapping[str, object], path: str) -> object:
    """Return the field of a name, or of a path such as "fields.bodyText"; None where there is none."""
    if path in record:
        return record[path]
    value: object = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def by_path(record: Mapping[str, object]) -> dict[str, tuple[object, list[str]]]:
    """Return the fields that columns name by their paths, with the columns of each.

    Such as `source.name`, or `authors[0]` and `authors[1]` of mongoexport.

    >>> by_path({"authors[0]": "Ann Lee", "authors[1]": "Bo Chi", "year": 2020})
    {'authors': (['Ann Lee', 'Bo Chi'], ['authors[0]', 'authors[1]'])}
    """
    objects: dict[str, dict[str, object]] = {}
    columns: dict[str, list[str]] = {}
    for column, value in record.items():
        path = _PATH.fullmatch(column)
        if path and path[1] not in record:
            objects.setdefault(path[1], {})[path[2] or path[3]] = value
            columns.setdefault(path[1], []).append(column)
    return {name: (_list_or_object(values), columns[name]) for name, values in objects.items()}


def feed_records(value: object) -> Iterator[Mapping[str, object]]:
    """Yield the records of a JSON Feed; none of another value.

    The title of the feed names the outlet, and the address of its page an item, whose id may be a number.
    """
    feed: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    items = feed.get("items")
    if "jsonfeed.org" not in str(feed.get("version")) or not isinstance(items, list):
        return
    for item in items:
        if isinstance(item, Mapping):
            authors = item.get("authors") or item.get("author") or feed.get("authors") or feed.get("author")
            named = {key: item[key] for key in item if key != "id" or not web_url(str(item.get("url", "")))}
            yield {"source": feed.get("title"), **named, "authors": authors}


def frame_records(value: object) -> list[Mapping[str, object]]:
    """Return the rows of a table that pandas wrote: of columns of rows by number, or its lists of cells.

    >>> frame_records({"title": {"0": "Rain"}, "text": {"0": "It rained."}})
    [{'title': 'Rain', 'text': 'It rained.'}]
    """
    frame: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    names, rows = frame.get("columns"), frame.get("data")
    if isinstance(names, list) and isinstance(rows, list):
        cells = (row for row in rows if isinstance(row, list))
        return [dict(zip(map(str, names), row, strict=False)) for row in cells]
    first = next(iter(frame.values()), None)
    numbers = {*first} if isinstance(first, Mapping) else set()
    if not all(map(str.isdecimal, numbers)) or any(
        not isinstance(column, Mapping) or {*column} != numbers for column in frame.values()
    ):
        return []
    return [{name: column[number] for name, column in frame.items()} for number in first or ()]


def _list_or_object(values: dict[str, object]) -> object:
    return [*values.values()] if all(key.isdecimal() for key in values) else values
