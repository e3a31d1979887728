"""Draws the plot of an evaluation: risk by coverage, and how well the probabilities are calibrated."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nutgraf.api.terminal.console import visible
from nutgraf.indexer.errors import StorageFailed
from nutgraf.qa.evaluate.metrics import RIGHT_F1
from nutgraf.qa.evaluate.risk_coverage import RiskCoverage, best_possible
from nutgraf.qa.evaluate.scores import ReliabilityBin

# The colours of Okabe and Ito, which colour-blind people can tell apart, too.
_BLUE, _ORANGE, _GREY, _INK = "#0072B2", "#D55E00", "#767676", "#222222"
_STYLE = {
    "font.size": 12,
    "font.family": "DejaVu Sans",  # comes with matplotlib, so the picture is the same everywhere
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "svg.hashsalt": "nutgraf",  # makes the file the same for the same figures
}
_PANEL_INCHES = (6.4, 5.8)


def plot_abstaining(gain: RiskCoverage, title: str, path: Path) -> None:
    """Draw the curve, and the bins where there are any, to a .svg or .png file.

    Raises StorageFailed where it cannot be written. In an SVG the curve's line has the id `risk-coverage`.
    """
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    panels = 2 if gain.bins else 1
    with matplotlib.rc_context(_STYLE):
        width, height = _PANEL_INCHES
        figure, axes = pyplot.subplots(
            1, panels, figsize=(width * panels, height), layout="constrained", squeeze=False
        )
        figure.suptitle(visible(title), x=0.01, ha="left", fontsize=11, color=_GREY, parse_math=False)
        _draw_risk(axes[0][0], gain)
        if gain.bins:
            figure.get_layout_engine().set(wspace=0.06)
            _draw_reliability(axes[0][1], gain.bins)
        try:
            figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise StorageFailed(
                f"--plot {path} cannot be written: {error.strerror}",
                hint="name a file in a folder that exists",
            ) from error
        finally:
            pyplot.close(figure)


def _draw_risk(axes: Any, gain: RiskCoverage) -> None:  # noqa: ANN401 - matplotlib has no types
    best = best_possible(np.array(gain.right))
    coverage, risk = 100 * gain.curve.coverage, 100 * gain.curve.risk
    axes.fill_between(coverage, risk, color=_BLUE, alpha=0.1, linewidth=0)
    axes.plot(coverage, risk, color=_BLUE, linewidth=2.2, label="in order of confidence", gid="risk-coverage")
    dotted = {"color": _GREY, "linestyle": ":", "linewidth": 1.8}
    axes.plot(
        100 * best.coverage,
        100 * best.risk,
        **dotted,
        label="in the best possible order",
        gid="best-possible",
    )
    axes.axhline(risk[-1], color=_GREY, linestyle="--", linewidth=1.4, label="in random order")
    axes.plot(
        [100 * gain.answered],
        [100 * gain.wrong],
        marker="o",
        markersize=9,
        color=_ORANGE,
        linestyle="none",
        label=f"threshold: {gain.answered:.0%} answered",
        gid="threshold",
    )
    axes.set_title("How often is it wrong, when only the surest are answered?")
    axes.set_xlabel("questions answered, %")
    axes.set_ylabel(f"of those, wrong (F1 below {RIGHT_F1}), %")
    axes.set_xlim(0, 100)
    axes.set_ylim(0, min(103.0, max(10.0, 1.15 * float(risk.max()))))
    _put_legend(axes)


def _draw_reliability(axes: Any, bins: Sequence[ReliabilityBin]) -> None:  # noqa: ANN401 - matplotlib has no types
    right = [100 * b.right for b in bins]
    widths = [100 * (b.high - b.low) for b in bins]
    axes.bar(
        [100 * b.low for b in bins], right, widths, align="edge", color=_BLUE, alpha=0.2, edgecolor="white"
    )
    axes.plot([0, 100], [0, 100], color=_GREY, linestyle="--", linewidth=1.4, label="as it should be")
    axes.plot(
        [100 * b.probability for b in bins],
        right,
        marker="o",
        markersize=8,
        color=_BLUE,
        linestyle="none",
        clip_on=False,
        label="as it is, with the questions of each step",
        gid="reliability",
    )
    behind = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.6}  # the line may pass there
    for b, height in zip(bins, right, strict=True):
        axes.annotate(
            f"{b.count:,}",
            (100 * b.probability, height),
            xytext=(0, 10),
            textcoords="offset points",
            ha="center",
            fontsize=11,
            bbox=behind,
        )
    axes.set_title("Can the probability be trusted?")
    axes.set_xlabel("probability given, %")
    axes.set_ylabel(f"of those, right (F1 of {RIGHT_F1} or more), %")
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 109)
    _put_legend(axes)


def _put_legend(axes: Any) -> None:  # noqa: ANN401 - matplotlib has no types
    """Put the legend below the axes, where it hides no data."""
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, columnspacing=1.5)
