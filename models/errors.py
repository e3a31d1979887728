"""Everything that can go wrong with a model.

    ModelError
    ├── ModelMissing    no such model, or the extra that would run it is not installed
    ├── ModelDamaged    a file is absent, truncated, altered, or not what its card says
    └── BadInput        a question, context or number that a reader cannot work with

Each message holds the bad value and what was expected; `hint` is the next thing to type.
"""

from typing import ClassVar


class ModelError(Exception):
    """Base of this package's errors: a message, a stable `code`, and a hint."""

    code: ClassVar[str] = "model_error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the message (what was wrong, what was expected) and the hint (what to type)."""
        super().__init__(message)
        self.hint = hint


class ModelMissing(ModelError):
    """There is no such model, or the extra that runs it is not installed."""

    code = "model_missing"


class ModelDamaged(ModelError):
    """A model's files are not what its card says."""

    code = "model_damaged"


class BadInput(ModelError, ValueError):
    """What was given cannot be answered: blank, of the wrong type, or out of range.

    A ValueError too, because that is what programs written for transformers' pipeline catch.
    """

    code = "bad_input"
