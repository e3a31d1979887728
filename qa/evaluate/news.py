"""Reads files of questions: JSON lines with answers, and the articles that may hold them.

A line is `{question, answers}`; `answers` is a list of strings, or of objects with a `text`, and empty where
there is none. It may also have `id`, `article` or `evidence` (the id of the article that the answer was taken
from, or several), `contains_answer` (ids of articles in whose text an answer occurs, weak labels), and
`asked`, the day that the question is from. Other fields are passed over. docs/data.md describes it.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from nutgraf.indexer.filters import Filter
from nutgraf.qa.evaluate.questions import GoldQuestion, checked_questions, json_lines, string
from nutgraf.qa.normalize import normalize

CONTAINS, EVIDENCE = "contains_answer", "evidence"


@dataclass(frozen=True, slots=True)
class NewsQuestion(GoldQuestion):
    """A question with its gold answers; no article need have them in these words."""

    contains_answer: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    asked: date | None = None

    @property
    def allow(self) -> Filter:
        """The articles that were published by the day it was asked; all, if `asked` is None."""
        return Filter(as_of=self.asked)

    @property
    def use_time(self) -> bool:
        """Its "this week" is a time only where the day is known on which it was asked."""
        return self.asked is not None

    @property
    def relevant(self) -> Mapping[str, Mapping[str, int]]:
        """The articles of both labels, a label without articles left out; every article has the grade 1."""
        labels = {CONTAINS: self.contains_answer, EVIDENCE: self.evidence}
        return {label: dict.fromkeys(ids, 1) for label, ids in labels.items() if ids}


def load_news(path: Path) -> list[NewsQuestion]:
    """Read a file of news questions, gzipped or not; raises SourceError as `load_squad` does."""
    questions = [*json_lines(path, _question)]
    checked_questions(path, questions)
    return questions


def _question(record: Any, number: int) -> NewsQuestion:  # noqa: ANN401 - JSON
    name = record.get("id")
    return NewsQuestion(
        f"line {number}" if name is None else string(name),
        string(record["question"]),
        gold_answers(record),
        _strings(record.get(CONTAINS, [])),
        evidence(record),
        _day(record.get("asked")),
    )


def gold_answers(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the answers of a line; raises KeyError or TypeError for a line without such."""
    answers = record["answers"]
    if not isinstance(answers, list):
        raise TypeError(f"answers are {answers!r:.40}, expected a list of strings")
    return tuple(string(a["text"] if isinstance(a, Mapping) else a) for a in answers)


def evidence(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the articles that the answer of a line was taken from."""
    article = record.get("article")
    own = () if article is None else (string(article),)
    return tuple(dict.fromkeys((*own, *_strings(record.get(EVIDENCE, [])))))


def _day(value: object) -> date | None:
    try:
        return None if value is None else date.fromisoformat(string(value))
    except ValueError as error:
        raise TypeError(f"asked is {value!r:.40}, expected a day like 2016-01-27") from error


def _strings(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list of strings, found {value!r:.40}")
    return tuple(map(string, value))


def occurring(gold_answers: Set[str], texts: Iterable[str]) -> set[str]:
    """Return the answers whose normalised words stand side by side in a text: all that a quote can match."""
    missing: dict[str, list[tuple[str, str]]] = {}
    for gold in gold_answers:
        if words := normalize(gold).split():
            missing.setdefault(words[0], []).append((" ".join(words), gold))
    occurring_answers: set[str] = set()
    for text in texts:
        words = normalize(text).split()
        whole = f" {' '.join(words)} "
        for first in missing.keys() & set(words):
            occurring_answers.update(gold for phrase, gold in missing[first] if f" {phrase} " in whole)
            missing[first] = [pair for pair in missing[first] if pair[1] not in occurring_answers]
            if not missing[first]:
                del missing[first]
    return occurring_answers
