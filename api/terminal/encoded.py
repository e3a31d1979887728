"""The note that stands beside a result while passages lack vectors; a terminal and agents read the same."""


def percent(encoded: float) -> str:
    """Return a share in percent, rounded down: "100 %" is said where all is there, and not before.

    >>> percent(0.999), percent(1.0)
    ('99 %', '100 %')
    """
    return f"{int(encoded * 100)} %"


def encoded_note(encoded: float) -> str | None:
    """Return what to say of the share of passages that have vectors; None where all of them do."""
    if encoded >= 1:
        return None
    if encoded == 0:
        return "no passage has a vector yet: all are found by their words alone"
    return f"{percent(encoded)} of the passages have vectors; the others are found by their words alone"
