"""The whole articles that a response encloses, for callers that quote from them without asking again."""

from collections.abc import Iterable, Iterator, Sequence

from nutgraf.errors import BadOption
from nutgraf.indexer.article import Article, FullArticleJson
from nutgraf.qa.result import Answer, QuestionResult
from nutgraf.qa.retrieval import Candidate
from nutgraf.qa.timeline import TimelineEntry

MOST_CHARS = 50_000_000
"""Most characters of the articles of one result. Not measured: 60 stories of a newspaper have 400,000."""


def enclosed_with_hits(candidates: Sequence[Candidate]) -> list[FullArticleJson]:
    """Return the articles of passages, their copies and versions; raises BadOption above `MOST_CHARS`."""
    return _whole(_of_candidates(candidates))


def enclosed_with_answers(
    result: QuestionResult, timeline: Iterable[TimelineEntry] | None
) -> list[FullArticleJson]:
    """Return every article that an outcome names; raises BadOption above `MOST_CHARS`."""
    return _whole(_of_result(result, timeline or ()))


def _of_candidates(candidates: Sequence[Candidate]) -> Iterator[Article]:
    for candidate in candidates:
        yield from (candidate.passage.article, *candidate.copies, *candidate.versions)


def _of_result(result: QuestionResult, timeline: Iterable[TimelineEntry]) -> Iterator[Article]:
    yield from _of_candidates(result.candidates)
    for answer in (*result.answers, *result.best):
        yield from _of_answer(answer)
    if result.abstention is not None and result.abstention.guess is not None:
        yield from _of_answer(result.abstention.guess)
    for entry in timeline:
        yield from (span.article for span in entry.spans)


def _of_answer(answer: Answer) -> Iterator[Article]:
    yield answer.article
    yield from (support.span.article for support in answer.support)
    yield from (span.article for span in answer.earlier)


def _whole(articles: Iterable[Article]) -> list[FullArticleJson]:
    by_id = {article.id: article for article in articles}
    chars = sum(len(article.text) for article in by_id.values())
    if chars > MOST_CHARS:
        raise BadOption(
            f"{{articles}}: they have {chars:,} characters together, more than {MOST_CHARS:,}",
            hint="a smaller {top}, or an outlet or days to choose from",
            fields=["articles", "top"],
        )
    return [article.to_dict() for article in by_id.values()]
