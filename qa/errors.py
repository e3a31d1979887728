"""Everything that can be wrong with a question.

QAError
├── BadQuestion   empty, too long, or without a single letter or digit
├── BadFilter     dates that exclude each other, a limit out of range
└── EmptyIndex    an index without a single article
"""

from typing import ClassVar


class QAError(Exception):
    """Base of this package's errors: a message, a stable `code`, and a hint."""

    code: ClassVar[str] = "qa_error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the message (what was wrong, what was expected) and the hint (what to type)."""
        super().__init__(message)
        self.hint = hint


class BadQuestion(QAError):
    """A question that cannot be asked."""

    code = "bad_question"


class BadFilter(QAError):
    """A filter or limit that makes no sense."""

    code = "bad_filter"


class EmptyIndex(QAError):
    """There is an index, and nothing in it."""

    code = "index_empty"
