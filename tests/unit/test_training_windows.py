"""Windows and batches of a stage: nothing that should answer is lost, nothing that should not answer does."""

import random

import numpy as np
import pytest

from nutgraf.models import shipped
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.batching import Batch, draw, stack
from nutgraf.models.training.negatives import DEPTH, hard_negatives
from nutgraf.models.training.questions import TrainingContext, TrainingCorpus, TrainingQuestion
from nutgraf.models.training.recipe import Recipe, Stage
from nutgraf.models.training.windows import Groups, TokenizedCorpus, TrainingWindow, tokenize

TOKENS = Tokens(shipped("small-reader") / "tokenizer.json")
CITIES = ["Paris", "Lyon", "Nice", "Lille", "Nantes", "Brest", "Dijon", "Tours"]


def corpus() -> TrainingCorpus:
    """Eight long contexts about a city each; one question a context, its answer in the fifth sentence."""
    contexts, questions = [], []
    for at, city in enumerate(CITIES):
        filler = [
            f"Sentence {n} speaks of the weather in spring, of rivers and of trains." for n in range(12)
        ]
        filler[4] = f"The mayor of {city} is called Number{at} Smith."
        text = " ".join(filler)
        contexts.append(TrainingContext(text, f"{city} today", city))
        start = text.index(f"Number{at} Smith")
        span = (start, start + len(f"Number{at} Smith"))
        questions.append(TrainingQuestion(f"Who is the mayor of {city}?", "squad", at, (span,)))
    questions.append(TrainingQuestion("Who is the mayor of Rome?", "squad", 0, ()))
    return TrainingCorpus(contexts, questions)


@pytest.fixture(scope="module")
def tokenized() -> TokenizedCorpus:
    return tokenize(corpus(), TOKENS)


@pytest.fixture(scope="module")
def groups(tokenized: TokenizedCorpus) -> Groups:
    return Groups(tokenized, hard_negatives(tokenized.corpus), TOKENS)


def words(ids: list[int]) -> str:
    from tokenizers import Tokenizer

    return str(Tokenizer.from_file(str(shipped("small-reader") / "tokenizer.json")).decode(ids))


STAGE = Stage("stage", {"squad": 1.0}, context_tokens=(20, 60), negatives=2.0, titled=0.5)


def test_hard_negatives_are_similar_and_hold_no_answer() -> None:
    contexts = [
        TrainingContext("The mayor of Paris is Anna Hill.", "", ""),
        TrainingContext("The mayor of Lyon is Bob Dale.", "", ""),
        TrainingContext("In Paris the mayor met Anna Hill.", "", ""),
        TrainingContext("Apples grow on trees.", "", ""),
        *(TrainingContext(f"Number {n} means nothing at all.", "", "") for n in range(30)),
    ]
    asked = TrainingQuestion("Who is the mayor of Paris?", "squad", 0, ((22, 31),))
    assert contexts[0].text[22:31] == "Anna Hill"
    found = hard_negatives(TrainingCorpus(contexts, [asked]))
    assert found.shape == (1, DEPTH)
    assert found[0].tolist() == [1, *[-1] * (DEPTH - 1)]


def test_the_own_window_comes_first_and_holds_the_whole_answer(groups: Groups) -> None:
    for seed in range(50):
        own = groups.draw(STAGE, seed % 8, random.Random(seed))[0]
        ((first, last),) = own.answers
        assert words(own.ids[first : last + 1]) == f"number{seed % 8} smith"
        assert own.ids[0] == TOKENS.cls
        assert own.ids[own.segment - 1] == own.ids[-1] == TOKENS.sep
        assert len(own.ids) - 1 - own.first <= 60
        title = words(own.ids[own.segment : own.first])
        assert title in ("", f"{CITIES[seed % 8].lower()} today")


def test_windows_begin_with_sentences(groups: Groups) -> None:
    for seed in range(20):
        own = groups.draw(STAGE, 0, random.Random(seed))[0]
        assert words(own.ids[own.first : own.first + 1]) in ("sentence", "the")
        assert words(own.ids[-2:-1]) == "."


def test_negatives_do_not_hold_the_answer(groups: Groups) -> None:
    seen = set()
    for seed in range(60):
        own, *others = groups.draw(STAGE, 3, random.Random(seed))
        assert len(others) == 2
        for other in others:
            assert other.answers == ()
            assert "number3 smith" not in words(other.ids)
            assert len(other.ids) - other.first <= len(own.ids) - own.first
            seen.add(words(other.ids[other.first : -1]))
    assert len(seen) > 10


def test_sentences_do_not_end_inside_numbers_and_names() -> None:
    text = "Rates rose 3.5 percent in the U.S. today. Who knew? Nobody."
    only = tokenize(TrainingCorpus([TrainingContext(text, "", "")], []), TOKENS)
    begins = [words(only.contexts[0][at : at + 1]) for at in only.stops[0][:-1]]
    assert begins == ["rates", "today", "who", "nobody"]


def test_an_answer_too_long_for_any_window_is_dropped() -> None:
    text = "word " * 400
    asked = TrainingQuestion("What?", "squad", 0, ((0, 4), (0, len(text) - 1)))
    few = tokenize(TrainingCorpus([TrainingContext(text, "", "")], [asked]), TOKENS)
    assert few.answers == [((0, 0),)]


def test_what_is_held_out_is_no_negative() -> None:
    contexts = [
        TrainingContext("The mayor of Paris is Anna Hill.", "", ""),
        TrainingContext("The mayor of Lyon is Bob Dale.", "", "", held_out=True),
        *(TrainingContext(f"Number {n} means nothing at all.", "", "") for n in range(30)),
    ]
    learnt = TrainingQuestion("Who is the mayor of Paris?", "squad", 0, ((22, 31),))
    held_out = TrainingQuestion("Who is the mayor of Lyon?", "squad", 1, ((21, 29),))
    found = hard_negatives(TrainingCorpus(contexts, [learnt, held_out]))
    assert found[0].max() == -1
    assert found[1].tolist()[:2] == [0, -1]


def test_an_unanswerable_question_stands_alone(groups: Groups) -> None:
    (only,) = groups.draw(STAGE, 8, random.Random(0))
    assert only.answers == ()


def test_an_answer_that_stands_everywhere_gets_no_negatives() -> None:
    contexts = [TrainingContext(f"An e is in text {n}.", "", "") for n in range(3)]
    letter = TrainingQuestion("Which letter?", "squad", 0, ((3, 4),))
    few = tokenize(TrainingCorpus(contexts, [letter]), TOKENS)
    groups = Groups(few, np.full((1, DEPTH), -1, np.int32), TOKENS)
    assert len(groups.draw(STAGE, 0, random.Random(0))) == 1


def test_batches_are_the_same_at_every_call_and_hold_every_question(groups: Groups) -> None:
    recipe = Recipe((STAGE,), learning_rate=1e-4, batch_tokens=512)
    numbers = list(range(9)) * 5
    batches = list(draw(groups, STAGE, numbers, recipe))
    assert batches == list(draw(groups, STAGE, numbers, recipe))
    assert sum(len(batch) for batch in batches) == len(numbers)
    assert len(batches) > 5
    for batch in batches:
        laid = stack(batch, recipe.batch_tokens)
        rows, length = laid.ids.shape
        assert length % 16 == 0
        assert rows == 512 // length or (len(batch) == 1 and rows == len(batch[0]))


def test_a_batch_is_laid_out_as_the_reader_gets_it() -> None:
    batch = [
        [
            TrainingWindow([101, 7, 102, 8, 9, 102], 3, 3, ((3, 4), (4, 4))),
            TrainingWindow([101, 7, 102, 5, 102], 3, 3, ()),
        ],
        [TrainingWindow([101, 6, 102, 30, 31, 102], 3, 4, ((4, 4),))],
    ]
    laid: Batch = stack(batch, 64)
    assert laid.ids.shape == (4, 16)
    assert laid.ids[:, :6].tolist() == [
        [101, 7, 102, 8, 9, 102],
        [101, 7, 102, 5, 102, 0],
        [101, 6, 102, 30, 31, 102],
        [0] * 6,
    ]
    assert laid.types[0, :7].tolist() == [0, 0, 0, 1, 1, 1, 0]
    assert laid.mask.sum(1).tolist() == [6, 5, 6, 1]
    assert [np.flatnonzero(row).tolist() for row in laid.context] == [[3, 4], [3], [4], []]
    assert laid.group.tolist() == [0, 0, 1, 2]
    assert laid.answers.tolist() == [
        [[3, 4], [4, 4]],
        [[-1, -1], [-1, -1]],
        [[4, 4], [-1, -1]],
        [[-1, -1], [-1, -1]],
    ]
