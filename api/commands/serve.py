"""The commands `serve` and `mcp`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from nutgraf.api.commands import options
from nutgraf.archive import Archive
from nutgraf.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)

SERVE_HELP = """Answer over HTTP: the routes are in docs/http.md.

Without an API key only this machine is served. A key is [NAME[:SCOPE]=]SECRET; SCOPE is read or write.

\b
Examples:
  nutgraf serve
  nutgraf serve --host 0.0.0.0 --api-key-file keys.txt
  nutgraf serve --api-key-file keys.txt --root-path /news
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
            help="A key that lets its holder in; may be repeated. Other users of this machine can read a"
            " command line, so prefer the variable or a file.",
            show_envvar=True,
        ),
    ] = None,
    api_key_file: Annotated[
        Path | None, typer.Option("--api-key-file", metavar="FILE", help="A file with one key in each line.")
    ] = None,
    rate: Annotated[
        int,
        typer.Option(
            "--rate", min=1, max=1_000_000, help="Requests that each key or address may send in a minute."
        ),
    ] = 600,
    deadline: Annotated[
        float, typer.Option("--deadline", min=0.1, max=3600.0, help="Seconds that a request may take.")
    ] = 30.0,
    batch: Annotated[
        int,
        typer.Option(
            "--batch", min=1, max=64, help="How many waiting questions are answered together at most."
        ),
    ] = 4,
    log_questions: Annotated[
        bool, typer.Option("--log-questions", help="Also write questions and their outcomes into the log.")
    ] = False,
    root_path: Annotated[
        str,
        typer.Option(
            "--root-path", metavar="PATH", help="The path that a proxy serves this under, such as /news."
        ),
    ] = "",
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            "--trusted-proxy",
            metavar="ADDRESS",
            help="Address or network of a proxy whose X-Forwarded-Prefix and X-Forwarded-For are believed;"
            " may be repeated.",
        ),
    ] = None,
    cors_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--cors-origin",
            metavar="ORIGIN",
            help="Let pages of this origin ask from a browser: https://desk.example; may be repeated.",
        ),
    ] = None,
    encode_share: Annotated[
        float,
        typer.Option(
            "--encode-share",
            min=0.0,
            max=1.0,
            help="Share of the time in which missing vectors are made while nobody asks; 0 makes none.",
        ),
    ] = 0.5,
    index: options.IndexFolder = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    profile: options.ProfileName = None,
    passages: options.Passages = None,
) -> None:
    """Serve over HTTP; SERVE_HELP is the help of the command."""
    from nutgraf.api.engine.limits import EngineLimits
    from nutgraf.api.web.app import Serving
    from nutgraf.api.web.app import serve as serve_http
    from nutgraf.api.web.guard import AccessRules
    from nutgraf.api.web.keys import parse_keys, read_keys
    from nutgraf.api.web.origins import checked_origins
    from nutgraf.api.web.proxies import ProxyRules, trusted_proxies
    from nutgraf.api.web.proxies import root_path as checked_root_path
    from nutgraf.hooks import Hooks

    keys = parse_keys([*(api_key or []), *(read_keys(api_key_file) if api_key_file else [])])
    rules, limits = AccessRules(keys=keys, per_minute=rate), EngineLimits(batch=batch)
    proxy = ProxyRules(checked_root_path(root_path), trusted_proxies(trusted_proxy or []))
    origins = checked_origins(cors_origin or [])
    hooks = Hooks.of(os.environ)
    serving = Serving(host, port, rules, limits, deadline, log_questions, proxy, origins, encode_share, hooks)
    with Archive(options.settings(index, encoder, reader, threads, passages, profile)) as archive:
        serve_http(archive, serving)


MCP_HELP = """Answer an agent over MCP, on standard input and output; see docs/mcp.md.

The client of the agent starts this command.

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
    passages: options.Passages = None,
) -> None:
    """Serve one agent; MCP_HELP is the help of the command."""
    from nutgraf.api.mcp.transports import serve_stdio

    with Archive(options.settings(index, encoder, reader, threads, passages, profile)) as archive:
        serve_stdio(archive)
