"""What the suites share: the shipped models, loaded once, and an index of the seeds, built once."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.loaders import LoadOptions, discover, load
from nutgraf.models import load_encoder, load_reader
from nutgraf.settings import Settings

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("NUTGRAF_DATA", ROOT.parent / "shared" / "data"))

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def encoder():  # noqa: ANN201 - the engine's own type
    return load_encoder()


@pytest.fixture(scope="session")
def reader():  # noqa: ANN201
    return load_reader()


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory, encoder) -> Path:  # noqa: ANN001
    folder = tmp_path_factory.mktemp("seeds") / "index"
    files, _ = discover([str(ROOT / "seeds" / "*.txt")])
    with EmbeddedWriter(folder, encoder) as builder:
        builder.add(item for file in files for item in load(file, LoadOptions()))
        builder.publish()
    return folder


@pytest.fixture(scope="session")
def seeds_settings(seeds_index: Path) -> Settings:
    return Settings(index=seeds_index)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run `nutgraf` as a person would: its own process, in an empty folder."""

    def run(*arguments: str, **more: object) -> "subprocess.CompletedProcess[str]":
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NUTGRAF_")}
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
