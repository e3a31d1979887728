"""Checks the arguments of the methods that a local archive and a client of a server have alike."""

from collections.abc import Iterable, Mapping
from typing import TypedDict

from nutgraf.errors import BadOption
from nutgraf.indexer.clean import storable
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.sandbox.limits import Limits
from nutgraf.indexer.web.options import WebOptions
from nutgraf.ingest_options import IngestOptions
from nutgraf.qa.inquiry import Inquiry

_LARGEST = 1 << 63  # a store has no larger number


class AddOptions(TypedDict, total=False):
    """The options of `Archive.add`."""

    fields: Mapping[str, str] | None
    outlet: str | None
    max_bytes: int
    file_dates: bool
    ocr: str
    prune: bool
    prune_many: bool
    max_seconds: float
    max_memory_mb: int
    max_articles: int
    pause: float
    allow_private: bool
    words_only: bool


def checked_inquiries(
    questions: Iterable[str], top: int, allow: Filter, min_probability: float | None, *, use_time: bool
) -> list[Inquiry]:
    """Return the questions under these conditions; raises BadOption, BadQuestion and BadFilter."""
    if isinstance(questions, str) or not isinstance(questions, Iterable):
        message = f"{{questions}} is {type(questions).__name__}, expected a list of questions"
        raise BadOption(message, hint="archive.ask(QUESTION) asks one", fields=["questions"])
    return [Inquiry(question, top, allow, min_probability, use_time).checked() for question in questions]


def ingest_options(
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
) -> IngestOptions:
    """Return the options of `add` in one value; raises BadOption for one of another type than it says."""
    _check_add(fields, outlet, max_bytes)
    _check_limits(max_seconds, max_memory_mb)
    _check_web(max_articles, pause)
    return IngestOptions(
        fields=fields or {},
        outlet=outlet,
        max_bytes=max_bytes,
        file_dates=file_dates,
        ocr=ocr,
        prune=prune,
        prune_many=prune_many,
        limits=Limits(max_seconds, max_memory_mb),
        web=WebOptions(allow_private=allow_private, max_articles=max_articles, pause=pause),
        words_only=words_only,
    )


def checked_ids(article_ids: str | Iterable[str]) -> list[str]:
    """Return ids as they are stored; raises BadOption for anything else."""
    ids = [article_ids] if isinstance(article_ids, str) else article_ids
    ids = [*ids] if isinstance(ids, Iterable) else [ids]
    if wrong := [i for i in ids if not isinstance(i, str)]:
        message = f"an article id is {type(wrong[0]).__name__}, expected str"
        raise BadOption(message, hint="archive.articles() lists articles with their ids")
    return [storable(article_id) for article_id in ids]


def checked_watch_ids(watch_ids: int | Iterable[int]) -> list[int]:
    """Return ids of watches as a list; raises BadOption for anything else."""
    ids = [*watch_ids] if isinstance(watch_ids, Iterable) else [watch_ids]
    if wrong := [i for i in ids if type(i) is not int]:
        message = f"the id of a watch is {type(wrong[0]).__name__}, expected int"
        raise BadOption(message, hint="archive.watches() lists watches with their ids")
    return ids


def check_changes(watch_id: int | None, after: int, limit: int) -> None:
    """Raise BadOption for a watch, a place or a number of changes that is no whole number of its range."""
    if watch_id is not None:
        checked_watch_ids([watch_id])
    for field, value, least in (("after", after, 0), ("limit", limit, 1)):
        if type(value) is not int or not least <= value < _LARGEST:
            message = f"{{{field}}} is {value!r:.40}, expected a whole number, {least} or more"
            raise BadOption(message, hint="archive.changes(after=0, limit=100)", fields=[field])


def check_text(field: str, value: object, expected: str, hint: str) -> None:
    """Raise BadOption for a value that is neither text nor None."""
    if value is not None and not isinstance(value, str):
        message = f"{{{field}}} is {type(value).__name__}, expected {expected}"
        raise BadOption(message, hint=hint, fields=[field])


def _check_add(fields: Mapping[str, str] | None, outlet: str | None, max_bytes: int) -> None:
    """Raise BadOption for an option of `add` of another type than it says."""
    if fields is not None and not (
        isinstance(fields, Mapping) and all(isinstance(word, str) for pair in fields.items() for word in pair)
    ):
        message = f"{{fields}} is {fields!r:.60}, expected a dict of names"
        raise BadOption(message, hint='archive.add(path, fields={"title": "headline"})', fields=["fields"])
    check_text("outlet", outlet, "a name", 'archive.add(path, outlet="The Tarn Post")')
    if type(max_bytes) is not int or max_bytes < 1:
        message = f"{{max_bytes}} is {max_bytes!r:.40}, expected a whole number, 1 or more"
        raise BadOption(message, hint="archive.add(path, max_bytes=20_000_000)", fields=["max_bytes"])


def _check_limits(max_seconds: float, max_memory_mb: int) -> None:
    """Raise BadOption for a limit that is no number; `Limits` says which numbers may be."""
    for field, value, kinds in (
        ("max_seconds", max_seconds, (int, float)),
        ("max_memory_mb", max_memory_mb, (int,)),
    ):
        if type(value) not in kinds:
            message = f"{{{field}}} is {value!r:.40}, expected a number"
            raise BadOption(
                message, hint="archive.add(path, max_seconds=20, max_memory_mb=1000)", fields=[field]
            )


def _check_web(max_articles: int, pause: float) -> None:
    """Raise BadOption for an option of fetching that is no number; `WebOptions` says which may be."""
    if type(max_articles) is not int:
        message = f"{{max_articles}} is {max_articles!r:.40}, expected a whole number, 1 or more"
        raise BadOption(message, hint="archive.add(address, max_articles=1000)", fields=["max_articles"])
    if type(pause) not in (int, float):
        message = f"{{pause}} is {pause!r:.40}, expected a number of seconds"
        raise BadOption(message, hint="archive.add(address, pause=1.0)", fields=["pause"])
