"""What is answered, and how sure it is, while 0, 25, 50 and 100 % of the passages have vectors.

    python -m benchmarks.partial                              held-out questions (benchmarks/heldout.py)
    python -m benchmarks.partial --squad FILE --articles 3    the first articles of a file such as SQuAD's

Each question is asked once as it is, and once with the articles that answer it taken away. The archive of a
share is the whole one without the vectors of its oldest articles, which `nutgraf index` makes last.
"""

import argparse
import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.common import CACHE, THREADS, index_of, need, print_table
from benchmarks.heldout import held_out
from nutgraf.archive import open_for_reading
from nutgraf.indexer.embedded.database import Database
from nutgraf.indexer.embedded.store import FILENAME
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.models import load_encoder
from nutgraf.qa.evaluate.fitting import figures, judged
from nutgraf.qa.evaluate.labels import LabelledQuestion
from nutgraf.qa.evaluate.questions import parse_json, read_text
from nutgraf.qa.evaluate.squad import SquadQuestion, load_squad
from nutgraf.qa.evaluate.trials import outcomes
from nutgraf.settings import Settings

SHARES = (0.0, 0.25, 0.5, 1.0)


def main() -> None:
    """Ask at each share, and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=2400)
    parser.add_argument("--squad", type=Path, help="a file in the form of SQuAD, asked as one archive")
    parser.add_argument("--articles", type=int, default=48, help="articles of that file, the first ones")
    given = parser.parse_args()
    folder, questions = squad(given.squad, given.articles) if given.squad else documents(given.questions)
    labelled = [
        LabelledQuestion(q.id, q.text, q.gold_answers, q.article_id) for q in questions[: given.questions]
    ]
    rows = [row(partial(folder, share), labelled) for share in SHARES]
    columns = ["encoded", "calibration error", "answered", "right of those", "answered, article gone (false)"]
    print_table(f"{len(labelled)} questions", columns, rows)


def documents(count: int) -> tuple[Path, Sequence[SquadQuestion]]:
    """Return the index and the questions of the held-out documents."""
    asked = held_out()
    return asked.folder, asked.of_documents(count)


def squad(path: Path, count: int) -> tuple[Path, Sequence[SquadQuestion]]:
    """Return an index of the first articles of a file, and their answerable questions."""
    content = parse_json(path, read_text(need(path)))
    content["data"] = content["data"][:count]
    part = CACHE / f"{path.name.partition('.')[0]}-{count}.json"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps(content), encoding="utf-8")
    loaded = load_squad(part)
    questions = [q for q in loaded.questions if q.gold_answers]
    return index_of(part.stem, loaded.articles), random.Random(3).sample(questions, len(questions))


def partial(whole: Path, share: float) -> Path:
    """Return a copy of an index in which this share of the articles, the newest, have vectors."""
    folder = whole.with_name(f"{whole.name}-{share:.0%}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    database = Database(folder / FILENAME)
    (articles,) = database.one("SELECT count(*) FROM articles")
    newest = "SELECT num FROM articles ORDER BY day DESC, num DESC LIMIT ?"
    kept = f"SELECT vector FROM passages WHERE article IN ({newest})"
    with database.atomic():
        database.run(f"UPDATE vectors SET vector = x'' WHERE id NOT IN ({kept})", (round(share * articles),))
    database.close()
    with EmbeddedWriter(folder, load_encoder(threads=THREADS)) as writer:
        writer.publish()
    return folder


def row(folder: Path, questions: Sequence[LabelledQuestion]) -> list[object]:
    """Return the figures of one archive."""
    with open_for_reading(Settings(folder, threads=THREADS)) as opened:
        trials = [trial for batch in outcomes(opened.answerer, opened.index, questions) for trial in batch]
        result = figures(judged(opened.answerer.calibration, trials))
        encoded = opened.index.state.encoded
    shown = (result.ece, result.coverage, result.right, result.false_answers)
    return [f"{encoded:.0%}", *(f"{value:.3f}" for value in shown)]


if __name__ == "__main__":
    main()
