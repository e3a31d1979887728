"""The recipes of training: which sources a reader learns from, in which order.

This module holds values only. A checkpoint is bound to them, so a change of a recipe needs a new name.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Source:
    """A SQuAD file of the training data.

    `titles`: the titles of its documents mean something to a reader.
    `everywhere`: the file marks one place of each answer; other places with the same words are right, too.
    `holds_out`: one document in 16 is kept for development, for the cost of length and for calibration.
    `joins`: its contexts are single sentences, so neighbours are joined.
    `swaps`: unanswerable questions are made from its answerable ones (swaps.py).
    """

    file: str
    titles: bool = False
    everywhere: bool = False
    holds_out: bool = False
    joins: bool = False
    swaps: bool = False


SOURCES = {
    "squad": Source("squad-train-part.json.gz", titles=True, everywhere=True, holds_out=True, swaps=True),
    "squad-sentences": Source("squad-train-sentences.json.gz", everywhere=True),
    "wiki": Source("squadshifts-new_wiki.json.gz", titles=True, holds_out=True, swaps=True),
    "amazon": Source("squadshifts-amazon_reviews.json.gz"),
    "reddit": Source("squadshifts-reddit.json.gz"),
    "qamr": Source("qamr.json.gz", joins=True),
    "fairytale": Source("fairytaleqa.json.gz"),
    "time": Source("timeqa-human.json.gz"),
    "qed": Source("qed.json.gz", titles=True),
    "narrative": Source("narrativeqa-small.json.gz", everywhere=True),
}

# Without its file, a recipe goes without its share of such a source.
OPTIONAL = {"made": Source("made.json.gz")}  # questions that were made by rules (made.py)

LEFT_OUT = frozenset(
    {
        # Sentences of these also stand in paragraphs of SQuAD's dev sets (steam engines, Martin Luther).
        *("Wiki1k:wikipedia:27692", "Wiki1k:wikipedia:7567080"),
        "Technical components",  # a product's manual, of whose licence nothing is known
    }
)

# No recipe learns from these files: the weights of the score were chosen on them (benchmarks/scoring.py).
UNSEEN = ("ares-synthetic.json.gz", "hotpotqa-musique-gold.json.gz")


@dataclass(frozen=True, slots=True)
class Stage:
    """One pass over a share of each source's questions.

    `shares`: how many questions are drawn, as a multiple of the number that the source has. Its unanswerable
    questions have shares of their own: "-none" for those in the file, "-swapped" for those made by swaps.py.
    So have its twins, each kind with its name: "-removed" and so on (twins.py).
    `context_tokens`: the least and the most tokens of a window's context; each number is equally likely.
    `negatives`: how many windows without the answer are read with each question, on average.
    `titled`: the share of windows that begin with their title, if the source has titles.
    """

    name: str
    shares: dict[str, float]
    context_tokens: tuple[int, int]
    negatives: float
    titled: float = 0.3


@dataclass(frozen=True, slots=True)
class Recipe:
    """Stages that run one after the other under one schedule: the learning rate rises and falls linearly.

    `seed` decides what is drawn in which order. All runs begin with the same weights, also in the span head.
    """

    stages: tuple[Stage, ...]
    learning_rate: float
    warmup: float = 0.05
    weight_decay: float = 0.01
    batch_tokens: int = 8192
    clip: float = 1.0
    seed: int = 0


_SHORT = Stage(
    "short",
    {
        **{"squad": 1.0, "squad-sentences": 1.0, "wiki": 1.0, "amazon": 0.8, "reddit": 0.8},
        **{"qamr": 0.35, "fairytale": 1.0, "time": 0.8, "qed": 1.0, "narrative": 1.0},
        **{"squad-none": 1.0, "squad-swapped": 0.1},
    },
    context_tokens=(48, 112),
    negatives=0.25,
)
_OPEN = Stage(
    "open",
    {
        **{"squad": 1.0, "squad-sentences": 1.0, "wiki": 1.0, "amazon": 0.4, "reddit": 0.4},
        **{"qamr": 0.05, "fairytale": 0.25, "time": 0.5, "qed": 1.0, "narrative": 0.3},
        **{"squad-none": 2.0, "squad-swapped": 0.2, "wiki-swapped": 0.2},
    },
    context_tokens=(128, 224),
    negatives=0.8,
)

# Two more passes with other windows and negatives, mostly over sources that are annotated as SQuAD is.
# Together they brought nothing: docs/log.md, 2026-11-22, "the reader, second run, and means of runs".
_AGAIN = replace(
    _OPEN,
    name="again",
    shares={
        **{"squad": 1.0, "squad-sentences": 1.0, "wiki": 1.0, "amazon": 0.25, "reddit": 0.25},
        **{"qamr": 0.05, "fairytale": 0.15, "time": 0.5, "qed": 1.0, "narrative": 0.3},
        **{"squad-none": 2.0, "squad-swapped": 0.2, "wiki-swapped": 0.2},
    },
)

_LAST = replace(
    _OPEN,
    name="last",
    shares={
        **{"squad": 0.8, "squad-sentences": 1.0, "wiki": 1.0, "amazon": 0.2, "reddit": 0.2, "qed": 1.0},
        **{"squad-none": 2.0, "squad-swapped": 0.2, "wiki-swapped": 0.2},
    },
)

# The larger base learns more from each question, and its steps take six times as long: so there are fewer.
_TEACHER_SHORT = replace(
    _SHORT,
    name="teacher-short",
    shares={
        **{"squad": 1.0, "squad-sentences": 1.0, "wiki": 1.0, "amazon": 0.5, "reddit": 0.5},
        **{"qamr": 0.15, "fairytale": 0.4, "time": 0.5, "qed": 1.0, "narrative": 0.5},
        **{"squad-none": 1.0, "squad-swapped": 0.15, "wiki-swapped": 0.1},
    },
)
_TEACHER_OPEN = replace(
    _OPEN,
    name="teacher-open",
    shares={
        **{"squad": 0.9, "squad-sentences": 1.0, "wiki": 1.0, "amazon": 0.25, "reddit": 0.25},
        **{"qamr": 0.03, "fairytale": 0.15, "time": 0.3, "qed": 1.0, "narrative": 0.3},
        **{"squad-none": 2.0, "squad-swapped": 0.2, "wiki-swapped": 0.2},
    },
    negatives=0.6,
)

# The teacher goes on from its first run, with windows of the length of news passages, and with twins. It sees
# about as many windows that answer as windows that only seem to.
_TEACHER_TWINS = Stage(
    "teacher-twins",
    {
        **{"squad": 0.05, "wiki": 0.08, "squad-sentences": 0.5, "qed": 0.5, "amazon": 0.01, "reddit": 0.01},
        **{"squad-none": 0.15, "squad-swapped": 0.01, "wiki-swapped": 0.02},
        **{"squad-removed": 0.06, "wiki-removed": 0.08, "amazon-removed": 0.01, "reddit-removed": 0.01},
        **{"squad-negated": 0.35, "wiki-negated": 0.3, "amazon-negated": 0.1, "reddit-negated": 0.1},
        **{"qamr-negated": 0.03, "squad-both": 0.15, "wiki-both": 0.15},
        **{"squad-kind": 0.3, "wiki-kind": 0.3, "qamr-kind": 0.1, "squad-part": 0.3, "wiki-part": 0.3},
        **{"squad-redated": 0.15, "wiki-redated": 0.15, "time-redated": 0.05},
    },
    context_tokens=(128, 224),
    negatives=0.4,
)

# The student goes on from the reader in the box, whose four runs have seen all sources often: it sees about
# half of what answers once more, and the twins, with the teacher's logits. A step takes twice as long as one
# without a teacher. None of these shares was compared with others.
_STUDENT_TWINS = Stage(
    "student-twins",
    {
        **{"squad": 0.45, "squad-sentences": 0.5, "wiki": 0.5, "amazon": 0.1, "reddit": 0.1, "qamr": 0.02},
        **{"fairytale": 0.03, "time": 0.15, "qed": 1.0, "made": 1.0},
        **{"squad-none": 1.0, "squad-swapped": 0.08, "wiki-swapped": 0.08},
        **{"squad-removed": 0.08, "wiki-removed": 0.1, "amazon-removed": 0.03, "reddit-removed": 0.03},
        **{"squad-negated": 0.6, "wiki-negated": 0.6, "amazon-negated": 0.3, "reddit-negated": 0.3},
        **{"qamr-negated": 0.05, "squad-both": 0.3, "wiki-both": 0.3},
        **{"squad-kind": 0.6, "wiki-kind": 0.6, "reddit-kind": 0.6, "amazon-kind": 0.6, "qamr-kind": 0.2},
        **{"squad-part": 0.6, "wiki-part": 0.6},
        **{"squad-redated": 0.2, "wiki-redated": 0.2, "time-redated": 0.1},
        **{"squad-moved": 0.05, "wiki-moved": 0.05, "reddit-moved": 0.03},
    },
    context_tokens=(128, 224),
    negatives=0.5,
)

RECIPES = {
    # The shipped reader is the mean of these four (average.py), which begin with the same weights:
    # docs/log.md, 2026-11-22, "the reader in the box: a fourth run, and what length costs".
    "reader-1": Recipe((_SHORT, _OPEN, _AGAIN, _LAST), learning_rate=3e-4),
    "reader-2": Recipe((_SHORT, _OPEN), learning_rate=3e-4, seed=1),
    "reader-3": Recipe((_SHORT, _OPEN), learning_rate=3e-4, seed=2),
    "reader-4": Recipe((_SHORT, _OPEN), learning_rate=2e-4, seed=3),
    # The teacher begins with all-mpnet-base-v2, which has eight times as many parameters in its layers.
    "teacher-1": Recipe((_TEACHER_SHORT, _TEACHER_OPEN), learning_rate=5e-5, batch_tokens=4096),
    # A short further run from the reader of teacher-1: --base RUN/reader.
    "teacher-2": Recipe((_TEACHER_TWINS,), learning_rate=1.5e-5, batch_tokens=4096),
    # The student begins with the mean of reader-1 to reader-4 and needs a teacher: --teacher RUN/reader.
    "student-1": Recipe((_STUDENT_TWINS,), learning_rate=1.5e-4),
    # This one takes minutes instead of hours, and shows that everything runs.
    "smoke": Recipe(
        (Stage("smoke", {"squad": 0.02, "qamr": 0.01}, context_tokens=(48, 112), negatives=1.0),),
        learning_rate=1e-4,
    ),
}
