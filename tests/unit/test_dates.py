"""Dates: what is read, what is refused, and why."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.indexer.dates import date_in_text, date_in_url, day_order, parse_date, parse_date_line
from nutgraf.indexer.written_dates import DayOrder

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
        ("1970-01-01", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1970-01-01T09:30:00Z", datetime(1970, 1, 1, 9, 30, tzinfo=UTC)),
        ("1605-07-01", datetime(1605, 7, 1, tzinfo=UTC)),
        ("2024-06-02", datetime(2024, 6, 2, tzinfo=UTC)),
        ("Wed Jan 27 10:15:00 +0000 2016", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("Wed Jan 27 10:15:00 2016", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("Wed Jan 27 10:15:00 EST 2016", datetime(2016, 1, 27, 15, 15, tzinfo=UTC)),
        ("Wed Jan 27 2016 10:15:00 GMT+0100 (CET Time)", datetime(2016, 1, 27, 9, 15, tzinfo=UTC)),
        ("Wednesday, 27-Jan-16 10:15:00 GMT", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("Wed, 27 Jan 2016 10:15:00 EST", datetime(2016, 1, 27, 15, 15, tzinfo=UTC)),
        ("27/Jan/2016:10:15:00 +0000", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("20160127101500", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("20160127T101500Z", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("2016-01-27T10:15:00 +0100", datetime(2016, 1, 27, 9, 15, tzinfo=UTC)),
        ("2016-01-27T10:15:00+01:00[Europe/Berlin]", datetime(2016, 1, 27, 9, 15, tzinfo=UTC)),
        ("2016-01-27+01:00", datetime(2016, 1, 27, tzinfo=UTC)),
        ("2016-W04-3", datetime(2016, 1, 27, tzinfo=UTC)),
        ("2016-027", datetime(2016, 1, 27, tzinfo=UTC)),
        ("1453889700123456", datetime(2016, 1, 27, 10, 15, 0, 123456, tzinfo=UTC)),
        ("/Date(1453889700000+0100)/", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("1/27/2016 10:30 AM", datetime(2016, 1, 27, 10, 30, tzinfo=UTC)),
        ("01/27/2016 22:30", datetime(2016, 1, 27, 22, 30, tzinfo=UTC)),
        ("27.01.2016, 10:30 Uhr", datetime(2016, 1, 27, 10, 30, tzinfo=UTC)),
        ("27.1.16", datetime(2016, 1, 27, tzinfo=UTC)),
        ("04.03.2016, 10:30 Uhr", datetime(2016, 3, 4, 10, 30, tzinfo=UTC)),
        ("Thu, 07/13/2023 - 17:57", datetime(2023, 7, 13, 17, 57, tzinfo=UTC)),
        ("Friday 04/03/2016", datetime(2016, 3, 4, tzinfo=UTC)),
        ("27th of January, 2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("le 27 janvier 2016 à 10h15", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("mar. 26 janv. 2016", datetime(2016, 1, 26, tzinfo=UTC)),
        ("27. Januar 2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("27 de enero de 2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("27 января 2016 г.", datetime(2016, 1, 27, tzinfo=UTC)),
        ("2016年1月27日", datetime(2016, 1, 27, tzinfo=UTC)),
        ("27 يناير 2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("الأربعاء، 27 كانون الثاني 2016", datetime(2016, 1, 27, tzinfo=UTC)),
        ("4 أكتوبر 2016", datetime(2016, 10, 4, tzinfo=UTC)),
        ("2016年1月27日（水）10:15", datetime(2016, 1, 27, 10, 15, tzinfo=UTC)),
        ("Jan 27, 2016 10:30 PM EST", datetime(2016, 1, 27, tzinfo=UTC)),
        ("Jan 27, 2016 10:30 AM ET", datetime(2016, 1, 27, tzinfo=UTC)),
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
        ("42396", "not a date"),
        ("42396.5", "not a date"),
        ("2016-W04", "not a date"),
        ("2016-01", "not a date"),
        ("07/11/2023 - 17:57", "day and month cannot be told apart"),
        ("Tue, 07/11/2023 - 17:57", "day and month cannot be told apart"),
        ("Updated Jan 27, 2016", "when it was changed, not published"),
        ("1970-01-01T00:00:00Z", "a field that was never set"),
        ("1970-01-01 00:00:00", "a field that was never set"),
        ("1969-12-31T19:00:00-05:00", "a field that was never set"),
        ("Thu, 01 Jan 1970 00:00:00 +0000", "a field that was never set"),
        ("Thu, 01/01/1970 - 00:00", "a field that was never set"),
    ],
)
def test_refused_dates_say_why(text: str, reason: str) -> None:
    parsed = parse_date(text, today=TODAY)
    assert (parsed.value, parsed.reason) == (None, reason)


@pytest.mark.parametrize(
    ("order", "day"), [("dmy", date(2016, 4, 3)), ("mdy", date(2016, 3, 4)), (None, None)]
)
def test_the_order_of_day_and_month_is_told(order: DayOrder | None, day: date | None) -> None:
    value = parse_date("03/04/2016 10:30", today=TODAY, order=order).value
    assert (value.date() if value else None) == day
    assert parse_date("27/01/2016", today=TODAY, order=order).value == datetime(2016, 1, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "order"),
    [("27/01/2016", "dmy"), ("Fri, 07/14/2023 - 10:30", "mdy"), ("03/04/2016", None), ("2016-01-27", None)],
)
def test_the_order_that_a_date_shows(text: str, order: DayOrder | None) -> None:
    assert day_order(text) == order


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
        "Published 9:02 AM PT, Wed January 27, 2016",
        "Wednesday, Jan. 27, 2016 | 10:05 a.m.",
        "Posted: Jan 27, 2016 / 10:05 AM CST",
        "Published 1:02 PM GMT+2, January 27, 2016",
        "Veröffentlicht am 27. Januar 2016 um 10.05 Uhr",
        "Publicado el 27 de enero de 2016, 10:05 h",
        "Wednesday 27th January 2016 10:05am",
        "公開日：2016年1月27日 14:02",
        "发布时间：2016年1月27日 14:02",
        "입력 2016년 1월 27일 14:02",
        "Data utworzenia: 27 stycznia 2016, 12:00",
        "تاريخ النشر: 27 يناير 2016",
        "27 janvier 2016 à 18 h 30 min",
        "פורסם: 27 בינואר 2016",
        "27 Januari 2016",
        "27/01/2016 08h05  Atualizado há 2 anos",
        "Published Jan 27, 2016, updated 3 days ago",
    ],
)
def test_date_lines(line: str) -> None:
    assert parse_date_line(line, today=TODAY).value == datetime(2016, 1, 27, tzinfo=UTC)


@pytest.mark.parametrize(
    "line",
    [
        "Published January 27, 2016 Updated January 28, 2016",
        "Wed 27 Jan 2016 10.05 GMT Last modified on Thu 28 Jan 2016 08.00 GMT",
        "Jan. 27, 2016, 10:05 AM PST / Updated Jan. 28, 2016, 8:00 PM PST",
        "27 January 2016 (updated 28 January)",
        "Publié le 27 janvier 2016 à 10h05 - Mis à jour le 28 janvier 2016 à 11h00",
        "Updated: Jan. 28, 2016 | Published: Jan. 27, 2016",
        "Giriş: 27.01.2016 - 14:02 Güncelleme: 28.01.2016 - 09:00",
        "公開日：2016年1月27日 更新日：2016年1月28日",
    ],
)
def test_lines_that_say_when_it_was_changed(line: str) -> None:
    parsed = parse_date_line(line, today=TODAY)
    assert (parsed.value, parsed.modified) == (
        datetime(2016, 1, 27, tzinfo=UTC),
        datetime(2016, 1, 28, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "line",
    [
        "January 26, 2016 - January 28, 2016",
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
        ("https://e.com/20220504/x", date(2022, 5, 4)),
        ("https://e.com/news/2022/0504/x", date(2022, 5, 4)),
        ("https://e.com/world/steel-2022-05-04/", date(2022, 5, 4)),
        ("https://e.com/world/steel-2022-05-04.html?x=1", date(2022, 5, 4)),
        ("https://e.com/world/2022-05-041", None),
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
