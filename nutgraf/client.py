"""The archive of a server as a Python object, with the methods of `nutgraf.Archive`.

What the methods ask is in `nutgraf.calls`, `nutgraf.list_calls`, `nutgraf.watch_calls` and `nutgraf.uploads`,
how it is sent in `nutgraf.transport`.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, Self, TypeVar, Unpack

from nutgraf import calls, list_calls, uploads, watch_calls
from nutgraf.arguments import AddOptions, ingest_options
from nutgraf.errors import ArchiveClosed, NutgrafError
from nutgraf.indexer.article import Article
from nutgraf.indexer.fields import Field
from nutgraf.ingest_options import ArticleSource, Progress, no_progress
from nutgraf.qa.difference import Change
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.related import RelatedArticle
from nutgraf.qa.timeline import TimelineEntry
from nutgraf.results import (
    AddReport,
    ArchiveReport,
    ArticlePage,
    AskResult,
    RemoveReport,
    SearchHits,
    Versions,
)
from nutgraf.transport import TIMEOUT_S, AsyncConnection, Connection, Server, not_nutgraf
from nutgraf.watches import Watch, WatchChange

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Value(Generic[T]):
    """The value that a plan returned."""

    value: T


class _Named:
    """What both clients are: a server by its address, and the state of being closed."""

    def __init__(self, url: str, key: str | None = None, *, timeout: float = TIMEOUT_S) -> None:
        """Name a server and its key; a call takes `timeout` seconds at most, an upload ten times that.

        Raises BadOption.
        """
        self.server = Server(url, key, timeout).checked()
        self._closed = False
        self._process = os.getpid()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.server.url!r}{', closed' if self._closed else ''})"

    def _check_open(self) -> None:
        hint = f"nutgraf.{type(self).__name__}({self.server.url!r})"
        if self._closed:
            raise ArchiveClosed(f"the client of {self.server.url} is closed", hint=hint)
        if self._process != os.getpid():  # both processes would read from the same connections
            message = f"the client of {self.server.url} was made before this process was forked"
            raise ArchiveClosed(message, hint=hint)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except calls.Unreadable as error:
            raise not_nutgraf(self.server.url, str(error)) from error


class Client(_Named):
    """The archive of a server: methods, results and errors are those of `nutgraf.Archive`.

    `url` is the server's address, with the path under which a proxy serves it, and `key` one of its keys.
    Many threads may use one client. Nothing is asked before the first call. `ask`, `search` and `get` send
    whole articles over the line, because results quote from them. `related` and `versions` ask for each
    article by a call of its own, and a server bounds the calls of a minute. Files that `add` names are read
    on this machine, and `export` writes on it; `add` cannot `prune`.

    HTTP does not offer `run_watches` (a server asks its watches by itself when articles have come), nor what
    is for whoever runs the archive: `encode`, `rebuild`, `write` and `ingest`.

    Beside the errors of an archive its methods raise ServerUnreachable (no connection, or no answer in
    time), ServerBusy, AccessDenied (the key) and ServerError (the address is that of something else).

    >>> import nutgraf
    >>> archive = nutgraf.Client("http://127.0.0.1:8017")
    >>> archive
    Client('http://127.0.0.1:8017')
    >>> archive.close()
    """

    def __init__(self, url: str, key: str | None = None, *, timeout: float = TIMEOUT_S) -> None:
        super().__init__(url, key, timeout=timeout)
        self._connection: Connection | None = None
        self._connecting = Lock()

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the client; a second call does nothing."""
        self._closed = True
        with self._connecting:
            if self._connection is not None:
                self._connection.close()

    def ask(self, question: str, **options: Unpack[calls.AskOptions]) -> AskResult:
        """Answer a question; see `Archive.ask`."""
        return self._run(calls.ask([question], **options))[0]

    def ask_many(self, questions: Iterable[str], **options: Unpack[calls.AskOptions]) -> list[AskResult]:
        """Answer each question as `ask` does, some in each call; see `Archive.ask_many`."""
        return self._run(calls.ask(questions, **options))

    def ask_stream(
        self, question: str, **options: Unpack[calls.AskOptions]
    ) -> Iterator[SearchHits | AskResult]:
        """Yield the passages as soon as they are found, then the answer that is read from them."""
        stream = calls.Stream(question, **options)
        self._check_open()
        with self._reading():
            for name, shown in self._connected().events(stream.call):
                yield from stream.event(name, shown)

    def answers(
        self, inquiries: Sequence[Inquiry], *, timeline: bool = False, explain: bool = False
    ) -> Iterator[AskResult]:
        """Yield the outcome of each inquiry, in order, as it is there; see `Archive.answers`."""
        for batch in calls.batches(inquiries):
            yield from self._run(calls.ask_together(batch, timeline=timeline, explain=explain))

    def search(self, query: str, **options: Unpack[calls.SearchOptions]) -> SearchHits:
        """Find passages; see `Archive.search`."""
        return self._run(calls.search(query, **options))

    def timeline(self, question: str, **options: Unpack[calls.FilterOptions]) -> list[TimelineEntry]:
        """Return each distinct answer over time; see `Archive.timeline`."""
        return self._run(calls.timeline(question, **options))

    def get(self, article_id: str) -> Article:
        """Return an article by its id; see `Archive.get`."""
        return self._run(calls.get(article_id))

    def articles(self, **options: Unpack[list_calls.ListOptions]) -> ArticlePage:
        """Return a page of the articles that pass the filters; see `Archive.articles`."""
        return self._run(list_calls.articles(**options))

    def related(self, article_id: str, **options: Unpack[list_calls.RelatedOptions]) -> list[RelatedArticle]:
        """Return the nearest articles of other stories; see `Archive.related`."""
        return self._run(list_calls.related(article_id, **options))

    def versions(self, article_id: str) -> Versions:
        """Return the other prints of an article's story; see `Archive.versions`."""
        return self._run(list_calls.versions(article_id))

    def difference(self, article_id: str, other_id: str) -> list[Change]:
        """Return what became of an article's text in that of another; see `Archive.difference`."""
        return self._run(list_calls.difference(article_id, other_id))

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        format: str = "jsonl",  # noqa: A002 - every door calls it so
        **filters: Unpack[list_calls.ExportFilters],
    ) -> int:
        """Write the articles that pass the filters to a file on this machine; see `Archive.export`.

        Lines of JSON have no `origin`: a server does not tell where its files are. Articles that come or go
        meanwhile are in the export or not.
        """
        return self._run(list_calls.export(path, format=format, **filters))

    def cite(
        self,
        article_id: str,
        format: str = "text",  # noqa: A002 - every door calls it so
        *,
        start: int = 0,
        end: int = 0,
        field: Field = "text",
    ) -> str:
        """Return an article, or words of it, in a format; see `Archive.cite`."""
        return self._run(calls.cite(article_id, format, start=start, end=end, field=field))

    def info(self) -> ArchiveReport:
        """Return what the archive holds; see `Archive.info`."""
        return self._run(calls.info())

    def add(
        self, source: ArticleSource, *, progress: Progress = no_progress, **options: Unpack[AddOptions]
    ) -> AddReport:
        """Read articles on this machine and add them to the archive of the server; see `Archive.add`.

        `encoded_passages` of the report is 0: a server does not say it. Its `changes` are empty: a server
        asks watches after the call, and `Client.changes` has what changed. What came before an error is
        stored.
        """
        return self._run(uploads.add(source, ingest_options(**options), progress))

    def remove(self, article_ids: str | Iterable[str]) -> RemoveReport:
        """Remove articles by id; see `Archive.remove`."""
        return self._run(calls.remove(article_ids))

    def watch(self, question: str, **options: Unpack[watch_calls.WatchOptions]) -> Watch:
        """Watch a question; see `Archive.watch`. `webhook` must be of a host that the server may call."""
        return self._run(watch_calls.watch(question, **options))

    def watches(self) -> list[Watch]:
        """Return the standing questions by id; see `Archive.watches`. A `webhook` is shown as "//host"."""
        return self._run(watch_calls.watches())

    def unwatch(self, watch_ids: int | Iterable[int]) -> list[int]:
        """Remove standing questions with their changes; see `Archive.unwatch`."""
        return self._run(watch_calls.unwatch(watch_ids))

    def changes(self, watch_id: int | None = None, *, after: int = 0, limit: int = 100) -> list[WatchChange]:
        """Return changes of answers, oldest first; see `Archive.changes`."""
        return self._run(watch_calls.changes(watch_id, after=after, limit=limit))

    # --- inside ---------------------------------------------------------------------------------------

    def _run(self, plan: calls.Plan[T]) -> T:
        self._check_open()
        try:
            with self._reading():
                step = _step(plan, None)
                while isinstance(step, calls.Call):
                    step = _step(plan, self._sent(step))
                return step.value
        finally:
            plan.close()

    def _sent(self, call: calls.Call) -> Any:  # noqa: ANN401 - JSON, or the error that was raised
        try:
            return self._connected().send(call)
        except NutgrafError as error:
            return error

    def _connected(self) -> Connection:
        with self._connecting:
            self._check_open()
            if self._connection is None:
                self._connection = Connection(self.server)
            return self._connection


class AsyncClient(_Named):
    """The archive of a server, for `async` code: what `Client` is, with `await` before each call.

    One event loop uses it. Long answers are read, and files for `add`, in another thread meanwhile.

    >>> import nutgraf
    >>> nutgraf.AsyncClient("http://127.0.0.1:8017/news")
    AsyncClient('http://127.0.0.1:8017/news')
    """

    def __init__(self, url: str, key: str | None = None, *, timeout: float = TIMEOUT_S) -> None:
        super().__init__(url, key, timeout=timeout)
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        self._check_open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the client; a second call does nothing."""
        self._closed = True
        if self._connection is not None:
            await self._connection.aclose()

    async def ask(self, question: str, **options: Unpack[calls.AskOptions]) -> AskResult:
        """Answer a question; see `Archive.ask`."""
        return (await self._run(calls.ask([question], **options)))[0]

    async def ask_many(
        self, questions: Iterable[str], **options: Unpack[calls.AskOptions]
    ) -> list[AskResult]:
        """Answer each question as `ask` does, some in each call; see `Archive.ask_many`."""
        return await self._run(calls.ask(questions, **options))

    async def ask_stream(
        self, question: str, **options: Unpack[calls.AskOptions]
    ) -> AsyncIterator[SearchHits | AskResult]:
        """Yield the passages as soon as they are found, then the answer that is read from them."""
        stream = calls.Stream(question, **options)
        self._check_open()
        with self._reading():
            async for name, shown in self._connected().events(stream.call):
                for result in stream.event(name, shown):
                    yield result

    async def search(self, query: str, **options: Unpack[calls.SearchOptions]) -> SearchHits:
        """Find passages; see `Archive.search`."""
        return await self._run(calls.search(query, **options))

    async def timeline(self, question: str, **options: Unpack[calls.FilterOptions]) -> list[TimelineEntry]:
        """Return each distinct answer over time; see `Archive.timeline`."""
        return await self._run(calls.timeline(question, **options))

    async def get(self, article_id: str) -> Article:
        """Return an article by its id; see `Archive.get`."""
        return await self._run(calls.get(article_id))

    async def articles(self, **options: Unpack[list_calls.ListOptions]) -> ArticlePage:
        """Return a page of the articles that pass the filters; see `Archive.articles`."""
        return await self._run(list_calls.articles(**options))

    async def related(
        self, article_id: str, **options: Unpack[list_calls.RelatedOptions]
    ) -> list[RelatedArticle]:
        """Return the nearest articles of other stories; see `Archive.related`."""
        return await self._run(list_calls.related(article_id, **options))

    async def versions(self, article_id: str) -> Versions:
        """Return the other prints of an article's story; see `Archive.versions`."""
        return await self._run(list_calls.versions(article_id))

    async def difference(self, article_id: str, other_id: str) -> list[Change]:
        """Return what became of an article's text in that of another; see `Archive.difference`."""
        return await self._run(list_calls.difference(article_id, other_id))

    async def export(
        self,
        path: str | os.PathLike[str],
        *,
        format: str = "jsonl",  # noqa: A002 - every door calls it so
        **filters: Unpack[list_calls.ExportFilters],
    ) -> int:
        """Write the articles that pass the filters to a file on this machine; see `Client.export`."""
        return await self._run(list_calls.export(path, format=format, **filters))

    async def cite(
        self,
        article_id: str,
        format: str = "text",  # noqa: A002 - every door calls it so
        *,
        start: int = 0,
        end: int = 0,
        field: Field = "text",
    ) -> str:
        """Return an article, or words of it, in a format; see `Archive.cite`."""
        return await self._run(calls.cite(article_id, format, start=start, end=end, field=field))

    async def info(self) -> ArchiveReport:
        """Return what the archive holds; see `Archive.info`."""
        return await self._run(calls.info())

    async def add(
        self, source: ArticleSource, *, progress: Progress = no_progress, **options: Unpack[AddOptions]
    ) -> AddReport:
        """Read articles on this machine and add them to the archive of the server; see `Client.add`."""
        return await self._run(uploads.add(source, ingest_options(**options), progress))

    async def remove(self, article_ids: str | Iterable[str]) -> RemoveReport:
        """Remove articles by id; see `Archive.remove`."""
        return await self._run(calls.remove(article_ids))

    async def watch(self, question: str, **options: Unpack[watch_calls.WatchOptions]) -> Watch:
        """Watch a question; see `Archive.watch`. `webhook` must be of a host that the server may call."""
        return await self._run(watch_calls.watch(question, **options))

    async def watches(self) -> list[Watch]:
        """Return the standing questions by id; see `Archive.watches`. A `webhook` is shown as "//host"."""
        return await self._run(watch_calls.watches())

    async def unwatch(self, watch_ids: int | Iterable[int]) -> list[int]:
        """Remove standing questions with their changes; see `Archive.unwatch`."""
        return await self._run(watch_calls.unwatch(watch_ids))

    async def changes(
        self, watch_id: int | None = None, *, after: int = 0, limit: int = 100
    ) -> list[WatchChange]:
        """Return changes of answers, oldest first; see `Archive.changes`."""
        return await self._run(watch_calls.changes(watch_id, after=after, limit=limit))

    # --- inside ---------------------------------------------------------------------------------------

    async def _run(self, plan: calls.Plan[T]) -> T:
        """Take the steps of a plan in another thread: they may read files, or megabytes of JSON."""
        self._check_open()
        with self._reading():
            step = await asyncio.to_thread(_step, plan, None)
            while isinstance(step, calls.Call):
                step = await asyncio.to_thread(_step, plan, await self._sent(step))
            return step.value

    async def _sent(self, call: calls.Call) -> Any:  # noqa: ANN401 - JSON, or the error that was raised
        try:
            return await self._connected().send(call)
        except NutgrafError as error:
            return error

    def _connected(self) -> AsyncConnection:
        self._check_open()
        if self._connection is None:
            self._connection = AsyncConnection(self.server)
        return self._connection


def _step(plan: calls.Plan[T], answer: Any) -> calls.Call | _Value[T]:  # noqa: ANN401 - JSON, or an error
    """Send a plan the answer to its call; return its next call, or its value."""
    try:
        return plan.throw(answer) if isinstance(answer, NutgrafError) else plan.send(answer)
    except StopIteration as stop:
        return _Value(stop.value)
