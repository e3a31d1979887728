"""What reference managers have in common: an entry for each article, with a key and its quotes as notes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from nutgraf.qa.citing.citation import Citation, by_article
from nutgraf.qa.citing.names import Name, parted

_LEAST_WORD_CHARS = 4  # of the word of a title that stands in a key


@dataclass(frozen=True, slots=True)
class Reference:
    """An article as an entry of a bibliography, its key unique among those that are written together."""

    key: str
    citations: tuple[Citation, ...]

    @property
    def article(self) -> Citation:
        """The first citation, for what all of them share: title, authors, outlet, day, address."""
        return self.citations[0]

    @property
    def authors(self) -> list[Name]:
        """The names of the authors in parts."""
        return [parted(author) for author in self.article.authors]

    @property
    def pages(self) -> str:
        """The pages of the quotes, "2, 5"; empty where the article has no pages."""
        return ", ".join(str(page) for page in sorted({c.page for c in self.citations if c.page}))

    @property
    def notes(self) -> list[str]:
        """Each quote with its place in the archive and the link to its words; of a whole article its id."""
        return [
            " ".join(part for part in (quote, f"[{citation.place}]", citation.link) if part)
            for citation in self.citations
            for quote in [f"“{citation.text}”" if citation.is_quote else None]
        ]


def references(citations: Sequence[Citation]) -> list[Reference]:
    """Return one reference for each article."""
    entries: list[Reference] = []
    taken: dict[str, int] = {}
    for group in by_article(citations):
        key = _key(group[0])
        taken[key] = taken.get(key, 0) + 1
        entries.append(Reference(f"{key}-{taken[key]}" if taken[key] > 1 else key, tuple(group)))
    return entries


def _key(citation: Citation) -> str:
    """Return author or outlet, year and a word of the title: "perlez2016says"."""
    first = citation.authors[0] if citation.authors else citation.outlet
    words = (_letters(word) for word in citation.title.split())
    word = next((word for word in words if len(word) >= _LEAST_WORD_CHARS), "")
    year = str(citation.day.year) if citation.day else ""
    return f"{_letters(parted(first).family or first)}{year}{word}" or "article"


def _letters(text: str) -> str:
    """Return the letters and digits of a text as small ASCII, without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(filter(str.isalnum, plain.lower()))
