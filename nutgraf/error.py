"""The base of every error that nutgraf raises, and how a panic of a library becomes one.

All packages may import this module; it imports none of them.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, TypeAlias

Spelling: TypeAlias = Callable[[str], str]
"""A field's name, such as `min_probability` -> what a door calls it, such as `--min-probability`."""


class NutgrafError(Exception):
    """An error that says what is wrong and what to type next; `nutgraf.errors` has the whole tree.

    `code` is stable, for programs; `hint` is the next thing to type; `field` is the option that is wrong, ""
    where the error is about none. Each door spells fields its own way: message and hint have `{top}` where
    they name the field `top`, and `texts` puts in the door's name.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     try:
    ...         archive.ask("Who is Sung Kim?", top=0)
    ...     except nutgraf.NutgrafError as error:
    ...         print(error.code, "|", error, "|", error.hint)
    bad_filter | top 0 is not between 1 and 100 | top 5
    """

    code: ClassVar[str] = "nutgraf_error"

    def __init__(self, message: str, *, hint: str = "", fields: Sequence[str] = ()) -> None:
        """Keep the message (what is wrong, what is expected), the hint (what to type), and their fields."""
        super().__init__(message)
        self._texts = message, hint
        self._fields = tuple(fields)

    @property
    def field(self) -> str:
        """The name of the field that is wrong, the first one where there are several; "" for none."""
        return self._fields[0] if self._fields else ""

    @property
    def hint(self) -> str:
        """What to type, fields by their own names."""
        return self.texts(str)[1]

    def texts(self, spelling: Spelling) -> tuple[str, str]:
        """Return message and hint, every field as `spelling` has it."""
        message, hint = self._texts
        for field in self._fields:
            # Not str.format: a message repeats what was typed, and braces may stand in that.
            message, hint = (text.replace(f"{{{field}}}", spelling(field)) for text in (message, hint))
        return message, hint

    def __str__(self) -> str:
        return self.texts(str)[0]


class LibraryPanicked(NutgrafError):
    """A library that is written in Rust stopped at a fault of its own, whose cause nutgraf does not know."""

    code = "defect"

    def __init__(self, message: str) -> None:
        """Keep what the library says of its fault."""
        super().__init__(
            f"a library that nutgraf uses panicked: {message}",
            hint="nutgraf doctor looks for the cause; please report it with the output of NUTGRAF_DEBUG=1",
        )


@contextmanager
def panics_as(error_of: Callable[[str], Exception] = LibraryPanicked) -> Iterator[None]:
    """Raise `error_of(message)` where Rust code panics in the block. It is a decorator of functions, too.

    PyO3 raises a panic as `PanicException`, which is no `Exception`, so that it would pass all handlers of
    errors. Each library has a class of its own of this name, and exports none.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ != "PanicException":
            raise
        raise error_of(str(error)) from error
