"""The errors of this package.

    ModelError
    ├── ModelMissing    there is no such model, or the extra that runs it is not installed
    ├── ModelDamaged    a file is absent, truncated, altered, or not what the model's card says
    └── BadInput        a reader cannot work with this question, context or number

Each message says what was wrong and what was expected; `hint` says what to type next.
"""

from typing import ClassVar

from nutgraf.error import NutgrafError


class ModelError(NutgrafError):
    """Base of this package's errors."""

    code: ClassVar[str] = "model_error"


class ModelMissing(ModelError):
    """There is no such model, or the extra that runs it is not installed."""

    code = "model_missing"


class ModelDamaged(ModelError):
    """The files of a model are not what its card says."""

    code = "model_damaged"


class BadInput(ModelError, ValueError):
    """A question, a context or a number is blank, of the wrong type, or out of range.

    It is a ValueError, too, because programs that were written for transformers' pipeline catch that.
    """

    code = "bad_input"
