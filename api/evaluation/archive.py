"""An archive made of a benchmark's own articles, and the texts of any; not what is asked of them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from nutgraf.api.terminal.progress import counting_bar
from nutgraf.errors import BadOption
from nutgraf.indexer.article import Article
from nutgraf.opening import OpenIndex, open_answerer, open_builder
from nutgraf.settings import Settings

if TYPE_CHECKING:
    from nutgraf.indexer.embedded.index import EmbeddedIndex

_PASSAGES_AT_ONCE = 2000
_IDS_AT_ONCE = 1000
T = TypeVar("T")


@contextmanager
def open_archive(
    settings: Settings, articles: Callable[[], Iterable[Article]], *, keep: bool
) -> Iterator[OpenIndex]:
    """Index the articles and open the index: to `keep` in the folder of the settings, else a temporary one.

    `articles` is called for each passage over them, so that a large corpus is never held whole; the first one
    finds what cannot be read, before anything is encoded. Raises BadOption for a folder whose index holds
    anything else.
    """
    total = sum(1 for _ in articles())
    with TemporaryDirectory(prefix="nutgraf-eval-") as temporary:
        if keep:
            _check_own(settings, articles())
        else:
            settings = replace(settings, index=Path(temporary) / "index")
        with open_builder(settings) as builder, counting_bar("indexing", total) as advance:
            builder.add(counted(articles(), advance))
            builder.publish()
        with open_answerer(settings) as opened:
            yield opened


def _check_own(settings: Settings, articles: Iterable[Article]) -> None:
    """Refuse an index that holds other articles: nobody's archive shall get paragraphs of a benchmark."""
    from nutgraf.indexer.embedded.store import FILENAME, Store

    if not (settings.index / FILENAME).is_file():
        return
    with Store(settings.index / FILENAME, readonly=True) as store:  # also of an index that cannot be opened
        ids = (article.id for article in articles)
        own = sum(len(store.content_hashes(some)) for some in iter(lambda: [*islice(ids, _IDS_AT_ONCE)], []))
        others = store.counts().articles - own
    if others > 0:
        raise BadOption(
            f"the index {settings.index} holds {others:,} articles that are not of this file",
            hint="name a new folder with --index, or leave --index out",
        )


def counted(items: Iterable[T], advance: Callable[[int], None]) -> Iterator[T]:
    """Yield the items, telling `advance` of each that is done with."""
    for item in items:
        yield item
        advance(1)


def all_texts(index: "EmbeddedIndex") -> Iterator[str]:
    """Yield the text of every article."""
    seen = set()
    for first in range(1, index.store.last_passage() + 1, _PASSAGES_AT_ONCE):
        for passage in index.fetch(range(first, first + _PASSAGES_AT_ONCE)):
            if passage.article.id not in seen:
                seen.add(passage.article.id)
                yield passage.article.text
