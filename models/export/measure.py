"""Measures the ranges of a model's activations on the questions and contexts of SQuAD files."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nutgraf.models.cards import VOCABULARY, ShippedModel, sha256_of
from nutgraf.models.export import ranges, sources, transformer
from nutgraf.models.export.forms import Plain
from nutgraf.models.logits import QUESTION_TOKENS
from nutgraf.models.tokens import Tokens

_PAIRS = 800  # pairs in all; not compared with other numbers
_SEED = 0
_LONGEST = 512  # tokens of the longest window


def measure(name: ShippedModel, source: Path, texts: list[Path], into: Path) -> None:
    """Run the float32 model on equally many pairs from each file, and write the ranges to `into`."""
    weights = sources.load(source)
    tokens = Tokens(source / VOCABULARY)
    pairs = [pair for path in texts for pair in _sample(path, _PAIRS // len(texts))]
    if name == "encoder":
        graph, rows = transformer.encoder(weights, Plain()), _encoder_rows(tokens, pairs)
    else:
        graph = transformer.reader(weights, Plain())
        rows = _reader_rows(tokens, pairs, with_types=weights.has_types)
    by_value = ranges.measure(graph, rows, weights.layers)
    ranges.save(into, sha256_of(source / sources.WEIGHTS), by_value)


def _sample(path: Path, count: int) -> list[tuple[str, str]]:
    """Draw at most `count` (question, context) pairs from a file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        articles = json.load(file)["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    pairs = [(qa["question"], paragraph["context"]) for paragraph in paragraphs for qa in paragraph["qas"]]
    return random.Random(_SEED).sample(pairs, min(count, len(pairs)))


def _encoder_rows(tokens: Tokens, pairs: list[tuple[str, str]]) -> Iterator[dict[str, np.ndarray]]:
    """Yield batches of one text: every context, then every fourth question."""
    texts = [context for _, context in pairs] + [question for question, _ in pairs[::4]]
    for ids in tokens.ids(texts):
        yield {"ids": np.array([[tokens.cls, *ids[:254], tokens.sep]])}


def _reader_rows(
    tokens: Tokens, pairs: list[tuple[str, str]], *, with_types: bool
) -> Iterator[dict[str, np.ndarray]]:
    """Yield batches of one pair."""
    questions = tokens.ids([question for question, _ in pairs])
    contexts = tokens.ids([context for _, context in pairs])
    for question, context in zip(questions, contexts, strict=True):
        head = [tokens.cls, *question[:QUESTION_TOKENS], *tokens.between]
        ids = [*head, *context[: _LONGEST - 1 - len(head)], tokens.sep]
        types = {"types": np.array([[0] * len(head) + [1] * (len(ids) - len(head))])} if with_types else {}
        yield {"ids": np.array([ids])} | types
