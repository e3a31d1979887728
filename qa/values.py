"""Compares answers as values: "1,000" is "1000" and "a thousand", "more than 1,000" is neither. Pure.

The rules are English. They see the answer's words alone; who is meant by a name is told by `qa.variants`.
"""

import re
from decimal import Decimal
from itertools import islice

from nutgraf.models.words import word_set
from nutgraf.qa.normalize import same_words

_MOST_TOKENS = 20
"""A longer answer is a clause, no value. Other bounds were not compared."""

_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+|[$€£¥₹%°]")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})++(?:\.\d+)?|\d++(?:\.\d+)?")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[-–/:.](?=\d)")
_POSSESSIVE = re.compile(r"['’]s$")
_MOST_DIGITS = 20  # a Decimal holds 28 exactly; what is longer is a serial number
_ORDINAL = frozenset({"st", "nd", "rd", "th"})
_TO_NINETEEN = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SMALL = {word: number for number, word in enumerate(_TO_NINETEEN.split())}
_SMALL |= {word: 10 * tens for tens, word in enumerate(_TENS.split(), start=2)}
_BIG = {
    "hundred": 10**2, "dozen": 12, "thousand": 10**3, "k": 10**3, "million": 10**6, "mn": 10**6, "m": 10**6,
    "billion": 10**9, "bn": 10**9, "b": 10**9, "trillion": 10**12, "tn": 10**12,
}  # fmt: skip
_LETTERS = frozenset({"k", "m", "b"})
"""Multipliers only where they stand directly behind a number: "3m"."""

_UNITS = {
    "%": "%", "percent": "%", "pc": "%", "pct": "%",
    "$": "$", "dollar": "$", "dollars": "$", "usd": "$", "us": "$",
    "€": "€", "euro": "€", "euros": "€", "eur": "€",
    "£": "£", "pound": "£", "pounds": "£", "gbp": "£", "sterling": "£",
    "¥": "¥", "yen": "¥", "₹": "₹", "rupee": "₹", "rupees": "₹",
    "km": "kilometres", "kilometer": "kilometres", "kilometers": "kilometres", "kilometre": "kilometres",
    "kilometres": "kilometres", "mile": "miles", "kg": "kilograms", "kilogram": "kilograms",
    "kilograms": "kilograms", "year": "years", "month": "months", "week": "weeks", "day": "days",
    "hour": "hours", "minute": "minutes", "foot": "feet", "ft": "feet",
}  # fmt: skip
_BESIDE_CHARS = 24
_BEFORE = re.compile(
    r"(?:\b(?:(?:just|slightly) )?(?:(?:more|greater|less|fewer|no more|no less|no fewer) than"
    r"|at least|at most|up to|over|above|under|below) )?[$€£¥₹]?$|\b(?:just|slightly) $",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:%| ?(?:per ?cent|percent|hundred|thousand|million|billion|trillion|bn|mn|tn|m)\b)?(?: or more\b)?",
    re.IGNORECASE,
)
_NUMBER_KEY = re.compile(r"(?:[<>]=? )?(?P<number>\d+(?:\.\d+)?)(?: (?P<unit>[^\d\n]+))?$")
_LEADING_UNITS = frozenset("$€£¥₹")
_SKIPPED = word_set(
    "a an the about around approximately roughly some nearly almost circa estimated just exactly total of"
    " and people persons"
)
"""Words that make a value no other one: "about 40" is rounded as "40" may be. "Just over 40" is, too."""

_BOUNDS = (
    (("more", "than"), ">"), (("greater", "than"), ">"), (("over",), ">"), (("above",), ">"),
    (("at", "least"), ">="), (("no", "fewer", "than"), ">="), (("no", "less", "than"), ">="),
    (("less", "than"), "<"), (("fewer", "than"), "<"), (("under",), "<"), (("below",), "<"),
    (("at", "most"), "<="), (("up", "to"), "<="), (("no", "more", "than"), "<="),
)  # fmt: skip
_NEARLY = frozenset({"just", "slightly"})  # "just over 40" is a rounded 40, and no bound


def value_key(answer: str) -> str:
    """Return what two answers share if they are the same value, else the key of the answer's words.

    A number has a bound, an amount and a unit: "more than $1.2 billion" is "> 1200000000 $". Other words that
    stand with a number are its unit as they are; "people" is none.

    >>> value_key("a thousand"), value_key("1,000 people"), value_key("more than 1,000")
    ('1000', '1000', '> 1000')
    """
    tokens = [
        match[0] for match in islice(_TOKEN.finditer(answer.replace("per cent", "%")), _MOST_TOKENS + 1)
    ]
    if len(tokens) > _MOST_TOKENS:
        return _words_key(answer)
    words = [token.casefold() for token in tokens]
    bound, words = _bound(words)
    amount, unit = _amount(words)
    if amount is None:
        return _words_key(answer)
    return " ".join(part for part in (bound, f"{amount.normalize():f}", unit) if part)


def value_in(text: str, start: int, end: int) -> str:
    """Return the key of `text[start:end]` as it stands there: that of "more than 1,000" for its "1,000".

    What bounds a number, and the sign or the word that makes it money, a share or millions, is part of it.
    """
    first = _TOKEN.match(text, start, end)
    if first and (first[0][0].isdecimal() or first[0].casefold() in _SMALL.keys() | _SKIPPED):
        before = _BEFORE.search(text, max(0, start - _BESIDE_CHARS), start)
        after = _AFTER.match(text, end, end + _BESIDE_CHARS)
        start, end = before.start() if before else start, after.end() if after else end
    return value_key(text[start:end])


def number_of(key: str) -> tuple[Decimal, str] | None:
    """Return the number and the unit of a key, without its bound; None where the key is that of words.

    >>> number_of(value_key("at least 1.2 million dollars"))
    (Decimal('1200000'), '$')
    """
    match = _NUMBER_KEY.match(key)
    return None if match is None else (Decimal(match["number"]), match["unit"] or "")


def _words_key(answer: str) -> str:
    """Return the key of words: "Brazil's" is Brazil, and a score of 6-4 is not 64."""
    return same_words(_POSSESSIVE.sub("", _BETWEEN_DIGITS.sub(" ", answer)))


def _bound(words: list[str]) -> tuple[str, list[str]]:
    """Return the sign of the words that bound a number from one side, and the words without them."""
    for at in range(len(words)):
        for phrase, sign in sorted(_BOUNDS, key=lambda bound: -len(bound[0])):
            if tuple(words[at : at + len(phrase)]) == phrase:
                rest = words[:at] + words[at + len(phrase) :]
                return ("" if at and words[at - 1] in _NEARLY else sign), rest
        if words[at] not in _SKIPPED and words[at] not in _NEARLY:
            break
    if words[-2:] in (["or", "more"], ["or", "older"], ["or", "over"]):
        return ">=", words[:-2]
    return "", words


def _amount(words: list[str]) -> tuple[Decimal | None, str]:
    """Return the only number among the words, and its unit; None where there is none, or more than one."""
    parsed = _Number()
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if not parsed.read(word, before):
            return None, ""
    return parsed.amount(), " ".join(dict.fromkeys(parsed.units))


class _Number:
    """One number that is read word by word: "two hundred and fifty", "1.2 billion"."""

    def __init__(self) -> None:
        self.units: list[str] = []
        self._total = Decimal(0)
        self._group: Decimal | None = None
        self._is_scaled = self._is_over = False

    def read(self, word: str, before: str) -> bool:
        """Take the next word; False where the words are no single number with a unit."""
        if word[0].isdecimal():
            return self._read_digits(word)
        if word in _SMALL:
            return self._read_small(Decimal(_SMALL[word]))
        if word in _BIG and (word not in _LETTERS or before[:1].isdecimal()):
            return self._scale(word, before)
        return word in _SKIPPED or word in _NEARLY or self._read_unit(word)

    def amount(self) -> Decimal | None:
        """Return the number; None where no word was a number."""
        if self._group is None and not self._is_scaled:
            return None
        return self._total + (self._group or 0)

    def _read_digits(self, word: str) -> bool:
        if self._group is not None or self._is_scaled or len(word) > _MOST_DIGITS:
            return False
        if not _GROUPED.fullmatch(word.rstrip(",")):
            return False
        self._group = Decimal(word.replace(",", ""))
        return True

    def _read_small(self, number: Decimal) -> bool:
        """Add "five" to "twenty", or "fifty" to "two hundred"; nothing follows a unit."""
        before = self._group if self._group is not None else Decimal(0)
        ends_in = len(str(before)) - len(str(before).rstrip("0")) if before else len(str(number))
        if self._is_over or len(str(number)) > ends_in:
            return False
        self._group = before + number
        return True

    def _scale(self, word: str, before: str) -> bool:
        if self._is_over or (self._group is None and (self._is_scaled or before not in {"a", ""})):
            return False
        number = (self._group if self._group is not None else Decimal(1)) * _BIG[word]
        if word == "hundred":
            self._group = number
        else:
            self._total += number
            self._group, self._is_scaled = None, True
        return True

    def _read_unit(self, word: str) -> bool:
        """Take a unit: money's may stand before the number, others may not ("Apollo 11", "Title 8")."""
        if word in _ORDINAL or (self._group is None and not self._is_scaled and word not in _UNITS):
            return False
        self._is_over |= word not in _LEADING_UNITS and word != "us"
        self.units.append(_UNITS.get(word, word))
        return True
