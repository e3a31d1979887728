"""Dates from file to filter: what a person is told of them, and what the doors take."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.settings import Settings

BODY = "The minister of trade resigned after a row over steel prices, the government said."


def test_dates_that_cannot_be_are_told_after_indexing(cli: Any, tmp_path: Path) -> None:
    days = ["2099-01-01", "2099-02-02", "2019-02-30", "2019-03-03", "\x1b[31m"]
    records = [{"id": f"r{n}", "text": f"{BODY} {n}", "published": day} for n, day in enumerate(days)]
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, records)))
    (tmp_path / "story.txt").write_text(f"Steel\n\nPublished: May 5, 2099\n\n{BODY}")
    told = cli("index", "news.jsonl", "story.txt")
    assert told.returncode == 0
    assert told.stdout.splitlines()[1:4] == [
        "  dates not used: 3 in the future, such as '2099-01-01' in news.jsonl:1",
        "  dates not used: 1 not in the calendar, such as '2019-02-30' in news.jsonl:3",
        "  dates not used: 1 not a date, such as '[31m' in news.jsonl:5",
    ]
    again = json.loads(cli("index", "news.jsonl", "story.txt", "--json").stdout)
    assert again["dates_not_used"][0] == {
        "origin": "news.jsonl:1",
        "reason": "in the future",
        "given": "2099-01-01",
        "count": 2,
    }
    assert len(again["dates_not_used"]) == 4  # one a file and reason
    found = [json.loads(cli("show", article, "--json").stdout) for article in ("r0", "r3")]
    assert [(one["published"], one["published_from"]) for one in found] == [
        (None, None),
        ("2019-03-03T00:00:00Z", "given"),
    ]


def test_file_dates_are_asked_for(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(BODY)
    shown = []
    for more in ([], ["--file-dates"]):
        assert cli("index", "story.txt", *more).returncode == 0
        article = Path(tmp_path.name, "story.txt").as_posix()
        shown.append(json.loads(cli("show", article, "--json").stdout)["published_from"])
    assert shown == [None, "file"]


@pytest.mark.parametrize(
    ("filters", "days"),
    [
        (["--after", "January 2016"], {"2016-01-27"}),
        (["--before", "January 2016"], {"2016-01-27"}),
        (["--as-of", "Jan 29, 2016", "--after", "two days ago"], {"2016-01-27"}),
        (["--as-of", "2016-02-03", "--after", "last week", "--before", "last week"], {"2016-01-27"}),
        (["--as-of", "2016-01-28", "--after", "a day ago", "--before", "yesterday"], {"2016-01-27"}),
        (["--as-of", "2016-01-31", "--before", "last week"], set()),
        (["--after", "yesterday"], set()),
    ],
)
def test_search_by_phrases(cli: Any, seeds_index: Path, filters: list[str], days: set[str]) -> None:
    """27 January 2016 was a Wednesday, 31 January the Sunday after it."""
    done = cli("search", "sanctions", "--json", "--index", str(seeds_index), *filters)
    assert done.returncode == (0 if days else 1), done.stderr
    found = json.loads(done.stdout)["passages"]
    assert {passage["article"]["published"][:10] for passage in found} == days


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        (
            ["--after", "03/04/2016"],
            "--after: '03/04/2016' is one day in some countries",
            "--after 2016-01-27",
        ),
        (["--before", "may"], "--before: 'may' is not a date: write it like one of", "--before 2016-01-27"),
        (["--as-of", "-1"], "--as-of: '-1' is not a date", "--as-of 2016-01-27"),
        (
            ["--after", "2017", "--as-of", "2016"],
            "later than --as-of 2016-12-31",
            "swap the two dates",
        ),
    ],
)
def test_a_date_that_is_none_is_one_clear_error(
    cli: Any, seeds_index: Path, filters: list[str], message: str, hint: str
) -> None:
    for command in ("ask", "search"):
        done = cli(command, "sanctions", "--index", str(seeds_index), *filters)
        assert done.returncode == 2
        assert message in done.stderr
        assert done.stderr.endswith(f"try: {hint}\n")
        assert len(done.stderr.splitlines()) == 2


def test_the_same_over_http(seeds_settings: Settings) -> None:
    with TestClient(create_app(Archive(seeds_settings)), base_url="http://localhost") as client:
        body = {
            "question": "sanctions",
            "as_of": "2016-02-03",
            "after": "last week",
            "source": ["the new york times"],
        }
        for route in ("/v1/ask", "/v1/search"):
            found = client.post(route, json=body).json()["passages"]
            assert {passage["article"]["published"] for passage in found} == {"2016-01-27T00:00:00Z"}
            refused = client.post(route, json=body | {"before": "03/04/2016"})
            assert (refused.status_code, refused.json()["error"]["code"]) == (400, "bad_option")
            assert client.post(route, json=body | {"after": "x" * 10_000}).status_code == 400
