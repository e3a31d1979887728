"""Dates: what is read, what is refused, and why."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.indexer.dates import date_in_text, date_in_url, parse_date, parse_date_line

TODAY = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-05-04", datetime(2022, 5, 4, tzinfo=UTC)),
        ("20220504", datetime(2022, 5, 4, tzinfo=UTC)),
        ("2022-05-04T10:30:00Z", datetime(2022, 5, 4, 10, 30, tzinfo=UTC)),
        ("2022-05-04T23:30:00-05:00", datetime(2022, 5, 5, 4, 30, tzinfo=UTC)),
        ("2022-05-04 10:30", datetime(2022, 5, 4, 10, 30, tzinfo=UTC)),
        ("Wed, 04 May 2022 10:30:00 +0200", datetime(2022, 5, 4, 8, 30, tzinfo=UTC)),
        ("4 May 2022 10:30:00 GMT", datetime(2022, 5, 4, 10, 30, tzinfo=UTC)),
        ("January 27, 2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("27 Jan 2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("Jan. 6, 2021", datetime(2021, 1, 6, tzinfo=UTC)),
        ("Sept. 9th, 2021", datetime(2021, 9, 9, tzinfo=UTC)),
        ("2016/01/27", datetime(2016, 1, 27, tzinfo=UTC)),
        ("27/01/2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("1/27/2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("1651660200", datetime(2022, 5, 4, 10, 30, tzinfo=UTC)),
        ("1651660200000", datetime(2022, 5, 4, 10, 30, tzinfo=UTC)),
        ("1651660200.75", datetime(2022, 5, 4, 10, 30, tzinfo=UTC)),
        ("1605-07-01", datetime(1605, 7, 1, tzinfo=UTC)),
        ("2024-06-02", datetime(2024, 6, 2, tzinfo=UTC)),
    ],
)
def test_given_dates(text: str, expected: datetime) -> None:
    assert parse_date(text, today=TODAY).value == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no date"),
        ("0000-00-00", "not in the calendar"),
        ("9999-12-31", "in the future"),
        ("9999-12-31T23:59:59-10:00", "not in the calendar"),
        ("1599-12-31", "before 1600"),
        ("2024-06-03", "in the future"),
        ("February 30, 2020", "not in the calendar"),
        ("03/04/2016", "day and month cannot be told apart"),
        ("yesterday", "not a date"),
        ("War since May 4, 2022", "not a date"),
        ("9999999999999", "in the future"),
    ],
)
def test_refused_dates_say_why(text: str, reason: str) -> None:
    parsed = parse_date(text, today=TODAY)
    assert (parsed.value, parsed.reason) == (None, reason)


@given(st.text(max_size=100))
def test_a_date_never_raises_and_is_utc(text: str) -> None:
    value = parse_date(text).value
    assert value is None or (value.tzinfo is UTC and value.year >= 1600)


@pytest.mark.parametrize(
    "line",
    [
        "January 27, 2016",
        "Published: Jan. 27, 2016, 5:00 p.m. EST",
        "Wed 27 Jan 2016 10.30 GMT",
        "Published 5:00 AM EST Jan 27, 2016",
        "Posted on Wednesday, January 27, 2016 at 10:15 am",
        "2016-01-27 10:15",
    ],
)
def test_date_lines(line: str) -> None:
    assert parse_date_line(line, today=TODAY).value == datetime(2016, 1, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "in Seoul on September 19. February 27, 2021, in this photo",
        "January 27, 2016 was a cold day",
        "Trial of January 6, 2021",
        "Wednesday",
        "2016-01-27-345",
    ],
)
def test_lines_that_say_more_than_a_date(line: str) -> None:
    assert parse_date_line(line, today=TODAY).value is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.com/2022/05/04/economy/x.html", date(2022, 5, 4)),
        ("https://e.com/world/2022/may/04/x", date(2022, 5, 4)),
        ("https://e.com/a/2022-05-04/x", date(2022, 5, 4)),
        ("https://e.com/2022/13/04/x", None),
        ("https://e.com/2022/05/041", None),
        ("https://e.com/20220504", None),
    ],
)
def test_dates_in_urls(url: str, expected: date | None) -> None:
    found = date_in_url(url, today=TODAY).value
    assert (found.date() if found else None) == expected


@pytest.mark.parametrize(
    "text",
    [
        "BEIJING, Jan. 27, 2016 (Xinhua) — China agreed.",
        "NEW YORK, January 27, 2016 /PRNewswire/ -- Acme said.",
        "WASHINGTON, D.C. (Jan 27, 2016) - The Navy said.",
        "Posted on January 27, 2016\n\nThe minister resigned.",
        "The minister resigned.\n\nFirst published: 27 Jan 2016, 10:15 GMT\n",
    ],
)
def test_dates_that_a_text_states_about_itself(text: str) -> None:
    assert date_in_text(text, today=TODAY).value == datetime(2016, 1, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BEIJING — China agreed on Jan. 27, 2016 — a Wednesday.",
        "KABUL, which fell on August 15, 2021 — was quiet.",
        "January 6, 2021\n\nWas the day of the storm.",
        "Updated: January 27, 2016\n\nThe minister resigned.",
        "Published accounts of January 6, 2021 differ.",
        "11. The draft\nDate: January 27, 2016\nIt was cold.",
        "1.\n2.\n3.\n4.\n5.\nPublished: Jan 27, 2016\n1.\n2.\n3.",
    ],
)
def test_dates_that_a_text_is_about(text: str) -> None:
    assert not date_in_text(text, today=TODAY).stated


def test_a_date_that_cannot_be_is_stated_all_the_same() -> None:
    assert parse_date("February 30, 2020").stated
    assert parse_date_line("Published: May 4, 2030", today=TODAY).stated
    assert date_in_text("ROME, May 4, 2030 (ANSA) — Soon.", today=TODAY).reason == "in the future"
    assert not parse_date("soon").stated
    assert not parse_date_line("Jan 62021", today=TODAY).stated
