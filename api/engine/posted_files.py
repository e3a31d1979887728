"""Reads a file that was posted: a worker process makes articles of it, as of a file on disk.

An article is named as others are, by its id or its web address, else by the name of the file and a digest of
its bytes: another file of the same name does not take its place. It has no origin, because the file is gone.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from nutgraf.errors import StorageFailed
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.suffixes import SUFFIXES, suffix_of
from nutgraf.indexer.sandbox.pool import WorkerPool

MOST_ARTICLES = 1000
"""Articles of one file, which are in memory together; larger archives are for the command line."""

_NAME_CHARS = 120
_DIGEST_CHARS = 12
_NO_NAME = re.compile(r"[^\w .,()+-]")


def plain_name(name: str) -> str:
    """Return the name of a file without folders and odd characters; "" where its type is not read."""
    last = re.split(r"[/\\]", storable(name))[-1]
    plain = _NO_NAME.sub("_", last).strip(" .")[-_NAME_CHARS:]
    return plain if suffix_of(Path(plain)) in SUFFIXES and not plain.startswith(".") else ""


def file_articles(pool: WorkerPool, name: str, content: bytes) -> Sequence[Article | Skipped]:
    """Return the articles of a file, and why there are none; `name` is one that `plain_name` returned.

    Raises StorageFailed where no temporary file can be written.
    """
    digest = hashlib.sha256(content).hexdigest()[:_DIGEST_CHARS]
    try:
        with TemporaryDirectory(prefix="nutgraf-") as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            file = SourceFile(path, f"{name}~{digest}", len(content))
            items = [*islice(pool.files([file], LoadOptions()), MOST_ARTICLES + 1)]
    except OSError as error:
        raise StorageFailed(
            f"the file that was posted cannot be read: {error.strerror}",
            hint="check the free space of the temporary folder",
        ) from error
    if len(items) > MOST_ARTICLES:
        reason = f"more than {MOST_ARTICLES:,} articles; the rest was not read"
        items[MOST_ARTICLES:] = [Skipped(name, reason)]
    return [replace(item, origin=None) if isinstance(item, Article) else item for item in items]
