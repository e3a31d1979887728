"""The work of `nutgraf calibrate`: ask questions whose answers are known, fit, measure, keep the result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.api.terminal.progress import counting_bar
from nutgraf.archive import open_for_reading
from nutgraf.engines import engine_of
from nutgraf.errors import BadOption
from nutgraf.index_calibration import IndexCalibration, own_object, remove_own, write_own
from nutgraf.indexer.errors import SourceError
from nutgraf.opening import OpenIndex
from nutgraf.qa.evaluate.fitting import (
    LEAST_OUTCOMES,
    LEAST_QUESTIONS,
    Trial,
    cross_validated,
    figures,
    fitted,
    judged,
)
from nutgraf.qa.evaluate.labels import LabelledQuestion, load_labelled
from nutgraf.qa.evaluate.trials import outcomes
from nutgraf.settings import Settings


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """A fitted calibration, the number of its trials, and the place that keeps it (None: a dry run)."""

    file: Path
    own: IndexCalibration
    answerable: int
    unanswerable: int
    written: str | None


def calibrate(
    settings: Settings, file: Path | None, false_answers: float, *, dry_run: bool
) -> CalibrationReport:
    """Fit the calibration of the settings' index, and keep it with the index unless it is a `dry_run`.

    Raises SourceError for questions that cannot be used or are too few, BadOption without a file, and what
    opening the index and the models raises.
    """
    if file is None:
        raise BadOption("no file of questions was given", hint="nutgraf calibrate QUESTIONS.jsonl")
    questions = load_labelled(file)
    _check_count(file, questions)
    with open_for_reading(settings) as opened:
        trials = _trials(opened, questions)
        _check_trials(file, trials)
        own = _fitted(opened, trials, len(questions), false_answers)
        answerable = sum(trial.answerable for trial in trials)
        written = None if dry_run else write_own(settings.index, own)
        return CalibrationReport(file, own, answerable, len(trials) - answerable, written)


def reset(settings: Settings) -> bool:
    """Remove the index's own calibration; return whether it had one.

    Raises what `Engine.check_published` raises.
    """
    engine_of(settings.index).check_published()
    return remove_own(settings.index)


def _trials(opened: OpenIndex, questions: Sequence[LabelledQuestion]) -> list[Trial]:
    with counting_bar("asking", len(questions)) as advance:
        trials: list[Trial] = []
        for batch in outcomes(opened.answerer, opened.index, questions):
            trials += batch
            advance(len({trial.question for trial in batch}))
        return trials


def _fitted(
    opened: OpenIndex, trials: Sequence[Trial], questions: int, false_answers: float
) -> IndexCalibration:
    return IndexCalibration(
        reader=opened.reader.id,
        reader_sha256=opened.reader.sha256,
        length_cost=opened.reader.length_cost,
        encoder=opened.index.state.encoder,
        rules=opened.answerer.profile.rules(),
        calibration=fitted(trials, false_answers),
        made=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        questions=questions,
        false_answers=false_answers,
        before=figures(judged(opened.calibration.calibration, trials)),
        after=figures(cross_validated(trials, false_answers)),
    )


def _check_count(file: Path, questions: Sequence[LabelledQuestion]) -> None:
    if len(questions) < LEAST_QUESTIONS:
        raise SourceError(
            f"{file} holds {len(questions)} questions; at least {LEAST_QUESTIONS} are needed",
            hint="write more questions, most of them with an answer in the archive, some without",
        )


def _check_trials(file: Path, trials: Sequence[Trial]) -> None:
    counts = {
        "right answers": sum(trial.right for trial in trials),
        "questions asked with no answer in the archive": sum(
            trial.features is not None and not trial.answerable for trial in trials
        ),
    }
    for name, count in counts.items():
        if count < LEAST_OUTCOMES:
            raise SourceError(
                f"{file} led to {count} {name}; at least {LEAST_OUTCOMES} are needed",
                hint="write more questions: with answers that stand in the archive, and some without",
            )


def report_object(report: CalibrationReport) -> dict[str, Any]:
    """Return a report as JSON-ready data; shares are from 0 to 1."""
    return {
        "file": report.file.name,
        "answerable": report.answerable,
        "unanswerable": report.unanswerable,
        **own_object(report.own),
        "written": report.written,
    }


def print_report(report: CalibrationReport) -> None:
    """Print the figures before and after the fit, the threshold, and the place that keeps the calibration."""
    out, own = console(), report.own
    out.print(Text(f"{own.questions:,} questions of {visible(report.file.name)}", style="bold"))
    asks = f"asked {report.answerable:,} times with an answer in the archive, {report.unanswerable:,} without"
    out.print(Text(asks, style="dim"))
    out.print(Text(f"{'':<32}{'before':>10}{'after':>10}"))
    for name, label in _LABELS.items():
        values = (getattr(figures, name) for figures in (own.before, own.after))
        out.print(Text(f"{label:<32}" + "".join(f"{_shown(name, value):>10}" for value in values)))
    out.print(Text("after: each fifth of the questions by a fit to the other four", style="dim"))
    out.print(Text(f"threshold {own.calibration.threshold:.4f}"))
    if report.written is None:
        out.print("nothing was written")
    else:
        out.print(Text(f"written to {visible(report.written)}; answers are given by it from now on"))


_LABELS = {
    "ece": "expected calibration error",
    "coverage": "answered",
    "right": "  right of those",
    "false_answers": "answered, with no answer there",
}


def _shown(name: str, value: float) -> str:
    return f"{value:.3f}" if name == "ece" else f"{value:.1%}"
