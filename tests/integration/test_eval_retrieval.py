"""`nutgraf eval` on BEIR folders, queries and TREC runs, with the shipped encoder; runs scored again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ir_measures
import pytest

from nutgraf.indexer.article import Article

DOCS = [
    {
        "_id": "bridge 1",
        "title": "Bridges",
        "text": "The iron bridge of Orlow was built by Ada Novak in 1931.",
    },
    {
        "_id": "baker",
        "title": "",
        "text": "The baker Tom Reed sells two hundred loaves of rye bread every day.",
    },
    {
        "_id": "wire",
        "title": "",
        "text": "The baker Tom Reed sells two hundred loaves of rye bread every day.",
    },
    {"_id": "storm", "title": "Storm over Quist", "text": "A storm destroyed the harbour on Sunday."},
    {"_id": "title", "title": "Lena Brandt is elected mayor of Quist", "text": ""},
]
QUERIES = [
    {"_id": "q 1", "text": "Who built the iron bridge of Orlow?"},
    {"_id": "q2", "text": "loaves of rye bread"},
    {"_id": "q3", "text": "mayor of Quist"},
    {"_id": "q4", "text": "?"},
    {"_id": "q5", "text": "nobody judged this"},
]
QRELS = [
    ("q 1", "bridge 1", 2),
    ("q 1", "storm", 0),
    ("q2", "baker", 1),
    ("q2", "wire", 1),
    ("q3", "title", 1),
    ("q4", "storm", 1),
]


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, DOCS)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)))
    rows = [("query-id", "corpus-id", "score"), *QRELS]
    (folder / "qrels" / "test.tsv").write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
    trec = [f"{q} 0 {d} {g}\n".replace("q 1", "q%201").replace("bridge 1", "bridge%201") for q, d, g in QRELS]
    (tmp_path / "qrels.txt").write_text("".join(trec))
    return folder


@pytest.fixture
def archive(tmp_path: Path, build_index: Callable[..., Path], encoder: Any) -> str:
    """Build an archive of the documents, and return its name in the folder that `cli` runs in."""
    articles = [
        Article(id=d["_id"], title=d["title"] if d["text"] else "", text=d["text"] or d["title"])
        for d in DOCS
    ]
    return build_index(articles, encoder, tmp_path / "archive").name


def figures(done: Any) -> dict[str, tuple[float, int]]:
    assert done.returncode == 0, done.stderr
    return {key: (f["value"], f["questions"]) for key, f in json.loads(done.stdout)["figures"].items()}


def failed(done: Any, *words: str) -> None:
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert [line.split(":")[0].strip() for line in done.stderr.strip().splitlines()] == ["error", "try"]
    for word in words:
        assert word in done.stderr


# Three of four are found first, a copy right behind; "?" cannot be asked, and counts as zero.
EXPECTED = {
    **{f"hit_at_{k}": (75.0, 4) for k in (1, 5, 20)},
    "recall_at_1": (62.5, 4),
    **{f"recall_at_{k}": (75.0, 4) for k in (5, 20, 100)},
    **dict.fromkeys(("mrr_at_10", "ndcg_at_10", "map"), (75.0, 4)),
}


def test_a_beir_folder(cli: Any, beir: Path, tmp_path: Path) -> None:
    command = ("eval", "beir", "--json", "--per-question", "a.jsonl", "--run", "a.trec", "--index", "kept")
    done = cli(*command)
    assert figures(done) == EXPECTED
    report = json.loads(done.stdout)
    assert (report["task"], report["questions"], report["questions_in_file"]) == ("beir", 4, 4)
    assert (list(report["models"]), "abstaining" in report) == (["encoder"], False)
    assert {a["id"]: a["figures"]["map"] for a in report["answers"]} == {"q 1": 1, "q2": 1, "q3": 1, "q4": 0}
    # Its own lines, taken away and asked again; the same index, which nothing is added to.
    kept = (tmp_path / "a.jsonl").read_text()
    (tmp_path / "a.jsonl").write_text("".join(kept.splitlines(keepends=True)[:2]))
    assert cli(*command).stdout == done.stdout
    assert (tmp_path / "a.jsonl").read_text() == kept
    # The run, scored by us and by ir_measures.
    scored = cli("eval", "a.trec", "--qrels", "qrels.txt", "--json")
    assert figures(scored) == EXPECTED
    measures = [ir_measures.parse_measure(name) for name in ("R@1", "R@100", "RR@10", "nDCG@10", "AP")]
    theirs = ir_measures.calc_aggregate(
        measures,
        ir_measures.read_trec_qrels(str(tmp_path / "qrels.txt")),
        ir_measures.read_trec_run(str(tmp_path / "a.trec")),
    )
    assert [theirs[m] for m in measures] == [0.625, *[0.75] * 4]
    printed = cli("eval", "a.trec", "--qrels", "beir/qrels/test.tsv").stdout
    assert printed.startswith("a.trec: a TREC run\n4 questions\n")
    assert "after reading" not in printed


def test_queries_are_asked_of_an_index(cli: Any, beir: Path, archive: str) -> None:
    queries = ("eval", "beir/queries.jsonl", "--qrels", "qrels.txt", "--json")
    assert figures(cli(*queries, "--index", archive)) == EXPECTED
    no_reader = ("--reader", "there/is/none")  # nothing is read, so no reader is loaded
    assert figures(cli(*queries, "--index", archive, *no_reader)) == EXPECTED
    assert figures(cli("eval", "beir", "--json", *no_reader)) == EXPECTED
    failed(
        cli("eval", "beir/queries.jsonl"), "a file of queries was given without --qrels", "--qrels QRELS.txt"
    )
    failed(cli(*queries[:-1]), "there is no index in .nutgraf")


def test_a_run_by_hand(cli: Any, tmp_path: Path) -> None:
    """Relevant at 2, where a tie is ordered by falling id; not found; not in the run at all."""
    (tmp_path / "run").write_text("q1 Q0 a 1 2.0 x\nq1 Q0 b 2 2.0 x\nq2 Q0 z 1 1.0 x\nq9 Q0 a 1 1.0 x\n")
    (tmp_path / "qrels").write_text("q1 0 a 1\nq2 0 a 1\nq3 0 a 1\n")
    found = figures(cli("eval", "run", "--qrels", "qrels", "--json"))
    assert found["mrr_at_10"] == (round(100 * 0.5 / 3, 4), 3)
    assert found["recall_at_1"] == (0.0, 3)
    assert found["recall_at_5"] == (round(100 / 3, 4), 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "a TREC run was given without --qrels"),
        (["run", "--qrels", "absent"], "absent cannot be evaluated: No such file"),
        (
            ["run", "--qrels", "other"],
            "run and other have no query in common: they begin with 'q1' and '301'",
        ),
        (["run", "--qrels", "run"], "run line 1 is no line of qrels: it has 6 fields"),
        (["run", "--qrels", "other", "--index", "x"], "--index was given, and a TREC run has no use for it"),
        (["run", "--qrels", "other", "--plot", "a.svg"], "--plot was given, and a TREC run"),
        (["other"], "it holds qrels, which are given with --qrels"),
        (["beir", "--split", "train"], "beir has no qrels/train.tsv; splits there are: test"),
        (["beir", "--open"], "--open was given, and a BEIR folder has no use for it"),
        ([".."], ".. is no BEIR folder: it lacks corpus.jsonl"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refused(cli: Any, beir: Path, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "run").write_text("q1 Q0 a 1 2.0 x\n")
    (tmp_path / "other").write_text("301 0 a 1\n")
    failed(cli("eval", *arguments), words)


def test_a_damaged_corpus_is_found_before_anything_is_indexed(cli: Any, beir: Path, tmp_path: Path) -> None:
    with (beir / "corpus.jsonl").open("a") as file:
        file.write("\nnonsense\n")
    failed(cli("eval", "beir", "--index", "kept"), "corpus.jsonl cannot be evaluated: line 6 is not JSON")
    assert not (tmp_path / "kept").exists()
