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

from api.errors import UnknownArticle
from api.settings import Settings
from indexer.article import Article
from indexer.clean import storable

if TYPE_CHECKING:
    from api.calibrations import InForce
    from indexer.build import Builder
    from indexer.encoder import Encoder
    from indexer.index import Index
    from models import Card
    from qa.answer import Answerer
    from qa.profiles import Profile


@dataclass(frozen=True, slots=True)
class Open:
    """An opened index with the answerer that works on it, its reader's card, and its calibration."""

    index: "Index"
    answerer: "Answerer"
    reader: "Card"
    calibration: "InForce"


@contextmanager
def open_answerer(settings: Settings) -> Iterator[Open]:
    """Open the index and load both models, side by side: each waits for the disk more than for the others."""
    from api.calibrations import in_force
    from indexer.encoder import identity
    from indexer.generation import check_encoder
    from models import load_encoder, load_reader
    from qa.answer import Answerer

    with ThreadPoolExecutor(2) as pool:
        encoder_loading = pool.submit(load_encoder, settings.encoder, threads=settings.threads)
        reader_loading = pool.submit(load_reader, settings.reader, threads=settings.threads)
        index = open_index(settings)
        encoder, reader = encoder_loading.result(), reader_loading.result()
    with index:
        check_encoder(settings.index, index.manifest.encoder, identity(encoder))
        chosen = in_force(settings.index, reader.card, index.manifest.encoder)
        answerer = Answerer(index, encoder, reader, chosen.calibration, profile_of(settings))
        yield Open(index, answerer, reader.card, chosen)


def profile_of(settings: Settings) -> "Profile":
    """Return how much is done for a question."""
    from qa.profiles import DEFAULT, PROFILES

    profile = PROFILES[settings.profile or DEFAULT]
    return profile.with_windows(settings.windows) if settings.windows else profile


def open_index(settings: Settings) -> "Index":
    """Open the index alone: enough to show, list and count."""
    from indexer.index import Index

    return Index(settings.index)


@contextmanager
def open_builder(settings: Settings) -> Iterator["Builder"]:
    """Open the index for writing; one process at a time."""
    from indexer.build import Builder

    encoder = _load_encoder(settings)
    with Builder(settings.index, encoder) as builder:
        yield builder


def _load_encoder(settings: Settings) -> "Encoder":
    from models import load_encoder

    return load_encoder(settings.encoder, threads=settings.threads)


def article(index: "Index", article_id: str) -> Article:
    """Return an article by its id; raises UnknownArticle."""
    article_id = storable(article_id)
    found = index.store.articles([article_id])
    if article_id not in found:
        raise UnknownArticle(
            f"no article has the id {article_id!r}", hint="nutgraf search WORDS lists articles with their ids"
        )
    return found[article_id]


def vanished(builder: "Builder", roots: Sequence[str]) -> list[str]:
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
