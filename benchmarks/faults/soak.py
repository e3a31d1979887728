"""A server under hours of traffic at a share of what it can do: every request is answered, and nothing grows.

The capacity is measured first, by clients that ask one question after another. Then requests come at random
moments, whether or not earlier ones were answered: questions, whose answers must stay those of the first
minute; searches, articles and pages; posted and removed articles, each of which makes the server open a new
generation; runs of `nutgraf index` beside it; and clients that leave before their answer. The memory of the
server and of its workers, and the server's handles, are read every few seconds.
"""

import itertools
import json
import math
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import NamedTuple

import httpx
import numpy as np

from benchmarks.common import print_table
from benchmarks.faults.contents import story
from benchmarks.faults.flips import QUESTIONS, built
from benchmarks.faults.journal import Journal, Outcome

FINE = ("done", "locked", "left")
"""`locked`: another process writes to the archive at that moment, and the answer says so."""

CLIENTS = 32
"""Requests under way at a time. Fewer wait at 80 % of the capacity; where a server hangs, all of them do."""

CAPACITY_SECONDS = 30.0
SAMPLE_SECONDS = 5.0
WARM_UP = 0.1
"""The share of the time that the lines through memory and handles leave out."""

JUDGED_SECONDS = 600.0
"""Shorter runs are not judged by what grows: caches fill, and threads start, in the first minutes."""

_ASKERS = 8  # that measure the capacity
_POSTED = 200  # articles that are posted, changed and removed again and again
_INDEXED = 20  # articles of the file that `nutgraf index` reads
_INDEX_SECONDS = 60.0
_BLOCKS = 20  # of samples, whose means are fitted: neighbouring samples are not independent
_TIMEOUT_S = 60.0
_WEIGHTS = {"ask": 70, "search": 8, "read": 6, "page": 2, "post": 6, "remove": 3, "leave": 5}


class Slope(NamedTuple):
    """How much a figure grows in an hour, and the standard error of that."""

    per_hour: float
    error: float

    @property
    def is_flat(self) -> bool:
        """Whether the growth is within two standard errors of none."""
        return self.per_hour <= 2 * self.error


def slope(seconds: Sequence[float], figures: Sequence[float]) -> Slope:
    """Fit a line to the means of blocks of neighbouring figures.

    >>> round(slope([0, 1200, 2400, 3600], [5, 6, 7, 8]).per_hour, 6)
    3.0
    """
    blocks = min(_BLOCKS, len(seconds))
    hours = np.array([part.mean() for part in np.array_split(np.asarray(seconds, float), blocks)]) / 3600
    means = np.array([part.mean() for part in np.array_split(np.asarray(figures, float), blocks)])
    spread = hours - hours.mean()
    per_hour = float((spread * means).sum() / (spread**2).sum())
    residuals = means - means.mean() - per_hour * spread
    error = math.sqrt(float((residuals**2).sum()) / max(blocks - 2, 1) / float((spread**2).sum()))
    return Slope(per_hour, error)


@dataclass(slots=True)
class Samples:
    """Readings of the server: seconds since the start, memory in MB with its workers', and handles."""

    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    handles: list[float] = field(default_factory=list)

    def read(self, pid: int, seconds: float) -> None:
        """Add a reading; of a server that ended there is none."""
        try:
            memory, handles = _memory_mb(pid), float(len([*Path(f"/proc/{pid}/fd").iterdir()]))
        except OSError:
            return
        self.seconds.append(seconds)
        self.memory.append(memory)
        self.handles.append(handles)


@contextmanager
def serving(folder: Path) -> "Iterator[tuple[subprocess.Popen[bytes], str]]":
    """Run `nutgraf serve` on a free port; give its process and address when it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "nutgraf", "serve", "--index", str(folder), "--port", str(port)]
    with subprocess.Popen([*command, "--rate", "1000000"], stderr=subprocess.DEVNULL) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            while server.poll() is None and not _is_ready(url):
                time.sleep(0.2)
            yield server, url
        finally:
            server.terminate()


class Soak:
    """The traffic of one run, against a server of its own."""

    def __init__(self, scratch: Path, articles: Path, seed: int, share: float) -> None:
        self._scratch = scratch
        self._articles = articles
        self._dice = random.Random(seed)
        self._share = share
        self._versions = itertools.count(1)
        self._lock = Lock()
        self._latencies: list[float] = []

    def run(self, journal: Journal, seconds: float) -> int:
        """Send the traffic for so many seconds, print what came of it, return 1 if a promise was broken."""
        folder = built(self._scratch, self._articles)
        with serving(folder) as (server, url):
            with self._connected(url) as client:
                listed = client.get("/v1/articles").raise_for_status().json()["articles"]
                self._ids = [article["id"] for article in listed]
                self._answers = {question: _answer(client, question) for question in QUESTIONS}
            self._url, self._folder = url, folder
            rate = self._share * self._capacity(min(CAPACITY_SECONDS, seconds))
            samples = self._traffic(journal, rate, seconds, server.pid)
            if server.poll() is not None:
                journal.add(Outcome("server", "ended", f"exit status {server.returncode}"))
        return self._show(journal, rate, samples)

    def _connected(self, url: str) -> httpx.Client:
        return httpx.Client(base_url=url, timeout=_TIMEOUT_S)

    def _capacity(self, seconds: float) -> float:
        """Return how many questions a second are answered where each client asks one after another."""
        until = time.monotonic() + seconds

        def ask(first: int) -> int:
            answered = 0
            with self._connected(self._url) as client:
                while time.monotonic() < until:
                    _answer(client, QUESTIONS[(first + answered) % len(QUESTIONS)])
                    answered += 1
            return answered

        with ThreadPoolExecutor(_ASKERS) as pool:
            return sum(pool.map(ask, range(_ASKERS))) / seconds

    def _traffic(self, journal: Journal, rate: float, seconds: float, pid: int) -> Samples:
        samples, over = Samples(), Event()
        self._due = began = time.monotonic()
        with ThreadPoolExecutor(CLIENTS + 1) as pool:
            clients = [pool.submit(self._client, rate, began + seconds, journal) for _ in range(CLIENTS)]
            indexing = pool.submit(self._index, over, journal)
            while (passed := time.monotonic() - began) < seconds:
                samples.read(pid, passed)
                time.sleep(min(SAMPLE_SECONDS, seconds / (2 * _BLOCKS)))
            over.set()
            for future in (*clients, indexing):
                future.result()
        return samples

    def _client(self, rate: float, until: float, journal: Journal) -> None:
        """Send one request after another, each when it is due."""
        actions: dict[str, Callable[[httpx.Client], str]] = {
            "ask": self._ask,
            "search": lambda client: _outcome(client.get("/v1/search", params={"q": "missile defense"})),
            "read": lambda client: _outcome(client.get(f"/v1/articles/{self._dice.choice(self._ids)}")),
            "page": lambda client: _outcome(client.get("/", params={"q": QUESTIONS[0]})),
            "post": self._post,
            "remove": self._remove,
            "leave": self._leave,
        }
        with self._connected(self._url) as client:
            while True:
                with self._lock:
                    self._due = due = self._due + self._dice.expovariate(rate)
                    kind = self._dice.choices([*_WEIGHTS], [*_WEIGHTS.values()])[0]
                if due > until:
                    return
                time.sleep(max(0.0, due - time.monotonic()))
                try:
                    outcome = actions[kind](client)
                except (httpx.HTTPError, OSError, ValueError, KeyError) as error:
                    outcome = f"{type(error).__name__}: {error}"
                with self._lock:
                    if kind == "ask":
                        self._latencies.append(time.monotonic() - due)
                    is_fine = outcome in FINE
                    journal.add(Outcome(kind, outcome if is_fine else "failed", "" if is_fine else outcome))

    # --- requests -----------------------------------------------------------------------------------------

    def _ask(self, client: httpx.Client) -> str:
        question = self._dice.choice(QUESTIONS)
        response = client.post("/v1/ask", json={"question": question})
        if not response.is_success:
            return _outcome(response)
        answer = _text(response)
        expected = self._answers[question]
        return "done" if answer == expected else f"answered {answer!r}, at first {expected!r}"

    def _post(self, client: httpx.Client) -> str:
        article = story(f"soak-{self._dice.randrange(_POSTED)}", next(self._versions))
        body = {"id": article.id, "title": article.title, "text": article.text}
        return _outcome(client.post("/v1/articles", json=body))

    def _remove(self, client: httpx.Client) -> str:
        response = client.delete(f"/v1/articles/soak-{self._dice.randrange(_POSTED)}")
        return "done" if response.status_code == httpx.codes.NOT_FOUND else _outcome(response)

    def _leave(self, client: httpx.Client) -> str:
        """Send a question, or a part of one, and close the connection."""
        url = client.base_url
        body = json.dumps({"question": self._dice.choice(QUESTIONS)})
        head = f"POST /v1/ask HTTP/1.1\r\nHost: {url.netloc.decode()}\r\nContent-Type: application/json\r\n"
        sent = f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
        with socket.create_connection((url.host, url.port or 80), timeout=_TIMEOUT_S) as connection:
            connection.sendall(sent[: self._dice.randrange(1, len(sent) + 1)])
            time.sleep(self._dice.random() / 10)
        return "left"

    def _index(self, over: Event, journal: Journal) -> None:
        """Run `nutgraf index` every minute, on a file that has changed."""
        file = self._scratch / "indexed.jsonl"
        command = [sys.executable, "-m", "nutgraf", "index", str(file), "--index", str(self._folder)]
        for version in itertools.count(1):
            articles = [story(f"indexed-{number}", version) for number in range(_INDEXED)]
            lines = [json.dumps({"id": a.id, "title": a.title, "text": a.text}) for a in articles]
            file.write_text("\n".join(lines), encoding="utf-8")
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            is_locked = "index_locked" in done.stderr or "another process" in done.stderr
            outcome = "done" if done.returncode == 0 else "locked" if is_locked else "failed"
            with self._lock:
                details = done.stderr[-500:] if outcome == "failed" else ""
                journal.add(Outcome("nutgraf index", outcome, details))
            if over.wait(_INDEX_SECONDS):
                return

    # --- figures ------------------------------------------------------------------------------------------

    def _show(self, journal: Journal, rate: float, samples: Samples) -> int:
        broken = journal.show(f"requests, {rate:.2f} a second, {self._share:.0%} of the capacity", FINE)
        if self._latencies:
            p50, p95, longest = np.percentile(self._latencies, [50, 95, 100])
            print(f"a question took {p50:.2f} s at the median, {p95:.2f} s p95, {longest:.2f} s at most")
        first = int(WARM_UP * len(samples.seconds))
        rows = []
        for name, figures in (("memory, MB", samples.memory), ("handles", samples.handles)):
            if len(figures) - first <= 2:
                continue
            fitted = slope(samples.seconds[first:], figures[first:])
            last = figures[first:]
            rows.append([name, min(last), float(np.median(last)), max(last), *map("{:+.2f}".format, fitted)])
            broken |= samples.seconds[-1] >= JUDGED_SECONDS and not fitted.is_flat
        columns = ["", "least", "median", "most", "growth an hour", "its error"]
        print_table(f"the server, {len(samples.seconds):,} readings", columns, rows)
        return broken


def _answer(client: httpx.Client, question: str) -> str | None:
    return _text(client.post("/v1/ask", json={"question": question}).raise_for_status())


def _text(response: httpx.Response) -> str | None:
    answers = response.json()["answers"]
    return answers[0]["text"] if answers else None


def _outcome(response: httpx.Response) -> str:
    if response.is_success:
        return "done"
    if response.status_code == httpx.codes.CONFLICT and "index_locked" in response.text:
        return "locked"
    return f"{response.status_code} {response.text[:300]}"


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.HTTPError:
        return False


def _memory_mb(pid: int) -> float:
    """Return the resident memory of a process and its children in MB, shared pages in equal parts."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = [child for thread in threads for child in thread.read_text().split()]
    total = 0.0
    for process in (str(pid), *children):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:  # a worker that was just replaced
            continue
        total += next(int(line.split()[1]) / 1e3 for line in rollup.splitlines() if line.startswith("Pss:"))
    return total
