"""Tells the encodings of languages in Latin letters apart by the alphabets of these languages.

Statistics of letters need some hundred words, and take Czech for Latvian. An alphabet needs few: no language
has both "ø" and "í" and "ž", which is what Czech in windows-1250 looks like in windows-1252. Knows no files.
"""

import re
from collections import Counter
from functools import cache

# The letters beyond a to z, as newspapers of these languages print them, names from neighbours included.
_ALPHABETS = (
    "àáâäæçèéêëíîïñóôöœùûüÿ",  # English, French, Dutch
    "äöüßéèêáàçôñ",  # German
    "æøåéèêàôòóäöü",  # Danish, Norwegian
    "åäöéèüàáæøôëçñ",  # Swedish
    "äöåšžéü",  # Finnish
    "áéíóúüñçàèòïºª¿¡",  # Spanish, Catalan
    "ãõáéíóúâêôçàüºª",  # Portuguese
    "àèéìíòóùúî",  # Italian
    "áðéíóúýþæö",  # Icelandic
    "äöõüšžåé",  # Estonian
    "ëçéáöü",  # Albanian
    "ąćęłńóśźżéöüáč",  # Polish
    "áčďéěíňóřšťúůýžöü",  # Czech
    "áäčďéíĺľňóôŕšťúýžöü",  # Slovak
    "áéíóöőúüűä",  # Hungarian
    "čćđšžáéöüä",  # Croatian, Slovene
    "ăâîşţșțéáöü",  # Romanian
    "çğıiöşüâîû",  # Turkish
    "āčēģīķļņšūžōŗ",  # Latvian
    "ąčęėįšųūžé",  # Lithuanian
)
# The most usual first: where several read a text as words of a language, the differences are signs.
_CODECS = (
    "cp1252", "cp1250", "iso8859_2", "cp1257", "cp1254", "mac_roman", "mac_latin2", "cp850", "cp852",
)  # fmt: skip
# Of the high bytes that are no letters of one language, or stand where no letter does; not compared.
_MOST_STRANGE_SHARE = 0.03
_MOST_HIGH_SHARE = 0.3  # of the bytes: other scripts have more than half; not measured
_SAMPLE_BYTES = 50_000
_ASCII_END = 0x80
_HIGH = bytes(range(_ASCII_END, 0x100))
_ASCII = bytes(range(_ASCII_END))
_IN_WORDS = frozenset("’'‘-–—·\xad")
_BEFORE_NO_LETTER = frozenset("£¥¢¤¦¨¬¯±´¶¸¼½¾˙˛ˇ")
# Signs within a word or in front of one, capitals behind a small letter, and bytes that mean nothing.
_MISPLACED = re.compile(rb"(?<=[luLU])[sS](?=[luLU])|S(?=[luLU])|(?<=[lL])U|x")


def codec_by_alphabet(data: bytes) -> str | None:
    """Name the encoding in which all letters of a text are those of one language; None where none is."""
    sample = data[:_SAMPLE_BYTES]
    counts = Counter(sample.translate(None, _ASCII))
    if not 0 < counts.total() <= _MOST_HIGH_SHARE * len(sample):
        return None
    most = _MOST_STRANGE_SHARE * counts.total()
    return next((codec for codec in _CODECS if _strange(codec, sample, counts) <= most), None)


def _strange(codec: str, sample: bytes, counts: Counter[int]) -> int:
    """Return how many high bytes are letters of another language than the others, or in a strange place."""
    letters = {byte: char for byte in counts if (char := _chars(codec)[byte - _ASCII_END]).isalpha()}
    total = sum(counts[byte] for byte in letters)
    own = max(
        sum(counts[byte] for byte, char in letters.items() if char in letters_of)
        for letters_of in _both_cases()
    )
    return total - own + len(_MISPLACED.findall(sample.translate(_classes(codec))))


@cache
def _both_cases() -> tuple[frozenset[str], ...]:
    return tuple(
        frozenset(alphabet + alphabet.upper() + "ºª" + "İ" * ("ğ" in alphabet)) for alphabet in _ALPHABETS
    )


@cache
def _chars(codec: str) -> str:
    """Return the characters of the bytes from 128 on."""
    return "".join(bytes([byte]).decode(codec, "replace") for byte in _HIGH)


@cache
def _classes(codec: str) -> bytes:
    """Return a table of bytes to what they are: letters (l, u; L, U beyond ASCII), signs (s, S), nothing (x).

    A sign S stands in front of no letter.
    """
    ascii_classes = ("l" if char.islower() else "u" if char.isupper() else " " for char in map(chr, _ASCII))
    return "".join((*ascii_classes, *map(_class, _chars(codec)))).encode()


def _class(char: str) -> str:
    if char == "\ufffd" or ord(char) < 0xA0:  # noqa: PLR2004 - the end of the C1 controls
        return "x"
    if char.isalpha():
        return "U" if char.isupper() else "L"
    if char in _BEFORE_NO_LETTER:
        return "S"
    return " " if char in _IN_WORDS or char.isspace() else "s"
