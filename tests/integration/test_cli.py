"""The command line, as a person meets it: its own process, what it prints, how it exits."""

import gzip
import json
import math
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import nutgraf
from nutgraf.api.commands.cli import main
from nutgraf.qa.profiles import DEFAULT, PROFILES

ROOT = Path(__file__).parents[2]
QUESTION = "What did China agree to on sanctions?"
QUOTE = "new United Nations sanctions against the North"


@pytest.fixture
def index(seeds_index: Path, tmp_path: Path) -> Path:
    """Return a copy of the seeds' index that a test may damage."""
    return Path(shutil.copytree(seeds_index, tmp_path / ".nutgraf"))


def failed(done: Any, *words: str) -> None:
    """Assert one clear error: exit code 2, a message and a hint, nothing else, no traceback."""
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert lines[0].startswith("error: ")
    assert len(lines) <= 2
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


# --- asking -----------------------------------------------------------------------------------------------


def test_ask_prints_the_quote_its_sentence_article_date_and_probability(cli: Any, index: Path) -> None:
    done = cli("ask", QUESTION)
    assert done.returncode == 0, done.stderr
    first, sentence, source = (line.strip() for line in done.stdout.splitlines()[:3])
    assert re.fullmatch(rf"{QUOTE}   \(probability \d+%\)", first)
    assert sentence.startswith(f"China agreed during the talks on Wednesday to {QUOTE}, and negotiations")
    assert "U.S. Says It Will Step Up Defenses" in source
    assert "The New York Times | 2016-01-27" in source
    assert "\x1b" not in done.stdout


def test_ask_json_is_the_contract(cli: Any, index: Path) -> None:
    done = cli("ask", *QUESTION.split(), "--json")
    asked = json.loads(done.stdout)
    assert set(asked) == {
        *(
            "question",
            "note",
            "time",
            "outcome",
            "answered",
            "answers",
            "abstention",
            "passages",
            "timing_ms",
        ),
        "index",
    }
    assert asked["question"] == QUESTION
    assert asked["answered"] is True
    assert asked["abstention"] is None
    answer = asked["answers"][0]
    assert set(answer) == {
        *(
            "text",
            "field",
            "start",
            "end",
            "page",
            "score",
            "probability",
            "sentence",
            "attribution",
            "article",
            "support",
            "earlier",
        ),
    }
    assert answer["text"] == QUOTE
    assert 0 < answer["probability"] < 1
    assert set(answer["article"]) == {"id", "title", "url", "link", "source", "published"}
    assert answer["article"]["link"] is None
    assert answer["article"]["published"] == "2016-01-27T00:00:00Z"
    assert set(asked["passages"][0]) == {
        *("article", "field", "start", "end", "page", "text", "score", "rank", "copies", "versions"),
    }
    assert [p["rank"] for p in asked["passages"]] == list(range(1, len(asked["passages"]) + 1))
    assert set(asked["timing_ms"]) == {"encode", "retrieve", "read", "total"}
    assert asked["index"]["articles"] == 3
    shown = json.loads(cli("show", answer["article"]["id"], "--json").stdout)
    assert shown["text"][answer["start"] : answer["end"]] == QUOTE
    sentence = answer["sentence"]
    assert shown["text"][sentence["start"] : sentence["end"]] == sentence["text"]


def test_same_question_same_output(cli: Any, index: Path) -> None:
    def answers() -> Any:
        outcome = json.loads(cli("ask", QUESTION, "--json", "--top", "5").stdout)
        del outcome["timing_ms"]
        return outcome

    assert answers() == answers()


def test_not_answered_exits_1_and_shows_where_it_looked(cli: Any, index: Path) -> None:
    done = cli("ask", "Who won the 1998 football World Cup final in Paris?")
    assert done.returncode == 1
    time, answer, *_ = done.stdout.splitlines()
    assert time == "Time: “1998”, read as 1998 (--no-time leaves it out)."
    assert answer.startswith("Found no answer: ")
    assert "nearest:" in done.stdout
    asked = json.loads(cli("ask", "Who won the 1998 football World Cup final in Paris?", "--json").stdout)
    assert (asked["outcome"], asked["answered"], asked["answers"]) == ("not_found", False, [])
    assert (asked["abstention"]["code"], asked["abstention"]["guess"]) == ("unlikely", None)


def test_an_unsure_guess_is_shown_as_one(cli: Any, index: Path) -> None:
    done = cli("ask", QUESTION, "--min-probability", "0.999")
    assert done.returncode == 1
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("Not sure enough to answer: the best guess has probability ")
    assert "--min-probability lowers that bound" in done.stdout
    assert f"best guess: {QUOTE}" in done.stdout
    assert not done.stdout.startswith(QUOTE), (first, second)
    asked = json.loads(cli("ask", QUESTION, "--min-probability", "0.999", "--json").stdout)
    assert (asked["outcome"], asked["answered"], asked["answers"]) == ("unsure", False, [])
    guess = asked["abstention"]["guess"]
    assert (asked["abstention"]["code"], guess["text"]) == ("below_threshold", QUOTE)
    assert guess == json.loads(cli("ask", QUESTION, "--json").stdout)["answers"][0]


def test_min_probability_decides(cli: Any, index: Path) -> None:
    assert cli("ask", QUESTION, "--min-probability", "1").returncode == 1
    assert cli("ask", "Who won the 1998 World Cup?", "--min-probability", "0").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "read"),
    [
        ([], PROFILES[DEFAULT].reading.windows),
        (["--profile", "quick"], PROFILES["quick"].reading.windows),
        (["--profile", "thorough"], PROFILES["thorough"].reading.windows),
        (["--profile", "thorough", "--passages", "3"], 3),
        (["--windows", "3"], 3),  # its name in earlier versions
    ],
    ids=["default", "quick", "thorough", "passages", "windows"],
)
def test_a_profile_says_how_much_is_read(cli: Any, index: Path, arguments: list[str], read: int) -> None:
    passages = json.loads(cli("info", "--json").stdout)["passages"]
    asked = json.loads(cli("ask", QUESTION, "--json", *arguments, profile=None).stdout)
    titles = 3  # they are read with the texts of their articles
    assert len(asked["passages"]) == min(read, passages - titles)
    assert asked["answers"][0]["text"] == QUOTE


def test_a_name_that_is_no_outlets_is_told_with_those_that_may_be_meant(cli: Any, index: Path) -> None:
    done = cli("search", "sanctions", "--source", "new york times", "--json")
    assert done.returncode == 1
    assert done.stderr == 'note: no outlet is called "new york times"; did you mean The New York Times?\n'
    assert json.loads(done.stdout)["passages"] == []
    assert cli("search", "sanctions", "--source", "the new york times").stderr == ""


def test_explain_says_why(cli: Any, index: Path) -> None:
    done = cli("ask", QUESTION, "--explain", "--after", "2016")
    assert "considered" in done.stdout
    assert "asked of articles published 2016-01-01 or later; threshold " in done.stdout
    assert re.search(
        r"1\. seeds/.+ \[\d+:\d+\](?: and its title)?\n.+found 0\.\d{3} \| meaning #\d+ 0\.\d{3}"
        r" \| words #\d+ \d+\.\d{3}"
        r" \| article's words #\d+ \d+\.\d{3} \| (?:minilm-l6|mpnet)-reader-int8 #\d",
        done.stdout,
    )
    asked = json.loads(cli("ask", QUESTION, "--explain", "--json", "--after", "2016").stdout)
    why = asked["passages"][0]["explain"]
    assert {*why} == {
        "dense",
        "bm25",
        "article_bm25",
        "fused",
        "recency",
        "time",
        "reader",
        "title",
        "cluster",
    }
    assert asked["considered"][0]["text"] == QUOTE
    assert asked["explanation"]["filter"] == {
        "first": "2016-01-01",
        "last": None,
        "as_of": None,
        "sources": [],
    }
    won = asked["explanation"]["won"]
    assert (won["text"], won["probability"]) == (QUOTE, asked["answers"][0]["probability"])
    logit = sum(term["adds"] for term in won["terms"].values())
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(won["probability"], abs=1e-3)


def test_questions_from_a_file_are_json_lines(cli: Any, index: Path, tmp_path: Path) -> None:
    (tmp_path / "questions.txt").write_text(f"{QUESTION}\n\nWho won the 1998 World Cup?\n")
    done = cli("ask", "--file", "questions.txt", "--json")
    assert done.returncode == 0
    assert [json.loads(line)["answered"] for line in done.stdout.splitlines()] == [True, False]
    piped = cli("ask", "--file", "-", input="Who won the 1998 World Cup?\n")
    assert piped.returncode == 1
    assert piped.stdout.startswith("? Who won the 1998 World Cup?\n")


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--after", "2016"], 1),
        (["--after", "2016-01-28"], 0),
        (["--before", "2016-01"], 1),
        (["--as-of", "2015"], 0),
        (["--source", "the new york times"], 1),
        (["--source", "Yonhap"], 0),
    ],
)
def test_filters(cli: Any, index: Path, arguments: list[str], count: int) -> None:
    done = cli("search", "sanctions North Korea", "--json", *arguments)
    passages = json.loads(done.stdout)["passages"]
    assert len({p["article"]["id"] for p in passages}) == count
    assert done.returncode == (0 if count else 1)


def test_colour_on_a_terminal_only(seeds_index: Path) -> None:
    import pty
    import subprocess
    import sys

    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    environment.pop("NO_COLOR", None)
    subprocess.run(
        [sys.executable, "-m", "nutgraf", "ask", QUESTION, "--index", str(seeds_index)],
        stdout=follower, stderr=follower, check=True, env=environment,
    )  # fmt: skip
    os.close(follower)
    shown = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        shown += part
    os.close(leader)
    assert f"\x1b[1;30;103m{QUOTE}" in shown.decode()


# --- the other commands -----------------------------------------------------------------------------------


def test_index_then_everything_else(cli: Any, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    done = cli("index", "seeds")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("3 added, 0 unchanged, ")
    assert done.stdout.splitlines()[0].endswith(", 1 skipped")
    assert "seeds/questions.jsonl: it holds questions, which nutgraf eval" in done.stdout
    assert len(done.stdout.splitlines()) == 3
    assert cli("index", "seeds").stdout.startswith("0 added, 3 unchanged, ")
    info = json.loads(cli("info", "--json").stdout)
    assert (info["articles"], info["encoded"]) == (3, 1.0)
    assert info["generation"] >= 1  # on a slow machine the words are published before the vectors
    assert info["sources"] == [{"source": "The New York Times", "articles": 1}]
    assert re.search(r"^articles +3$", cli("info").stdout, re.MULTILINE)
    article_id = "seeds/002_72d0e388f015c1f5.txt"
    assert cli("show", article_id).stdout.startswith("South Korea, US agree to consider new defense dialogue")
    assert cli("remove", article_id, "nowhere").stdout == "1 removed; not in the index: nowhere\n"
    assert cli("remove", article_id).returncode == 1
    assert article_id not in cli("search", "operational-level defense dialogue", "--json").stdout
    (tmp_path / "seeds" / "000_a776745d974efc67.txt").unlink()
    gone = cli("index", "seeds").stderr
    assert "no longer in these folders; --prune removes them:\n  seeds/000_a776745d974efc67.txt\n" in gone
    assert "1 removed" in cli("index", "seeds", "--prune").stdout
    assert json.loads(cli("info", "--json").stdout)["articles"] == 2


def test_prune_keeps_what_moved_and_what_lies_elsewhere(cli: Any, tmp_path: Path) -> None:
    record = json.dumps({"id": "r1", "title": "T", "text": "A body of one sentence."})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "old.jsonl").write_text(record)
    (tmp_path / "elsewhere.txt").write_text("Title\n\nAnother body.")
    assert cli("index", "in", "elsewhere.txt").returncode == 0
    (tmp_path / "in" / "old.jsonl").rename(tmp_path / "in" / "new.jsonl")
    (tmp_path / "elsewhere.txt").unlink()
    done = cli("index", "in", "--prune")
    assert "removed" not in done.stdout
    (tmp_path / "other").mkdir()
    (tmp_path / "in" / "new.jsonl").rename(tmp_path / "other" / "new.jsonl")
    assert cli("index", "other").returncode == 0
    (tmp_path / "in" / "b.txt").write_text("Title\n\nYet another body.")
    assert cli("index", "in/../in", "--prune").stdout.startswith("1 added, 0 unchanged, 0 skipped")
    (tmp_path / "in" / "b.txt").unlink()
    (tmp_path / "in" / "c.txt").write_text("Title\n\nThe last body.")
    assert "1 removed" in cli("index", "other/../in", "--prune").stdout
    assert json.loads(cli("info", "--json").stdout)["articles"] == 3


def test_a_prune_that_is_refused_is_listed_before(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "in" / "disk").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("Title\n\nA body.")
    (tmp_path / "in" / "disk" / "b.txt").write_text("Title\n\nAnother body.")
    assert cli("index", "in", "--words-only").returncode == 0
    (tmp_path / "in" / "disk").rename(tmp_path / "away")
    refused = cli("index", "in", "./in", "--prune", "--words-only")
    message = f"--prune would remove 1 of the 1 articles of {tmp_path}/in/disk; nothing was removed"
    hint = "if the folder is whole (is its disk mounted?), run the same command with --yes"
    assert (refused.returncode, refused.stderr) == (
        2,
        f"These articles are no longer in these folders:\n  in/disk/b.txt\nerror: {message}\n  try: {hint}\n",
    )
    in_json = cli("index", "in", "--prune", "--words-only", "--json")
    document = json.loads(in_json.stdout)  # one, with the report and the error
    assert document["error"] == {"code": "bad_source", "message": message, "hint": hint}
    assert (in_json.returncode, document["gone"], document["unchanged"]) == (2, ["in/disk/b.txt"], 1)
    no_folder = cli("index", "in/*", "--prune", "--words-only")
    assert no_folder.returncode == 0
    assert no_folder.stderr == "--prune looks in folders, and no folder was named: nothing was removed\n"
    assert "1 removed" in cli("index", "in", "--prune", "--yes", "--words-only").stdout


def test_records_with_other_field_names(cli: Any, tmp_path: Path) -> None:
    record = {"headline": "Bridge opens", "body": "The bridge over the Tagus opened on Monday.", "nr": 7}
    with gzip.open(tmp_path / "x.jsonl.gz", "wt") as file:
        file.write(json.dumps(record) + "\nnot json\n[1]\n")
    done = cli(
        "index",
        "x.jsonl.gz",
        "--field",
        "title=headline",
        "--field",
        "text=body",
        "--field",
        "id=nr",
        "--json",
    )
    summary = json.loads(done.stdout)
    assert summary["added"] == 1
    assert [s["origin"].rsplit(":", 1)[1] for s in summary["skipped"]] == ["2", "3"]
    assert cli("ask", "When did the bridge open?", "--min-probability", "0").stdout.startswith("Monday")
    assert json.loads(cli("show", "7", "--json").stdout)["title"] == "Bridge opens"


@pytest.mark.parametrize("command", [[], ["ask"], ["search"], ["index"], ["show"], ["remove"], ["info"]])
def test_help(cli: Any, command: list[str]) -> None:
    done = cli(*command, "--help")
    assert done.returncode == 0
    assert "Usage:" in done.stdout
    if command and command[0] in {"ask", "search", "index"}:
        assert "Examples:" in done.stdout


# --- bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("", "question is empty"),
        ("  \n ", "question is empty"),
        ("why " * 2500, "at most 1,000"),
        ("?!... --", "no letter and no digit"),
        ("😀🎉", "no letter and no digit"),
    ],
)
def test_a_question_that_cannot_be_asked(cli: Any, index: Path, question: str, words: str) -> None:
    failed(cli("ask", "--", question), words)


@pytest.mark.parametrize(
    "question",
    [
        '"', "sanctions*", "NEAR(sanctions, North", "AND OR NOT sanctions", "sanctions^9 ~2 [a TO z]",
        "id:1 OR text:x", "'; DROP TABLE articles; --", "%s {0} ${HOME} `ls`", "\x1b[31mred sanctions",
        "sanctions \udcff broken", "制裁是什么?", "[CLS] [SEP] [MASK] sanctions", "-sanctions",
    ],
)  # fmt: skip
def test_a_hostile_question_is_only_words(cli: Any, index: Path, question: str) -> None:
    done = cli("ask", "--min-probability", "0", "--", question)
    if question == '"':
        failed(done, "no letter and no digit")
    else:
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--after", "0000-00-00"], "--after"),
        (["--before", "9999-12-31"], "--before"),
        (["--as-of", "soon"], "--as-of"),
        (["--after", "2016-02-30"], "--after"),
        (["--after", "2017", "--before", "2016"], "later than"),
        (["--top", "0"], "--top 0"),
        (["--top", "1000000000"], "between 1 and 100"),
        (["--min-probability", "7"], "between 0 and 1"),
        (["--file", "x"], "--file"),
        (["--profile", "slow"], "--profile 'slow' is none of quick, balanced, thorough"),
    ],
)
def test_options_that_make_no_sense(cli: Any, index: Path, arguments: list[str], words: str) -> None:
    failed(cli("ask", QUESTION, *arguments), words, "try: ")


def test_no_index(cli: Any, tmp_path: Path) -> None:
    for command in (["ask", QUESTION], ["search", "x"], ["info"], ["show", "x"], ["remove", "x"]):
        failed(cli(*command), "there is no index in .nutgraf", "nutgraf index")
    failed(cli("index", "--rebuild"), "nothing to rebuild")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_index(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Title\n\nA body of one sentence.")
    assert cli("index", "a.txt").returncode == 0
    article_id = json.loads(cli("search", "body", "--json").stdout)["passages"][0]["article"]["id"]
    assert cli("remove", article_id).returncode == 0
    failed(cli("ask", QUESTION), "holds no articles", "nutgraf index")


@pytest.mark.parametrize("path", ["empty", "nowhere", "*.nothing"])
def test_a_source_without_articles(cli: Any, tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    failed(cli("index", path), path)
    assert not (tmp_path / ".nutgraf").exists()


def test_an_unknown_article(cli: Any, index: Path) -> None:
    failed(cli("show", "nope"), "no article has the id 'nope'", "nutgraf search")


def test_an_index_of_a_newer_nutgraf(cli: Any, index: Path) -> None:
    manifest = json.loads((index / "manifest.json").read_text())
    (index / "manifest.json").write_text(json.dumps(manifest | {"format": 99}))
    failed(cli("ask", QUESTION), "format 99", "install the nutgraf that wrote it")


def test_an_index_of_another_encoder(cli: Any, index: Path) -> None:
    manifest = json.loads((index / "manifest.json").read_text())
    manifest["encoder"] |= {"id": "other/encoder", "sha256": "0" * 64}
    (index / "manifest.json").write_text(json.dumps(manifest))
    with sqlite3.connect(index / "store.sqlite") as store:
        built_by = json.dumps([manifest["encoder"], manifest["rule"]], sort_keys=True)
        store.execute("UPDATE state SET value = ? WHERE key = 'built_by'", (built_by,))
    failed(cli("ask", QUESTION), "built by the encoder other/encoder", "--encoder other/encoder")


def damage(index: Path, what: str) -> None:
    kind, _, target = what.partition(" ")
    path = next(iter(sorted(index.glob(target))))
    if kind == "truncate":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif kind == "remove":
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    else:
        path.write_text("{}")


@pytest.mark.parametrize(
    "what",
    [
        *("truncate vectors-*", "remove vectors-*", "remove lexical-*", "truncate lexical-*/*/*.idx"),
        *(
            "remove lexical-*/passages/*.term",
            "remove lexical-*/articles/meta.json",
            "truncate manifest.json",
            "empty manifest.json",
        ),
        "remove manifest.json",
    ],
)
def test_a_damaged_index_says_what_to_type_and_that_mends_it(cli: Any, index: Path, what: str) -> None:
    damage(index, what)
    done = cli("ask", QUESTION)
    failed(done, "nutgraf index --rebuild --index .nutgraf")
    assert cli("index", "--rebuild").returncode == 0
    assert cli("ask", QUESTION).stdout.startswith(QUOTE)


@pytest.mark.parametrize("when", ["opening", "searching"])
def test_a_panic_at_a_damaged_index_says_what_to_type_and_that_mends_it(
    cli: Any, index: Path, panicking: Any, when: str
) -> None:
    panicking(index, when)
    done = cli("ask", QUESTION)
    assert (done.returncode, done.stdout) == (2, "")
    *panic, error, hint = done.stderr.splitlines()  # Rust itself prints where it panicked
    assert "panicked at" in "".join(panic)
    assert error.startswith("error: .nutgraf/lexical-1/passages cannot be read: ")
    assert hint.strip() == "try: nutgraf index --rebuild --index .nutgraf"
    assert "Traceback" not in done.stderr
    told = json.loads(cli("search", QUESTION, "--json").stdout)["error"]
    assert (told["code"], told["hint"]) == ("index_damaged", "nutgraf index --rebuild --index .nutgraf")
    doctored = cli("doctor")
    if when == "opening":
        assert (doctored.returncode, "lexical-1/passages cannot be read" in doctored.stdout) == (1, True)
    assert cli("index", "--rebuild").returncode == 0
    assert cli("ask", QUESTION).stdout.startswith(QUOTE)


def test_a_panic_that_nothing_foresaw_is_a_defect_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class PanicException(BaseException):
        """Stands for the class that each library in Rust has for itself."""

    def panic(*_: object) -> None:
        raise PanicException("index out of bounds")

    monkeypatch.setattr("sys.argv", ["nutgraf", "doctor"])
    monkeypatch.setattr("nutgraf.api.commands.cli.app", lambda **_: panic())
    for variable, shown in (("", False), ("1", True)):
        monkeypatch.setenv("NUTGRAF_DEBUG", variable)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        *traceback, error, hint = capsys.readouterr().err.splitlines()
        assert error == "error: PanicException: index out of bounds"
        assert "please report it with the output of NUTGRAF_DEBUG=1" in hint
        assert bool(traceback) is shown


INTERRUPTED_IMPORT = """
import signal
import sys
from {module} import {function}

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it

class Interrupt:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == {interrupted!r}:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupt)
sys.argv = [{command!r}, "--help"]
{function}()
"""


@pytest.mark.parametrize("command", ["nutgraf", "ask"])
@pytest.mark.parametrize("interrupted", ["nutgraf.api.commands.cli", "typer"])
def test_ctrl_c_while_a_command_is_imported_ends_it_quietly(command: str, interrupted: str) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, function = scripts[command].split(":")
    program = INTERRUPTED_IMPORT.format(
        module=module, function=function, interrupted=interrupted, command=command
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_control_characters_of_a_file_name_do_not_reach_the_terminal(cli: Any, tmp_path: Path) -> None:
    name = "red\x9b31m\x7f.txt"
    (tmp_path / name).write_text(" ")
    (tmp_path / "a.txt").write_text("Title\n\nMayor Ada Quill opened the library.")
    done = cli("index", ".", "--json")
    assert done.returncode == 0, done.stderr
    assert not re.search("[\x7f-\x9f]", done.stdout)
    (skipped,) = json.loads(done.stdout)["skipped"]
    assert skipped["origin"].endswith(name)


@pytest.mark.parametrize("what", ["remove store.sqlite", "truncate store.sqlite"])
def test_a_lost_store_is_named(cli: Any, index: Path, what: str) -> None:
    damage(index, what)
    failed(cli("ask", QUESTION), "store.sqlite", "backup")


def test_a_writer_is_named_and_readers_go_on(cli: Any, index: Path) -> None:
    from nutgraf.indexer.embedded.generation import writer_lock

    with writer_lock(index):
        failed(cli("index", str(ROOT / "seeds")), f"pid {os.getpid()}", "wait")
        assert cli("ask", QUESTION).returncode == 0


def test_arguments_that_are_not_utf8(cli: Any, index: Path) -> None:
    failed(cli("show", "\udcff"), "no article has the id")
    assert cli("search", "sanctions", "--source", "\udcff").returncode == 1
    failed(cli("info", "--index", "no\udcff"), "there is no index")


def test_output_that_cannot_hold_a_dash(cli: Any, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii:strict")
    done = cli("show", "seeds/004_d6905fbb12041181.txt")
    assert done.returncode == 0
    assert "BEIJING \\u2014 Secretary" in done.stdout


def test_a_reader_of_the_output_that_leaves(cli: Any, index: Path) -> None:
    import subprocess
    import sys

    command = [
        sys.executable,
        "-m",
        "nutgraf",
        "show",
        "seeds/004_d6905fbb12041181.txt",
        "--index",
        str(index),
    ]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False, text=True, cwd=ROOT)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments", [["ask", "--tpo", "3", "why"], ["ask", "why", "--top", "three"], ["nonsense"]]
)
def test_a_misspelt_option_is_one_line(cli: Any, arguments: list[str]) -> None:
    failed(cli(*arguments), "--help")
    assert json.loads(cli(*arguments, "--json").stdout)["error"]["code"] == "bad_option"


def test_version_is_printed_and_nothing_else(cli: Any) -> None:
    done = cli("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"nutgraf {nutgraf.__version__}\n", "")


def test_no_command_prints_the_help(cli: Any) -> None:
    done = cli()
    assert (done.returncode, done.stdout.startswith("Usage: ")) == (0, True)


def test_serve_fails_in_one_line(cli: Any, index: Path) -> None:
    failed(cli("serve", "--index", "nowhere"), "there is no index")
    failed(cli("serve", "--reader", "/nowhere"), "/nowhere")


def test_errors_in_json_have_one_shape(cli: Any, tmp_path: Path) -> None:
    done = cli("ask", QUESTION, "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert error["code"] == "index_missing"
    assert set(error) == {"code", "message", "hint"}


def test_a_disk_that_refuses_loses_nothing(cli: Any, index: Path, tmp_path: Path) -> None:
    """A limit on file size stands for a full disk: every write past it fails, in whatever library."""
    import resource

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    lines = [
        json.dumps({"id": str(n), "title": f"T{n}", "text": f"Report {n} on floods. " * 400})
        for n in range(40)
    ]
    (tmp_path / "more.jsonl").write_text("\n".join(lines))
    done = cli("index", "more.jsonl", preexec_fn=limited)
    failed(done)
    assert cli("ask", QUESTION).stdout.startswith(QUOTE)
    assert cli("index", "more.jsonl").returncode == 0
    assert json.loads(cli("info", "--json").stdout)["articles"] == 43
