"""The whole system, or its retrieval alone: every question is asked of the index.

The best guess is taken whatever its probability.

Knows the answerer and what of its outcome is kept; does not know files or models.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from nutgraf.indexer.article import Article
from nutgraf.qa.answer import Answerer
from nutgraf.qa.checks import MAX_TOP, checked_question
from nutgraf.qa.errors import BadQuestion
from nutgraf.qa.evaluate.metrics import exact_match, f1, right
from nutgraf.qa.evaluate.questions import GoldQuestion
from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.squad import SquadQuestion
from nutgraf.qa.evaluate.withholding import WithholdingIndex
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.retrieval import Candidate, PassageIndex

MOST_ARTICLES = 100
BATCH = 32
"""Questions whose passages are read together, and whose answers are kept together."""


def ask_all(answerer: Answerer, questions: Sequence[GoldQuestion]) -> Iterator[list[Record]]:
    """Yield the records of a batch of questions at a time."""
    for first in range(0, len(questions), BATCH):
        batch = questions[first : first + BATCH]
        outcomes = ask_batch(answerer, batch)
        yield [_record(answerer, q, outcome) for q, outcome in zip(batch, outcomes, strict=True)]


def search_all(answerer: Answerer, questions: Sequence[GoldQuestion]) -> Iterator[list[Record]]:
    """Yield as `ask_all`, of retrieval alone: nothing is read."""
    for first in range(0, len(questions), BATCH):
        batch = questions[first : first + BATCH]
        yield [Record(q.id, q.text, q.golds, ranking=ranking(_searched(answerer, q))) for q in batch]


def _searched(answerer: Answerer, question: GoldQuestion) -> list[Candidate]:
    if not _askable(question.text):
        return []
    return answerer.search(question.text, top=MAX_TOP, allow=question.allow).candidates


def ask_twice(
    answerer: Answerer, index: PassageIndex, questions: Sequence[SquadQuestion]
) -> Iterator[list[Record]]:
    """Yield as `ask_all`, the records telling also whether a question is answered with its article hidden."""
    following = iter(questions)
    for records in ask_all(answerer, questions):
        batch = [next(following) for _ in records]
        hidden = [answerer.over(WithholdingIndex(index, _is(q.article_id))) for q in batch]
        outcomes = [ask_batch(one, [q])[0] for one, q in zip(hidden, batch, strict=True)]
        yield [
            replace(
                r,
                without=_answered(asked),
                probability_without=_probability(asked),
                right_without=right(_guess(asked), r.golds),
            )
            for r, asked in zip(records, outcomes, strict=True)
        ]


def _is(article_id: str) -> Callable[[Article], bool]:
    return lambda article: article.id == article_id


def ask_batch(answerer: Answerer, questions: Sequence[GoldQuestion]) -> list[QuestionResult | None]:
    """Ask neighbours with one filter together; None for one that cannot be asked: it counts as unanswered."""
    found: list[QuestionResult | None] = []
    for allow, group in groupby(questions, key=lambda question: question.allow):
        texts = [question.text for question in group]
        asked = iter(answerer.ask_many([text for text in texts if _askable(text)], allow=allow))
        found += [next(asked) if _askable(text) else None for text in texts]
    return found


def _askable(text: str) -> bool:
    try:
        checked_question(text)
    except BadQuestion:
        return False
    return True


def _answered(asked: QuestionResult | None) -> bool:
    return asked is not None and bool(asked.answers)


def _probability(asked: QuestionResult | None) -> float | None:
    return asked.best[0].probability if asked and asked.best else None


def _guess(asked: QuestionResult | None) -> str:
    return asked.best[0].text if asked and asked.best else ""


def _record(answerer: Answerer, question: GoldQuestion, asked: QuestionResult | None) -> Record:
    best = asked.best[0] if asked and asked.best else None
    text = _guess(asked)
    return Record(
        id=question.id,
        question=question.text,
        golds=question.golds,
        prediction=text,
        em=exact_match(text, question.golds),
        f1=f1(text, question.golds),
        score=best.score if best else None,
        probability=_probability(asked),
        source=best.span.article.id if best else None,
        answered=_answered(asked),
        # Looked up again, since more is ranked than is read: it adds a sixth of the time that asking takes.
        ranking=ranking(_searched(answerer, question)) if asked else (),
        reread=reread(asked) if asked else (),
    )


def ranking(candidates: Sequence[Candidate]) -> list[tuple[str, float]]:
    """Return the articles of a ranking of passages, at most 100, each with the score of its best passage.

    Copies stand behind the article that stands for them: whoever judged one of them judged its words.
    """
    best: dict[str, float] = {}
    for candidate in candidates:
        for article in _articles(candidate):
            best.setdefault(article, round(candidate.score + candidate.recency, 6))
    return list(best.items())[:MOST_ARTICLES]


def reread(asked: QuestionResult) -> list[str]:
    """Return the articles of which a passage was read, by the score of their best span."""
    read = [c for c in asked.candidates if c.passage.id in asked.read]
    read.sort(key=lambda c: (-asked.read[c.passage.id].score, c.rank))
    return list(dict.fromkeys(article for c in read for article in _articles(c)))


def _articles(candidate: Candidate) -> list[str]:
    return [candidate.passage.article.id, *(copy.id for copy in candidate.copies)]
