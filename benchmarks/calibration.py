"""Fits the reader's calibration on questions it was not trained on, and says how well it holds.

    python -m benchmarks.calibration            print the fit
    python -m benchmarks.calibration --write    and write it into the shipped reader's card

Questions: ARES and HotpotQA/MuSiQue (not in the interim reader's training mix), each asked of their own
contexts among 6,906 SQuAD training paragraphs; once as it is, and once with its own article taken away, so
that the right outcome is an abstention. Right: token F1 >= 0.5. Fitted on one half, reported on the other.
"""

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.common import DATA, THREADS, index_of, need, print_table
from indexer.filters import Filter
from indexer.index import Index, Passage
from indexer.store import Counts
from models import load_encoder, load_reader, shipped
from qa.answer import Answerer
from qa.calibrate import Calibration, Features, fit
from qa.evaluate.metrics import f1
from qa.evaluate.squad import Question, load_squad
from qa.fuse import Ids, Scores

TRAIN = DATA / "reader-train"
ASKED = ["ares-synthetic.json.gz", "hotpotqa-musique-gold.json.gz"]
DISTRACTORS = ["squad-train-part.json.gz"]
FALSE_ANSWERS = 0.10


@dataclass(frozen=True, slots=True)
class Without:
    """An index from whose results one article is taken away."""

    index: Index
    article_id: str

    @property
    def counts(self) -> Counts:
        """As the index has them."""
        return self.index.counts

    def dense(self, vector: npt.NDArray[np.float32], k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Search, then drop."""
        return self._kept(*self.index.dense(vector, k, allow))

    def lexical(self, question: str, k: int, allow: Filter) -> tuple[Ids, Scores]:
        """Search, then drop."""
        return self._kept(*self.index.lexical(question, k, allow))

    def fetch(self, passage_ids: Sequence[int]) -> list[Passage]:
        """As the index has them."""
        return self.index.fetch(passage_ids)

    def _kept(self, ids: Ids, scores: Scores) -> tuple[Ids, Scores]:
        stored = self.index.store.passages(ids.tolist())
        keep = np.array([stored[i].article_id != self.article_id for i in ids.tolist()], bool)
        return ids[keep], scores[keep]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one question: what is known of the best answer, and whether it was right."""

    features: Features
    right: bool


def outcome(answerer: Answerer, question: Question, golds: Sequence[str]) -> Outcome:
    """Ask, and keep what the calibration sees; with no golds nothing is right."""
    best = answerer.ask(question.text, min_probability=0.0, top=2).best
    if not best:
        return Outcome(Features(-30.0, 0.0, -30.0), right=False)
    margin = best[0].score - best[1].score if len(best) > 1 else np.inf
    features = Features(best[0].score, float(margin), best[0].span.over_null)
    return Outcome(features, right=bool(golds) and f1(best[0].text, golds) >= 0.5)


def expected_calibration_error(p: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    """Return the ECE over ten bins of equal width (Guo et al. 2017, arXiv 1706.04599)."""
    bins = np.minimum((p * 10).astype(int), 9)
    return float(
        sum(abs(p[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    )


def main() -> None:
    """Ask everything, fit on one half, report on the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=1200)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    asked = [load_squad(need(TRAIN / name)) for name in ASKED]
    corpora = asked + [load_squad(need(TRAIN / name)) for name in DISTRACTORS]
    folder = index_of("calibration", {a.id: a for corpus in corpora for a in corpus.articles}.values())
    questions = [q for corpus in asked for q in corpus.questions if q.golds]
    questions = random.Random(3).sample(questions, min(given.questions, len(questions)))
    encoder, reader = load_encoder(threads=THREADS), load_reader(threads=THREADS)
    with Index(folder) as index:
        plain = Calibration.from_card(None)
        there = [outcome(Answerer(index, encoder, reader, plain), q, q.golds) for q in questions]
        gone = [
            outcome(Answerer(Without(index, q.article_id), encoder, reader, plain), q, ()) for q in questions
        ]
    half = len(questions) // 2
    # One in three without an answer, as in SQuAD 2.0's training set; the threshold takes all of them.
    seen = there[:half] + gone[: half // 2]
    weights = fit([o.features for o in seen], [o.right for o in seen])
    unsure = Calibration(*weights, threshold=0.0)
    false = np.sort([unsure.probability(o.features) for o in gone[:half]])
    threshold = float(false[int(np.ceil((1 - FALSE_ANSWERS) * len(false))) - 1])
    report(unsure, threshold, there[half:], gone[half:])
    numbers = dict(zip(Calibration.__slots__, (*weights, threshold), strict=True))
    numbers = {name: round(value, 4) for name, value in numbers.items()}
    print(json.dumps(numbers))
    if given.write:
        card = shipped("reader") / "card.json"
        card.write_text(json.dumps(json.loads(card.read_text()) | {"calibration": numbers}, indent=2) + "\n")


def report(calibration: Calibration, threshold: float, there: list[Outcome], gone: list[Outcome]) -> None:
    """Print what the fit is worth on questions it has not seen."""
    p_there, p_gone = (np.array([calibration.probability(o.features) for o in s]) for s in (there, gone))
    right = np.array([o.right for o in there])
    answered = p_there >= threshold
    third = len(gone) // 2
    every = np.concatenate([p_there, p_gone[:third]])
    labels = np.concatenate([right, np.zeros(third, bool)])
    rows = {
        "threshold": threshold,
        "right when it must answer, %": 100 * right.mean(),
        "answered, article there, %": 100 * answered.mean(),
        "right of those, %": 100 * right[answered].mean(),
        "answered, article gone (false), %": 100 * (p_gone >= threshold).mean(),
        "expected calibration error": expected_calibration_error(every, labels),
    }
    title = f"calibration, on {len(there)} questions it was not fitted on"
    print_table(title, ["", ""], [[name, f"{value:.3f}"] for name, value in rows.items()])


if __name__ == "__main__":
    main()
