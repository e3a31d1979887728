"""The kinds of answers, whether two texts agree in theirs, and the words that measure something. Pure.

What kinds an answer can be is in `answer_kinds.py`, what kinds a question asks for in `question_kinds.py`.
"""

from enum import StrEnum

from nutgraf.models.words import word_set


class AnswerKind(StrEnum):
    """A kind of answer.

    `DATE` is any place in time, `NUMBER` a count or an amount without a unit, `MEASURE` an amount with a unit
    other than those of time, money and shares, `NAME` words with capitals, `WORDS` all else.
    """

    WEEKDAY = "weekday"
    MONTH = "month"
    YEAR = "year"
    TIME = "time of day"
    DATE = "date"
    DURATION = "duration"
    MONEY = "money"
    PERCENTAGE = "percentage"
    MEASURE = "measure"
    NUMBER = "number"
    NAME = "name"
    WORDS = "words"


Kinds = tuple[AnswerKind, ...]
"""What a text asks for or can be: each kind once, the likeliest first; none where nothing can be told."""

_K = AnswerKind


def kinds_agree(asked: Kinds, answered: Kinds) -> bool | None:
    """Return whether an answer of these kinds can be what was asked for; None where that cannot be told."""
    common = {*asked} & {*answered}
    if not asked or not answered or common == {_K.WORDS}:
        return None
    return bool(common)


def kind_table(*rows: tuple[Kinds, str]) -> dict[str, Kinds]:
    """Return the kinds of each word; a row has kinds, and all of their words in one string."""
    return {word: kinds for kinds, words in rows for word in words.split()}


MONTHS = word_set(
    "january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec"
)
_TIME_UNITS = word_set("second minute hour day night week weekend fortnight month year decade century")
UNITS = {
    **{unit + ending: (_K.DURATION,) for unit in _TIME_UNITS for ending in ("", "s")},
    **kind_table(
        (
            (_K.DURATION,),
            "centuries millennium millennia milliseconds generations yr yrs hr hrs mins secs min",
        ),
        (
            (_K.MONEY,),
            "$ € £ ¥ ₹ dollar dollars cent cents euro euros usd eur gbp pence penny pennies rupee rupees yen"
            " yuan rubles roubles francs pesos lira crowns ducats shillings guineas quid bucks",
        ),
        ((_K.MONEY, _K.MEASURE), "pound pounds"),
        ((_K.PERCENTAGE,), "% percent percentage"),
        (
            (_K.MEASURE,),
            "km kilometer kilometers kilometre kilometres mile miles foot feet ft inch inches meter meters"
            " metre metres centimeters centimetres cm mm nm kg kilogram kilograms kilos gram grams ton tons"
            " tonne tonnes lb lbs ounce ounces oz acre acres hectare hectares yard yards litre litres liter"
            " liters gallon gallons degree degrees ° celsius fahrenheit mph kmh knots watts kw mw gw"
            " kilowatts megawatts gigawatts volts hz khz mhz ghz kb mb gb tb bytes kilobytes megabytes"
            " gigabytes bits pixels calories decibels barrels horsepower hp",
        ),
    ),
}
"""Words and signs that make a number an amount of something."""
