"""Kinds of guesses by the kinds asked for, counted by hand; the table and the JSON that show them."""

from pathlib import Path

from nutgraf.api.evaluation.report import EvalReport, kinds_table, report_object
from nutgraf.qa.evaluate.kinds import KindCount, count_kinds, guess_is_other_kind
from nutgraf.qa.evaluate.records import Record


def record(question: str, prediction: str, *, right: bool, answered: bool) -> Record:
    return Record(question, question, ["x"], prediction, f1=float(right), answered=answered)


RECORDS = [
    record("How many came?", "ten", right=True, answered=True),
    record("How many left?", "two people", right=False, answered=True),
    record("How many stayed?", "nine", right=True, answered=False),
    record("How many slept?", "three years", right=False, answered=True),
    record("In which month?", "Monday", right=False, answered=False),
    record("What did she do?", "Monday", right=True, answered=True),
    record("How many sang?", "", right=False, answered=False),
]
COUNTS = [
    KindCount("month", "weekday", 1, 0.0, other_kind=1, given=0, given_right=0.0),
    KindCount("number", "number", 3, 2 / 3, other_kind=0, given=2, given_right=0.5),
    KindCount("number", "duration", 1, 0.0, other_kind=1, given=1, given_right=0.0),
    KindCount("unknown", "weekday", 1, 1.0, other_kind=0, given=1, given_right=1.0),
]


def test_pairs_of_kinds() -> None:
    assert count_kinds(RECORDS) == COUNTS
    assert count_kinds([]) == []
    assert [guess_is_other_kind(r) for r in RECORDS] == [False, False, False, True, True, False, False]


def test_the_table_leaves_rare_pairs_out() -> None:
    table = kinds_table(COUNTS)
    assert [[*column.cells] for column in table.columns] == [
        ["month", "number", "number", "unknown"],
        ["weekday", "number", "duration", "weekday"],
        ["0", "2", "1", "1"],
        ["", "50.0", "0.0", "100.0"],
        ["1", "3", "1", "1"],
        ["0.0", "66.7", "0.0", "100.0"],
        ["1", "", "1", ""],
    ]
    common = KindCount("name", "name", 1994, 0.5, other_kind=0, given=0, given_right=0.0)
    assert [*kinds_table([*COUNTS, common]).columns[0].cells] == ["name"], "1 of 2,000 is less than 0.2 %"


def test_json_has_every_pair() -> None:
    report = EvalReport("reading", Path("q.json"), "", 7, 7, {}, [], kinds=COUNTS)
    assert report_object(report)["kinds"][1] == {
        "asked": "number",
        "answered": "number",
        "guesses": 3,
        "guesses_right": 0.666667,
        "other_kind": 0,
        "given": 2,
        "given_right": 0.5,
    }
