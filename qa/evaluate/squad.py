"""SQuAD 1.1 and 2.0 files as an open corpus: a distinct paragraph is an article, a question is asked of all.

Knows the file's shape; does not know indexes or readers.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from indexer.article import Article


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its gold answers (none: unanswerable) and the article that holds them."""

    id: str
    text: str
    golds: tuple[str, ...]
    article_id: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles and the questions asked of them, in the file's order."""

    articles: list[Article]
    questions: list[Question]


def load_squad(path: Path) -> Corpus:
    """Read a SQuAD JSON file (.json or .json.gz); paragraphs get no title."""
    raw = path.read_bytes()
    documents = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]
    articles: dict[str, Article] = {}
    questions = []
    for paragraph in (p for document in documents for p in document["paragraphs"]):
        text = paragraph["context"]
        article_id = hashlib.sha256(text.encode()).hexdigest()[:16]
        articles.setdefault(article_id, Article(id=article_id, title="", text=text))
        questions += [
            Question(str(qa["id"]), qa["question"], tuple(a["text"] for a in qa["answers"]), article_id)
            for qa in paragraph["qas"]
        ]
    return Corpus(list(articles.values()), questions)
