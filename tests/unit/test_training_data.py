"""Nothing that the reader is measured on is in what it learns from."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nutgraf.models.training.questions import TrainingCorpus, load
from nutgraf.models.training.recipe import SOURCES, UNSEEN
from nutgraf.qa.normalize import normalize

DATA = Path(os.environ.get("NUTGRAF_DATA", "../shared/data"))
pytestmark = pytest.mark.skipif(
    not (DATA / "reader-train").is_dir(), reason="needs the training data: set NUTGRAF_DATA"
)


@pytest.fixture(scope="module")
def mix() -> TrainingCorpus:
    return load(DATA / "reader-train")


def words(text: str) -> str:
    return " ".join(normalize(text).split())


def runs_of(text: str) -> Iterator[str]:
    parts = text.split()
    return (" ".join(parts[at : at + 20]) for at in range(len(parts) - 19))


# Two people may ask the same of different texts; these are all such questions.
BY_CHANCE = {"what happened in 1901", "when was article published"}


def evaluated() -> tuple[set[str], set[str]]:
    """Return the contexts and the questions of the SQuAD dev sets, as normalised words."""
    contexts, questions = set(), set()
    for name in ("dev-v1.1", "dev-v2.0"):
        for document in json.loads(gzip.decompress((DATA / "squad" / f"{name}.json.gz").read_bytes()))[
            "data"
        ]:
            for paragraph in document["paragraphs"]:
                contexts.add(words(paragraph["context"]))
                questions |= {words(qa["question"]) for qa in paragraph["qas"]}
    return contexts, questions


def test_no_paragraph_of_the_evaluation_sets_is_learnt(mix: TrainingCorpus) -> None:
    contexts, _ = evaluated()
    assert len(contexts) > 2000
    learnt = {words(context.text) for context in mix.contexts}
    assert len(learnt) > 15_000
    assert not contexts & learnt
    # Nor a part of one: no run of 20 words is shared.
    runs = {run for text in contexts for run in runs_of(text)}
    assert not any(run in runs for text in learnt for run in runs_of(text))


def test_no_question_of_the_evaluation_sets_is_learnt(mix: TrainingCorpus) -> None:
    _, questions = evaluated()
    assert len(questions) > 16_000
    assert questions & {words(question.text) for question in mix.questions} == BY_CHANCE


def test_no_news_question_is_learnt(mix: TrainingCorpus) -> None:
    lines = gzip.decompress((DATA / "news" / "questions.jsonl.gz").read_bytes()).decode().splitlines()
    asked = {words(json.loads(line)["question"]) for line in lines}
    assert len(asked) > 2000
    assert not asked & {words(question.text) for question in mix.questions}


def test_every_marked_answer_stands_where_it_is_marked(mix: TrainingCorpus) -> None:
    for question in mix.questions:
        text = mix.contexts[question.context].text
        for start, end in question.answers:
            assert 0 <= start < end <= len(text)
    assert sum(question.source == "squad-none" for question in mix.questions) == 2335


def test_held_out_documents_are_few_and_not_learnt(mix: TrainingCorpus) -> None:
    held = {mix.contexts[q.context].document for q in mix.questions if mix.held_out(q)}
    learnt = {mix.contexts[q.context].document for q in mix.questions if not mix.held_out(q)}
    assert not held & learnt
    assert 1500 < sum(mix.held_out(q) and bool(q.answers) for q in mix.questions) < 4000
    assert not {source.file for source in SOURCES.values()} & set(UNSEEN)
