"""Prints citations as the file that they are: in UTF-8 whatever the locale, with their own line ends."""

import io
import sys


def print_citations(text: str) -> None:
    """Print the text of citations on standard output."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    sys.stdout.write(text)
