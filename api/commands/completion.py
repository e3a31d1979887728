"""What a shell offers for the value of an option: names that exist, no others. Never an error."""

from collections.abc import Iterable
from pathlib import Path

import typer

from nutgraf.errors import NutgrafError
from nutgraf.models import READERS
from nutgraf.qa.citing.formats import FORMAT_NAMES


def formats(incomplete: str) -> list[str]:
    """Return the formats of citations that begin so."""
    return _beginning(FORMAT_NAMES, incomplete)


def export_formats(incomplete: str) -> list[str]:
    """Return the formats of exports that begin so."""
    from nutgraf.export import EXPORT_FORMATS

    return _beginning(EXPORT_FORMATS, incomplete)


def sorts(incomplete: str) -> list[str]:
    """Return the orders of a list that begin so."""
    from nutgraf.indexer.selection import SORTS

    return _beginning(SORTS, incomplete)


def profiles(incomplete: str) -> list[str]:
    """Return the profiles that begin so."""
    from nutgraf.qa.profiles import PROFILES

    return _beginning(PROFILES, incomplete)


def readers(incomplete: str) -> list[str]:
    """Return the readers in the box that begin so."""
    return _beginning(READERS, incomplete)


def outlets(context: typer.Context, incomplete: str) -> list[str]:
    """Return the outlets of the archive that begin so, those with most articles first."""
    from nutgraf.archive import Archive
    from nutgraf.settings import DEFAULT_INDEX, Settings

    try:
        with Archive(Settings(Path(context.params.get("index") or DEFAULT_INDEX))) as archive:
            return _beginning((outlet.name for outlet in archive.info().info.outlets), incomplete)
    except NutgrafError:  # no archive there, or one that does not open: nothing to offer
        return []


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
