"""Fitting a calibration to outcomes, judging it, and reading the questions it is fitted to."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.calibration import Calibration, Features
from nutgraf.qa.evaluate.fitting import (
    CalibrationFigures,
    JudgedTrial,
    Trial,
    cross_validated,
    figures,
    fitted,
    judged,
    least_floor,
    least_threshold,
    mixed,
)
from nutgraf.qa.evaluate.labels import LabelledQuestion, load_labelled


def outcome(question: int, score: float | None, *, there: bool = True, right: bool = False) -> Trial:
    return Trial(question, there, None if score is None else Features(score, 0.0, 0.0), right)


# 60 questions, each asked twice: right answers score 1 to 3, wrong ones and those without an answer -3 to 0.
OUTCOMES = [
    *(outcome(n, 1.0 + n % 3 if n % 4 else -float(n % 3), right=bool(n % 4)) for n in range(60)),
    *(outcome(n, -float(n % 4), there=False) for n in range(60)),
]


@pytest.mark.parametrize(
    ("probabilities", "share", "threshold"),
    [
        # 18 of 19 below: ceil(0.9 x 20)
        ([n / 20 for n in range(1, 20)], 0.1, 0.9001),
        # all 9 below: ceil(0.9 x 10)
        ([n / 10 for n in range(1, 10)], 0.1, 0.9001),
        # 2 of 3 below: ceil(0.5 x 4), whatever their order
        ([0.7, 0.2, 0.4], 0.5, 0.4001),
        ([0.7, 0.2, 0.4], 0.0, 0.7001),
        ([0.7, 0.2, 0.4], 1.0, 0.0),
        ([0.99999], 0.0, 1.0),
        ([], 0.1, 0.0001),
    ],
)
def test_the_least_threshold(probabilities: list[float], share: float, threshold: float) -> None:
    assert least_threshold(probabilities, share) == threshold


def guesses(right_of_ten: list[int], top: float = 0.5) -> list[tuple[float, bool]]:
    """Return groups of fifty guesses each, of which so many in ten are right, from `top` down."""
    return [
        (top - 0.001 * (50 * group + at), at % 10 < right)
        for group, right in enumerate(right_of_ten)
        for at in range(50)
    ]


def test_the_floor_is_where_fewer_than_one_guess_in_four_is_right() -> None:
    assert least_floor(guesses([6, 3, 2, 5]), 0.6) == 0.401  # the hundredth guess
    assert least_floor(guesses([6, 3]), 0.6) == 0.401
    assert least_floor(guesses([2, 9]), 0.6) == 0.6
    assert least_floor([(0.9, True)] * 50, 0.6) == 0.6
    assert least_floor([], 0.6) == 0.6


def test_one_in_three_is_unanswerable() -> None:
    """4 of the answerable are seen, so 2 of the 5 others are, the 1st and the 3rd."""
    outcomes = [outcome(n, 1.0) for n in range(4)] + [outcome(9, None), outcome(9, None, there=False)]
    outcomes += [outcome(n, 0.0, there=False) for n in range(5)]
    assert mixed(outcomes) == [0, 1, 2, 3, 6, 8]
    assert mixed([outcome(0, 1.0), outcome(0, 1.0, there=False)]) == [0]


def test_judging_by_hand() -> None:
    calibration = Calibration((0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0), threshold=0.5)
    found = judged(calibration, [outcome(0, 0.0), outcome(1, -1.0), outcome(2, None)])
    assert [j.probability for j in found] == [0.5, pytest.approx(0.26894, abs=1e-5), 0.0]
    assert [j.answered for j in found] == [True, False, False]


def test_figures_by_hand() -> None:
    """Answered are 3 of 4 with an answer, 2 of them right, and 1 of 4 without.

    ECE over the four and two of the others: bin 0.9 has three, two right (0.2333 off), bin 0.2 three, none
    right (0.2 off).
    """
    there = [(0.9, True), (0.9, True), (0.9, False), (0.2, False)]
    none = [0.2, 0.9, 0.2, 0.2]
    found = [JudgedTrial(outcome(n, 0.0, right=right), p, p > 0.5) for n, (p, right) in enumerate(there)]
    found += [JudgedTrial(outcome(n, 0.0, there=False), p, p > 0.5) for n, p in enumerate(none)]
    expected = 0.5 * (0.9 - 2 / 3) + 0.5 * 0.2
    assert figures(found) == CalibrationFigures(
        ece=pytest.approx(expected), coverage=0.75, right=pytest.approx(2 / 3), false_answers=0.25
    )


def test_a_fit_keeps_the_share_of_false_answers_and_four_places() -> None:
    calibration = fitted(OUTCOMES, 0.1)
    assert all(round(number, 4) == number for number in calibration.numbers().values())
    # A quarter of them score 0, alike: all or none of these are above a threshold, so none is.
    strict = figures(judged(calibration, OUTCOMES))
    assert (strict.coverage, strict.right, strict.false_answers) == (0.75, 1.0, 0.0)
    lax = figures(judged(fitted(OUTCOMES, 0.3), OUTCOMES))
    assert lax.false_answers == 0.25
    assert lax.coverage > 0.75


def test_cross_validation_judges_each_outcome_once_by_a_fit_that_saw_neither_ask() -> None:
    found = cross_validated(OUTCOMES, 0.1)
    assert sorted(map(id, (j.trial for j in found))) == sorted(map(id, OUTCOMES))
    # The one right answer among wrong ones is not known to the fit that judges it.
    odd = [outcome(n, 0.0, right=n == 7) for n in range(50)] + [
        outcome(n, -1.0, there=False) for n in range(50)
    ]
    own = next(j for j in cross_validated(odd, 0.1) if j.trial.right)
    others = [j.probability for j in cross_validated(odd, 0.1) if j.trial.answerable and not j.trial.right]
    assert own.probability < max(others)
    assert own.probability == min(others)


# --- questions --------------------------------------------------------------------------------------------


def written(folder: Path, lines: list[Any], name: str = "questions.jsonl") -> Path:
    path = folder / name
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize("name", ["questions.jsonl", "questions.jsonl.gz"])
def test_lines_of_questions(tmp_path: Path, name: str) -> None:
    lines = [
        {"question": "Who won?", "answers": ["Ann", {"text": "Ann Lee", "sentence": "Ann Lee won."}]},
        "",
        {"question": "Who lost?", "answers": [], "article": "a1", "id": "q2", "note": 7},
    ]
    assert load_labelled(written(tmp_path, lines, name)) == [
        LabelledQuestion("line 1", "Who won?", ("Ann", "Ann Lee"), None),
        LabelledQuestion("line 3", "Who lost?", (), "a1"),
    ]


def test_a_squad_file(tmp_path: Path) -> None:
    qa = {"id": "1", "question": "Who won?", "answers": [{"text": "Ann", "answer_start": 0}]}
    squad = {"data": [{"paragraphs": [{"context": "Ann won.", "qas": [qa]}]}]}
    (found,) = load_labelled(written(tmp_path, [squad], "squad.json"))
    assert (found.text, found.gold_answers) == ("Who won?", ("Ann",))
    assert found.answered_by(Article(id=str(found.article_id), title="", text="Ann won."))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "it holds no question"),
        (["{"], "line 1 is not JSON"),
        ([{"question": "Who won?"}], "line 1 lacks 'answers'"),
        ([{"question": "Who won?", "answers": []}, {"answers": []}], "line 2 lacks 'question'"),
        ([{"question": "Who won?", "answers": "Ann"}], "answers are 'Ann', expected a list of strings"),
        ([{"question": 7, "answers": []}], "line 1 has another shape: expected a string, found 7"),
        (["[1]"], "line 1 has another shape"),
        ([{"question": "?!", "answers": []}], "line 1: the question '\\?!' has no letter and no digit"),
        ([{"question": "Who won?", "answers": ["The ..."]}], "line 1: an answer has no words"),
    ],
)
def test_questions_that_cannot_be_used(tmp_path: Path, lines: list[Any], message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        load_labelled(written(tmp_path, lines))
    assert caught.value.hint.startswith('QUESTIONS.jsonl with {"question": "...", "answers": ["..."]')


def test_which_articles_answer_a_question() -> None:
    question = LabelledQuestion("1", "How much?", ("U.S. aid", "7 dollars"), "own")
    texts = {
        "own": "Nothing of it.",
        "a": "They sent US aid.",
        "b": "It cost 77 dollars.",
        "c": "7, dollars!",
    }
    answering = [i for i, text in texts.items() if question.answered_by(Article(id=i, title="", text=text))]
    assert answering == ["own", "a", "c"]
