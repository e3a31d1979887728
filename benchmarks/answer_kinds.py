"""Measures the rules that tell whether an answer is of a kind that its question asks for.

    python -m benchmarks.answer_kinds              print the tables
    python -m benchmarks.answer_kinds --wrong 20   and as many right answers that the rules call wrong

The questions are all training questions with an answer. A right answer that disagrees is a false claim; the
rules were mended on such claims until fewer than one in a hundred was left. Each question is also asked of a
date, an amount and a name that its context holds elsewhere: nearly none of them answers it, so that the more
of them disagree the more wrong answers the rules can find. No share of these is expected to be 100 %: a name
is no wrong kind of answer where a name was asked for.
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.common import need, print_table
from benchmarks.heldout import TRAIN
from nutgraf.models.answer_kinds import answer_kinds
from nutgraf.models.kinds import MONTHS, AnswerKind, Kinds, kinds_agree
from nutgraf.models.question_kinds import question_kinds
from nutgraf.qa.evaluate.squad import load_squad
from nutgraf.qa.normalize import normalize

_MONTH = "|".join(month.title() for month in sorted(MONTHS, key=lambda month: (-len(month), month)))
SPANS = {
    "date": re.compile(
        rf"\b(?:\d{{1,2}} )?(?:{_MONTH})\b\.?(?: \d{{1,2}}\b)?(?:,? \d{{4}}\b)?|\b1[89]\d\d\b"
    ),
    "amount": re.compile(r"[$€£]\d[\d,.]*\d(?: [mb]illion)?|\b(?!1[89]\d\d\b)\d[\d,.]*(?:%| [a-z]{3,}\b)"),
    "name": re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*"),
}
"""Dates, amounts with a word behind them, and names inside a sentence: simpler than the rules themselves."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question's likeliest kind and an answer's, and whether they agree; "unknown" where none is told.

    `source` is "right" for a right answer, else the kind of span that was taken from the context.
    """

    question: str
    text: str
    source: str
    asked: str
    answered: str
    agrees: bool | None


def main() -> None:
    """Print how the kinds of questions and right answers go together, and which answers disagree."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wrong", type=int, default=0, help="print so many right answers that disagree")
    options = parser.parse_args()
    pairs = [*_pairs()]
    asked = [*AnswerKind, "unknown"]
    counts = Counter((pair.asked, pair.answered) for pair in pairs if pair.source == "right")
    print_table(
        "right answers by the kind that is asked for (rows), and that they are (columns)",
        ["", *(kind.split()[0][:8] for kind in asked)],
        [[row.split()[0], *(counts[row, column] or "" for column in asked)] for row in asked],
    )
    rows = [_row(kind, [p for p in pairs if p.asked == kind]) for kind in AnswerKind]
    told = [p for p in pairs if p.asked != "unknown"]
    print_table(
        "questions that tell a kind, and the share of answers that are called wrong, %",
        ["asked for", "questions", "right answers", *(f"another {source}" for source in SPANS)],
        [*rows, _row("all", told)],
    )
    wrong = [p for p in pairs if p.source == "right" and p.agrees is False]
    for pair in random.Random(0).sample(wrong, min(options.wrong, len(wrong))):
        print(f"{pair.asked} / {pair.answered}: {pair.question} | {pair.text}")


def _row(name: str, pairs: list[Pair]) -> list[str]:
    cells = []
    for source in ("right", *SPANS):
        agreements = [pair.agrees for pair in pairs if pair.source == source]
        cells.append(f"{100 * agreements.count(False) / len(agreements):.2f}" if agreements else "")
    return [name, f"{sum(pair.source == 'right' for pair in pairs):,}", *cells]


def _pairs() -> Iterator[Pair]:
    """Yield each question with its right answer that agrees best, and with other spans of its context."""
    dice = random.Random(0)
    for path in sorted(need(TRAIN).glob("*.json.gz")):
        corpus = load_squad(path)
        texts = {article.id: article.text for article in corpus.articles}
        for question in corpus.questions:
            if question.gold_answers:
                yield min(
                    (_pair(question.text, answer, "right") for answer in question.gold_answers),
                    key=lambda pair: [True, None, False].index(pair.agrees),
                )
                gold = {word for answer in question.gold_answers for word in normalize(answer).split()}
                for source, form in SPANS.items():
                    spans = form.findall(texts[question.article_id])
                    if others := [span for span in spans if gold.isdisjoint(normalize(span).split())]:
                        yield _pair(question.text, dice.choice(others), source)


def _pair(question: str, answer: str, source: str) -> Pair:
    asked, answered = question_kinds(question), answer_kinds(answer)
    return Pair(question, answer, source, _first(asked), _first(answered), kinds_agree(asked, answered))


def _first(kinds: Kinds) -> str:
    return kinds[0] if kinds else "unknown"


if __name__ == "__main__":
    main()
