"""The command line's options, each defined once: its name, its environment variable, its help."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.errors import BadOption
from api.settings import Settings
from indexer.clean import storable
from indexer.filters import Filter

Index = Annotated[
    Path,
    typer.Option("--index", envvar="NUTGRAF_INDEX", help="Folder of the index.", show_default=".nutgraf"),
]
EncoderName = Annotated[
    str | None,
    typer.Option("--encoder", envvar="NUTGRAF_ENCODER", help="Another encoder, by name or path (extra hf)."),
]
ReaderName = Annotated[
    str | None,
    typer.Option("--reader", envvar="NUTGRAF_READER", help="Another reader, by name or path (extra hf)."),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads", envvar="NUTGRAF_THREADS", min=1, max=256, help="Threads [default: physical cores]."
    ),
]
Windows = Annotated[
    int | None,
    typer.Option(
        "--windows", envvar="NUTGRAF_WINDOWS", min=1, max=100, help="Passages to read [default: 10]."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Explain = Annotated[bool, typer.Option("--explain", help="Show why: ranks and scores of every passage.")]
After = Annotated[
    str | None,
    typer.Option("--after", metavar="DATE", help="Published on this day or later: 2016-01-27, 2016."),
]
Before = Annotated[
    str | None, typer.Option("--before", metavar="DATE", help="Published on this day or earlier.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Answer as of this day: hide what came later.")
]
Sources = Annotated[
    list[str] | None, typer.Option("--source", metavar="NAME", help="Only this outlet; may be repeated.")
]
Top = Annotated[int, typer.Option("--top", "-n", help="How many, at most.")]
MinProbability = Annotated[
    float | None,
    typer.Option("--min-probability", metavar="P", help="Least probability of an answer, 0 to 1."),
]


def settings(
    index: Path,
    encoder: str | None = None,
    reader: str | None = None,
    threads: int | None = None,
    windows: int | None = None,
) -> Settings:
    """Return the settings that the options make."""
    return Settings(index=index, encoder=encoder, reader=reader, threads=threads, windows=windows)


def article_filter(
    after: str | None, before: str | None, as_of: str | None, sources: list[str] | None
) -> Filter:
    """Return the filter that the options make; raises BadOption for a date that is none."""
    ends = [
        end
        for name, text in (("--before", before), ("--as-of", as_of))
        if (end := _day(name, text, last=True))
    ]
    return Filter(
        first=_day("--after", after, last=False),
        last=min(ends) if ends else None,
        sources=tuple(storable(source) for source in sources or ()),
    )


def _day(name: str, text: str | None, *, last: bool) -> date | None:
    """Return the first or the last day that `text` (a day, a month or a year) names."""
    from indexer.dates import parse_day

    if text is None:
        return None
    try:
        days = parse_day(text)
    except ValueError as error:
        raise BadOption(
            f"{name}: {error}", hint=f"{name} 2016-01-27, or a month 2016-01, or a year 2016"
        ) from error
    return days.last if last else days.first
