"""`nutgraf index https://...` and `nutgraf follow`, as a person runs them, against a server on loopback."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import nutgraf
from nutgraf.errors import BadOption, IndexLocked, SourceError
from nutgraf.follow import Follower, Round, interval, spelled
from nutgraf.indexer.web.options import WebOptions
from nutgraf.ingest_options import IngestOptions
from tests.web_server import Answer, WebServer, item, serving

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.enable_socket


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serving() as server:
        yield server


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start `nutgraf follow` with rounds of one second, and end it with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "nutgraf", "follow", *arguments]
        fast = ["--every", "1s", "--shortest", "1", "--pause", "0", "--allow-private"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("NUTGRAF_")}
        process = subprocess.Popen(
            [*command, *fast],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment | {"PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def line_with(process: "subprocess.Popen[str]", words: str) -> str:
    """Return the next line of output that has these words; lines before it are read."""
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"it ended before it said {words!r}")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_follow_adds_what_is_new_until_it_is_stopped(
    web: WebServer, follow: Any, tmp_path: Path, stop: signal.Signals
) -> None:
    web.page("/a")
    feed = web.feed("/feed", item("/a"))
    process = follow(feed)
    assert re.fullmatch(r"[\d: -]{19} UTC  1 added; 1 articles\n", line_with(process, " 1 added"))
    with nutgraf.open(tmp_path / ".nutgraf") as archive:  # a reader beside it
        assert archive.info().articles == 1
        web.page("/b", "Ona Ruud")
        web.feed("/feed", item("/a"), item("/b", "Ferry"))
        line_with(process, "; 2 articles")
        assert archive.info().articles == 2
    process.send_signal(stop)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "stopped\n")


def test_a_new_article_that_changes_an_answer_is_told(web: WebServer, follow: Any, tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / ".nutgraf") as archive:
        archive.add(
            {"id": "ferry", "text": "The ferry between Tarn and Orlow runs again, its operator said."}
        )
        watch = archive.watch("Who opened the bridge?")
        assert watch.answer is None
    web.page("/a")
    process = follow(web.feed("/feed", item("/a")))
    assert line_with(process, "watched").strip() == "1 watched answer changed: nutgraf watch run shows them"
    with nutgraf.open(tmp_path / ".nutgraf") as archive:
        (change,) = archive.changes(watch.id)
    assert change.kind == "new_answer"
    assert change.after is not None
    assert "Ada Quill" in change.after.text


def test_what_was_fetched_before_the_stop_is_kept(web: WebServer, follow: Any, tmp_path: Path) -> None:
    """A page that drips for half a minute is not waited for."""
    web.page("/a")
    web.answers["/slow"] = Answer(b"xx", drip_seconds=30)
    newer = "Wed, 25 Nov 2026 09:00:00 GMT"
    process = follow(web.feed("/feed", item("/slow"), item("/a", date=newer)))
    while "/slow" not in web.paths():
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    shown, errors = process.communicate()
    assert (process.returncode, errors) == (0, "stopped\n")
    assert " 1 added; 1 articles" in shown
    with nutgraf.open(tmp_path / ".nutgraf") as archive:
        assert archive.get(f"{web.url}/a").title == "Bridge opened by Mayor Ada Quill"


def test_follow_says_what_it_skipped_and_why(web: WebServer, follow: Any) -> None:
    process = follow(web.feed("/feed", item(web.page("/a")), item("/gone")))
    assert "1 added, 1 skipped; 1 articles" in line_with(process, "1 added")
    assert line_with(process, "/gone") == f"  skipped {web.url}/gone: HTTP 404 Not Found\n"


def test_follow_prints_json(web: WebServer, follow: Any) -> None:
    process = follow(web.feed("/feed", item(web.page("/a"))), "--json")
    assert json.loads(line_with(process, "added"))["added"] == 1


def test_index_takes_addresses(web: WebServer, cli: Any) -> None:
    fetching = ("--allow-private", "--pause", "0")
    feed = web.feed("/feed", item(web.page("/a")), item("/gone"))
    done = cli("index", feed, *fetching)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "1 added, 0 unchanged, 1 skipped",
        f"  skipped {web.url}/gone: HTTP 404 Not Found",
    ]
    assert cli("index", f"{web.url}/a", *fetching).stdout.startswith("0 added, 1 unchanged, 0 skipped")
    assert web.asked[-1].headers["user-agent"].startswith(f"nutgraf/{nutgraf.__version__} (+https://")


def test_an_index_of_nothing_but_failures_fails(web: WebServer, cli: Any) -> None:
    done = cli("index", f"{web.url}/a", "--pause", "0")
    assert done.returncode == 2
    assert "127.0.0.1 is a private address: --allow-private lets it be asked" in done.stdout
    assert web.asked == []


def test_paths_and_addresses_go_together(web: WebServer, tmp_path: Path) -> None:
    (tmp_path / "mill.txt").write_text("The mill at Tarn closed on Monday.")
    with nutgraf.open(tmp_path / "archive") as archive:
        sources = [str(tmp_path / "mill.txt"), web.page("/a")]
        report = archive.add(sources, allow_private=True, pause=0)
        assert [status.status for status in report.statuses] == ["added", "added"]
        pruned = archive.add([str(tmp_path / "mill.txt")], prune=True)
        assert (pruned.removed, pruned.state.counts.articles) == ((), 2)  # an address is no file that is gone


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["articles/"], "'articles/' is no address of a feed"),
        (["https://tarn.example/feed", "--every", "30s"], "--every '30s' is less than 1m"),
        (
            ["https://tarn.example/feed", "--every", "soon"],
            "--every 'soon' is no time, expected a number",
        ),
    ],
)
def test_what_follow_refuses(cli: Any, arguments: list[str], message: str) -> None:
    done = cli("follow", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "try: " in done.stderr


# --- rounds -----------------------------------------------------------------------------------------------


def follower(archive: nutgraf.Archive, *feeds: str, seconds: float = 0.01) -> Follower:
    web = WebOptions(allow_private=True, pause=0, listings_only=True)
    return Follower(archive, feeds, seconds, IngestOptions(web=web))


def test_a_feed_that_fails_is_tried_more_and_more_rarely(web: WebServer, tmp_path: Path) -> None:
    web.answers["/bad"] = Answer(status=500)
    good, bad = web.feed("/good", item(web.page("/a"))), f"{web.url}/bad"
    with nutgraf.open(tmp_path / "archive") as archive:
        rounds = follower(archive, good, bad, seconds=900).rounds()
        first = next(rounds)
        assert first.failed == ((bad, "HTTP 500 Internal Server Error", 1800.0),)
        assert (first.report and first.report.added, first.wait_seconds) == (1, pytest.approx(900.0))
        tries = follower(archive, bad).rounds()
        assert [next(tries).failed[0][2] for _ in range(3)] == [0.02, 0.04, 0.08]
        web.feed("/bad")
        assert next(tries).failed == ()


def test_a_feed_with_remarks_does_not_fail(web: WebServer, tmp_path: Path) -> None:
    """More entries than a round takes, and one that leads nowhere, are no reason to ask more rarely."""
    feed = web.feed("/feed", item("", "Nowhere"), *(item(web.page(f"/{number}")) for number in range(3)))
    with nutgraf.open(tmp_path / "archive") as archive:
        options = WebOptions(allow_private=True, pause=0, listings_only=True, max_articles=2)
        first = next(Follower(archive, [feed], 900, IngestOptions(web=options)).rounds())
    assert (first.failed, first.wait_seconds) == ((), pytest.approx(900.0))
    assert first.report is not None
    assert {status.origin for status in first.report.skipped} == {feed}


def test_what_is_no_feed_fails(web: WebServer, tmp_path: Path) -> None:
    page = web.page("/a")
    web.answers["/broken"] = Answer(b"<rss", "application/rss+xml")
    with nutgraf.open(tmp_path / "archive") as archive:
        first = next(follower(archive, page, f"{web.url}/broken", seconds=900).rounds())
    assert [(feed, wait) for feed, _, wait in first.failed] == [(page, 1800.0), (f"{web.url}/broken", 1800.0)]


@pytest.mark.parametrize(("name", "times"), [("encoded", 20), ("encoded", 1), ("description", 1)])
def test_an_entry_without_an_address_is_stored_under_its_guid(
    web: WebServer, tmp_path: Path, name: str, times: int
) -> None:
    words = "The ferry to Holm runs again from Monday, after nine weeks in the yard. " * times
    content = f"<guid isPermaLink='false'>tarn-77</guid><{name} xmlns='urn:c'>{words}</{name}>"
    feed = web.feed("/feed", item("", "Ferry", more=content), item(web.page("/a")))
    with nutgraf.open(tmp_path / "archive") as archive:
        assert archive.add(feed, allow_private=True, pause=0).added == 2
        stored = archive.get("tarn-77")
        assert (stored.title, stored.url, stored.source) == ("Ferry", None, "Tarn Post")
        again = archive.add(feed, allow_private=True, pause=0)
        assert (again.unchanged, again.skipped) == (2, ())


def test_another_writer_costs_a_round(web: WebServer, tmp_path: Path) -> None:
    feed = web.feed("/feed", item(web.page("/a")))
    with nutgraf.open(tmp_path / "archive") as archive, nutgraf.open(tmp_path / "archive") as other:
        rounds = follower(archive, feed).rounds()
        locked = other.write(lambda _: next(rounds))
        assert isinstance(locked.failure, IndexLocked)
        free = next(rounds)
        assert isinstance(free, Round)
        assert free.report is not None
        assert free.report.added == 1


def test_feeds_are_addresses(tmp_path: Path) -> None:
    with nutgraf.open(tmp_path / "archive") as archive, pytest.raises(SourceError, match="no address"):
        follower(archive, "feed.xml")


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("15m", 900), ("2H", 7200), (" 1d ", 86_400)])
def test_times_as_they_are_typed(text: str, seconds: int) -> None:
    assert interval(text) == seconds
    assert spelled(seconds) == text.strip().lower()


@pytest.mark.parametrize("text", ["", "15", "m", "0m", "-1m", "1.5h", "1w", "9999999s"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(BadOption, match="is no time"):
        interval(text)


def test_no_round_is_further_away_than_a_year() -> None:
    assert interval("365d") == 365 * 86_400
    with pytest.raises(BadOption, match="'366d' is more than 365d"):
        interval("366d")
