"""What the page says of an archive before anything is asked: how much, from when, by whom, and what to try.

Examples are questions that were asked of this very index and answered: forms are filled with names that
stand in what was added last, and those that the archive does not answer with some confidence are not shown.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from api.service import Open
from api.web.engine import Busy, Engine
from qa.inquiry import Inquiry

T = TypeVar("T")
PASSAGES, ASKED, SHOWN = 300, 8, 3
"""How many of the newest passages are looked at, how many questions tried, how many shown."""

LEAST = 0.66
"""How probable an example's answer is at least: "likely"."""

MOST_OUTLETS = 200
_NAME = r"((?:[A-Z][a-z]+|[A-Z]\.)(?: (?:[A-Z][a-zA-Z]+(?:-[a-z]+)?|[A-Z]\.)){1,2})"
_FORMS = (
    (re.compile(rf"\b{_NAME}, (?:the|an?) [a-z]"), "Who is {}?"),
    (re.compile(rf"\b{_NAME} (?:said|told|warned|announced)\b"), "What did {} say?"),
)
_NO_NAME = re.compile(
    r"(?:A|An|And|As|At|But|For|He|His|If|In|It|On|She|The|They|This|We|When|While|\w+day|Mr|Mrs|Ms)\b"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """How many articles, between which days (ISO 8601, if any has one), and their outlets, the largest first."""

    articles: int
    first: str | None
    last: str | None
    outlets: tuple[str, ...]


class Remembered(Generic[T]):
    """What was found out about a generation of the index, once for all who ask."""

    def __init__(self, work: Callable[[Open], T]) -> None:
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


class Front:
    """What is remembered about the archive that an engine has open."""

    def __init__(self, engine: Engine, patience_s: float = 2.0) -> None:
        self._engine = engine
        self._patience_s = patience_s
        self._facts = Remembered(facts)
        self._examples = Remembered(examples)

    async def facts(self) -> Facts:
        """Return what there is; raises Busy."""
        return await self._facts.of(self._engine)

    async def examples(self) -> list[str]:
        """Return questions to try, or none where that would take long: the next visitor has them."""
        try:
            return await asyncio.wait_for(self._examples.of(self._engine), self._patience_s)
        except (TimeoutError, Busy):
            return []


def facts(opened: Open) -> Facts:
    """Return how much an index holds, from when, by whom."""
    store = opened.index.store
    first, last = store.days() or (None, None)
    outlets = tuple(name for name, _ in store.sources()[:MOST_OUTLETS])
    return Facts(opened.index.counts.articles, first, last, outlets)


def examples(opened: Open) -> list[str]:
    """Return questions that the index answers, the surest first; each about another name."""
    store = opened.index.store
    texts = [text for _, _, text, _, _ in store.passage_texts(after=store.last_passage() - PASSAGES)]
    outcomes = opened.answerer.answer([Inquiry(question) for question in candidates(texts)])
    sure = [(-a.answers[0].probability, a.question) for a in outcomes if a.answers]
    return [question for probability, question in sorted(sure) if -probability >= LEAST][:SHOWN]


def candidates(texts: list[str]) -> list[str]:
    """Return questions about names in the texts, the most frequent first, at most one a name."""
    found: dict[str, str] = {}
    seen = Counter[str]()
    for form, question in _FORMS:
        for name in (match[1] for text in texts for match in form.finditer(text)):
            if not _NO_NAME.match(name):
                found.setdefault(name, question.format(name))
                seen[name] += 1
    ordered = sorted(found, key=lambda name: (-seen[name], name))
    return [found[name] for name in ordered[:ASKED]]
