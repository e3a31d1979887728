"""An error names the field that is wrong, and each door spells that in its own way."""

from datetime import date

import pytest

from nutgraf.error import panics_as
from nutgraf.errors import BadOption, LibraryPanicked, error_object, option
from nutgraf.filters import article_filter
from nutgraf.indexer.errors import IndexMissing
from nutgraf.indexer.filters import Filter
from nutgraf.qa.checks import check_top, checked_filter
from nutgraf.qa.errors import BadFilter, BadQuestion
from nutgraf.qa.inquiry import Inquiry

EARLY, LATE = date(2016, 1, 1), date(2017, 1, 1)


@pytest.mark.parametrize(
    ("inquiry", "field", "in_python", "on_the_command_line"),
    [
        (
            Inquiry("Who?", top=0),
            "top",
            ("top 0 is not between 1 and 100", "top 5"),
            ("--top 0 is not between 1 and 100", "--top 5"),
        ),
        (
            Inquiry("Who?", min_probability=7.0),
            "min_probability",
            ("min_probability 7.0 is not between 0 and 1", "min_probability 0.5"),
            ("--min-probability 7.0 is not between 0 and 1", "--min-probability 0.5"),
        ),
        (
            Inquiry("Who?", allow=Filter(first=LATE, last=EARLY)),
            "after",
            (
                "after 2017-01-01 is later than before 2016-01-01: no article can match both",
                "swap the two dates",
            ),
            (
                "--after 2017-01-01 is later than --before 2016-01-01: no article can match both",
                "swap the two dates",
            ),
        ),
        (
            Inquiry("Who?", allow=Filter(first=LATE, as_of=EARLY)),
            "after",
            (
                "after 2017-01-01 is later than as_of 2016-01-01: no article can match both",
                "swap the two dates",
            ),
            (
                "--after 2017-01-01 is later than --as-of 2016-01-01: no article can match both",
                "swap the two dates",
            ),
        ),
    ],
)
def test_a_bad_filter(
    inquiry: Inquiry, field: str, in_python: tuple[str, str], on_the_command_line: tuple[str, str]
) -> None:
    with pytest.raises(BadFilter) as caught:
        inquiry.checked()
    error = caught.value
    assert (error.field, str(error), error.hint) == (field, *in_python)
    assert error.texts(option) == on_the_command_line
    shape = {"code": "bad_filter", "message": in_python[0], "hint": in_python[1]}
    assert error_object(error) == {"error": shape}
    message, hint = on_the_command_line
    assert error_object(error, option) == {"error": {**shape, "message": message, "hint": hint}}


def test_a_bad_day_names_its_field_and_repeats_what_was_typed() -> None:
    with pytest.raises(BadOption) as caught:
        article_filter(None, None, "{as_of} {0} soon", None)
    error = caught.value
    assert error.field == "as_of"
    assert error.texts(option)[0].startswith("--as-of: ")
    assert str(error).startswith("as_of: ")
    assert "{0} soon" in str(error)
    assert error.texts(option)[1] == "--as-of 2016-01-27"


def test_errors_without_a_field_are_as_they_are() -> None:
    error = BadQuestion("the question '{top} --top' has no letter", hint="ask it in words")
    assert (error.field, error.texts(option)) == ("", (str(error), "ask it in words"))
    assert str(error) == "the question '{top} --top' has no letter"
    missing = IndexMissing("no index in x", hint="nutgraf index FOLDER")
    assert error_object(missing, option)["error"]["hint"] == "nutgraf index FOLDER"


def test_what_is_in_range_is_not_refused() -> None:
    check_top(1)
    check_top(100)
    allow = Filter(first=EARLY, last=EARLY, as_of=LATE)
    assert checked_filter(allow) is allow


class PanicException(BaseException):
    """Stands for the class that each library in Rust has for itself."""


def test_a_panic_is_an_error() -> None:
    with pytest.raises(LibraryPanicked, match="panicked: index out of bounds") as caught, panics_as():
        raise PanicException("index out of bounds")
    assert isinstance(caught.value.__cause__, PanicException)
    assert (caught.value.code, caught.value.hint.partition(" looks")[0]) == ("defect", "nutgraf doctor")
    with pytest.raises(BadQuestion, match=r"^index out of bounds$"), panics_as(BadQuestion):
        raise PanicException("index out of bounds")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), GeneratorExit(), ValueError("no")])
def test_nothing_else_is_taken_for_a_panic(error: BaseException) -> None:
    @panics_as()
    def work() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        work()
    assert caught.value is error
