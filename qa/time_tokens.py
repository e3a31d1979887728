"""The words and marks of a text, as times are read from them: which number is a year, which word a month.

Pure: knows no calendar, and not how a time is put together (`qa.periods`).
"""

import re

from nutgraf.indexer import date_words
from nutgraf.indexer.date_words import folded
from nutgraf.models.words import word_set

FIRST_YEAR, LAST_YEAR = 1000, 2999
_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[^\w\s]")
MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
MONTHS = {
    **{name[:3]: number for number, name in enumerate(MONTH_NAMES, 1)},
    **{name: number for number, name in enumerate(MONTH_NAMES, 1)},
    "sept": 9,
}
OF = word_set("of de del d")
_NO_YEAR_SIGNS = "$€£¥₹#№"
_SHORT_MONTHS = word_set("mai maj mei маи мая")
YEAR_SIGNS, MONTH_SIGNS, DAY_SIGNS = ("年", "년"), ("月", "월"), ("日", "일")
TWO_DIGITS, AMOUNT_DIGITS, YEAR_DIGITS = 2, 3, 4


class TimeTokens:
    """The words of a text in small letters, `lower`, with where each stands in the text, `spans`.

    With `names`, words with a capital inside the text are names ("Apocalypse Now").
    """

    def __init__(self, text: str, *, names: bool) -> None:
        self.lower = [match[0].lower() for match in _TOKEN.finditer(text)]
        self.spans = [match.span() for match in _TOKEN.finditer(text)]
        self._text = text
        self._names = names and not text.isupper()

    def word(self, at: int) -> str:
        """Return the word at a place in small letters; empty where there is none."""
        return self.lower[at] if 0 <= at < len(self.lower) else ""

    def original(self, at: int) -> str:
        """Return the word at a place as it is written."""
        start, end = self.spans[at]
        return self._text[start:end]

    def is_word(self, at: int) -> bool:
        """Whether a word is no part of a name: in a question, one with a capital inside it is."""
        return not (self._names and at > 0 and self.original(at)[0].isupper())

    def touches(self, at: int) -> bool:
        """Whether a word stands right behind the one before it, without a blank."""
        return 0 < at < len(self.spans) and self.spans[at][0] == self.spans[at - 1][1]

    def is_number(self, at: int, digits: int = TWO_DIGITS) -> bool:
        """Whether a whole number of at most so many digits stands there."""
        return self.word(at).isdecimal() and len(self.word(at)) <= digits

    def amount_at(self, at: int) -> int:
        """Return the number of up to four digits that stands there; 0 where there is none."""
        return int(self.word(at)) if self.is_number(at, YEAR_DIGITS) else 0

    def year(self, at: int) -> int | None:
        """Return the year that stands there: four digits that are no part of an amount or of a name."""
        year = self.amount_at(at)
        if not FIRST_YEAR <= year <= LAST_YEAR:
            return None
        before, after = self.word(at - 1), self.word(at + 1)
        if self.touches(at) and (before in _NO_YEAR_SIGNS or before.isalpha()):
            return None
        if self.touches(at) and before in ".," and self.touches(at - 1) and self.is_number(at - 2, 9):
            return None
        if self.touches(at + 1):
            is_unit = after == "%" or (after.isalpha() and after != "s" and after[0] not in YEAR_SIGNS)
            is_part = after in ".," and self.touches(at + 2) and self.is_number(at + 2, 9)
            return None if is_unit or is_part else year
        return year

    def year_behind(self, at: int) -> tuple[int | None, int]:
        """Return the year that follows, perhaps behind a comma or "of", and the place behind it."""
        for place in (at, at + 1):
            if (year := self.year(place)) is not None:
                return year, place + 1
            if self.word(place) not in OF and self.word(place) not in {",", "."}:
                break
        return None, at

    def month(self, at: int) -> int | None:
        """Return the number of a month in any language, if a word of one stands there."""
        word = self.word(at)
        if word in MONTHS or not word.isalpha():
            return MONTHS.get(word)
        plain = folded(word)
        if len(plain) <= len("mar") and plain not in _SHORT_MONTHS:
            return None  # "set", "out" and "ago" are months, too
        is_planet = self.original(at) == "Mars"
        return None if is_planet else date_words.MONTHS.get(plain)
