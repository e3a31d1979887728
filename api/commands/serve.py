"""`serve` and `mcp`."""

from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)

SERVE_HELP = """Answer over HTTP: the routes are in docs/http.md.

Without an API key it serves this machine alone. A key is [NAME[:SCOPE]=]SECRET, its scope `read` or `write`.

\b
Examples:
  nutgraf serve
  nutgraf serve --host 0.0.0.0 --api-key-file keys.txt
"""


def serve(
    port: Annotated[
        int, typer.Option("--port", envvar="NUTGRAF_PORT", min=1, max=65535, help="Port to listen on.")
    ] = 8017,
    host: Annotated[
        str, typer.Option("--host", envvar="NUTGRAF_HOST", help="Address to listen on.")
    ] = "127.0.0.1",
    api_key: Annotated[
        list[str] | None,
        typer.Option(
            "--api-key",
            envvar="NUTGRAF_API_KEY",
            metavar="KEY",
            help="Let its holder in; may be repeated. Others can see it here: prefer the variable or a file.",
            show_envvar=True,
        ),
    ] = None,
    api_key_file: Annotated[
        Path | None, typer.Option("--api-key-file", metavar="FILE", help="A file with a key a line.")
    ] = None,
    rate: Annotated[
        int, typer.Option("--rate", min=1, max=1_000_000, help="Requests a minute of each key or address.")
    ] = 600,
    deadline: Annotated[
        float, typer.Option("--deadline", min=0.1, max=3600.0, help="Seconds that a request may take.")
    ] = 30.0,
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=64, help="Waiting questions answered together, at most.")
    ] = 4,
    log_questions: Annotated[
        bool, typer.Option("--log-questions", help="Write questions and their outcomes into the log, too.")
    ] = False,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    profile: options.ProfileName = None,
    windows: options.Windows = None,
) -> None:
    """Serve; see SERVE_HELP."""
    from nutgraf.api.engine.engine import EngineLimits
    from nutgraf.api.web.app import Serving
    from nutgraf.api.web.app import serve as serve_http
    from nutgraf.api.web.guard import AccessRules
    from nutgraf.api.web.keys import parse_keys, read_keys

    keys = parse_keys([*(api_key or []), *(read_keys(api_key_file) if api_key_file else [])])
    rules, limits = AccessRules(keys=keys, per_minute=rate), EngineLimits(batch=batch)
    serving = Serving(host, port, rules, limits, deadline, log_questions)
    serve_http(options.settings(index, encoder, reader, threads, windows, profile), serving)


MCP_HELP = """Answer an agent over MCP, on standard input and output. Its client starts this: docs/mcp.md.

\b
Examples:
  claude mcp add nutgraf -- nutgraf mcp --index ~/news/.nutgraf
"""


def mcp(
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    profile: options.ProfileName = None,
    windows: options.Windows = None,
) -> None:
    """Serve one agent; see MCP_HELP."""
    from nutgraf.api.mcp.transports import serve_stdio

    serve_stdio(options.settings(index, encoder, reader, threads, windows, profile))
