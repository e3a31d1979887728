"""What answers the questions of an evaluation: a reader alone, an archive with its readers, or its retrieval.

Knows what answers depend on, and how another process loads the same; does not know files of questions,
figures, or where it runs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from nutgraf.api.evaluation.report import ModelId
from nutgraf.indexer.milvus.address import is_milvus
from nutgraf.models.cards import LENGTH_COST, ModelCard
from nutgraf.opening import ModelLoader, OpenIndex, open_state
from nutgraf.qa.evaluate.end_to_end import ask_all, ask_twice, search_all
from nutgraf.qa.evaluate.records import Record
from nutgraf.settings import Settings

Answer: TypeAlias = Callable[[Sequence[Any]], Iterator[list[Record]]]
"""Yields the records of one batch of questions at a time, in the order of the questions."""

LoadSystem: TypeAlias = Callable[[int | None], "System"]
"""Loads a system for a number of threads (None: the cores); it is pickled, and called on every machine."""


@dataclass(frozen=True, slots=True)
class System:
    """What answers questions. Its answers depend on the `models`, the `rules` and the `state` alone.

    `rules` are settings and what was fitted, JSON-ready; `state` names the published state of the archive,
    and is empty without one. `knows_gpus` tells whether a GPU would run one of its models.
    """

    models: Mapping[str, ModelId]
    rules: Mapping[str, Any]
    answer: Answer
    state: Mapping[str, str] = field(default_factory=dict)
    knows_gpus: bool = False


def whole(opened: OpenIndex) -> System:
    """Return the whole system: questions are asked of the archive, and passages are read."""
    return _reading(opened, lambda questions: ask_all(opened.answerer, questions))


def asked_twice(opened: OpenIndex) -> System:
    """Return the whole system, which is also asked each question while its own article is hidden."""
    return _reading(opened, lambda questions: ask_twice(opened.answerer, opened.index, questions))


def retrieval(opened: OpenIndex) -> System:
    """Return the retrieval of the archive alone, for which no reader is loaded."""
    searcher = opened.searcher
    return System(
        models={"encoder": _encoder(opened)},
        rules={"retrieval": asdict(searcher.profile.retrieval)},
        answer=lambda questions: search_all(searcher, questions),
        state=_state(opened),
        knows_gpus=_knows_gpus(opened.models.encoder),
    )


def archive_loader(settings: Settings, make: Callable[[OpenIndex], System]) -> LoadSystem:
    """Return what opens the archive of the settings elsewhere, and gives what `make` makes of it."""
    index = settings.index if is_milvus(settings.index) else settings.index.absolute()
    return partial(_load_from_archive, replace(settings, index=index), make)


def _load_from_archive(
    settings: Settings, make: Callable[[OpenIndex], System], threads: int | None
) -> System:
    """Open the archive, which stays open with the system; raises what opening it and the models raises."""
    settings = replace(settings, threads=threads)
    return make(open_state(settings, ModelLoader(settings)))


def load_reader_alone(settings: Settings, threads: int | None) -> System:
    """Return the reader alone, which reads the text beside each question; raises what loading it raises."""
    from nutgraf.models import load_reader
    from nutgraf.qa.evaluate.reader_alone import read_all

    reader = load_reader(settings.reader, threads=threads)
    return System(
        models={"reader": _model(reader.card)},
        rules={LENGTH_COST: reader.card.length_cost},
        answer=lambda questions: read_all(reader, questions),
        knows_gpus=_knows_gpus(reader),
    )


def _reading(opened: OpenIndex, answer: Answer) -> System:
    answerer, readers = opened.answerer, opened.models.readers
    profile, length_cost = answerer.profile, opened.reader.length_cost
    rules = [asdict(profile.retrieval), asdict(profile.reading), answerer.calibration.numbers()]
    first = {} if readers.large is None else {"first reader": _model(readers.small.card)}
    return System(
        models={"encoder": _encoder(opened), **first, "reader": _model(opened.reader)},
        rules={"rules": [*rules, {LENGTH_COST: length_cost}]},
        answer=answer,
        state=_state(opened),
        knows_gpus=_knows_gpus(opened.models.encoder, readers.small, readers.large),
    )


def _encoder(opened: OpenIndex) -> ModelId:
    encoder = opened.index.state.encoder
    return ModelId(encoder.id, encoder.sha256)


def _model(card: ModelCard) -> ModelId:
    return ModelId(card.id, card.sha256)


def _state(opened: OpenIndex) -> dict[str, str]:
    return {"index": opened.index.state.token}


def _knows_gpus(*models: object) -> bool:
    """Whether any of the models is run by another engine than that of the models in the box."""
    from nutgraf.models.onnx import OnnxEncoder, OnnxReader

    return not all(model is None or isinstance(model, OnnxEncoder | OnnxReader) for model in models)
