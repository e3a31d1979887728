"""The seed questions: every gold span stands, letter for letter, in the seed article that it names."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

ARTICLES = {
    "seeds/000_a776745d974efc67.txt": "4f79933b1d8b9a45e8e967af473b91f783059318ab324cdb2985eef2e2717d72",
    "seeds/002_72d0e388f015c1f5.txt": "1d735bdeee5913b4f585275a58e2540c7b2c2e0a15dfa5ab8e2b975af3720d3f",
    "seeds/004_d6905fbb12041181.txt": "942096a3cade9070e0f22d31f07b8756d99a104f97c89d91888672021c7066ae",
}
# What the pages left behind around the articles: no answer may be quoted from these lines.
LEFTOVERS = (
    "DoD News publishes",
    "Leave a Reply",
    "Your email address",
    "Required fields",
    "See full post here",
    "About the author",
    "Curtis Stiles",
    "Lisa Ferdinando",
)

LINES = (ROOT / "seeds/questions.jsonl").read_text(encoding="utf-8").splitlines()
QUESTIONS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
ANSWERED = [question for question in QUESTIONS if question["answered"]]
UNANSWERED = [question for question in QUESTIONS if not question["answered"]]


@pytest.mark.parametrize("path", sorted(ARTICLES))
def test_seed_articles_are_the_pinned_bytes(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == ARTICLES[path]


def test_every_line_has_the_same_fields() -> None:
    for question in QUESTIONS:
        assert list(question) == ["id", "question", "article", "answers", "answered"]
        assert question["question"] == question["question"].strip()
        assert question["question"].endswith("?")


def test_ids_count_up_and_no_question_is_asked_twice() -> None:
    assert [question["id"] for question in QUESTIONS] == [f"s{n:02d}" for n in range(1, len(QUESTIONS) + 1)]
    asked = Counter(question["question"].casefold() for question in QUESTIONS)
    assert [text for text, count in asked.items() if count > 1] == []


def test_there_are_enough_questions_of_each_kind() -> None:
    assert len(ANSWERED) >= 30
    assert len(UNANSWERED) >= 8


def test_every_article_is_asked_about_in_several_places() -> None:
    for path in ARTICLES:
        sentences = {q["answers"][0]["sentence"] for q in ANSWERED if q["article"] == path}
        assert len(sentences) >= 8, path


@pytest.mark.parametrize("question", ANSWERED, ids=lambda question: str(question["id"]))
def test_gold_spans_are_quotes_of_their_article(question: dict[str, Any]) -> None:
    assert question["article"] in ARTICLES
    text = (ROOT / question["article"]).read_bytes().decode("utf-8")
    spans = [answer["text"] for answer in question["answers"]]
    assert 1 <= len(spans) <= 3
    assert len(set(spans)) == len(spans)
    for answer in question["answers"]:
        assert list(answer) == ["text", "sentence"]
        assert answer["text"] == answer["text"].strip() != ""
        assert answer["text"] in answer["sentence"]
        assert text.count(answer["sentence"]) == 1
        assert "\n" not in answer["sentence"]
        assert not any(leftover in answer["sentence"] for leftover in LEFTOVERS)


@pytest.mark.parametrize("question", UNANSWERED, ids=lambda question: str(question["id"]))
def test_unanswered_questions_name_no_article(question: dict[str, Any]) -> None:
    assert question["article"] is None
    assert question["answers"] == []


def test_the_sanctions_question_has_its_agreed_gold() -> None:
    golds = [
        q["answers"][0]["text"] for q in QUESTIONS if q["question"] == "What did China agree to on sanctions?"
    ]
    assert golds == ["new United Nations sanctions against the North"]
