"""The one place where the parts are joined: settings in, an index, models and an answerer out.

Knows which implementation stands behind each seam; computes nothing itself.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nutgraf.errors import UnknownArticle
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.settings import Settings

if TYPE_CHECKING:
    from nutgraf.index_calibration import ActiveCalibration
    from nutgraf.indexer.embedded.index import EmbeddedIndex
    from nutgraf.indexer.embedded.writer import EmbeddedWriter
    from nutgraf.indexer.encoder import Encoder
    from nutgraf.models import ModelCard
    from nutgraf.models.answering import SpanReader
    from nutgraf.qa.answer import Answerer
    from nutgraf.qa.profiles import Profile


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An opened index with the answerer that works on it, its reader's card, and its calibration."""

    index: "EmbeddedIndex"
    answerer: "Answerer"
    reader: "ModelCard"
    calibration: "ActiveCalibration"


@dataclass(frozen=True, slots=True)
class LoadedModels:
    """Both models, loaded."""

    encoder: "Encoder"
    reader: "SpanReader"


def load_models(settings: Settings) -> LoadedModels:
    """Load both models, side by side: each waits for the disk more than for the other."""
    from nutgraf.models import load_encoder, load_reader

    with ThreadPoolExecutor(1) as pool:
        encoder = pool.submit(load_encoder, settings.encoder, threads=settings.threads)
        reader = load_reader(settings.reader, threads=settings.threads)
        return LoadedModels(encoder.result(), reader)


@contextmanager
def open_answerer(settings: Settings) -> Iterator[OpenIndex]:
    """Load both models and open the index, side by side."""
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load_models, settings)
        index = open_index(settings)
        models = loading.result()
    with index:
        yield joined(settings, models, index)


@contextmanager
def open_with(settings: Settings, models: LoadedModels) -> Iterator[OpenIndex]:
    """Open the index for models that are loaded already."""
    with open_index(settings) as index:
        yield joined(settings, models, index)


def joined(settings: Settings, models: LoadedModels, index: "EmbeddedIndex") -> OpenIndex:
    """Join an index with models; raises IndexMismatch where another encoder built it."""
    from nutgraf.index_calibration import in_force
    from nutgraf.indexer.embedded.manifest import check_encoder
    from nutgraf.indexer.encoder import identity
    from nutgraf.qa.answer import Answerer

    built_by, reader = index.manifest.encoder, models.reader
    check_encoder(settings.index, built_by, identity(models.encoder))
    chosen = in_force(settings.index, reader.card, built_by)
    answerer = Answerer(index, models.encoder, reader, chosen.calibration, profile_of(settings))
    return OpenIndex(index, answerer, reader.card, chosen)


def profile_of(settings: Settings) -> "Profile":
    """Return how much is done for a question."""
    from nutgraf.qa.profiles import DEFAULT, PROFILES

    profile = PROFILES[settings.profile or DEFAULT]
    return profile.with_windows(settings.windows) if settings.windows else profile


def open_index(settings: Settings) -> "EmbeddedIndex":
    """Open the index alone: enough to show, list and count."""
    from nutgraf.indexer.embedded.index import EmbeddedIndex

    return EmbeddedIndex(settings.index)


@contextmanager
def open_builder(settings: Settings) -> Iterator["EmbeddedWriter"]:
    """Open the index for writing; one process at a time."""
    from nutgraf.indexer.embedded.writer import EmbeddedWriter

    encoder = _load_encoder(settings)
    with EmbeddedWriter(settings.index, encoder) as builder:
        yield builder


def _load_encoder(settings: Settings) -> "Encoder":
    from nutgraf.models import load_encoder

    return load_encoder(settings.encoder, threads=settings.threads)


def article(index: "EmbeddedIndex", article_id: str) -> Article:
    """Return an article by its id; raises UnknownArticle."""
    article_id = storable(article_id)
    found = index.store.articles([article_id])
    if article_id not in found:
        raise unknown(article_id)
    return found[article_id]


def unknown(article_id: str) -> UnknownArticle:
    """Return what is raised where no article has the id."""
    return UnknownArticle(
        f"no article has the id {storable(article_id)!r}",
        hint="nutgraf search WORDS lists articles with their ids",
    )


def vanished(builder: "EmbeddedWriter", roots: Sequence[str]) -> list[str]:
    """Return ids of articles whose file stood under one of the folders `roots` and is gone."""
    folders = [Path(os.path.abspath(root)) for root in roots if Path(root).is_dir()]  # noqa: PTH100 - keeps links
    gone: dict[Path, bool] = {}
    ids = []
    for article_id, origin in builder.unseen_origins():
        path = origin_path(origin)
        if path not in gone:
            inside = any(path.is_relative_to(folder) for folder in folders)
            gone[path] = inside and not os.path.lexists(path)
        if gone[path]:
            ids.append(article_id)
    return ids


def origin_path(origin: str) -> Path:
    """Return the file of an origin: `path`, or `path:line` for a record."""
    path, _, line = origin.rpartition(":")
    return Path(path if path and line.isdigit() else origin)
