"""Writes a file so that a kill or a power cut leaves the old file or the new one, never a part of either."""

import os
from contextlib import suppress
from pathlib import Path


def write_text_atomically(path: Path, text: str) -> None:
    """Replace the file by one that holds the text (UTF-8), and wait until it is on the disk.

    Raises OSError; the old file is then still there.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_to_disk(path.parent)


def sync_to_disk(path: Path) -> None:
    """Wait until the file, or the folder's list of names, is on the disk."""
    with suppress(PermissionError):  # a folder cannot be opened for this on Windows
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
