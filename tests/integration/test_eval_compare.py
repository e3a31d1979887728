"""`nutgraf eval compare` on reports of the shipped reader, and on files that are none."""

import json
from pathlib import Path
from typing import Any

import pytest

CONTEXT = "The iron bridge of Orlow was built by the engineer Ada Novak in 1931. It crosses the river Vel."
ASKED = {
    "who": ("Who built the iron bridge of Orlow?", "Ada Novak"),
    "river": ("Which river does the bridge of Orlow cross?", "Vel"),
    "when": ("When was the iron bridge of Orlow built?", "1931"),
}


def squad(path: Path, golds: dict[str, str]) -> None:
    qas = [{"id": i, "question": ASKED[i][0], "answers": [{"text": gold}]} for i, gold in golds.items()]
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": CONTEXT, "qas": qas}]}]}))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return a report of the small reader, as --json prints it."""
    from nutgraf.api.evaluation.evaluate import evaluate
    from nutgraf.api.evaluation.report import report_object
    from nutgraf.api.evaluation.request import EvalRequest
    from nutgraf.settings import Settings

    path = tmp_path_factory.mktemp("squad") / "squad.json"
    squad(path, {i: gold for i, (_, gold) in ASKED.items()})
    return report_object(evaluate(Settings(reader="small"), EvalRequest(path)))


@pytest.fixture
def reports(report: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
    """Write it as A; and as B what a worse reader would have, which lacks a question."""
    (tmp_path / "a.json").write_text(json.dumps(report))
    other = json.loads(json.dumps(report))
    who, river, _ = other["answers"]
    who |= {"prediction": "an \x1b[31mengineer", "figures": {"em": 0.0, "f1": 0.4}}
    other["answers"] = [who, river]
    (tmp_path / "b.json").write_text(json.dumps(other))
    return other


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value))


def test_by_hand(cli: Any, reports: dict[str, Any]) -> None:
    """Of one difference both flips are as far from 0: p is 1."""
    done = cli("eval", "compare", "a.json", "b.json", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["questions"], found["only_in_a"], found["only_in_b"]) == (2, 1, 0)
    assert found["figures"]["f1"] == {
        **{"questions": 2, "a": 1.0, "b": 0.7, "p": 1.0, "wins": 0, "ties": 1, "losses": 1},
        "difference": pytest.approx(-0.3),
    }
    assert found["changed_by"] == "f1"
    (changed,) = found["changed"]
    assert (changed["id"], changed["question"]) == ("who", ASKED["who"][0])
    assert changed["a"]["value"] == 1.0
    assert changed["a"]["prediction"].endswith("Ada Novak")
    assert changed["b"] == {"value": 0.4, "prediction": "an \x1b[31mengineer"}


def test_as_a_person_sees_it(cli: Any, reports: dict[str, Any]) -> None:
    done = cli("eval", "compare", "a.json", "b.json")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:2] == ["A a.json   B b.json", "2 questions in both; 1 in A only"]
    (row,) = [line.split() for line in lines if line.split()[:1] == ["f1"]]
    assert row == ["f1", "100.00", "70.00", "-30.00", "1.000", "0", "1", "1"]
    assert lines[-3:][0] == f"100.0 →  40.0  {ASKED['who'][0]}"
    assert lines[-1].strip() == "B an  [31mengineer", "nothing steers the terminal"


def test_of_itself_nothing_changed(cli: Any, reports: dict[str, Any]) -> None:
    done = cli("eval", "compare", "a.json", "a.json")
    assert "No question changed in f1." in done.stdout
    assert [line.split() for line in done.stdout.splitlines() if line.split()[:1] == ["em"]] == [
        ["em", "100.00", "100.00", "+0.00", "1.000", "0", "3", "0"]
    ]


def test_what_is_refused(reports: dict[str, Any], tmp_path: Path) -> None:
    from nutgraf.api.evaluation.compare import compare
    from nutgraf.indexer.errors import SourceError

    def refused(value: object) -> str:
        write(tmp_path / "c.json", value)
        with pytest.raises(SourceError) as caught:
            compare(tmp_path / "a.json", tmp_path / "c.json")
        assert "--json > A.json" in caught.value.hint
        return str(caught.value).replace(f"{tmp_path}/", "")

    assert refused(reports | {"task": "open"}) == (
        "a.json and c.json are not of the same task: 'reading' and 'open'"
    )
    assert (
        refused(reports | {"sha256": "00"})
        == "a.json and c.json are not of the same questions: sha256 differs"
    )
    for value in ([], {}, "x", 3, None, {"answers": []}, reports | {"answers": [3]}):
        assert refused(value) == "c.json is no report of nutgraf eval --json"
    for answer in (
        {"id": "1"},
        {**reports["answers"][0], "figures": {"f1": "high"}},
        {**reports["answers"][0], "figures": 3},
        {**reports["answers"][0], "figures": {"f1": float("nan")}},
        {**reports["answers"][0], "figures": {"f1": 10**400}},
    ):
        assert refused(reports | {"answers": [answer]}) == "c.json is no report of nutgraf eval --json"
    assert refused(reports | {"answers": []}) == "a.json and c.json have no question in common"


def test_files_that_are_none(cli: Any, reports: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text("nonsense")
    for arguments, words in (
        (("absent.json", "a.json"), "absent.json cannot be compared: No such file"),
        (("a.json", "d.json"), "d.json cannot be compared: it is not JSON"),
        (("a.json",), "Missing argument"),
    ):
        done = cli("eval", "compare", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr
        assert [line.split(":")[0].strip() for line in done.stderr.strip().splitlines()] == ["error", "try"]


def test_retrieval_is_told_by_ndcg(tmp_path: Path) -> None:
    from nutgraf.api.evaluation.compare import compare, comparison_object

    def answer(name: str, ndcg: float) -> dict[str, Any]:
        told = {"recall_at_1": 0.0, "ndcg_at_10": ndcg}
        return {"id": name, "question": "", "prediction": "", "figures": told}

    for name, values in (("a", {"1": 0.5, "2": 1.0, "3": 0.25}), ("b", {"1": 0.75, "2": 0.25, "3": 0.25})):
        answers = [answer(i, value) for i, value in values.items()]
        write(tmp_path / name, {"task": "run", "sha256": "00", "answers": answers})
    found = compare(tmp_path / "a", tmp_path / "b")
    assert (found.by, found.changed) == ("ndcg_at_10", ["2", "1"])
    assert comparison_object(found)["changed"][0]["b"] == {"value": 0.25, "prediction": ""}
