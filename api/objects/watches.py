"""The bodies of requests for standing questions, and the schemas of what comes back."""

from typing import Literal

from pydantic import Field

from nutgraf.api.objects.requests import FilteredRequest
from nutgraf.api.objects.responses import ArticleRefSchema, ResponseSchema
from nutgraf.qa.inquiry import Inquiry

_QUESTION = "Who leads the central bank?"
_PROBABILITY_RANGE: dict[str, object] = {"minimum": 0, "maximum": 1}


class WatchRequest(FilteredRequest):
    """A question to watch; its days are those of today from now on."""

    min_probability: float | None = Field(
        None,
        description="Replaces the fitted threshold, 0 to 1.",
        examples=[0.5],
        json_schema_extra=_PROBABILITY_RANGE,  # type: ignore[arg-type] # it only describes
    )
    webhook: str | None = Field(
        None, description="Address that changes are sent to.", examples=["https://hooks.example/nutgraf"]
    )

    def inquiry(self) -> Inquiry:
        """Return the checked question; raises BadOption, BadQuestion and BadFilter."""
        return Inquiry(self.question, 1, self.allow(), self.min_probability, self.time).checked()


class WatchEdit(WatchRequest):
    """A question in place of the one that a watch had at a revision; its webhook stays if none is named."""

    revision: int = Field(
        ge=1, le=(1 << 63) - 1, description="The `revision` of the watch that you have.", examples=[1]
    )


class WatchedAnswerSchema(ResponseSchema):
    """An answer as it was: the quote, its place and sentence, and the outlets that gave it independently."""

    text: str = Field(examples=["Anna Holt"])
    field: Literal["text", "title"] = Field(examples=["text"])
    start: int = Field(examples=[0])
    end: int = Field(examples=[9])
    sentence: str = Field(examples=["Anna Holt was appointed governor of the central bank on Friday."])
    probability: float = Field(examples=[0.83])
    article: ArticleRefSchema
    outlets: list[str] = Field(examples=[["The Tarn Post"]])


class WatchSchema(ResponseSchema):
    """A standing question, and what it is answered with now."""

    id: int = Field(examples=[1])
    question: str = Field(examples=[_QUESTION])
    after: str | None = Field(examples=["2016-01-01"])
    before: str | None = Field(examples=["2016-12-31"])
    as_of: str | None = Field(examples=["2016-12-31"])
    source: list[str] = Field(examples=[["The New York Times"]])
    min_probability: float | None = Field(examples=[0.5])
    time: bool = Field(examples=[True])
    webhook_host: str | None = Field(description="Where changes are sent.", examples=["hooks.example"])
    created: str = Field(examples=["2026-11-27T09:00:00Z"])
    revision: int = Field(description="It grows with every edit.", examples=[1])
    asked: bool = Field(description="False until its first answer is known.", examples=[True])
    answer: WatchedAnswerSchema | None
    rival: WatchedAnswerSchema | None = Field(description="The answer that stands against it.")


class WatchPageSchema(ResponseSchema):
    """Watches by id."""

    watches: list[WatchSchema]
    next: int | None = Field(description="`after` of the next page; null on the last.", examples=[100])


class RemovedWatchesSchema(ResponseSchema):
    """The ids of the watches that were removed."""

    removed: list[int] = Field(examples=[[1]])


class WatchChangeSchema(ResponseSchema):
    """How the answer to a watch changed; of a dispute, `after` is what is said against `before`."""

    id: int = Field(examples=[7])
    watch: int = Field(examples=[1])
    at: str = Field(description="When it was found.", examples=["2026-11-27T09:00:00Z"])
    question: str = Field(examples=[_QUESTION])
    kind: Literal["new_answer", "other_answer", "more_outlets", "disputed", "gone"] = Field(
        examples=["other_answer"]
    )
    before: WatchedAnswerSchema | None
    after: WatchedAnswerSchema | None


class ChangePageSchema(ResponseSchema):
    """Changes by id, or with `newest` from the last one back."""

    changes: list[WatchChangeSchema]
    next: int | None = Field(description="`after` of the next page; null on the last.", examples=[7])
