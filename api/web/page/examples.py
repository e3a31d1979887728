"""The front page of an archive: its size, days and outlets, and example questions.

An example asks who holds a post that one of the newest passages names together with its holder. The index is
asked each of them, and only questions that it answers with that name are shown.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.limits import Busy
from nutgraf.opening import OpenIndex
from nutgraf.qa.inquiry import Inquiry

T = TypeVar("T")
PASSAGES, ASKED, SHOWN = 2000, 8, 3
"""Newest passages that are searched for posts, questions that are asked, questions that are shown.

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
    """Return questions that the index answers with the expected name, the most probable first."""
    last = opened.index.state.last_passage
    newest = opened.index.fetch(range(max(1, last + 1 - PASSAGES), last + 1))
    expected = candidates([passage.text for passage in newest])
    results = opened.answerer.answer([Inquiry(question) for question in expected])
    right = [
        (-result.answers[0].probability, result.question)
        for result in results
        if result.answers and expected[result.question] in result.answers[0].text
    ]
    return [question for _, question in sorted(right)][:SHOWN]


def candidates(texts: list[str]) -> dict[str, str]:
    """Return question -> name of the holder, for posts that the texts name together with their holder."""
    questions: dict[str, str] = {}
    for match in (m for text in reversed(texts) for form in _POST_PATTERNS for m in form.finditer(text)):
        if any(
            character.isupper() for character in match["post"]
        ):  # without a name it is "the company's president"
            questions.setdefault(f"Who is the {match['post']}?", match["name"])
    return dict(islice(questions.items(), ASKED))
