"""CSV for spreadsheets: a row for each quote.

The form is RFC 4180 with a byte order mark: without it Excel takes UTF-8 for the code page of its machine.
A cell that a spreadsheet would compute gets an apostrophe in front (OWASP, "CSV Injection").
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nutgraf.indexer.article import Article
from nutgraf.qa.citing.citation import Citation, printable

BYTE_ORDER_MARK = "\ufeff"
_QUOTE_COLUMNS = ("quote", "title", "outlet", "day", "url")
_PLACE_COLUMNS = ("link", "authors", "page", "id", "field", "start", "end")
_ARTICLE_COLUMNS = ("id", "title", "source", "authors", "published", "url", "text")
_BEFORE_FORMULA = re.compile(r'(?:^|[;\t\r\n])"*(?=[=+\-@＝＋－＠])')
"""The start of a cell with a formula; behind a semicolon, too, which parts cells where commas are decimal.

A quotation mark in such a cell protects nothing: there a line of a text begins a row, and a tab a cell.
"""

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question with one of its answers or its guess, or without any: then `citation` is None."""

    question: str
    outcome: str
    answer: str = ""
    probability: float | None = None
    citation: Citation | None = None


def quote_table(citations: Iterable[Citation]) -> str:
    """Return a table of quotes; `start` and `end` are offsets of the quote."""
    rows = [[*_quote_cells(citation), *_place_cells(citation)] for citation in citations]
    return BYTE_ORDER_MARK + _written([[*_QUOTE_COLUMNS, *_PLACE_COLUMNS], *rows])


def article_table(articles: Iterable[Article], *, with_head: bool = True) -> str:
    """Return a table of articles with their texts; without its head it goes on with one that has it."""
    out = io.StringIO()
    writer = csv.writer(out)
    if with_head:
        out.write(BYTE_ORDER_MARK)
        writer.writerow(_ARTICLE_COLUMNS)
    for article in articles:
        published = article.published.isoformat() if article.published else ""
        authors = "; ".join(article.authors)
        facts = (article.id, article.title, article.source or "", authors, published, article.url or "")
        text = _BEFORE_FORMULA.sub(r"\g<0>'", article.text.strip())  # its paragraphs stay
        writer.writerow([*map(_safe, facts), text])
    return out.getvalue()


def question_table(answers: Iterable[AnsweredQuestion], *, with_head: bool = True) -> str:
    """Return a table of questions with their answers; without its head it goes on with one that has it."""
    head: list[Cell] = ["question", "outcome", "answer", *_QUOTE_COLUMNS, "probability", *_PLACE_COLUMNS]
    rows = [_question_cells(answer) for answer in answers]
    return BYTE_ORDER_MARK + _written([head, *rows]) if with_head else _written(rows)


def _question_cells(answer: AnsweredQuestion) -> list[Cell]:
    cells: list[Cell] = [answer.question, answer.outcome, answer.answer]
    if answer.citation is None:
        return cells + [None] * (len(_QUOTE_COLUMNS) + 1 + len(_PLACE_COLUMNS))
    return [
        *cells,
        *_quote_cells(answer.citation),
        None if answer.probability is None else round(answer.probability, 4),
        *_place_cells(answer.citation),
    ]


def _quote_cells(citation: Citation) -> list[Cell]:
    day = citation.day.isoformat() if citation.day else None
    return [citation.text, citation.title, citation.outlet, day, citation.url]


def _place_cells(citation: Citation) -> list[Cell]:
    place: list[Cell] = [citation.field, *citation.quote] if citation.is_quote else [None, None, None]
    return [citation.link, "; ".join(citation.authors), citation.page, citation.article.id, *place]


def _written(rows: Sequence[Sequence[Cell]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([[_safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return out.getvalue()


def _safe(cell: str) -> str:
    return _BEFORE_FORMULA.sub(r"\g<0>'", printable(cell))
