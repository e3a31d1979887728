"""Damaged documents and messages, by the thousand: each must be read, or refused for a reason.

Documents of every type go through the worker processes, as everything that is indexed does; what comes out is
split into passages. Questions, cursors, JSON bodies, articles and messages of MCP go to the HTTP application,
with models without weights and a small archive. `benchmarks.faults.mutations` damages real ones.
"""

import base64
import csv
import gzip
import importlib
import io
import json
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.common import ROOT
from benchmarks.faults.children import Child, Report, outcome
from benchmarks.faults.contents import TinyModels, story
from benchmarks.faults.journal import Journal, Outcome
from benchmarks.faults.mutations import mutated, mutated_gzip, mutated_value, mutated_zip
from nutgraf.archive import Archive
from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.passages import PassageRule, split
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.settings import Settings
from tests.fakes import word_spans
from tests.unit.test_loaders_damaged import FILES
from tests.unit.test_loaders_formats import PRINTED, page, pdf, word
from tests.unit.test_loaders_odt import HEAD, PROPERTIES
from tests.unit.test_loaders_odt import zipped as odt
from tests.unit.test_loaders_rtf import INFO
from tests.unit.test_loaders_rtf import document as rtf

FINE = ("read", "refused", "died")
"""It was taken; it was refused for a reason; its parser died in a worker, which costs this document alone."""

HANG_S = 60.0
"""A request that takes so long is a hang; documents have the limit of their workers."""

_BATCH = 500  # requests that one child sends; its start takes as long as some 200 of them
_TOKENS = 256
_TEXTS = {"question": "question", "cursor": "cursor"}  # kind of request -> the field that is damaged
_TEXT_BYTES = 3_000
_PARSER_DIED = "its parser died ("
_TOO_LONG = "took longer than"
_BY_SYSTEM = ("SIG", "exit status", "PanicException", "it closed")  # ways to die that no Python code has
_JSON = {"Content-Type": "application/json"}
_MCP = {**_JSON, "Accept": "application/json, text/event-stream"}
_INSIDE = {
    **dict.fromkeys((".docx", ".epub", ".odt", ".zip"), mutated_zip),
    **dict.fromkeys((".jsonl.gz", ".tar.gz", ".warc.gz"), mutated_gzip),
}
_PRELOADED = ("faiss", "sentencex", "tantivy", "nutgraf.api.web.app", "nutgraf.indexer.embedded.writer")


class Fuzz:
    """A campaign of damaged inputs in a scratch folder; `run` fills the journal."""

    def __init__(self, scratch: Path, seed: int) -> None:
        for name in _PRELOADED:
            importlib.import_module(name)
        self._scratch, self._seed = scratch, seed
        self._archive = scratch / "archive"
        self._documents, self._requests = _documents(), _requests()

    def run(self, journal: Journal) -> None:
        """Damage and send until the journal is full or the time is over: documents and requests in turns."""
        outcome(self._make_archive)
        batch = min(_BATCH, 1 + journal.count // 2)  # a small campaign has some of both
        with WorkerPool() as pool:
            while journal.is_open:
                for _ in range(min(batch, journal.count - len(journal.outcomes))):
                    journal.add(self._document(pool, len(journal.outcomes)))
                numbers = range(len(journal.outcomes), min(journal.count, len(journal.outcomes) + batch))
                for result in self._sent(numbers):
                    journal.add(result)

    def _document(self, pool: WorkerPool, number: int) -> Outcome:
        """Damage a document and read it."""
        dice = random.Random(f"{self._seed} {number}")
        suffix = dice.choice(sorted(self._documents))
        same_type = dice.random() < 0.5
        other = self._documents[suffix if same_type else dice.choice(sorted(self._documents))]
        damage = dice.choice([_INSIDE.get(suffix, mutated), mutated])
        content = damage(dice.choice(self._documents[suffix]), dice.choice(other), dice)
        path = self._scratch / f"{number}{suffix}"
        path.write_bytes(content)
        files, skipped = discover([str(path)])
        items = [*skipped, *pool.files(files, LoadOptions())]
        name, why = max((_judged(item) for item in items), key=_badness, default=("refused", ""))
        if name in FINE:
            path.unlink()
        return Outcome(suffix, name, f"{path}: {why}" if why else "")

    def _make_archive(self, _: Report) -> None:
        with Archive(Settings(self._archive, threads=1), TinyModels()) as archive:
            archive.add([story("a0", 0), story("a1", 0)])

    def _sent(self, numbers: range) -> Iterator[Outcome]:
        """Damage requests of these numbers and send them from a child; yield what became of them."""
        inputs = [self._request(number) for number in numbers]
        archive = Path(shutil.copytree(self._archive, self._scratch / "served"))
        child = Child(lambda report: _send(archive, inputs, report))
        answered = 0
        for kind, _, content in inputs:
            report = next(child.reports(time.monotonic() + HANG_S), None)
            if report is None or "raised" in report:
                child.kill()
                details = f"{content!r:.300} {report}"
                yield Outcome(kind, "hang" if report is None else "traceback", details)
                break
            answered += 1
            yield Outcome(kind, report["name"], report["why"])
        for _ in child.reports():  # wait until it has closed the application
            pass
        child.wait()
        shutil.rmtree(archive)
        if answered + 1 < len(inputs):
            yield from self._sent(numbers[answered + 1 :])

    def _request(self, number: int) -> tuple[str, str, bytes]:
        """Return the kind, the path and the damaged body of a request."""
        dice = random.Random(f"{self._seed} {number}")
        kind, path, body = dice.choice(self._requests)
        _, _, other = dice.choice(self._requests)
        if kind in _TEXTS:  # a damaged text in a body that is whole
            text = mutated(body[_TEXTS[kind]].encode(), json.dumps(other).encode(), dice)
            body = {**body, _TEXTS[kind]: text[:_TEXT_BYTES].decode("utf-8", "surrogateescape")}
            return kind, path, json.dumps(body).encode()
        if dice.random() < 0.5:
            return kind, path, json.dumps(mutated_value(body, dice)).encode()
        return kind, path, mutated(json.dumps(body).encode(), json.dumps(other).encode(), dice)


def _send(archive: Path, inputs: list[tuple[str, str, bytes]], report: Report) -> None:
    """Send requests to the application, one after another, and report what it answers."""
    from fastapi.testclient import TestClient

    from nutgraf.api.web.app import Serving, create_app
    from nutgraf.api.web.guard import AccessRules

    serving = Serving(rules=AccessRules(per_minute=1_000_000))
    app = create_app(Archive(Settings(archive, threads=1), TinyModels()), serving)
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        for kind, path, content in inputs:
            response = client.post(path, content=content, headers=_MCP if kind == "message" else _JSON)
            failed = response.status_code >= 500 or '"defect"' in response.text
            name = "traceback" if failed else "read" if response.status_code < 300 else "refused"
            if not failed and response.status_code >= 400 and kind != "message":
                error = response.json()["error"]
                assert error["code"], error
                assert error["message"], error
            why = f"{response.status_code} {response.text[:300]} for {content!r:.300}" if failed else ""
            report({"name": name, "why": why})


def _judged(item: Article | Skipped) -> tuple[str, str]:
    """Return what became of a document or record, and why."""
    if isinstance(item, Skipped):
        if _TOO_LONG in item.reason:
            return "hang", item.reason
        cause = item.reason.partition(_PARSER_DIED)[2]
        if cause and not cause.startswith(_BY_SYSTEM):
            return "traceback", item.reason
        return ("died" if cause else "refused"), item.reason
    spans = split(item.text, item.title, PassageRule(), token_spans=_words, max_tokens=_TOKENS)
    whole = all(0 <= start < end <= len(item.text) for start, end in spans)
    return ("read", "") if whole else ("wrong", f"passages {spans} of {len(item.text)} characters")


def _badness(judged: tuple[str, str]) -> int:
    return (*FINE, "wrong", "hang", "traceback").index(judged[0])


def _words(texts: Any) -> Any:  # noqa: ANN401 - as `split` takes it
    return [word_spans(text) for text in texts]


def _documents() -> dict[str, list[bytes]]:
    """Return whole documents of every type, by suffix."""
    texts = [path.read_bytes() for path in sorted((ROOT / "seeds").glob("*.txt"))]
    records = [
        {
            "id": f"a{n}",
            "title": text.decode().split("\n")[0],
            "published": "2016-01-27",
            "text": text.decode(),
        }
        for n, text in enumerate(texts)
    ]
    lines = "\n".join(
        json.dumps(record, ensure_ascii=n % 2 == 0) for n, record in enumerate(records)
    ).encode()
    questions = (ROOT / "seeds" / "questions.jsonl").read_bytes()
    html = page('<meta property="article:published_time" content="2022-05-03T23:00:00-05:00">').encode()
    markdown = b"---\ntitle: Talks go on\ndate: 2022-05-03\n---\n# Talks\n\n" + texts[0]
    richer = {
        ".txt": texts,
        ".md": [markdown],
        ".html": [html],
        ".csv": [_table(records, ",")],
        ".tsv": [_table(records, "\t")],
        ".jsonl": [lines, questions],
        ".jsonl.gz": [gzip.compress(lines)],
        ".docx": [word()],
        ".odt": [odt(HEAD + "<text:p>The talks go on.</text:p>", properties=PROPERTIES)],
        ".rtf": [
            rtf(r"By Ann Lee\par January 27, 2016\par The talks go on.{\footnote For weeks.}", info=INFO)
        ],
        ".pdf": [pdf(["Talks to go on", "By Ann Lee", "January 27, 2016", *PRINTED], "Talks")],
    }
    return {suffix: [content, *richer.get(suffix, [])] for suffix, content in FILES.items()}


def _table(records: list[dict[str, str]], delimiter: str) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, [*records[0]], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return file.getvalue().encode()


def _requests() -> list[tuple[str, str, dict[str, Any]]]:
    """Return the kind, the path and the body of whole requests."""
    question = "What does version 0 say about the harbour?"
    filters = {"question": question, "after": "2016-01", "as_of": "last week", "source": ["The Post"]}
    cursor = base64.urlsafe_b64encode(b"10.0123456789abcdef.0123456789abcdef.24.24").decode()
    call = {"name": "ask", "arguments": filters}
    rpc: dict[str, Any] = {"jsonrpc": "2.0", "id": 1}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    return [
        ("question", "/v1/ask", {"question": question, "top": 3}),
        ("cursor", "/v1/search", {"question": question, "cursor": cursor}),
        ("body", "/v1/ask", {**filters, "top": 2, "min_probability": 0.5}),
        ("body", "/v1/ask/batch", {"questions": [{"question": question}, filters]}),
        ("body", "/v1/search", {**filters, "top": 5}),
        (
            "article",
            "/v1/articles",
            {
                "id": "x",
                "title": "A title",
                "text": "It rained in Tarn.",
                "url": "https://ex.com/a",
                "published": "2016-01-27",
                "authors": ["Ann Lee"],
            },
        ),
        ("message", "/mcp", {**rpc, "method": "initialize", "params": hello}),
        ("message", "/mcp", {**rpc, "method": "tools/call", "params": call}),
        ("message", "/mcp", {**rpc, "method": "tools/list"}),
    ]
