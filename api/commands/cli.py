"""The command line, `nutgraf` and `ask`: the names of its commands, and how each of them ends.

The exit codes are like those of grep: 0 answered or found, 1 unsure or not found, 2 error, 130
interrupted.
"""

import io
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from nutgraf.api.commands import archive, options
from nutgraf.api.commands import ask as asking
from nutgraf.api.commands import browse as browsing
from nutgraf.api.commands import doctor as checking
from nutgraf.api.commands import encode as encoding
from nutgraf.api.commands import eval as measuring
from nutgraf.api.commands import follow as following
from nutgraf.api.commands import serve as serving
from nutgraf.api.commands import watch as watching
from nutgraf.api.commands.exits import FAILED, FOUND, INTERRUPTED
from nutgraf.api.commands.system_errors import system_refusal
from nutgraf.errors import BadOption, LibraryPanicked, NutgrafError, error_object, option
from nutgraf.indexer.ray.cluster import LOCAL, is_address
from nutgraf.objects import ErrorBodyJson


class _Commands(TyperGroup):
    """The group of commands; some have a name of two words: `eval compare` is one, and `eval` another."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # noqa: ANN401 - typer's own
        """Join the two words of a name to one, find the command, and let --ray stand without an address."""
        if args[0] == "eval" and " ".join(args[:2]) in self.commands:
            args = [" ".join(args[:2]), *args[2:]]
        for at, word in enumerate(args):
            if word == "--ray" and not (args[at + 1 :] and is_address(args[at + 1])):
                args = [*args[:at], f"--ray={LOCAL}", *args[at + 1 :]]
        return super().resolve_command(ctx, args)


_OLD_NAMES = {"windows": "passages"}
"""Names that options had before, and their names now."""

_SETTINGS = {"token_normalize_func": lambda name: _OLD_NAMES.get(name, name)}

app = typer.Typer(
    name="nutgraf",
    context_settings=_SETTINGS,
    cls=_Commands,
    help="Ask your news archive. Every answer is a quote, with its source.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    invoke_without_command=True,
)
ask_app = typer.Typer(context_settings=_SETTINGS, pretty_exceptions_enable=False, rich_markup_mode=None)


def main() -> NoReturn:
    """Run `nutgraf`."""
    _run(app)


def ask_main() -> NoReturn:
    """Run `ask`, which is `nutgraf ask`."""
    _run(ask_app)


def _run(command: Callable[..., int | None]) -> NoReturn:
    """Run a command; every failure ends with one line and an exit code, never with a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal may lack a character of an article
            stream.reconfigure(errors="backslashreplace")
    code: int | None = FAILED
    try:
        code = command(standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except (BrokenPipeError, SystemExit):  # typer turns a BrokenPipeError into a SystemExit
        # The program that read the output has ended (`| head`): nothing is wrong, and nobody reads more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FOUND
    except BaseException as error:  # noqa: BLE001 - a panic of a library in Rust is no Exception
        body = _error_body(error)
        if body["code"] == LibraryPanicked.code and os.environ.get("NUTGRAF_DEBUG"):
            traceback.print_exc()
        _report(body)
    sys.exit(code or FOUND)


def _error_body(error: BaseException) -> ErrorBodyJson:
    """Return the error body of our error, a wrong option, a refusal of the system, or a defect.

    Typer raises the errors of wrong options under private names.
    """
    if isinstance(error, NutgrafError):
        return error_object(error, option)["error"]
    message = getattr(error, "format_message", None)
    if message is not None:
        path = getattr(getattr(error, "ctx", None), "command_path", "nutgraf")
        return {"code": BadOption.code, "message": message(), "hint": f"{path} --help"}
    if (refusal := system_refusal(error)) is not None:
        return error_object(refusal, option)["error"]
    return {
        "code": LibraryPanicked.code,
        "message": f"{type(error).__name__}: {error}",
        "hint": "this is a defect of nutgraf: please report it with the output of NUTGRAF_DEBUG=1",
    }


def _report(error: ErrorBodyJson) -> None:
    from nutgraf.api.terminal.console import print_error, print_json

    wants_json = {("--format", "json"), ("--json",), ("--format=json",)}
    if wants_json & {*zip(sys.argv, sys.argv[1:], strict=False), *((word,) for word in sys.argv)}:
        print_json({"error": error})
    else:
        print_error(error["message"], error["hint"])


@app.callback()
def nutgraf(
    context: typer.Context,
    version: options.Version = False,  # noqa: ARG001 - its callback prints the version
) -> None:
    """Print the help when no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


ask_app.command(help=asking.ASK_HELP)(asking.ask)
app.command(help=asking.ASK_HELP)(asking.ask)
app.command(help=asking.SEARCH_HELP)(asking.search)
app.command(name="index", help=archive.INDEX_HELP)(archive.index_command)
app.command(help=following.FOLLOW_HELP)(following.follow)
app.command(help=encoding.ENCODE_HELP)(encoding.encode)
app.command(name="list", help=browsing.LIST_HELP)(browsing.list_command)
app.add_typer(watching.watch_app, name="watch", context_settings=_SETTINGS)
app.command()(archive.show)
app.command(help=browsing.EXPORT_HELP)(browsing.export)
app.command()(archive.remove)
app.command()(archive.info)
app.command(name="eval", help=measuring.EVAL_HELP)(measuring.eval_command)
app.command(name="eval extraction", help=measuring.EXTRACTION_HELP)(measuring.extraction_command)
app.command(name="eval compare", help=measuring.COMPARE_HELP)(measuring.compare_command)
app.command(help=measuring.CALIBRATE_HELP)(measuring.calibrate)
app.command(help=serving.SERVE_HELP)(serving.serve)
app.command(help=serving.MCP_HELP)(serving.mcp)
app.command(help=checking.DOCTOR_HELP)(checking.doctor)
