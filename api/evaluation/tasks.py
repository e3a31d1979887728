"""The things that can be evaluated: what is asked, who answers, and which figures come of it.

Joins files, models and indexes; how a figure is made is in `qa.evaluate`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nutgraf.api.evaluation.archive import all_texts, counted, open_archive
from nutgraf.api.evaluation.report import ModelId
from nutgraf.api.evaluation.request import EvalRequest
from nutgraf.api.terminal.progress import counting_bar
from nutgraf.indexer.errors import SourceError
from nutgraf.models.cards import LENGTH_COST, ModelCard, sha256_of
from nutgraf.opening import OpenIndex, open_answerer
from nutgraf.qa.evaluate.beir import JudgedQuery, corpus_articles, load_beir, load_queries
from nutgraf.qa.evaluate.end_to_end import ask_all, ask_twice, search_all
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
    """What is evaluated: the questions drawn, `of` how many, and all that an answer `depends` on.

    `answer` yields the records of a batch of questions at a time, `figures` sums up those of all. `sha256`
    is that of the files that say what is asked and what is right: reports of the same can be compared.
    """

    name: str
    sha256: str
    questions: Sequence[Any]
    of: int
    models: Mapping[str, ModelId]
    depends: Mapping[str, Any]
    answer: Callable[[Sequence[Any]], Iterator[list[Record]]]
    figures: Callable[[Sequence[Record]], list[Figure]]


@contextmanager
def open_task(name: str, settings: Settings, wanted: EvalRequest) -> Iterator[Task]:
    """Open what a task needs, for as long as it runs; raises what files, models and the index raise."""
    with _TASKS[name](settings, wanted) as task:
        yield task


@contextmanager
def _reading(settings: Settings, wanted: EvalRequest) -> Iterator[Task]:
    from nutgraf.models import load_reader
    from nutgraf.qa.evaluate.reader_alone import read_all

    corpus = load_squad(wanted.file)
    reader = load_reader(settings.reader, threads=settings.threads)
    contexts = {article.id: article.text for article in corpus.articles}
    yield Task(
        name="reading",
        sha256=sha256_of(wanted.file),
        questions=sample(corpus.questions, wanted.questions),
        of=len(corpus.questions),
        models={"reader": _model(reader.card)},
        depends={LENGTH_COST: reader.card.length_cost},
        answer=lambda questions: read_all(reader, questions, contexts),
        figures=of_reading,
    )


@contextmanager
def _open(settings: Settings, wanted: EvalRequest) -> Iterator[Task]:
    corpus = load_squad(wanted.file)
    questions = sample(corpus.questions, wanted.questions)
    with open_archive(settings, lambda: corpus.articles, keep=wanted.index_named) as opened:
        index, answerer = opened.index, opened.answerer
        yield Task(
            name="open",
            sha256=sha256_of(wanted.file),
            questions=questions,
            of=len(corpus.questions),
            models=_models(opened),
            depends={"rules": _rules(opened), **_passages(opened), "remove_gold": wanted.remove_gold},
            answer=lambda some: (
                ask_twice(answerer, index, some) if wanted.remove_gold else ask_all(answerer, some)
            ),
            figures=lambda records: of_asking(questions, records),
        )


@contextmanager
def _news(settings: Settings, wanted: EvalRequest) -> Iterator[Task]:
    every = load_news(wanted.file)
    questions = sample(
        every if wanted.as_asked else [replace(q, asked=None) for q in every], wanted.questions
    )
    with open_answerer(settings) as opened:

        def figures(records: Sequence[Record]) -> list[Figure]:
            with counting_bar("looking for golds", opened.index.counts.articles) as advance:
                texts = counted(all_texts(opened.index), advance)
                found = occurring({gold for q in questions for gold in q.golds}, texts)
            return of_news(questions, records, [not found.isdisjoint(q.golds) for q in questions])

        yield Task(
            name="news",
            sha256=sha256_of(wanted.file),
            questions=questions,
            of=len(every),
            models=_models(opened),
            depends={
                "rules": _rules(opened),
                "index": opened.index.manifest.token,
                "as_asked": wanted.as_asked,
            },
            answer=lambda some: ask_all(opened.answerer, some),
            figures=figures,
        )


@contextmanager
def _queries(settings: Settings, wanted: EvalRequest) -> Iterator[Task]:
    every, files = load_queries(wanted.file, _qrels(wanted)), (wanted.file, _qrels(wanted))
    with open_answerer(settings) as opened:
        depends = {"index": opened.index.manifest.token}
        yield _searching("queries", every, files, wanted, opened, depends)


@contextmanager
def _beir(settings: Settings, wanted: EvalRequest) -> Iterator[Task]:
    folder = load_beir(wanted.file, wanted.split or "test")
    with open_archive(settings, lambda: corpus_articles(folder.corpus), keep=wanted.index_named) as opened:
        depends = {"corpus": sha256_of(folder.corpus), **_passages(opened)}
        yield _searching("beir", folder.queries, folder.files, wanted, opened, depends)


def _searching(
    name: str,
    every: Sequence[JudgedQuery],
    files: Sequence[Path],
    wanted: EvalRequest,
    opened: OpenIndex,
    depends: Mapping[str, Any],
) -> Task:
    """Return a task of retrieval alone."""
    questions = sample(every, wanted.questions)
    return Task(
        name=name,
        sha256=_sha256(files),
        questions=questions,
        of=len(every),
        models={"encoder": _models(opened)["encoder"]},
        depends={"retrieval": asdict(opened.answerer.profile.retrieval), **depends},
        answer=lambda some: search_all(opened.answerer, some),
        figures=lambda records: of_ranking(questions, records),
    )


@contextmanager
def _run(_: Settings, wanted: EvalRequest) -> Iterator[Task]:
    rankings, qrels = read_run(wanted.file), read_qrels(_qrels(wanted))
    if not any(token(query) in qrels for query in rankings):
        ids = f"{next(iter(rankings))!r:.40} and {next(iter(qrels))!r:.40}"
        raise SourceError(
            f"{wanted.file} and {wanted.qrels} have no query in common: they begin with {ids}",
            hint="qrels of the same benchmark and split",
        )
    of_query = {token(query): ranking for query, ranking in rankings.items()}
    every = [JudgedQuery(query, "", (), grades) for query, grades in qrels.items()]
    questions = sample(every, wanted.questions)

    def answer(some: Sequence[JudgedQuery]) -> Iterator[list[Record]]:
        yield [Record(query.id, "", (), ranking=of_query.get(query.id, ())) for query in some]

    yield Task(
        name="run",
        sha256=_sha256([_qrels(wanted)]),
        questions=questions,
        of=len(every),
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


def _qrels(wanted: EvalRequest) -> Path:
    assert wanted.qrels is not None, "the options were checked"
    return wanted.qrels


def _sha256(files: Sequence[Path]) -> str:
    return hashlib.sha256("".join(map(sha256_of, files)).encode()).hexdigest()


def _models(opened: OpenIndex) -> dict[str, ModelId]:
    encoder = opened.index.manifest.encoder
    return {"encoder": ModelId(encoder.id, encoder.sha256), "reader": _model(opened.reader)}


def _model(card: ModelCard) -> ModelId:
    return ModelId(card.id, card.sha256)


def _rules(opened: OpenIndex) -> list[dict[str, Any]]:
    profile, calibration = opened.answerer.profile, opened.answerer.calibration
    rules = [asdict(rule) for rule in (profile.retrieval, profile.reading, calibration)]
    return [*rules, {LENGTH_COST: opened.reader.length_cost}]


def _passages(opened: OpenIndex) -> dict[str, Any]:
    manifest = opened.index.manifest
    return {"passages": [asdict(manifest.rule), manifest.analyzer]}
