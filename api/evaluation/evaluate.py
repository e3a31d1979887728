"""The work of `nutgraf eval`: ask the questions, keep every answer, sum up, and write the files."""

from pathlib import Path

from nutgraf import __version__
from nutgraf.api.evaluation.code_hash import code_sha256
from nutgraf.api.evaluation.report import EvalReport
from nutgraf.api.evaluation.request import EXTRA, EvalRequest, checked_task
from nutgraf.api.evaluation.tasks import Task, open_task
from nutgraf.api.terminal.progress import counting_bar
from nutgraf.qa.evaluate.kinds import count_kinds
from nutgraf.qa.evaluate.ranking import available
from nutgraf.qa.evaluate.records import Journal, Record, check_resumable
from nutgraf.qa.evaluate.risk_coverage import risk_coverage_of
from nutgraf.qa.evaluate.runs import write_run
from nutgraf.settings import Settings


def evaluate(settings: Settings, request: EvalRequest) -> EvalReport:
    """Evaluate, and go on from the answers that the per-question file holds already.

    Raises SourceError (bad questions, a per-question file of another run), BadOption, StorageFailed, and what
    opening the models and the index raises.
    """
    name = checked_task(request)
    if request.per_question is not None:
        check_resumable(request.per_question, name)  # before an archive is indexed, which can take an hour
    with open_task(name, settings, request) as task:
        records = _records(request.per_question, task)
        figures = task.figures(records)
    with_reader = name in {"reading", "open", "news"}
    return EvalReport(
        task=name,
        file=request.file,
        sha256=task.sha256,
        questions=len(records),
        of=task.of,
        models=task.models,
        figures=figures,
        records=records,
        abstaining=risk_coverage_of(records) if with_reader else None,
        kinds=count_kinds(records) if with_reader else (),
        notices=[] if name == "reading" or available() else [f"figures of retrieval are left out: {EXTRA}"],
    )


def write_files(report: EvalReport, request: EvalRequest) -> None:
    """Write the run and the plot of the request; raises StorageFailed."""
    if request.run is not None:
        write_run(request.run, {record.id: record.ranking for record in report.records})
    if request.plot is not None and report.abstaining is not None:
        from nutgraf.api.evaluation.plot import plot_abstaining

        plot_abstaining(report.abstaining, _title(report), request.plot)


def _records(per_question: Path | None, task: Task) -> list[Record]:
    """Answer the questions that the per-question file does not have; return all records in order."""
    code = {"nutgraf": __version__, "code": code_sha256()}
    models = {name: model.sha256 for name, model in task.models.items()}
    header = {"task": task.name, "questions": task.sha256, **code, **models, **task.depends}
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
