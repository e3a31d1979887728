"""The archive of a server in place of one on this machine: which options go with it, and its key."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nutgraf.api.web.keys import read_keys, secret_of
from nutgraf.errors import BadOption

if TYPE_CHECKING:
    from nutgraf.client import Client

_OF_THIS_MACHINE = ("index", "encoder", "reader", "threads", "profile", "passages")
"""Parameters of commands that say how this machine answers."""


def open_server(context: typer.Context, url: str, key_file: Path | None) -> "Client":
    """Return the archive of the server of --server.

    Its key is the first one of the file, else of $NUTGRAF_API_KEY, in the form of `nutgraf serve`. Raises
    BadOption for an address or a key that is none, and for an option that the server does not take.
    """
    from nutgraf.client import Client

    for name in _OF_THIS_MACHINE:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise BadOption(
                f"--server and --{name} were given, and a server answers as it was started",
                hint="give one of the two",
            )
    return Client(url, _key(key_file))


def check_no_key_file(key_file: Path | None) -> None:
    """Raise BadOption for a file of keys without a server."""
    if key_file is not None:
        raise BadOption("--api-key-file was given without --server", hint="--server http://127.0.0.1:8017")


def _key(file: Path | None) -> str | None:
    if file is None:
        keys = os.environ.get("NUTGRAF_API_KEY", "").split()
    else:
        keys = read_keys(file)
        if not keys:
            raise BadOption(f"--api-key-file {file} holds no key", hint="write the key into its first line")
    return secret_of(keys[0]) if keys else None
