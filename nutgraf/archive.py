"""The archive as a Python object: add articles, ask, search, read. Every door is built on it."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TypeVar

from nutgraf.arguments import (
    check_changes,
    checked_ids,
    checked_inquiries,
    checked_watch_ids,
    ingest_options,
)
from nutgraf.engines import engine_of
from nutgraf.error import panics_as
from nutgraf.errors import ArchiveClosed, BadOption, IndexMissing, SourceError, StorageFailed
from nutgraf.export import (
    CountedBatches,
    checked_format,
    checked_target,
    export_parts,
    selected,
    write_export,
)
from nutgraf.filters import Day, article_filter
from nutgraf.indexer.article import Article
from nutgraf.indexer.fields import Field
from nutgraf.indexer.milvus.address import check_not_lite, is_milvus, parse
from nutgraf.indexer.storage import ArchiveWriter
from nutgraf.ingest_options import ArticleSource, IngestOptions, Progress, no_progress
from nutgraf.listing import article_page, selection_of
from nutgraf.opening import ModelLoader, OpenIndex, open_state
from nutgraf.qa.citing.citation import cited
from nutgraf.qa.citing.formats import written
from nutgraf.qa.difference import Change
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.related import RelatedArticle
from nutgraf.qa.timeline import TimelineEntry
from nutgraf.reloader import IndexReloader
from nutgraf.results import (
    AddReport,
    ArchiveReport,
    ArticlePage,
    AskResult,
    RemoveReport,
    SearchHits,
    Versions,
)
from nutgraf.settings import DEFAULT_INDEX, Settings
from nutgraf.watches import Watch, WatchChange, WatchRun
from nutgraf.watching import (
    add_watches,
    list_changes,
    list_watches,
    remove_watches,
    run_watches,
    with_changes,
)

T = TypeVar("T")


def open_archive(
    location: str | os.PathLike[str] = DEFAULT_INDEX,
    *,
    encoder: str | None = None,
    reader: str | None = None,
    threads: int | None = None,
    profile: str | None = None,
    passages: int | None = None,
    check: bool = True,
) -> "Archive":
    """Open the archive in a folder; one that is missing or empty is a new archive, made by the first `add`.

    `encoder` and `reader` name models other than those in the box, by folder or by name (extra `hf`);
    `threads` defaults to the physical cores. `profile` is "quick", "balanced" (default) or "thorough";
    `passages` reads so many passages for a question instead of the profile's number.

    Models are loaded when they are first needed. With `check=False` the archive's files are not looked at
    now: this opens a damaged archive for `rebuild`. Raises BadOption (a file, or a wrong value), IndexMissing
    (a folder that holds something else), IndexMismatch (made by a newer nutgraf), IndexDamaged and
    StorageFailed.

    >>> import nutgraf, tempfile
    >>> with nutgraf.open(tempfile.mkdtemp()) as archive:
    ...     report = archive.add({"id": "a1", "text": "Mayor Ada Quill opened the library."})
    ...     answer = archive.ask("Who opened the library?")
    >>> report.added, answer.text
    (1, 'Mayor Ada Quill')
    """
    folder = Path(location) if _is_milvus(location) else _checked_location(location)
    archive = Archive(Settings(folder, encoder, reader, threads, passages, profile).checked())
    is_published = engine_of(archive.settings.index).stamp() is not None  # not by a stopped first run
    if check and is_published:
        archive.check()
    return archive


@contextmanager
def open_for_reading(settings: Settings) -> Iterator[OpenIndex]:
    """Give the newest state of the settings' archive for a block, and close the archive after it."""
    with Archive(settings) as archive, archive.reading() as opened:
        yield opened


class Archive:
    """An archive that answers questions: many threads may read it, one process at a time writes to it.

    Use it as a context manager, or call `close`. Each method reads the newest published state, and one state
    throughout. After `close` every method raises ArchiveClosed.

    >>> import nutgraf
    >>> archive = nutgraf.open("news.nutgraf")
    >>> archive
    Archive('news.nutgraf')
    >>> archive.close()
    """

    def __init__(self, settings: Settings, models: ModelLoader | None = None) -> None:
        self.settings = settings
        self.models = models or ModelLoader(settings)
        self.states: IndexReloader[OpenIndex] = IndexReloader(
            self._open_newest, lambda: engine_of(settings.index).stamp()
        )
        self._writing = RLock()
        self._closed = False
        self._process = os.getpid()

    def __enter__(self) -> "Archive":
        self._check_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Archive({str(self.settings.index)!r}{', closed' if self._closed else ''})"

    def close(self) -> None:
        """Close the archive; threads that are reading finish first. A second call does nothing.

        >>> import nutgraf
        >>> archive = nutgraf.open("news.nutgraf")
        >>> archive.close()
        >>> archive.ask("Who?")
        Traceback (most recent call last):
        nutgraf.errors.ArchiveClosed: the archive news.nutgraf is closed
        """
        with self._writing:
            self._closed = True
            self.release()

    def release(self) -> None:
        """Free the memory of the models and the open state; the next call loads what it needs again.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.release()
        ...     len(archive.search("sanctions", top=1))
        1
        """
        self.states.close()
        self.models.unload()

    def check(self) -> None:
        """Open the newest state; raises what opening raises: IndexMissing, IndexMismatch or IndexDamaged.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.check()
        """
        with self.reading():
            pass

    def prepare(self) -> None:
        """Load both models and open the newest state now, so that the first question need not wait for it.

        Raises what `ask` raises, but for errors about the question.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.prepare()
        """
        with self.reading() as opened:
            _ = opened.answerer

    # --- reading --------------------------------------------------------------------------------------

    def reading(self) -> AbstractContextManager[OpenIndex]:
        """Give one state of the archive for a block, for several calls that must see the same articles.

        Raises what opening raises: IndexMissing, IndexMismatch or IndexDamaged.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive, archive.reading() as opened:
        ...     opened.index.state.counts.articles
        3
        """
        self._check_open()
        return self._reading()

    def ask(
        self,
        question: str,
        *,
        top: int = 1,
        after: Day | None = None,
        before: Day | None = None,
        as_of: Day | None = None,
        source: str | Sequence[str] | None = None,
        min_probability: float | None = None,
        time: bool = True,
        timeline: bool = False,
        explain: bool = False,
    ) -> AskResult:
        """Answer a question with the exact words of an article, or say why no answer was found.

        `top` is how many different answers are wanted, 1 to 100. Days are inclusive: text as the command line
        takes it ("2016-01", "last week"), a date or a datetime; `as_of` hides what was published later and
        prefers what was new then. `source` names outlets. `min_probability` (0 to 1) replaces the fitted
        threshold, and holds for every answer. With `time`, a time that the question names counts, such as "in
        2016" or "this week"; `time` of the result says how it was read. `timeline` adds how the answer
        changed over time, `explain` why the first answer is first.

        Raises BadQuestion, BadFilter, BadOption (a date that is none), IndexMissing or EmptyIndex (no article
        yet), IndexMismatch (built by another encoder), ModelMissing and ModelDamaged.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     answer = archive.ask("What did China agree to on sanctions?")
        >>> answer.text
        'new United Nations sanctions against the North'
        >>> best = answer.answers[0]
        >>> best.article.source, best.article.text[best.start : best.end] == best.text
        ('The New York Times', True)
        """
        return self.ask_many(
            [question],
            top=top,
            after=after,
            before=before,
            as_of=as_of,
            source=source,
            min_probability=min_probability,
            time=time,
            timeline=timeline,
            explain=explain,
        )[0]

    def ask_many(
        self,
        questions: Iterable[str],
        *,
        top: int = 1,
        after: Day | None = None,
        before: Day | None = None,
        as_of: Day | None = None,
        source: str | Sequence[str] | None = None,
        min_probability: float | None = None,
        time: bool = True,
        timeline: bool = False,
        explain: bool = False,
    ) -> list[AskResult]:
        """Answer each question as `ask` does, in order, for less than as many calls cost.

        All are checked before the first is answered, and answered from one state of the archive. Options and
        errors are those of `ask`.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     questions = ["What did China agree to on sanctions?", "Who won the football match?"]
        ...     answers = archive.ask_many(questions)
        >>> [answer.answered for answer in answers]
        [True, False]
        """
        self._check_open()
        allow = article_filter(after, before, as_of, source)
        inquiries = checked_inquiries(questions, top, allow, min_probability, use_time=time)
        return [*self.answers(inquiries, timeline=timeline, explain=explain)]

    def answers(
        self, inquiries: Sequence[Inquiry], *, timeline: bool = False, explain: bool = False
    ) -> Iterator[AskResult]:
        """Yield the outcome of each inquiry, in order, as it is there; all of them from one state.

        >>> import nutgraf
        >>> from nutgraf.qa.inquiry import Inquiry
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     inquiry = Inquiry("What did China agree to on sanctions?")
        ...     [result.answered for result in archive.answers([inquiry])]
        [True]
        """
        with self.reading() as opened:
            for result in opened.answerer.answer(inquiries):
                yield opened.result(result, timeline=timeline, explain=explain)

    def search(
        self,
        query: str,
        *,
        top: int = 10,
        after: Day | None = None,
        before: Day | None = None,
        as_of: Day | None = None,
        source: str | Sequence[str] | None = None,
        time: bool = True,
    ) -> SearchHits:
        """Find the `top` passages (1 to 100) nearest to some words, by meaning and by term.

        With `time`, passages of a time that the words name come first. Filters and errors are those of `ask`.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     for hit in archive.search("missile defense", top=2):
        ...         print(hit.rank, hit.article.source)
        1 The New York Times
        2 The New York Times
        """
        allow = article_filter(after, before, as_of, source)
        with self.reading() as opened:
            result = opened.searcher.search(query, top=top, allow=allow, use_time=time)
            return SearchHits(query, result, opened.index.state)

    def timeline(
        self,
        question: str,
        *,
        after: Day | None = None,
        before: Day | None = None,
        as_of: Day | None = None,
        source: str | Sequence[str] | None = None,
        time: bool = True,
    ) -> list[TimelineEntry]:
        """Return each distinct answer that articles give, with its first and last day, outlets and status.

        With `time`, a question "in 2016" has the answers of that time alone, and "current" is what stood at
        its end; a question about "now" has the history as well. Filters and errors are those of `ask`.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     entries = archive.timeline("What did China agree to on sanctions?")
        >>> entries[0].status, str(entries[0].first)
        ('current', '2016-01-27')
        """
        result = self.ask(
            question, after=after, before=before, as_of=as_of, source=source, time=time, timeline=True
        )
        assert result.timeline is not None, "ask() makes one where timeline=True"
        return [*result.timeline]

    def get(self, article_id: str) -> Article:
        """Return an article by its id; raises UnknownArticle.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.get("seeds/004_d6905fbb12041181.txt").source
        'The New York Times'
        """
        (article_id,) = checked_ids([article_id])
        with self.reading() as opened:
            return opened.article(article_id)

    def articles(
        self,
        *,
        after: Day | None = None,
        before: Day | None = None,
        as_of: Day | None = None,
        source: str | Sequence[str] | None = None,
        author: str | Sequence[str] | None = None,
        words: str | None = None,
        sort: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
        facets: bool = False,
    ) -> ArticlePage:
        """Return up to `limit` articles (1 to 1000) that pass the filters, from `cursor` on.

        `author` names one author or several. With `words` an article has every one of them in its title or
        text, in any inflected form. `sort` is "newest" (default), "oldest", "id", or "best" (default with
        words); articles without a date come last. `cursor` is `next` of the page before: an article that
        comes or goes meanwhile moves no other one to another page. `facets` counts the articles of all pages
        by outlet, author and month.

        Raises BadOption (a date, a sort, a limit or a cursor that is none), BadFilter (dates that exclude
        each other) and BadQuestion (words without a letter).

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     page = archive.articles(limit=2)
        ...     rest = archive.articles(limit=2, cursor=page.next)
        ...     found = archive.articles(words="missile defenses")
        >>> len(page), len(rest), rest.next, [article.source for article in found]
        (2, 1, None, ['The New York Times'])
        """
        selection = selection_of(article_filter(after, before, as_of, source), author, words)
        with nullcontext() if self._is_new() else self.reading() as opened:
            catalog = None if opened is None else opened.index
            return article_page(catalog, selection, sort=sort, limit=limit, cursor=cursor, facets=facets)

    def related(
        self,
        article_id: str,
        *,
        top: int = 10,
        after: Day | None = None,
        before: Day | None = None,
        as_of: Day | None = None,
        source: str | Sequence[str] | None = None,
    ) -> list[RelatedArticle]:
        """Return up to `top` articles (1 to 100) of the nearest other stories, one for each, nearest first.

        Copies and versions of the article are no other story. Filters are those of `ask`. Raises
        UnknownArticle, BadFilter and BadOption.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     nearest = archive.related("seeds/004_d6905fbb12041181.txt", top=1)
        >>> [entry.article.title for entry in nearest]
        ['North Korea Discussion Expected At US-China Dialogue']
        """
        (article_id,) = checked_ids([article_id])
        allow = article_filter(after, before, as_of, source)
        with self.reading() as opened:
            return opened.related(article_id, top, allow)

    def versions(self, article_id: str) -> Versions:
        """Return the other prints of an article's story: copies, and versions that state a fact otherwise.

        Raises UnknownArticle.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     first = archive.get("seeds/004_d6905fbb12041181.txt")
        ...     text = first.text.replace("on Wednesday", "on Thursday")
        ...     report = archive.add({"id": "second", "text": text})
        ...     [version.id for version in archive.versions(first.id).versions]
        ['second']
        """
        (article_id,) = checked_ids([article_id])
        with self.reading() as opened:
            return opened.versions(article_id)

    def difference(self, article_id: str, other_id: str) -> list[Change]:
        """Return what became of an article's text in that of another article, word by word.

        Raises UnknownArticle.

        >>> import nutgraf
        >>> with nutgraf.open("tarn.nutgraf") as archive:
        ...     report = archive.add(
        ...         [
        ...             {"id": "t1", "text": "The mill at Tarn closed on Monday for good."},
        ...             {"id": "t2", "text": "The mill at Tarn closed on Tuesday for good."},
        ...         ]
        ...     )
        ...     for change in archive.difference("t1", "t2"):
        ...         print(change.kind, "|", change.text)
        same | The mill at Tarn closed on
        removed | Monday
        added | Tuesday
        same | for good.
        """
        article_id, other_id = checked_ids([article_id, other_id])
        with self.reading() as opened:
            return opened.difference(article_id, other_id)

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        format: str = "jsonl",  # noqa: A002 - every door calls it so
        after: Day | None = None,
        before: Day | None = None,
        as_of: Day | None = None,
        source: str | Sequence[str] | None = None,
        author: str | Sequence[str] | None = None,
        words: str | None = None,
    ) -> int:
        """Write the articles that pass the filters to a file, by id, and return how many they are.

        `format` is "jsonl", from which `add` restores the same articles, "csv", or one of the references:
        "bibtex", "ris", "csl-json", "markdown", "html", "text". A path that ends with ".gz" is gzipped. The
        file is there when it is whole. Filters and errors are those of `articles`; StorageFailed is raised
        where the file cannot be written.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     count = archive.export("backup.jsonl.gz")
        >>> with nutgraf.open("restored.nutgraf") as restored:
        ...     report = restored.add("backup.jsonl.gz")
        >>> count, report.added
        (3, 3)
        """
        name, target = checked_format(format), checked_target(Path(path), self.settings.index)
        selection = selection_of(article_filter(after, before, as_of, source), author, words)
        with self.reading() as opened:
            batches = CountedBatches(selected(opened.index, selection))
            write_export(target, export_parts(batches, name))
        return batches.articles

    def cite(
        self,
        article_id: str,
        format: str = "text",  # noqa: A002 - every door calls it so
        *,
        start: int = 0,
        end: int = 0,
        field: Field = "text",
    ) -> str:
        """Return an article, or the words [start:end) of its text or title, in a format of docs/citing.md.

        The words are cited with the sentence around them. Raises UnknownArticle, and BadOption for no format
        and for a place that the article has not.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     answer = archive.ask("What did China agree to on sanctions?").answers[0]
        ...     entry = archive.cite(answer.article.id, "ris", start=answer.start, end=answer.end)
        >>> entry == answer.cite("ris")
        True
        """
        article = self.get(article_id)
        return written(format, [cited(article, field, start, end)], article.to_dict)

    def info(self) -> ArchiveReport:
        """Return what the archive holds, what built it, and by which calibration it answers.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.info().articles
        3
        """
        with self.reading() as opened:
            return opened.report()

    # --- writing --------------------------------------------------------------------------------------

    def add(
        self,
        source: ArticleSource,
        *,
        fields: Mapping[str, str] | None = None,
        outlet: str | None = None,
        max_bytes: int = 20_000_000,
        file_dates: bool = False,
        ocr: str = "",
        prune: bool = False,
        prune_many: bool = False,
        max_seconds: float = 20.0,
        max_memory_mb: int = 1000,
        max_articles: int = 1000,
        pause: float = 1.0,
        allow_private: bool = False,
        words_only: bool = False,
        progress: Progress = no_progress,
    ) -> AddReport:
        """Add articles, publish them, and return what became of each.

        `source` is a path (file, folder or glob), an address of the web, a dict, an Article, or an iterable
        of these, which may be a generator. A dict is read as a line of a .jsonl file: `text` is needed; `id`,
        `title`, `url`, `source`, `authors` and `published` may be there; any other key is refused. A dict
        without id and url gets an id from its content. What cannot be stored is skipped, with its reason.

        `fields` names the keys of records that are called otherwise ({"title": "headline"}), `outlet` the
        outlet of articles that name none; documents and records over `max_bytes` are skipped; `file_dates`
        dates an article that states no date by the time its file was changed. `ocr` names the languages
        ("eng+deu") in which Tesseract reads pages of PDFs that have no text layer, in thirty times the
        seconds; it needs the extra `ocr`, and the data of these languages. Files are read in processes of
        their own: one that takes more than `max_seconds` of computing, or more than `max_memory_mb`, is
        skipped, and so is one on which its parser dies. `prune` removes articles whose
        file was in one of these folders and is gone; where that is more than a third of a folder, which may
        be on a disk that is not there, only with `prune_many`, and the report says so in `not_pruned`.

        An address ("https://...") is that of an article, a feed or a sitemap, and is asked as docs/follow.md
        says. At most `max_articles` documents are asked for, with a `pause` in seconds between two requests
        to one host; `allow_private` lets this machine and private networks be asked.

        All articles are stored by their words first, and then encoded, the newest first. A long run publishes
        every minute what it has, so that the archive can be asked meanwhile; `state.encoded` of a result is
        the share of passages that have vectors. With `words_only` nothing is encoded: `encode` does it later.

        An article that is there as it is costs a look-up, so the same call may be repeated at any time. Where
        an iterable raises, what came before is stored and published, and SourceError names the cause.

        Raises SourceError (a path that does not exist, a source of another type), IndexLocked (another
        process or thread writes), IndexMismatch (built by another encoder), StorageFailed.

        >>> import nutgraf
        >>> with nutgraf.open("tarn.nutgraf") as archive:
        ...     report = archive.add(
        ...         [
        ...             {"id": "t1", "text": "The mill at Tarn closed on Monday.", "published": "2016-01-27"},
        ...             {"id": "t2", "title": "Nothing else"},
        ...         ]
        ...     )
        >>> report.added, [(article.status, article.reason) for article in report.skipped]
        (1, [('skipped', 'no field "text"')])
        """
        options = ingest_options(
            fields=fields,
            outlet=outlet,
            max_bytes=max_bytes,
            file_dates=file_dates,
            ocr=ocr,
            prune=prune,
            prune_many=prune_many,
            max_seconds=max_seconds,
            max_memory_mb=max_memory_mb,
            max_articles=max_articles,
            pause=pause,
            allow_private=allow_private,
            words_only=words_only,
        )
        return self.ingest(source, options, progress)

    def ingest(self, source: ArticleSource, options: IngestOptions, progress: Progress) -> AddReport:
        """Add articles as `add` does, its options in one value.

        >>> import nutgraf
        >>> from nutgraf.ingest_options import IngestOptions, no_progress
        >>> with nutgraf.open("tarn.nutgraf") as archive:
        ...     article = {"id": "t3", "text": "The bridge at Tarn opened."}
        ...     archive.ingest(article, IngestOptions(), no_progress)
        AddReport(added=1, articles=1)
        """
        from nutgraf.ingest import ingest

        with panics_as(), self._writing:
            self._check_open()
            try:
                report = ingest(self.settings, self.models, source, options, progress)
            finally:
                self._reload()
        return with_changes(self, report)

    def encode(self, progress: Progress = no_progress) -> AddReport:
        """Make the vectors that are missing, those of the newest articles first, and publish them.

        What was encoded is published every minute, and a run that was stopped goes on where it was. Raises
        SourceError (nothing is stored), IndexLocked, IndexMismatch (built by another encoder), StorageFailed.

        >>> import nutgraf
        >>> with nutgraf.open("tarn.nutgraf") as archive:
        ...     stored = archive.add({"id": "t4", "text": "Tarn has a mayor."}, words_only=True)
        ...     report = archive.encode()
        >>> stored.state.encoded < 1, report.encoded_passages, report.state.encoded
        (True, 1, 1.0)
        """
        from nutgraf.ingest import encode

        with panics_as(), self._writing:
            self._check_stored("encode")
            try:
                return encode(self.settings, self.models, progress)
            finally:
                self._reload()

    def remove(self, article_ids: str | Iterable[str]) -> RemoveReport:
        """Remove articles by id; they are gone from every search when the call returns.

        Raises IndexMissing (no archive yet), IndexLocked, StorageFailed.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.remove(["seeds/004_d6905fbb12041181.txt", "no such id"])
        RemoveReport(removed=('seeds/004_d6905fbb12041181.txt',), unknown=('no such id',))
        """
        ids = checked_ids(article_ids)
        with panics_as(), self._writing:
            self.check()  # a clear error where there is no archive, rather than a new empty one
            with engine_of(self.settings.index).writer(self.models.encoder) as writer:
                removed = writer.remove(ids)
                writer.publish()
            self._reload()
        return RemoveReport(tuple(removed), tuple(i for i in dict.fromkeys(ids) if i not in removed))

    def write(self, work: Callable[[ArchiveWriter], T]) -> T:
        """Do some work with the one writer of this archive; nothing is published unless the work does it.

        Raises IndexLocked where another process or thread writes, and what the work raises.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.write(lambda writer: writer.remove(["no such id"]))
        []
        """
        with panics_as(), self._writing:
            self._check_open()
            with engine_of(self.settings.index).writer(self.models.encoder) as writer:
                return work(writer)

    def rebuild(self) -> AddReport:
        """Derive everything again from the stored articles, with this archive's encoder, and publish it.

        This is how an archive gets another encoder, and how a damaged index is mended, which is opened with
        `nutgraf.open(folder, check=False)`. Raises SourceError
        where nothing is stored, and what `add` raises.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.rebuild().state.counts.articles
        3
        """
        with panics_as(), self._writing:
            self._check_stored("rebuild")
            with engine_of(self.settings.index).writer(self.models.encoder) as writer:
                state = writer.rebuild()
                report = AddReport((), (), writer.encoded_passages, state)
            self._reload()
        return report

    # --- standing questions ---------------------------------------------------------------------------

    def watch(
        self,
        question: str,
        *,
        after: Day | None = None,
        before: Day | None = None,
        as_of: Day | None = None,
        source: str | Sequence[str] | None = None,
        min_probability: float | None = None,
        time: bool = True,
        webhook: str | None = None,
    ) -> Watch:
        """Watch a question: ask it now, and again whenever new articles may touch it.

        What changes then is in the report of `add`, and in `changes`. Filters are those of `ask`; relative
        days are those of today from now on. `webhook` is an address that changes are sent to, as
        docs/watch.md says. A question that is watched with these filters already is not watched
        twice; the `webhook` takes the place of the one that it has.

        Raises what `ask` raises, and BadWatch (there are too many watches, an address that is none). An
        archive without articles can be watched, too.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     watch = archive.watch("What did China agree to on sanctions?", after="2016")
        >>> watch.answer.text, watch.answer.outlets
        ('new United Nations sanctions against the North', ('The New York Times',))
        """
        from nutgraf.hooks import Hooks

        self._check_open()
        allow = article_filter(after, before, as_of, source)
        inquiry = Inquiry(question, 1, allow, min_probability, time)
        return add_watches(self, [inquiry], Hooks.of(os.environ).checked(webhook))[0]

    def watches(self) -> list[Watch]:
        """Return the standing questions by id, with what each is answered with now.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     watch = archive.watch("Who is Sung Kim?")
        ...     [watch.question for watch in archive.watches()]
        ['Who is Sung Kim?']
        """
        self._check_open()
        return list_watches(self.settings)

    def unwatch(self, watch_ids: int | Iterable[int]) -> list[int]:
        """Remove standing questions with their changes; return the ids that were there.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     watch = archive.watch("Who is Sung Kim?")
        ...     archive.unwatch([watch.id, 99])
        [1]
        """
        self._check_open()
        return remove_watches(self.settings, checked_watch_ids(watch_ids))

    def run_watches(self) -> WatchRun:
        """Ask the standing questions again that new articles may touch, and return what changed.

        `add` does so by itself; this is for changes that other processes made. Raises what `ask` raises.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.run_watches().changes
        ()
        """
        self._check_open()
        return run_watches(self)

    def changes(self, watch_id: int | None = None, *, after: int = 0, limit: int = 100) -> list[WatchChange]:
        """Return up to `limit` changes of answers, oldest first, beyond the id `after`; of one watch or all.

        Raises UnknownWatch and BadOption.

        >>> import nutgraf
        >>> with nutgraf.open("seeds.nutgraf") as archive:
        ...     archive.changes()
        []
        """
        self._check_open()
        check_changes(watch_id, after, limit)
        return list_changes(self.settings, after, limit, watch_id)

    # --- inside ---------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[OpenIndex]:
        with panics_as(), self.states.reading() as opened:
            yield opened

    @panics_as()
    def _open_newest(self) -> OpenIndex:
        self._check_open()
        return open_state(self.settings, self.models)

    def _check_stored(self, verb: str) -> None:
        """Raise SourceError where nothing was ever stored, rather than make a new empty archive."""
        self._check_open()
        if not engine_of(self.settings.index).is_archive():
            raise SourceError(
                f"there is nothing to {verb} in {self.settings.index}: no article was stored there",
                hint=f"nutgraf index PATH_TO_ARTICLES --index {self.settings.index}",
            )

    def _is_new(self) -> bool:
        self._check_open()
        return not engine_of(self.settings.index).is_archive()

    def _reload(self) -> None:
        """Let the next reader of this process see what was written."""
        if not self._closed and engine_of(self.settings.index).stamp() is not None:
            self.states.reload()

    def _check_open(self) -> None:
        hint = f"nutgraf.open({str(self.settings.index)!r})"
        if self._closed:
            raise ArchiveClosed(f"the archive {self.settings.index} is closed", hint=hint)
        if self._process != os.getpid():  # threads and locks of the models do not survive a fork
            raise ArchiveClosed(
                f"the archive {self.settings.index} was opened before this process was forked", hint=hint
            )


def _is_milvus(location: str | os.PathLike[str]) -> bool:
    """Whether a location is an address in Milvus; raises StorageFailed for one that is misspelled."""
    if isinstance(location, str | os.PathLike) and is_milvus(location):
        parse(location)
        return True
    return False


def _checked_location(location: str | os.PathLike[str]) -> Path:
    """Return the folder of an archive, or of one that can be made there; raises what `open_archive` says."""
    if not isinstance(location, str | os.PathLike) or not isinstance(os.fspath(location), str):
        message = f"the archive is named by {type(location).__name__}, expected a folder"
        raise BadOption(message, hint="nutgraf.open('news.nutgraf')")
    if not os.fspath(location) or "\0" in os.fspath(location):
        message = f"{os.fspath(location)!r} is no name of a folder"
        raise BadOption(message, hint="nutgraf.open('news.nutgraf')")
    folder = Path(location)
    try:
        os.fsencode(folder)
        if folder.exists() and not folder.is_dir():
            raise BadOption(
                f"{folder} is a file, expected the folder of an archive", hint="nutgraf.open('news.nutgraf')"
            )
        entries = next(folder.iterdir(), None) if folder.exists() else None
    except OSError as error:
        raise StorageFailed(
            f"{folder} cannot be read: {error.strerror}", hint="check the folder's permissions"
        ) from error
    except UnicodeError as error:
        message = f"{os.fspath(location)!a} is no name of a folder"
        raise BadOption(message, hint="nutgraf.open('news.nutgraf')") from error
    check_not_lite(folder)
    if entries is not None and not engine_of(folder).is_archive():
        raise IndexMissing(
            f"the folder {folder} holds other files and no archive",
            hint="name an archive's folder, an empty folder, or one that does not exist yet",
        )
    parent = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if entries is None and not os.access(parent, os.W_OK):
        raise StorageFailed(
            f"{folder} cannot be made: {parent} may not be written", hint="name a folder that you may write"
        )
    return folder
