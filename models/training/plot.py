"""Draws the log of a run: loss, learning rate and development scores by step."""

import json
from collections.abc import Iterable
from pathlib import Path

from nutgraf.models.errors import ModelError

_SCORES = {
    **{"alone": "its own window", "among": "own and other windows", "null": "others refused"},
    **{"recall_1": "recall@1", "recall_5": "recall@5", "mrr_10": "MRR@10", "sum_1": "recall@1 with BM25"},
}
"""What the scores of a reader and of an encoder are called in the picture."""


def plot(log: Path, out: Path) -> None:
    """Draw the log to the file `out`, whose suffix (.svg or .png) decides the format.

    Raises ModelError if the log cannot be read or holds no steps.
    """
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    lines = _lines(log)
    losses = _by_step(line for line in lines if "loss" in line)
    scores = _by_step(line for line in lines if "loss" not in line)
    if not losses:
        raise ModelError(f"{log}: holds no steps yet", hint="train first")
    figure, (above, below) = pyplot.subplots(2, 1, sharex=True, figsize=(8, 6), layout="constrained")
    steps = [line["step"] for line in losses]
    above.plot(steps, [line["loss"] for line in losses], color="#1f4e79")
    above.set_ylabel("loss, nats")
    above.set_ylim(bottom=0, top=1.1 * max(line["loss"] for line in losses[1:] or losses))
    rate = above.twinx()
    rate.plot(steps, [line["rate"] for line in losses], color="#b0b0b0", linestyle="--")
    rate.set_ylabel("learning rate (dashed)")
    for name, label in _SCORES.items():
        if points := [(line["step"], 100 * line[name]) for line in scores if name in line]:
            below.plot(*zip(*points, strict=True), marker="o", label=label)
    below.set_ylabel("held-out questions, %")
    below.set_xlabel("step")
    below.set_ylim(0, 100)
    if scores:
        below.legend(loc="lower right")
    for axes in (above, below):
        axes.grid(alpha=0.3)
    figure.savefig(out, dpi=120, metadata={"Date": None} if out.suffix == ".svg" else None)
    pyplot.close(figure)


def _lines(log: Path) -> list[dict[str, float]]:
    """Return the lines of a log, without a last line that a kill left incomplete."""
    try:
        written = log.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"{log}: cannot be read: {error.strerror}", hint="name the folder of a run: --run FOLDER"
        ) from error
    return [json.loads(line) for line in written[: written.rfind("\n") + 1].splitlines()]


def _by_step(lines: Iterable[dict[str, float]]) -> list[dict[str, float]]:
    """Return the last line of each step, since a run that was resumed wrote some steps twice."""
    latest = {line["step"]: line for line in lines}
    return [latest[step] for step in sorted(latest)]
