"""Run every night: take in a folder as it is now, ask standing questions, and write what changed.

python examples/nightly_job.py news.nutgraf articles/ questions.txt changes.jsonl

questions.txt has one question a line. Each answer that differs from the last one is a line of changes.jsonl,
which is the job's memory, too. An article whose file is gone is removed. Exit code 75: try again later.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import nutgraf
from nutgraf.errors import IndexLocked

TRY_LATER = 75  # EX_TEMPFAIL of sysexits.h: another process writes to the archive just now


def last_answers(changes: Path) -> dict[str, str]:
    """Return question -> the answer that was written last, "" where there was none."""
    lines = changes.read_text(encoding="utf-8").splitlines() if changes.exists() else []
    return {change["question"]: change["answer"] for change in map(json.loads, lines)}


def change_of(result: nutgraf.AskResult, before: str) -> dict[str, object]:
    """Return one line of the file of changes: when, what it was, what it is, and where that stands."""
    source = result.answers[0].to_dict() if result.answers else None
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"at": now, "question": result.question, "before": before, "answer": result.text, "source": source}


def run(archive: nutgraf.Archive, folder: Path, questions: list[str], changes: Path) -> int:
    """Take in the folder, ask, append what changed; return how many answers changed."""
    print(archive.add(folder, prune=True))
    before = last_answers(changes)
    results = archive.ask_many(questions)
    changed = [result for result in results if result.text != before.get(result.question, "")]
    lines = [json.dumps(change_of(result, before.get(result.question, ""))) for result in changed]
    with changes.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    return len(changed)


def main() -> int:
    """Run once, as cron or a systemd timer does."""
    folder, articles, questions, changes = map(Path, sys.argv[1:])
    lines = [line for line in questions.read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        with nutgraf.open(folder) as archive:
            print(f"{run(archive, articles, lines, changes)} answers changed")
    except nutgraf.NutgrafError as error:
        print(f"error: {error}\ntry: {error.hint}", file=sys.stderr)
        return TRY_LATER if isinstance(error, IndexLocked) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
