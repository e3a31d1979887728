"""How many of the passages that the small reader reads the large one should read again.

    python -m benchmarks.cascade [--questions 600] [--passages 10]

Both read every passage of held-out questions (benchmarks/heldout.py). Then every choice of contenders is
tried: at most so many passages, at most so many logits behind the best by the small reader. EM and F1 are of
the best answer, `read` is the mean number of passages that the large reader reads.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.common import THREADS, print_table
from benchmarks.heldout import held_out
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.models import load_encoder, load_reader
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.evaluate.squad import SquadQuestion
from nutgraf.qa.join import join
from nutgraf.qa.profiles import Profile
from nutgraf.qa.reader import PassageSpans, ReaderParams, Readers, contenders, read
from nutgraf.qa.search import Searcher

CONTENDERS = (1, 2, 3, 4, 5, 7, 10)
LEADS = (2.0, 4.0, 6.0, 8.0, 12.0, 1000.0)

_Readings = list[tuple[list[PassageSpans], list[PassageSpans]]]


def read_by_both(questions: Sequence[SquadQuestion], passages: int) -> _Readings:
    """Return for each question its passages as the small reader reads them, and as the large one does."""
    asked = held_out()
    alone = replace(ReaderParams(), contenders=0)
    readers = [Readers(load_reader(name, threads=THREADS)) for name in ("small", "large")]
    readings = []
    with EmbeddedIndex(asked.folder) as index:
        searcher = Searcher(index, load_encoder(threads=THREADS), Profile().with_windows(passages))
        for question in questions:
            candidates = searcher.search(question.text, top=passages).candidates
            (small,), (large,) = (read(by, [(question.text, candidates, None)], alone) for by in readers)
            readings.append((small, large))
    return readings


def best_answer(small: Sequence[PassageSpans], large: Sequence[PassageSpans], rule: ReaderParams) -> str:
    """Return the best answer of the cascade by this rule."""
    ids = {p.candidate.passage.id for p in contenders(small, rule)}
    spans = [span for p in large if p.candidate.passage.id in ids for span in p.spans]
    spans += [
        replace(span, decisive=False) for p in small if p.candidate.passage.id not in ids for span in p.spans
    ]
    groups = join(spans, agreement_weight=rule.agreement_weight)
    return groups[0].best.text if groups else ""


def row(rule: ReaderParams, questions: Sequence[SquadQuestion], readings: _Readings) -> list[object]:
    """Return EM and F1 in per cent, and the passages that the large reader reads."""
    answers = [best_answer(small, large, rule) for small, large in readings]
    pairs = [(answer, question.gold_answers) for answer, question in zip(answers, questions, strict=True)]
    count = len(pairs)
    return [
        f"{rule.contenders} within {rule.contender_lead:g}",
        100 * sum(exact_match(*pair) for pair in pairs) / count,
        100 * sum(f1(*pair) for pair in pairs) / count,
        sum(len(contenders(small, rule)) for small, _ in readings) / count,
    ]


def main() -> None:
    """Read everything twice, then try every rule."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=600)
    parser.add_argument("--passages", type=int, default=10)
    options = parser.parse_args()
    questions = held_out().sample(options.questions)
    readings = read_by_both(questions, options.passages)
    rules = [
        replace(ReaderParams(), contenders=count, contender_lead=lead)
        for count in CONTENDERS
        for lead in LEADS
        if count <= options.passages
    ]
    rows = [row(rule, questions, readings) for rule in rules]
    title = f"{len(questions)} held-out questions, {options.passages} passages"
    print_table(title, ["contenders", "EM", "F1", "read"], rows)


if __name__ == "__main__":
    main()
