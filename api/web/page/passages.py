"""The articles that were read, each with one passage: the one with the answer, or else the best.

Pure: knows only the JSON objects of `nutgraf.objects`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nutgraf.api.web.page.render import CharSpan, Piece, paragraphs, place
from nutgraf.indexer.article import ArticleJson
from nutgraf.objects import AskJson, PassageJson


@dataclass(frozen=True, slots=True)
class PassageView:
    """An article with one passage in lines of pieces, the number of its other passages, and an address."""

    article: ArticleJson
    copies: tuple[ArticleJson, ...]
    versions: tuple[ArticleJson, ...]
    lines: tuple[list[Piece], ...]
    more: int
    href: str
    page: int | None


def passage_views(result: AskJson) -> list[PassageView]:
    """Return the articles of the passages of a result, best first, with the words of the answer marked."""
    marks: dict[str, list[CharSpan]] = {}
    for answer in result["answers"]:
        marks.setdefault(answer["article"]["id"], []).append((answer["start"], answer["end"]))
        for support in answer["support"]:
            marks.setdefault(support["article"]["id"], []).append((support["start"], support["end"]))
    by_article: dict[str, list[PassageJson]] = {}
    for passage in result["passages"]:
        by_article.setdefault(passage["article"]["id"], []).append(passage)
    return [_view(passages, marks.get(name, [])) for name, passages in by_article.items()]


def _view(passages: Sequence[PassageJson], marks: Sequence[CharSpan]) -> PassageView:
    shown = next((passage for passage in passages if _inside(passage, marks)), passages[0])
    inside = _inside(shown, marks)
    start, end = inside[0] if inside else (shown["start"], shown["end"])
    return PassageView(
        article=shown["article"],
        copies=tuple(shown["copies"]),
        versions=tuple(shown["versions"]),
        lines=tuple(paragraphs(shown["text"], inside, shown["start"])),
        more=len(passages) - 1,
        href=place(shown["article"]["id"], start, end),
        page=shown["page"],
    )


def _inside(passage: PassageJson, marks: Sequence[CharSpan]) -> list[CharSpan]:
    return [(a, b) for a, b in marks if passage["start"] <= a and b <= passage["end"]]
