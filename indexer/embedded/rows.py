"""The table `articles`: its columns in stores of each version, and a filter as conditions on its rows.

Does not know a connection, nor any other table.
"""

from nutgraf.indexer.article_rows import READ
from nutgraf.indexer.filters import Filter

_WITH_PAGES = 3


def read_columns(version: int) -> str:
    """Return the columns that `article_of` reads, of a store of this version.

    One that an older nutgraf wrote can be read, and gets the newer columns when it is next written to.
    """
    return f"{READ}, modified, page_breaks" if version >= _WITH_PAGES else f"{READ}, NULL, NULL"


def conditions(allow: Filter, sign: str = "") -> tuple[list[str], list[object]]:
    """Return the filter as SQL conditions on `articles a`, all of which must hold, and their values.

    With "+" for a sign SQLite does not use the index over a column by itself.
    """
    passing: list[str] = []
    values: list[object] = []
    for operator, day in ((">=", allow.first_day), ("<=", allow.last_day)):
        if day is not None:
            passing.append(f"{sign}a.day {operator} ?")
            values.append(day)
    if allow.sources:
        passing.append(f"{sign}a.source_key IN ({','.join('?' * len(allow.sources))})")
        values.extend(source.casefold() for source in allow.sources)
    return passing, values
