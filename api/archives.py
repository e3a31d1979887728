"""An archive made of a benchmark's own articles, and the texts of any; not what is asked of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from api.errors import BadOption
from api.progress import counting_bar
from api.service import Open, open_answerer, open_builder
from api.settings import Settings
from indexer.article import Article

if TYPE_CHECKING:
    from indexer.index import Index

_PASSAGES_AT_ONCE = 2000
T = TypeVar("T")


@contextmanager
def open_archive(settings: Settings, articles: Sequence[Article], *, keep: bool) -> Iterator[Open]:
    """Index the articles and open the index: to `keep` in the folder of the settings, else a temporary one.

    Raises BadOption for a folder whose index holds anything else.
    """
    with TemporaryDirectory(prefix="nutgraf-eval-") as temporary:
        if keep:
            _check_own(settings, articles)
        else:
            settings = replace(settings, index=Path(temporary) / "index")
        with open_builder(settings) as builder, counting_bar("indexing", len(articles)) as advance:
            builder.add(counted(articles, advance))
            builder.publish()
        with open_answerer(settings) as opened:
            yield opened


def _check_own(settings: Settings, articles: Sequence[Article]) -> None:
    """Refuse an index that holds other articles: nobody's archive shall get paragraphs of a benchmark."""
    from indexer.store import FILENAME, Store

    if not (settings.index / FILENAME).is_file():
        return
    with Store(settings.index / FILENAME, readonly=True) as store:  # also of an index that cannot be opened
        others = store.counts().articles - len(store.content_hashes([article.id for article in articles]))
    if others:
        raise BadOption(
            f"the index {settings.index} holds {others:,} articles that are not of this file",
            hint="name a new folder with --index, or leave --index out",
        )


def counted(items: Iterable[T], advance: Callable[[int], None]) -> Iterator[T]:
    """Yield the items, telling `advance` of each that is done with."""
    for item in items:
        yield item
        advance(1)


def all_texts(index: "Index") -> Iterator[str]:
    """Yield the text of every article."""
    seen = set()
    for first in range(1, index.store.last_passage() + 1, _PASSAGES_AT_ONCE):
        for passage in index.fetch(range(first, first + _PASSAGES_AT_ONCE)):
            if passage.article.id not in seen:
                seen.add(passage.article.id)
                yield passage.article.text
