"""Origins: where an article was read, as text that can be stored. It is a path, or `path:line` for a record.

Of what was fetched it is the address that was asked for.

Knows paths and the disk; does not know articles' content, nor how origins are stored.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path


def is_address(origin: str) -> bool:
    """Whether this is an address of the web, and no path.

    >>> is_address("https://news.example/feed"), is_address("articles/https.txt")
    (True, False)
    """
    return origin.strip()[:8].lower().startswith(("http://", "https://"))


def absolute_origin(origin: str) -> str:
    """Return the origin from the root on, for a later run may stand in another folder. Links are kept."""
    return origin if is_address(origin) else os.path.abspath(origin)  # noqa: PTH100 - Path.resolve would follow links


def origin_path(origin: str) -> Path:
    """Return the file of an origin, without the line of a record."""
    path, _, line = origin.rpartition(":")
    return Path(path if path and line.isdigit() else origin)


def names_article(origin: str, article_id: str) -> bool:
    """Whether the article's id was made from this place, because the article stated no id and no URL."""
    return origin.endswith(article_id)


def is_file(origin: str) -> bool:
    """Whether the whole origin is a file that is there; a record in a file is not."""
    return Path(origin).is_file()


def vanished(origins: Iterable[tuple[str, str]], roots: Sequence[str]) -> list[str]:
    """Return the ids, of pairs (article id, origin), whose file stood under a folder of `roots` and is gone.

    Roots that are no folders are left out.
    """
    folders = [Path(absolute_origin(root)) for root in roots if Path(root).is_dir()]
    gone: dict[Path, bool] = {}
    ids = []
    for article_id, origin in origins:
        path = origin_path(origin)
        if path not in gone:
            inside = any(path.is_relative_to(folder) for folder in folders)
            gone[path] = inside and not os.path.lexists(path)
        if gone[path]:
            ids.append(article_id)
    return ids
