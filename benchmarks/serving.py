"""What the HTTP server adds, and what answering together brings under load.

    python -m benchmarks.serving [--index .bench/news] [--seconds 60] [--clients 32]

First one client: the server's time for a question beside that of a direct library call. Then `wrk` (Debian's
package `wrk`) with many clients at once, against the same server with and without batches, in turns, since a
machine is noisy.
"""

import argparse
import gzip
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np

from benchmarks.common import CACHE, DATA, THREADS, need, print_table
from nutgraf.archive import open_for_reading
from nutgraf.settings import Settings

PORT = 8197
URL = f"http://127.0.0.1:{PORT}"
TURNS = 2
SCRIPT = """
local bodies = {BODIES}
local at = 0
request = function()
  at = at % #bodies + 1
  return wrk.format("POST", "/v1/ask", {["Content-Type"] = "application/json"}, bodies[at])
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("FIGURES %d %d %d %f %f\\n", summary.requests, summary.duration,
    e.status + e.read + e.write + e.connect + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000))
end
"""


def questions(count: int) -> list[str]:
    """Return a fixed sample of the quiz's questions."""
    with gzip.open(need(DATA / "news" / "questions.jsonl.gz"), "rt", encoding="utf-8") as lines:
        return random.Random(0).sample([json.loads(line)["question"] for line in lines], count)


@contextmanager
def serving(index: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `nutgraf serve` for as long as it is needed."""
    command = [sys.executable, "-m", "nutgraf", "serve", "--index", str(index), "--port", str(PORT)]
    command += ["--threads", str(THREADS), "--rate", "1000000", *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(600):
                try:
                    httpx.get(f"{URL}/readyz").raise_for_status()
                    break
                except httpx.HTTPError:
                    time.sleep(0.1)
            yield server
        finally:
            server.terminate()


def overhead(index: Path, asked: Sequence[str]) -> None:
    """Ask each question over HTTP and directly, one after the other."""
    rows: dict[str, list[float]] = {"library": [], "HTTP": []}
    with (
        serving(index),
        httpx.Client(base_url=URL) as client,
        open_for_reading(Settings(index=index, threads=THREADS)) as opened,
    ):
        for number, question in enumerate(asked):
            began = time.perf_counter()
            opened.answerer.ask(question)
            between = time.perf_counter()
            client.post("/v1/ask", json={"question": question}).raise_for_status()
            if number >= 10:
                rows["library"].append((between - began) * 1e3)
                rows["HTTP"].append((time.perf_counter() - between) * 1e3)
    table = [[name, float(np.median(t)), float(np.percentile(t, 95))] for name, t in rows.items()]
    print_table(f"one client, {len(rows['HTTP'])} questions, ms", ["", "p50", "p95"], table)


def loaded(index: Path, asked: Sequence[str], batch: int, clients: int, seconds: int) -> list[float]:
    """Return asks a second, p50 and p95 in ms, and failures."""
    bodies = ", ".join(json.dumps(json.dumps({"question": question})) for question in asked)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script, serving(index, "--batch", str(batch)):
        script.write(SCRIPT.replace("BODIES", bodies))
        script.flush()
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", script.name, URL]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"FIGURES (\d+) (\d+) (\d+) (\S+) (\S+)", printed)
    assert found, printed
    done, microseconds, failed = (int(found[n]) for n in (1, 2, 3))
    return [1e6 * done / microseconds, float(found[4]), float(found[5]), float(failed)]


def main() -> None:
    """Measure both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, default=CACHE / "news")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--clients", type=int, default=32)
    given = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    asked = questions(210)
    overhead(given.index, asked)
    rows = []
    for turn in range(TURNS):
        for batch in (16, 1):
            figures = loaded(given.index, asked, batch, given.clients, given.seconds)
            rows.append([f"batches of up to {batch}, turn {turn + 1}", *figures])
    columns = ["", "asks/s", "p50 ms", "p95 ms", "failed"]
    print_table(f"{given.clients} clients, {given.seconds} s each", columns, rows)


if __name__ == "__main__":
    main()
