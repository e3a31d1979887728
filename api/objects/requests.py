"""The bodies of requests. Unknown fields are refused, so that a misspelt filter is not ignored."""

import json
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails

from nutgraf.filters import article_filter
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.loaders.identity import id_of_content, web_url
from nutgraf.listing import MAX_PAGE
from nutgraf.qa.checks import MAX_TOP
from nutgraf.qa.inquiry import Inquiry

MOST_QUESTIONS = 32
MOST_AUTHORS = 1000
MOST_OUTLETS = 100
_REASON_CHARS = 200
_NO_OBJECT = {"json_invalid": "it is not JSON", "model_type": "it is not a JSON object"}
# These ranges only describe: `nutgraf.qa.checks` checks them, so that every door has the same error.
_TOP_RANGE: dict[str, Any] = {"minimum": 1, "maximum": MAX_TOP}
_PROBABILITY_RANGE: dict[str, Any] = {"minimum": 0, "maximum": 1}
_DAY = 'A day, month or year (2016-01-27, January 2016, 2016), or "last week".'


def _checked_text(text: str) -> str:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("it holds NUL or half of a surrogate pair, which are no text")
    return text


def _outlet_list(source: object) -> object:
    """Return the name of one outlet as a list; some agents write a list of names as the text of a list."""
    if source is None:
        return []
    if not isinstance(source, str):
        return source
    if source.startswith("["):
        try:
            return json.loads(source)
        except (ValueError, RecursionError):
            pass  # it is the name of an outlet
    return [source]


Text = Annotated[str, AfterValidator(_checked_text)]
OutletNames = Annotated[list[Text], Field(max_length=MOST_OUTLETS)]


class RequestBody(BaseModel):
    """A request in which a field that is not known is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)

    absent: ClassVar[tuple[object, ...]] = ()
    """The values of optional fields that mean that the field is absent."""

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, data: object) -> object:
        """Return the fields that are there.

        Only the first unknown field is refused: a body could have a hundred thousand of them.
        """
        if not isinstance(data, dict):
            return data
        known = {field.alias or name: field for name, field in cls.model_fields.items()}
        unknown = next((name for name in data if name not in known), None)
        if unknown is not None:
            first = InitErrorDetails(type="extra_forbidden", loc=(unknown,), input=None)
            raise ValidationError.from_exception_data(cls.__name__, [first])
        return {
            name: value
            for name, value in data.items()
            if known[name].is_required() or value not in cls.absent
        }


class Filters(RequestBody):
    """Filters: days are inclusive, and an article without a date passes no filter of days."""

    after: str | None = Field(None, description=f"Published then or later. {_DAY}", examples=["2016-01"])
    before: str | None = Field(None, description=f"Published then or earlier. {_DAY}", examples=["last week"])
    as_of: str | None = Field(
        None,
        description=f"Hide what was published later, prefer what was new then. {_DAY}",
        examples=["2016"],
    )
    source: Annotated[
        OutletNames, BeforeValidator(_outlet_list, json_schema_input_type=Text | OutletNames | None)
    ] = Field([], description="Only this outlet, or these.", examples=[["The New York Times"]])

    def allow(self) -> Filter:
        """Return the filter; raises BadOption for a day that cannot be read."""
        return article_filter(self.after, self.before, self.as_of, self.source)


class ArticlesQuery(Filters):
    """The parameters of an address that lists articles."""

    model_config = ConfigDict(strict=False)  # everything in an address is text

    author: Annotated[
        OutletNames, BeforeValidator(_outlet_list, json_schema_input_type=Text | OutletNames | None)
    ] = Field([], description="Only articles by this author, or these.", examples=[["Jane Perlez"]])
    words: Text | None = Field(
        None, description="Words that an article has, every one of them.", examples=["missile defense"]
    )
    sort: str | None = Field(
        None,
        description="`newest` (default), `oldest`, `id`, or `best` (default with words).",
        examples=["newest"],
    )
    limit: int = Field(
        100,
        description="How many articles, 1 to 1,000.",
        examples=[100],
        json_schema_extra={"minimum": 1, "maximum": MAX_PAGE},
    )
    cursor: str | None = Field(None, description="`next` of the page before.", examples=["WyIy..."])
    facets: bool = Field(
        False, description="Also count the articles of all pages by outlet, author, month.", examples=[True]
    )
    whole: bool = Field(
        False,
        description="Give whole articles; a page of long ones has fewer than `limit`.",
        examples=[False],
    )


class RelatedQuery(Filters):
    """The parameters of an address that asks for the nearest other stories."""

    model_config = ConfigDict(strict=False)

    top: int = Field(
        10, description="How many articles, 1 to 100.", examples=[10], json_schema_extra=_TOP_RANGE
    )


class VersionsQuery(RequestBody):
    """The parameters of an address that asks for the prints of a story."""

    model_config = ConfigDict(strict=False)

    other: Text | None = Field(
        None, alias="with", description="The id of an article to compare this one with.", examples=["b7"]
    )


class _QuestionBody(RequestBody):
    """What is asked; it comes first where a request is described."""

    question: Text = Field(
        description="What to look for.", examples=["What did China agree to on sanctions?"]
    )


class FilteredRequest(Filters, _QuestionBody):
    """A question with filters: days are inclusive, and an article without a date passes no filter of days."""

    other_names: ClassVar[tuple[str, ...]] = ()
    """What `question` may be called instead."""

    time: bool = Field(
        True, description="Read the time that the question names; false leaves it out.", examples=[True]
    )

    @model_validator(mode="before")
    @classmethod
    def _named_question(cls, data: object) -> object:
        """Put the question under its own name, unless it is there under two names."""
        if not isinstance(data, dict):
            return data
        own = cls.model_fields["question"].alias or "question"
        for name in cls.other_names:
            if name not in data:
                continue
            others = {key: value for key, value in data.items() if key != name}
            if data[name] is None:
                data = others
            elif others.get(own) is None:
                data = {**others, own: data[name]}
        return data


class WordsRequest(FilteredRequest):
    """Words to look for; `query` is taken as another name of `question`."""

    other_names: ClassVar[tuple[str, ...]] = ("query",)


_ARTICLES = Field(
    False, description="Also send the whole articles that are named, each once.", examples=[False]
)


class SearchRequest(WordsRequest):
    """Words to look for; `query` is taken as another name of `question`."""

    top: int = Field(
        10, description="How many passages, 1 to 100.", examples=[10], json_schema_extra=_TOP_RANGE
    )
    cursor: str | None = Field(
        None, description="`next` of the page before: the same request goes on there.", examples=["MTAu..."]
    )
    articles: bool = _ARTICLES


class AskRequest(FilteredRequest):
    """A question to answer."""

    top: int = Field(
        1, description="How many different answers, 1 to 100.", examples=[1], json_schema_extra=_TOP_RANGE
    )
    min_probability: float | None = Field(
        None,
        description="Replaces the fitted threshold, 0 to 1, for every answer.",
        examples=[0.5],
        json_schema_extra=_PROBABILITY_RANGE,
    )
    timeline: bool = Field(False, description="Also show how the answer changed over time.", examples=[False])
    explain: bool = Field(False, description="Show ranks and scores of every passage.", examples=[False])
    articles: bool = _ARTICLES

    def inquiry(self) -> Inquiry:
        """Return the checked question; raises BadOption, BadQuestion and BadFilter."""
        return Inquiry(self.question, self.top, self.allow(), self.min_probability, self.time).checked()


_Q = Field(alias="q", description="What to look for.", examples=["What did China agree to on sanctions?"])
_FORMAT = Field(None, description="A format of citations, for quotes to be cited.", examples=["bibtex"])


class AskQuery(AskRequest):
    """The parameters of an address that asks a question: those of `AskRequest`, with `q` for the question."""

    model_config = ConfigDict(strict=False)  # everything in an address is text
    other_names: ClassVar[tuple[str, ...]] = ("question", "query")

    question: Text = _Q
    format: str | None = _FORMAT


class SearchQuery(SearchRequest):
    """The parameters of an address that searches: those of `SearchRequest`, with `q` for the words."""

    model_config = ConfigDict(strict=False)
    other_names: ClassVar[tuple[str, ...]] = ("question", "query")

    question: Text = _Q
    format: str | None = _FORMAT


class BatchRequest(RequestBody):
    """Questions to answer together."""

    questions: Annotated[list[AskRequest], Field(min_length=1, max_length=MOST_QUESTIONS)]


class ArticleUpload(RequestBody):
    """An article to store. `id`, or else `url`, identifies it; without both it gets an id of its content."""

    text: str = Field(examples=["BEIJING — Secretary of State John Kerry said on Wednesday that ..."])
    id: str | None = Field(None, examples=["nyt-2016-01-27-kerry"])
    url: str | None = Field(None, examples=["https://news.example/2016/01/27/kerry.html"])
    title: str | None = Field(None, examples=["Kerry in Beijing"])
    source: str | None = Field(None, examples=["The New York Times"])
    authors: Annotated[list[str], Field(max_length=MOST_AUTHORS)] | str | None = Field(
        None, examples=[["Jane Perlez"]]
    )
    published: str | None = Field(None, examples=["2016-01-27T09:00:00Z"])

    def record(self) -> dict[str, Any]:
        """Return the fields as a record, as a line of a .jsonl file has them, with an id or an address."""
        record = self.model_dump(exclude_none=True)
        if not (self.id or "").strip() and web_url(self.url or "") is None:
            context = (self.source or "", self.published or "")
            record["id"] = id_of_content(self.title or "", self.text, *context)
        return record


def article_record(line: bytes) -> dict[str, Any] | str:
    """Return the record of one line of an upload, or the reason why the line is refused."""
    try:
        return ArticleUpload.model_validate_json(line).record()
    except ValidationError as error:
        return _reason(error)


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return _NO_OBJECT.get(first["type"], f"{where}: {first['msg']}")[:_REASON_CHARS]
