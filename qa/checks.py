"""What may be asked: a question's characters, a filter's dates, how many answers. Pure."""

import unicodedata

from nutgraf.indexer.filters import Filter
from nutgraf.qa.errors import BadFilter, BadQuestion

MAX_QUESTION_CHARS = 1000
MAX_TOP = 100


def checked_question(question: str) -> str:
    """Return the question, whitespace collapsed; raises BadQuestion for one that cannot be asked."""
    # A shell hands over bytes that are not UTF-8 as lone surrogates, which no tokenizer takes.
    printable = question.encode("utf-8", "replace").decode().replace("\x00", " ")
    cleaned = " ".join(unicodedata.normalize("NFC", printable).split())
    if not cleaned:
        raise BadQuestion("the question is empty", hint='ask "What did China agree to on sanctions?"')
    if len(cleaned) > MAX_QUESTION_CHARS:
        raise BadQuestion(
            f"the question has {len(cleaned):,} characters; at most {MAX_QUESTION_CHARS:,} are read",
            hint="ask one thing at a time, in a sentence",
        )
    if not any(character.isalnum() for character in cleaned):
        raise BadQuestion(f"the question {cleaned[:40]!r} has no letter and no digit", hint="ask it in words")
    return cleaned


def checked_filter(allow: Filter) -> Filter:
    """Return the filter; raises BadFilter when its dates exclude each other."""
    last = allow.without_preference().last
    if allow.first is not None and last is not None and allow.first > last:
        name = "--before" if last == allow.last else "--as-of"
        raise BadFilter(
            f"--after {allow.first} is later than {name} {last}: no article can match both",
            hint="swap the two dates",
        )
    return allow


def check_top(top: int) -> None:
    """Raise BadFilter for a number of answers that cannot be given."""
    if not 1 <= top <= MAX_TOP:
        raise BadFilter(f"--top {top} is not between 1 and {MAX_TOP}", hint="--top 5")
