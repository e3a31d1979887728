"""How word processors spell the number of a list's item: "iv", "d", "4". Knows no file format."""

from string import ascii_lowercase

BULLET = "- "
"""Stands for a bullet of whatever shape: many are characters of fonts that have an alphabet of their own."""

MOST_LEVELS = 10
"""How deep lists may stand in each other: nine levels in Word, ten in OpenDocument."""

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN = 3999
_MOST_REPEATED = 10  # "zz" is 52, as Word has it: letters repeat, which must not grow without end
CYRILLIC = "абвгдежзиклмнопрстуфхцчшщэюя"


def roman(number: int) -> str:
    """Return a number from 1 to 3999 in small Roman numerals, any other in digits.

    >>> roman(1994)
    'mcmxciv'
    """
    if not 0 < number <= _MOST_ROMAN:
        return str(number)
    letters = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        letters += count * sign
    return letters


def letters(number: int, alphabet: str = ascii_lowercase) -> str:
    """Return the letter that counts an item, repeated where the alphabet is too short; else digits.

    >>> letters(3), letters(28)
    ('c', 'bb')
    """
    repeated, place = divmod(number - 1, len(alphabet))
    return (repeated + 1) * alphabet[place] if 0 <= repeated < _MOST_REPEATED else str(number)


def ordinal(number: int) -> str:
    """Return an English ordinal.

    >>> ordinal(2), ordinal(11)
    ('2nd', '11th')
    """
    teens = number % 100 in range(11, 14)
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
