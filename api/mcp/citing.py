"""The tool that gives a quote, or an article, as it is cited: its arguments, its result and its words."""

from typing import ClassVar, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from nutgraf.api.engine.engine import Engine
from nutgraf.api.objects.requests import RequestBody
from nutgraf.indexer.fields import Field as ArticleField
from nutgraf.opening import OpenIndex
from nutgraf.qa.citing.citation import cited
from nutgraf.qa.citing.formats import citation_format

CITE = """\
Write down a quote with its source as people and programs cite it: as text, Markdown, HTML, BibTeX, RIS,
CSL-JSON, CSV or a Web Annotation. Use it instead of composing a reference yourself. `start`, `end` and
`field` are those of an answer or a passage; words are quoted with their sentence. Without them it is the
reference of the whole article."""


class CitationJson(TypedDict):
    """A citation, and the format that it is written in."""

    format: str
    citation: str


class CitationSchema(BaseModel):
    """A citation, and the format that it is written in."""

    model_config = ConfigDict(extra="forbid")

    format: str
    citation: str


class CiteQuote(RequestBody):
    """A quote, or an article, to be cited; agents may write numbers as text, and nothing as an empty text."""

    model_config = ConfigDict(strict=False)
    absent: ClassVar[tuple[object, ...]] = (None, "")

    id: str = Field(description="The article's id, as ask_news and search_news give it.")
    format: Literal["text", "csv", "bibtex", "ris", "csl-json", "markdown", "html", "annotation"] = "text"
    start: int = Field(0, description="Where the words begin.")
    end: int = Field(0, description="Where they end; 0 cites the whole article.")
    field: ArticleField = Field("text", description="What they are places in.")

    async def result(self, engine: Engine) -> CitationJson:
        """Return the citation; raises UnknownArticle, and BadOption for a place that the article has not."""

        def work(opened: OpenIndex) -> str:
            citation = cited(opened.article(self.id), self.field, self.start, self.end)
            return citation_format(self.format).write([citation])

        return {"format": self.format, "citation": await engine.run(work)}


def citation_text(result: CitationJson) -> str:
    """Return the citation by itself."""
    return result["citation"]
