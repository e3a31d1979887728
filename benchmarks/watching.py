"""What standing questions cost: how long an update of an archive takes the watches, and how many are asked.

It indexes news articles, watches the questions of the same news set, adds further articles, and takes the
time of the run that follows. The first answers are not asked for, but for `--answered` of the watches: their
time does not depend on an update. `--selection` tells instead how many of the articles that answer a question
touch it, and how many questions a batch of articles touches, for several bounds.
"""

import argparse
import gzip
import json
import time
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.common import DATA, THREADS, need, print_table
from nutgraf.archive import Archive
from nutgraf.engines import engine_of
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.records.record import record_to_article
from nutgraf.indexer.watches import AddedPassages
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.watching import touch
from nutgraf.qa.watching.standing import Standing
from nutgraf.settings import Settings
from nutgraf.watches import MAX_WATCHES, definition_of, state_of
from nutgraf.watching import add_watches, run_watches

_MOST_CHARS = 6000  # of an article: the whole set has some whose page was not cut well


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watches", type=int, default=1000)
    parser.add_argument("--articles", type=int, default=100, help="articles of the update")
    parser.add_argument("--archive", type=int, default=200, help="articles that are there before")
    parser.add_argument("--answered", type=int, default=20, help="watches that are asked before")
    parser.add_argument("--selection", action="store_true", help="compare the bounds of what touches")
    options = parser.parse_args()
    articles, questions = _articles(options.archive + options.articles), _questions(options.watches)
    with TemporaryDirectory() as folder, Archive(Settings(Path(folder) / "news", threads=THREADS)) as archive:
        if options.selection:
            _compare_bounds(archive, options.articles)
            return
        archive.add(islice(articles, options.archive))
        add_watches(archive, [Inquiry(question) for question in questions[: options.answered]])
        with archive.reading() as opened, engine_of(archive.settings.index).watches() as book:
            pairs = [(definition_of(Inquiry(q).checked()), None) for q in questions[options.answered :]]
            book.add(pairs, state_of(Standing()), opened.index.state.last_passage, MAX_WATCHES)
        archive.write(lambda writer: [*writer.add(articles), writer.publish()])
        archive.prepare()
        began, used = time.perf_counter(), time.process_time()
        run = run_watches(archive)
        row = [run.watches, options.articles, run.asked, len(run.changes)]
        seconds = [time.perf_counter() - began, time.process_time() - used]
    columns = ["watches", "articles", "asked again", "changes", "seconds", "CPU seconds"]
    print_table("a run of the watches after an update", columns, [[*row, *seconds]])


def _compare_bounds(archive: Archive, batch: int) -> None:
    """Print, for several bounds, what they miss and what they let through."""
    pairs = [(q["question"], q["evidence"][0]) for q in _records("questions") if _is_evident(q)][:90]
    wanted = {article for _, article in pairs}
    answering = [a for a in _articles(None) if a.id in wanted]
    others = [a for a in islice(_articles(None), 10 * batch) if a.id not in wanted][:batch]
    archive.add([*answering, *others])
    questions = _questions(1000)
    encoded = archive.models.encoder.encode([*questions, *(question for question, _ in pairs)])
    vectors = encoded.astype(np.float16)
    with EmbeddedIndex(archive.settings.index) as index:
        parts = [*index.added(0)]
    rows = []
    bounds = product((0.5, 0.55, 0.6, 0.65), (0.2, 0.3, 0.35, 0.4), (0.5, 0.6, 0.75))
    for touch.NEAR, touch.LEAST, touch.SHARE in bounds:
        hits = sum(
            bool(_touched([question], vectors[len(questions) + place :][:1], parts, {article}))
            for place, (question, article) in enumerate(pairs)
        )
        passed = len(_touched(questions, vectors, parts, {article.id for article in others}))
        rows.append([f"{touch.NEAR} {touch.LEAST} {touch.SHARE}", hits / len(pairs), passed / len(questions)])
    columns = ["NEAR LEAST SHARE", "of answering articles touch", f"of questions touched by {batch}"]
    print_table(
        "which watches an article touches", columns, [[r[0], f"{r[1]:.3f}", f"{r[2]:.3f}"] for r in rows]
    )


def _touched(
    questions: list[str],
    vectors: npt.NDArray[np.float16],
    parts: list[AddedPassages],
    articles: set[str],
) -> list[int]:
    """Return the places of the questions that passages of these articles touch."""
    watched = [
        touch.WatchedQuestion(question, vector, Inquiry(question).allow, 0)
        for question, vector in zip(questions, vectors, strict=False)
    ]
    touching = touch.Touching(watched)
    for part in parts:
        places = [place for place, article in enumerate(part.articles) if article in articles]
        if places:
            touching.compare(
                AddedPassages(
                    part.ids[places],
                    part.vectors[places],
                    [part.texts[place] for place in places],
                    [part.articles[place] for place in places],
                    [part.days[place] for place in places],
                    [part.sources[place] for place in places],
                )
            )
    return touching.touched


def _is_evident(record: dict[str, Any]) -> bool:
    return bool(record["evidence"]) and record["evidence"][0] in record["contains_answer"]


def _questions(count: int) -> list[str]:
    records = islice(_records("questions"), count)
    return [*dict.fromkeys(str(record["question"]) for record in records)]


def _articles(count: int | None) -> Iterator[Article]:
    """Yield articles of the news set, every eleventh: neighbours are of one week, and of one search."""
    for record in islice(_records("articles"), 0, None if count is None else 11 * count, 11 if count else 1):
        record["text"] = record["text"][:_MOST_CHARS]
        article = record_to_article(record, LoadOptions(), lambda *_: None)
        if isinstance(article, Article):
            yield article


def _records(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(need(DATA / "news" / f"{name}.jsonl.gz"), "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
