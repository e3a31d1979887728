"""Checks what is asked: a question's characters, a filter's dates, the number of answers. Pure."""

from nutgraf.indexer.clean import composed
from nutgraf.indexer.filters import Filter
from nutgraf.qa.errors import BadFilter, BadQuestion

MAX_QUESTION_CHARS = 1000  # a bound against abuse; not compared in docs/log.md
MAX_TOP = 100  # as many as one engine is asked for: `RetrievalParams.depth`


def checked_question(question: str, name: str = "the question") -> str:
    """Return the question with single blanks; raises BadQuestion for a question that cannot be asked.

    `name` is what messages call it.
    """
    if not isinstance(question, str):
        raise BadQuestion(f"{name} is {type(question).__name__}, expected str", hint="ask it in words")
    # A shell hands over bytes that are not UTF-8 as lone surrogates, which no tokenizer takes.
    printable = question.encode("utf-8", "replace").decode().replace("\x00", " ")
    words = " ".join(printable.split())
    _check_length(words, name)  # before anything that costs more than looking at each character once
    cleaned = composed(words)
    _check_length(cleaned, name)  # a few characters are longer when they are composed
    if not cleaned:
        raise BadQuestion(f"{name} is empty", hint="ask it in words")
    if not any(character.isalnum() for character in cleaned):
        message = f"{name} {cleaned[:40]!r} has no letter and no digit"
        raise BadQuestion(message, hint="ask it in words")
    return cleaned


def _check_length(question: str, name: str) -> None:
    if len(question) > MAX_QUESTION_CHARS:
        raise BadQuestion(
            f"{name} has {len(question):,} characters; at most {MAX_QUESTION_CHARS:,} are read;"
            f" it begins with {question[:40]!r}",
            hint="ask one thing at a time, in a sentence",
        )


def checked_filter(allow: Filter) -> Filter:
    """Return the filter; raises BadFilter when its dates exclude each other."""
    last = allow.without_preference().last
    if allow.first is not None and last is not None and allow.first > last:
        end = "before" if last == allow.last else "as_of"
        raise BadFilter(
            f"{{after}} {allow.first} is later than {{{end}}} {last}: no article can match both",
            hint="swap the two dates",
            fields=["after", end],
        )
    return allow


def check_top(top: int) -> None:
    """Raise BadFilter for a number of answers that is no int from 1 to `MAX_TOP`."""
    if not isinstance(top, int) or isinstance(top, bool):
        message = f"{{top}} is {type(top).__name__}, expected int"
        raise BadFilter(message, hint="{top} 5", fields=["top"])
    if not 1 <= top <= MAX_TOP:
        raise BadFilter(f"{{top}} {top} is not between 1 and {MAX_TOP}", hint="{top} 5", fields=["top"])


def check_probability(bound: float | None) -> None:
    """Raise BadFilter for a least probability that is no number from 0 to 1; None is none."""
    if bound is None:
        return
    hint, fields = "{min_probability} 0.5", ["min_probability"]
    if not isinstance(bound, int | float) or isinstance(bound, bool):
        message = f"{{min_probability}} is {type(bound).__name__}, expected a number"
        raise BadFilter(message, hint=hint, fields=fields)
    if not 0.0 <= bound <= 1.0:
        raise BadFilter(f"{{min_probability}} {bound} is not between 0 and 1", hint=hint, fields=fields)


def check_use_time(use_time: object) -> None:
    """Raise BadFilter for a choice about the question's time that is no bool."""
    if not isinstance(use_time, bool):
        message = f"{{time}} is {type(use_time).__name__}, expected True or False"
        raise BadFilter(message, hint="{time} False", fields=["time"])
