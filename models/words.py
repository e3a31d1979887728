"""Sets of words, written as one string. A leaf: it knows nothing else."""


def word_set(words: str) -> frozenset[str]:
    """Return the words of a string.

    >>> sorted(word_set("mill ferry"))
    ['ferry', 'mill']
    """
    return frozenset(words.split())
