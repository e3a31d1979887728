"""What both parity tests need: a float32 reader, and the int8 one that our export made of it."""

import os
from pathlib import Path

import pytest

from nutgraf import models
from nutgraf.models.cards import LENGTH_COST, sha256_of

DATA = Path(os.environ.get("NUTGRAF_DATA", "../shared/data"))
SOURCE = Path(os.environ.get("NUTGRAF_READER_SOURCE", "../shared/models/reader-interim"))


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    pytest.importorskip("torch", reason="the extra hf is not installed")


@pytest.fixture(scope="session")
def readers(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return a float32 reader and its int8 export: the shipped one where its source is given, else made here.

    The shipped reader's float32 weights are four times as large as it is and not in the box; the export is
    the same for all weights of its shape.
    """
    pytest.importorskip("onnx", reason="onnx is not installed")
    from nutgraf.models.export import folder, measure, sources

    weights = SOURCE / sources.WEIGHTS
    if not weights.is_file():
        pytest.skip(f"no float32 reader is at {SOURCE}: set NUTGRAF_READER_SOURCE")
    shipped = models.shipped("small-reader")
    card, cost = models.ModelCard.load(shipped), sources.config(SOURCE).get(LENGTH_COST, 0.0)
    if (card.revision, card.length_cost) == (sha256_of(weights), cost):
        return str(SOURCE), str(shipped)
    texts = sorted((DATA / "reader-train").glob("squadshifts-*.json.gz"))
    if not texts:
        pytest.skip(f"no training texts in {DATA}: set NUTGRAF_DATA")
    made = tmp_path_factory.mktemp("reader")
    measure.measure("small-reader", SOURCE, texts, made / "ranges.json")
    folder.write("small-reader", SOURCE, made / "int8", made / "ranges.json")
    return str(SOURCE), str(made / "int8")
