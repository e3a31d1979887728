"""The schemas of responses, for the OpenAPI description. `nutgraf.objects` makes the objects themselves.

A test compares real responses with these schemas.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

_QUOTE = "new United Nations sanctions against the North"
ARTICLE_ID = "seeds/004_d6905fbb12041181.txt"
_HASH = "9f3ab2c4d5e6"
_DAY = "2016-01-27T00:00:00Z"
_RANKS = {
    "dense": {"rank": 1, "score": 0.7127},
    "bm25": {"rank": 2, "score": 18.4},
    "article_bm25": {"rank": 1, "score": 31.7},
    "fused": {"rank": 1, "score": 0.83},
    "recency": 0.0,
    "time": 0.0,
    "reader": {"rank": 1, "score": 9.1, "over_null": 7.2, "model": "nutgraf/minilm-l6-reader-int8"},
    "title": False,
    "cluster": ARTICLE_ID,
}
_WHY = {
    "filter": {"first": "2016-01-01", "last": "2016-12-31", "as_of": "2016-12-31", "sources": []},
    "threshold": 0.2134,
    "won": {
        "text": _QUOTE,
        "score": {"reader": 9.1, "retrieval": 8.3, "agreement": 0.0, "total": 17.4},
        "runner_up": {"text": "denuclearization", "score": 11.2},
        "probability": 0.71,
        "terms": {"bias": {"value": 1.0, "adds": -3.1}, "score": {"value": 17.4, "adds": 4.0}},
    },
}
_CALIBRATION = {
    "of": "index",
    "threshold": 0.2134,
    "fitted": {"reader": "nutgraf/reader-int8", "questions": 200, "made": "2026-11-22T09:00:00Z"},
}


class ResponseSchema(BaseModel):
    """A response; it has no field that is not described."""

    model_config = ConfigDict(extra="forbid")


class ErrorBodySchema(ResponseSchema):
    """What was wrong, what was expected, and what to do next."""

    code: str = Field(examples=["bad_question"])
    message: str = Field(examples=["the question is empty"])
    hint: str = Field(examples=["ask it in words"])


class ErrorSchema(ResponseSchema):
    """The body of every failure."""

    error: ErrorBodySchema


_Page = Annotated[
    int | None,
    Field(description="From 1; null in a title, and where the article has no pages.", examples=[2]),
]
_FieldName = Annotated[
    Literal["text", "title"], Field(description="What the offsets are places in.", examples=["text"])
]


class QuoteSchema(ResponseSchema):
    """Words of an article: `text` is [start:end] of its text or title, as `field` says, in code points."""

    text: str = Field(examples=[f"China agreed on Wednesday to {_QUOTE}."])
    field: _FieldName
    start: int = Field(examples=[1354])
    end: int = Field(examples=[1500])
    page: _Page


class ArticleRefSchema(ResponseSchema):
    """What identifies an article to a person."""

    id: str = Field(examples=[ARTICLE_ID])
    title: str = Field(examples=["U.S. Says It Will Step Up Defenses"])
    url: str | None = Field(examples=["https://news.example/2016/01/27/kerry.html"])
    source: str | None = Field(description="The outlet.", examples=["The New York Times"])
    published: str | None = Field(description="UTC; midnight where only a day is known.", examples=[_DAY])
    link: str | None = Field(
        None,
        description="Of a quoted article: `url` with a text fragment: a browser scrolls to the words.",
        examples=["https://news.example/2016/01/27/kerry.html#:~:text=new%20United%20Nations%20sanctions"],
    )
    notice: QuoteSchema | None = Field(
        None, description="Its correction, clarification, retraction or editor's note, if it has one."
    )


class ArticleSchema(ArticleRefSchema):
    """An article with all that is kept of it."""

    authors: list[str] = Field(examples=[["Jane Perlez"]])
    published_from: str | None = Field(description="Where the date came from.", examples=["byline"])
    modified: str | None = Field(
        description="When the outlet last changed it.", examples=["2016-01-28T00:00:00Z"]
    )
    ingested_at: str | None = Field(examples=["2026-11-22T09:00:00Z"])
    content_hash: str = Field(description="SHA-256 of all that a reader could see.", examples=[_HASH])
    cluster: str | None = Field(description="Articles that print one story share it.", examples=[ARTICLE_ID])
    page_breaks: list[int] = Field(
        description="Where in the text the second page and each later one begins.", examples=[[]]
    )
    text: str = Field(
        description="What every quote is cut from whose `field` is text.", examples=["BEIJING — ..."]
    )


class SupportSchema(ResponseSchema):
    """The same answer in another article."""

    article: ArticleRefSchema
    field: _FieldName
    start: int = Field(examples=[210])
    end: int = Field(examples=[256])
    page: _Page
    kind: Literal["independent", "again", "copy", "citing"] = Field(
        description="Another outlet's own story; another story of an outlet that counts already; another"
        " print of one story; the word of an outlet that counts already.",
        examples=["independent"],
    )
    independent: bool = Field(description="Whether its kind is `independent`.", examples=[True])
    cites: QuoteSchema | None = Field(
        description="The words that name another outlet, whose word the article says it is.", examples=[None]
    )


class EarlierSchema(QuoteSchema):
    """What an older version of the story said instead."""

    article: ArticleRefSchema


class AnswerSchema(QuoteSchema):
    """The exact words of an article."""

    text: str = Field(examples=[_QUOTE])
    start: int = Field(examples=[1397])
    end: int = Field(examples=[1443])
    score: float = Field(description="What answers are ordered by.", examples=[21.4])
    probability: float = Field(description="Calibrated: how often such answers are right.", examples=[0.71])
    sentence: QuoteSchema = Field(description="The sentence around it.")
    attribution: QuoteSchema | None = Field(
        description="The article's words for who says so; null where the article itself does.",
        examples=[None],
    )
    article: ArticleRefSchema
    support: list[SupportSchema] = Field(description="Who else says it.")
    earlier: list[EarlierSchema] = Field(
        description="What older versions of the story said, or who held the office before; newest first.",
        examples=[[]],
    )


class AbstentionSchema(ResponseSchema):
    """Why there is no answer."""

    code: Literal["nothing_found", "nothing_read", "unlikely", "below_threshold"] = Field(
        examples=["below_threshold"]
    )
    reason: str = Field(examples=["the best guess has probability 47%, below 61%"])
    guess: AnswerSchema | None = Field(description="The best guess where the outcome is `unsure`.")


class PassageSchema(QuoteSchema):
    """A passage of a search."""

    article: ArticleRefSchema
    score: float = Field(description="Meaning and words together, 0 to 1.", examples=[0.83])
    rank: int = Field(examples=[1])
    copies: list[ArticleRefSchema] = Field(description="Other prints of the same story.")
    versions: list[ArticleRefSchema] = Field(
        description="Articles of the same story that state a fact differently.", examples=[[]]
    )
    explain: dict[str, Any] | None = Field(
        None, description="Its ranks and scores, where asked for.", examples=[_RANKS]
    )


class IndexStateSchema(ResponseSchema):
    """The state of the index that answered."""

    generation: int = Field(examples=[3])
    articles: int = Field(examples=[11494])
    passages: int = Field(examples=[208644])
    encoded: float = Field(
        description="Share of the passages that have vectors; the others are found by their words alone.",
        examples=[1.0],
    )


class TimingSchema(ResponseSchema):
    """Milliseconds of each stage; the time of a batch is divided evenly among its questions."""

    encode: float = Field(examples=[6.1])
    retrieve: float = Field(examples=[18.0])


class AskTimingSchema(TimingSchema):
    """Milliseconds of each stage."""

    read: float = Field(examples=[71.2])
    total: float = Field(examples=[95.3])


class MentionSchema(ResponseSchema):
    """An article that gave an answer at some time."""

    article: ArticleRefSchema
    field: _FieldName
    start: int = Field(examples=[1397])
    end: int = Field(examples=[1443])
    page: _Page
    text: str = Field(examples=[_QUOTE])


class TimelineEntrySchema(ResponseSchema):
    """One of the answers that were given over time."""

    text: str = Field(examples=[_QUOTE])
    status: Literal["current", "stale", "superseded", "disputed", "undated"] = Field(examples=["current"])
    first: str | None = Field(description="The first day that it was given on.", examples=["2016-01-27"])
    last: str | None = Field(description="The last one.", examples=["2016-02-02"])
    outlets: list[str] = Field(examples=[["The New York Times"]])
    independent: int = Field(description="Articles that give it, copies left out.", examples=[2])
    probability: float = Field(examples=[0.64])
    articles: list[MentionSchema]


class TimeSchema(ResponseSchema):
    """The time that a question asks about. Without days it did not count, for the reason in `problem`."""

    words: str = Field(description="The words of the question.", examples=["in 2016"])
    read_as: str = Field(description="The days in words; empty with a problem.", examples=["2016"])
    first: str | None = Field(description="The first day; null: no bound.", examples=["2016-01-01"])
    last: str | None = Field(description="The last day; null: no bound.", examples=["2016-12-31"])
    relative_to: str | None = Field(
        description="The day that relative words are counted from.", examples=["2016-02-01"]
    )
    counted_from: Literal["as_of", "newest_article"] | None = Field(
        description="Which day that is.", examples=["newest_article"]
    )
    problem: str | None = Field(
        description="Why it could not be used.", examples=["the calendar has no such day"]
    )


NamedTime = Annotated[
    TimeSchema | None,
    Field(description="The time that the question names; null where it names none or it was not to count."),
]


WholeArticles = Annotated[
    list[ArticleSchema] | None,
    Field(description="With `articles`: every article that is named, each once."),
]


class QuestionResultSchema(ResponseSchema):
    """The result of a question: either answers, or an abstention."""

    question: str = Field(examples=["What did China agree to on sanctions?"])
    note: str | None = Field(
        description="What to do instead where the question is not English, or is to be computed.",
        examples=["the models read English: ask in English"],
    )
    time: NamedTime
    outcome: Literal["answered", "unsure", "not_found"] = Field(examples=["answered"])
    answered: bool = Field(examples=[True])
    answers: list[AnswerSchema]
    abstention: AbstentionSchema | None
    passages: list[PassageSchema] = Field(description="What was read, best first.")
    timing_ms: AskTimingSchema
    index: IndexStateSchema
    timeline: list[TimelineEntrySchema] | None = Field(
        None, description="How the answer changed, where asked for."
    )
    considered: list[AnswerSchema] | None = Field(
        None, description="With `explain`: all answers that were weighed, unsure ones, too."
    )
    explanation: dict[str, Any] | None = Field(
        None, description="With `explain`: why the first is first.", examples=[_WHY]
    )
    articles: WholeArticles = None


class BatchResultSchema(ResponseSchema):
    """The results of a batch, in the order of its questions."""

    outcomes: list[QuestionResultSchema]


class SearchResultSchema(ResponseSchema):
    """A page of a search."""

    question: str = Field(examples=["sanctions"])
    time: NamedTime
    passages: list[PassageSchema]
    timing_ms: TimingSchema
    index: IndexStateSchema
    next: str | None = Field(description="`cursor` of the next page; null on the last.", examples=["MTAu..."])
    articles: WholeArticles = None


class UnusedDateSchema(ResponseSchema):
    """A date that was not used: the article has none, or keeps the one that was understood."""

    given: str = Field(examples=["03/04/2016"])
    reason: str = Field(description="Why it was not used.", examples=["day and month could be swapped"])


class StoredArticleSchema(ResponseSchema):
    """The status of an article that was sent."""

    status: Literal["added", "updated", "unchanged", "duplicate", "skipped"] = Field(examples=["added"])
    id: str | None = Field(None, examples=[ARTICLE_ID])
    reason: str | None = Field(
        None, description="Why it was skipped.", examples=["no text left after cleaning"]
    )
    dates_not_used: list[UnusedDateSchema] | None = Field(
        None, description="The dates that were not used, where there are such.", examples=[[]]
    )


class RemovedArticlesSchema(ResponseSchema):
    """The ids of the articles that were removed."""

    removed: list[str] = Field(examples=[[ARTICLE_ID]])


class OutletSchema(ResponseSchema):
    """An outlet, and the number of its articles."""

    source: str = Field(examples=["The New York Times"])
    articles: int = Field(examples=[311])


class AuthorCountSchema(ResponseSchema):
    """An author, and the number of articles by that name."""

    author: str = Field(examples=["Jane Perlez"])
    articles: int = Field(examples=[17])


class MonthCountSchema(ResponseSchema):
    """A month, and the number of its articles."""

    month: str = Field(examples=["2016-01"])
    articles: int = Field(examples=[42])


class FacetsSchema(ResponseSchema):
    """How many articles a list has on all its pages, by outlet, author and month."""

    articles: int = Field(examples=[311])
    sources: list[OutletSchema] = Field(description="The largest 100, by count.")
    authors: list[AuthorCountSchema] = Field(description="The largest 100, by count.")
    months: list[MonthCountSchema]
    undated: int = Field(description="Articles without a date, which have no month.", examples=[3])


_LISTED = {
    "id": "004.txt",
    "title": "U.S. Says It Will Step Up Defenses",
    "url": None,
    "source": "The New York Times",
    "published": "2016-01-27T00:00:00Z",
    "link": None,
    "authors": ["Jane Perlez"],
}


class ListedArticleSchema(ArticleRefSchema):
    """An article of a list."""

    authors: list[str] = Field(examples=[["Jane Perlez"]])


class ArticlePageSchema(ResponseSchema):
    """A page of articles."""

    articles: list[ListedArticleSchema | ArticleSchema] = Field(
        description="Whole ones if `whole` is true.",
        examples=[[_LISTED]],
    )
    next: str | None = Field(
        description="The cursor of the next page; null on the last.", examples=["WyIy..."]
    )
    facets: FacetsSchema | None = Field(None, description="If they were asked for.")


class RelatedArticleSchema(ListedArticleSchema):
    """An article of another story."""

    likeness: float = Field(description="The cosine of its nearest passage, up to 1.", examples=[0.71])


class RelatedSchema(ResponseSchema):
    """The nearest articles of other stories, nearest first, one for each story."""

    articles: list[RelatedArticleSchema]


class ChangeSchema(ResponseSchema):
    """A part of two texts: what both have, the first alone, or the second alone."""

    kind: Literal["same", "removed", "added"] = Field(examples=["added"])
    text: str = Field(examples=["at least 31 "])


class VersionsSchema(ResponseSchema):
    """The other prints of an article's story, by date, then id."""

    copies: list[ListedArticleSchema] = Field(description="Those that state no fact otherwise.")
    versions: list[ListedArticleSchema] = Field(description="Those that state a fact otherwise.")
    difference: list[ChangeSchema] | None = Field(
        None, description="What became of the article's text in that of `with`, word by word."
    )


class DaysSchema(ResponseSchema):
    """The first and the last time at which an article was published."""

    first: str = Field(examples=[_DAY])
    last: str = Field(examples=[_DAY])


class EncoderSchema(ResponseSchema):
    """The encoder that made the vectors."""

    id: str = Field(examples=["nutgraf/all-MiniLM-L6-v2-int8"])
    sha256: str = Field(examples=[_HASH])
    dim: int = Field(examples=[384])


class RecallSchema(ResponseSchema):
    """What is found by meaning, measured when the vectors were published."""

    passages: int = Field(
        description="Passages that are found so; 0 where the recall was too low.", examples=[1_048_576]
    )
    recall_at_10: float = Field(examples=[0.981])
    recall_at_100: float = Field(examples=[0.962])


class InfoSchema(IndexStateSchema):
    """The content of the index."""

    path: str = Field(examples=[".nutgraf"])
    unpublished_passages: int = Field(
        description="Passages that searches find by meaning, not yet by words.", examples=[0]
    )
    published: DaysSchema | None
    sources: list[OutletSchema]
    encoder: EncoderSchema
    bytes: int = Field(examples=[411_000_000])
    approximate: RecallSchema | None = Field(
        description="Of a large archive: how well passages are found without comparing all vectors."
    )
    calibration: dict[str, Any] = Field(
        description="What probabilities and threshold come from.", examples=[_CALIBRATION]
    )


class AliveSchema(ResponseSchema):
    """The process is alive."""

    status: Literal["alive"] = Field(examples=["alive"])


class ReadySchema(ResponseSchema):
    """Models and index are open."""

    status: Literal["ready"] = Field(examples=["ready"])
    waiting: int = Field(description="Questions that wait for a worker.", examples=[0])
    encoded: float = Field(description="Share of the passages that have vectors.", examples=[1.0])
