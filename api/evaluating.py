"""What `nutgraf eval` does: open a file of questions, join what answers them, keep every answer, sum up."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from api.archives import all_texts, counted, open_archive
from api.errors import BadOption
from api.progress import counting_bar
from api.reports import Model, Report
from api.service import Open, open_answerer
from api.settings import Settings
from models.cards import Card, sha256_of
from qa.evaluate.news import CONTAINS, EVIDENCE, load_news, occurring
from qa.evaluate.questions import GoldQuestion, sample
from qa.evaluate.records import Journal, Record
from qa.evaluate.squad import GOLD, Corpus, Question, load_squad
from qa.evaluate.summaries import of_asking, of_news, of_reading

Q = TypeVar("Q", bound=GoldQuestion)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to evaluate: the reader alone on `file`, or the `whole` system; on all `questions` if None."""

    file: Path
    whole: bool = False
    remove_gold: bool = False
    index_named: bool = False
    questions: int | None = None
    per_question: Path | None = None


def evaluate(settings: Settings, wanted: Wanted) -> Report:
    """Evaluate, going on from the answers that the per-question file holds already.

    Raises SourceError (bad questions, a per-question file of another run), BadOption, and what opening the
    models and the index raises.
    """
    if wanted.remove_gold and not wanted.whole:
        raise BadOption(
            "--remove-gold was given without --open", hint="nutgraf eval SQUAD.json --open --remove-gold"
        )
    if wanted.file.name.endswith((".jsonl", ".jsonl.gz")):
        return _news(settings, wanted)
    if wanted.index_named and not wanted.whole:
        raise BadOption(
            "--index was given, and the reader alone uses none",
            hint="nutgraf eval SQUAD.json --open --index DIR",
        )
    corpus = load_squad(wanted.file)
    return _open(settings, wanted, corpus) if wanted.whole else _reading(settings, wanted, corpus)


def _reading(settings: Settings, wanted: Wanted, corpus: Corpus) -> Report:
    from models import load_reader
    from qa.evaluate.reading import read_all

    reader = load_reader(settings.reader, threads=settings.threads)
    contexts = {article.id: article.text for article in corpus.articles}
    questions = sample(corpus.questions, wanted.questions)
    models = {"reader": _model(reader.card)}
    header = _header("reading", wanted, models)
    records = _collected(wanted, questions, header, lambda pending: read_all(reader, pending, contexts))
    return Report("reading", wanted.file, len(records), len(corpus.questions), models, of_reading(records))


def _open(settings: Settings, wanted: Wanted, corpus: Corpus) -> Report:
    from qa.evaluate.asking import ask_all, ask_twice

    questions = sample(corpus.questions, wanted.questions)
    with open_archive(settings, corpus.articles, keep=wanted.index_named) as opened:

        def ask(pending: Sequence[Question]) -> Iterator[list[Record]]:
            answerer = opened.answerer
            return (
                ask_twice(answerer, opened.index, pending)
                if wanted.remove_gold
                else ask_all(answerer, pending)
            )

        header = _header("open", wanted, _models(opened)) | {
            "rules": _rules(opened),
            "passages": [asdict(opened.index.manifest.rule), opened.index.manifest.analyzer],
            "remove_gold": wanted.remove_gold,
        }
        records = _collected(wanted, questions, header, ask)
        figures = of_asking(records, GOLD)
        return Report("open", wanted.file, len(records), len(corpus.questions), _models(opened), figures)


def _news(settings: Settings, wanted: Wanted) -> Report:
    from qa.evaluate.asking import ask_all

    if wanted.whole:
        raise BadOption(
            "--open was given, and news questions are asked of an index",
            hint=f"nutgraf eval {wanted.file} --index DIR",
        )
    every = load_news(wanted.file)
    questions = sample(every, wanted.questions)
    with open_answerer(settings) as opened:
        header = _header("news", wanted, _models(opened)) | {
            "rules": _rules(opened),
            "index": opened.index.manifest.token,
        }
        records = _collected(wanted, questions, header, lambda pending: ask_all(opened.answerer, pending))
        with counting_bar("looking for golds", opened.index.counts.articles) as advance:
            texts = counted(all_texts(opened.index), advance)
            found = occurring({gold for q in questions for gold in q.golds}, texts)
        occurs = [not found.isdisjoint(q.golds) for q in questions]
        figures = of_news(records, CONTAINS, EVIDENCE, occurs)
        return Report("news", wanted.file, len(records), len(every), _models(opened), figures)


def _collected(
    wanted: Wanted,
    questions: Sequence[Q],
    header: Mapping[str, Any],
    answer: Callable[[Sequence[Q]], Iterator[list[Record]]],
) -> list[Record]:
    """Answer what the per-question file has no answer to yet; return all records in the questions' order."""
    with Journal(wanted.per_question, header) as journal, counting_bar("asking", len(questions)) as advance:
        pending = [q for q in questions if q.id not in journal.done]
        advance(len(questions) - len(pending))
        for records in answer(pending):
            journal.add(records)
            advance(len(records))
        return [journal.done[q.id] for q in questions]


def _header(task: str, wanted: Wanted, models: Mapping[str, Model]) -> dict[str, Any]:
    """Return all that an answer depends on."""
    made_by = {name: model.sha256 for name, model in models.items()}
    return {"task": task, "questions": sha256_of(wanted.file), **made_by}


def _models(opened: Open) -> dict[str, Model]:
    encoder = opened.index.manifest.encoder
    return {"encoder": Model(encoder.id, encoder.sha256), "reader": _model(opened.reader)}


def _model(card: Card) -> Model:
    return Model(card.id, card.sha256)


def _rules(opened: Open) -> list[dict[str, Any]]:
    return [asdict(rule) for rule in opened.answerer.rules]
