"""Decides whether two strings are the same answer: SQuAD's official rule, and ours for typographic news."""

import re
import string

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_TYPOGRAPHY = str.maketrans("", "", "‘’‚“”„«»–—…")


def normalize(answer: str) -> str:
    """Lower-case, drop ASCII punctuation and a/an/the, collapse blanks (Rajpurkar et al. 2016)."""
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split())


def same_words(answer: str) -> str:
    """Return the key under which answers are joined: `normalize`, without typographic marks either."""
    return normalize(answer.translate(_TYPOGRAPHY))
