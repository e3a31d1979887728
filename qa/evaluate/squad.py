"""Reads SQuAD 1.1 and 2.0 files: paragraphs with questions. In an archive a paragraph is an article.

This module knows the shape of the file; it does not know indexes or readers.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nutgraf.indexer.article import Article
from nutgraf.qa.evaluate.questions import (
    GoldQuestion,
    checked_questions,
    not_readable,
    parse_json,
    read_text,
    string,
)

GOLD = "gold"
_SHAPE = (
    'SQuAD is {"data": [{"paragraphs": [{"context", "qas": [{"id", "question", "answers": [{"text"}]}]}]}]}'
)


@dataclass(frozen=True, slots=True)
class SquadQuestion(GoldQuestion):
    """A question with its gold answers (none: it is unanswerable) and the id of its own article."""

    article_id: str

    @property
    def relevant(self) -> Mapping[str, Mapping[str, int]]:
        """Its own paragraph; nothing where the question is unanswerable."""
        return {GOLD: {self.article_id: 1}} if self.gold_answers else {}


@dataclass(frozen=True, slots=True)
class SquadCorpus:
    """Articles and the questions asked of them, in the file's order."""

    articles: list[Article]
    questions: list[SquadQuestion]


def load_squad(path: Path) -> SquadCorpus:
    """Read a SQuAD JSON file (Rajpurkar et al. 2016, 2018), gzipped or not; paragraphs get no title.

    Raises SourceError for a file that cannot be read, has another shape or holds no question.
    """
    content = parse_json(path, read_text(path))
    articles: dict[str, Article] = {}
    questions: list[SquadQuestion] = []
    try:
        for paragraph in (p for document in content["data"] for p in document["paragraphs"]):
            text = string(paragraph["context"])
            # An escaped half of a surrogate pair is JSON, and no text.
            article_id = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
            articles.setdefault(article_id, Article(id=article_id, title="", text=text))
            questions += [_question(qa, article_id) for qa in paragraph["qas"]]
    except KeyError as error:
        raise not_readable(path, f"it lacks {error}; {_SHAPE}") from error
    except (TypeError, IndexError) as error:
        raise not_readable(path, f"it has another shape ({error}); {_SHAPE}") from error
    checked_questions(path, questions)
    return SquadCorpus(list(articles.values()), questions)


def _question(qa: Any, article_id: str) -> SquadQuestion:  # noqa: ANN401 - JSON
    gold_answers = tuple(string(answer["text"]) for answer in qa["answers"])
    return SquadQuestion(str(qa["id"]), string(qa["question"]), gold_answers, article_id)
