"""The words before an article that gives the same answer; the command line and MCP say the same."""

from collections.abc import Mapping
from types import MappingProxyType

from nutgraf.qa.citations import SupportKind

_KIND_WORDS: Mapping[SupportKind, str] = MappingProxyType(
    {"independent": "also in", "again": "again in", "copy": "also printed in", "citing": "cited"}
)


def support_words(kind: SupportKind, cited: str | None) -> str:
    """Return what stands before an article that supports an answer, and names `cited` as its source.

    >>> support_words("independent", None), support_words("citing", "Reuters")
    ('also in', 'citing Reuters')
    """
    if cited is None:
        return _KIND_WORDS[kind]
    return f"citing {cited}" if kind == "citing" else f"{_KIND_WORDS[kind]} (citing {cited})"
