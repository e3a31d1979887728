"""Adds articles to the archive of a server: read on this machine as for a local archive, sent some at a time.

Knows `nutgraf.ingest` and the calls of a client; does not know HTTP.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from nutgraf import parser
from nutgraf.calls import Call, Plan, reading
from nutgraf.errors import BadOption
from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import Skipped
from nutgraf.indexer.loaders.pdf.ocr import check_ocr
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.indexer.storage import ArticleStatus
from nutgraf.ingest import Feed, look_at
from nutgraf.ingest_options import ArticleSource, IngestOptions, IngestProgress, Progress
from nutgraf.models.cores import available_cores
from nutgraf.results import AddReport

ARTICLES_A_CALL, CHARS_A_CALL = 32, 200_000
"""Most articles that are sent together, and most characters of them but for the last. Not measured."""


class _NoMemory:
    """A server remembers no addresses that this machine fetched: each run asks for all of them."""

    def state(self, key: str) -> None:
        """Return nothing."""

    def set_state(self, values: Mapping[str, str]) -> None:
        """Remember nothing."""

    def unseen_origins(self) -> Iterator[tuple[str, str]]:
        """Yield nothing."""
        return iter(())


def add(source: ArticleSource, options: IngestOptions, progress: Progress) -> Plan[AddReport]:
    """Send the articles of a source, and let the server publish them; see `Archive.add`.

    Raises BadOption for `prune`: the files of a server's articles are not on this machine. It does for
    `words_only` as well: a server makes vectors when it is idle.
    """
    if options.prune or options.prune_many:
        raise BadOption(
            "{prune} is for an archive on this machine", hint="archive.remove(IDS)", fields=["prune"]
        )
    if options.words_only:
        hint = "nutgraf serve --encode-share 0"
        raise BadOption("{words_only} is for an archive on this machine", hint=hint, fields=["words_only"])
    if options.ocr:
        check_ocr(options.ocr)
    with ExitStack() as stack:
        pool = stack.enter_context(WorkerPool(options.worker_limits(), available_cores()))
        feed = stack.enter_context(Feed(look_at(source), options, pool))
        run, statuses, ids = IngestProgress(feed.files), list[ArticleStatus](), set[str]()
        update = stack.enter_context(progress(run))
        for batch in _batches(_each_once(feed.items(_NoMemory()), ids)):
            statuses += yield from _send(batch)
            run.articles = sum(status.status != "skipped" for status in statuses)
            update()
    # An upload without lines: when it is answered, all that was stored before is found by words, too.
    yield _upload(b"", wait="true")
    shown = yield Call("GET", "/v1/info")
    with reading():
        state = parser.archive_report(shown).info.state
    report = AddReport(
        statuses=tuple(statuses),
        removed=(),
        encoded_passages=0,
        state=state,
        dates_not_used=feed.dates_not_used(),
        fields_not_used=feed.fields_not_used(),
        failed=feed.failed(),
    )
    feed.raise_failure(report)
    return report


def _each_once(items: Iterable[Article | Skipped], ids: set[str]) -> Iterator[Article | Skipped]:
    """Yield the items; an article whose id came before is skipped."""
    for item in items:
        if isinstance(item, Article):
            if item.id in ids:
                yield Skipped(item.origin or item.id, f"id {item.id} was given already in this run")
                continue
            ids.add(item.id)
        yield item


def _batches(items: Iterable[Article | Skipped]) -> Iterator[list[Article | Skipped]]:
    batch, chars = list[Article | Skipped](), 0
    for item in items:
        batch.append(item)
        chars += len(item.text) if isinstance(item, Article) else 0
        if len(batch) == ARTICLES_A_CALL or chars >= CHARS_A_CALL:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _send(batch: Sequence[Article | Skipped]) -> Plan[list[ArticleStatus]]:
    """Send the articles of a batch in one call; return the status of each item."""
    lines = [_line(item) for item in batch if isinstance(item, Article)]
    shown = (yield _upload(b"".join(lines))) if lines else []
    with reading():
        answers = iter(shown)
        return [
            _status(item, next(answers))
            if isinstance(item, Article)
            else ArticleStatus("skipped", None, item.origin, item.reason)
            for item in batch
        ]


def _upload(lines: bytes, **params: str) -> Call:
    return Call("POST", "/v1/articles", lines=lines, params=params, safe=False, patient=True)


def _line(article: Article) -> bytes:
    record = {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "url": article.url,
        "source": article.source,
        "authors": list(article.authors),
        "published": article.published and article.published.isoformat(),
    }
    return (
        json.dumps({key: value for key, value in record.items() if value}, ensure_ascii=False).encode()
        + b"\n"
    )


def _status(article: Article, answer: Mapping[str, str]) -> ArticleStatus:
    if answer["status"] == "skipped":
        return ArticleStatus("skipped", article.id, article.origin or article.id, answer["reason"])
    if answer["status"] not in {"added", "updated", "unchanged", "duplicate"}:
        raise ValueError(f"{answer['status']!r:.40} is no status")
    return ArticleStatus(answer["status"], answer["id"], article.origin or "")  # type: ignore[arg-type]  # checked
