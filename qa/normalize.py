"""The official SQuAD normalisation: when two strings count as the same answer."""

import re
import string

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "’‘“”–—…")


def normalize(answer: str) -> str:
    """Lower-case, drop punctuation and the articles a/an/the, collapse blanks (Rajpurkar et al. 2016).

    Typographic quotes and dashes count as punctuation too: news is full of them.
    """
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split())
