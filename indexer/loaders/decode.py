"""Decodes bytes into text. Knows encodings, and how to tell that bytes are no text."""

import codecs
import re
import unicodedata

from nutgraf.indexer.loaders.alphabets import codec_by_alphabet
from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.loaders.labels import codec_of

SAMPLE_BYTES = 200_000
"""Bytes that tell the encoding of a file: enough for statistics of letters; not measured."""

STRAY_BYTES = "nutgraf-stray-bytes"
"""How bytes are read that do not fit the encoding of the text around them, as a name for `errors=`."""

# The marks of UTF-32 begin with those of UTF-16, so they come first.
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF87a",
    b"GIF89a",
    b"\xff\xd8\xff",
    b"\x7fELF",
    b"\x1f\x8b",
    b"SQLite format 3\0",
)
# C1 controls are not among them: in texts they are punctuation of windows-1252.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# Shares of bytes that tell binary and western text, tried on the test files of the loaders only.
_CONTROL_SHARE = 0.01
_FEW_HIGH_SHARE = 0.05
_FEW_HIGH = 8
_TYPOGRAPHY = frozenset("‘’‚“”„†‡•…‰‹›–—€™ \xa0¡¢£¥§©«®°±²³´·¹º»¼½¾¿×÷\xad\ufffd")
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿŒœ")
_HIGH_PAIR = re.compile(rb"[\xc0-\xff]{2}")
_PAIRED_SHARE = 0.1
_SIGN_IN_WORD = re.compile(rb"[A-Za-z\xc0-\xff][\xa1-\xac\xae-\xbf][a-z\xe0-\xff]")
# Apostrophes and closing quotes of Mac Roman, which are capitals in windows-1252.
_MAC_SIGN = re.compile(rb"[a-z]\xd5[a-z\s]|[.,!?]\xd3(?:\s|$)")
_MAC_HIGH_SHARE = 0.2  # of the bytes of a western text; those of Asia have more than half; not measured
# An unmarked UTF-16 text in any script has blanks or line ends, where one byte is zero.
_ZERO_SHARE = 0.005
_LEAST_BYTES = 16
_ASCII_PAIR = re.compile(rb"[ -~]{2}")
_PAIR_SHARE = 0.4  # ASCII is nearly all pairs, 0.5; Chinese in UTF-16 has up to 0.3
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_PLAIN = re.compile(r"[\t\n\r -~]")
_SPACE = "\t\n\f\r\x1a"
_GAPS = " \n\r\u3000\u3001\u3002"
_LONGEST_WORDS = 100  # characters between two gaps on average; in texts there are 5 to 15
_NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})
_MOST_STRAY = 100_000  # bytes that are looked at one by one, some 0.1 s
# A character of UTF-8 that was cut begins with one of these far more often than Latin-1 text holds Â, Ã or â.
_CUT_STARTS = frozenset(b"\xc2\xc3\xe2")
_CAPITALS = range(0xC0, 0xE0)  # of windows-1252: inside or behind a word they are a character that was cut
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # in windows-1252
_LAST_C1 = 0x9F
_ASCII_END = 0x80
_ASCII = bytes(range(_ASCII_END))
_DECLARED = re.compile(
    rb"""\s{0,100}<\?xml[^>]{0,200}?\sencoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})"""
    rb"""|<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{1,40})""",
    re.IGNORECASE,
)
_HEAD_BYTES = 4096  # browsers look for a charset in the first 1024 (WHATWG HTML, 13.2.3.2)


def decode(data: bytes, label: str = "") -> str:
    """Return the text of a document; `label` is what the document calls its encoding.

    A mark decides, then what the bytes can only be (UTF-16, UTF-8, even with some bytes that do not fit),
    then the label, then statistics. Raises UnreadableError("binary file") where no reading is plausible.
    """
    if data.startswith(_MAGIC):
        raise UnreadableError("binary file")
    data = _unpadded(data.removeprefix(codecs.BOM_UTF8))
    codec = _marked(data) or _unmarked_utf16(data[:SAMPLE_BYTES])
    if codec:
        return _not_binary(data.decode(codec, "replace"))
    named = codec_of(label)
    text = None if named == "iso2022_jp" else _utf8(data)  # which is written in ASCII alone
    if text is None and named:
        text = _fitting(data, named)
    text = _by_lines(data) if text is None else text
    return _not_binary(text if text is not None else _in_codec(data, detect(data)))


def decode_markup(data: bytes, label: str = "") -> str:
    """Decode as `decode` does a page or an XML file that may name its encoding in its first bytes.

    `label` is what was said from outside, such as the charset of an HTTP header; it goes first.
    """
    declared = _DECLARED.search(data, 0, _HEAD_BYTES)
    inside = (declared[1] or declared[2]).decode("ascii", "replace") if declared else ""
    return decode(data, label if codec_of(label) else inside)


def encoding_of(sample: bytes) -> str:
    """Name the encoding of a file by its first SAMPLE_BYTES, for `open` with STRAY_BYTES.

    Raises UnreadableError where it is no text.
    """
    codec = _marked(sample) or _unmarked_utf16(sample)
    if codec:
        return codec
    # A cut may have split a character.
    whole = sample if len(sample) < SAMPLE_BYTES else sample.rpartition(b"\n")[0] or sample
    decode(whole)
    return "utf-8" if _utf8(whole) is not None else detect(whole)


def detect(data: bytes) -> str:
    """Name the encoding of bytes that are not UTF-8, from their first 200 kB."""
    sample = data[:SAMPLE_BYTES]
    if sample.count(0) > _CONTROL_SHARE * len(sample):
        raise UnreadableError("binary file")
    if _MAC_SIGN.search(sample) and len(sample.translate(None, _ASCII)) <= _MAC_HIGH_SHARE * len(sample):
        return "mac_roman"
    if codec := codec_by_alphabet(sample):
        return codec
    if _is_western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best is not None else "cp1252"


def _marked(data: bytes) -> str | None:
    return next((codec for mark, codec in BOMS.items() if data.startswith(mark)), None)


def _unmarked_utf16(sample: bytes) -> str | None:
    """Name the encoding of a text in UTF-16 or UTF-32 without a mark.

    It has zero bytes, and is read as the one of the four that makes the most characters of ASCII and no
    strange ones, and blanks or full stops as texts have them.
    """
    if len(sample) < _LEAST_BYTES or sample.count(0) <= _ZERO_SHARE * len(sample):
        return None
    # Two letters of ASCII that are read as one character of UTF-16 look like Chinese.
    if len(_ASCII_PAIR.findall(sample)) > _PAIR_SHARE * len(sample):
        return None
    texts = {codec: sample[: len(sample) // 4 * 4].decode(codec, "replace") for codec in _WIDE}
    codec = max(texts, key=lambda codec: (not _is_strange(texts[codec]), len(_PLAIN.findall(texts[codec]))))
    text = texts[codec]
    gaps = sum(map(text.count, _GAPS))
    return None if _is_strange(text) or gaps * _LONGEST_WORDS < len(text) else codec


def _is_strange(text: str) -> bool:
    """Whether more than a hundredth of the characters, and more than one, have no meaning in a text."""
    strange = sum(char not in _SPACE and unicodedata.category(char) in _NO_TEXT for char in text)
    return strange + text.count("\ufffd") > _CONTROL_SHARE * len(text) + 1


def _utf8(data: bytes) -> str | None:
    """Return the text if this is UTF-8: most that is not ASCII fits, or all but a character cut at the end.

    No other encoding looks like it by chance.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = data[error.start :]
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd") - data.count("\ufffd".encode())
    fitting = len(text) - len(text.encode("ascii", "ignore")) - broken
    only_cut = not fitting and len(cut) < len(b"\xf0\x9f\x98\x80") and cut[0] in _CUT_STARTS
    if fitting < broken and not only_cut:
        return None
    return text if broken > _MOST_STRAY else data.decode("utf-8", STRAY_BYTES)


def _unpadded(data: bytes) -> bytes:
    """Return the text without the zero bytes with which old systems fill up a file; it holds no others."""
    text = data.rstrip(b"\0")
    return data if not text or len(data) - len(text) < len(b"\0\0\0\0") or b"\0" in text else text


def _by_lines(data: bytes) -> str | None:
    """Return a text that was put together of lines in UTF-8 and in windows-1252; None for any other.

    In the scripts of Asia a short line may be UTF-8 by chance; those are left to statistics.
    """
    lines: list[bytes | str] = []
    wide = False
    for line in data.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
            wide = wide or not line.isascii()
        except UnicodeDecodeError:
            lines.append(line)
    if not wide or detect(b"\n".join(line for line in lines if isinstance(line, bytes))) != "cp1252":
        return None
    return "\n".join(line if isinstance(line, str) else _in_codec(line, "cp1252") for line in lines)


def _fitting(data: bytes, codec: str) -> str | None:
    """Return the text in an encoding that is named, if it fits but for some bytes."""
    if codec.startswith("utf-"):  # UTF-8 did not fit, and no name in ASCII stands in a text in UTF-16
        return None
    text = _in_codec(data, codec)
    return text if text.count("\ufffd") <= _CONTROL_SHARE * len(text) + 1 else None


def _in_codec(data: bytes, codec: str) -> str:
    if codec == "cp1252":  # Python is slow on bytes that mean nothing
        data = data.translate(None, _UNDEFINED)
    return data.decode(codec, "replace")


def _read_stray(error: UnicodeError) -> tuple[str, int]:
    """Read a byte alone between ASCII as windows-1252, such as a stray ’, and anything else as U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start, end = error.object, error.start, error.end
    byte, before, after = data[start], data[max(0, start - 1) : start], data[end : end + 1]
    alone = end == start + 1 and (before + after).isascii()
    cut = (
        byte in _CUT_STARTS
        or (byte in _CAPITALS and before.isalpha())
        or (byte > _LAST_C1 and end == len(data))
    )
    return data[start:end].decode("cp1252", "replace") if alone and not cut else "\ufffd", end


codecs.register_error(STRAY_BYTES, _read_stray)


def _is_western(sample: bytes) -> bool:
    """Say whether this is ASCII with a few cp1252 letters and quotes: too few for statistics to tell."""
    high = bytes(byte for byte in sample if byte >= _ASCII_END)
    letters = set(high.decode("cp1252", "replace")) - _TYPOGRAPHY
    if len(high) > max(_FEW_HIGH, _FEW_HIGH_SHARE * len(sample)):
        # In a short text there may be more, where each stands in a word of ASCII, and no sign does.
        apart = len(_HIGH_PAIR.findall(sample)) <= _PAIRED_SHARE * len(high)
        return letters <= _WESTERN and apart and not _SIGN_IN_WORD.search(sample)
    return all(unicodedata.category(char) in {"Lu", "Ll"} for char in letters)


def _not_binary(text: str) -> str:
    if len(_CONTROL.findall(text, 0, SAMPLE_BYTES)) > _CONTROL_SHARE * min(len(text), SAMPLE_BYTES) + 1:
        raise UnreadableError("binary file")
    return text
