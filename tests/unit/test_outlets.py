"""What is said where a name of `--source` is that of no outlet."""

import pytest

from nutgraf.api.terminal.outlets import outlet_notes

OUTLETS = ["The New York Times", "cnn.com", "bbc.co.uk", "bbc.com", "Süddeutsche Zeitung"]


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("cnn", "; did you mean cnn.com?"),
        ("CNN.con", "; did you mean cnn.com?"),
        ("bbc", "; did you mean bbc.co.uk or bbc.com?"),
        ("New York Times", "; did you mean The New York Times?"),
        ("Suddeutsche Zeitung", "; did you mean Süddeutsche Zeitung?"),
        ("lemonde.fr", ": nutgraf info lists the outlets"),
        ("", ": nutgraf info lists the outlets"),
    ],
)
def test_what_may_be_meant(name: str, ending: str) -> None:
    assert outlet_notes([name], OUTLETS) == [f'no outlet is called "{name}"{ending}']


def test_outlets_that_are_there_need_no_note() -> None:
    assert outlet_notes(["the new york times", "CNN.COM"], OUTLETS) == []
    assert outlet_notes(["x"] * 3, []) == ['no outlet is called "x": nutgraf info lists the outlets']
