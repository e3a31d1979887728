"""Answers to questions that name a time, with and without reading that time.

python -m benchmarks.question_time FOLDER [--questions FILE] [--as-asked] [--most 200]

FOLDER is an index of articles of the news set, FILE its questions. Those that name a time, and of which an
article that may answer is in the index, are asked twice: EM and F1, in per cent, of the best guess, how many
are answered, and how many of those are right. Questions of "this week" are counted by themselves, too.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import DATA, THREADS, need, print_table
from nutgraf.archive import open_for_reading
from nutgraf.indexer.filters import Filter
from nutgraf.opening import OpenIndex
from nutgraf.qa.evaluate.metrics import exact_match, f1
from nutgraf.qa.evaluate.news import NewsQuestion, load_news
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.settings import Settings

QUESTIONS = DATA / "news" / "questions.jsonl.gz"
WEEK = "this week"


def answerable(opened: OpenIndex, questions: Sequence[NewsQuestion]) -> list[NewsQuestion]:
    """Return the questions of which an article that may answer is in the index."""
    ids = sorted({i for question in questions for i in question.contains_answer})
    stored = opened.index.get(ids).keys()
    return [question for question in questions if stored & {*question.contains_answer}]


def asked(
    opened: OpenIndex, questions: Sequence[NewsQuestion], *, as_asked: bool, use_time: bool
) -> list[QuestionResult]:
    """Return the outcome of each question, in order."""
    inquiries = [
        Inquiry(q.text, allow=q.allow if as_asked else Filter(), use_time=use_time) for q in questions
    ]
    return [*opened.answerer.answer(inquiries)]


def row(name: str, questions: Sequence[NewsQuestion], results: Sequence[QuestionResult]) -> list[object]:
    """Return the figures of some questions, in per cent."""
    guesses = [result.best[0].text if result.best else "" for result in results]
    matches = [exact_match(guess, q.gold_answers) for guess, q in zip(guesses, questions, strict=True)]
    overlap = [f1(guess, q.gold_answers) for guess, q in zip(guesses, questions, strict=True)]
    right = [match for match, result in zip(matches, results, strict=True) if result.answers]
    return [
        name,
        len(questions),
        100 * float(np.mean(matches)),
        100 * float(np.mean(overlap)),
        len(right),
        int(sum(right)),
    ]


def main() -> None:
    """Read the options and do what they ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--as-asked", action="store_true", help="ask as of the day each question is from")
    parser.add_argument("--most", type=int, default=200, help="so many questions at most")
    parser.add_argument("--untimed", action="store_true", help="those that name no time instead")
    arguments = parser.parse_args()
    with open_for_reading(Settings(index=arguments.folder, threads=THREADS)) as opened:
        every = answerable(opened, load_news(need(arguments.questions)))
        searcher = opened.searcher
        questions = [
            q for q in every if searcher.question_time(q.text, q.allow).is_named != arguments.untimed
        ][: arguments.most]
        rows = []
        for use_time in (False, True):
            results = asked(opened, questions, as_asked=arguments.as_asked, use_time=use_time)
            name = "with time" if use_time else "without"
            rows.append(row(name, questions, results))
            week = [n for n, q in enumerate(questions) if WEEK in q.text.lower()]
            if week:
                rows.append(
                    row(f'{name}, "{WEEK}"', [questions[n] for n in week], [results[n] for n in week])
                )
    print_table(
        f"questions that name {'no' if arguments.untimed else 'a'} time, asked"
        f" {'as of their day' if arguments.as_asked else 'of all articles'}",
        ["", "questions", "EM", "F1", "answered", "right"],
        rows,
    )


if __name__ == "__main__":
    main()
