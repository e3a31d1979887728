"""The seam of a text that is kept with an archive under a name, whichever engine stores it.

Knows nothing of what the text says.
"""

from typing import Protocol


class KeptText(Protocol):
    """One text. `str` is its place, as messages name it."""

    def __str__(self) -> str:
        """Return the place of the text."""
        ...

    def read(self) -> str | None:
        """Return the text, None where there is none.

        Raises StorageFailed where the store cannot be reached, IndexDamaged for what is no text.
        """
        ...

    def write(self, text: str) -> None:
        """Put a text in its place; stopped anywhere, the old one or the new one is there.

        Raises StorageFailed.
        """
        ...

    def remove(self) -> bool:
        """Remove the text and what stopped writes left; return whether there was one.

        Raises StorageFailed.
        """
        ...
