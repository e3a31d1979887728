"""What `nutgraf eval` does: ask what was not asked yet, keep every answer, sum up; write the files wanted."""

from pathlib import Path

from nutgraf.api.evaluation.report import EvalReport
from nutgraf.api.evaluation.request import EXTRA, EvalRequest, checked_task
from nutgraf.api.evaluation.tasks import Task, open_task
from nutgraf.api.terminal.progress import counting_bar
from nutgraf.qa.evaluate.ranking import available
from nutgraf.qa.evaluate.records import Journal, Record, check_resumable
from nutgraf.qa.evaluate.risk_coverage import abstaining
from nutgraf.qa.evaluate.runs import write_run
from nutgraf.settings import Settings


def evaluate(settings: Settings, wanted: EvalRequest) -> EvalReport:
    """Evaluate, going on from the answers that the per-question file holds already.

    Raises SourceError (bad questions, a per-question file of another run), BadOption, StorageFailed, and what
    opening the models and the index raises.
    """
    name = checked_task(wanted)
    if wanted.per_question is not None:
        check_resumable(wanted.per_question, name)  # before an archive is indexed for an hour
    with open_task(name, settings, wanted) as task:
        records = _collected(wanted.per_question, task)
        figures = task.figures(records)
    read = name in {"reading", "open", "news"}
    return EvalReport(
        task=name,
        file=wanted.file,
        sha256=task.sha256,
        questions=len(records),
        of=task.of,
        models=task.models,
        figures=figures,
        records=records,
        abstaining=abstaining(records) if read else None,
        notices=[] if name == "reading" or available() else [f"figures of retrieval are left out: {EXTRA}"],
    )


def write_files(report: EvalReport, wanted: EvalRequest) -> None:
    """Write the run and the plot that were asked for; raises StorageFailed."""
    if wanted.run is not None:
        write_run(wanted.run, {record.id: record.ranking for record in report.records})
    if wanted.plot is not None and report.abstaining is not None:
        from nutgraf.api.evaluation.plot import plot_abstaining

        plot_abstaining(report.abstaining, _title(report), wanted.plot)


def _collected(per_question: Path | None, task: Task) -> list[Record]:
    """Answer what the per-question file has no answer to yet; return all records in the questions' order."""
    made_by = {name: model.sha256 for name, model in task.models.items()}
    header = {"task": task.name, "questions": task.sha256, **made_by, **task.depends}
    questions = task.questions
    with Journal(per_question, header) as journal, counting_bar("asking", len(questions)) as advance:
        pending = [q for q in questions if q.id not in journal.done]
        advance(len(questions) - len(pending))
        for records in task.answer(pending):
            journal.add(records)
            advance(len(records))
        return [journal.done[q.id] for q in questions]


def _title(report: EvalReport) -> str:
    reader = report.models["reader"].id
    return f"{report.file.name}: {report.questions:,} questions, reader {reader}"
