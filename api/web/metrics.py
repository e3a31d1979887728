"""The figures of a server for dashboards, in the text format of Prometheus."""

from collections.abc import Callable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from nutgraf.opening import OpenIndex
from nutgraf.qa.result import QuestionResult

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STAGES = ("encode", "retrieve", "read", "total")
_GAUGES = {
    "waiting_questions": "Questions that wait for a worker.",
    "index_articles": "Articles in the index.",
    "index_passages": "Passages in the index.",
    "index_unpublished_passages": "Passages stored since the last generation.",
    "index_encoded_passages": "Passages that have vectors; the others are found by their words alone.",
    "index_generation": "The generation that answers.",
}
_Call = Callable[[], float]


class Metrics:
    """The figures of one application; two applications in one process have separate figures."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "nutgraf_request_seconds",
            "From a request's arrival to its last byte.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._stages = Histogram(
            "nutgraf_stage_seconds",
            "What the stages of answering a question took, its share of what was done for several.",
            ["stage"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._batches = Histogram(
            "nutgraf_batch_questions",
            "Questions answered together.",
            buckets=(1, 2, 4, 8, 16, 32),
            registry=self._registry,
        )
        self._questions = Counter(
            "nutgraf_questions", "Questions by outcome.", ["outcome"], registry=self._registry
        )
        self._gauges = {
            name: Gauge(f"nutgraf_{name}", help_text, registry=self._registry)
            for name, help_text in _GAUGES.items()
        }

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is the pattern of a path, never a path with an id."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def batch(self, size: int) -> None:
        """Count a batch."""
        self._batches.observe(size)

    def asked(self, result: QuestionResult) -> None:
        """Count a question and its stages."""
        code = result.abstention.code if result.abstention else "answered"
        self._questions.labels(code).inc()
        for stage in _STAGES:
            self._stages.labels(stage).observe(getattr(result.timing, stage) / 1e3)

    def watch(self, waiting: _Call, opened: Callable[[], OpenIndex]) -> None:
        """Read the queue and the index through these functions whenever the figures are shown."""
        calls: dict[str, _Call] = {
            "waiting_questions": waiting,
            "index_articles": lambda: opened().index.state.counts.articles,
            "index_passages": lambda: opened().index.state.counts.passages,
            "index_unpublished_passages": lambda: opened().index.state.unpublished_passages,
            "index_encoded_passages": lambda: opened().index.state.encoded_passages,
            "index_generation": lambda: opened().index.state.generation,
        }
        for name, read in calls.items():
            self._gauges[name].set_function(read)

    def text(self) -> bytes:
        """Return all figures in the text format of Prometheus."""
        text: Any = generate_latest(self._registry)
        return bytes(text)
