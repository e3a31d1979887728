"""Files of anything at all: each reader of a benchmark's file reads it, or says in one error what is up."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nutgraf.api.evaluation.compare import compare
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.evaluate.beir import corpus_articles, load_queries
from nutgraf.qa.evaluate.formats import kind_of
from nutgraf.qa.evaluate.runs import read_qrels, read_run

NEAR = st.text(alphabet=list('q0 \t\n\r1.-{}"[]:aé\u2028\x00\x1c'), max_size=60).map(str.encode)
KEYS = st.sampled_from(["answers", "task", "sha256", "id", "figures", "question", "prediction", "f1"])
JSON = st.recursive(
    st.none() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)
SETTINGS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
READERS = {
    "run": read_run,
    "qrels": read_qrels,
    "kind": kind_of,
    "corpus": lambda path: list(corpus_articles(path)),
    "queries": lambda path: load_queries(path, path.parent / "qrels"),
    "report": lambda path: compare(path, path),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@SETTINGS
@given(content=st.binary(max_size=80) | NEAR)
def test_bytes(tmp_path: Path, reader: object, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    (tmp_path / "qrels").write_text("q 0 a 1\n")
    read_or_refused(reader, tmp_path / "x")


@SETTINGS
@given(value=JSON)
def test_reports(tmp_path: Path, value: object) -> None:
    (tmp_path / "x").write_text(json.dumps(value))
    read_or_refused(READERS["report"], tmp_path / "x")


def read_or_refused(reader: object, path: Path) -> None:
    """Any other exception fails the test; an error names the file, and says what to do."""
    message = f"{path.name} --help"
    try:
        reader(path)  # type: ignore[operator]
    except SourceError as error:
        message = f"{error} {error.hint or 'nothing to type'}"
    assert path.name in message
    assert "nothing to type" not in message
