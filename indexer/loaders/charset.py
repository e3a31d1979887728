"""The text of bytes whose encoding something beside them names, as in messages and web archives."""

from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.labels import codec_of


def text_in(data: bytes, label: str) -> str:
    """Return the text of bytes that are said to be in an encoding; of what they look like where it fails."""
    try:
        return decode(data, label)
    except UnreadableError:
        return data.decode(codec_of(label) or "cp1252", "replace")


def in_utf8(data: bytes, label: str) -> bytes | None:
    """Return bytes in UTF-8 where what came with them names their encoding and they are in it, else None.

    What is UTF-8 stays so, whatever it is called: no other encoding looks like it by chance.
    """
    codec = codec_of(label)
    if codec is None:
        return None
    # ASCII may stand for letters in another encoding (ISO-2022-JP), and so may bytes with zeros (UTF-16).
    for name in (codec,) if data.isascii() or 0 in data else ("utf-8", codec):
        try:
            return data.decode(name).encode("utf-8", "replace")
        except ValueError:
            continue
    return None


def page_in(data: bytes, label: str) -> bytes:
    """Return a page in UTF-8 that says so, where `in_utf8` can tell."""
    text = in_utf8(data, label)
    return data if text is None else b'<meta charset="utf-8">' + text
