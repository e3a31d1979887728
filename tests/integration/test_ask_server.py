"""`ask --server` and `search --server` print what they print of the same archive on this machine."""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nutgraf.api.commands import ask
from nutgraf.api.commands.cli import app
from nutgraf.api.web.app import Serving, create_app
from nutgraf.api.web.guard import AccessRules
from nutgraf.api.web.keys import parse_keys
from nutgraf.api.web.proxies import ProxyRules
from nutgraf.archive import Archive
from nutgraf.errors import NutgrafError
from nutgraf.settings import Settings
from tests.contract.stories import OTHERS, prints
from tests.fakes import FakeModels
from tests.served import served
from tests.web_server import serving

pytestmark = pytest.mark.enable_socket

KEY = "0123456789abcdef"
QUESTION = "Who sells two hundred loaves?"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server") / "news"
    with Archive(Settings(folder), FakeModels()) as archive:
        archive.add([*prints(), *OTHERS])
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """Serve the archive under a prefix, to those who have the key."""
    rules = Serving(rules=AccessRules(keys=parse_keys([f"desk={KEY}"])), proxy=ProxyRules("/news"))
    with served(create_app(Archive(Settings(folder), FakeModels()), rules)) as address:
        yield f"{address}/news"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command with fakes as the models of this machine."""
    monkeypatch.setattr(ask, "Archive", lambda settings: Archive(settings, FakeModels()))
    monkeypatch.delenv("NUTGRAF_INDEX", raising=False)
    monkeypatch.setenv("NUTGRAF_API_KEY", KEY)

    def ran(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, NutgrafError):
            return 2, "", str(result.exception)
        return result.exit_code, result.stdout_bytes.decode(), result.stderr_bytes.decode()

    return ran


def timeless(printed: str) -> str:
    """Return what was printed without milliseconds and last digits of ranks, which JSON rounds."""
    printed = re.sub(r"took .*", "took", printed)
    printed = re.sub(r"((?:meaning|words) #\d+ \d+\.\d)\d+", r"\1", printed)
    return re.sub(r'"(encode|retrieve|read|total)": [\d.]+', r'"\1"', printed)


@pytest.mark.parametrize(
    "arguments",
    [
        (QUESTION,),
        (QUESTION, "--min-probability", "0.01", "--top", "3"),
        (QUESTION, "--min-probability", "0.01", "--explain", "--timeline"),
        (QUESTION, "--min-probability", "0.01", "--json", "--explain"),
        (QUESTION, "--before", "2019"),
        (QUESTION, "--source", "Alhpa"),
        *(
            (QUESTION, "--min-probability", "0.01", "--format", name)
            for name in ("text", "csv", "ris", "html")
        ),
        ("--file", "{file}"),
        ("--file", "{file}", "--json"),
        ("--file", "{file}", "--min-probability", "0.01", "--format", "csv"),
    ],
    ids=" ".join,
)
def test_the_same_is_printed(
    run: Run, folder: Path, url: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "questions.txt").write_text(f"{QUESTION}\nWho is elected mayor?\n" * 5)
    named = [argument.format(file=tmp_path / "questions.txt") for argument in arguments]
    here, there = run("ask", *named, "--index", str(folder)), run("ask", *named, "--server", url)
    assert there[0] == here[0] in {0, 1}
    assert timeless(there[1]) == timeless(here[1]) != ""
    assert there[2] == here[2]


@pytest.mark.parametrize(
    "more", [(), ("--duplicates",), ("--json",), ("--format", "bibtex"), ("--before", "2019")]
)
def test_the_same_is_found(run: Run, folder: Path, url: str, more: tuple[str, ...]) -> None:
    words = partial(run, "search", "turbines", "--top", "2", *more)
    here, there = words("--index", str(folder)), words("--server", url)
    assert (there[0], timeless(there[1])) == (here[0], timeless(here[1]))


@pytest.mark.parametrize("more", [(), ("--format", "csv"), ("--words", "bridge", "--source", "alpha")])
def test_the_same_is_exported(
    run: Run, folder: Path, url: str, tmp_path: Path, more: tuple[str, ...]
) -> None:
    for output in ("-", str(tmp_path / "news.jsonl.gz")):
        export = partial(run, "export", "--output", output, *more)
        here, there = export("--index", str(folder)), export("--server", url)
        assert there == (here[0], re.sub(r'"origin": .*', '"origin": null}', here[1]), here[2])
    assert here[2].endswith(" exported to " + output + "\n")


def test_a_server_and_an_index_are_not_exported_together(run: Run, folder: Path, url: str) -> None:
    refused = run("export", "--server", url, "--index", str(folder))
    assert refused == (2, "", "--server and --index were given, and a server answers as it was started")


def test_a_key_from_a_file(run: Run, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUTGRAF_API_KEY")
    file = tmp_path / "key.txt"
    file.write_text(f"# the archive\n\ndesk:read={KEY}\n")
    shown = run(
        "ask", QUESTION, "--min-probability", "0.01", "--server", url, "--api-key-file", str(file), "--json"
    )
    assert json.loads(shown[1])["answers"][0]["text"] == "Reed"
    file.write_text("# none\n")
    refused = run("ask", QUESTION, "--server", url, "--api-key-file", str(file))
    assert refused == (2, "", f"--api-key-file {file} holds no key")
    missing = run("ask", QUESTION, "--server", url, "--api-key-file", str(tmp_path / "no.txt"))
    assert missing[2].startswith(f"--api-key-file {tmp_path}/no.txt cannot be read: ")


@pytest.mark.parametrize("key", ["", "fedcba9876543210"])
def test_a_wrong_key(run: Run, url: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUTGRAF_API_KEY", key)
    assert run("ask", QUESTION, "--server", url) == (2, "", "this server answers holders of an API key")


def test_something_else_at_the_address(run: Run) -> None:
    with serving() as web:
        said = run("ask", QUESTION, "--server", web.url)
    assert said[0] == 2
    assert said[2].startswith(f"{web.url} does not answer as nutgraf does: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--server", "archive.example"), "'archive.example' is no address of a server: it begins with http"),
        (("--server", "http://a.example", "--index", "x"), "--server and --index were given"),
        (("--server", "http://a.example", "--reader", "small"), "--server and --reader were given"),
        (("--api-key-file", "x"), "--api-key-file was given without --server"),
        (("--server", "http://a.example", "--top", "0"), "top 0 is not between 1 and 100"),
    ],
)
def test_options_that_exclude_each_other(run: Run, arguments: tuple[str, ...], message: str) -> None:
    code, _, said = run("ask", QUESTION, *arguments)
    assert (code, said[: len(message)]) == (2, message)


def test_settings_of_the_environment_are_of_this_machine(
    run: Run, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUTGRAF_INDEX", "/no/such/archive")
    monkeypatch.setenv("NUTGRAF_THREADS", "2")
    assert run("ask", QUESTION, "--server", url)[0] in {0, 1}


@pytest.mark.parametrize("command", [("--version",), ("ask", "--version")])
def test_the_version(run: Run, command: tuple[str, ...]) -> None:
    code, said, _ = run(*command)
    assert (code, said[:8]) == (0, "nutgraf ")


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("nutgraf ask --format b", ["bibtex"]),
        ("nutgraf ask --profile ", ["quick", "balanced", "thorough"]),
        ("nutgraf search --format csl", ["csl-json"]),
        ("nutgraf ask --reader sm", ["small"]),
        ("nutgraf ask --index {folder} --source B", ["Beta"]),
        ("nutgraf ask --index /no/such/archive --source B", []),
    ],
)
def test_values_are_completed(
    folder: Path, words: str, offered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = words.format(folder=folder)
    monkeypatch.setenv("_NUTGRAF_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
    shown = CliRunner().invoke(app, [], prog_name="nutgraf").stdout
    assert [line for line in shown.split("\n") if line] == offered
