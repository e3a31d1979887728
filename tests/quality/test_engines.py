"""The questions of the seeds on both engines: the same first answers, with the models in the box."""

from pathlib import Path

import pytest

from benchmarks.engines import difference, seeds
from nutgraf.archive import Archive
from nutgraf.indexer.milvus.connection import disconnect
from nutgraf.settings import Settings

pytest.importorskip("milvus_lite", reason="the extra milvus is not installed")

QUESTIONS = 12
"""So many of the questions are asked, which takes some seconds; `python -m benchmarks.engines` asks all."""


def test_the_first_answers_are_the_same(seeds_settings: Settings, tmp_path: Path) -> None:
    source, questions = seeds()
    with (
        Archive(seeds_settings) as embedded,
        Archive(Settings(Path(f"milvus:{tmp_path}/seeds.db"))) as milvus,
    ):
        milvus.add(source)
        with embedded.reading() as first, milvus.reading() as second:
            rows = [difference(question, first, second) for question in questions[:QUESTIONS]]
    disconnect()
    assert [row for row in rows if row] == []
