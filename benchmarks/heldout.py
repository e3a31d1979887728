"""Questions that the shipped reader was not trained on, in an archive with distractors.

The held-out documents of SQuAD's training part and of new Wikipedia, ARES and HotpotQA/MuSiQue, asked of all
contexts of these four. A paragraph's questions are left out if a run of 20 of its words stands in a text that
was learnt: other collections quote the same pages. What scores and calibrates the reader is chosen on these
questions, never on an evaluation set.
"""

import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common import DATA, index_of, need
from nutgraf.indexer.article import Article
from nutgraf.models.training.questions import load
from nutgraf.models.training.recipe import SOURCES, UNSEEN
from nutgraf.qa.evaluate.squad import SquadQuestion, load_squad
from nutgraf.qa.normalize import normalize

TRAIN = DATA / "reader-train"
RUN = 20


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The folder of the index, and the questions: of held-out documents, and of the unseen sets."""

    folder: Path
    documents: list[SquadQuestion]
    unseen: list[SquadQuestion]

    def of_documents(self, count: int) -> list[SquadQuestion]:
        """Return questions of the documents alone, always the same ones.

        Other passages speak of what theirs speaks of, as in an archive. The unseen sets have no such
        neighbours: take the article away, and nothing is left that could be mistaken for it.
        """
        return random.Random(3).sample(self.documents, min(count, len(self.documents)))

    def sample(self, count: int) -> list[SquadQuestion]:
        """Return two thirds from the documents and one from the unseen sets, always the same ones."""
        dice = random.Random(3)
        unseen = dice.sample(self.unseen, min(count // 3, len(self.unseen)))
        documents = dice.sample(self.documents, min(count - len(unseen), len(self.documents)))
        return dice.sample(documents + unseen, len(documents) + len(unseen))


def held_out() -> HeldOut:
    """Read the questions, and index what they are asked of, titles and all."""
    corpus = load(need(TRAIN), {name: source for name, source in SOURCES.items() if source.holds_out})
    unseen = [load_squad(need(TRAIN / name)) for name in UNSEEN]
    ids = [hashlib.sha256(context.text.encode()).hexdigest()[:16] for context in corpus.contexts]
    articles = [
        Article(id=i, title=context.title, text=context.text)
        for i, context in zip(ids, corpus.contexts, strict=True)
    ]
    learnt = _learnt_runs()
    folder = index_of("held-out", [*articles, *(a for one in unseen for a in one.articles)])
    documents = [
        SquadQuestion(f"question-{at}", q.text, tuple(corpus.answers(q)), ids[q.context])
        for at, q in enumerate(corpus.questions)
        if corpus.held_out(q) and q.answers and learnt.isdisjoint(_runs(corpus.contexts[q.context].text))
    ]
    return HeldOut(folder, documents, [q for one in unseen for q in one.questions if q.gold_answers])


def _learnt_runs() -> set[int]:
    """Return the runs of every context that the reader has learnt from."""
    corpus = load(TRAIN)
    learnt = {q.context for q in corpus.questions if not corpus.held_out(q)}
    return {run for at in learnt for run in _runs(corpus.contexts[at].text)}


def _runs(text: str) -> set[int]:
    """Return the hashes of the text's runs of 20 words: two that are equal by chance cost a question."""
    words = normalize(text).split()
    return {hash(" ".join(words[at : at + RUN])) for at in range(len(words) - RUN + 1)}
