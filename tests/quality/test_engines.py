"""The questions of the seeds on both engines: the same passages, with the encoder in the box."""

from pathlib import Path

import pytest

from benchmarks.engines import found, seeds
from nutgraf.archive import Archive
from nutgraf.indexer.milvus.connection import disconnect
from nutgraf.opening import OpenIndex
from nutgraf.settings import Settings

pytest.importorskip("milvus_lite", reason="the extra milvus is not installed")


def test_both_engines_find_the_same_passages_in_the_same_order(
    seeds_settings: Settings, tmp_path: Path
) -> None:
    """What is read is the same, and so are the answers."""
    source, questions = seeds()
    with (
        Archive(seeds_settings) as embedded,
        Archive(Settings(Path(f"milvus:{tmp_path}/seeds.db"))) as milvus,
    ):
        milvus.add(source)
        with embedded.reading() as first, milvus.reading() as second:
            differing = [q for q in questions if places(q, first) != places(q, second)]
    disconnect()
    assert len(questions) > 30
    assert differing == []


def places(question: str, opened: OpenIndex) -> list[tuple[str, str, int]]:
    """Return what is found, articles by the names of their files: other folders were read."""
    return [(Path(article).name, field, start) for article, field, start in found(question, opened)]
