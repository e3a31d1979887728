"""The archive of a benchmark, made of its own articles. Does not know the questions of the benchmark."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from nutgraf.api.terminal.progress import counting_bar
from nutgraf.archive import Archive
from nutgraf.engines import engine_of
from nutgraf.errors import BadOption
from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import ArticleCatalog
from nutgraf.machines import Machines
from nutgraf.opening import OpenIndex
from nutgraf.settings import Settings

_ARTICLES_AT_ONCE = 500  # not measured: it bounds the memory
T = TypeVar("T")


@contextmanager
def open_archive(
    settings: Settings,
    articles: Callable[[], Iterable[Article]],
    *,
    keep: bool,
) -> Iterator[OpenIndex]:
    """Index the articles and open the index, in a temporary folder or, to `keep` it, where the settings say.

    `articles` is called for each pass over them, so that a large corpus is never in memory as a whole. The
    first pass finds articles that cannot be read before anything is encoded. Raises BadOption for an index
    that holds other articles.
    """
    total = sum(1 for _ in articles())
    with TemporaryDirectory(prefix="nutgraf-eval-") as temporary:
        if keep:
            _check_other_articles(settings, articles())
        else:
            settings = replace(settings, index=Path(temporary) / "index")
        # A cluster of this machine serves both, adding articles and asking, and starts once.
        with Archive(settings) as archive, Machines(settings, archive.models):
            with counting_bar("indexing", total) as advance:
                archive.add(counted(articles(), advance))
            with archive.reading() as opened:
                yield opened


def _check_other_articles(settings: Settings, articles: Iterable[Article]) -> None:
    """Refuse an index that holds other articles, so that no news archive gets paragraphs of a benchmark."""
    others = engine_of(settings.index).count_others(article.id for article in articles)
    if others > 0:
        raise BadOption(
            f"the index {settings.index} holds {others:,} articles that are not of this file",
            hint="name a new one with --index, or leave --index out",
        )


def counted(items: Iterable[T], advance: Callable[[int], None]) -> Iterator[T]:
    """Yield the items, and call `advance` with 1 after each."""
    for item in items:
        yield item
        advance(1)


def all_texts(catalog: ArticleCatalog) -> Iterator[str]:
    """Yield the text of every article, in the order of their ids."""
    after = None
    while articles := catalog.page(Filter(), after, _ARTICLES_AT_ONCE):
        for article in articles:
            yield article.text
        after = articles[-1].id
