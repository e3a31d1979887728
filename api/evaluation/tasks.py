"""The tasks of `nutgraf eval`: the questions of each, who answers them, and the figures.

Joins files, models and indexes; `qa.evaluate` computes the figures.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from nutgraf.api.evaluation.benchmark_archive import all_texts, counted, open_archive
from nutgraf.api.evaluation.report import ModelId
from nutgraf.api.evaluation.request import EvalRequest
from nutgraf.api.evaluation.systems import (
    Answer,
    LoadSystem,
    System,
    archive_loader,
    asked_twice,
    load_reader_alone,
    retrieval,
    whole,
)
from nutgraf.api.evaluation.workers import answer_by_workers
from nutgraf.api.terminal.progress import counting_bar
from nutgraf.archive import open_for_reading
from nutgraf.indexer.errors import SourceError
from nutgraf.models.cards import sha256_of
from nutgraf.opening import OpenIndex
from nutgraf.qa.evaluate.beir import JudgedQuery, corpus_articles, load_beir, load_queries
from nutgraf.qa.evaluate.news import load_news, occurring
from nutgraf.qa.evaluate.questions import sample
from nutgraf.qa.evaluate.ranking import token
from nutgraf.qa.evaluate.records import Record
from nutgraf.qa.evaluate.runs import read_qrels, read_run
from nutgraf.qa.evaluate.squad import load_squad
from nutgraf.qa.evaluate.summaries import Figure, of_asking, of_news, of_ranking, of_reading
from nutgraf.settings import Settings


@dataclass(frozen=True, slots=True)
class Task:
    """A task: the questions drawn, `of` how many, and everything that an answer `depends` on.

    `answer` yields the records of one batch of questions at a time, and `figures` sums up all records.
    `sha256` is the hash of the files that hold questions and right answers: reports with the same hash can be
    compared.
    """

    name: str
    sha256: str
    questions: Sequence[Any]
    of: int
    models: Mapping[str, ModelId]
    depends: Mapping[str, Any]
    answer: Answer
    figures: Callable[[Sequence[Record]], list[Figure]]


@contextmanager
def open_task(name: str, settings: Settings, request: EvalRequest) -> Iterator[Task]:
    """Open the files, models and index of a task for a block; raises what opening them raises."""
    with _TASKS[name](settings, request) as task:
        yield task


@contextmanager
def _reading(settings: Settings, request: EvalRequest) -> Iterator[Task]:
    from nutgraf.qa.evaluate.reader_alone import QuestionInContext

    corpus = load_squad(request.file)
    contexts = {article.id: article.text for article in corpus.articles}
    load = partial(load_reader_alone, settings)
    system = load(settings.threads)
    yield Task(
        name="reading",
        sha256=sha256_of(request.file),
        questions=[
            QuestionInContext(q.id, q.text, q.gold_answers, q.article_id, contexts[q.article_id])
            for q in sample(corpus.questions, request.questions)
        ],
        of=len(corpus.questions),
        models=system.models,
        depends=system.rules,
        answer=_answer(settings, system, load),
        figures=of_reading,
    )


@contextmanager
def _open(settings: Settings, request: EvalRequest) -> Iterator[Task]:
    corpus = load_squad(request.file)
    questions = sample(corpus.questions, request.questions)
    with open_archive(settings, lambda: corpus.articles, keep=request.index_named) as opened:
        make = asked_twice if request.remove_gold else whole
        system = make(opened)
        yield Task(
            name="open",
            sha256=sha256_of(request.file),
            questions=questions,
            of=len(corpus.questions),
            models=system.models,
            depends={**system.rules, **_passages(opened), "remove_gold": request.remove_gold},
            answer=_answer(settings, system, archive_loader(opened.settings, make)),
            figures=lambda records: of_asking(questions, records),
        )


@contextmanager
def _news(settings: Settings, request: EvalRequest) -> Iterator[Task]:
    news = load_news(request.file)
    questions = sample(
        news if request.as_asked else [replace(q, asked=None) for q in news], request.questions
    )
    with open_for_reading(settings) as opened:

        def figures(records: Sequence[Record]) -> list[Figure]:
            with counting_bar("looking for gold answers", opened.index.state.counts.articles) as advance:
                texts = counted(all_texts(opened.index), advance)
                occurring_answers = occurring({gold for q in questions for gold in q.gold_answers}, texts)
            answerable = [not occurring_answers.isdisjoint(q.gold_answers) for q in questions]
            return of_news(questions, records, answerable)

        system = whole(opened)
        yield Task(
            name="news",
            sha256=sha256_of(request.file),
            questions=questions,
            of=len(news),
            models=system.models,
            depends={**system.rules, **system.state, "as_asked": request.as_asked},
            answer=_answer(settings, system, archive_loader(settings, whole)),
            figures=figures,
        )


@contextmanager
def _queries(settings: Settings, request: EvalRequest) -> Iterator[Task]:
    queries, files = load_queries(request.file, _qrels(request)), (request.file, _qrels(request))
    with open_for_reading(settings) as opened:
        system = retrieval(opened)
        answer = _answer(settings, system, archive_loader(settings, retrieval))
        yield _retrieval_task("queries", queries, files, request, system, answer, system.state)


@contextmanager
def _beir(settings: Settings, request: EvalRequest) -> Iterator[Task]:
    folder = load_beir(request.file, request.split or "test")
    with open_archive(settings, lambda: corpus_articles(folder.corpus), keep=request.index_named) as opened:
        depends = {"corpus": sha256_of(folder.corpus), **_passages(opened)}
        system = retrieval(opened)
        answer = _answer(settings, system, archive_loader(opened.settings, retrieval))
        yield _retrieval_task("beir", folder.queries, folder.files, request, system, answer, depends)


def _retrieval_task(
    name: str,
    queries: Sequence[JudgedQuery],
    files: Sequence[Path],
    request: EvalRequest,
    system: System,
    answer: Answer,
    depends: Mapping[str, Any],
) -> Task:
    """Return a task of retrieval alone, for which no reader is loaded."""
    questions = sample(queries, request.questions)
    return Task(
        name=name,
        sha256=_sha256(files),
        questions=questions,
        of=len(queries),
        models=system.models,
        depends={**system.rules, **depends},
        answer=answer,
        figures=lambda records: of_ranking(questions, records),
    )


@contextmanager
def _run(_: Settings, request: EvalRequest) -> Iterator[Task]:
    rankings, qrels = read_run(request.file), read_qrels(_qrels(request))
    if not any(token(query) in qrels for query in rankings):
        ids = f"{next(iter(rankings))!r:.40} and {next(iter(qrels))!r:.40}"
        raise SourceError(
            f"{request.file} and {request.qrels} have no query in common: they begin with {ids}",
            hint="qrels of the same benchmark and split",
        )
    of_query = {token(query): ranking for query, ranking in rankings.items()}
    queries = [JudgedQuery(query, "", (), grades) for query, grades in qrels.items()]
    questions = sample(queries, request.questions)

    def answer(batch: Sequence[JudgedQuery]) -> Iterator[list[Record]]:
        yield [Record(query.id, "", (), ranking=of_query.get(query.id, ())) for query in batch]

    yield Task(
        name="run",
        sha256=_sha256([_qrels(request)]),
        questions=questions,
        of=len(queries),
        models={},
        depends={},
        answer=answer,
        figures=lambda records: of_ranking(questions, records),
    )


_TASKS = {
    "reading": _reading,
    "open": _open,
    "news": _news,
    "queries": _queries,
    "beir": _beir,
    "run": _run,
}


def _qrels(request: EvalRequest) -> Path:
    assert request.qrels is not None, "checked_task refuses a request without it"
    return request.qrels


def _sha256(files: Sequence[Path]) -> str:
    return hashlib.sha256("".join(map(sha256_of, files)).encode()).hexdigest()


def _answer(settings: Settings, system: System, load: LoadSystem) -> Answer:
    """Return who answers the questions: the system here, or as many as the workers of a cluster load."""
    if settings.ray is None:
        return system.answer
    return partial(answer_by_workers, settings, system, load)


def _passages(opened: OpenIndex) -> dict[str, Any]:
    return {"passages": opened.index.fingerprint}
