"""`serve`."""

from pathlib import Path
from typing import Annotated

import typer

from api import options
from api.settings import DEFAULT_INDEX

_INDEX = Path(DEFAULT_INDEX)


def serve(
    port: Annotated[int, typer.Option("--port", envvar="NUTGRAF_PORT", min=1, max=65535)] = 8017,
    index: options.Index = _INDEX,
    encoder: options.EncoderName = None,
    reader: options.ReaderName = None,
    threads: options.Threads = None,
    profile: options.Profile = None,
    windows: options.Windows = None,
) -> None:
    """Answer over HTTP, on this machine only: POST /v1/ask, /v1/search; GET /v1/articles/ID, /v1/info."""
    from api.app import serve as serve_http

    serve_http(options.settings(index, encoder, reader, threads, windows, profile), port)
