"""`answer` of an int8 reader against `answer` of the float32 model it was exported from.

Needs what test_parity.py needs; skipped with its reason where that is absent.
"""

import gzip
import json
import os
import random
from pathlib import Path

import numpy as np
import pytest

from nutgraf import models
from nutgraf.qa.evaluate.metrics import exact_match, f1

# two minutes of a processor, which may be busy
pytestmark = [pytest.mark.parity, pytest.mark.slow, pytest.mark.timeout(1200)]

DATA = Path(os.environ.get("NUTGRAF_DATA", "../shared/data"))
QUESTIONS = 1000
SEED = 11
SAME_SHARE = 0.95  # of the answers: the spans must agree for 97 % in test_parity.py, here they may be longer
POINTS = 0.4  # by how much exact match and F1 may differ, in points of 100


def questions() -> tuple[list[str], list[str], list[list[str]]]:
    """Return SQuAD 1.1 development questions, their paragraphs and their gold answers."""
    path = DATA / "squad" / "dev-v1.1.json.gz"
    if not path.is_file():
        pytest.skip(f"SQuAD is not at {path}: set NUTGRAF_DATA")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    rows = [
        (asked["question"], paragraph["context"], [gold["text"] for gold in asked["answers"]])
        for article in articles
        for paragraph in article["paragraphs"]
        for asked in paragraph["qas"]
    ]
    drawn = random.Random(SEED).sample(rows, QUESTIONS)
    return [row[0] for row in drawn], [row[1] for row in drawn], [row[2] for row in drawn]


def test_int8_answers_as_float32_does(readers: tuple[str, str]) -> None:
    float32_reader, int8_reader = readers
    asked, contexts, golds = questions()
    int8 = models.load_reader(int8_reader).answer(question=asked, context=contexts)
    float32 = models.load_reader(float32_reader).answer(question=asked, context=contexts)
    for found in (int8, float32):
        for context, one in zip(contexts, found, strict=True):
            assert context[one["start"] : one["end"]] == one["answer"]
            assert 0 < one["score"] <= 1
    same = np.mean([a["answer"] == b["answer"] for a, b in zip(int8, float32, strict=True)])
    assert same >= SAME_SHARE
    for measure in (exact_match, f1):
        scores = [
            100 * np.mean([measure(one["answer"], gold) for one, gold in zip(found, golds, strict=True)])
            for found in (int8, float32)
        ]
        assert abs(scores[0] - scores[1]) <= POINTS, f"{measure.__name__}: int8 and float32 have {scores}"
