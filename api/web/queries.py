"""What the HTTP door takes. Unknown fields are refused: a misspelt filter must not be ignored."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.options import article_filter
from indexer.filters import Filter
from qa.inquiry import Inquiry

MOST_QUESTIONS = 32
_DAY = 'A day, month or year (2016-01-27, January 2016, 2016), or "last week".'


def _sound(text: str) -> str:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it holds NUL or half of a surrogate pair, which are no text")
    return text


Text = Annotated[str, AfterValidator(_sound)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Filtered(_Body):
    """A question with filters: days are inclusive, and an article without a date passes none of them."""

    question: Text = Field(
        description="What to look for.", examples=["What did China agree to on sanctions?"]
    )
    after: str | None = Field(None, description=f"Published then or later. {_DAY}", examples=["2016-01"])
    before: str | None = Field(None, description=f"Published then or earlier. {_DAY}", examples=["last week"])
    as_of: str | None = Field(
        None,
        description=f"Hide what was published later, prefer what was new then. {_DAY}",
        examples=["2016"],
    )
    source: list[Text] = Field(
        [], max_length=100, description="Only these outlets.", examples=[["The New York Times"]]
    )

    def allow(self) -> Filter:
        """Return the filter; raises BadOption for a date that is none."""
        return article_filter(self.after, self.before, self.as_of, self.source)


class Search(Filtered):
    """Words to look for."""

    top: int = Field(10, description="How many passages, 1 to 100.", examples=[10])
    cursor: str | None = Field(
        None, description="`next` of the page before: the same request goes on there.", examples=[None]
    )


class Ask(Filtered):
    """A question to answer."""

    top: int = Field(1, description="How many different answers, 1 to 100.", examples=[1])
    min_probability: float | None = Field(
        None, description="Replaces the fitted threshold, 0 to 1, for every answer.", examples=[0.5]
    )
    timeline: bool = Field(False, description="Show also how the answer changed over time.", examples=[False])
    explain: bool = Field(False, description="Show ranks and scores of every passage.", examples=[False])

    def inquiry(self) -> Inquiry:
        """Return what is asked; raises BadOption, BadQuestion and BadFilter."""
        return Inquiry(self.question, self.top, self.allow(), self.min_probability).checked()


class AskBatch(_Body):
    """Questions to answer together."""

    questions: Annotated[list[Ask], Field(min_length=1, max_length=MOST_QUESTIONS)]


class NewArticle(BaseModel):
    """An article to store; other fields are ignored. It needs an `id` or a `url`, by which it is known."""

    model_config = ConfigDict(extra="allow")

    text: str = Field(examples=["BEIJING — Secretary of State John Kerry said on Wednesday that ..."])
    id: str | None = Field(None, examples=["nyt-2016-01-27-kerry"])
    url: str | None = Field(None, examples=["https://news.example/2016/01/27/kerry.html"])
    title: str | None = Field(None, examples=["Kerry in Beijing"])
    source: str | None = Field(None, examples=["The New York Times"])
    authors: list[str] | str | None = Field(None, examples=[["Jane Perlez"]])
    published: str | None = Field(None, examples=["2016-01-27T09:00:00Z"])

    def record(self) -> dict[str, Any]:
        """Return the fields as a line of JSON has them."""
        return self.model_dump(exclude_none=True)
