"""CSL-JSON: a list with an item for each article, for Zotero, Pandoc and citation processors."""

from collections.abc import Sequence

from nutgraf.qa.citing.citation import Citation
from nutgraf.qa.citing.names import Name
from nutgraf.qa.citing.references import Reference, references

CslItem = dict[str, object]
"""An item of the schema csl-data.json; what is not known is left out."""


def csl_items(citations: Sequence[Citation]) -> list[CslItem]:
    """Return one item for each article; its quotes are its note, one a line."""
    return [_item(reference) for reference in references(citations)]


def _item(reference: Reference) -> CslItem:
    citation, day = reference.article, reference.article.day
    values: CslItem = {
        "id": reference.key,
        "type": "article-newspaper",
        "title": citation.title,
        "author": [_author(name) for name in reference.authors],
        "container-title": citation.outlet,
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "page": reference.pages,
        "URL": citation.url,
        "archive_location": citation.article.id,
        "note": "\n".join(reference.notes),
    }
    return {name: value for name, value in values.items() if value}


def _author(name: Name) -> dict[str, str]:
    if not name.family:
        return {"literal": name.whole}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}
