"""The names of encodings as messages, pages and XML state them, and the text that they make of bytes."""

import codecs
from contextlib import suppress

from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.loaders.decode import decode

# Python knows others, too, such as punycode, whose time grows with the square of the text.
_FAMILIES = (
    "utf-8",
    "utf-16",
    "cp",
    "koi8",
    "iso8859",
    "iso2022",
    "gb",
    "hz",
    "euc_",
    "shift_jis",
    "big5",
    "mac-",
    "tis",
)
_LATIN = frozenset({"iso8859-1", "ascii"})  # which is cp1252 in all but name (WHATWG Encoding, 4.2)


def codec_of(label: str) -> str | None:
    """Return Python's name of an encoding; None where no document is in such an encoding."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    if name in _LATIN:
        return "cp1252"
    return name if name.startswith(_FAMILIES) else None


def text_in(data: bytes, label: str) -> str:
    """Return the text of bytes that are said to be in an encoding; of what they look like where it fails."""
    codec = codec_of(label)
    is_ascii_by_name = codec == "cp1252" and "ascii" in label.lower()  # whose other bytes say what they are
    if codec is not None and not is_ascii_by_name:
        with suppress(ValueError):
            return data.decode(codec)
    try:
        return decode(data)
    except UnreadableError:
        return data.decode(codec or "cp1252", "replace")


def page_in(data: bytes, label: str) -> bytes:
    """Return a page in UTF-8 that says so, where what came with it names its encoding."""
    codec = codec_of(label)
    if codec is None:
        return data
    try:
        text = data.decode(codec)
    except ValueError:
        return data
    return b'<meta charset="utf-8">' + text.encode("utf-8", "replace")
