"""What the suites share: the shipped models, loaded once, indexes, and the command line."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.encoder import Encoder
from nutgraf.indexer.loaders.base import LoadOptions, Skipped
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.models import load_encoder, load_reader
from nutgraf.settings import Settings

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("NUTGRAF_DATA", ROOT.parent / "shared" / "data"))

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
BuildIndex = Callable[..., Path]
OpenIndex = Callable[..., EmbeddedIndex]


@pytest.fixture(scope="session")
def encoder():  # noqa: ANN201 - the engine's own type
    return load_encoder()


@pytest.fixture(scope="session")
def reader():  # noqa: ANN201
    return load_reader()


@pytest.fixture(scope="session")
def build_index(tmp_path_factory: pytest.TempPathFactory) -> BuildIndex:
    """Return a function that builds an index of articles with an encoder, and returns its folder."""

    def build(articles: Iterable[Article | Skipped], encoder: Encoder, folder: Path | None = None) -> Path:
        folder = folder or tmp_path_factory.mktemp("built") / "index"
        with EmbeddedWriter(folder, encoder) as writer:
            skipped = [status for status in writer.add(articles) if status.status == "skipped"]
            writer.publish()
        assert not skipped
        return folder

    return build


@pytest.fixture(scope="session")
def open_index(build_index: BuildIndex) -> Iterator[OpenIndex]:
    """Return a function that builds an index as `build_index` does, and opens it until the tests end."""
    with ExitStack() as stack:
        yield lambda articles, encoder: stack.enter_context(EmbeddedIndex(build_index(articles, encoder)))


@pytest.fixture(scope="session")
def seeds_index(build_index: BuildIndex, encoder) -> Path:  # noqa: ANN001
    files, _ = discover([str(ROOT / "seeds" / "*.txt")])
    return build_index((item for file in files for item in load(file, LoadOptions())), encoder)


@pytest.fixture
def seeds_copy(seeds_index: Path, tmp_path: Path) -> Path:
    """Return an index of the seeds that a test may change, where `cli` finds it without being told."""
    return Path(shutil.copytree(seeds_index, tmp_path / ".nutgraf"))


@pytest.fixture(scope="session")
def seeds_settings(seeds_index: Path) -> Settings:
    return Settings(index=seeds_index)


@pytest.fixture
def panicking() -> Callable[[Path, str], None]:
    """Return a function that damages an index so that tantivy panics: at "opening" it, or at "searching".

    The digests of its files are taken away, as in an index of an older nutgraf: they would tell first.
    """

    def damaged(index: Path, when: str) -> None:
        suffix, byte = {"opening": ("fast", 0xFF), "searching": ("idx", 0)}[when]
        (path,) = index.glob(f"lexical-*/passages/*.{suffix}")
        content = path.read_bytes()
        half = len(content) // 2  # the size stays, which opening compares with the manifest
        path.write_bytes(bytes([byte]) * half + content[half:])
        manifest = json.loads((index / "manifest.json").read_text())
        (index / "manifest.json").write_text(json.dumps(manifest | {"digests": {}}))

    return damaged


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run `nutgraf` as a person would: its own process, in an empty folder.

    The small reader reads alone, in half of the time, unless `profile` is another one; None names none.
    """

    def run(
        *arguments: str, profile: str | None = "quick", **more: object
    ) -> "subprocess.CompletedProcess[str]":
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NUTGRAF_")}
        if profile is not None:
            environment["NUTGRAF_PROFILE"] = profile
        return subprocess.run(
            [sys.executable, "-m", "nutgraf", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environment | {"PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            timeout=120,
            **more,  # type: ignore[call-overload]
        )

    return run


@pytest.fixture(scope="session")
def data() -> Path:
    """Return the folder of evaluation data, which is not part of the project."""
    if not DATA.is_dir():
        pytest.skip(f"no evaluation data in {DATA}: set NUTGRAF_DATA")
    return DATA
