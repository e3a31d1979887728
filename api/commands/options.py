"""The command line's options, each defined once: its name, its environment variable, its help."""

from pathlib import Path
from typing import Annotated

import typer

from nutgraf.errors import BadOption
from nutgraf.settings import Settings

IndexFolder = Annotated[
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
        "--windows", envvar="NUTGRAF_WINDOWS", min=1, max=100, help="Passages to read; else as the profile."
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        envvar="NUTGRAF_PROFILE",
        metavar="NAME",
        help="How much to do for a question: quick, balanced or thorough [default: balanced].",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Explain = Annotated[bool, typer.Option("--explain", help="Show why: ranks and scores of every passage.")]
Timeline = Annotated[bool, typer.Option("--timeline", help="Also show how the answer changed over time.")]
After = Annotated[
    str | None,
    typer.Option(
        "--after", metavar="DATE", help='Published on this day or later: 2016-01-27, 2016, "last week".'
    ),
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
    profile: str | None = None,
) -> Settings:
    """Return the settings that the options make; raises BadOption for a profile that is none."""
    if profile is not None:
        from nutgraf.qa.profiles import PROFILES

        if profile not in PROFILES:
            raise BadOption(
                f"--profile {profile!r} is none of {', '.join(PROFILES)}", hint="--profile thorough"
            )
    return Settings(index, encoder, reader, threads, windows, profile)
