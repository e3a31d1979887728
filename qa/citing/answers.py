"""The answers of questions as citations: each answer is cited, and a guess stands in the table alone."""

from collections.abc import Iterable, Iterator, Sequence

from nutgraf.qa.citing.formats import citation_format
from nutgraf.qa.citing.table import AnsweredQuestion, question_table
from nutgraf.qa.result import QuestionResult


def cite_answers(results: Sequence[QuestionResult], format_name: str) -> str:
    """Return the answers of questions in a format; as "csv" a table with every question.

    Raises BadOption where there is no such format.
    """
    if format_name == "csv":
        return question_table(answered_questions(results))
    citations = [answer.citation for result in results for answer in result.answers]
    return citation_format(format_name).write(citations)


def answered_questions(results: Iterable[QuestionResult]) -> Iterator[AnsweredQuestion]:
    """Yield a row for each answer, for the guess of an unsure question, or for a question without either."""
    for result in results:
        guess = None if result.abstention is None else result.abstention.guess
        for answer in result.answers or ([] if guess is None else [guess]):
            yield AnsweredQuestion(
                result.question, result.outcome, answer.text, answer.probability, answer.citation
            )
        if not result.answers and guess is None:
            yield AnsweredQuestion(result.question, result.outcome)
