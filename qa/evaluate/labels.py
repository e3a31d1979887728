"""Reads labelled questions, to fit a calibration on: JSON lines as `qa.evaluate.news` has them, or SQuAD."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.checks import checked_question
from nutgraf.qa.errors import BadQuestion
from nutgraf.qa.evaluate.news import evidence, gold_answers, occurring
from nutgraf.qa.evaluate.questions import GoldQuestion, checked_questions, json_lines, string
from nutgraf.qa.evaluate.squad import load_squad
from nutgraf.qa.normalize import normalize

_HINT = (
    'QUESTIONS.jsonl with {"question": "...", "answers": ["..."], "article": "ID"} on each line,'
    ' "answers": [] where there is none; or a SQuAD file .json'
)


@dataclass(frozen=True, slots=True)
class LabelledQuestion(GoldQuestion):
    """A question, its gold answers (none: the archive does not answer it), and their articles if known."""

    article_id: str | None = None
    other_articles: tuple[str, ...] = ()

    def answered_by(self, article: Article) -> bool:
        """Whether the article is one of the question's own, or has the words of a gold answer."""
        is_own = article.id in (self.article_id, *self.other_articles)
        return is_own or bool(occurring({*self.gold_answers}, [article.text]))


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
    first, *others = evidence(record) or (None,)
    return LabelledQuestion(
        id=f"line {number}",
        text=string(record["question"]),
        gold_answers=gold_answers(record),
        article_id=first,
        other_articles=tuple(name for name in others if name is not None),
    )


def _check(path: Path, question: LabelledQuestion) -> None:
    try:
        checked_question(question.text)
    except BadQuestion as error:
        raise SourceError(f"{path}: {question.id}: {error}", hint=_HINT) from error
    if any(not normalize(gold) for gold in question.gold_answers):
        message = f'{path}: {question.id}: an answer has no words; where there is none, write "answers": []'
        raise SourceError(message, hint=_HINT)
