"""TREC's files: what is written, read back by ir_measures itself; what is read, and refused."""

import gzip
from pathlib import Path

import ir_measures
import numpy as np
import pytest

from nutgraf.indexer.errors import SourceError, StorageFailed
from nutgraf.qa.evaluate.ranking import measured
from nutgraf.qa.evaluate.runs import read_qrels, read_run, write_run

RUN = {"q 1": [("a b", 0.9), ("b", 0.9), ("c", 0.1)], "q2": [], "q3": [("https://x/é?y=1", 12.0)]}


def test_a_run_by_hand(tmp_path: Path) -> None:
    write_run(tmp_path / "a.trec", RUN)
    assert (tmp_path / "a.trec").read_text(encoding="utf-8") == (
        "q%201 Q0 a%20b 1 0.899999976 nutgraf\n"
        "q%201 Q0 b 2 0.899999917 nutgraf\n"
        "q%201 Q0 c 3 0.100000001 nutgraf\n"
        "q3 Q0 https://x/é?y=1 1 12 nutgraf\n"
    )


def test_scores_fall_in_float32_whatever_they_were(tmp_path: Path) -> None:
    """Equal, nearly equal, rising, and so large or small that float32 has few values between."""
    given = [1e30, 1e30, 0.5, 0.5 + 1e-12, 0.9, 0.0, 0.0, 0.0, -1e-30, -3.0, -3.0]
    ids = [f"d{n}" for n in range(len(given))][::-1]
    write_run(tmp_path / "a.trec", {"q": [*zip(ids, given, strict=True)]})
    lines = [line.split() for line in (tmp_path / "a.trec").read_text().splitlines()]
    scores = np.array([line[4] for line in lines], np.float32)
    assert (np.diff(scores) < 0).all()
    assert [line[2] for line in lines] == ids
    assert [name for name, _ in read_run(tmp_path / "a.trec")["q"]] == ids


def test_ir_measures_reads_it_and_finds_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    names = [f"doc {n}" for n in range(60)]
    ranked = {
        f"query {q}": [(names[i], float(random.integers(3))) for i in random.permutation(60)[:40]]
        for q in range(20)
    }
    qrels = {q: {names[i]: int(random.integers(0, 3)) for i in random.permutation(60)[:8]} for q in ranked}
    del ranked["query 3"]
    write_run(tmp_path / "run.trec", ranked)
    lines = [
        f"{q} 0 {a} {g}".replace("query ", "query%20").replace("doc ", "doc%20")
        for q in qrels
        for a, g in qrels[q].items()
    ]
    (tmp_path / "qrels.txt").write_text("\n".join(lines) + "\n")
    ours = measured(qrels, {q: [a for a, _ in ranking] for q, ranking in ranked.items()})
    theirs = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(m.notation) for m in ours],
        ir_measures.read_trec_qrels(str(tmp_path / "qrels.txt")),
        ir_measures.read_trec_run(str(tmp_path / "run.trec")),
    )
    means = {m.notation: np.mean([*ours[m].values()]) for m in ours}
    assert {str(m): value for m, value in theirs.items()} == pytest.approx(means, abs=1e-12)
    assert 0.1 < means["nDCG@10"] < 0.9
    again = read_run(tmp_path / "run.trec")
    assert read_qrels(tmp_path / "qrels.txt") == {
        q.replace(" ", "%20"): {a.replace(" ", "%20"): g for a, g in graded.items()}
        for q, graded in qrels.items()
    }
    assert [a for a, _ in again["query%200"]] == [a.replace(" ", "%20") for a, _ in ranked["query 0"]]


def test_a_foreign_run_is_ordered_as_trec_eval_orders(tmp_path: Path) -> None:
    """By score, then by falling id; neither by rank nor by line."""
    path = tmp_path / "run.gz"
    lines = ["q1 Q0 a 1 2.5 x", "", "q1\tQ0\tb\t2\t2.5\tx", "q1 Q0 c 9 1e2 x", "q2 Q0 a%20b 1 -inf x"]
    path.write_bytes(gzip.compress("\r\n".join(lines).encode()))
    assert read_run(path) == {
        "q1": [("c", 100.0), ("b", 2.5), ("a", 2.5)],
        "q2": [("a%20b", float("-inf"))],
    }


BAD_RUNS = {
    "empty": ("\n", "holds no line of a run"),
    "five": ("q Q0 a 1 2.0\n", "line 1 is no line of a run: it has 5 fields, expected 6"),
    "score": ("q Q0 a 1 2.0 x\nq Q0 b 2 high x\n", "line 2 is no line of a run: it has the score 'high'"),
    "nan": ("q Q0 a 1 nan x\n", "has the score 'nan'"),
    "twice": ("q Q0 a 1 2 x\nq Q0 a 2 1 x\n", "line 2 is no line of a run: it has 'a' a second time"),
    "bytes": (b"\xff\n", "not UTF-8"),
    "gzip": (b"\x1f\x8bx", "gzip data is damaged"),
}


@pytest.mark.parametrize(("content", "why"), BAD_RUNS.values(), ids=BAD_RUNS)
def test_a_bad_run(tmp_path: Path, content: str | bytes, why: str) -> None:
    (tmp_path / "x").write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SourceError) as caught:
        read_run(tmp_path / "x")
    assert str(tmp_path / "x") in str(caught.value)
    assert why in str(caught.value)


def test_qrels_of_trec_and_of_beir(tmp_path: Path) -> None:
    (tmp_path / "trec").write_text("q1 0 a 1\nq1 0 b -2\n\nq2 0 a 0\nq1 0 a 1\n")
    assert read_qrels(tmp_path / "trec") == {"q1": {"a": 1, "b": -2}, "q2": {"a": 0}}
    beir = "\ufeffquery-id\tcorpus-id\tscore\r\nq 1\td é\t2\r\nq2\td1\t1\r\n"
    (tmp_path / "beir.tsv").write_bytes(beir.encode())
    assert read_qrels(tmp_path / "beir.tsv") == {"q%201": {"d%20é": 2}, "q2": {"d1": 1}}
    (tmp_path / "bare.tsv").write_text("1\t2\t1\n3\t4\t0\n")
    assert read_qrels(tmp_path / "bare.tsv") == {"1": {"2": 1}, "3": {"4": 0}}


BAD_QRELS = {
    "empty": ("", "holds no line of qrels"),
    "heading": ("query-id\tcorpus-id\tscore\n", "holds no line of qrels"),
    "prose": ("Ada Novak built it herself\n", "line 1 is no line of qrels: it has 5 fields, expected 4"),
    "grade": ("q 0 a 1\nq 0 b high\n", "line 2 is no line of qrels: it has the grade 'high'"),
    "part": (
        "q\td\t0.5\nq\te\t0.5\n",
        "line 2 is no line of qrels: it has the grade '0.5', expected a whole number",
    ),
    "huge": ("q 0 a 99999999999\n", "has the grade '99999999999', expected a whole number up to 1,000"),
    "twice": ("q 0 a 1\nq 0 a 2\n", "line 2 is no line of qrels: it gives 'a' a second grade"),
    "run": ("q Q0 a 1 2.0 x\n", "has 6 fields, expected 4"),
}


@pytest.mark.parametrize(("content", "why"), BAD_QRELS.values(), ids=BAD_QRELS)
def test_bad_qrels(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "x").write_text(content)
    with pytest.raises(SourceError) as caught:
        read_qrels(tmp_path / "x")
    assert str(tmp_path / "x") in str(caught.value)
    assert why in str(caught.value)


def test_a_run_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match=r"--run .* cannot be written: No such file"):
        write_run(tmp_path / "no" / "run.trec", RUN)
