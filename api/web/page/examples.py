"""The front page of an archive: its size, days and outlets, and example questions.

An example asks what one of the newest passages says in so many words: who holds a post, when and where
something is, how many people were hurt. The index is asked each of them, and only questions that it answers
with these words are shown, of different kinds where it can.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Generic, TypeVar

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.limits import Busy
from nutgraf.opening import OpenIndex
from nutgraf.qa.inquiry import Inquiry

T = TypeVar("T")
PASSAGES, ASKED, SHOWN = 2000, 8, 4
"""Newest passages that are searched for facts, questions that are asked, questions that are shown.

Not measured: eight questions are answered in about a second.
"""

MOST_OUTLETS = 100
"""Outlets that the field offers while somebody types; other outlets can be typed, too."""

_NAME = r"(?P<name>[A-Z]\w+(?: [A-Z]\.)?(?: [A-Z]\w+(?:-\w+)?){1,2})"
_POST = (
    "ambassador|chairman|chairwoman|chancellor|chief executive|coach|commissioner|director|governor|leader"
    "|mayor|minister|president|secretary|spokesman|spokeswoman"
)
_OF = r"(?: (?:of|for|at) (?:the )?[A-Z]\w+(?: [A-Z]\w+)?)?"
_NATION = r"(?:(?:South|North) )?[A-Z][a-z]*(?:an|ch|ese|i|ish|sh)"
_POST_PATTERNS = (
    re.compile(rf"\b[Tt]he (?P<post>(?:[\w’'-]+ ){{0,4}}(?:{_POST}){_OF}), {_NAME}"),
    re.compile(
        rf"\b(?P<post>{_NATION} (?:Prime Minister|Foreign Minister|(?:Vice )?President|Chancellor)) {_NAME}"
    ),
)
"""A post and its holder as papers write: "the Chinese foreign minister, Wang Yi", "French President ..."."""


_THING = r"\b(?P<thing>(?:[Tt]he )?[A-Z]\w{1,20}(?: [A-Z]\w{1,20}){1,4})"
_DONE = re.compile(
    rf"{_THING},? (?P<be>was|were) (?P<done>born|built|created|established|founded|launched|opened|published)"
    r" (?:in|on) (?:\d{1,2} )?(?:[A-Z][a-z]{2,9} )?(?:\d{1,2}, )?(?P<words>(?:1[5-9]|20)\d\d)\b"
)
"""What was done in a year: "the Tarn Observatory was founded in 1931"."""

_BASED = re.compile(
    rf"{_THING}(?:, which)?,? (?:is |are )?(?P<done>based|headquartered) in (?P<words>[A-Z]\w{{1,20}})"
)
"""Where something has its seat: "Nordic Rail, based in Oslo, ..."."""

_NUMBER = (
    r"(?P<words>\d{1,3}(?:,\d{3}){0,2}|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens"
    "|hundreds)"
)
_PEOPLE = (
    "(?P<people>people|children|civilians|migrants|officers|passengers|protesters|soldiers|students|workers)"
)
_PLACE = r"in (?P<place>(?:the )?[A-Z]\w{1,20}(?: [A-Z]\w{1,20})?)"
_HURT = "(?P<done>arrested|detained|evacuated|injured|killed|rescued|wounded)"
_HURT_PATTERNS = (
    re.compile(rf"\b{_NUMBER} {_PEOPLE} (?:were |had been |have been ){_HURT} {_PLACE}"),
    re.compile(rf"\b{_HURT} (?:at least |more than |about |some )?{_NUMBER} {_PEOPLE} {_PLACE}"),
)
"""How many were hurt somewhere: "12 people were injured in Drevnik", "killed 130 people in Paris"."""

_NO_NAME = re.compile(
    r"\b(?:A|After|All|An|And|As|At|Before|But|By|Dr|For|From|He|Her|His|If|In|Its?|Mr|Mrs|Ms|On|One|Our|She"
    r"|Since|So|That|The|Their|There|These|They|This|Those|To|Under|We|What|When|Where|While|Who|With|You"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\b"
)
"""Capitalised words that begin a sentence, or name a day: with one of them it is no name of a thing."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The number of articles, first and last day (ISO 8601, None without dates), outlets, largest first."""

    articles: int
    first: str | None
    last: str | None
    outlets: tuple[str, ...]


class GenerationCache(Generic[T]):
    """A value that is computed once for each generation of the index, however many requests want it."""

    def __init__(self, work: Callable[[OpenIndex], T]) -> None:
        self._work = work
        self._token: str | None = None
        self._task: asyncio.Task[T] | None = None

    async def of(self, engine: Engine) -> T:
        """Return the value, or wait until it is computed; raises Busy."""
        token = engine.opened.index.state.token
        failed = self._task is not None and self._task.done() and self._task.exception() is not None
        if self._task is None or self._token != token or failed:
            self._token, self._task = token, asyncio.create_task(engine.run(self._work))
        return await asyncio.shield(self._task)


class FrontPage:
    """The cached facts and examples of the archive that an engine has open."""

    def __init__(self, engine: Engine, patience_s: float = 2.0) -> None:
        self.engine = engine
        self._patience_s = patience_s
        self._facts = GenerationCache(facts)
        self._examples = GenerationCache(examples)

    async def facts(self) -> Facts:
        """Return the facts of the archive; raises Busy."""
        return await self._facts.of(self.engine)

    async def examples(self) -> list[str]:
        """Return questions to try, or none where they take long: the next visitor gets them."""
        try:
            return await asyncio.wait_for(self._examples.of(self.engine), self._patience_s)
        except (TimeoutError, Busy):
            return []


def facts(opened: OpenIndex) -> Facts:
    """Return the number of articles, their days and outlets."""
    info = opened.index.info()
    outlets = tuple(outlet.name for outlet in info.outlets[:MOST_OUTLETS])
    return Facts(info.state.counts.articles, info.first_published, info.last_published, outlets)


def examples(opened: OpenIndex) -> list[str]:
    """Return questions that the index answers with the expected words, of different kinds where it can."""
    last = opened.index.state.last_passage
    newest = opened.index.fetch(range(max(1, last + 1 - PASSAGES), last + 1))
    expected = candidates([passage.text for passage in newest])
    results = opened.answerer.answer([Inquiry(question) for question in expected])
    right = [
        (-result.answers[0].probability, result.question)
        for result in results
        if result.answers and expected[result.question].casefold() in result.answers[0].text.casefold()
    ]
    return _of_each_kind([question for _, question in sorted(right)])[:SHOWN]


def _of_each_kind(questions: list[str]) -> list[str]:
    """Return the questions in their order, but the first of each kind (by its first word) before others."""
    kinds: dict[str, str] = {}
    for question in questions:
        kinds.setdefault(question.split()[0], question)
    first = [*kinds.values()]
    return [*first, *(question for question in questions if question not in first)]


def candidates(texts: list[str]) -> dict[str, str]:
    """Return question -> words that its answer has, of facts in the texts: each kind of question in turn.

    Of a kind, those of the last texts come first.
    """
    kinds = [_unique(questions(texts)) for questions in (_who, _when, _how_many, _where)]
    in_turn = (pair for pairs in zip_longest(*kinds) for pair in pairs if pair is not None)
    return dict(islice(in_turn, ASKED))


def _unique(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the first pairs, as many as are asked at most, one for each question."""
    questions: dict[str, str] = {}
    for question, words in pairs:
        questions.setdefault(question, words)
        if len(questions) == ASKED:
            break
    return [*questions.items()]


def _matches(texts: list[str], *patterns: re.Pattern[str]) -> Iterator[re.Match[str]]:
    for text in reversed(texts):
        for pattern in patterns:
            yield from pattern.finditer(text)


def _who(texts: list[str]) -> Iterator[tuple[str, str]]:
    for match in _matches(texts, *_POST_PATTERNS):
        # Without a name it is "the company's president".
        if any(character.isupper() for character in match["post"]):
            yield f"Who is the {match['post']}?", match["name"]


def _when(texts: list[str]) -> Iterator[tuple[str, str]]:
    for match in _matches(texts, _DONE):
        if thing := _name(match["thing"]):
            yield f"When {match['be']} {thing} {match['done']}?", match["words"]


def _how_many(texts: list[str]) -> Iterator[tuple[str, str]]:
    for match in _matches(texts, *_HURT_PATTERNS):
        if place := _name(match["place"]):
            yield f"How many {match['people']} were {match['done']} in {place}?", match["words"]


def _where(texts: list[str]) -> Iterator[tuple[str, str]]:
    for match in _matches(texts, _BASED):
        if (thing := _name(match["thing"])) and _name(match["words"]):
            yield f"Where is {thing} {match['done']}?", match["words"]


def _name(words: str) -> str:
    """Return a name as it stands within a sentence; "" for what is none."""
    name = re.sub("^The ", "the ", words)
    return "" if _NO_NAME.search(name) else name
