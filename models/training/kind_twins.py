"""Makes unanswerable questions: it asks for another kind of thing, of which the context says nothing.

"In what year did the war end?" becomes "On what day of the week did the war end?" if the context names no day
of the week. A reader that learns only from answerable questions answers with the year. Each rule replaces the
words that say what is asked for, and holds only where no word of the new kind stands anywhere in the context.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_SHORT_MONTHS = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_WEEKDAYS = "mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?"

MONTH = re.compile(rf"\b(?:{_MONTHS}|{_SHORT_MONTHS}|months?)\b|\d{{1,2}}/\d{{1,2}}", re.IGNORECASE)
WEEKDAY = re.compile(rf"\b(?:{_WEEKDAYS}|weekends?|christmas|easter)\b", re.IGNORECASE)
YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})s?\b")
CLOCK = re.compile(
    r"\b(?:\d{1,2}:\d{2}|[ap]\.?m\b|o.?clock|noon|midday|midnight|mornings?|afternoons?|evenings?|nights?|dawn|dusk"
    r"|sunrise|sunset|hours?|overnight)",
    re.IGNORECASE,
)
TIME = re.compile(
    rf"{YEAR.pattern}|{MONTH.pattern}|{WEEKDAY.pattern}|{CLOCK.pattern}|\b(?:centur|decade|year|week|day|today"
    r"|yesterday|tomorrow|ago\b|now\b|when\b|while\b|during|after|before|until|since|spring|summer|autumn|winter"
    r"|age\b|era\b|period|once\b|war\b|then\b|first\b|as\b|early\b|late\b|upon\b)|\d{3}",
    re.IGNORECASE,
)
DURATION = re.compile(
    r"(?:\b|\d)(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur\w+|overnight|since|until)\b"
    rf"|{YEAR.pattern}",
    re.IGNORECASE,
)
HEIGHT = re.compile(r"\b(?:feet|foot|ft|tall|height|inch\w*|cm|met(?:er|re)s?)\b", re.IGNORECASE)
MONEY = re.compile(
    r"[$£€¥]|\b(?:dollars?|euros?|pounds?|cents?|yen|francs?|marks?|rupees?|pesos?|money|bucks?|usd|free|price\w*"
    r"|costs?|grand)\b",
    re.IGNORECASE,
)
PERCENT = re.compile(
    r"%|\b(?:per ?cent\w*|half|halves|thirds?|quarters?|fifths?|tenths?|majority|minority|most|all|every|none"
    r"|proportion\w*|ratio\w*|fraction\w*|share|out of|one in)\b",
    re.IGNORECASE,
)


_LEAST_WORDS = 4  # "What year?" alone says too little


@dataclass(frozen=True, slots=True)
class Rule:
    """Words of a question that become others, if an answer has one kind and the context nothing of another.

    `asked` matches the words to replace, and `becomes` holds what can replace them. Every answer must match
    `answer` as a whole, if it is not None. No part of the context may match `absent`. The rule is used for
    the share `used` of the questions for which it holds.
    """

    asked: re.Pattern[str]
    becomes: tuple[str, ...]
    absent: re.Pattern[str]
    answer: re.Pattern[str] | None = None
    used: float = 1.0


def _rule(
    asked: str, becomes: str, absent: re.Pattern[str], answer: str | None = None, used: float = 1.0
) -> Rule:
    whole = None if answer is None else re.compile(answer, re.IGNORECASE)
    return Rule(re.compile(asked, re.IGNORECASE), tuple(becomes.split("|")), absent, whole, used)


_PART = "(?:year|month|date|day)(?! of| and)"
_TIME_ASKED = (
    rf"^(?:when(?= (?:did|was|were|does|will|has|had)\b)|(?:in |on |during )?(?:what|which) {_PART}\b)"
)
_YEAR_ASKED = r"^(?:when(?= (?:did|was|were)\b)|(?:in |during )?(?:what|which) year(?! of| and)\b)"
_DATE = (
    rf"(?:(?:in|on|by|since|from|the|of|early|late|mid|around|{_MONTHS}|\d{{1,2}}(?:st|nd|rd|th)?|[12]\d{{3}})"
    r"[\s,-]*)+"
)
_COUNTED = (
    "(?:people|men|women|children|students|soldiers|members|players|seats|games|countries|cities|species)"
)
_CITY_ASKED = r"^in (?:what|which) (?:city|town|country|state|place|region)\b"

# Few contexts say a day of the week or a time of day. If all these questions were asked otherwise, a reader
# would learn that nobody ever knows the day. The share was not compared with others.
_RARE = 0.3

RULES = (
    _rule(_TIME_ASKED, "on what day of the week|on which day of the week", WEEKDAY, _DATE, _RARE),
    _rule(_TIME_ASKED, "at what time of day|at what hour", CLOCK, _DATE, _RARE),
    _rule(_YEAR_ASKED, "in what month|in which month", MONTH, r"(?:in |the year |around |by )*[12]\d{3}"),
    _rule(rf"^how many(?= (?:\w+ )?{_COUNTED}\b)", "what percentage of", PERCENT),
    _rule(r"^how long (?:did|does|will) (.+? )take\b(?= to\b|\?)", r"how much did \1cost", MONEY),
    _rule(
        r"^how much (?:money )?(?:did|does|will) (.+? )cost\b(?= to\b|\?)", r"how long did \1take", DURATION
    ),
    _rule(r"^how old(?= (?:is|was|are|were)\b)", "how tall", HEIGHT),
    _rule(r"^where(?= (?:was|were|is|are|did|does|do)\b)", "when", TIME),
    _rule(_CITY_ASKED, "when|in what year", TIME),
    _rule(r"^who (was|were) (.+) by\?", r"when \1 \2?", TIME),
)

# What "when" can be asked for, with the part of the answer that then is the answer. Months have a capital
# letter, or every "may" would be one.
_PARTS = (
    ("on what day of the week|on which day", re.compile(rf"\b(?:{_WEEKDAYS.title()})\b")),
    ("in what month|in which month", re.compile(rf"\b(?:{_MONTHS.title()})\b")),
    ("in what year|what year", re.compile(r"\b(?:1\d{3}|20\d{2})\b(?![–-]\d)")),
    (
        "at what time",
        re.compile(r"\b\d{1,2}(?::\d{2})?(?: ?[ap]\.?m\b\.?| o.clock)|\b\d{1,2}:\d{2}\b|\b(?:mid)?noon\b"),
    ),
)


def asked_otherwise(question: str, context: str, answers: Sequence[str], dice: random.Random) -> str | None:
    """Return the question asked for another kind of thing, or None if no rule holds.

    `dice` chooses between the rules that hold, and between their words.
    """
    twins: list[str] = []
    for rule in RULES:
        match = rule.asked.search(question)
        if match is None or rule.absent.search(context) or len(question.split()) < _LEAST_WORDS:
            continue
        answered = rule.answer is None or all(rule.answer.fullmatch(answer) for answer in answers)
        if answered and dice.random() < rule.used:
            asked = match.expand(dice.choice(rule.becomes))
            twins.append(_capital(asked) + question[match.end() :])
    return dice.choice(twins) if twins else None


def asked_for_part(
    question: str, answers: Sequence[str], dice: random.Random
) -> tuple[str, re.Pattern[str]] | None:
    """Return the question asked for a part of its answer, with the pattern of that part, or None.

    "When did it open?" becomes "In what month did it open?" if every answer holds one month and more words.
    So the words that `asked_otherwise` brings do not always belong to questions without an answer.
    """
    match = re.search(_TIME_ASKED, question, re.IGNORECASE)
    if match is None or match[0].lower() != "when" or not answers:
        return None
    parts = [
        (asked, part)
        for asked, part in _PARTS
        if all(len(part.findall(answer)) == 1 and not part.fullmatch(answer) for answer in answers)
    ]
    if not parts:
        return None
    asked, part = dice.choice(parts)
    return _capital(dice.choice(asked.split("|"))) + question[match.end() :], part


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
