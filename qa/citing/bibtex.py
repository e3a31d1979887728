"""BibTeX: an @article for each article, for BibTeX, biber and the reference managers that read it.

The text is UTF-8, as biber and all reference managers read it. BibTeX counts braces even behind a backslash,
so a brace of a text is written as a command.
"""

import re
from collections.abc import Sequence

from nutgraf.qa.citing.citation import Citation
from nutgraf.qa.citing.names import Name
from nutgraf.qa.citing.references import Reference, references

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "#$%&_"},
    }
)
_DASH = re.compile("-(?=-)")  # TeX prints two dashes, or three, as a longer one


def bibtex(citations: Sequence[Citation]) -> str:
    """Return one entry for each article; its quotes are notes, which no style prints."""
    return "\n".join(_entry(reference) for reference in references(citations))


def _entry(reference: Reference) -> str:
    citation, day = reference.article, reference.article.day
    fields = {
        "author": " and ".join(_author(name) for name in reference.authors),
        "title": f"{{{_escaped(citation.title)}}}"
        if citation.title
        else "",  # so that no style changes its case
        "journal": _escaped(citation.outlet),
        "year": str(day.year) if day else "",
        "month": citation.month[:3].lower(),
        "date": day.isoformat() if day else "",
        "pages": reference.pages,
        "url": citation.url or "",
        "annote": _escaped(" ".join(reference.notes)),
    }
    lines = [
        f"  {name} = {value if name == 'month' else f'{{{value}}}'}"
        for name, value in fields.items()
        if value
    ]
    return ",\n".join([f"@article{{{reference.key}", *lines]) + "\n}\n"


def _author(name: Name) -> str:
    """Return a name as BibTeX reads it; one that is not of a single person stands in braces."""
    return _escaped(name.inverted) if name.family else f"{{{_escaped(name.whole)}}}"


def _escaped(text: str) -> str:
    return _DASH.sub("-{}", text.translate(_ESCAPES))
