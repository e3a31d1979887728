"""The pages of other origins that may ask from a browser (CORS): those that were named, letter by letter."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from nutgraf.errors import BadOption

METHODS = ("GET", "POST", "PUT", "DELETE")
SHOWN_HEADERS = ("ETag", "Retry-After", "X-Request-Id")
"""Headers of an answer that a script of another origin may read."""

_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def checked_origins(origins: Sequence[str]) -> tuple[str, ...]:
    """Return origins as a browser sends them; raises BadOption for a wildcard, a path or no origin at all.

    >>> checked_origins(["https://Desk.example/", "http://localhost:3000"])
    ('https://desk.example', 'http://localhost:3000')
    """
    return tuple(_checked(origin) for origin in origins)


def _checked(origin: str) -> str:
    text = origin.strip().removesuffix("/")
    try:
        parts = urlsplit(text if text.isprintable() else "")  # it would take line feeds out
        named = f"{parts.scheme}://{parts.netloc}".lower()
        is_origin = parts.scheme in {"http", "https"} and _HOST.fullmatch(parts.netloc) is not None
        is_origin = is_origin and not (parts.path or parts.query or parts.fragment)
    except ValueError:
        is_origin = False
    if not is_origin:
        raise BadOption(
            f"{{cors_origin}} {origin[:100]!r} is no origin: scheme, host and port, without a path",
            hint="{cors_origin} https://desk.example",
            fields=["cors_origin"],
        )
    default = {"http": ":80", "https": ":443"}[parts.scheme]
    return named.removesuffix(default)
