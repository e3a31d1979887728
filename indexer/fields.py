"""The fields of an article that quotes are cut from."""

from typing import Literal, TypeAlias

Field: TypeAlias = Literal["text", "title"]
"""The field of an article that a quote is cut from."""
