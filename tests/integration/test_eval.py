"""`nutgraf eval`, as a person meets it, with the shipped models: every form, going on, what it refuses."""

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nutgraf.indexer.article import Article
from nutgraf.qa.evaluate.squad import load_squad

BRIDGE = "The iron bridge of Orlow was built by the engineer Ada Novak in 1931. It crosses the river Vel."
BAKER = "The baker Tom Reed sells two hundred loaves of rye bread every morning in the town of Hale."
STORM = "A storm destroyed the harbour of Quist on Sunday. The mayor, Lena Brandt, asked the army for help."
ASKED = [
    (BRIDGE, "b1", "Who built the iron bridge of Orlow?", ["Ada Novak", "the engineer Ada Novak"]),
    (BRIDGE, "b2", "Which river does the bridge of Orlow cross?", ["the river Vel", "Vel"]),
    (
        BAKER,
        "t1",
        "What does the baker Tom Reed sell?",
        ["loaves of rye bread", "two hundred loaves of rye bread"],
    ),
    (STORM, "s1", "Who is the mayor of Quist?", ["Lena Brandt"]),
]
UNANSWERABLE = (BAKER, "t2", "Who was elected president of France in 1969?", [])
QUESTIONS = {"b1", "b2", "t1", "s1"}


def squad(path: Path, asked: list[tuple[str, str, str, list[str]]]) -> str:
    paragraphs = [
        {
            "context": context,
            "qas": [
                {
                    "id": i,
                    "question": q,
                    "answers": [{"text": g, "answer_start": context.index(g)} for g in golds],
                }
                for own, i, q, golds in asked
                if own == context
            ],
        }
        for context in (BRIDGE, BAKER, STORM)
    ]
    path.write_text(json.dumps({"version": "v2.0", "data": [{"title": "t", "paragraphs": paragraphs}]}))
    return str(path)


@pytest.fixture
def answerable(tmp_path: Path) -> str:
    return squad(tmp_path / "one.json", ASKED)


@pytest.fixture
def mixed(tmp_path: Path) -> str:
    return squad(tmp_path / "two.json", [*ASKED, UNANSWERABLE])


def figures(done: Any) -> dict[str, tuple[float, int]]:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return {key: (f["value"], f["questions"]) for key, f in json.loads(done.stdout)["figures"].items()}


def rows(path: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in map(json.loads, path.read_text().splitlines()[1:])}


def written(path: Path) -> dict[str, list[str]]:
    """Return the lines of a run by question."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        found.setdefault(line.split()[0], []).append(line)
    return found


def failed(done: Any, *words: str) -> None:
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert [line.split(":")[0].strip() for line in lines] == ["error", "try"]
    for word in words:
        assert word in done.stderr


# --- the reader alone -------------------------------------------------------------------------------------


def test_the_reader_alone(cli: Any, answerable: str) -> None:
    assert figures(cli("eval", answerable, "--json")) == {
        **{"em": (100.0, 4), "f1": (100.0, 4), "aurc": (0.0, 4), "e_aurc": (0.0, 4)},
        **{f"accuracy_at_{percent}": (100.0, 4) for percent in (50, 80, 95)},
        **{f"coverage_at_{percent}": (100.0, 4) for percent in (80, 90, 95)},
        "other_kind": (0.0, 4),
    }
    printed = cli("eval", answerable).stdout
    assert printed.startswith("one.json: the reader alone")
    assert "4 questions; reader nutgraf/mpnet" in printed
    assert re.search(r"^ *EM +100\.00 % +4 *$", printed, re.MULTILINE)
    assert re.search(r"^ *name +name +3 +100\.0 +3 +100\.0 *$", printed, re.MULTILINE)
    assert re.search(r"^ *right, the surest 50 % answered +100\.00 % +4 *$", printed, re.MULTILINE)


def test_the_reader_alone_where_some_have_no_answer(cli: Any, mixed: str, tmp_path: Path) -> None:
    found = figures(cli("eval", mixed, "--json", "--per-question", "a.jsonl"))
    assert (found["em"], found["f1"]) == ((100.0, 4), (100.0, 4))
    assert (found["best_em"], found["best_f1"]) == ((100.0, 5), (100.0, 5))
    assert (found["has_answer_f1"], found["no_answer_accuracy"]) == ((100.0, 4), (100.0, 1))
    kept = rows(tmp_path / "a.jsonl")
    assert found["best_f1_threshold"][0] == round(min(kept[i]["score"] for i in QUESTIONS), 4)
    answered = sum(row["f1"] if row["score"] >= 0 else not row["golds"] for row in kept.values())
    assert found["f1_at_zero"] == (100 * answered / 5, 5)


def test_a_sample(cli: Any, mixed: str, tmp_path: Path) -> None:
    done = json.loads(cli("eval", mixed, "--questions", "2", "--json", "--per-question", "a.jsonl").stdout)
    assert (done["questions"], done["questions_in_file"]) == (2, 5)
    first = set(rows(tmp_path / "a.jsonl"))
    assert len(first) == 2
    # All of them later: the two are not asked again.
    assert cli("eval", mixed, "--json", "--per-question", "a.jsonl").returncode == 0
    assert set(list(rows(tmp_path / "a.jsonl"))[:2]) == first
    assert set(rows(tmp_path / "a.jsonl")) == {*QUESTIONS, "t2"}


# --- going on ---------------------------------------------------------------------------------------------


def test_a_stopped_run_goes_on(cli: Any, answerable: str, tmp_path: Path) -> None:
    whole = cli("eval", answerable, "--per-question", "a.jsonl", "--json")
    head, first, *rest = (tmp_path / "a.jsonl").read_text().splitlines(keepends=True)
    marked = json.loads(first) | {"prediction": "Ada", "em": 0.0, "f1": 0.5}
    (tmp_path / "a.jsonl").write_text(head + json.dumps(marked) + "\n" + rest[0][:30])
    again = figures(cli("eval", answerable, "--per-question", "a.jsonl", "--json"))
    assert (again["em"], again["f1"]) == ((75.0, 4), (87.5, 4)), "the first answer is as it was kept"
    lines = (tmp_path / "a.jsonl").read_text().splitlines(keepends=True)
    assert lines == [head, json.dumps(marked) + "\n", *rest]
    assert figures(whole)["em"] == (100.0, 4)


def test_answers_made_otherwise_are_refused(cli: Any, answerable: str, mixed: str, tmp_path: Path) -> None:
    assert cli("eval", answerable, "--per-question", "a.jsonl").returncode == 0
    failed(cli("eval", mixed, "--per-question", "a.jsonl"), "a.jsonl holds answers made otherwise: questions")
    failed(cli("eval", answerable, "--open", "--per-question", "a.jsonl"), 'task was "reading" and is "open"')
    kept = (tmp_path / "a.jsonl").read_text()
    (tmp_path / "a.jsonl").write_text(kept.replace('"reader": "', '"reader": "00'))
    failed(cli("eval", answerable, "--per-question", "a.jsonl"), "reader was")
    (tmp_path / "a.jsonl").write_text(kept.replace('"code": "', '"code": "00'))
    failed(cli("eval", answerable, "--per-question", "a.jsonl"), "the sha256 of nutgraf's code was", "--per-")
    (tmp_path / "a.jsonl").write_text(kept.replace('"nutgraf": "', '"nutgraf": "9'))
    failed(cli("eval", answerable, "--per-question", "a.jsonl"), 'the version of nutgraf was "9')


# --- the whole system -------------------------------------------------------------------------------------


def test_the_whole_system(cli: Any, mixed: str, tmp_path: Path) -> None:
    kept_in = ("--index", "kept", "--per-question", "a.jsonl", "--run", "a.trec", "--plot", "a.png")
    command = ("eval", mixed, "--open", "--remove-gold", "--json", *kept_in)
    done = cli(*command)
    found = figures(done)
    assert found["gold_recall_at_1"] == found["gold_mrr_at_10"] == (100.0, 4)
    assert found["f1"] == (100.0, 4)
    kept = rows(tmp_path / "a.jsonl")
    own = {article.text: article.id for article in load_squad(Path(mixed)).articles}
    assert {i: kept[i]["ranking"][0][0] for i in QUESTIONS} == {i: own[context] for context, i, *_ in ASKED}
    assert {len(row["ranking"]) for row in kept.values()} == {3}, "a paragraph stands once"
    assert {i: kept[i]["reread"][0] for i in QUESTIONS} == {i: kept[i]["source"] for i in QUESTIONS}
    assert found["gold_recall_at_1_reread"] == (100.0, 4)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG\r\n")
    run = {i: [line.split()[2] for line in lines] for i, lines in written(tmp_path / "a.trec").items()}
    assert run == {i: [article for article, _ in row["ranking"]] for i, row in kept.items()}
    assert kept["b1"]["prediction"] in {"Ada Novak", "engineer Ada Novak", "the engineer Ada Novak"}
    assert all(0 < row["probability"] < 1 for row in kept.values())
    assert found["answered"] == (25.0 * sum(kept[i]["answered"] for i in QUESTIONS), 4)
    assert found["false"] == (100.0 * kept["t2"]["answered"], 1)
    assert found["answered_without"] == (20.0 * sum(row["without"] for row in kept.values()), 5)
    wrongly = [row["without"] and not row["right_without"] for row in kept.values()]
    assert found["false_without"] == (20.0 * sum(wrongly), 5)
    assert found["ece"][1] == found["aurc"][1] == 5
    told = {answer["id"]: answer for answer in json.loads(done.stdout)["answers"]}
    assert {i: a["prediction"] for i, a in told.items()} == {i: r["prediction"] for i, r in kept.items()}
    assert told["b1"]["figures"]["gold_mrr_at_10"] == told["b1"]["figures"]["f1"] == 1.0
    assert told["t2"]["figures"] == {
        "false": float(kept["t2"]["answered"]),
        "answered_without": kept["t2"]["without"],
        "false_without": kept["t2"]["without"],  # it has no right answer
    }
    points = json.loads(done.stdout)["abstaining"]["risk_coverage"]
    assert [point["coverage"] for point in points] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert points[-1]["risk"] == 0.2, "there is no answer to one of five"
    assert points[0]["confidence"] == round(max(row["probability"] for row in kept.values()), 6)
    built = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert cli(*command).stdout == done.stdout
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == built


def test_an_index_that_nobody_named_is_neither_used_nor_left(
    cli: Any, answerable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    found = figures(cli("eval", answerable, "--open", "--json"))
    assert (found["gold_recall_at_5"], "false_without" in found) == ((100.0, 4), False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.json", "tmp"]
    assert list((tmp_path / "tmp").glob("nutgraf*")) == []


@pytest.mark.parametrize("damaged", [False, True])
def test_an_archive_gets_no_paragraphs_of_a_benchmark(
    cli: Any, answerable: str, seeds_index: Path, tmp_path: Path, damaged: bool
) -> None:
    archive = Path(shutil.copytree(seeds_index, tmp_path / "archive"))
    if damaged:
        (archive / "manifest.json").unlink()
    before = (archive / "store.sqlite").read_bytes()
    done = cli("eval", answerable, "--open", "--index", "archive")
    failed(done, "holds 3 articles that are not of this file", "leave --index out")
    assert (archive / "store.sqlite").read_bytes() == before


# --- news -------------------------------------------------------------------------------------------------


def test_news(cli: Any, tmp_path: Path, build_index: Callable[..., Path], encoder: Any) -> None:
    texts = {"bridge": BRIDGE, "baker": BAKER, "storm": STORM}
    articles = [Article(id=name, title="", text=text) for name, text in texts.items()]
    build_index(articles, encoder, tmp_path / ".nutgraf")
    lines = [
        {"id": "1", "question": ASKED[0][2], "answers": ["Ada Novak"], "contains_answer": ["bridge"]},
        {"id": "2", "question": ASKED[3][2], "answers": ["Lena Brandt"], "evidence": ["storm", "gone"]},
        {"id": "3", "question": "?", "answers": ["1969"]},
    ]
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, lines)))
    found = figures(cli("eval", "news.jsonl", "--json", "--per-question", "a.jsonl"))
    assert found["em"] == (round(200 / 3, 4), 3), "what cannot be asked counts as zero"
    assert found["contains_answer_em"] == (100.0, 1)
    assert found["ceiling"] == (round(200 / 3, 4), 3)
    assert found["contains_answer_recall_at_1"] == (100.0, 1)
    assert found["evidence_recall_at_20"] == (50.0, 1)
    assert found["evidence_mrr_at_10"] == (100.0, 1)
    assert found["evidence_map"] == (50.0, 1)
    kept = rows(tmp_path / "a.jsonl")
    assert (kept["3"]["prediction"], kept["3"]["probability"], kept["3"]["answered"]) == ("", None, False)
    assert (kept["1"]["source"], kept["2"]["source"]) == ("bridge", "storm")


# --- the extra --------------------------------------------------------------------------------------------


def test_a_plot_holds_the_curve(cli: Any, mixed: str, tmp_path: Path) -> None:
    done = cli("eval", mixed, "--json", "--plot", "a.svg")
    points = json.loads(done.stdout)["abstaining"]["risk_coverage"]
    root = ET.parse(tmp_path / "a.svg").getroot()
    svg = "{http://www.w3.org/2000/svg}"
    (path,) = root.findall(f".//{svg}g[@id='risk-coverage']/{svg}path")
    drawn = [(float(x), float(y)) for x, y in re.findall(r"[ML] ([\d.]+) ([\d.]+)", path.attrib["d"])]
    # All is on one scale each way: pixels are a line through what was measured, upside down.
    assert len(drawn) == len(points) == 5
    (x0, y0), (x1, y1) = drawn[0], drawn[-1]
    wide = (x1 - x0) / (points[-1]["coverage"] - points[0]["coverage"])
    assert [x for x, _ in drawn] == pytest.approx(
        [x0 + wide * (p["coverage"] - 0.2) for p in points], abs=0.01
    )
    assert [p["risk"] for p in points] == [0.0, 0.0, 0.0, 0.0, 0.2]
    assert [y for _, y in drawn[:4]] == [y0] * 4
    assert y1 < y0
    assert cli("eval", mixed, "--plot", "b.svg").returncode == 0
    assert (tmp_path / "b.svg").read_bytes() == (tmp_path / "a.svg").read_bytes()


WITHOUT = "import sys; sys.modules[{library!r}] = None; from nutgraf.api.commands.cli import main; main()"


def without(library: str, *arguments: str, cwd: Path) -> Any:
    """Run `nutgraf` where a library of the extra `eval` is not installed."""
    code = WITHOUT.format(library=library)
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env={"PYTHONPATH": str(root)}
    )


def test_without_the_extra(answerable: str, tmp_path: Path) -> None:
    done = without("ir_measures", "eval", answerable, "--open", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["figures"]
    assert found["f1"] == {"value": 100.0, "questions": 4}
    assert not [key for key in found if "recall" in key]
    assert done.stderr == "figures of retrieval are left out: pip install ir-measures matplotlib\n"
    (tmp_path / "run").write_text("q Q0 d 1 1.0 x\n")
    done = without("ir_measures", "eval", "run", "--qrels", "qrels", cwd=tmp_path)
    failed(
        done,
        "a TREC run is scored by ir-measures, which is not installed",
        "pip install ir-measures matplotlib",
    )
    done = without("matplotlib", "eval", answerable, "--plot", "a.svg", cwd=tmp_path)
    failed(done, "--plot needs matplotlib, which is not installed", "pip install ir-measures matplotlib")


# --- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["one.json", "--remove-gold"], "--remove-gold was given, and the reader alone has no use for it"),
        (["one.json", "--index", "x"], "--index was given, and the reader alone has no use for it"),
        (["one.json", "--run", "a.trec"], "--run was given, and the reader alone has no use for it"),
        (["one.json", "--qrels", "q"], "--qrels was given, and the reader alone has no use for it"),
        (["news.jsonl", "--open"], "--open was given, and a file of news questions has no use for it"),
        (["news.jsonl", "--split", "dev"], "--split was given, and a file of news questions"),
        (["one.json", "--plot", "a.jpg"], "--plot a.jpg ends in neither .svg nor .png"),
        (["one.json", "--plot", "no/a.svg"], "--plot no/a.svg cannot be written"),
        (["one.json", "--open", "--run", "one.json"], "--run one.json is a file that something else is in"),
        (["one.json", "--open", "--run", "a", "--per-question", "./a"], "--per-question a is a file that"),
        (["one.json", "--open", "--run", "no/a"], "--run no/a cannot be written"),
        (["news.jsonl", "--index", "nowhere"], "there is no index in nowhere"),
        (["absent.json"], "absent.json cannot be evaluated: No such file"),
        (["one.json", "--questions", "0"], "--questions"),
        (["a.trec", "--qrels", "q", "--ray"], "--ray was given, and a TREC run has no use for it"),
        (["one.json", "--ray=nowhere"], "'nowhere' is no address of Ray"),
        (["one.json", "--per-question", "no/a.jsonl"], "--per-question no/a.jsonl cannot be written"),
        (["one.json", "--per-question", "one.json"], "one.json is a file that something else is in"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_refused(cli: Any, answerable: str, tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "news.jsonl").write_text('{"id": "1", "question": "Who?", "answers": []}\n')
    (tmp_path / "a.trec").write_text("q Q0 d 1 1.0 x\n")
    failed(cli("eval", *arguments), words)


def test_an_error_as_json(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "squad.json").write_text('{"data": [{"paragraphs": [{"context": "x"}]}]}')
    done = cli("eval", "squad.json", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "bad_source"
    assert "lacks 'qas'" in json.loads(done.stdout)["error"]["message"]
