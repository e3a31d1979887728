"""Questions made by rules: each pattern, what is left alone, and the file that the command writes."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.models import shipped
from nutgraf.models.training.clauses import Lexicon, made_questions
from nutgraf.models.training.made import candidates, main
from nutgraf.models.training.questions import TrainingContext, TrainingCorpus, TrainingQuestion, load
from nutgraf.models.training.recipe import OPTIONAL, SOURCES

WORDS = "the company can move and open an office, build a bridge and make cars; the cost and the lead"
LEXICON = Lexicon([WORDS, "Ann went"], [("Who went?", "Ann Bell"), ("Where did she go?", "Boston")])


def made(sentence: str) -> list[tuple[str, str]]:
    return [
        (question.text, sentence[question.start : question.end])
        for question in made_questions(sentence, LEXICON)
    ]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "The company was founded in 1998 in Boston.",
            [
                ("When was the company founded in Boston?", "1998"),
                ("Where was the company founded in 1998?", "Boston"),
            ],
        ),
        (
            "The company was founded by Ann Lee in Boston, which is large.",
            [
                ("Where was the company founded by Ann Lee?", "Boston"),
                ("Who founded the company in Boston?", "Ann Lee"),
            ],
        ),
        ("The company moved to Rome on 7 May 1998.", [("When did the company move to Rome?", "7 May 1998")]),
        (
            "The company opened an office on Monday and was sold.",
            [("On what day of the week did the company open an office?", "Monday")],
        ),
        ("Ann Lee built a bridge for him.", [("Who built a bridge for him?", "Ann Lee")]),
        ("The company has about 300 offices.", [("How many offices does the company have?", "about 300")]),
        ("Two people were killed there.", [("How many people were killed there?", "Two")]),
        (
            "About 40% of the offices are closed.",
            [("What percentage of the offices are closed?", "About 40%")],
        ),
        ("Paris is the capital of France.", [("What is the capital of France?", "Paris")]),
        ("Ann Lee was the first mayor of Rome.", [("Who was the first mayor of Rome?", "Ann Lee")]),
        ("Ann Lee said little about the cost.", [("Who said little about the cost?", "Ann Lee")]),
    ],
)
def test_each_pattern(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert made(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "It was founded in 1998.",
        "In 1998 the company was founded.",
        "The company was not founded in 1998.",
        "The company and the office were founded in 1998.",
        "Was the company founded in 1998?",
        "The company was founded in 1998 francs.",
        "Boston Red made a car for him.",
        "The company is large.",
        "Great is the fun of it.",
    ],
)
def test_what_the_rules_cannot_read_is_left_alone(sentence: str) -> None:
    assert made(sentence) == []


@given(st.text())
def test_any_text_can_be_given(sentence: str) -> None:
    for question in made_questions(sentence, LEXICON):
        assert 0 <= question.start < question.end <= len(sentence)


def test_candidates_come_from_what_is_learnt_and_few_from_each_context() -> None:
    sentence = "The company was founded in 1998 in Boston. "
    contexts = [
        TrainingContext(sentence, "", "a"),
        TrainingContext(sentence, "", "b", held_out=True),
        TrainingContext(sentence * 5, "", "c"),
    ]
    questions = [TrainingQuestion("Who?", "squad", 0, ((0, 3),))]
    found = candidates(TrainingCorpus(contexts, questions))
    assert sorted(c.context for c in found) == [0, 0, 2, 2, 2, 2]
    assert {contexts[c.context].text[c.start : c.end] for c in found} == {"1998", "Boston"}


def write_sources(folder: Path, text: str) -> Path:
    for source in SOURCES.values():
        paragraphs = [{"context": text, "qas": []}] if source.file == SOURCES["amazon"].file else []
        data = [{"title": "a", "paragraphs": paragraphs}]
        (folder / source.file).write_bytes(gzip.compress(json.dumps({"data": data}).encode()))
    return folder


TEXT = "Trains ran there. The company was founded in 1998 in Boston. The company was not liked."


def test_the_command_keeps_what_the_reader_in_the_box_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_sources(tmp_path, TEXT)
    out = tmp_path / OPTIONAL["made"].file
    command = [
        "--data",
        str(data),
        "--teacher",
        str(shipped("small-reader")),
        "--out",
        str(out),
        "--threads",
        "1",
    ]
    assert main(command) == 0
    assert capsys.readouterr().out == f"{out}: 2 of 2 made questions stay (100%)\n"
    corpus = load(data, OPTIONAL)
    assert [context.text for context in corpus.contexts] == [TEXT]
    assert sorted((q.text, q.source, *corpus.answers(q)) for q in corpus.questions) == [
        ("When was the company founded in Boston?", "made", "1998"),
        ("Where was the company founded in 1998?", "made", "Boston"),
    ]
    first = out.read_bytes()
    assert main([*command, "--most", "2"]) == 0
    assert len(json.loads(gzip.decompress(out.read_bytes()))["data"][0]["paragraphs"][0]["qas"]) == 2
    assert main(command) == 0
    assert out.read_bytes() == first


def test_a_question_with_two_answers_keeps_the_reader_s(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Two people were killed there. Five hundred people were killed there."
    data = write_sources(tmp_path, text)
    out = tmp_path / "made.json.gz"
    assert main(["--data", str(data), "--teacher", str(shipped("small-reader")), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}: 1 of 2 made questions stay (50%)\n"


def test_the_command_refuses_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none"
    assert main(["--data", str(tmp_path), "--teacher", str(missing), "--out", "x"]) == 2
    assert (
        capsys.readouterr().err
        == f"error: {missing}: no such folder\nhint: name a reader: --teacher RUN/reader\n"
    )
    assert main(["--data", str(tmp_path), "--teacher", str(shipped("small-reader")), "--out", "x"]) == 2
    assert "cannot be read as a SQuAD file" in capsys.readouterr().err
    data = write_sources(tmp_path, "Nothing is here.")
    out = tmp_path / "none" / "made.json.gz"
    assert main(["--data", str(data), "--teacher", str(shipped("small-reader")), "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"error: {out}: cannot be written: No such file or directory\n"
