"""Loads a small file in a test: what the suites of every format share."""

from pathlib import Path

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load

NO_TEXT = 'no field "text"; name the field of the text with --field text=NAME'
"""Why a record of a file without a text is skipped."""


def read(path: Path, content: str | bytes, options: LoadOptions | None = None) -> list[Article | Skipped]:
    """Write a file, and return its articles and what was skipped in it."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    [file], _ = discover([str(path)])
    return [*load(file, options)]


def read_one(path: Path, content: str | bytes, options: LoadOptions | None = None) -> Article | Skipped:
    """Write a file that is one document, and return its article, or why there is none."""
    [item] = read(path, content, options)
    return item


def article(path: Path, content: str | bytes) -> Article:
    """Write a file that is one article, and return that."""
    item = read_one(path, content)
    assert isinstance(item, Article), item
    return item


def reason(path: Path, content: str | bytes, options: LoadOptions | None = None) -> str:
    """Write a file that is no article, and return why."""
    item = read_one(path, content, options)
    assert isinstance(item, Skipped), item
    return item.reason


def places(items: list[Article | Skipped], path: Path) -> list[tuple[str, str]]:
    """Return the place in the file of each item, with the title of an article or the reason of a skip."""
    return [
        (str(item.origin).removeprefix(str(path)), item.title if isinstance(item, Article) else item.reason)
        for item in items
    ]
