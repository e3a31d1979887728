"""`nutgraf watch` as a person runs it, and with real models: what is a change and what is none."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nutgraf import watching
from nutgraf.archive import Archive
from nutgraf.indexer.article import Article
from nutgraf.settings import Settings
from tests.conftest import Cli

WHO = "Who is the governor of the central bank of Orlow?"
HOLT = {
    "id": "holt",
    "title": "Orlow bank has a new head",
    "source": "The Tarn Post",
    "published": "2026-01-10",
    "text": "Anna Holt was appointed governor of the central bank of Orlow on Friday. Ms Holt, 52, follows"
    " Peter Marsh, who retired. The bank sets interest rates for the country.",
}
COPY = HOLT | {"id": "copy", "source": "Copy Daily", "published": "2026-01-12"}
AGAIN = {
    "id": "again",
    "title": "Rates stay",
    "source": "Orlow Times",
    "published": "2026-01-20",
    "text": "The central bank of Orlow kept its rates on Tuesday. Anna Holt, the governor of the central bank"
    " of Orlow, said at a news conference in the capital that inflation was falling.",
}
LOW = {
    "id": "low",
    "title": "Holt resigns; Low takes over at central bank",
    "source": "Orlow Times",
    "published": "2026-03-02",
    "text": "Ben Low was named governor of the central bank of Orlow on Monday, after Anna Holt resigned. Mr"
    " Low, a former finance minister, now leads the central bank. He takes over at once.",
}
FERRY = {
    "id": "ferry",
    "text": "The ferry between Tarn and Orlow runs again after a storm, its operator said.",
}


def test_an_answer_over_weeks(tmp_path: Path) -> None:
    with Archive(Settings(tmp_path / "news")) as archive:
        archive.add([HOLT, FERRY])
        watch = archive.watch(WHO)
        assert watch.answer is not None
        assert watch.answer.text == "Anna Holt"
        assert archive.add(COPY).changes == ()
        (more,) = archive.add(AGAIN).changes
        assert (more.kind, more.after and more.after.outlets) == (
            "more_outlets",
            ("The Tarn Post", "Orlow Times"),
        )
        (other,) = archive.add(LOW).changes
        assert (other.kind, other.before and other.before.text) == ("other_answer", "Anna Holt")
        assert other.after is not None
        assert other.after.text.endswith("Low")
        assert other.after.article["published"] == "2026-03-02T00:00:00Z"
        old = HOLT | {"id": "old", "source": "Late Mail", "published": "2026-01-11", "title": "Bank"}
        text = "The new governor of the central bank of Orlow is Anna Holt, the ministry said."
        assert archive.add(old | {"text": text}).changes == ()


def test_articles_without_vectors_change_answers_as_well(tmp_path: Path) -> None:
    with Archive(Settings(tmp_path / "news")) as archive:
        archive.add([HOLT, FERRY])
        archive.watch(WHO)
        (change,) = archive.add(LOW, words_only=True).changes
        assert (change.kind, archive.add(AGAIN, words_only=True).watch_failure) == ("other_answer", "")


@pytest.mark.parametrize(("profile", "asked"), [("balanced", 0), ("quick", 1)])
def test_the_reader_that_decides_looks_at_new_passages_before_a_watch_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, asked: int
) -> None:
    with Archive(Settings(tmp_path / "news", profile=profile)) as archive:
        archive.add([HOLT, FERRY])
        watch = archive.watch(WHO)
        day = datetime(2026, 3, 2, tzinfo=UTC)
        later = Article(id="low", title=LOW["title"], text=LOW["text"], published=day)
        archive.write(lambda writer: [*writer.add([later]), writer.publish()])  # as another process does
        monkeypatch.setattr(watching, "LEAST_DECISIVE_LEAD", 100.0)  # it sees no answer anywhere
        assert archive.run_watches().asked == asked
        assert watch.answer is not None


def test_the_commands(cli: Cli, tmp_path: Path) -> None:
    """Each exit code, and each change shown once, whichever command found it."""
    added = cli("watch", "add", WHO, "--after", "2026-01-01")
    assert (added.returncode, added.stdout.splitlines()[0]) == (0, f"1  {WHO}  --after 2026-01-01")
    assert cli("watch", "run").returncode == 0
    (tmp_path / "holt.jsonl").write_text(json.dumps(HOLT))
    indexed = cli("index", "holt.jsonl")
    assert (indexed.returncode, indexed.stderr.splitlines()[-1]) == (
        0,
        "1 watched answer changed: nutgraf watch run shows them",
    )
    told = cli("watch", "run", "--exec", "cat > told.jsonl")
    assert (told.returncode, told.stdout.splitlines()[:2]) == (
        1,
        [f"new answer: {WHO}  (watch 1)", '  now  "Anna Holt"  The Tarn Post, 2026-01-10'],
    )
    assert json.loads((tmp_path / "told.jsonl").read_text())["kind"] == "new_answer"
    again = cli("watch", "run", "--json")
    assert (again.returncode, json.loads(again.stdout)) == (0, {"watches": 1, "asked": 0, "changes": []})
    assert json.loads(cli("watch", "list", "--json").stdout)[0]["answer"]["text"] == "Anna Holt"
    assert [cli("watch", "remove", "1", "7").stdout, cli("watch", "remove", "1").returncode] == [
        "1 removed; there is no watch 7\n",
        1,
    ]


def test_a_question_in_another_language_is_watched_with_a_note(cli: Cli) -> None:
    added = cli("watch", "add", "Wer leitet die Zentralbank?")
    assert added.returncode == 0
    assert added.stdout.splitlines()[1].startswith("   Note: the models read English: ")
    assert cli("watch", "list").stdout == added.stdout


def test_an_empty_archive_is_watched_for_an_outlet_to_come(cli: Cli) -> None:
    added = cli("watch", "add", WHO, "--source", "The Tarn Post")
    assert (added.returncode, added.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no question was given"),
        (("Who?", "--file", "questions.txt"), "a question and --file were given"),
        (("Who?", "--webhook", "https://x.example/"), "is of a host that is not allowed: x.example"),
        (("Who?", "--after", "soon"), "--after"),
    ],
)
def test_what_is_refused(cli: Cli, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    refused = cli("watch", "add", *arguments)
    assert refused.returncode == 2
    assert message in refused.stderr
    assert not (tmp_path / ".nutgraf").exists()
