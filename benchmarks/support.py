"""Does it pay to count who else says it, and is it said? Two measurements of support.

    python -m benchmarks.support [--questions 1000]   calibrations with and without agreement, side by side
    python -m benchmarks.support --labels             precision and recall of support, of labelled passages

News questions (benchmarks/news.py has their index), each asked twice: with what agreement adds to an answer's
score, and without. Three logistic regressions are fitted, alike but for what counts as agreement: nothing,
neither in the score nor as a feature; other independent articles that say the same (what nutgraf does); or,
as a feature, all other articles, copies of one story included. Each fifth of the questions is judged by a
fit on the others.

The labels say of an answer and a passage whether the passage gives that answer to that question. 150 were
drawn by a scan for the answer's words or value, the others are passages that equal words alone accepted: of
those only precision says something. Two rules are compared: equal words in a span that is no mere guess, and
what nutgraf does (`qa.join`). The first half of the passages by number, the even ones, chose its bound.

Nothing of this is shipped: the news set is for evaluation alone.
"""

import argparse
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.common import CACHE, DATA, ROOT, THREADS, index_of, need, print_table
from benchmarks.duplicates import labelled, read_articles
from nutgraf.archive import open_for_reading
from nutgraf.indexer.article import Article
from nutgraf.models.question_kinds import question_kinds
from nutgraf.opening import OpenIndex
from nutgraf.qa.answer import Answerer
from nutgraf.qa.calibration import Calibration, Features, fit
from nutgraf.qa.evaluate.metrics import right
from nutgraf.qa.evaluate.news import load_news
from nutgraf.qa.evaluate.questions import GoldQuestion, sample
from nutgraf.qa.evaluate.scores import expected_calibration_error
from nutgraf.qa.join import MIN_NULL_MARGIN, Accepts, LocatedSpan, join
from nutgraf.qa.judge import accepts
from nutgraf.qa.normalize import same_words
from nutgraf.qa.profiles import Profile
from nutgraf.qa.reader import ReaderParams, read
from nutgraf.settings import Settings

FOLDS = 5
LABELS = ROOT / "tests" / "quality" / "support_triples.jsonl"
READ_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Guess:
    """A question's best answer: what is known of it, how many articles repeat it, whether it is right."""

    features: Features
    repeated: int
    right: bool


def main() -> None:
    """Ask, fit three times, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--labels", action="store_true")
    options = parser.parse_args()
    if options.labels:
        compare(labelled(LABELS))
        return
    counted, uncounted = asked(options.questions)
    agreeing = [g for g in counted if g.features.agreement]
    print(
        f"{len(counted)} answers, {np.mean([g.right for g in counted]):.1%} right "
        f"({np.mean([g.right for g in uncounted]):.1%} where agreement does not count); "
        f"{len(agreeing)} that another article gives, {np.mean([g.right for g in agreeing]):.1%} right"
    )
    rows = [
        ["not counted", *figures([replace(g, features=replace(g.features, agreement=0)) for g in uncounted])],
        ["independent articles", *figures(counted)],
        ["all articles", *figures([replace(g, features=repeated(g)) for g in counted])],
    ]
    print_table("agreement", ["", "log loss", "Brier", "calibration error", "logit of one more"], rows)


# --- is it said ---------------------------------------------------------------------------------------


def compare(labels: Sequence[Mapping[str, Any]]) -> None:
    """Print precision and recall of the two rules, over all labels and over parts of them."""
    questions = {q.id: q.text for q in load_news(need(DATA / "news" / "questions.jsonl.gz"))}
    with open_for_reading(Settings(labelled_index(labels), threads=THREADS)) as opened:
        spans = [spans_of(opened, questions[label["question"]], label) for label in labels]
        calibration = opened.answerer.calibration
    verdicts = []
    for label, in_passage in zip(labels, spans, strict=True):
        sure = accepts(calibration, question_kinds(questions[label["question"]]))
        verdicts.append((by_words(label["answer"], in_passage), by_join(label["answer"], in_passage, sure)))
    drawn = [at for at, label in enumerate(labels) if label["drawn"] == "scan"]
    parts = {
        "drawn by scan": drawn,
        "of these, without the doubtful": [at for at in drawn if not labels[at].get("doubtful")],
        "of these, the half that chose the bound": [
            at for at in drawn[::2] if not labels[at].get("doubtful")
        ],
        "of these, the other half": [at for at in drawn[1::2] if not labels[at].get("doubtful")],
        "accepted by words alone": [at for at in range(len(labels)) if at not in {*drawn}],
    }
    rows = []
    for name, part in parts.items():
        for number, rule in enumerate(("equal words", "by itself")):
            yes = [at for at in part if verdicts[at][number]]
            right = sum(labels[at]["supports"] for at in yes)
            all_right = sum(labels[at]["supports"] for at in part)
            rows.append(
                [name, rule, len(part), f"{right / max(1, len(yes)):.3f}", f"{right / all_right:.3f}"]
            )
    print_table("support", ["passages", "rule", "number", "precision", "recall"], rows)


def labelled_index(labels: Sequence[Mapping[str, Any]]) -> Path:
    """Return an index of the labelled articles, made once."""
    folder = CACHE / "support"
    if not folder.exists():
        ids = {label["article"] for label in labels}
        index_of("support", [article for article in read_articles() if article.id in ids])
    return folder


def spans_of(opened: OpenIndex, question: str, label: Mapping[str, Any]) -> list[LocatedSpan]:
    """Return what the reader finds in a labelled passage; nothing where retrieval does not find that."""
    candidates = opened.answerer.search(question, top=READ_DEPTH).candidates
    here = [
        c
        for c in candidates
        if c.passage.article.id == label["article"] and c.passage.start == label["start"]
    ]
    (passages,) = read(opened.models.readers, [(question, here, None)], opened.answerer.profile.reading)
    return [span for passage in passages for span in passage.spans]


def by_words(answer: str, spans: Sequence[LocatedSpan]) -> bool:
    """Whether a span of the same words is no mere guess; of spans that overlap only the best is looked at."""
    best: list[LocatedSpan] = []
    for span in spans:
        if not any(span.start < other.end and other.start < span.end for other in best):
            best.append(span)
    return any(same_words(s.text) == same_words(answer) and s.null_margin >= MIN_NULL_MARGIN for s in best)


def by_join(answer: str, spans: Sequence[LocatedSpan], sure: Accepts) -> bool:
    """Whether the passage supports the answer, as if an article in these words had given it.

    What the passage's article says of names that article says, too: a quiz explains none.
    """
    context = spans[0].article.text if spans else ""
    quoted = LocatedSpan(Article(id="", title="", text=f"{answer}\n\n{context}"), 0, len(answer), math.inf)
    groups = join([quoted, *spans], accepts=sure)
    return any(group.support for group in groups if group.best is quoted)


# --- does it pay --------------------------------------------------------------------------------------


def repeated(guess: Guess) -> Features:
    """Return what is known of a guess, with every article that repeats it counted."""
    return replace(guess.features, agreement=guess.repeated)


def asked(count: int) -> tuple[list[Guess], list[Guess]]:
    """Return the best answer of so many questions as agreement counts in its score, and as if it did not.

    Questions that found nothing to read are left out.
    """
    questions = sample(load_news(need(DATA / "news" / "questions.jsonl.gz")), count)
    with open_for_reading(Settings(need(CACHE / "news"), threads=THREADS)) as opened:
        without = opened.answerer.by(Profile(reading=ReaderParams(agreement_weight=0.0)))
        return guesses(opened.answerer, questions), guesses(without, questions)


def guesses(answerer: Answerer, questions: Sequence[GoldQuestion]) -> list[Guess]:
    """Ask each question."""
    outcomes = answerer.ask_many([q.text for q in questions])
    return [
        Guess(best.features, len(best.support), right(best.text, question.gold_answers))
        for question, outcome in zip(questions, outcomes, strict=True)
        for best in outcome.best[:1]
    ]


def figures(found: Sequence[Guess]) -> list[str]:
    """Return log loss, Brier score and calibration error on unseen fifths, and one agreement's weight."""
    features, right = [g.features for g in found], [g.right for g in found]
    order = list(range(len(features)))
    random.Random(0).shuffle(order)
    p = np.empty(len(features))
    for fold in range(FOLDS):
        held_out = set(order[fold::FOLDS])
        others = [at for at in order if at not in held_out]
        weights = fit([features[at] for at in others], [right[at] for at in others])
        fitted = Calibration(weights, threshold=0.0)
        for at in held_out:
            p[at] = fitted.probability(features[at])
    y = np.array(right)
    loss = -float(np.mean(np.where(y, np.log(p), np.log1p(-p))))
    error = expected_calibration_error(p, y)
    one_more = fit(features, right)[-1] * math.log(2)
    return [f"{loss:.4f}", f"{np.mean((p - y) ** 2):.4f}", f"{error:.3f}", f"{one_more:+.2f}"]


if __name__ == "__main__":
    main()
