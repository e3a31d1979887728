"""Negates what a sentence says about a question: "was found guilty" becomes "was not found guilty".

The sentence then does not answer the question any more, though every word of the answer still stands there.
The rules know no grammar. A verb is negated only if the question has it, too, if the sentence holds the whole
answer, and if no comma or conjunction stands between the verb and the answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from nutgraf.models.training.edits import Edit, sentence_around, words
from nutgraf.models.training.verbs import IRREGULAR, inflected

_NEGATED = re.compile(
    r"\b(?:not|no|never|nor|neither|none|nobody|nothing|without|cannot|hardly|barely|rarely|only|until|unless|if"
    r"|except|refus\w+|den(?:y|ied|ies)|fail\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(r"\b(?:why|how(?! (?:many|much|old|long|far))|not|n['’]t|never|no|only)\b", re.IGNORECASE)
_BOUND = re.compile(
    r"[,;:()\[\]—–]"
    r"|\b(?:and|but|or|which|who|whose|that|because|while|although|though|whereas|so|than|as|when|where)\b",
    re.IGNORECASE,
)
_AUXILIARY = "is|are|was|were|has|have|had|will|would|can|could|may|might|must|should"
_VERB = re.compile(rf"\b({_AUXILIARY})((?: (?:been|be|being|also|\w+ly))* )(?!(?:only|just)\b)([a-z]+)\b")
_COPULA = re.compile(r"\b(is|are|was|were) (?:the|an?)((?: [\w'’-]+){1,4})")
_PAST = re.compile(r"\b([a-z]+)\b(?! by\b)")
# Before a participle or a noun, which "did not" cannot negate.
_PARTICIPLE = re.compile(
    rf"\b(?:{_AUXILIARY}|be|been|being|as|to|the|an?|of|by|for|in|with)(?: \w+ly| also)? $"
)
# What follows an auxiliary and is no verb. It would be negated if the question had it, too.
_NO_VERB = re.compile(
    "a|about|after|all|also|an|and|another|any|around|as|at|back|because|before|between|both|but|by|each|even|for|from"
    "|he|her|his|how|in|into|is|it|its|like|more|most|much|my|of|on|one|or|our|out|over|same|she|so|some|still|such"
    "|than|that|the|their|them|there|these|they|this|those|three|through|to|too|two|under|unknown|up|very|we|well"
    "|what|when|where|which|who|with|you|your"
)
_DID = re.compile(r"\b(did|does|do) (.+)", re.IGNORECASE)
_WHO = re.compile(r"^(?:who|what|which(?: \w+){1,2}) ([a-z]+)\b", re.IGNORECASE)
_ANSWERABLE = re.compile(r"^(?:who|what|which|how many)\b", re.IGNORECASE)

# What the question says, and its contrary in the same form.
_CONTRARIES = {
    **{"guilty": "not guilty", "agreed to": "refused to", "agrees to": "refuses to", "accepted": "rejected"},
    **{"approved": "rejected", "confirmed": "denied", "succeeded in": "failed at", "able to": "unable to"},
    **{"managed to": "failed to", "willing to": "unwilling to", "allowed to": "forbidden to", "won": "lost"},
}
_MOST_CHARS = 150  # between verb and answer, so that short windows hold both; not compared with others
_STEM = 4  # letters that a verb must share with the question's; shorter ones must be equal


@dataclass(frozen=True, slots=True)
class Negation:
    """An edit of the context, and the edit of the question after which the new context answers it again.

    `question` is None if no such question makes good sense, such as "When was it not founded?".
    """

    context: Edit
    question: Edit | None


@lru_cache(maxsize=4)  # two kinds of twins ask for it
def negated(question: str, context: str, answers: tuple[tuple[int, int], ...]) -> Negation | None:
    """Return the negation of the sentence of `context` that holds all `answers`, or None if no rule holds."""
    sentence = None if _CAUSE.search(question) else sentence_around(context, answers)
    if sentence is None or _NEGATED.search(context[slice(*sentence)]):
        return None
    for rule in (_contrary, _after_auxiliary, _copula, _past):
        for negation in rule(question, context[: sentence[1]], sentence[0]):
            place = negation.context.start, negation.context.end
            if all(_near(context, place, answer) for answer in answers):
                return negation if _ANSWERABLE.match(question) else Negation(negation.context, None)
    return None


def _near(text: str, place: tuple[int, int], answer: tuple[int, int]) -> bool:
    """Return whether place and answer are near and apart, with no bound of a clause between them."""
    (_, end), (start, _) = sorted([place, answer])
    return end <= start <= end + _MOST_CHARS and not _BOUND.search(text, end, start)


def _contrary(question: str, text: str, start: int) -> Iterator[Negation]:
    for word, contrary in _CONTRARIES.items():
        if word not in question:
            continue
        asked = re.search(rf"\b{word}\b", question)
        places = [*re.finditer(rf"\b{word}\b", text[start:])]
        if asked and len(places) == 1:
            begin, end = places[0].span()
            yield Negation(Edit(start + begin, start + end, contrary), Edit(*asked.span(), contrary))


def _after_auxiliary(question: str, text: str, start: int) -> Iterator[Negation]:
    """Negate "was founded" if the question has "founded" or another form of it."""
    for match in _VERB.finditer(text, start):
        asked = None if _NO_VERB.fullmatch(match[3]) else _same_verb(match[3], question)
        if asked is not None:
            helped = re.search(rf"\b(?:{_AUXILIARY}|did|does|do)\b", question[:asked], re.IGNORECASE)
            word = "not " if helped else "never "
            yield Negation(Edit(match.end(1), match.end(1), " not"), Edit(asked, asked, word))


def _copula(question: str, text: str, start: int) -> Iterator[Negation]:
    """Negate "is the capital" if the question asks "... is the capital"."""
    for match in _COPULA.finditer(text, start):
        asked = re.match(
            rf"^(?:who|what|which(?: \w+){{1,2}}) {match[1]} (?=the|an?\b)", question, re.IGNORECASE
        )
        if asked and set(words(match[2])[:2]) & set(words(question[asked.end() :])[:3]) - {"of", "the"}:
            yield Negation(Edit(match.end(1), match.end(1), " not"), Edit(asked.end(), asked.end(), "not "))


def _past(question: str, text: str, start: int) -> Iterator[Negation]:
    """Negate "moved" if the question has "did ... move", and "founded" if it begins with "Who founded"."""
    subject, did = _WHO.match(question), _DID.search(question)
    forms: dict[str, tuple[str, int, str]] = {}
    if did is not None:
        for word in re.finditer(r"[a-z]+", did[2]):
            at = did.start(2) + word.start()
            for form in inflected(word[0], did[1].lower()):
                forms[form] = (f"{did[1].lower()} not {word[0]}", at, "not ")
    elif subject is not None and (subject[1].endswith("ed") or subject[1] in IRREGULAR.values()):
        forms[subject[1]] = (f"never {subject[1]}", subject.start(1), "never ")
    for match in _PAST.finditer(text, start):
        if match[1] in forms and not _PARTICIPLE.search(text, start, match.start()):
            became, at, added = forms[match[1]]
            yield Negation(Edit(*match.span(1), became), Edit(at, at, added))


def _same_verb(verb: str, question: str) -> int | None:
    """Return where the question has the verb in the same or in another form."""
    root = verb[: max(_STEM, len(verb) - 3)]
    for match in re.finditer(r"(?<!the )(?<!an )(?<!a )\b[a-z]+", question):
        if match[0] == verb or (len(verb) > _STEM and len(match[0]) > _STEM and match[0].startswith(root)):
            return match.start()
    return None
