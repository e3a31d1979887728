"""Names of authors, taken apart as bibliographies need them. Pure.

A byline does not say which part of a name is the family's. The rule is that of BibTeX: the last word, with
the words in small letters before it. What names no single person ("Reuters Staff") is left whole.
"""

from dataclasses import dataclass

from nutgraf.models.words import word_set

_SUFFIXES = word_set("jr jr. sr sr. ii iii iv")
_NO_PEOPLE = word_set(
    "agence agencies agency ap afp associated board bureau contributor contributors correspondent"
    " correspondents desk editor editorial editors magazine media news newspaper newsroom office post press"
    " report reporter reporters reuters service staff team the times tv wire with and & by"
)
"""Words of bylines that name no single person. Read in the bylines of a news archive; not measured."""

_MOST_NAMES = 3
"""More are several people in a row, as many pages have them. Particles and initials do not count."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in parts; one that is not of a single person is `whole`, and has no parts."""

    whole: str
    family: str = ""
    given: str = ""
    particle: str = ""
    suffix: str = ""

    @property
    def inverted(self) -> str:
        """The name as BibTeX and RIS sort it: "von Leyen, Jr., Ada" or the whole."""
        family = " ".join(part for part in (self.particle, self.family) if part)
        return ", ".join(part for part in (family, self.suffix, self.given) if part) or self.whole


def parted(name: str) -> Name:
    """Return a name in parts.

    >>> parted("Ursula von der Leyen").inverted, parted("Reuters Staff").inverted
    ('von der Leyen, Ursula', 'Reuters Staff')
    """
    before, comma, behind = (part.strip() for part in name.partition(","))
    words, suffix = before.split(), ""
    if comma and behind.lower() in _SUFFIXES:
        suffix = behind
    elif comma and len([word for word in words if not word.islower()]) == 1:  # "Perlez, Jane"
        words = [*behind.split(), *words]
    elif comma:  # "Jane Perlez, Beijing"
        return Name(name)
    elif words and words[-1].lower() in _SUFFIXES:
        suffix = words.pop()
    if not _is_person(words):
        return Name(name)
    particles = [at for at, word in enumerate(words[:-1]) if word.islower()]
    first = particles[0] if particles else len(words) - 1
    given, particle = " ".join(words[:first]), " ".join(words[first:-1])
    return Name(name, words[-1], given, particle, suffix)


def _is_person(words: list[str]) -> bool:
    """Whether these are a given name and a family's: "Jane Perlez", "Paul P. Murphy"."""
    names = [word for word in words if not word.islower() and not word.endswith(".")]
    is_known = not _NO_PEOPLE.intersection(word.lower().strip(".") for word in words)
    letters = all(word[0].isalpha() and not any(map(str.isdigit, word)) for word in words)
    return is_known and letters and len(words) > 1 and words[-1] in names and len(names) <= _MOST_NAMES
