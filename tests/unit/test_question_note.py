"""Questions that get a note, and questions that look like them and can be answered."""

import pytest

from nutgraf.qa.question_note import NOTES, note_code, question_note


@pytest.mark.parametrize(
    "question",
    [
        *(
            "Wer leitet die Zentralbank?",
            "Wann war die Wahl in Berlin?",
            "Welche Partei gewann 2016?",
            "Quand a eu lieu le vote ?",
        ),
        *(
            "¿Quién ganó las elecciones?",
            "Quanto costa il ponte?",
            "Quem venceu?",
            "Hoeveel doden vielen er?",
        ),
        *("Кто выиграл выборы?", "誰が選挙に勝ちましたか", "من فاز؟", "Ποιος κέρδισε;", "누가 이겼습니까"),
    ],
)
def test_questions_in_other_languages(question: str) -> None:
    assert note_code(question) == "not_english"
    assert question_note(question) == NOTES["not_english"]


@pytest.mark.parametrize(
    "question",
    [
        *("Compare the two budgets.", "Please compare Kerry and Wang", "Calculate the average turnout"),
        *("Summarize the talks", "summarise the week in Lund", "Translate this article", "List all mayors"),
        *("Count the number of strikes", "How many articles mention Kerry?", "How many stories are there?"),
        "In how many articles is Lund named?",
    ],
)
def test_questions_that_ask_to_compute(question: str) -> None:
    assert note_code(question) == "computes"


@pytest.mark.parametrize(
    "question",
    [
        *("How many people died?", "How many times did she win?", "How many stories does the tower have?"),
        *("What is the average temperature in Lund?", "What is the difference between the polls?"),
        *("Who compared the two budgets?", "Count Dracula lives where?", "Count on whom?", "Compare"),
        *(
            "List price of the new phone?",
            "Who directs Die Zeit?",
            "Wen Jiabao visited India in 2010?",
            "Who is Wang Yi (王毅)?",
            "Quale is what?",
        ),
        *("What did Señor Núñez say?", "Which party does Qué Tal lead?", "Quando was released when?"),
        *("Welche is the name of which village?", "", "?!", "1998", "Como 1907", "Kerry"),
    ],
)
def test_questions_that_a_quote_may_answer(question: str) -> None:
    assert question_note(question) is None


def test_a_long_question_is_no_work() -> None:
    assert note_code("compare " * 100_000) == "computes"
    assert note_code("how many " * 100_000) is None
