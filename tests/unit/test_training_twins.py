"""Twins: which questions are made, which text is read, and where the answers stand in it."""

import random
from dataclasses import replace

import numpy as np
import pytest

from nutgraf.models import shipped
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.batching import stack
from nutgraf.models.training.edits import Edit, edited
from nutgraf.models.training.negatives import DEPTH, hard_negatives
from nutgraf.models.training.questions import TrainingContext, TrainingCorpus, TrainingQuestion
from nutgraf.models.training.recipe import Stage
from nutgraf.models.training.swaps import redated
from nutgraf.models.training.token_edits import TokenText, after, token_edits
from nutgraf.models.training.twins import MISLEADING, TWINS, add_twins, kind_of, without_answer
from nutgraf.models.training.windows import Groups, TrainingWindow, tokenize

TOKENS = Tokens(shipped("small-reader") / "tokenizer.json")
BEFORE = "Trains ran along the river for many years, and most people of the valley liked them."
ANSWER = "The company was founded by Ann Lee in 1998 in Boston."
AFTER = "Its offices have a view of the harbour, and the staff eats there at long tables."
TEXT = f"{BEFORE} {ANSWER} {AFTER}"
STAGE = Stage("stage", {}, context_tokens=(80, 80), negatives=0.0, titled=0.0)


def corpus(*asked: tuple[str, str]) -> TrainingCorpus:
    """Return questions with their answers on TEXT, and a second context that BM25 finds for them."""
    contexts = [TrainingContext(TEXT, "", "d"), TrainingContext("Another company was founded.", "", "e")]
    questions = [
        TrainingQuestion(question, "squad", 0, ((TEXT.index(answer), TEXT.index(answer) + len(answer)),))
        for question, answer in asked
    ]
    return TrainingCorpus(contexts, questions)


def decoded(ids: list[int]) -> str:
    from tokenizers import Tokenizer

    return str(Tokenizer.from_file(str(TOKENS_FILE)).decode(ids))


TOKENS_FILE = shipped("small-reader") / "tokenizer.json"


def twin_windows(kind: str, question: str, answer: str) -> tuple[TrainingQuestion, list[TrainingWindow]]:
    """Return the twin of a question, and its windows."""
    every = corpus((question, answer))
    add_twins(every, [f"squad-{kind}"])
    assert len(every.questions) == 2
    assert every.questions[1].source == f"squad-{kind}"
    groups = Groups(tokenize(every, TOKENS), hard_negatives(every), TOKENS)
    return every.questions[1], groups.draw(STAGE, 1, random.Random(0))


def context_of(window: TrainingWindow) -> str:
    return decoded(window.ids[window.first : -1])


def question_of(window: TrainingWindow) -> str:
    return decoded(window.ids[1 : window.segment - 1])


def answers_of(window: TrainingWindow) -> list[str]:
    return [decoded(window.ids[first : last + 1]) for first, last in window.answers]


def test_removed_reads_the_text_without_its_answer_beside_the_whole() -> None:
    _, (own, other) = twin_windows("removed", "When was the company founded?", "1998")
    assert context_of(own) == decoded(TOKENS.ids([TEXT])[0])
    assert answers_of(own) == ["1998"]
    assert context_of(other) == decoded(TOKENS.ids([f"{BEFORE} {AFTER}"])[0])
    assert other.answers == ()
    assert question_of(own) == question_of(other) == "when was the company founded?"


def test_negated_reads_the_negated_text_beside_the_true_one() -> None:
    _, (own, other) = twin_windows("negated", "When was the company founded?", "1998")
    assert "the company was founded by" in context_of(own)
    assert answers_of(own) == ["1998"]
    assert "the company was not founded by ann lee in 1998" in context_of(other)
    assert other.answers == ()


def test_both_negates_the_question_too_and_keeps_its_answer() -> None:
    twin, (own, other) = twin_windows("both", "Who was the company founded by?", "Ann Lee")
    assert twin.text == "Who was the company not founded by?"
    assert "the company was not founded by ann lee" in context_of(own)
    assert answers_of(own) == ["ann lee"]
    assert "the company was founded by ann lee" in context_of(other)
    assert other.answers == ()


def test_kind_and_redated_stand_alone_around_the_old_answer() -> None:
    """The context is longer than the window, and the old answer is always in it."""
    for kind, question in (
        ("kind", "In what year was the company founded?"),
        ("redated", "Who founded the company in 1998?"),
    ):
        every = corpus((question, "1998" if kind == "kind" else "Ann Lee"))
        add_twins(every, [f"squad-{kind}"])
        groups = Groups(tokenize(every, TOKENS), hard_negatives(every), TOKENS)
        short = replace(STAGE, context_tokens=(16, 16))
        for seed in range(10):
            (only,) = groups.draw(short, 1, random.Random(seed))
            assert only.answers == ()
            assert ("1998" if kind == "kind" else "ann lee") in context_of(only)
        assert every.questions[1].text != question


def test_part_is_answered_by_a_part() -> None:
    text = TEXT.replace("1998", "May 1998")
    start = text.index("May 1998")
    question = TrainingQuestion("When was the company founded?", "squad", 0, ((start, start + 8),))
    every = TrainingCorpus([TrainingContext(text, "", "d")], [question])
    add_twins(every, ["squad-part"])
    twin = every.questions[1]
    assert (twin.text.split(" was ")[0], every.answers(twin)) in [
        *(("In what month", ["May"]), ("In which month", ["May"])),
        *(("In what year", ["1998"]), ("What year", ["1998"])),
    ]


def test_moved_reads_other_contexts_that_are_not_marked() -> None:
    _, (only,) = twin_windows("moved", "When was the company founded?", "1998")
    assert context_of(only) == "another company was founded."
    assert (only.answers, only.marked) == ((), False)
    laid = stack([[only], [replace(only, marked=True)]], 1)
    assert laid.group.tolist() == [0, 1]
    assert laid.marked.tolist() == [2, 1]


def test_a_moved_question_without_another_context_has_no_windows() -> None:
    every = corpus(("When was the company founded?", "1998"))
    add_twins(every, ["squad-moved"])
    nothing = np.full((2, DEPTH), -1, np.int32)
    assert Groups(tokenize(every, TOKENS), nothing, TOKENS).draw(STAGE, 1, random.Random(0)) == []


def test_moved_questions_get_contexts_with_their_answer_too() -> None:
    contexts = [
        TrainingContext("The mayor of Paris is Anna Hill.", "", ""),
        TrainingContext("In Paris the mayor met Anna Hill.", "", ""),
        *(TrainingContext(f"Number {n} means nothing at all.", "", "") for n in range(30)),
    ]
    asked = TrainingQuestion("Who is the mayor of Paris?", "squad", 0, ((22, 31),))
    every = TrainingCorpus(contexts, [asked])
    add_twins(every, ["squad-moved"])
    ranked = hard_negatives(every)
    assert ranked[0].max() == -1
    assert ranked[1].tolist()[:2] == [1, -1]


def test_twins_are_those_that_are_named_and_always_the_same() -> None:
    asked = [("When was the company founded?", "1998"), ("Who was the company founded by?", "Ann Lee")]
    every, again = corpus(*asked), corpus(*asked)
    for some in (every, again):
        add_twins(some, ["squad", "squad-none", "squad-negated", "wiki-negated", "squad-kind"])
    assert every == again
    assert [kind_of(question.source) for question in every.questions] == [
        *(None, None, "negated", "kind", "negated"),
    ]
    assert set(MISLEADING) < set(TWINS)
    assert kind_of("squad-swapped") is None
    assert kind_of("squad-sentences") is None


def test_the_text_without_an_answer_says_nothing_of_it() -> None:
    place = (TEXT.index("1998"), TEXT.index("1998") + 4)
    edits = without_answer(TEXT, [place])
    assert edits is not None
    assert edited(TEXT, edits) == f"{BEFORE} {AFTER}"
    assert without_answer(f"{TEXT} In 1998 it was small.", [place]) is None
    assert without_answer(ANSWER, [(38, 42)]) is None, "nothing would be left"
    boston = (TEXT.index("Boston"), TEXT.index("Boston") + 6)
    assert without_answer(f"{TEXT} The Boston staff is large.", [boston]) is None
    text = f"{BEFORE} {AFTER} The work began in 1998."
    last = without_answer(text, [(text.index("The work"), len(text) - 1)])
    assert last is not None
    assert edited(text, last).rstrip() == f"{BEFORE} {AFTER}"


def test_a_date_is_swapped_for_one_of_its_kind() -> None:
    def swap(question: str, context: str, *answers: str) -> set[str | None]:
        return {redated(question, context, answers, random.Random(seed)) for seed in range(60)}

    text = "In May 1998, 750 came on Monday. In June 2001, 83 came on Friday."
    assert swap("Who came in 1998?", text) == {"Who came in 2001?"}
    assert swap("Who came in May?", text) == {"Who came in June?"}
    assert swap("Who came on Monday?", text) == {"Who came on Friday?"}
    assert swap("Who came in 1998?", text, "in 2001") == {
        f"Who came in {year}?" for year in range(1989, 2008) if year not in (1998, 2001)
    }
    assert swap("Who came in May?", "In May 1998 all came.") == {None}
    assert swap("Who came from 1998 to 2001?", text) == {None}


# --- edits of tokens ------------------------------------------------------------------------------------


def edit_tokens(text: str, *edits: Edit, answers: tuple[tuple[int, int], ...] = ()) -> TokenText:
    [(ids, spans)] = TOKENS.ids_and_spans([text])
    whole = TokenText(0, ids, [0, len(ids)], answers)
    return after(whole, token_edits(edits, spans, TOKENS))


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(9, 9, " not")],
        [Edit(3, 9, "refused"), Edit(17, 17, " never")],
        [Edit(0, 11, "")],
        [Edit(11, 28, "")],
        [],
    ],
)
def test_edits_of_tokens_are_the_tokens_of_the_edited_text(edits: list[Edit]) -> None:
    text = "He agreed. It did move away."
    assert edit_tokens(text, *edits).ids == TOKENS.ids([edited(text, edits)])[0]


def test_answers_sentences_and_changes_move_with_the_tokens() -> None:
    text = "It was founded in 1998. It grew."
    [ids] = TOKENS.ids([text])
    assert len(ids) == 9
    negated = edit_tokens(text, Edit(6, 6, " not"), answers=((0, 0), (4, 4), (1, 2)))
    assert negated.answers == ((0, 0), (5, 5)), "the answer into which a word was put is gone"
    assert negated.stops == [0, 10]
    assert negated.changed == (2, 2)
    assert negated.around((5, 5)) == (2, 5)
    twice = edit_tokens(text, Edit(6, 6, " not"), Edit(26, 26, " never"), answers=((8, 8),))
    assert twice.changed == (2, 8)
    assert twice.answers == ((10, 10),)
    removed = after(
        TokenText(0, ids, [0, 6, 9], ((4, 4), (7, 7))), token_edits([Edit(0, 24, "")], _spans(text), TOKENS)
    )
    assert (removed.stops, removed.answers, removed.changed) == ([0, 3], ((1, 1),), (0, 0))
    assert TokenText(0, ids, [], ()).around(None) is None


def _spans(text: str) -> np.ndarray:
    return TOKENS.ids_and_spans([text])[0][1]
