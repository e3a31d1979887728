"""The terms of a text that words are searched by: the same in every storage engine."""

import re
from functools import cache
from typing import Any

from nutgraf.indexer.stop_words import STOP_WORDS

ANALYZER = "nutgraf_en_3"
"""The name of the rules that make terms of texts. The manifest keeps it: an index with terms of other rules
must be rebuilt."""

TITLE_TIMES = 3
"""How often the title stands in front of a text, because a title says best what the text is about. Chosen in
docs/log.md, 2026-11-22, "BM25"."""

MAX_TERMS = 64
"""Terms of a question that are searched, the first ones: a bound on the work, not measured."""

_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}+")


@cache
def analyzer() -> Any:  # noqa: ANN401 - tantivy ships no types
    """Return the analyzer of tantivy that makes terms."""
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.custom_stopword(STOP_WORDS),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def joined_initials(text: str) -> str:
    """Write "U.S." as "US": newsrooms disagree on the full stops, and one letter alone is no term."""
    return _INITIALS.sub(lambda match: match[0].replace(".", ""), text)


def analyzed(text: str) -> list[str]:
    """Return the terms of a text, in order, each as often as it stands there."""
    terms: list[str] = analyzer().analyze(joined_initials(text))
    return terms


def question_terms(question: str) -> list[str]:
    """Return the first `MAX_TERMS` terms of a question, each once."""
    return list(dict.fromkeys(analyzed(question)))[:MAX_TERMS]
