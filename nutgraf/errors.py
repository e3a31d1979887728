"""What every door does with an error: one shape, and whether it is ours.

{"error": {"code": "...", "message": "...", "hint": "..."}}
"""

import re

from nutgraf.indexer.errors import IndexerError
from nutgraf.models.errors import ModelError
from nutgraf.qa.errors import QAError

NutgrafError = (IndexerError, ModelError, QAError)
"""Errors that name what was wrong and what to type; anything else is a defect of ours."""


_OPTION = re.compile(r"--([a-z][a-z-]+)")


class UnknownArticle(QAError):
    """No article has that id."""

    code = "unknown_article"


class BadOption(QAError):
    """A command-line or environment value that cannot be used."""

    code = "bad_option"


def fields_object(error: IndexerError | ModelError | QAError) -> dict[str, dict[str, str]]:
    """Return the same for who fills in fields: messages name options as the command line has them."""
    shape = error_object(error)["error"]
    return {"error": {name: _OPTION.sub(_field, text) for name, text in shape.items()}}


def _field(match: re.Match[str]) -> str:
    return match[1].replace("-", "_")


def error_object(error: IndexerError | ModelError | QAError) -> dict[str, dict[str, str]]:
    """Return the one error shape."""
    return {"error": {"code": error.code, "message": str(error), "hint": error.hint}}
