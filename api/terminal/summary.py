"""Prints the summary of `nutgraf index`: counts, skipped files, dates and fields that were not used."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.api.terminal.encoded import encoded_note
from nutgraf.indexer.loaders.base import RefusedDates, UnusedFields
from nutgraf.indexer.origins import is_address, origin_path
from nutgraf.indexer.storage import ArticleStatus
from nutgraf.results import AddReport

SHOWN_SKIPS = 20
_SHOWN_UNUSED = 5
_SHOWN_NAMES = 12


def print_summary(report: AddReport) -> None:
    """Print the counts of a run, each skipped file with its reason, and what was not used of others."""
    out = console()
    counts = {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "duplicate": report.duplicate,
        "removed": len(report.removed),
        "skipped": len(report.skipped),
    }
    always = {"added", "unchanged", "skipped"}
    shown = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count or name in always)
    out.print(Text(shown))
    for line in skip_lines(report.skipped):
        out.print(Text(line))
    for line in _refused_lines(report.dates_not_used):
        out.print(Text(f"  dates not used: {visible(line)}"))
    unused = list(_unused_lines(report.fields_not_used))
    for line in unused[:_SHOWN_UNUSED]:
        out.print(Text(f"  fields not used: {visible(line)}"))
    if len(unused) > _SHOWN_UNUSED:
        out.print(
            Text(
                f"  and fields of {len(unused) - _SHOWN_UNUSED:,} other kinds of files; --json lists them all"
            )
        )
    total = report.state.counts
    out.print(Text(f"The index holds {total.articles:,} articles in {total.passages:,} passages."))
    if (note := encoded_note(report.state.encoded)) is not None:
        out.print(Text(f"Note: {note}; nutgraf encode makes the vectors that are missing."))


def skip_lines(skipped: Sequence[ArticleStatus]) -> Iterator[str]:
    """Yield a line for each file and reason, as terminals may show it: the first 20, and how many more."""
    reasons = _reasons(skipped)
    for reason in reasons[:SHOWN_SKIPS]:
        yield f"  skipped {visible(reason)}"
    if len(reasons) > SHOWN_SKIPS:
        yield f"  and {len(reasons) - SHOWN_SKIPS:,} more; --json lists them all"


def _reasons(skipped: Sequence[ArticleStatus]) -> list[str]:
    """Return one line for each file and reason: a thousand bad records of one file are one line."""
    counts = Counter((_source(skip.origin), skip.reason) for skip in skipped)
    origins = {(_source(skip.origin), skip.reason): skip.origin for skip in reversed(skipped)}
    return [
        f"{origins[path, reason]}: {reason}" if count == 1 else f"{path}: {count:,} records: {reason}"
        for (path, reason), count in counts.items()
    ]


def _source(origin: str) -> str:
    """Return the file or the address of an origin."""
    return origin if is_address(origin) else str(origin_path(origin))


def _refused_lines(refused: Sequence[RefusedDates]) -> Iterator[str]:
    """Yield one line for each reason, over all files, with the first such date."""
    counts = Counter[str]()
    for dates in refused:
        counts[dates.reason] += dates.count
    firsts = {dates.reason: dates for dates in reversed(refused)}
    for reason, count in counts.items():
        first = firsts[reason]
        yield f"{count:,} {reason}, such as {first.given!r} in {first.origin}"


def _unused_lines(unused: Sequence[UnusedFields]) -> Iterator[str]:
    """Yield one line for each set of names, over all files, with what to type for the likeliest of them."""
    counts = Counter(fields.names for fields in unused)
    firsts = {fields.names: fields for fields in reversed(unused)}
    for names, count in counts.items():
        first = firsts[names]
        more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
        files = first.origin if count == 1 else f"{count:,} files, such as {first.origin}"
        line = f"{', '.join(names[:_SHOWN_NAMES])}{more}, in {files}"
        likely = next(((name, ours) for name, ours in first.resembles.items()), None)
        yield f"{line}; use one with --field {likely[1]}={likely[0]}" if likely else line
