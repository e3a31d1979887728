"""What the HTTP door takes. Unknown fields are refused: a misspelt filter must not be ignored."""

from pydantic import BaseModel, ConfigDict, Field


class Search(BaseModel):
    """Words to look for, with filters."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: str = Field(examples=["What did China agree to on sanctions?"])
    top: int = Field(default=10, description="How many, 1 to 100.")
    after: str | None = Field(
        default=None, description="Published on this day or later.", examples=["2016-01", "last week"]
    )
    before: str | None = Field(default=None, description="Published on this day or earlier.")
    as_of: str | None = Field(default=None, description="Hide what was published later.")
    source: list[str] = Field(default=[], description="Only these outlets.", examples=[["Example Times"]])


class Ask(Search):
    """A question to answer."""

    top: int = Field(default=1, description="How many different answers, 1 to 100.")
    min_probability: float | None = Field(default=None, description="Replaces the fitted threshold, 0 to 1.")
    timeline: bool = Field(default=False, description="Show also how the answer changed over time.")
    explain: bool = Field(default=False, description="Show ranks and scores of every passage.")
