"""Compares answers as values: "1,000" is "1000" and "a thousand", "more than 1,000" is neither. Pure.

The rules are English. They see the answer's words alone; who is meant by a name is told by `qa.variants`.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice

from nutgraf.models.words import word_set
from nutgraf.qa.normalize import same_words
from nutgraf.qa.time_tokens import MONTHS

_MOST_TOKENS = 20
"""A longer answer is a clause, no value. Other bounds were not compared."""

_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+|[$€£¥₹%°]")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})++(?:\.\d+)?|\d++(?:\.\d+)?")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[-–/:.](?=\d)")
_POSSESSIVE = re.compile(r"['’]s$")
_MOST_DIGITS = 20  # a Decimal holds 28 exactly; what is longer is a serial number
_WEEKDAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
_MOST_DAY_WORDS = 5  # "on Monday, May 12, 2020"
_ORDINAL_DAY = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)$")
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
    "hour": "hours", "minute": "minutes", "foot": "feet", "ft": "feet", "degree": "degrees",
    "metre": "metres", "meter": "metres", "meters": "metres", "tonne": "tonnes", "ton": "tons",
    "magnitude": "magnitude", "aud": "A$", "cad": "C$", "hkd": "HK$", "nzd": "NZ$", "sgd": "S$", "twd": "NT$",
}  # fmt: skip
_UNIT_WORDS = sorted({word for word in (*_UNITS, *_UNITS.values()) if word.isalpha()} - {"us"})
_ASKED_UNIT = re.compile(
    rf"\bhow (?:many|much)(?: \w{{1,20}})?(?: more| fewer| full)? ({'|'.join(_UNIT_WORDS)})\b", re.IGNORECASE
)
_DOLLARS = {
    "A": "aud", "AU": "aud", "C": "cad", "CA": "cad", "HK": "hkd", "NZ": "nzd", "S": "sgd", "NT": "twd",
    "US": "us",
}  # fmt: skip
_OTHER_DOLLARS = re.compile(rf"\b({'|'.join(sorted(_DOLLARS, key=len, reverse=True))})\$")
_WHOSE_DOLLARS = re.compile(r"\b[A-Z]{1,2}$")
_MEASURED = word_set("long wide high tall deep thick old")  # behind a unit
_RATE = re.compile(
    r"(?<=[\w%]) (?:an?|per|each|every) (?:hour|day|night|week|month|year|person|head|share|barrel|gallon"
    r"|litre|liter|ton|tonne|kilogram|kilo|kg|pound)\.?$",
    re.IGNORECASE,
)
_NOT_SAME = word_set(
    "more other others another additional extra injured wounded hurt missing arrested survivors"
)
"""Words beside a number that make it another one: "12 died" is not "12 more" or "12 injured"."""

_BESIDE_CHARS = 40
_NUMERAL = rf"(?:\d[\d,]*(?:\.\d+)?|(?:{'|'.join(_SMALL)})\b)"
_BEFORE = re.compile(
    r"(?:\b(?:(?:just|slightly|well|far|much|many) )?(?:(?:(?:no|not) )?(?:more|greater|less|fewer) than"
    r"|at (?:the (?:very )?)?least|at most|as (?:many|much|few|little) as|(?:minimum|maximum) of"
    r"|up to|upwards? of|in excess of|north of|exceeding|over|above|under|below|not even"
    rf"|(?:between {_NUMERAL} and|{_NUMERAL} (?:to|or)|between|minus)) |(?<=\d)[-–]|(?<![^\s(])[-−–])?"
    r"(?:(?:AU?|CA?|HK|NZ|S|NT|US)?[$€£¥₹])?$|\b(?:just|slightly) $",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?: ?[-–] ?{_NUMERAL}(?![-–])| (?:to|or) {_NUMERAL})?"
    r"(?:%| ?(?:per ?cent(?:age points?)?|hundred|thousand|million|billion|trillion|bn|mn|tn|m)\b)?"
    r"(?: (?:(?:US|Canadian|Australian) )?(?:dollars?|euros?|pounds?|yen|rupees?|francs?|crowns?|pesos?"
    r"|rou?bles?|yuan|lira|rand|years?|months?|weeks?|days?|hours?|minutes?)\b(?! old))?"
    r"(?: or (?:more|fewer|less)\b| at (?:least|most)\b|\+|-plus\b)?",
    re.IGNORECASE,
)
_AND_NUMERAL = re.compile(rf" and {_NUMERAL}", re.IGNORECASE)
_OPENING = re.compile(r"[A-Z]{0,2}[$€£¥₹]")
_PLUS = re.compile(r"(?<=\d)(?:\+|-plus\b)")
_MINUS = re.compile(r"(?<![^\s(])[-−–](?=\d)")
_NUMBER_KEY = re.compile(r"(?:[<>]=? )?(?P<number>\d+(?:\.\d+)?)(?: (?P<unit>[^\d\n]+))?$")
_LEADING_UNITS = frozenset("$€£¥₹") | frozenset(_DOLLARS.values())
_SKIPPED = word_set(
    "a an the about around approximately roughly some nearly almost circa estimated just exactly total of"
    " and people persons"
)
"""Words that make a value no other one: "about 40" is rounded as "40" may be. "Just over 40" is, too."""

_PHRASES = {
    ">": "more than, greater than, over, above, upwards of, upward of, in excess of, north of, exceeding",
    ">=": "at least, at the least, at the very least, minimum of, as few as, as little as, no fewer than,"
    " no less than, not fewer than, not less than",
    "<": "less than, fewer than, under, below, not even",
    "<=": "at most, up to, as many as, as much as, maximum of, no more than, no greater than, not more than,"
    " not greater than",
    "-": "minus",
}
_BOUNDS = sorted(
    ((tuple(phrase.split()), sign) for sign, phrases in _PHRASES.items() for phrase in phrases.split(", ")),
    key=lambda bound: -len(bound[0]),
)
_BOUNDS_BEHIND = {
    ("or", "more"): ">=", ("or", "older"): ">=", ("or", "over"): ">=", ("at", "least"): ">=", ("plus",): ">=",
    ("or", "fewer"): "<=", ("or", "less"): "<=", ("or", "under"): "<=", ("at", "most"): "<=",
}  # fmt: skip
_DEGREES = word_set("well far much many")  # "well over 40"
_NEARLY = frozenset({"just", "slightly"})  # "just over 40" is a rounded 40, and no bound


def value_key(answer: str) -> str:
    """Return what two answers share if they are the same value, else the key of the answer's words.

    A number has a bound, an amount and a unit: "more than $1.2 billion" is "> 1200000000 $". Other words that
    stand with a number are its unit as they are; "people" is none, nor is a rate: "$22 an hour" is $22.

    >>> value_key("a thousand"), value_key("1,000 people"), value_key("more than 1,000")
    ('1000', '1000', '> 1000')
    """
    if (day := _day_key(answer)) is not None:
        return day
    written = _MINUS.sub("minus ", _PLUS.sub(" plus", _RATE.sub("", answer).replace("per cent", "%")))
    written = _OTHER_DOLLARS.sub(lambda match: f"{_DOLLARS[match[1]]} ", written)
    tokens = [match[0] for match in islice(_TOKEN.finditer(written), _MOST_TOKENS + 1)]
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
    return value_key(text[slice(*value_span(text, start, end))])


def value_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the whole value that `text[start:end]` is a part of, if it is a number.

    >>> text = "It employs more than 1,000 people."
    >>> text[slice(*value_span(text, 21, 26))]
    'more than 1,000'
    """
    if text[start : start + 1] == "$" and (dollars := _WHOSE_DOLLARS.search(text, max(0, start - 3), start)):
        start = dollars.start()
    first = _TOKEN.match(text, start, end)
    is_number = first and (first[0][0].isdecimal() or first[0].casefold() in _SMALL.keys() | _SKIPPED)
    if not is_number and _OPENING.match(text, start, end) is None:
        return start, end
    before = _BEFORE.search(text, max(0, start - _BESIDE_CHARS), start)
    is_range = before is not None and before[0].casefold().startswith("between ")
    after = (is_range and _AND_NUMERAL.match(text, end)) or _AFTER.match(text, end, end + _BESIDE_CHARS)
    return before.start() if before else start, after.end() if after else end


def with_units(keys: Iterable[str]) -> dict[str, str]:
    """Return for keys of bare numbers those with a unit that are the same value; all answer one question.

    "Rutherford, 17," and "the 17-year-old" say the same. Money and shares are no bare numbers, and where the
    number stands with two units, nothing tells which one is meant; "years in prison" are years.

    >>> with_units(["17", "17 years", "40", "40 %", "12", "12 days", "12 soldiers"])
    {'17': '17 years'}
    """
    units: dict[str, set[str]] = {}
    for key in keys:
        if (number := number_of(key)) is not None:
            bare = key.removesuffix(f" {number[1]}") if number[1] else key
            units.setdefault(bare, set()).add(number[1])
    joined = {}
    for bare, of_number in units.items():
        named = sorted(of_number - {""}, key=len)
        first_words = {unit.split()[0] for unit in named}
        is_same = first_words.isdisjoint(_LEADING_UNITS | {"%"} | _NOT_SAME)
        if "" in of_number and len(first_words) == 1 and is_same:
            joined[bare] = f"{bare} {named[0]}"
    return joined


def other_unit(question: str, text: str, start: int, end: int) -> tuple[str, str] | None:
    """Return the unit of `text[start:end]` and the other one that a question asks for; None for the same.

    >>> other_unit("How many months did he get?", "He got four years.", 7, 17)
    ('years', 'months')
    """
    asked = _ASKED_UNIT.search(question)
    number = number_of(value_in(text, start, end)) if asked else None
    if asked is None or number is None or number[1] not in _UNITS.values():
        return None
    word = asked[1].casefold()
    unit = _UNITS.get(word, word)
    return None if unit == number[1] else (number[1], unit)


def rate_of(answer: str) -> str:
    """Return for what an answer says a value is: "$22 an hour" and "$22 per hour" are for an "hour".

    >>> rate_of("$22 an hour"), rate_of("$22")
    ('hour', '')
    """
    rate = _RATE.search(answer)
    return rate[0].rstrip(".").split()[-1].casefold() if rate else ""


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


def _day_key(answer: str) -> str | None:
    """Return the key of a day, a month or a weekday; None where other words stand there."""
    words = [word.strip(".,").casefold() for word in answer.split(maxsplit=_MOST_DAY_WORDS)]
    if words[:1] in (["on"], ["in"]):
        words = words[1:]
    words = [_ORDINAL_DAY.sub(r"\1", word) for word in words]
    is_day = all(word.isdecimal() or word in MONTHS or word in _WEEKDAYS for word in words)
    if not is_day or all(map(str.isdecimal, words)) or len(words) > _MOST_DAY_WORDS:
        return None
    months = [f"{MONTHS[word]:02d}/" for word in words if word in MONTHS]
    return " ".join([*(word for word in words if word not in MONTHS), *months]) if words else None


def _bound(words: list[str]) -> tuple[str, list[str]]:
    """Return the sign of the words that bound a number from one side, and the words without them."""
    for at in range(len(words)):
        for phrase, sign in _BOUNDS:
            if tuple(words[at : at + len(phrase)]) == phrase:
                rest = [word for word in words[:at] if word not in _DEGREES] + words[at + len(phrase) :]
                return ("" if at and words[at - 1] in _NEARLY else sign), rest
        if words[at] not in _SKIPPED | _NEARLY | _DEGREES:
            break
    for phrase, sign in _BOUNDS_BEHIND.items():
        if tuple(words[-len(phrase) :]) == phrase:
            return sign, words[: -len(phrase)]
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
        if self.units and word in _MEASURED:
            return True
        if word in _ORDINAL or (self._group is None and not self._is_scaled and word not in _UNITS):
            return False
        self._is_over |= word not in _LEADING_UNITS
        self.units.append(_UNITS.get(word, word))
        return True
