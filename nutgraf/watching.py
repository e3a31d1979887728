"""Keeps the standing questions of an archive: adds them, and asks those again that new articles may touch.

Knows the order of the steps, each of which is safe to stop at; what a change is, is in `nutgraf.qa.watching`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nutgraf.engines import engine_of
from nutgraf.errors import AddInterrupted, NutgrafError, StaleWatch, UnknownWatch
from nutgraf.indexer.watches import NEVER, WatchBook, WatchRow
from nutgraf.opening import OpenIndex
from nutgraf.qa.calibration import MARGIN_CAP, Calibration
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import Answer, QuestionResult
from nutgraf.qa.retrieval import Candidate, SearchResult
from nutgraf.qa.watching.compare import Evidence, compare, gone
from nutgraf.qa.watching.standing import AnswerChange, Standing, WatchedAnswer
from nutgraf.qa.watching.touch import Touching, WatchedQuestion
from nutgraf.results import AddReport
from nutgraf.settings import Settings
from nutgraf.watches import (
    MAX_WATCHES,
    Watch,
    WatchChange,
    WatchRun,
    definition_of,
    inquiry_of,
    standing_of,
    state_of,
)

if TYPE_CHECKING:
    from nutgraf.archive import Archive
    from nutgraf.qa.answer import Answerer

LEAST_LEAD = -6.0
"""Logits: where the small reader sees "no answer" so far ahead in each new passage, a watch is not asked.
Chosen in docs/log.md, 2026-11-27, "which watches an article touches", over -4 to 0."""

LEAST_DECISIVE_LEAD = -3.0
"""The same for the reader whose scores decide, of those that the small one lets pass. Chosen in docs/log.md,
2026-11-27, "a second look at what touches a watch"."""

_BLOCK = 64
"""Questions that are read in one call: those of one block of `Answerer.answer`."""


def add_watches(archive: "Archive", inquiries: Sequence[Inquiry], webhook: str | None = None) -> list[Watch]:
    """Keep questions and ask each once, so that what is known already is no change later.

    A question that is watched with the same filters is not kept twice; it gets the webhook. Raises what
    `ask` raises, and BadWatch where there would be more than `MAX_WATCHES`.
    """
    pairs = [(definition_of(inquiry.checked()), webhook) for inquiry in inquiries]
    is_empty = engine_of(archive.settings.index).stamp() is None
    with engine_of(archive.settings.index).watches() as book:
        ids = book.add(pairs, state_of(Standing()), 0 if is_empty else NEVER, MAX_WATCHES)
    if not is_empty:
        run_watches(archive, ids)
    return pick_watches(archive.settings, ids)


def edit_watch(
    archive: "Archive", watch_id: int, revision: int, inquiry: Inquiry, webhook: str | None = None
) -> Watch:
    """Replace the question of a watch, and ask it once; without a `webhook` it keeps the one that it has.

    Raises UnknownWatch, and StaleWatch where it was edited since the revision was read.
    """
    definition, is_empty = definition_of(inquiry.checked()), engine_of(archive.settings.index).stamp() is None
    with engine_of(archive.settings.index).watches() as book:
        row = next(iter(book.pick([watch_id])), None)
        if row is None:
            raise unknown_watch(watch_id)
        edited = replace(row, webhook=webhook or row.webhook, revision=revision)
        if definition != row.definition:
            seen = 0 if is_empty else NEVER
            edited = replace(edited, definition=definition, state=state_of(Standing()), seen=seen)
        if not book.edit(edited):
            raise _stale_watch(watch_id, revision)
    if not is_empty:
        run_watches(archive, [watch_id])
    return pick_watches(archive.settings, [watch_id])[0]


def list_watches(settings: Settings, after: int = 0, limit: int | None = None) -> list[Watch]:
    """Return watches by id; none where there is no archive."""
    if not engine_of(settings.index).has_watches():
        return []
    with engine_of(settings.index).watches(readonly=True) as book:
        return [Watch.of(row) for row in book.rows(after, limit)]


def pick_watches(settings: Settings, ids: Sequence[int]) -> list[Watch]:
    """Return the watches of these ids, in their order; raises UnknownWatch."""
    rows: dict[int, WatchRow] = {}
    if engine_of(settings.index).has_watches():
        with engine_of(settings.index).watches(readonly=True) as book:
            rows = {row.id: row for row in book.pick(ids)}
    if unknown := [number for number in ids if number not in rows]:
        raise unknown_watch(unknown[0])
    return [Watch.of(rows[number]) for number in ids]


def remove_watches(settings: Settings, ids: Sequence[int]) -> list[int]:
    """Remove watches with their changes; return the ids that were there."""
    if not engine_of(settings.index).has_watches():
        return []
    with engine_of(settings.index).watches() as book:
        return book.remove(ids)


def list_changes(
    settings: Settings, after: int = 0, limit: int = 100, watch: int | None = None, *, newest: bool = False
) -> list[WatchChange]:
    """Return changes by id, beyond the id `after`; with `newest` the last ones, the newest first."""
    if watch is not None:
        pick_watches(settings, [watch])
    if not engine_of(settings.index).has_watches():
        return []
    with engine_of(settings.index).watches(readonly=True) as book:
        rows = book.newest_changes(limit, watch) if newest else book.changes(after, limit, watch)
    return [WatchChange.of(row) for row in rows]


def run_watches(
    archive: "Archive", ids: Sequence[int] | None = None, is_stopped: Callable[[], bool] = lambda: False
) -> WatchRun:
    """Ask the watches that new articles may touch, or those of these ids; return what changed.

    Each is noted as soon as it was asked, so that a run that is stopped goes on with the next; `is_stopped`
    is asked now and then. Raises what `ask` raises.
    """
    settings = archive.settings
    if not engine_of(settings.index).has_watches():
        return WatchRun(0, 0, ())
    with engine_of(settings.index).watches(readonly=True) as book:
        rows = book.rows() if ids is None else book.pick(ids)
    if not rows or engine_of(settings.index).stamp() is None:
        return WatchRun(len(rows), 0, ())
    with archive.reading() as opened, engine_of(settings.index).watches() as book:
        run = _Run(opened, book, rows)
        due = run.due()
        touched = run.touched(due)
        asked = {row.id for row in touched}
        book.pass_over([row for row in due if row.id not in asked], opened.index.state.last_passage)
        changes = tuple(run.ask(touched, is_stopped))
    return WatchRun(len(rows), run.asked, changes)


def with_changes(archive: "Archive", report: AddReport) -> AddReport:
    """Run the watches after articles were added; return the report with what changed.

    A run that fails takes nothing from the report but says so: the next one goes on where it stopped. Raises
    AddInterrupted where somebody interrupts it.
    """
    try:
        return replace(report, changes=run_watches(archive).changes)
    except KeyboardInterrupt:
        raise AddInterrupted(report) from None
    except NutgrafError as error:
        return replace(report, watch_failure=str(error))


def unseen_changes(settings: Settings, reader: str, limit: int) -> list[WatchChange]:
    """Return the changes that a reader of this name was not given yet, oldest first."""
    if not engine_of(settings.index).has_watches():
        return []
    with engine_of(settings.index).watches(readonly=True) as book:
        return [WatchChange.of(row) for row in book.changes(book.cursor(reader), limit)]


def note_seen(settings: Settings, reader: str, change: WatchChange) -> None:
    """Remember the last change that a reader was given."""
    with engine_of(settings.index).watches() as book:
        book.set_cursor(reader, change.id)


def unknown_watch(number: int) -> UnknownWatch:
    """Return what is raised where no watch has the id."""
    return UnknownWatch(f"no watch has the id {number}", hint="nutgraf watch list shows them with their ids")


def _stale_watch(number: int, revision: int) -> StaleWatch:
    return StaleWatch(
        f"watch {number} was edited or removed since its revision {revision} was read",
        hint="read it again, and repeat the edit",
    )


class _Run:
    """One run over the watches of an archive, on one state of it."""

    def __init__(self, opened: OpenIndex, book: WatchBook, rows: Sequence[WatchRow]) -> None:
        self._opened = opened
        self._book = book
        self._rows = rows
        self._standings = {row.id: standing_of(row) for row in rows}
        self._last = opened.index.state.last_passage
        self.asked = 0
        self._highest: dict[str, int] = {}  # article -> the highest id of its passages that were added
        self._fresh: dict[int, frozenset[str]] = {}
        cited = [self._cited(row) for row in rows]
        self._held = opened.index.holds([article_id for article_id in cited if article_id is not None])

    def due(self) -> list[WatchRow]:
        """Return the watches that have not seen all passages, or whose answer's article is gone."""
        return [row for row in self._rows if row.seen < self._last or self._is_lost(row)]

    def touched(self, due: Sequence[WatchRow]) -> list[WatchRow]:
        """Return those that must be asked: new, without their article, or touched by new passages."""
        known = [row for row in due if row.seen != NEVER]
        vectors = self._vectors(known)
        touching = Touching(
            [
                WatchedQuestion(inquiry.question, vectors[row.id], inquiry.allow, row.seen)
                for row in known
                for inquiry in [inquiry_of(row.definition)]
            ]
        )
        for passages in self._opened.index.added(min((row.seen for row in known), default=self._last)):
            self._highest.update(zip(passages.articles, passages.ids.tolist(), strict=True))
            touching.compare(passages)
        touched = {known[place].id for place in touching.touched}
        return [row for row in due if row.id in touched or row.seen == NEVER or self._must_be_asked(row)]

    def ask(self, rows: Sequence[WatchRow], is_stopped: Callable[[], bool]) -> Iterator[WatchChange]:
        """Ask watches, note the answer of each at once, and yield what changed.

        Where none of the passages to read is new, nothing can have changed; where the readers see no answer
        in those that are, nothing is told.
        """
        if self._opened.index.state.counts.passages == 0:
            for row in rows:
                yield from self._noted(row, *gone(self._standings[row.id]))
            return
        for first in range(0, len(rows), _BLOCK):
            if is_stopped():
                return
            yield from self._asked(rows[first : first + _BLOCK])

    # --- inside -------------------------------------------------------------------------------------

    def _asked(self, rows: Sequence[WatchRow]) -> Iterator[WatchChange]:
        answerer = self._opened.answerer.remembering()
        inquiries = [(row, inquiry_of(row.definition)) for row in rows]
        retrieved = [(row, inquiry, answerer.retrieve(inquiry)) for row, inquiry in inquiries]
        read = retrieved
        looks = [(False, LEAST_LEAD), (True, LEAST_DECISIVE_LEAD)]
        for is_decisive, least in looks if answerer.has_cascade else looks[:1]:
            fresh = [(inquiry.question, self._fresh_candidates(row, result)) for row, inquiry, result in read]
            leads = answerer.glance(fresh, decisive=is_decisive)
            read = [
                entry
                for entry, lead in zip(read, leads, strict=True)
                if lead >= least or entry[0].seen == NEVER or self._must_be_asked(entry[0])
            ]
        same = {row.id for row in rows} - {row.id for row, _, _ in read}
        self._book.pass_over([row for row in rows if row.id in same], self._last)
        self.asked += len(read)
        results = answerer.answer([inquiry for _, inquiry, _ in read], [result for _, _, result in read])
        for (row, _, _), result in zip(read, results, strict=True):
            yield from self._noted(row, *self._compared(answerer, row, result))

    def _fresh_candidates(self, row: WatchRow, result: SearchResult) -> list[Candidate]:
        """Return those of the passages to read that a watch has not seen; none where it is read anyway."""
        if row.seen == NEVER or self._must_be_asked(row):
            return []
        return [c for c in result.candidates if any(p.id > row.seen for p in c.passages)]

    def _noted(self, row: WatchRow, standing: Standing, change: AnswerChange | None) -> Iterator[WatchChange]:
        body = None
        if change is not None:
            shown = change.to_dict(inquiry_of(row.definition).question)
            body = json.dumps(shown, ensure_ascii=False)
        noted = self._book.record(row, state_of(standing), self._last, body)
        if noted is not None:
            yield WatchChange.of(noted)

    def _compared(
        self, answerer: "Answerer", row: WatchRow, result: QuestionResult
    ) -> tuple[Standing, AnswerChange | None]:
        if row.seen == NEVER:
            return Standing(WatchedAnswer.of(result.answers[0]) if result.answers else None), None
        before = self._standings[row.id]
        cited = [told.article["id"] for told in (before.answer, before.rival) if told is not None]
        evidence = Evidence(
            result,
            self._fresh_articles(row.seen),
            self._opened.index.get(cited),
            cache(partial(answerer.timeline, result)),
            partial(_is_sure, answerer.calibration, result.threshold),
        )
        return compare(before, evidence)

    def _vectors(self, rows: Sequence[WatchRow]) -> dict[int, npt.NDArray[np.float16]]:
        """Return the vector of each watch's question; those that are new are encoded and kept."""
        if not rows:
            return {}
        encoder = self._opened.index.state.encoder
        vectors = self._book.vectors(encoder.sha256)
        if missing := [row for row in rows if row.id not in vectors]:
            _ = self._opened.searcher  # raises IndexMismatch for another encoder than the archive's
            questions = [inquiry_of(row.definition).question for row in missing]
            encoded = self._opened.models.encoder.encode(questions).astype(np.float16)
            fresh = {row.id: vector for row, vector in zip(missing, encoded, strict=True)}
            self._book.put_vectors(encoder.sha256, fresh)
            vectors |= fresh
        return vectors

    def _fresh_articles(self, seen: int) -> frozenset[str]:
        """Return the articles that came or changed since a passage."""
        if seen not in self._fresh:
            self._fresh[seen] = frozenset(a for a, passage in self._highest.items() if passage > seen)
        return self._fresh[seen]

    def _cited(self, row: WatchRow) -> str | None:
        answer = self._standings[row.id].answer
        return None if answer is None else answer.article["id"]

    def _is_lost(self, row: WatchRow) -> bool:
        cited = self._cited(row)
        return cited is not None and cited not in self._held

    def _must_be_asked(self, row: WatchRow) -> bool:
        """Whether the article of its answer is gone, or has changed."""
        cited = self._cited(row)
        return self._is_lost(row) or self._highest.get(cited or "", NEVER) > row.seen


def _is_sure(calibration: Calibration, threshold: float, answer: Answer) -> bool:
    """Whether an answer would be sure enough if no other stood beside it."""
    alone = calibration.probability(replace(answer.features, margin=MARGIN_CAP))
    return alone * answer.span.fit_share >= threshold
