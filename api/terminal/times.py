"""Says how the time of a question was read, in one line."""

from datetime import date

from nutgraf.api.terminal.console import visible
from nutgraf.qa.question_time import TimeJson

_ANCHORS = {"as_of": "the day asked for", "newest_article": "the day of the newest article"}


def time_line(time: TimeJson, hint: str = "") -> str:
    """Return the words of the question and the days that they were read as, or why they were not."""
    words = f"Time: “{visible(time['words'])}”"
    ending = f" ({hint})." if hint else "."
    if time["problem"] is not None:
        return f"{words}: {time['problem']}{ending}"
    anchor = time["counted_from"]
    counted = ""
    if time["relative_to"] is not None and anchor is not None:
        day = date.fromisoformat(time["relative_to"])
        counted = f", counted from {day.day} {day:%B} {day.year}, {_ANCHORS[anchor]}"
    return f"{words}, read as {time['read_as']}{counted}{ending}"
