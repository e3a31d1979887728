"""Tells of which kinds an answer can be: a date, a number, a name...

The rules see the answer's words alone, and are English. They take time linear in its length, since it may
come from anybody. Pure.
"""

import re
from collections.abc import Sequence
from itertools import islice

from nutgraf.models.kinds import MONTHS, UNITS, AnswerKind, Kinds, kinds_agree
from nutgraf.models.words import word_set

_K = AnswerKind
_ORDER = [*AnswerKind].index
_MOST_TOKENS = 60
"""A longer answer is a passage, which can hold any kind. Other bounds were not compared."""

_CAPITAL_MONTHS = word_set("may march mar dec jun jan")  # other words where they are written small
_GIVEN_NAMES = word_set("april may june august")
_WEEKDAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
_WEEKDAYS |= {f"{day}s" for day in _WEEKDAYS}
_CURRENCY_SIGNS = word_set("$ € £ ¥ ₹")
_BEFORE_UNITS = word_set(
    "us u.s american canadian australian hong kong square sq cubic metric nautical more additional full whole"
    " business working consecutive straight light calendar short long so"
)
_BIG = word_set("hundreds thousands millions billions trillions dozens tens scores")
_SMALL = word_set(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
)
_PARTS = word_set("half third thirds quarter quarters fourth fifth fourths fifths tenth tenths")
_NUMBERS = _BIG | _SMALL | _PARTS | word_set("hundred thousand million billion trillion dozen bn")
_QUANTITIES = word_set(
    "abundance all any both countless couple double each either enough every everything few fewer first free"
    " handful little lot lots majority many minority much multiple neither never no nobody"
    " none nothing number numbers numerous often frequently once pair plenty range second series"
    " several single sixth seventh eighth ninth eleventh twelfth thirteenth fourteenth fifteenth sixteenth"
    " seventeenth eighteenth nineteenth twentieth some thrice triple twice unknown various"
)
_SHARES = word_set("all majority minority most none nothing")
_COMPARED = word_set("fewer least less more most")
_ARTICLES = word_set("a an")
_JOINS_NUMBERS = word_set("to and or")
_CLOCK = word_set("am pm a.m p.m o'clock o’clock")
_ERAS = word_set("BC BCE AD CE BP B.C A.D B.C.E C.E")
_DAY_PARTS = word_set(
    "noon midnight midday morning mornings afternoon afternoons evening evenings dawn dusk sunset sunrise"
    " night nights nightfall daybreak"
)
_DATE_WORDS = word_set(
    "today yesterday tomorrow tonight date twenties thirties forties fifties sixties seventies eighties"
    " nineties spring summer autumn winter christmas easter thanksgiving halloween ramadan hanukkah"
)
_MAYBE_DATE_WORDS = word_set(
    "now recently soon currently later ago earlier afterwards immediately nowadays early late daily weekly"
    " monthly yearly annually always ever season seasons fall holiday holidays eve diwali passover lent"
    " pentecost birthday anniversary time times moment era age ages period dynasty reign war wars battle"
    " revolution renaissance depression empire election elections olympics festival antiquity childhood birth"
    " death retirement graduation school college inning game jurassic cretaceous triassic eocene miocene"
    " pleistocene holocene present end start beginning"
)
_CLAUSE_STARTS = word_set(
    "after as at before by during following if on once prior since until upon when whenever while"
)
_YEAR_STARTS = word_set("in since until till by from before after during late early mid of to through circa")
_SPAN_WORDS = word_set("since until till to through from between")
_FUNCTION_WORDS = word_set(
    "a about above after almost an and approximately are around as at average be been before below between"
    " but by during estimated exactly for from had has have he her his if in into is it its just least less"
    " more most nearly of off on only or our over per roughly she since so than that the their them they this"
    " those these through till to total under until up upon was well were when which while who will with"
    " within without would circa mid next last previous same i my we you your"
)
_TOKEN = re.compile(
    r"\d+(?:st|nd|rd|th|s)\b|\d+(?:[.,:]\d+)*|[^\W\d_][^\W_]*(?:['’.][^\W\d_]+)*|[$€£¥₹%°]", re.IGNORECASE
)
_WRITTEN_DAY = re.compile(r"\b\d{1,4}([/.-])\d{1,2}\1\d{2,4}\b|\b\d{1,2}/(?:19|20)\d{2}\b")
_CLOCK_TIME = re.compile(r"\d{1,2}:\d{2}")
_YEAR, _OLD_YEAR = re.compile(r"[12]\d{3}"), re.compile(r"\d{3}")
_DAY, _SHARE = re.compile(r"\d\d?(?:st|nd|rd|th)?"), re.compile(r"(?:\d\d?|100)(?:\.\d+)?")


def answer_kinds(answer: str) -> Kinds:
    """Return the kinds that an answer can be: "2010" a year, a date or a number.

    None for a text without a word, and for one of more than 60 words.
    """
    tokens = [match[0] for match in islice(_TOKEN.finditer(answer), _MOST_TOKENS + 1)]
    if not tokens or len(tokens) > _MOST_TOKENS:
        return ()
    if _WRITTEN_DAY.search(answer):
        return (_K.DATE, _K.YEAR, _K.MONTH)
    return _Parse(tokens).kinds()


class _Parse:
    """One pass over an answer's words; `_number` holds the words of a number until its unit is known."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._words = [token.casefold() for token in tokens]
        self._has_month = not MONTHS.isdisjoint(self._words)
        self._likely: set[AnswerKind] = set()
        self._possible: set[AnswerKind] = set()
        self._number: list[str] = []
        self._counts = 0
        self._is_money = False

    def kinds(self) -> Kinds:
        """Return the kinds, those that are only possible behind the likely ones."""
        for at, (token, word) in enumerate(zip(self._tokens, self._words, strict=True)):
            self._read(at, token, word)
        self._end_number(len(self._tokens))
        if self._words[0] in _CLAUSE_STARTS:
            self._possible.add(_K.WORDS)
        if _K.DATE in self._likely | self._possible and not _SPAN_WORDS.isdisjoint(self._words):
            self._possible.add(_K.DURATION)
        if self._counts > 1:
            self._possible.add(_K.PERCENTAGE)  # one in four
        kinds = (*sorted(self._likely, key=_ORDER), *sorted(self._possible - self._likely, key=_ORDER))
        return kinds or ((_K.WORDS,) if _COMPARED.isdisjoint(self._words) else (_K.NUMBER, _K.WORDS))

    def _read(self, at: int, token: str, word: str) -> None:
        if word[0].isdecimal() or word in _NUMBERS or (self._number and word == "second"):
            self._read_number(word)
        elif word in UNITS:
            self._read_unit(at, token, word)
        elif word in _CLOCK and (self._number or _K.TIME in self._likely):
            self._number.clear()
            self._likely.add(_K.TIME)
        elif token in _ERAS:
            self._number.clear()
            self._likely.update((_K.YEAR, _K.DATE) if len(self._tokens) > 1 else (_K.NAME,))
        elif word in MONTHS and (word not in _CAPITAL_MONTHS or token[0].isupper()):
            self._likely.update((_K.MONTH, _K.DATE))
            if self._is_beside_name(at) or (word in _GIVEN_NAMES and len(self._tokens) == 1):
                self._possible.add(_K.NAME)
        elif word in _WEEKDAYS:
            self._likely.update((_K.WEEKDAY, _K.DATE))
            if self._is_beside_name(at):
                self._possible.add(_K.NAME)
        elif not self._joins_number(at, word):
            self._end_number(at)
            self._read_word(token, word)

    def _joins_number(self, at: int, word: str) -> bool:
        """Whether a number goes on behind the word: "three to four", "millions of", "two and a half"."""
        if not self._number:
            return False
        if word in _ARTICLES:
            return self._number[-1] in _PARTS or self._words[at + 1 : at + 2] == ["half"]
        if word == "of":
            return self._number[-1] in _BIG
        return word in _JOINS_NUMBERS or word in _BEFORE_UNITS

    def _read_word(self, token: str, word: str) -> None:
        if word in _FUNCTION_WORDS:
            return
        if word in _DAY_PARTS:
            self._likely.update((_K.TIME, _K.DATE))
        elif word in _DATE_WORDS:
            self._likely.add(_K.DATE)
        elif word in _MAYBE_DATE_WORDS:
            self._possible.update((_K.DATE, _K.WORDS))
        elif word in _QUANTITIES:
            self._possible.update((_K.NUMBER, _K.WORDS, *((_K.PERCENTAGE,) if word in _SHARES else ())))
            return
        self._likely.add(_K.NAME if token[0].isupper() else _K.WORDS)

    def _read_number(self, word: str) -> None:
        if word[0].isdecimal() and word[-1] == "s":
            self._likely.update((_K.DATE, _K.YEAR))  # the 1990s
        elif _CLOCK_TIME.fullmatch(word):
            self._likely.add(_K.TIME)
        else:
            self._number.append(word)
            if word in _PARTS:
                self._possible.add(_K.PERCENTAGE)

    def _read_unit(self, at: int, token: str, word: str) -> None:
        before = self._words[at - 1] if at else ""
        if token.istitle() and self._number and self._number[-1].isdecimal():
            self._possible.add(_K.NAME)  # 50 Cent
        if self._number or before in _ARTICLES:
            self._likely.update(UNITS[word])
            if before.endswith(("st", "nd", "rd", "th")):
                self._likely.add(_K.DATE)  # the 19th century
            self._number.clear()
        elif word in _CURRENCY_SIGNS:
            self._is_money = True
        else:
            is_time = UNITS[word] == (_K.DURATION,)
            self._possible.update((*UNITS[word], _K.WORDS, *((_K.DATE,) if is_time else ())))
        for unit, kind in (("year", _K.YEAR), ("month", _K.MONTH), ("night", _K.TIME)):
            if word.startswith(unit) and (_K.DURATION not in self._likely or _K.DATE in self._likely):
                self._possible.add(kind)

    def _end_number(self, at: int) -> None:
        """Decide what the number before the token `at` is: no unit followed."""
        words, self._number = self._number, []
        if not words:
            return
        self._counts += 1
        before = self._tokens[at - len(words) - 1] if at > len(words) else ""
        years = [word for word in words if _YEAR.fullmatch(word)]
        if self._is_money:
            self._likely.add(_K.MONEY)
        elif years and len(years[0]) == len(words[0]):
            self._likely.add(_K.YEAR)
            self._possible.update((_K.DATE, *((_K.DURATION,) if len(words) > 1 else ())))
            if not self._has_month and before.casefold() not in _YEAR_STARTS and len(words) == 1:
                self._possible.add(_K.NUMBER)
        elif self._has_month and all(word[0].isdecimal() for word in words):
            self._likely.update([_K.YEAR] if years else [])
        elif at == len(self._tokens) and _is_name(before) and words[0][0].isdecimal():
            return  # Apollo 11
        else:
            self._add_count(words)

    def _add_count(self, words: Sequence[str]) -> None:
        self._likely.add(_K.NUMBER)
        if {*words} <= _BIG | {"one"}:
            self._possible.add(_K.WORDS)
        if all(_OLD_YEAR.fullmatch(word) for word in words):
            self._possible.update((_K.YEAR, _K.DATE))
        if {*words} <= _SMALL or (len(words) == 1 and _SHARE.fullmatch(words[0])):
            self._possible.add(_K.PERCENTAGE)
        if len(words) == 1 and _DAY.fullmatch(words[0]):
            self._possible.add(_K.DATE)
            if words[0][0] == "0":
                self._possible.add(_K.YEAR)

    def _is_beside_name(self, at: int) -> bool:
        around = (*self._tokens[max(0, at - 1) : at], *self._tokens[at + 1 : at + 2])
        return any(map(_is_name, around))


def is_other_kind(asked: Kinds, answer: str) -> bool:
    """Return whether an answer is known to be of none of the kinds that a question asks for."""
    return kinds_agree(asked, answer_kinds(answer)) is False


def _is_name(token: str) -> bool:
    word = token.casefold()
    return token[:1].isupper() and word not in MONTHS | _WEEKDAYS | _FUNCTION_WORDS | _CLAUSE_STARTS
