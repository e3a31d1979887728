"""RIS: an entry of the type NEWS for each article, for EndNote, Zotero, Mendeley and their like.

A line is a tag of two characters, two blanks, a dash, a blank and the value; lines end with CR and LF. Names
of authors and journals may not hold an asterisk.
"""

from collections.abc import Sequence

from nutgraf.qa.citing.citation import Citation
from nutgraf.qa.citing.references import Reference, references


def ris(citations: Sequence[Citation]) -> str:
    """Return one entry for each article; its quotes are notes."""
    return "\r\n".join(_entry(reference) for reference in references(citations))


def _entry(reference: Reference) -> str:
    citation, day = reference.article, reference.article.day
    tagged = [
        ("TY", "NEWS"),
        ("ID", reference.key),
        *(("AU", name.inverted.replace("*", "").strip()) for name in reference.authors),
        ("TI", citation.title),
        ("T2", citation.outlet.replace("*", "").strip()),
        ("PY", str(day.year) if day else ""),
        ("DA", f"{day.year:04}/{day:%m/%d}" if day else ""),
        ("SP", reference.pages),
        ("UR", citation.url or ""),
        *(("N1", note) for note in reference.notes),
    ]
    lines = [f"{tag}  - {value}\r\n" for tag, value in tagged if value]
    return f"{''.join(lines)}ER  - \r\n"
