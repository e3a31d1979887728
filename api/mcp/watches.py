"""The tools that show the standing questions of the archive, and how answers changed; both only read."""

from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar, TypedDict, TypeVar

from pydantic import ConfigDict, Field

from nutgraf.api.engine.engine import Engine
from nutgraf.api.mcp.texts import day_of, source_of
from nutgraf.api.objects.requests import RequestBody
from nutgraf.api.terminal.console import visible
from nutgraf.qa.watching.standing import KIND_WORDS, WatchedAnswerJson
from nutgraf.watches import WatchChangeJson, WatchJson
from nutgraf.watching import list_changes, list_watches

T = TypeVar("T")
MOST, USUAL = 100, 20
"""Watches or changes of one call, at most and usually: agents pay for every word. Not measured."""

LIST_WATCHES = """\
List the standing questions of the news archive, each with its filters and what it is answered with now.
They are asked again whenever new articles may touch them. Use it to see what the newsroom follows, and to
find the id of a watch for watch_changes. `answer` is null where there is none, `rival` stands against it.
It only shows them: a person adds one with `nutgraf watch add` or POST /v1/watches."""

WATCH_CHANGES = """\
Say how the answers to standing questions changed as articles came: `kind` is "new_answer", "other_answer",
"more_outlets", "disputed" (`after` is said against `before`) or "gone" (no article gives the answer any
more). `before` and `after` are exact quotes with sentence, outlet and date. Use it for what is new, before
you ask yourself. Without `after` they are the newest, newest first; the highest `id` among them, sent
as `after`, gives only those that came since."""

Id = Annotated[int, Field(ge=0, le=(1 << 63) - 1)]
Limit = Annotated[int, Field(ge=1, le=MOST, description=f"How many at most, 1 to {MOST}.")]


class WatchPageJson(TypedDict):
    """Watches by id, and `after` of the next page, None on the last."""

    watches: list[WatchJson]
    next: int | None


class ChangePageJson(TypedDict):
    """Changes, and `after` of the next page, None on the last and for the newest ones."""

    changes: list[WatchChangeJson]
    next: int | None


class ListWatches(RequestBody):
    """A look at the standing questions; agents may write numbers as text, and nothing as an empty text."""

    model_config = ConfigDict(strict=False)
    absent: ClassVar[tuple[object, ...]] = (None, "")

    after: Id = Field(0, description="`next` of the page before.")
    limit: Limit = USUAL

    async def result(self, engine: Engine) -> WatchPageJson:
        """Return the object of GET /v1/watches."""
        watches = await _read(
            engine, lambda: list_watches(engine.archive.settings, self.after, self.limit + 1)
        )
        shown = watches[: self.limit]
        following = shown[-1].id if len(watches) > len(shown) else None
        return {"watches": [watch.to_dict() for watch in shown], "next": following}


class WatchChanges(RequestBody):
    """A look at how answers changed; numbers and nothing are written as in ListWatches."""

    model_config = ConfigDict(strict=False)
    absent: ClassVar[tuple[object, ...]] = (None, "")

    watch: Id | None = Field(None, description="Only of the watch with this id.")
    after: Id | None = Field(None, description="Only changes beyond this id, oldest first.")
    limit: Limit = USUAL

    async def result(self, engine: Engine) -> ChangePageJson:
        """Return the object of GET /v1/watches/changes; raises UnknownWatch."""
        newest = self.after is None
        changes = await _read(
            engine,
            lambda: list_changes(
                engine.archive.settings, self.after or 0, self.limit + 1, self.watch, newest=newest
            ),
        )
        shown = changes[: self.limit]
        following = shown[-1].id if len(changes) > len(shown) and not newest else None
        return {"changes": [change.to_dict() for change in shown], "next": following}


def watches_text(page: WatchPageJson) -> str:
    """Return each watch with its filters and its answer."""
    lines = [line for watch in page["watches"] for line in _watch_lines(watch)]
    return "\n".join([*(lines or ["No question is watched."]), *_more(page["next"])])


def changes_text(page: ChangePageJson) -> str:
    """Return each change: what it is, then the answer before and the answer after it."""
    lines = [line for change in page["changes"] for line in _change_lines(change)]
    return "\n".join([*(lines or ["No answer changed."]), *_more(page["next"])])


async def _read(engine: Engine, work: Callable[[], T]) -> T:
    return await engine.run(lambda _: work())


def _watch_lines(watch: WatchJson) -> Iterator[str]:
    filters = [
        *(f"{name} {watch[name]}" for name in ("after", "before", "as_of") if watch[name]),
        *(visible(source) for source in watch["source"]),
    ]
    shown = f" ({', '.join(filters)})" if filters else ""
    yield f"{watch['id']}. {visible(watch['question'])}{shown}"
    if watch["answer"] is not None:
        yield from _answer_lines("now", watch["answer"])
    else:
        yield "  not answered yet" if watch["asked"] else "  not asked yet"
    if watch["rival"] is not None:
        yield from _answer_lines("but", watch["rival"])


def _change_lines(change: WatchChangeJson) -> Iterator[str]:
    found = f"watch {change['watch']}, {day_of(change['at'])}"
    yield f"{change['id']}. {KIND_WORDS[change['kind']]}: {visible(change['question'])} ({found})"
    first, second = ("says", "but") if change["kind"] == "disputed" else ("was", "now")
    for label, answer in ((first, change["before"]), (second, change["after"])):
        if answer is not None:
            yield from _answer_lines(label, answer)


def _answer_lines(label: str, answer: WatchedAnswerJson) -> Iterator[str]:
    field = "title " if answer["field"] == "title" else ""
    place = f"{source_of(answer['article'])} {field}[{answer['start']}:{answer['end']}]"
    yield f'  {label} "{visible(answer["text"])}" {place}'
    if answer["sentence"] != answer["text"]:
        yield f"      {visible(answer['sentence'])}"
    if len(answer["outlets"]) > 1:
        yield f"      from {visible(', '.join(answer['outlets']))}"


def _more(following: int | None) -> list[str]:
    return [] if following is None else [f"There are more: `after`: {following} goes on."]
