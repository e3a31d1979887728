"""The formats of citations by their names, and the text of each."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nutgraf.qa.citing import annotation, prose
from nutgraf.qa.citing.bibtex import bibtex
from nutgraf.qa.citing.citation import Citation
from nutgraf.qa.citing.csl import csl_items
from nutgraf.qa.citing.ris import ris
from nutgraf.qa.citing.table import quote_table
from nutgraf.qa.errors import BadOption

_CONTROLS = re.compile("[\x7f-\x9f]")  # JSON escapes those below U+0020 alone, and terminals obey these, too


@dataclass(frozen=True, slots=True)
class CitationFormat:
    """A format: what writes citations in it, its media type, and the ending of its files."""

    write: Callable[[Sequence[Citation]], str]
    media_type: str
    suffix: str


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


CITATION_FORMATS: Mapping[str, CitationFormat] = {
    "text": CitationFormat(prose.text, "text/plain", "txt"),
    "csv": CitationFormat(quote_table, "text/csv", "csv"),
    "bibtex": CitationFormat(bibtex, "application/x-bibtex", "bib"),
    "ris": CitationFormat(ris, "application/x-research-info-systems", "ris"),
    "csl-json": CitationFormat(
        lambda citations: _json(csl_items(citations)), "application/vnd.citationstyles.csl+json", "json"
    ),
    "markdown": CitationFormat(prose.markdown, "text/markdown", "md"),
    "html": CitationFormat(prose.html, "text/html", "html"),
    "annotation": CitationFormat(
        lambda citations: _json(annotation.annotation_page(citations)), annotation.MEDIA_TYPE, "jsonld"
    ),
}
"""The formats by their names in every door; "json" is another one, for the object of the door itself."""

FORMAT_NAMES = ("text", "json", *(name for name in CITATION_FORMATS if name != "text"))


def written(name: str, citations: Sequence[Citation], to_dict: Callable[[], object]) -> str:
    """Return citations in a format, as "json" the object of what is cited; raises BadOption for no format."""
    return _json(to_dict()) if name == "json" else citation_format(name).write(citations)


def citation_format(name: str) -> CitationFormat:
    """Return a format by its name; raises BadOption where there is none."""
    try:
        return CITATION_FORMATS[name]
    except (KeyError, TypeError) as error:
        message = f"{{format}} is {name!r:.40}, expected one of {', '.join(FORMAT_NAMES)}"
        raise BadOption(message, hint="{format} bibtex", fields=["format"]) from error
