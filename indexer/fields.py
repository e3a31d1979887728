"""The fields of an article that quotes are cut from."""

from typing import Final, Literal, TypeAlias, get_args

Field: TypeAlias = Literal["text", "title"]
"""The field of an article that a quote is cut from."""

FIELDS: Final[tuple[str, ...]] = get_args(Field)
