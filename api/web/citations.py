"""Citations over HTTP: which format a request wants, and the response in it.

Knows requests and the formats of `nutgraf.qa.citing`; does not know how answers are found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Header, Query, Request, Response

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.queue import QueuedRequest
from nutgraf.api.web.deadline import in_time
from nutgraf.api.web.preferences import weighted
from nutgraf.indexer.fields import Field
from nutgraf.opening import OpenIndex
from nutgraf.qa.citing.answers import cite_answers
from nutgraf.qa.citing.citation import cited
from nutgraf.qa.citing.formats import CITATION_FORMATS, FORMAT_NAMES, citation_format
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.retrieval import Candidate
from nutgraf.results import hit_of

_READ_IN_PLACE = frozenset({"text", "html"})  # a browser offers the others as files
_ACCEPTED = {
    "application/json": "json",
    **{kind.media_type.partition(";")[0]: name for name, kind in CITATION_FORMATS.items() if name != "html"},
}
"""Media type -> format. Every browser accepts text/html, so that HTML has to be asked for by its name."""


def wanted_format(
    format: Annotated[  # noqa: A002 - every door calls it so
        str | None,
        Query(description=f"One of {', '.join(FORMAT_NAMES)}: quotes to be cited.", examples=["bibtex"]),
    ] = None,
    accept: Annotated[
        str, Header(description="Says the format by its media type.", examples=["application/x-bibtex"])
    ] = "*/*",
) -> str:
    """Return the format of a request, "json" unless it asks for another; raises BadOption for no format."""
    if format is not None and format != "json":
        citation_format(format)
    return format or _accepted_format(accept)


WantedFormat = Annotated[str, Depends(wanted_format)]


@dataclass(frozen=True, slots=True)
class QuotedPlace:
    """Where the words of a citation stand; a whole article is cited without them."""

    start: Annotated[int, Query(description="Of the words to be cited.", examples=[1397])] = 0
    end: Annotated[int, Query(description="Of the words to be cited.", examples=[1443])] = 0
    field: Annotated[Field, Query(description="What they are places in.", examples=["text"])] = "text"


Place = Annotated[QuotedPlace, Depends(QuotedPlace)]


async def answer_citation(request: Request, engine: Engine, inquiry: Inquiry, name: str) -> Response:
    """Return the answers of a question in a format: without any an empty file, or a row of CSV."""
    return _response(await in_time(request, engine.ask(inquiry, partial(_cited_answers, name))), name)


async def answers_citation(
    request: Request, engine: Engine, inquiries: Sequence[Inquiry], name: str
) -> Response:
    """Return the answers of several questions in one file; as CSV every question has a row."""
    questions = [QueuedRequest(inquiry, lambda _, result: result) for inquiry in inquiries]
    results = await in_time(request, engine.ask_all(questions))
    return _response(await in_time(request, engine.run(lambda _: cite_answers(results, name))), name)


def hits_citation(candidates: Sequence[Candidate], name: str) -> Response:
    """Return the passages of a search in a format."""
    return _response(citation_format(name).write([hit_of(c).citation for c in candidates]), name)


async def article_citation(
    request: Request, engine: Engine, article_id: str, place: QuotedPlace, name: str
) -> Response:
    """Return an article, or a quote of it, in a format; raises UnknownArticle and BadOption."""

    def work(opened: OpenIndex) -> str:
        article = opened.article(article_id)
        return citation_format(name).write([cited(article, place.field, place.start, place.end)])

    return _response(await in_time(request, engine.run(work)), name)


def also_citations(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description of a route's responses, with the media types of citations beside JSON."""
    content = {
        kind: {"schema": {"type": "string"}}
        for kind in (*_ACCEPTED, "text/html")
        if kind != "application/json"
    }
    responses = described["responses"]
    return {**described, "responses": {**responses, 200: {**responses[200], "content": content}}}


def _cited_answers(name: str, _: OpenIndex, result: QuestionResult) -> str:
    return cite_answers([result], name)


def _response(text: str, name: str) -> Response:
    kind = citation_format(name)
    disposition = "inline" if name in _READ_IN_PLACE else "attachment"
    return Response(
        text.encode(),
        media_type=kind.media_type if "json" in kind.media_type else f"{kind.media_type}; charset=utf-8",
        headers={"Content-Disposition": f'{disposition}; filename="nutgraf.{kind.suffix}"'},
    )


def _accepted_format(accept: str) -> str:
    """Return the format whose media type a request likes best, the first of equals; JSON for any other."""
    best, name = 0.0, "json"
    for media, weight in weighted(accept):
        if media in _ACCEPTED and weight > best:
            best, name = weight, _ACCEPTED[media]
    return name
