"""SQuAD 1.1 dev as an open corpus with Haystack: hybrid retrieval, then its extractive reader.

python haystack_answers.py --squad dev-v1.1.json.gz --encoder DIR --reader DIR --questions 1000 --out run.json
"""

import argparse
import gzip
import json
import os
import random
import re
import string
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_OFFLINE", "1")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its gold spans."""

    id: str
    question: str
    golds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One question's answers: `best` never abstains, `answer` is "" where "no answer" ranks first."""

    id: str
    question: str
    golds: tuple[str, ...]
    best: str
    answer: str
    score: float
    retrieved_gold: bool
    ms: float


def read_squad(path: Path) -> tuple[list[str], list[Asked], dict[str, str]]:
    """Distinct paragraphs, all questions in file order, and the paragraph of each question."""
    raw = path.read_bytes()
    articles = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    questions = [
        Asked(qa["id"], qa["question"], tuple(dict.fromkeys(a["text"] for a in qa["answers"])))
        for paragraph in paragraphs
        for qa in paragraph["qas"]
    ]
    homes = {qa["id"]: paragraph["context"] for paragraph in paragraphs for qa in paragraph["qas"]}
    return list(dict.fromkeys(paragraph["context"] for paragraph in paragraphs)), questions, homes


def normal(text: str) -> str:
    """SQuAD's own rule: lower case, no punctuation, no articles, single spaces."""
    kept = "".join(char for char in text.lower() if char not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def f1(text: str, gold: str) -> float:
    ours, theirs = normal(text).split(), normal(gold).split()
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs)) if shared else 0.0


def scores(rows: list[Row], field: str) -> dict[str, float]:
    """EM and F1 in per cent, each the best over the gold spans."""
    exact = [max(normal(getattr(row, field)) == normal(gold) for gold in row.golds) for row in rows]
    overlap = [max(f1(getattr(row, field), gold) for gold in row.golds) for row in rows]
    return {"em": round(100 * float(np.mean(exact)), 2), "f1": round(100 * float(np.mean(overlap)), 2)}


def pipeline(texts: list[str], args: argparse.Namespace) -> Any:  # noqa: ANN401  (haystack has no stable type here)
    """BM25 and embedding retrievers, reciprocal rank fusion to ten documents, extractive reader."""
    from haystack import Document, Pipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

    model = str(args.encoder)
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    embedder = SentenceTransformersDocumentEmbedder(model=model, progress_bar=False)
    store.write_documents(embedder.run([Document(content=text) for text in texts])["documents"])

    reader = TransformersExtractiveReader(
        model=args.reader, top_k=1, model_kwargs={"dtype": args.dtype} if args.dtype else None
    )
    if args.token_types:
        mark_segments(reader)
    asking = Pipeline()
    asking.add_component("embedder", SentenceTransformersTextEmbedder(model=model, progress_bar=False))
    asking.add_component("bm25", InMemoryBM25Retriever(store, top_k=10))
    asking.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=10))
    asking.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=10))
    asking.add_component("reader", reader)
    asking.connect("embedder.embedding", "dense.query_embedding")
    asking.connect("bm25", "joiner")
    asking.connect("dense", "joiner")
    asking.connect("joiner", "reader.documents")
    return asking


def mark_segments(reader: Any) -> None:  # noqa: ANN401  (as above)
    """Give a BERT reader the segment ids that TransformersExtractiveReader leaves out.

    Its `_preprocess` keeps input_ids and attention_mask only, so a BERT sees question and passage as one
    segment. Segment 1 runs from after the first [SEP] to the second one.
    """
    reader.warm_up()
    model, separator = reader.model, reader.tokenizer.sep_token_id

    def marked(input_ids: Any, attention_mask: Any) -> Any:  # noqa: ANN401
        seps = (input_ids == separator).cumsum(-1)
        types = ((seps >= 1) & (input_ids != separator) | (seps >= 2)) & (attention_mask == 1)
        return model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=types.long())

    reader.model = marked


def ask(asking: Any, asked: Asked, home: str) -> Row:  # noqa: ANN401  (as above)
    question = asked.question
    started = time.perf_counter()
    result = asking.run(
        {"embedder": {"text": question}, "bm25": {"query": question}, "reader": {"query": question}},
        include_outputs_from={"joiner"},
    )
    ms = 1000 * (time.perf_counter() - started)
    answers = result["reader"]["answers"]
    spans = [answer for answer in answers if answer.data is not None]
    best = spans[0].data if spans else ""
    return Row(
        id=asked.id,
        question=question,
        golds=asked.golds,
        best=best,
        answer=(answers[0].data or "") if answers else "",
        score=spans[0].score if spans else 0.0,
        retrieved_gold=any(document.content == home for document in result["joiner"]["documents"]),
        ms=ms,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--squad", type=Path, required=True, help="SQuAD 1.1 dev, .json or .json.gz")
    parser.add_argument("--encoder", type=Path, required=True, help="a sentence-transformers folder")
    parser.add_argument("--reader", type=Path, required=True, help="an AutoModelForQuestionAnswering folder")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--passages", type=Path, help='JSON lines with "text" to search instead of the paragraphs'
    )
    parser.add_argument(
        "--dtype", help="load the reader in this dtype, e.g. float32; else as its config says"
    )
    parser.add_argument(
        "--token-types", action="store_true", help="patch in the segment ids Haystack leaves out"
    )
    parser.add_argument("--out", type=Path, default=Path("haystack-answers.json"))
    args = parser.parse_args()

    texts, questions, homes = read_squad(args.squad)
    if args.passages:
        texts = [json.loads(line)["text"] for line in args.passages.read_text(encoding="utf-8").splitlines()]
    asking = pipeline(texts, args)
    sample = random.Random(args.seed).sample(questions, args.questions)
    ask(asking, sample[0], homes[sample[0].id])  # loads the models; not timed
    rows = [ask(asking, asked, homes[asked.id]) for asked in sample]

    times = [row.ms for row in rows]
    summary = {
        "questions": len(rows),
        "documents": len(texts),
        "no_answer_off": scores(rows, "best"),
        "no_answer_on": scores(rows, "answer"),
        "abstained": sum(not row.answer for row in rows),
        "gold_paragraph_in_top_10": round(100 * float(np.mean([row.retrieved_gold for row in rows])), 2),
        "median_ms": round(float(np.median(times)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "dtype": args.dtype or "as saved",
        "token_types": args.token_types,
    }
    print(json.dumps(summary, indent=2))
    args.out.write_text(
        json.dumps({"summary": summary, "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=1),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
