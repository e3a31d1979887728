"""Days, weeks, months, seasons and years as their first and last day. Pure.

A time that the calendar does not have, or that lies before the year 1, is None.
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import TypeAlias

Days: TypeAlias = tuple[date, date]
"""The first and the last day of a time; both belong to it."""

WEEK = timedelta(days=7)
_MONTHS = 12


def single(day: date) -> Days:
    """Return one day."""
    return day, day


def day_of(year: int, month: int, day: int) -> Days | None:
    """Return a day of the calendar."""
    try:
        return single(date(year, month, day))
    except ValueError:
        return None


def month_of(year: int, month: int) -> Days | None:
    """Return a month."""
    if not 1 <= month <= _MONTHS:
        return None
    return years(year, year) and (date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def years(first: int, last: int) -> Days | None:
    """Return the years from the first to the last."""
    if not date.min.year <= first <= last <= date.max.year:
        return None
    return date(first, 1, 1), date(last, 12, 31)


def season_of(year: int, month: int) -> Days | None:
    """Return the three months that begin with that month; those of a winter end in the next year."""
    end = month_of(year + (month + 2) // (_MONTHS + 1), (month + 1) % _MONTHS + 1)
    begin = month_of(year, month)
    return begin and end and (begin[0], end[1])


def week_of(day: date) -> Days:
    """Return the week of a day, Monday to Sunday (ISO 8601)."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def around(today: date, unit: str, step: int) -> Days | None:
    """Return the day, week, month, year, decade or century `step` of them after that of `today`."""
    try:
        if unit == "day":
            return single(today + timedelta(days=step))
        if unit == "week":
            return week_of(today + step * WEEK)
        if unit == "month":
            ahead = today.year * _MONTHS + today.month - 1 + step
            return month_of(ahead // _MONTHS, ahead % _MONTHS + 1)
    except OverflowError:
        return None
    length = {"year": 1, "decade": 10, "century": 100}[unit]
    first = (today.year // length + step) * length
    return years(first, first + length - 1)


def shifted(today: date, unit: str, count: int) -> date | None:
    """Return the day so many units after `today`; the 31st becomes the 28th where a month may be shorter."""
    if unit in {"day", "week"}:
        days = around(today, "day", count * (7 if unit == "week" else 1))
    else:
        months = {"month": 1, "year": 12, "decade": 120, "century": 1200}[unit]
        month = around(today, "month", count * months)
        days = month and single(month[0].replace(day=min(today.day, 28)))
    return days and days[0]
