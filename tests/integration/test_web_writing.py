"""When what was posted is published: after some quiet, and at the latest some time after the first change."""

import asyncio
import shutil
from pathlib import Path

import pytest

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.writer import Writer
from nutgraf.archive import Archive
from nutgraf.indexer.embedded.manifest import read_manifest
from nutgraf.settings import Settings


@pytest.mark.parametrize(("quiet_s", "latest_s", "apart_s"), [(3600.0, 1.0, 0.1), (0.1, 3600.0, 1.0)])
def test_it_is_published_while_more_comes(
    seeds_index: Path, tmp_path: Path, quiet_s: float, latest_s: float, apart_s: float
) -> None:
    """Posts that follow each other sooner than it is quiet, for longer than one waits; and later."""
    index = Path(shutil.copytree(seeds_index, tmp_path / "index"))

    async def generations() -> list[int]:
        async with Engine(Archive(Settings(index=index))) as engine:
            writer, seen = Writer(engine, quiet_s, latest_s), [read_manifest(index).generation]
            for number in range(100):
                text = f"The harbour bridge has {number} arches, the mayor said."
                (result,) = await writer.add([{"id": "harbour", "text": text}])
                assert result["status"] == ("updated" if number else "added")
                await asyncio.sleep(apart_s)
                seen.append(read_manifest(index).generation)
                if seen[-1] == 2:
                    break
            return seen

    seen = asyncio.run(generations())
    assert (seen[0], seen[-1]) == (1, 2)
