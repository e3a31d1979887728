"""A text that is kept with an archive as a file in its folder: the embedded `KeptText`."""

from pathlib import Path

from nutgraf.indexer.atomic_write import write_text_atomically
from nutgraf.indexer.errors import IndexDamaged, StorageFailed


class EmbeddedText:
    """A file of one name in the folder. The methods are described in `indexer.kept_text`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / name

    def __str__(self) -> str:
        return str(self._path)

    def read(self) -> str | None:
        """Return the content of the file."""
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise IndexDamaged(
                f"{self._path} cannot be read: {error}", hint="check the file and its permissions"
            ) from error

    def write(self, text: str) -> None:
        """Replace the file."""
        try:
            write_text_atomically(self._path, text)
        except OSError as error:
            raise StorageFailed(
                f"{self._path} cannot be written: {error.strerror}",
                hint="check the disk's free space and the folder",
            ) from error

    def remove(self) -> bool:
        """Remove the file, and files of killed writes."""
        try:
            for left in self._path.parent.glob(f"{self._path.name}.*.tmp"):
                left.unlink(missing_ok=True)
            there = self._path.exists()
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageFailed(
                f"{self._path} cannot be removed: {error.strerror}", hint="check the folder's permissions"
            ) from error
        return there
