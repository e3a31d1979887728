"""Adds to an archive: loads paths, records and articles, stores them, prunes, and publishes.

Knows the order of the steps; does not know how a format is read, nor which engine stores the articles.
"""

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeGuard

from nutgraf import __version__
from nutgraf.engines import engine_of
from nutgraf.errors import AddInterrupted, SourceError
from nutgraf.indexer.article import Article
from nutgraf.indexer.encoder import Encoder
from nutgraf.indexer.loaders.article_values import checked_article
from nutgraf.indexer.loaders.base import (
    ARTICLE_FIELDS,
    RefusedDates,
    Skipped,
    SourceFile,
    UnusedFields,
    note_refused,
    too_large,
)
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.pdf.ocr import check_ocr
from nutgraf.indexer.loaders.records.record import record_to_article
from nutgraf.indexer.loaders.records.unused import unused_fields
from nutgraf.indexer.loaders.suffixes import SUFFIXES
from nutgraf.indexer.origins import Loss, is_address, largest_loss, vanished
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.indexer.storage import ArchiveWriter, ArticleStatus
from nutgraf.indexer.web.crawl import Crawl, Memory
from nutgraf.ingest_options import (
    ArticleSource,
    IngestOptions,
    IngestProgress,
    Progress,
)
from nutgraf.machines import Machines
from nutgraf.opening import ModelLoader
from nutgraf.publishing import Publisher, encode_missing
from nutgraf.results import AddReport
from nutgraf.settings import Settings

USER_AGENT = f"nutgraf/{__version__} (+https://github.com/nutgraf/nutgraf)"
"""What servers are told."""

_TYPES = "a path, an address, a dict, an Article, or an iterable of these"


def ingest(
    settings: Settings, models: ModelLoader, source: ArticleSource, options: IngestOptions, progress: Progress
) -> AddReport:
    """Store the articles of a source, and publish them; see `Archive.add`.

    After an interrupt the articles that were stored are published; then AddInterrupted is raised with the
    report.
    """
    if options.ocr:
        check_ocr(options.ocr)
    with ExitStack() as stack:
        # The source is looked at first: no cluster starts, and no archive is made, for one that is not there.
        looked_at = look_at(source)
        machines = stack.enter_context(Machines(settings, models))
        pool = stack.enter_context(machines.pool(options.worker_limits()))
        feed = stack.enter_context(Feed(looked_at, options, pool))
        report, interrupted = _published(settings, machines.encoder, feed, options, progress)
    feed.raise_failure(report, interrupted=interrupted)
    return report


def _published(
    settings: Settings, encoder: Encoder, feed: "Feed", options: IngestOptions, progress: Progress
) -> tuple[AddReport, bool]:
    """Store the articles, encode them, and publish all; return the report, and whether it was interrupted."""
    run = IngestProgress(feed.files)
    with engine_of(settings.index).writer(encoder) as writer, progress(run) as update:
        publisher = Publisher(writer)
        statuses, interrupted = _stored(writer, feed, publisher, run, update)
        gone = [] if interrupted else vanished(writer.unseen_origins(), feed.roots)
        cautious = options.prune and not options.prune_many and gone
        loss = _loss(writer.unseen_origins(), set(gone), statuses, feed.roots) if cautious else None
        removed = writer.remove(gone) if options.prune and loss is None else []
        if not (interrupted or feed.is_stopped or options.words_only):
            interrupted = _encoded(writer, publisher, run, update)
        state = writer.publish()
        report = AddReport(
            statuses=tuple(statuses),
            removed=tuple(removed),
            encoded_passages=writer.encoded_passages,
            state=state,
            dates_not_used=feed.dates_not_used(),
            fields_not_used=feed.fields_not_used(),
            gone=() if removed else tuple(gone),
            not_pruned=str(loss or ""),
            failed=feed.failed(),
        )
    return report, interrupted


def _loss(
    unseen: Iterable[tuple[str, str]],
    gone: set[str],
    statuses: Sequence[ArticleStatus],
    roots: Sequence[str],
) -> Loss | None:
    """Return the folder that would lose many articles if those that are `gone` were removed."""
    lost: list[str] = []
    kept = [status.origin for status in statuses if status.status != "skipped"]
    for article_id, origin in unseen:
        (lost if article_id in gone else kept).append(origin)
    return largest_loss(lost, kept, roots)


def _stored(
    writer: ArchiveWriter,
    feed: "Feed",
    publisher: Publisher,
    run: IngestProgress,
    update: Callable[[], None],
) -> tuple[list[ArticleStatus], bool]:
    """Store every article by its words; return the status of each, and whether the run was interrupted."""
    statuses: list[ArticleStatus] = []

    def each_batch() -> None:
        feed.remember(writer)
        update()
        publisher.publish_if_due()

    try:
        for status in writer.add(feed.items(writer), each_batch, words_only=True):
            statuses.append(status)
            run.articles += status.status != "skipped"
        feed.remember(writer)
    except KeyboardInterrupt:
        return statuses, True
    return [*statuses, *feed.unchanged()], False


def _encoded(
    writer: ArchiveWriter, publisher: Publisher, run: IngestProgress, update: Callable[[], None]
) -> bool:
    """Make the vectors that are missing; return whether the run was interrupted."""
    run.missing_passages = writer.unencoded_passages

    def each_batch() -> None:
        run.encoded_passages = writer.encoded_passages
        update()

    publisher.hurry()
    return encode_missing(writer, publisher, each_batch)


def encode(settings: Settings, models: ModelLoader, progress: Progress) -> AddReport:
    """Make the vectors that an archive lacks, and publish them; see `Archive.encode`.

    After an interrupt the vectors that were made are published; then AddInterrupted is raised.
    """
    run = IngestProgress()
    with (
        Machines(settings, models) as machines,
        engine_of(settings.index).writer(machines.encoder) as writer,
        progress(run) as update,
    ):
        interrupted = _encoded(writer, Publisher(writer), run, update)
        report = AddReport((), (), writer.encoded_passages, writer.publish())
    if interrupted:
        raise AddInterrupted(report)
    return report


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A source whose paths were looked at, and nothing read yet: what is in them, and the items besides."""

    items: Iterable[Any]
    roots: Sequence[str] = ()
    files: Sequence[SourceFile] = ()
    skipped: Sequence[Skipped] = ()


def look_at(source: ArticleSource) -> LookedAt:
    """Find the files of a source that consists of paths and addresses alone.

    Raises SourceError where one of the paths is not there, or where there is nothing to read.
    """
    items = _items(source)
    if not isinstance(items, Sequence) or not all(_is_path(item) for item in items):
        return LookedAt(items)
    names = [os.fspath(item) for item in items]
    roots = [name for name in names if not is_address(name)]
    files, skipped = discover(roots)
    if roots and not files:
        raise SourceError(
            _nothing(roots, skipped), hint=f"name a folder or files of these types: {' '.join(SUFFIXES)}"
        )
    return LookedAt([name for name in names if is_address(name)], roots, files, skipped)


class Feed:
    """The articles of a source, one after another; use it as a context manager.

    `roots` are the paths of the source and `files` the files in them, where it consists of paths and
    addresses alone. `failure` is what an iterable raised, Ctrl-C included: it ends the run, and the articles
    before it are kept.
    """

    def __init__(self, source: LookedAt, options: IngestOptions, pool: WorkerPool) -> None:
        self._loading = options.loading()
        self._web = replace(options.web, user_agent=USER_AGENT)
        self._pool = pool
        self._crawl: Crawl | None = None
        self._source = source.items
        self._skipped = source.skipped
        self.roots = source.roots
        self.files = [*source.files]
        self.failure: BaseException | None = None
        self._refused: dict[str, RefusedDates] = {}

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *error: object) -> None:
        if self._crawl is not None:
            self._crawl.close()

    def items(self, memory: Memory) -> Iterator[Article | Skipped]:
        """Yield every article, and every item that is skipped."""
        yield from self._skipped
        yield from self._pool.files(self.files, self._loading)
        source = iter(self._source)
        number = 0
        while True:
            number += 1
            try:
                item = next(source)
                if isinstance(item, str) and is_address(item):
                    yield from self._fetched(item, memory)
                    continue
                files, items = self._read(item, number)
            except StopIteration:
                return
            except GeneratorExit:  # nobody wants more: the writer failed, or was interrupted
                raise
            # The iterable of the caller, and its items, may raise anything; Ctrl-C comes here as well.
            except BaseException as error:  # noqa: BLE001
                self.failure = error
                return
            yield from items
            yield from self._pool.files(files, self._loading)

    def remember(self, memory: Memory) -> None:
        """Let the archive remember what was fetched; every article that was yielded must be stored."""
        if self._crawl is not None:
            self._crawl.remember(memory)

    @property
    def is_stopped(self) -> bool:
        """Whether the iterable of the caller ended the run, as Ctrl-C does."""
        return isinstance(self.failure, KeyboardInterrupt | SystemExit)

    def unchanged(self) -> Sequence[ArticleStatus]:
        """Return the articles that are stored and were not fetched again."""
        return () if self._crawl is None else self._crawl.unchanged

    def failed(self) -> tuple[str, ...]:
        """Return the addresses of the source that could not be read."""
        return () if self._crawl is None else tuple(self._crawl.failed)

    def dates_not_used(self) -> tuple[RefusedDates, ...]:
        """Return the dates that were not used: of each file, then of the records."""
        of_files = (dates for file in self._read_files() for dates in file.refused.values())
        return (*of_files, *self._refused.values())

    def fields_not_used(self) -> tuple[UnusedFields, ...]:
        """Return the fields of each file of records that hold something, and were not used."""
        return tuple(filter(None, map(unused_fields, self._read_files())))

    def raise_failure(self, report: AddReport, *, interrupted: bool = False) -> None:
        """Raise what ended the run early: SourceError, or AddInterrupted for Ctrl-C."""
        if interrupted or isinstance(self.failure, KeyboardInterrupt):
            raise AddInterrupted(report)
        if isinstance(self.failure, SystemExit):
            raise self.failure
        if self.failure is not None:
            stored = len(report.statuses) - len(report.skipped)
            raised = f"{type(self.failure).__name__}: {self.failure}"
            raise SourceError(
                f"the source of articles raised {raised}; the {stored:,} articles before are stored",
                hint="mend the source and add it again: articles that are stored already cost only a look-up",
            ) from self.failure

    def _read_files(self) -> list[SourceFile]:
        return [*self.files, *(self._crawl.files if self._crawl else ())]

    def _fetched(self, address: str, memory: Memory) -> Iterator[Article | Skipped]:
        """Yield the articles of an address."""
        if self._crawl is None:
            self._crawl = Crawl(self._web, self._loading, self._pool)
        yield from self._crawl.items(address, memory)

    def _read(self, item: object, number: int) -> tuple[Sequence[SourceFile], Sequence[Article | Skipped]]:
        """Return the files that an item names, and the article that it is or what is skipped of it."""
        if isinstance(item, Article):
            return (), [checked_article(item, f"article {number}", self._loading.max_bytes)]
        if isinstance(item, Mapping):
            return (), [self._record(item, f"record {number}")]
        if not _is_path(item):
            return (), [Skipped(f"item {number}", f"it is {type(item).__name__}, expected {_TYPES}")]
        path = os.fspath(item)
        try:
            files, skipped = discover([path])
        except SourceError as error:
            return (), [Skipped(path, str(error))]
        self.files.extend(files)
        return files, skipped

    def _record(self, record: Mapping[str, object], origin: str) -> Article | Skipped:
        """Return the article of a record; an unknown key is refused, so that no misspelt field is lost."""
        loading = self._loading
        known = {loading.key(name) for name in ARTICLE_FIELDS}
        for key, value in record.items():
            if key not in known:
                names = ", ".join(sorted(known))
                return Skipped(origin, f"unknown key {str(key)[:60]!r}; an article has {names}")
            if isinstance(value, float) and not math.isfinite(value):
                return Skipped(origin, f"{key} is {value}, expected text")
            if isinstance(value, str) and len(value) > loading.max_bytes:
                return Skipped(origin, too_large(loading.max_bytes))
        if not any(record.get(loading.key(name)) for name in ("id", "url")):
            record = {**record, loading.key("id"): _derived_id(record)}
        article = record_to_article(record, loading, partial(note_refused, self._refused, origin))
        return replace(article, origin=origin) if isinstance(article, Skipped) else article


def _is_path(item: object) -> TypeGuard[str | os.PathLike[str]]:
    return isinstance(item, str | os.PathLike)


def _items(source: object) -> Iterable[Any]:
    """Return the items of a source, each of any type: `Feed` looks at the type of each."""
    if isinstance(source, str | os.PathLike | Mapping | Article):
        return [source]
    if isinstance(source, Iterable) and not isinstance(source, bytes):
        return source
    raise SourceError(
        f"the source is {type(source).__name__}, expected {_TYPES}", hint="archive.add('articles/')"
    )


def _derived_id(record: Mapping[str, object]) -> str:
    """Return an id that is the same for the same content, for a record that states none."""
    content = json.dumps(record, sort_keys=True, default=str)
    return f"record-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _nothing(paths: Sequence[str], skipped: Sequence[Skipped]) -> str:
    names = ", ".join(paths)
    if not skipped:
        return f"no articles in {names}"
    first = skipped[0]
    return f"no articles in {names}: {len(skipped)} skipped, such as {first.origin} ({first.reason})"
