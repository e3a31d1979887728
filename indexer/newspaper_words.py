"""The words that the names of newspapers are made of: "The Tarn Post". Knows no outlet by its whole name."""

from nutgraf.models.words import word_set

MASTHEAD_WORDS = word_set(
    "advertiser anzeiger argus bulletin chronicle corriere courier courrier dagblad dagbladet dispatch echo"
    " enquirer examiner express gazette gazzetta herald inquirer jornal journal kurier magazine mail"
    " nachrichten news nieuws observer post posten press sentinel tagblatt telegraph tidende tidings times"
    " today tribune weekly zeitung"
)
"""Words that a line of a newspaper's name ends in, in lower case; few surnames and headlines end in them."""

NEWSPAPER_WORDS = MASTHEAD_WORDS | word_set(
    "agency avis blatt daily diario globe guardian independent ledger mercury messenger mirror monitor"
    " newspaper record register review standard star sun"
)
"""These and words that name a newspaper only where an outlet is expected: "Record", "Sun"."""


def has_newspaper_word(name: str) -> bool:
    """Whether a word of a name is that of a newspaper: "Post of Tarn", "THE TARN SUN-TIMES"."""
    return not NEWSPAPER_WORDS.isdisjoint(_words(name))


def ends_as_masthead(name: str) -> bool:
    """Whether the last word of a name is nearly always that of a newspaper: "The Tarn Post"."""
    return not MASTHEAD_WORDS.isdisjoint(_words(name)[-1:])


def _words(name: str) -> list[str]:
    return name.casefold().replace("-", " ").split()
