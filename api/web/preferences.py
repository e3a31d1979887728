"""What a request likes best: the values of a header with their weights (RFC 9110, 12.4.2)."""

MOST_VALUES = 20
"""Values of a header that are read; browsers send fewer than ten."""


def weighted(header: str) -> list[tuple[str, float]]:
    """Return the values of a header in small letters, each with its weight; one that is no weight is 0.

    >>> weighted("br, GZIP;q=0.5")
    [('br', 1.0), ('gzip', 0.5)]
    """
    return [_weighted(item) for item in header.split(",")[:MOST_VALUES]]


def _weighted(item: str) -> tuple[str, float]:
    value, *parameters = item.lower().split(";")
    for name, _, number in (parameter.partition("=") for parameter in parameters):
        if name.strip() == "q":
            return value.strip(), _weight(number)
    return value.strip(), 1.0


def _weight(number: str) -> float:
    try:
        weight = float(number)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
