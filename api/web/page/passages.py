"""The articles that were looked at, each with a passage of it: the one with the answer, or else the best.

Pure: knows the objects of `nutgraf.objects`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nutgraf.api.web.page.render import CharSpan, Piece, paragraphs, place
from nutgraf.objects import Json


@dataclass(frozen=True, slots=True)
class PassageView:
    """An article: a passage in lines of pieces, how many more were found, and the address of the quote."""

    article: Json
    copies: tuple[Json, ...]
    lines: tuple[list[Piece], ...]
    more: int
    href: str


def looked_at(told: Json) -> list[PassageView]:
    """Return the articles of a question's passages, the best first, with the answer's words marked."""
    marks: dict[str, list[CharSpan]] = {}
    for answer in told["answers"]:
        for one in (answer, *answer["support"]):
            marks.setdefault(one["article"]["id"], []).append((one["start"], one["end"]))
    by_article: dict[str, list[Json]] = {}
    for passage in told["passages"]:
        by_article.setdefault(passage["article"]["id"], []).append(passage)
    return [_looked(passages, marks.get(name, [])) for name, passages in by_article.items()]


def _looked(passages: Sequence[Json], marks: Sequence[CharSpan]) -> PassageView:
    shown = next((one for one in passages if _inside(one, marks)), passages[0])
    inside = _inside(shown, marks)
    start, end = inside[0] if inside else (shown["start"], shown["end"])
    return PassageView(
        article=shown["article"],
        copies=tuple(shown["copies"]),
        lines=tuple(paragraphs(shown["text"], inside, shown["start"])),
        more=len(passages) - 1,
        href=place(shown["article"]["id"], start, end),
    )


def _inside(passage: Json, marks: Sequence[CharSpan]) -> list[CharSpan]:
    return [(a, b) for a, b in marks if passage["start"] <= a and b <= passage["end"]]
