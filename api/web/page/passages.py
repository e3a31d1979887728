"""The articles that were read, each with one passage: the one with the answer, or else the best.

Pure: knows only the JSON objects of `nutgraf.objects`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nutgraf.api.web.page.render import Piece, SpanJson, paragraphs, place
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
    marks: dict[str, list[SpanJson]] = {}
    for answer in result["answers"]:
        for quote in (answer, *answer["support"]):
            marks.setdefault(quote["article"]["id"], []).append(quote)
    by_article: dict[str, list[PassageJson]] = {}
    for passage in result["passages"]:
        by_article.setdefault(passage["article"]["id"], []).append(passage)
    return [_view(passages, marks.get(name, [])) for name, passages in by_article.items()]


def _view(passages: Sequence[PassageJson], marks: Sequence[SpanJson]) -> PassageView:
    shown = next((passage for passage in passages if _inside(passage, marks)), passages[0])
    inside = _inside(shown, marks)
    spans = [(mark["start"], mark["end"]) for mark in inside]
    return PassageView(
        article=shown["article"],
        copies=tuple(shown["copies"]),
        versions=tuple(shown["versions"]),
        lines=tuple(paragraphs(shown["text"], spans, shown["start"])),
        more=len(passages) - 1,
        href=place(shown["article"]["id"], (inside or marks or [shown])[0]),
        page=shown["page"],
    )


def _inside(passage: PassageJson, marks: Sequence[SpanJson]) -> list[SpanJson]:
    return [
        mark
        for mark in marks
        if mark["field"] == passage["field"]
        and passage["start"] <= mark["start"]
        and mark["end"] <= passage["end"]
    ]
