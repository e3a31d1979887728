"""Decodes bytes into text. Knows encodings, and how to tell that bytes are no text."""

import codecs
import re
import unicodedata

from nutgraf.indexer.loaders.base import UnreadableError

_SAMPLE_BYTES = 200_000  # enough for statistics of letters; not measured
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x7fELF",
    b"\x1f\x8b",
    b"SQLite format 3",
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
# Shares of bytes that tell binary and western text, tried on the test files of the loaders only.
_CONTROL_SHARE = 0.01
_FEW_HIGH_SHARE = 0.05
_FEW_HIGH = 8
_TYPOGRAPHY = frozenset("‘’‚“”„†‡•…‰‹›–—€™ \xa0¡¢£¥§©«®°±²³´·¹º»¼½¾¿×÷\xad")


def decode(data: bytes) -> str:
    """Return the text of a document: UTF-8, UTF-16 with a mark, else what its bytes look like.

    Raises UnreadableError("binary file") where no reading is plausible.
    """
    if data.startswith(_MAGIC):
        raise UnreadableError("binary file")
    for mark, name in BOMS.items():
        if data.startswith(mark):
            return _not_binary(data.decode(name, "replace"))
    try:
        return _not_binary(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _not_binary(data.decode(detect(data), "replace"))


def detect(data: bytes) -> str:
    """Name the encoding of bytes that are not UTF-8, from their first 200 kB."""
    sample = data[:_SAMPLE_BYTES]
    if sample.count(0) > _CONTROL_SHARE * len(sample):
        raise UnreadableError("binary file")
    if _is_western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None:
        raise UnreadableError("binary file")
    return best.encoding


def _is_western(sample: bytes) -> bool:
    """Say whether this is ASCII with a few cp1252 letters and quotes: too few for statistics to tell."""
    high = bytes(byte for byte in sample if byte > 0x7F)  # noqa: PLR2004 - the end of ASCII
    if len(high) > max(_FEW_HIGH, _FEW_HIGH_SHARE * len(sample)):
        return False
    try:
        letters = set(high.decode("cp1252"))
    except UnicodeDecodeError:
        return False
    return all(char in _TYPOGRAPHY or unicodedata.category(char) in {"Lu", "Ll"} for char in letters)


def _not_binary(text: str) -> str:
    if len(_CONTROL.findall(text, 0, _SAMPLE_BYTES)) > _CONTROL_SHARE * min(len(text), _SAMPLE_BYTES):
        raise UnreadableError("binary file")
    return text
