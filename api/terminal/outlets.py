"""Says which names of `--source` are those of no outlet, and which outlets they may stand for."""

from collections.abc import Sequence
from difflib import get_close_matches

from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.indexer.clean import storable

_MOST_MEANT = 3
_LEAST_CHARS = 3  # of a name that is looked for inside others: "a" is in nearly all of them


def print_unknown_outlets(names: Sequence[str], outlets: Sequence[str]) -> None:
    """Print a line on standard error for each name that is no outlet's; `outlets` are the largest first."""
    for note in outlet_notes(names, outlets):
        console(error=True).print(Text.assemble(("note: ", "bold"), visible(note)), soft_wrap=True)


def outlet_notes(
    names: Sequence[str], outlets: Sequence[str], *, listed_by: str = "nutgraf info"
) -> list[str]:
    """Return a sentence about each name that is no outlet's, capitals apart.

    `listed_by` is what lists the outlets in the words of the door.

    >>> outlet_notes(["cnn", "BBC.co.uk"], ["bbc.co.uk", "cnn.com"])
    ['no outlet is called "cnn"; did you mean cnn.com?']
    """
    known = {outlet.casefold(): outlet for outlet in outlets}
    notes = []
    for name in dict.fromkeys(storable(name) for name in names):
        if name.casefold() in known:
            continue
        meant = _meant(name.casefold(), known)
        ending = f"; did you mean {' or '.join(meant)}?" if meant else f": {listed_by} lists the outlets"
        notes.append(f'no outlet is called "{name[:100]}"{ending}')
    return notes


def _meant(name: str, known: dict[str, str]) -> list[str]:
    """Return the outlets that a name may stand for: those that it is a part of, or that are written alike."""
    inside = [outlet for outlet in known if len(name) >= _LEAST_CHARS and name in outlet]
    alike = get_close_matches(name[:100], known, _MOST_MEANT)
    return [known[outlet] for outlet in dict.fromkeys([*inside, *alike])][:_MOST_MEANT]
