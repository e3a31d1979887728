"""Makes questions from single sentences by rules: "It opened in 1998" is asked "When did it open?".

The rules know a few patterns of news and encyclopaedias, and no grammar. A sentence gives questions only if
it begins with its subject. Its words up to the first comma or subordinate clause are used, or none if they
are hard to read. Some candidates are bad English or wrong, so made.py keeps those to which a reader gives the
answer that they were made from.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nutgraf.models.training.verbs import base_of

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_WEEKDAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_YEAR = r"(?:1\d{3}|20\d{2})"
_DAY = rf"(?:(?:{_MONTHS}) \d{{1,2}}|\d{{1,2}} (?:{_MONTHS}))(?:,? {_YEAR})?"
_CAPITAL = r"[A-Z][\w'’.-]*\w"
_NAME = rf"{_CAPITAL}(?: (?:(?:of|de|van|von|the) )*{_CAPITAL})*"
_FOLLOWS = r"(?= (?:in|on|at|by|for|to|from|near|during|under|into)\b|$)"  # else the phrase goes on

_TIME = re.compile(rf" (?:in|on) ((?:{_MONTHS})(?:,? {_YEAR})?|{_DAY}|{_YEAR}|(?:{_WEEKDAYS})){_FOLLOWS}")
_PLACE = re.compile(rf" (?:in|at|near) ((?:the )?{_NAME}){_FOLLOWS}")
_AGENT = re.compile(rf" by ((?:the )?{_NAME}){_FOLLOWS}")
_NO_PLACE = re.compile(rf"\b(?:{_MONTHS}|{_WEEKDAYS})\b|\d")

# The clause ends here.
_END = re.compile(
    r"[;:(]| [–—]|,(?! \d{4}\b)| and (?:was|were|is|are|has|had|[a-z]+ed)\b"
    r"| (?:which|who|whose|because|while|although|though|whereas|when|where|after|before|until)\b"
)
# A clause with one of these is more than the rules can read.
_HARD = re.compile(r"[\"“”\[\]?!]|\b(?:and|or|but|that|than|not|never|also|however|both)\b")

_OPENERS = (
    "It|He|She|They|This|These|Those|That|There|We|I|You|One|Some|Many|Most|Here|What|When|In|On|At|By|After|Before"
    "|During|As|For|From|With|While|If|Although|However|Both|Each|Another|Other|Others|Such|All|His|Her|Their|Its"
    "|My|Our|Your|Who|Where|Since|Under|To|Of|And|But|Or|So|Then|Also|Not|No|Because|Around|Today|Later|Now|Several"
    r"|Just|Every|Until|Over|About|Between|Through|Throughout|Within|Following|Soon|Once|Upon|Like|How|Why|Often|Great|[A-Z]\w+ly"
)
_SUBJECT = (
    rf"(?P<subject>(?!(?:{_OPENERS})\b)(?:(?:The|A|An) [\w'’.-]+|{_CAPITAL})"
    r"(?: (?!(?:in|on|by|at)\b)[A-Za-z'’.-]+){0,5}?)"
)
_PARTICIPLE = (
    "[a-z]+ed|born|built|held|made|found|given|taken|written|known|shown|sold|won|led|sent|chosen|shot"
)
_NUMBER = (
    "(?:(?:about|around|over|nearly|almost|at least|more than|some) )?"
    r"(?:\d[\d,.]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)"
    "(?: (?:hundred|thousand|million|billion))?"
)
_NOUN = "(?P<noun>(?:[a-z]+ )?[a-z]{3,}s|people|men|women|children)"

_PASSIVE = re.compile(rf"{_SUBJECT} (?P<aux>was|were) (?P<verb>{_PARTICIPLE})(?P<rest> .+)")
_PAST = re.compile(rf"{_SUBJECT} (?P<verb>[a-z]+)(?P<rest> .+)")
_HAS = re.compile(rf"{_SUBJECT} (?P<verb>has|have|had) (?P<answer>{_NUMBER}) {_NOUN}")
_COUNTED = re.compile(rf"(?P<answer>(?i:{_NUMBER})) {_NOUN} (?P<rest>(?:were|are|have|had|live) .+)")
_SHARE = re.compile(
    r"(?P<answer>(?:(?:About|Over|Around|Nearly|Almost) )?\d[\d.]*(?:%| per ?cent)) of"
    " (?P<noun>(?:the )?[a-z]+(?: [a-z]+)?) (?P<rest>(?:is|are|was|were|has|have|had|live|lived) .+)"
)
_COPULA = re.compile(
    rf"(?P<answer>(?!(?:{_OPENERS})\b)(?:The )?{_NAME}) (?P<verb>is|was) (?P<rest>the "
    r"(?:(?:first|largest|last|oldest|current|main) )?(?!(?:first|second|largest|last|most|same)\b)[a-z]+ .+)"
)
_PERSON = re.compile(
    r"\b(?:founder|president|king|queen|author|director|leader|minister|mayor|chairman|head|governor|emperor|son"
    r"|daughter|wife|husband|brother|sister|man|woman|player|singer|writer|captain|coach|general|winner|owner)\b"
)
_ARTICLES = ("The", "A", "An")
_COMMON = 2  # a word that is so much more frequent in lower case is no name; not compared with others
_LEAST, _MOST = 5, 20  # words of a question; not compared with others


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A question, and the half-open span of its answer in the sentence that it was made from."""

    text: str
    start: int
    end: int


class Lexicon:
    """What the rules know about words: how often each occurs, and which words begin names of persons."""

    def __init__(self, texts: Iterable[str], asked: Iterable[tuple[str, str]]) -> None:
        """Read the words of `texts`, and the names in `asked`, which are questions with one answer each.

        A word begins the name of a person if it begins answers to "who" and none to "where".
        """
        self.counts = Counter(word for text in texts for word in re.findall(r"\w+", text))
        first: dict[str, set[str]] = {"who": set(), "where": set()}
        for question, answer in asked:
            kind = question.split(" ", 1)[0].lower()
            if kind in first and (word := re.match(r"\w+", answer)):
                first[kind].add(word[0])
        self._persons = first["who"] - first["where"]

    def is_person(self, name: str) -> bool:
        """Return whether a name seems to be that of a person: of two words at least, without an article."""
        first, _, rest = name.partition(" ")
        return bool(rest) and first in self._persons and first not in _ARTICLES

    def inside(self, subject: str) -> str:
        """Return the subject of a sentence as it is written inside of a sentence."""
        first, *following = re.findall(r"\w+", subject)
        name = bool(following) and following[0][0].isupper()
        seldom = self.counts[first.lower()] <= _COMMON * self.counts[first]
        kept = first not in _ARTICLES and (name or seldom)
        return subject if kept else subject[0].lower() + subject[1:]


def made_questions(sentence: str, lexicon: Lexicon) -> list[MadeQuestion]:
    """Return the questions that the rules make from a sentence."""
    end = _END.search(sentence)
    clause = (sentence[: end.start()] if end else sentence).rstrip(" .")
    if _HARD.search(clause):
        return []
    made = (question for rule in _RULES for question in rule(clause, lexicon))
    return [question for question in made if _LEAST <= len(question.text.split()) <= _MOST]


def _passive(clause: str, lexicon: Lexicon) -> Iterator[MadeQuestion]:
    match = _PASSIVE.fullmatch(clause)
    if match is None:
        return
    subject = lexicon.inside(match["subject"])
    yield from _asked_of_rest(match, f"{match['aux']} {subject} {match['verb']}")
    agent = _AGENT.search(match["rest"])
    if agent is not None and match["verb"].endswith("ed"):
        rest = match["rest"][: agent.start()] + match["rest"][agent.end() :]
        yield _question(f"Who {match['verb']} {subject}{rest}", match, agent)


def _past(clause: str, lexicon: Lexicon) -> Iterator[MadeQuestion]:
    match = _PAST.fullmatch(clause)
    base = None if match is None else base_of(match["verb"], lexicon.counts)
    if match is None or base is None:
        return
    yield from _asked_of_rest(match, f"did {lexicon.inside(match['subject'])} {base}")
    if re.fullmatch(_NAME, match["subject"]) and lexicon.is_person(match["subject"]):
        yield MadeQuestion(f"Who {match['verb']}{match['rest']}?", *match.span("subject"))


def _asked_of_rest(match: re.Match[str], head: str) -> Iterator[MadeQuestion]:
    """Yield questions for the time and the place in the rest of a clause, which loses them."""
    rest = match["rest"]
    for time in _TIME.finditer(rest):
        asked = "On what day of the week" if re.fullmatch(_WEEKDAYS, time[1]) else "When"
        yield _question(f"{asked} {head}{rest[: time.start()]}{rest[time.end() :]}", match, time)
    for place in _PLACE.finditer(rest):
        if not _NO_PLACE.search(place[1]):
            yield _question(f"Where {head}{rest[: place.start()]}{rest[place.end() :]}", match, place)


def _number(clause: str, lexicon: Lexicon) -> Iterator[MadeQuestion]:
    has = _HAS.fullmatch(clause)
    if has is not None:
        auxiliary = {"has": "does", "have": "do", "had": "did"}[has["verb"]]
        subject = lexicon.inside(has["subject"])
        yield MadeQuestion(f"How many {has['noun']} {auxiliary} {subject} have?", *has.span("answer"))
    counted, share = _COUNTED.fullmatch(clause), _SHARE.fullmatch(clause)
    if counted is not None:
        yield MadeQuestion(f"How many {counted['noun']} {counted['rest']}?", *counted.span("answer"))
    if share is not None:
        yield MadeQuestion(f"What percentage of {share['noun']} {share['rest']}?", *share.span("answer"))


def _copula(clause: str, lexicon: Lexicon) -> Iterator[MadeQuestion]:
    del lexicon
    copula = _COPULA.fullmatch(clause)
    if copula is not None:
        asked = "Who" if _PERSON.search(copula["rest"]) else "What"
        yield MadeQuestion(f"{asked} {copula['verb']} {copula['rest']}?", *copula.span("answer"))


_RULES = (_passive, _past, _number, _copula)


def _question(text: str, clause: re.Match[str], answer: re.Match[str]) -> MadeQuestion:
    """Return a question whose answer is the first group of a match in the rest of a clause."""
    start = clause.start("rest")
    return MadeQuestion(f"{text}?", start + answer.start(1), start + answer.end(1))
