"""Says what cannot be done with a question: one in another language, or one that asks to compute. Pure.

A quote can answer "how many died", and so can a question with a foreign name in it be answered. So a note is
made only where the form of the question leaves no doubt: its alphabet, its first word, or that it counts
articles.
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

# Words that begin a question in German, French, Spanish, Italian, Portuguese and Dutch, and are no English
# words and no usual names.
_FOREIGN_FIRST = word_set(
    "wer wem wann warum wieso wieviel wieviele welche welcher welches weshalb"
    " quel quelle quels quelles combien pourquoi quand"
    " quién quien quiénes qué cuál cuáles cuándo cuando cuánto cuántos cuántas dónde donde cómo"
    " quando quanto quanti quante perché quale quali"
    " quem quantos quantas onde qual quais porque"
    " wie waar waarom wanneer hoeveel welke"
)
# Words of English that these languages do not write: "in", "was", "do" and "a" are words of theirs, too.
_ENGLISH = word_set(
    "and are at by did does for from have how it not of say says that the to what when where which who whom"
    " whose why will with"
)
_COMPUTING = re.compile(
    r"(?:please )?(?:"
    r"(?:compare|calculate|compute|summari[sz]e|translate) \w"
    r"|(?:count|list|add up|sum up) (?:all|every|each|the number of|how many)\b"
    r"|how many (?:articles|stories|reports|outlets|newspapers|papers)"
    r" (?:mention|report|say|write|cover|discuss|talk|are there|are about|in (?:the|this) archive)"
    r"|in how many (?:articles|stories|reports) (?:is|are|was|were|does|do|did)\b"
    r")"
)


def note_code(question: str) -> NoteCode | None:
    """Return what a question asks for that cannot be done; None where it leaves any doubt.

    >>> note_code("Wer leitet die Zentralbank?"), note_code("Compare the two budgets.")
    ('not_english', 'computes')
    >>> note_code("How many people died?") is None
    True
    """
    words = _WORD.findall(question.lower())
    if _is_foreign(question, words):
        return "not_english"
    return "computes" if _COMPUTING.match(" ".join(words)) else None


def question_note(question: str) -> str | None:
    """Return what to do instead, as a sentence without a full stop; None where there is nothing to say."""
    code = note_code(question)
    return None if code is None else NOTES[code]


def _is_foreign(question: str, words: list[str]) -> bool:
    letters = sum(char.isalpha() for char in question)
    others = sum(char.isalpha() and char > _LATIN_END for char in question)
    if 2 * others > letters:
        return True
    return bool(words) and words[0] in _FOREIGN_FIRST and _ENGLISH.isdisjoint(words)
