"""Reads labelled questions, for fitting a calibration: JSON lines, or a SQuAD file.

A line is `{question, answers}`; `answers` is a list of strings, empty where the archive has no answer. A line
may also have `article`, the id of the article that answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.checks import checked_question
from nutgraf.qa.errors import BadQuestion
from nutgraf.qa.evaluate.news import occurring
from nutgraf.qa.evaluate.questions import GoldQuestion, checked_questions, json_lines, string
from nutgraf.qa.evaluate.squad import load_squad
from nutgraf.qa.normalize import normalize

_HINT = (
    'QUESTIONS.jsonl with {"question": "...", "answers": ["..."], "article": "ID"} on each line,'
    ' "answers": [] where there is none; or a SQuAD file .json'
)


@dataclass(frozen=True, slots=True)
class LabelledQuestion(GoldQuestion):
    """A question, its gold answers (none: the archive does not answer it), and their article if known."""

    article_id: str | None = None

    def answered_by(self, article: Article) -> bool:
        """Whether the article is the question's own, or has the words of a gold answer."""
        return article.id == self.article_id or bool(occurring({*self.gold_answers}, [article.text]))


def load_labelled(path: Path) -> list[LabelledQuestion]:
    """Read a file of questions, gzipped or not: .jsonl has one a line, anything else is a SQuAD file.

    Raises SourceError, naming the line, for a file that cannot be read, has another shape or holds a question
    that cannot be asked.
    """
    try:
        if path.name.endswith((".jsonl", ".jsonl.gz")):
            questions = [*json_lines(path, _labelled)]
        else:
            questions = [
                LabelledQuestion(q.id, q.text, q.gold_answers, q.article_id)
                for q in load_squad(path).questions
            ]
        checked_questions(path, questions)
    except SourceError as error:
        raise SourceError(str(error), hint=_HINT) from error
    for question in questions:
        _check(path, question)
    return questions


def _labelled(record: Any, number: int) -> LabelledQuestion:  # noqa: ANN401 - JSON
    answers, article = record["answers"], record.get("article")
    if not isinstance(answers, list):
        raise TypeError(f"answers are {answers!r:.40}, expected a list of strings")
    return LabelledQuestion(
        id=f"line {number}",
        text=string(record["question"]),
        gold_answers=tuple(string(a["text"] if isinstance(a, Mapping) else a) for a in answers),
        article_id=None if article is None else string(article),
    )


def _check(path: Path, question: LabelledQuestion) -> None:
    try:
        checked_question(question.text)
    except BadQuestion as error:
        raise SourceError(f"{path}: {question.id}: {error}", hint=_HINT) from error
    if any(not normalize(gold) for gold in question.gold_answers):
        message = f'{path}: {question.id}: an answer has no words; where there is none, write "answers": []'
        raise SourceError(message, hint=_HINT)
