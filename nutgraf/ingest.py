"""What the writing commands do: load, store, prune, publish; and what they tell afterwards."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from nutgraf.errors import BadOption
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.embedded.manifest import Manifest
from nutgraf.indexer.embedded.writer import WriteSummary
from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders import LoadOptions, RefusedDates, Skipped, SourceFile, discover, load
from nutgraf.opening import open_builder, open_index, vanished
from nutgraf.settings import Settings

Progress = Callable[[Sequence[SourceFile], WriteSummary], AbstractContextManager[Callable[[], None]]]
"""Shows how far a run is: takes the files and the running summary, gives what to call after a batch."""


def no_progress(_: Sequence[SourceFile], __: WriteSummary) -> AbstractContextManager[Callable[[], None]]:
    """Show nothing."""
    return nullcontext(lambda: None)


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a run did, what it published, and what a person should know; `refused` are dates not used."""

    summary: WriteSummary
    manifest: Manifest
    refused: tuple[RefusedDates, ...] = ()
    notices: tuple[str, ...] = ()
    interrupted: bool = False


def index_paths(
    settings: Settings,
    paths: Sequence[str],
    *,
    fields: Mapping[str, str],
    outlet: str | None,
    max_bytes: int,
    prune: bool,
    file_dates: bool = False,
    progress: Progress = no_progress,
) -> IngestReport:
    """Index the paths and publish; an interrupt publishes what was stored so far.

    `progress` is given the files and the running summary, and returns a context whose value is called after
    each batch.
    """
    if not paths:
        raise BadOption("no path was given", hint="nutgraf index articles/")
    loading = LoadOptions(max_bytes=max_bytes, fields=fields, source=outlet, file_dates=file_dates)
    files, skipped = discover(paths)
    if not files:
        raise SourceError(
            _nothing(paths, skipped), hint="nutgraf index FOLDER with .txt .md .html .pdf .docx .jsonl .csv"
        )
    interrupted = False
    with open_builder(settings) as builder:
        builder.summary.skipped.extend(skipped)
        with progress(files, builder.summary) as update:
            try:
                builder.add(_articles(files, loading), update)
            except KeyboardInterrupt:
                interrupted = True
        gone = [] if interrupted else vanished(builder, paths)
        if prune:
            builder.remove(gone)
        manifest = builder.publish()
    refused = tuple(dates for file in files for dates in file.refused.values())
    notices = tuple(_notices(gone, prune=prune, stopped=interrupted))
    return IngestReport(builder.summary, manifest, refused, notices, interrupted)


def _nothing(paths: Sequence[str], skipped: Sequence[Skipped]) -> str:
    named = ", ".join(paths)
    if not skipped:
        return f"no articles in {named}"
    first = skipped[0]
    return f"no articles in {named}: {len(skipped)} skipped, such as {first.origin} ({first.reason})"


def _notices(gone: Sequence[str], *, prune: bool, stopped: bool) -> Iterator[str]:
    if stopped:
        yield "stopped; run the same command again to go on"
    if gone and not prune:
        yield f"{len(gone):,} indexed articles are no longer in these folders; --prune removes them"


def _articles(files: Sequence[SourceFile], loading: LoadOptions) -> Iterator[Article | Skipped]:
    for file in files:
        yield from load(file, loading)


def rebuild_index(settings: Settings) -> IngestReport:
    """Derive everything again from the store."""
    _must_exist(settings)
    with open_builder(settings) as builder:
        manifest = builder.rebuild()
    return IngestReport(builder.summary, manifest)


def remove_articles(settings: Settings, article_ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Remove articles and publish; return the ids removed and those unknown."""
    article_ids = [storable(article_id) for article_id in article_ids]
    open_index(settings).close()  # a clear error when there is no index, rather than a new empty one
    with open_builder(settings) as builder:
        known = builder.known(article_ids)
        builder.remove(known)
        builder.publish()
    return known, [article_id for article_id in article_ids if article_id not in known]


def _must_exist(settings: Settings) -> None:
    from nutgraf.indexer.embedded.store import FILENAME

    if not (settings.index / FILENAME).is_file():
        raise SourceError(
            f"there is nothing to rebuild in {settings.index}: no {FILENAME}",
            hint=f"nutgraf index PATH_TO_ARTICLES --index {settings.index}",
        )
