"""Everything that can be wrong with a question.

QAError
├── BadQuestion   empty, too long, or without a single letter or digit
├── BadFilter     dates that exclude each other, a limit out of range
├── BadOption     an option with a value that cannot be used
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


class BadOption(QAError):
    """An option, an argument or an environment variable has a value that cannot be used."""

    code = "bad_option"


class EmptyIndex(QAError):
    """The index exists and holds no article."""

    code = "index_empty"
