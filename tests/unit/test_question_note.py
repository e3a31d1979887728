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
        *(
            "Was hat China zu den Sanktionen gesagt?",
            "Wo liegt Kiew?",
            "Ist der Minister zurückgetreten?",
            "In welcher Stadt fand das Treffen statt?",
            "WER IST KANZLER",
        ),
        *(
            "Qui dirige la banque centrale ?",
            "Où a eu lieu l'accident ?",
            "Est-ce que le ministre a démissionné ?",
            "Comment s'appelle le ministre ?",
        ),
        *(
            "Que dijo el presidente sobre las sanciones?",
            "Como se llama el ministro?",
            "¿Ha dimitido el ministro?",
            "En qué ciudad se reunió Kerry con Wang?",
        ),
        *("Chi guida la banca centrale?", "Cosa ha detto il ministro?", "O que disse o ministro?"),
        *("Wie is de nieuwe premier?", "Wat zei de minister?", "Vem leder banken?", "Hvem døde?"),
        *("Kto jest prezesem banku?", "Merkez bankasını kim yönetiyor?", "Berapa orang yang tewas?"),
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
        *("Can you compare the two budgets?", "Tell me how many articles mention Kerry", "Add up the fines."),
        *("Give me a summary of the talks", "Count the articles about Lund", "Rank the mayors by age"),
        *("How many of the articles mention Lund?", "How many articles are there about Lund?"),
        *("How many articles did the Post write about Lund?", "How many stories does the archive have?"),
        *("How often is Kerry mentioned?", "Who was mentioned most often in 2016?"),
        *("Which outlet reported the most on Lund?", "What percentage of articles mention Lund?"),
        *("Number of articles about Lund", "What do they say of Lund across all articles?"),
        *("How does the 2015 budget compare with that of 2016?", "How do the two budgets compare?"),
        *("Which is larger, the army or the navy?", "What are the differences between the polls?"),
        *("What is the sum of all fines?", "What is 15% of 200?", "How much is 3 times 4?"),
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
        *("How many reports are there of torture?", "How many outlets are there in the mall?"),
        *("How many papers did she publish?", "How many articles of the treaty were changed?"),
        *("How many times was he named player of the year?", "Who was named most valuable player?"),
        *("How did the pope compare abortion to murder?", "Which paper wrote that he is the most wanted?"),
        *("Which country has more than one or two armies?", "Who said that it takes more or less a year?"),
        *("Who is the most cited author?", "What is 9/11?", "List of countries that voted no"),
        *("Que Sera Sera?", "La La Land director", "De La Rosa, Del Toro win", "Kirchner de la Rúa"),
        *(
            "El País editor",
            "Como beat Inter",
            "Wen Jiabao visit Germany",
            "Wie wins US Open",
            "Crème brûlée",
        ),
        *(
            "Quando Rondo arrested",
            "Was Die Zeit sold?",
            "Los Angeles fires de facto over",
            "Who ran Il Foglio?",
        ),
        *("Welche is the name of which village?", "", "?!", "1998", "Como 1907", "Kerry"),
    ],
)
def test_questions_that_a_quote_may_answer(question: str) -> None:
    assert question_note(question) is None


def test_a_long_question_is_no_work() -> None:
    assert note_code("compare " * 100_000) == "computes"
    assert note_code("how many " * 100_000) is None
    assert note_code("which is larger " * 100_000) is None
    assert note_code("how do " * 100_000 + "compare") == "computes"
    assert note_code("wo " * 100_000 + "liegt") == "not_english"
