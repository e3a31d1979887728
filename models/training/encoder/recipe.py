"""The recipes of the encoder: which questions it learns from, in which batches, with which loss.

This module holds values only. A checkpoint is bound to them, so a change of a recipe needs a new name.
"""

from dataclasses import dataclass

CREDITS = {
    "squad": "a part of the SQuAD 1.1 and 2.0 training sets (CC BY-SA 4.0)",
    "squad-sentences": "single sentences of the SQuAD 1.1 training set (CC BY-SA 4.0)",
    "wiki": "SQuADShifts, new Wikipedia (CC BY 4.0)",
    "amazon": "SQuADShifts, Amazon reviews (CC BY 4.0)",
    "reddit": "SQuADShifts, Reddit (CC BY 4.0)",
    "qamr": "QAMR (MIT)",
    "fairytale": "FairytaleQA (Apache-2.0)",
    "time": "TimeQA, human part (BSD-3)",
    "qed": "QED (CC BY-SA 3.0)",
    "narrative": "a part of NarrativeQA (Apache-2.0)",
}
"""What the card of an encoder says of each source of `training/recipe.py`."""


@dataclass(frozen=True, slots=True)
class EncoderRecipe:
    """Some passes over the same questions under one schedule: the learning rate rises and falls linearly.

    `shares`: the share of each source's questions that is learnt, at most 1. Every pass asks all of them.
    `batch_questions`: questions in a batch. Those of one passage stand together.
    `negatives`: how many of its hard negatives are drawn for a question at each pass.
    `others`: passages that are drawn from all sources for each batch, so that other texts are not forgotten.
    `scale`: a cosine is multiplied by it to be a logit; 20 is that of the published encoder's training.
    `reader_weight`: the share of the reader's soft targets in the loss; the right passages have the rest.
    `reader_temperature`: the reader's logits are divided by it.
    `pull`: the weight of the distance to the published vectors, which is added to the loss.

    Only what docs/log.md says was compared with other values.
    """

    shares: dict[str, float]
    learning_rate: float
    passes: int = 2
    batch_questions: int = 64
    negatives: int = 1
    others: int = 16
    scale: float = 20.0
    reader_weight: float = 0.5
    reader_temperature: float = 2.0
    pull: float = 2.0
    warmup: float = 0.1
    weight_decay: float = 0.01
    clip: float = 1.0
    seed: int = 0


# Questions of these can mostly be understood without their text, as those of an archive's users can. Of the
# other sources a little is learnt: many of their questions ("how old is the man?") fit any text.
_STANDING_ALONE = {"squad": 1.0, "wiki": 1.0, "time": 1.0, "qed": 1.0}

RECIPES = {
    "encoder-2": EncoderRecipe(
        {**_STANDING_ALONE, "amazon": 0.1, "reddit": 0.1, "qamr": 0.02, "fairytale": 0.05},
        learning_rate=5e-5,
        passes=1,
    ),
    # This one takes minutes instead of an hour, and shows that everything runs and which way it goes.
    "smoke": EncoderRecipe(
        {"squad": 0.15, "wiki": 0.1, "time": 0.05, "amazon": 0.01, "reddit": 0.01},
        learning_rate=5e-5,
        passes=1,
        batch_questions=32,
    ),
}
