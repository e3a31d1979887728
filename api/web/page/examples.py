"""What the page says of an archive before anything is asked: how much, from when, by whom, and what to try.

Examples are questions that this very index was asked: who holds a post that one of its newest passages names
with its holder. Those that are not answered with that name are not shown.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from nutgraf.api.engine.engine import Busy, Engine
from nutgraf.opening import OpenIndex
from nutgraf.qa.inquiry import Inquiry

T = TypeVar("T")
PASSAGES, ASKED, SHOWN = 2000, 8, 3
"""How many of the newest passages are looked at, how many questions tried, how many shown."""

MOST_OUTLETS = 100
"""How many a field offers while somebody types; others can be typed all the same."""

_NAME = r"(?P<name>[A-Z]\w+(?: [A-Z]\.)?(?: [A-Z]\w+(?:-\w+)?){1,2})"
_POST = (
    "ambassador|chairman|chairwoman|chancellor|chief executive|coach|commissioner|director|governor|leader"
    "|mayor|minister|president|secretary|spokesman|spokeswoman"
)
_OF = r"(?: (?:of|for|at) (?:the )?[A-Z]\w+(?: [A-Z]\w+)?)?"
_NATION = r"(?:(?:South|North) )?[A-Z][a-z]*(?:an|ch|ese|i|ish|sh)"
_HELD = (
    re.compile(rf"\b[Tt]he (?P<post>(?:[\w’'-]+ ){{0,4}}(?:{_POST}){_OF}), {_NAME}"),
    re.compile(
        rf"\b(?P<post>{_NATION} (?:Prime Minister|Foreign Minister|(?:Vice )?President|Chancellor)) {_NAME}"
    ),
)
"""Who holds a post, as newspapers put it: "the Chinese foreign minister, Wang Yi"; "French President ..."."""


@dataclass(frozen=True, slots=True)
class Facts:
    """How many articles, from when to when (ISO 8601, if any has a date), and the outlets, largest first."""

    articles: int
    first: str | None
    last: str | None
    outlets: tuple[str, ...]


class Remembered(Generic[T]):
    """What was found out about a generation of the index, once for all who ask."""

    def __init__(self, work: Callable[[OpenIndex], T]) -> None:
        self._work = work
        self._token: str | None = None
        self._task: asyncio.Task[T] | None = None

    async def of(self, engine: Engine) -> T:
        """Return it, or wait for whoever is at it; raises Busy."""
        token = engine.opened.index.manifest.token
        failed = self._task is not None and self._task.done() and self._task.exception() is not None
        if self._task is None or self._token != token or failed:
            self._token, self._task = token, asyncio.create_task(engine.run(self._work))
        return await asyncio.shield(self._task)


class FrontPage:
    """What is remembered about the archive that an engine has open."""

    def __init__(self, engine: Engine, patience_s: float = 2.0) -> None:
        self.engine = engine
        self._patience_s = patience_s
        self._facts = Remembered(facts)
        self._examples = Remembered(examples)

    async def facts(self) -> Facts:
        """Return what there is; raises Busy."""
        return await self._facts.of(self.engine)

    async def examples(self) -> list[str]:
        """Return questions to try, or none where that would take long: the next visitor has them."""
        try:
            return await asyncio.wait_for(self._examples.of(self.engine), self._patience_s)
        except (TimeoutError, Busy):
            return []


def facts(opened: OpenIndex) -> Facts:
    """Return how much an index holds, from when, by whom."""
    store = opened.index.store
    first, last = store.days() or (None, None)
    outlets = tuple(name for name, _ in store.sources()[:MOST_OUTLETS])
    return Facts(opened.index.counts.articles, first, last, outlets)


def examples(opened: OpenIndex) -> list[str]:
    """Return questions that the index answers with the name that was expected, the surest first."""
    store = opened.index.store
    texts = [text for _, _, text, _, _ in store.passage_texts(after=store.last_passage() - PASSAGES)]
    expected = candidates(texts)
    outcomes = opened.answerer.answer([Inquiry(question) for question in expected])
    right = [
        (-one.answers[0].probability, one.question)
        for one in outcomes
        if one.answers and expected[one.question] in one.answers[0].text
    ]
    return [question for _, question in sorted(right)][:SHOWN]


def candidates(texts: list[str]) -> dict[str, str]:
    """Return questions about posts that are named in the texts, each with the name of who holds it."""
    found: dict[str, str] = {}
    for match in (m for text in reversed(texts) for form in _HELD for m in form.finditer(text)):
        if any(character.isupper() for character in match["post"]):  # else it is "the company's president"
            found.setdefault(f"Who is the {match['post']}?", match["name"])
    return dict(islice(found.items(), ASKED))
