"""The options of the command line, each defined once: its name, environment variable and help."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nutgraf import __version__
from nutgraf.api.commands import completion
from nutgraf.errors import BadOption
from nutgraf.qa.citing.formats import FORMAT_NAMES, citation_format
from nutgraf.settings import MAX_PASSAGES, Settings

if TYPE_CHECKING:
    from nutgraf.archive import Archive
    from nutgraf.client import Client


def _print_version(value: bool) -> None:
    """Print the version and stop, before the command is read."""
    if value:
        typer.echo(f"nutgraf {__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
]
IndexFolder = Annotated[
    Path,
    typer.Option("--index", envvar="NUTGRAF_INDEX", help="Folder of the index.", show_default=".nutgraf"),
]
ServerUrl = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help="Ask the archive of this server (nutgraf serve), not one on this machine.",
    ),
]
ServerKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--api-key-file",
        metavar="FILE",
        help="With --server: a file with its key [default: the key in $NUTGRAF_API_KEY].",
    ),
]
EncoderName = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        envvar="NUTGRAF_ENCODER",
        help="Use this encoder instead of the shipped one: a name or a path (extra hf).",
    ),
]
ReaderName = Annotated[
    str | None,
    typer.Option(
        "--reader",
        envvar="NUTGRAF_READER",
        help="Read with this model alone: small, large, a path, or a name (extra hf).",
        autocompletion=completion.readers,
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        envvar="NUTGRAF_THREADS",
        min=1,
        max=256,
        help="Number of threads [default: physical cores].",
    ),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="[ADDRESS]",
        help="Read files and encode on a Ray cluster: HOST:PORT or auto; alone, on one of this machine"
        " (extra ray).",
    ),
]
RayAsking = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="[ADDRESS]",
        help="Answer the questions on a Ray cluster: HOST:PORT or auto; alone, on one of this machine"
        " (extra ray).",
    ),
]
Passages = Annotated[
    int | None,
    typer.Option(
        "--passages",
        envvar="NUTGRAF_PASSAGES",
        min=1,
        max=MAX_PASSAGES,
        help="Read this many passages instead of the profile's number.",
    ),
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        envvar="NUTGRAF_PROFILE",
        metavar="NAME",
        help="How much to do for a question: quick, balanced or thorough [default: balanced].",
        autocompletion=completion.profiles,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
FormatName = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help=f"Print quotes to be cited: {', '.join(FORMAT_NAMES)}.",
        autocompletion=completion.formats,
    ),
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Also show why: the ranks and scores of every passage.")
]
NoTime = Annotated[
    bool,
    typer.Option("--no-time", help='Do not let the time count that the question names: "in 2016", "now".'),
]
Timeline = Annotated[bool, typer.Option("--timeline", help="Also show how the answer changed over time.")]
After = Annotated[
    str | None,
    typer.Option(
        "--after", metavar="DATE", help='Only articles of this day or later: 2016-01-27, 2016, "last week".'
    ),
]
Before = Annotated[
    str | None, typer.Option("--before", metavar="DATE", help="Only articles of this day or earlier.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Answer as of this day: hide articles of later days."),
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="NAME",
        help="Only articles of this outlet; may be repeated.",
        autocompletion=completion.outlets,
    ),
]
Authors = Annotated[
    list[str] | None,
    typer.Option("--author", metavar="NAME", help="Only articles by this author; may be repeated."),
]
Words = Annotated[
    str | None,
    typer.Option("--words", metavar="WORDS", help="Only articles that have every one of these words."),
]
Top = Annotated[int, typer.Option("--top", "-n", help="How many to show at most.")]
MinProbability = Annotated[
    float | None,
    typer.Option(
        "--min-probability", metavar="P", help="Show only answers of at least this probability, 0 to 1."
    ),
]

Outlet = Annotated[
    str | None, typer.Option("--outlet", metavar="NAME", help="Outlet of articles that name no outlet.")
]
MaxArticles = Annotated[
    int, typer.Option("--max-articles", min=1, help="Fetch at most this many articles in one run.")
]
Pause = Annotated[
    float, typer.Option("--pause", min=0, help="Seconds between two requests to one host, at least.")
]
Timeout = Annotated[
    float,
    typer.Option(
        "--timeout", min=0.1, help="Longest time to fetch one article, redirects included, in seconds."
    ),
]
AllowPrivate = Annotated[
    bool,
    typer.Option("--allow-private", help="Let addresses of this machine and of private networks be fetched."),
]


def settings(
    index: Path,
    encoder: str | None = None,
    reader: str | None = None,
    threads: int | None = None,
    passages: int | None = None,
    profile: str | None = None,
    ray: str | None = None,
) -> Settings:
    """Return the settings of the options; raises BadOption for a profile that does not exist."""
    return Settings(index, encoder, reader, threads, passages, profile, ray).checked()


def output_format(name: str | None, as_json: bool, **shown: bool) -> str | None:
    """Return the format to print, None for what a person reads; raises BadOption for no format.

    `shown` are options that only a person's output and JSON show.
    """
    if as_json and name not in {None, "json"}:
        raise BadOption(f"--json and --format {name} were given", hint="give one of the two")
    if as_json or name == "json":
        return "json"
    unused = next((option for option, is_given in shown.items() if is_given), None)
    if name is not None:
        citation_format(name)
        if unused is not None:
            raise BadOption(f"--format {name} does not show --{unused}", hint=f"--{unused} --format json")
    return name


def check_outlets(archive: "Archive | Client", names: Sequence[str] | None) -> None:
    """Say on standard error which names of `--source` are those of no outlet of the archive."""
    from nutgraf.api.terminal.outlets import print_unknown_outlets

    if names:
        print_unknown_outlets(names, [outlet.name for outlet in archive.info().info.outlets])
