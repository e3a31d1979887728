"""Decides whether an answer says the same as an earlier one in other words. Pure.

Numbers are compared as values, names as their articles use them, dates part by part, and clauses by the words
that they share. The rules are English. Where they cannot tell, the answer is another one.
"""

import re

from nutgraf.indexer.article import Article
from nutgraf.indexer.stop_words import STOP_WORDS
from nutgraf.models.kinds import MONTHS
from nutgraf.models.words import word_set
from nutgraf.qa.change import GROWING_COUNT, asked_change
from nutgraf.qa.join import LocatedSpan, answer_keys
from nutgraf.qa.normalize import same_words
from nutgraf.qa.values import number_of
from nutgraf.qa.variants import TITLES

LEAST_SHARED = 0.6
"""The share of the shorter clause's words that the longer one must have. No other share was compared."""

_LEAST_WORDS = 2
_LONGEST_NAME = 5  # words
_STEM_CHARS = 5  # "sanctions" and "sanctioned" are one word
_MOST_WORDS = 100
_WORD = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"['’]s\b")
_DAY = re.compile(r"0?([1-9]\d{0,3})(?:st|nd|rd|th)?")
_BESIDE_DATES = word_set(
    "on in of at by early late mid the monday tuesday wednesday thursday friday saturday sunday"
    " mon tue tues wed thu thur thurs fri sat sun"
)
_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_NEGATIONS = word_set("no not never none neither nor without refuse refused reject rejected denies denied")
_OPPOSITES = word_set(
    "raise raised raises lower lowered cut cuts rise rises rose fall falls fell up down more less increase"
    " increased decrease decreased open opened opens close closed closes win won lose lost guilty innocent"
    " accept accepted approve approved ban banned allow allowed begin began end ended start started stop"
    " stopped buy bought sell sold hire hired fire fired before after first last"
)
_PLACE_WORDS = word_set(
    "north south east west northern southern eastern western new central upper lower equatorial"
)


def is_same_answer(question: str, earlier: LocatedSpan, later: LocatedSpan) -> bool:
    """Return whether two spans give a question the same answer."""
    if (earlier.article.id, earlier.text) == (later.article.id, later.text):
        return True
    keys = answer_keys([earlier, later])
    first, second = keys[earlier], keys[later]
    if asked_change(question) is GROWING_COUNT:
        first, second = first.removeprefix(">= "), second.removeprefix(">= ")
    if first == second:
        return True
    dates = _date_parts(_words(earlier.text)), _date_parts(_words(later.text))
    if all(dates):
        return dates[0] <= dates[1] or dates[1] <= dates[0]
    if number_of(first) is not None or number_of(second) is not None:
        return False
    return is_rewording(question, earlier.text, later.text)


def is_rewording(question: str, earlier: str, later: str) -> bool:
    """Return whether two texts that are no equal values say the same.

    >>> is_rewording("Who opened it?", "Mayor Holt", "Anna Holt")
    True
    >>> is_rewording("What was agreed?", "to raise the toll in May", "not to raise the toll in May")
    False
    """
    first, second = _words(earlier), _words(later)
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=lambda words: (len({*words}), words))
    if _WHO.search(question) and _is_surname(first, second):
        return True
    for marked in (_NEGATIONS, _OPPOSITES):
        if {*first} & marked != {*second} & marked:
            return False
    numbers = [{word for word in words if any(map(str.isdecimal, word))} for words in (first, second)]
    if numbers[0] != numbers[1] or not _names_agree(earlier, later):
        return False
    short, long = ({_stem(word) for word in words} - _STOPPED for words in (shorter, longer))
    shared = len(short & long)
    return len(short) >= _LEAST_WORDS and shared >= LEAST_SHARED * len(short) and shared >= _LEAST_WORDS


def standing_span(text: str, sentence: str, article_id: str) -> LocatedSpan:
    """Return the span of an answer whose article is gone, in its sentence, which is all that was kept."""
    start = max(0, sentence.find(text))
    content = sentence if text in sentence else text
    return LocatedSpan(Article(id=article_id, title="", text=content), start, start + len(text), 0.0)


def _words(text: str) -> list[str]:
    return _WORD.findall(same_words(_POSSESSIVE.sub("", text)))[:_MOST_WORDS]


def _stem(word: str) -> str:
    return word[:_STEM_CHARS]


_STOPPED = {_stem(word) for word in STOP_WORDS}


def _date_parts(words: list[str]) -> set[str]:
    """Return what names a day or a month: numbers without "th", months by three letters; else nothing.

    Weekdays are left out: they are true of many days. A text that says more than a date names none.
    """
    numbers = {match[1] for word in words if (match := _DAY.fullmatch(word))}
    months = {word[:3] for word in words if word in MONTHS}
    is_date = all(_DAY.fullmatch(word) or word in MONTHS or word in _BESIDE_DATES for word in words)
    return months | numbers if is_date and months else set()


def _is_surname(first: list[str], second: list[str]) -> bool:
    """Whether one wording is the surname of the other, titles aside: "Ms Holt" and "Anna Holt"."""
    names = [[word for word in words if word not in TITLES] for words in (first, second)]
    short, long = sorted(names, key=len)
    is_name = bool(short) and len(long) <= _LONGEST_NAME and short[-1] not in STOP_WORDS
    return is_name and short == long[-1:] and not {*long} & _PLACE_WORDS


def _names_agree(earlier: str, later: str) -> bool:
    """Whether the capitalised words of one text are all in the other; the first word may be no name."""
    first, second = (_capitals(text) for text in (earlier, later))
    words = {*_words(earlier)} & {*_words(later)}
    return first - words <= set() or second - words <= set()


def _capitals(text: str) -> set[str]:
    return {
        word
        for match in re.finditer(r"\b[^\W\d_]\w*", text)
        if match[0][0].isupper()
        for word in _words(match[0])
    }
