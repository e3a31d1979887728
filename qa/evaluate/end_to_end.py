"""Evaluates the whole system, or its retrieval alone: every question is asked of the index.

The best guess counts, whatever its probability. This module knows the answerer, and which parts of an outcome
a record keeps; it does not know files or models.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from nutgraf.indexer.article import Article
from nutgraf.indexer.storage import PassageIndex
from nutgraf.qa.answer import Answerer
from nutgraf.qa.checks import MAX_TOP, checked_question
from nutgraf.qa.errors import BadQuestion
from nutgraf.qa.evaluate.metrics import exact_match, f1, right
from nutgraf.qa.evaluate.questions import GoldQuestion, batches
from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.squad import SquadQuestion
from nutgraf.qa.evaluate.withholding import WithholdingIndex
from nutgraf.qa.result import QuestionResult
from nutgraf.qa.retrieval import Candidate
from nutgraf.qa.search import Searcher

MOST_ARTICLES = 100  # what recall@100 needs


def ask_all(answerer: Answerer, questions: Sequence[GoldQuestion]) -> Iterator[list[Record]]:
    """Yield the records of a batch of questions at a time."""
    for batch in batches(questions):
        outcomes = ask_batch(answerer, batch)
        yield [_record(answerer, q, outcome) for q, outcome in zip(batch, outcomes, strict=True)]


def search_all(searcher: Searcher, questions: Sequence[GoldQuestion]) -> Iterator[list[Record]]:
    """Yield the records of a batch of questions at a time, of retrieval alone: nothing is read."""
    for batch in batches(questions):
        yield [Record(q.id, q.text, q.gold_answers, ranking=ranking(_searched(searcher, q))) for q in batch]


def _searched(searcher: Answerer | Searcher, question: GoldQuestion) -> list[Candidate]:
    if not _askable(question.text):
        return []
    return searcher.search(
        question.text, top=MAX_TOP, allow=question.allow, use_time=question.use_time
    ).candidates


def ask_twice(
    answerer: Answerer, index: PassageIndex, questions: Sequence[SquadQuestion]
) -> Iterator[list[Record]]:
    """Yield as `ask_all`; records also say whether a question is answered while its own article is hidden."""
    following = iter(questions)
    for records in ask_all(answerer, questions):
        batch = [next(following) for _ in records]
        hidden = [answerer.over(WithholdingIndex(index, _is(q.article_id))) for q in batch]
        outcomes = [ask_batch(view, [q])[0] for view, q in zip(hidden, batch, strict=True)]
        yield [
            replace(
                r,
                without=_answered(outcome),
                probability_without=_probability(outcome),
                right_without=right(_guess(outcome), r.gold_answers),
            )
            for r, outcome in zip(records, outcomes, strict=True)
        ]


def _is(article_id: str) -> Callable[[Article], bool]:
    return lambda article: article.id == article_id


def ask_batch(answerer: Answerer, questions: Sequence[GoldQuestion]) -> list[QuestionResult | None]:
    """Return the outcome of each question, None where it cannot be asked: that counts as unanswered.

    Neighbours with the same filter are asked together.
    """
    outcomes: list[QuestionResult | None] = []
    for (allow, use_time), group in groupby(questions, key=lambda q: (q.allow, q.use_time)):
        texts = [question.text for question in group]
        askable = [text for text in texts if _askable(text)]
        results = iter(answerer.ask_many(askable, allow=allow, use_time=use_time))
        outcomes += [next(results) if _askable(text) else None for text in texts]
    return outcomes


def _askable(text: str) -> bool:
    try:
        checked_question(text)
    except BadQuestion:
        return False
    return True


def _answered(outcome: QuestionResult | None) -> bool:
    return outcome is not None and bool(outcome.answers)


def _probability(outcome: QuestionResult | None) -> float | None:
    return outcome.best[0].probability if outcome and outcome.best else None


def _guess(outcome: QuestionResult | None) -> str:
    return outcome.best[0].text if outcome and outcome.best else ""


def _record(answerer: Answerer, question: GoldQuestion, outcome: QuestionResult | None) -> Record:
    best = outcome.best[0] if outcome and outcome.best else None
    text = _guess(outcome)
    return Record(
        id=question.id,
        question=question.text,
        gold_answers=question.gold_answers,
        prediction=text,
        em=exact_match(text, question.gold_answers),
        f1=f1(text, question.gold_answers),
        score=best.score if best else None,
        probability=_probability(outcome),
        source=best.span.article.id if best else None,
        answered=_answered(outcome),
        # Searched again, since more is ranked than is read: it adds a sixth of the time that asking takes.
        ranking=ranking(_searched(answerer, question)) if outcome else (),
        reread=reread(outcome) if outcome else (),
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


def reread(outcome: QuestionResult) -> list[str]:
    """Return the articles of which a passage was read, by the score of their best span."""
    read = [c for c in outcome.candidates if c.passage.id in outcome.read]
    read.sort(key=lambda c: (*outcome.read[c.passage.id].place, c.rank))
    return list(dict.fromkeys(article for c in read for article in _articles(c)))


def _articles(candidate: Candidate) -> list[str]:
    return [candidate.passage.article.id, *(copy.id for copy in candidate.copies)]
