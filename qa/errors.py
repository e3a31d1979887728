"""Everything that can be wrong with a question.

QAError
├── BadQuestion   empty, too long, or without a single letter or digit
├── BadFilter     dates that exclude each other, a limit out of range
└── EmptyIndex    an index without a single article
"""

from typing import ClassVar

from nutgraf.error import NutgrafError


class QAError(NutgrafError):
    """Base of this package's errors."""

    code: ClassVar[str] = "qa_error"


class BadQuestion(QAError):
    """A question that cannot be asked."""

    code = "bad_question"


class BadFilter(QAError):
    """A filter or limit that makes no sense."""

    code = "bad_filter"


class EmptyIndex(QAError):
    """The index exists and holds no article."""

    code = "index_empty"
