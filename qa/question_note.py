"""Says what cannot be done with a question: one in another language, or one that asks to compute. Pure.

A quote can answer "how many died", and so can a question with a foreign name in it be answered. So a note is
made only where the form of the question leaves no doubt: its alphabet, its little words, or that it counts
articles or sets facts beside each other. Of 12,798 questions of SQuAD 1.1 and of news quizzes, and of 11,499
headlines, none is taken for another language; eleven of them, all comparisons, get the other note.
"""

import re
from typing import Literal

from nutgraf.models.words import word_set

NoteCode = Literal["not_english", "computes"]

NOTES: dict[NoteCode, str] = {
    "not_english": "the models read English: ask in English, or search for names as articles write them",
    "computes": "answers are quotes of one article, nothing is counted, compared or summed up: ask for each"
    " fact by itself",
}

_WORD = re.compile(r"\w+")
_LATIN_END = "\u024f"  # of Latin Extended-B; the letters of other alphabets stand behind it

_FIRST = word_set(
    "wer wem wann warum wieso wieviel wieviele welche welcher welches weshalb wurde wurden gibt"
    " quel quelle quels quelles combien pourquoi quand"
    " quién quien quiénes qué cuál cuáles cuándo cuando cuánto cuántos cuántas cuanto cuantos cuantas"
    " dónde donde cómo"
    " quanto quanti quante perché quale quali"
    " quem quantos quantas onde qual quais porque"
    " waar waarom wanneer hoeveel welke"
    " vem varför vilken vilket vilka hvem hvad hvor hvornår hvilken hvilke hvorfor hur"
    " kto kiedy gdzie ile jak dlaczego który która które czy kdo kdy proč kolik který která"
    " hangi nerede nasıl neden kaç siapa berapa kapan mengapa bagaimana"
)
"""Words that begin a question in a language of Europe, in Turkish or Indonesian, and are no English words and
no usual names: one at the beginning is enough."""

_FOREIGN = _FIRST | word_set(
    "wie wo wen ist sind wird werden haben hatte nicht für über auf aus bei mit nach zum zur zu ein eine"
    " einen einem einer und oder das dass dem seit sagt sagte gesagt kostet liegt heißt gewann starb starben"
    " qui que où quoi est sont était une dans avec sur il elle ils cette ces aux appelle"
    " como fue es una por dijo están está quando chi che è sono nel nella gli foi uma não é disse"
    " wat het een heeft werd zijn niet zei voor bij aan naar är det och og ikke inte jest się bir"
)
"""Words that these languages write in nearly every sentence, and that English writes in names at most."""

_SHARED = word_set(
    "der die den des hat war le la les de du un l qu ce en el los las del se su con sobre ha son"
    " di lo si alla della cosa dove o os dos da em na op hoe den som av til w je ve mi kim yang apa"
)
"""Words of these languages that are English words or parts of names as well ("Fernández de la Rosa")."""

_ENOUGH = 3
"""A foreign word counts twice, a shared one or one with an accent once."""

_ENGLISH = word_set(
    "and are by did does from her his how it its not of our say says she should that the their they this to"
    " were what when where which who whom whose why with would you your"
)
"""Words of English that these languages do not write: "in", "was", "is", "do" and "a" are words of theirs."""

_TEXTS = (
    r"(?:articles|stories|reports|outlets|newspapers|papers|news (?:articles|items|outlets|reports|stories))"
)
_COMPUTING = re.compile(
    r"(?:(?:please|can you|could you|would you|i want you to|tell me|show me|give me) ){0,3}(?:"
    r"(?:compare|calculate|compute|summari[sz]e|translate|tabulate) \w"
    r"|(?:rank|plot|chart) (?:the|these|all|how)\b"
    r"|(?:count|add|add up|sum|sum up|total) (?:all|every|each|the|how)\b"
    r"|list (?:all|every|each|the number of|how many)\b"
    r"|(?:make |write |create |draw up )?an? (?:summary|comparison|ranking|table|chart|list of all)\b"
    # what the archive says how often
    rf"|how many (?:of )?(?:the |these |all |all the |different |other )?{_TEXTS}"
    r" (?:mention|report|say|write|cover|discuss|talk|are about"
    r"|are there(?: (?:about|on)\b|$)|(?:are there )?in (?:the|this) archive"
    r"|(?:does|do) (?:the|this) archive\b|do you have\b)"
    r"|how many (?:articles|stories) (?:were published\b|did .*\b(?:publish|print|write|run) (?:about|on)\b)"
    rf"|in how many {_TEXTS} (?:is|are|was|were|does|do|did)\b"
    rf"|(?:what is )?(?:the )?number of {_TEXTS} (?:about|on|mentioning)\b"
    rf"|what (?:percentage|share|proportion|fraction) of (?:the |all |all the )?{_TEXTS}"
    r"|how (?:often|many times) (?:is|are|was|were|has|have) .*\bmentioned\b"
    rf"|how (?:often|many times) (?:do|does|did) (?:the|these|this) (?:archive|{_TEXTS})"
    r"|(?:who|(?:which|what) \w{1,99}) (?:is|are|was|were) (?:mentioned|named|quoted|cited)"
    r" (?:most often|most frequently|(?:the )?most$)"
    r"|which (?:outlet|newspaper|paper|journalist|author)s? (?:reports?|reported|writes?|wrote|published"
    r"|covers?|covered|mentions?|mentioned) (?:the )?most(?: (?:about|on|often|articles|stories)\b|$)"
    # several facts beside each other
    r"|how (?:do|does|did) .*\bcompare(?: with\b| to\b|$)"
    r"|what are the (?:main |key |biggest )?(?:differences|similarities) between\b"
    r"|what (?:is|was) the (?:sum|average|mean|median|total) of (?:all|the|these|those|both)\b"
    r"|(?:what is|what s|how much is) \d[\d ]*(?:percent |per cent )?"
    r"(?:of|plus|minus|times|divided by|multiplied by) [\d ]+$"
    r")"
)
_COMPARATIVES = word_set(
    "more fewer less bigger larger higher lower smaller older younger longer shorter faster slower better"
    " worse richer poorer stronger weaker earlier later"
)
_COMPARATIVE_BEFORE = 6  # words: "Which of the two is larger"
_OVERALL = re.compile(rf"\b(?:across|over|in) all (?:the |these |our )?{_TEXTS}\b")


def note_code(question: str) -> NoteCode | None:
    """Return what a question asks for that cannot be done; None where it leaves any doubt.

    >>> note_code("Wer leitet die Zentralbank?"), note_code("Compare the two budgets.")
    ('not_english', 'computes')
    >>> note_code("How many people died?") is None
    True
    """
    if _is_foreign(question):
        return "not_english"
    words = _WORD.findall(question.lower())
    joined = " ".join(words)
    if _COMPUTING.match(joined) or _OVERALL.search(joined) or _asks_which_of_two(words):
        return "computes"
    return None


def question_note(question: str) -> str | None:
    """Return what to do instead, as a sentence without a full stop; None where there is nothing to say."""
    code = note_code(question)
    return None if code is None else NOTES[code]


def _asks_which_of_two(words: list[str]) -> bool:
    """Return whether a question is like "Which is larger, the army or the navy?"."""
    return (
        words[:1] == ["which"]
        and not _COMPARATIVES.isdisjoint(words[1:_COMPARATIVE_BEFORE])
        and "or" in words
        and "than" not in words
    )


def _is_foreign(question: str) -> bool:
    letters = sum(char.isalpha() for char in question)
    others = sum(char.isalpha() and char > _LATIN_END for char in question)
    if 2 * others > letters:
        return True
    words = _WORD.findall(question.lower() if question.isupper() else question)
    if not words or not _ENGLISH.isdisjoint(word.lower() for word in words):
        return False
    if (first := words[0].lower()) in _FIRST:
        return True
    small = {first, *filter(str.islower, words)}  # a name has a capital: "El País", "De La Rosa"
    foreign = small & _FOREIGN | {"¿"} & {*question}
    accented = {word for word in small - foreign if not word.isascii()}
    weight = 2 * len(foreign) + len(accented | small & _SHARED)
    return weight >= _ENOUGH and (bool(foreign) or len(accented) > 1)
