"""The engine: who waits together is answered together, too many are refused, who leaves frees a place."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nutgraf.archive
from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.limits import Busy, EngineLimits
from nutgraf.api.engine.queue import QueuedRequest
from nutgraf.archive import Archive
from nutgraf.opening import OpenIndex
from nutgraf.qa.errors import BadQuestion
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.settings import Settings

Json = dict[str, Any]
QUESTIONS = ["What did China agree to on sanctions?", "Who is Sung Kim?", "Who won?"]


def text(_: OpenIndex, asked: QuestionResult) -> Json:
    return {"question": asked.question, "best": asked.best[0].text}


class Gate:
    """Holds a worker in its thread until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()

    def __call__(self, opened: OpenIndex, asked: QuestionResult) -> Json:
        self.reached.set()
        assert self.open.wait(60)
        return text(opened, asked)


async def held(engine: Engine) -> tuple[Gate, "asyncio.Task[Json]"]:
    """Occupy the only worker."""
    gate = Gate()
    task = asyncio.create_task(engine.ask(Inquiry(QUESTIONS[0]), gate))
    assert await asyncio.to_thread(gate.reached.wait, 60)
    return gate, task


def run(settings: Settings, limits: EngineLimits, body: Callable[[Engine], Any]) -> None:
    async def main() -> None:
        async with Engine(Archive(settings), limits) as engine:
            await body(engine)

    asyncio.run(main())


def test_what_waits_together_is_answered_together(
    seeds_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body(engine: Engine) -> None:
        sizes: list[int] = []
        answer = engine.opened.answerer.__class__.answer
        monkeypatch.setattr(
            "nutgraf.qa.answer.Answerer.answer",
            lambda self, asks, *more: sizes.append(len(asks)) or answer(self, asks, *more),
        )
        alone = [await engine.ask(Inquiry(question), text) for question in QUESTIONS]
        gate, first = await held(engine)
        rest = [asyncio.create_task(engine.ask(Inquiry(question), text)) for question in QUESTIONS]
        await asyncio.sleep(0)
        gate.open.set()
        assert await asyncio.gather(first, *rest) == [alone[0], *alone]
        assert sizes == [1, 1, 1, 1, 3]

    run(seeds_settings, EngineLimits(workers=1), body)


def test_more_than_can_wait_is_refused(seeds_settings: Settings) -> None:
    async def body(engine: Engine) -> None:
        gate, first = await held(engine)
        waiting = [asyncio.create_task(engine.ask(Inquiry("Who?"), text)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="2 questions are waiting already"):
            await engine.ask(Inquiry("Who?"), text)
        gate.open.set()
        assert len(await asyncio.gather(first, *waiting)) == 3

    run(seeds_settings, EngineLimits(workers=1, waiting=2), body)


def test_who_leaves_frees_the_place_and_is_not_answered(seeds_settings: Settings) -> None:
    async def body(engine: Engine) -> None:
        gate, first = await held(engine)
        rendered: list[str] = []
        leaving = asyncio.create_task(
            engine.ask(Inquiry("Who left?"), lambda _, asked: rendered.append(asked.question) or {})  # type: ignore[func-returns-value]
        )
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        first.cancel()
        gate.open.set()
        assert (await engine.ask(Inquiry(QUESTIONS[1]), text))["question"] == QUESTIONS[1]
        assert rendered == []

    run(seeds_settings, EngineLimits(workers=1), body)


def test_one_callers_failure_is_not_the_others(seeds_settings: Settings) -> None:
    def fails(_: OpenIndex, __: QuestionResult) -> Json:
        raise RuntimeError("mine alone")

    async def body(engine: Engine) -> None:
        gate, first = await held(engine)
        asks = [engine.ask(Inquiry(QUESTIONS[1]), fails), engine.ask(Inquiry(QUESTIONS[1]), text)]
        waiting = asyncio.gather(*asks, return_exceptions=True)
        await asyncio.sleep(0)
        with pytest.raises(BadQuestion):
            await engine.ask(Inquiry("?"), text)
        gate.open.set()
        failed, answered = await waiting
        assert str(failed) == "mine alone"
        assert isinstance(answered, dict)
        await first

    run(seeds_settings, EngineLimits(workers=1), body)


def test_what_is_slow_to_make_keeps_nobody_waiting(seeds_settings: Settings) -> None:
    async def body(engine: Engine) -> None:
        gate = Gate()
        asks = [
            QueuedRequest(Inquiry(QUESTIONS[0]), gate, slow=True),
            QueuedRequest(Inquiry(QUESTIONS[1]), text),
        ]
        together = asyncio.create_task(engine.ask_all(asks))
        assert await asyncio.to_thread(gate.reached.wait, 60)
        assert (await engine.ask(Inquiry(QUESTIONS[2]), text))["question"] == QUESTIONS[2]
        assert not together.done()
        gate.open.set()
        assert [one["question"] for one in await together] == QUESTIONS[:2]

    run(seeds_settings, EngineLimits(workers=1), body)


def test_what_is_slow_to_make_is_made_from_what_answered_and_that_is_closed_then(
    seeds_settings: Settings,
) -> None:
    async def body(engine: Engine) -> None:
        begun, go = threading.Semaphore(0), threading.Event()

        def keeps_a_thread(_: OpenIndex) -> None:
            begun.release()
            assert go.wait(60)

        rendered: list[OpenIndex] = []

        def render(opened: OpenIndex, asked: QuestionResult) -> Json:
            rendered.append(opened)
            return {"articles": opened.index.store.counts().articles, "question": asked.question}

        before = engine.opened
        others = [asyncio.create_task(engine.run(keeps_a_thread)) for _ in range(2)]
        for _ in others:
            assert await asyncio.to_thread(begun.acquire, timeout=60)
        slow = asyncio.create_task(engine.ask(Inquiry(QUESTIONS[0]), render, slow=True))
        left = asyncio.create_task(engine.ask(Inquiry(QUESTIONS[1]), render, slow=True))
        while engine._others < 4:  # both are answered, and wait for a thread
            await asyncio.sleep(0.01)
        await engine.reopen()
        left.cancel()
        go.set()
        assert await slow == {"articles": 3, "question": QUESTIONS[0]}
        await asyncio.gather(*others)
        assert rendered == [before]
        assert engine.opened is not before
        with pytest.raises(Exception, match="closed"):
            before.index.store.counts()

    run(seeds_settings, EngineLimits(workers=1), body)


def test_a_pinned_state_answers_and_is_closed_then(seeds_settings: Settings) -> None:
    """Whoever names the pinned state is answered by it, and all others of the batch by the newest."""

    async def body(engine: Engine) -> None:
        rendered: dict[str, OpenIndex] = {}

        def render(opened: OpenIndex, asked: QuestionResult) -> Json:
            rendered[asked.question] = opened
            return text(opened, asked)

        old = engine.opened
        with engine.pinned() as handle:
            result = await engine.run(lambda opened: opened.answerer.retrieve(Inquiry(QUESTIONS[0])), handle)
            gate, first = await held(engine)
            await engine.reopen()
            requests = [
                QueuedRequest(Inquiry(QUESTIONS[0]), render, handle=handle, retrieved=result),
                QueuedRequest(Inquiry(QUESTIONS[1]), render),
                QueuedRequest(Inquiry(QUESTIONS[2]), render, handle=handle),
            ]
            batch = asyncio.create_task(engine.ask_all(requests))
            await asyncio.sleep(0)
            gate.open.set()
            assert [outcome["question"] for outcome in await batch] == QUESTIONS
            assert await engine.run(lambda opened: opened, handle) is old
            await first
        newest = engine.opened
        assert newest is not old
        assert rendered == {QUESTIONS[0]: old, QUESTIONS[1]: newest, QUESTIONS[2]: old}
        while handle._users:  # the batch ends a moment after its callers are told
            await asyncio.sleep(0.01)
        with pytest.raises(Exception, match="closed"):
            old.index.store.counts()

    run(seeds_settings, EngineLimits(workers=1), body)


def test_those_who_left_are_in_nobodys_way(seeds_settings: Settings) -> None:
    async def body(engine: Engine) -> None:
        gate, first = await held(engine)
        leaving = [asyncio.create_task(engine.ask(Inquiry("Who left?"), text)) for _ in range(3)]
        await asyncio.sleep(0)
        assert engine.waiting == 3
        for one in leaving:
            one.cancel()
        await asyncio.gather(*leaving, return_exceptions=True)
        assert engine.waiting == 0
        staying = asyncio.create_task(
            engine.ask_all(
                [QueuedRequest(Inquiry(QUESTIONS[0]), text), QueuedRequest(Inquiry(QUESTIONS[1]), text)]
            )
        )
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await engine.ask_all(
                [QueuedRequest(Inquiry("Who?"), text), QueuedRequest(Inquiry("When?"), text)]
            )
        gate.open.set()
        assert [one["question"] for one in await staying] == QUESTIONS[:2]
        await first

    run(seeds_settings, EngineLimits(workers=1, waiting=3), body)


def test_one_opening_serves_all_who_waited_and_none_who_came_later(
    seeds_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body(engine: Engine) -> None:
        begun: list[int] = []
        go = threading.Event()
        opening = nutgraf.archive.open_state

        def slowly(*arguments: Any) -> Any:
            begun.append(len(begun))
            assert go.wait(60)
            return opening(*arguments)

        monkeypatch.setattr("nutgraf.archive.open_state", slowly)
        first = asyncio.create_task(engine.reopen())
        while not begun:
            await asyncio.sleep(0.01)
        later = [asyncio.create_task(engine.reopen()) for _ in range(5)]
        await asyncio.sleep(0)
        go.set()
        await asyncio.gather(first, *later)
        assert len(begun) == 2

    run(seeds_settings, EngineLimits(), body)


def test_other_work_is_bounded_and_its_place_is_kept_until_the_thread_ends(seeds_settings: Settings) -> None:
    async def body(engine: Engine) -> None:
        begun, go = threading.Event(), threading.Event()

        def work(_: OpenIndex) -> int:
            begun.set()
            assert go.wait(60)
            return 1

        task = asyncio.create_task(engine.run(work))
        assert await asyncio.to_thread(begun.wait, 60)
        second = asyncio.create_task(engine.run(work))
        waiting = asyncio.create_task(engine.run(lambda _: 2))
        await asyncio.sleep(0.05)
        with pytest.raises(Busy):
            await engine.run(lambda _: 3)
        waiting.cancel()  # it had not begun: its place is free
        task.cancel()  # it has begun: its thread is not
        await asyncio.sleep(0)
        last = asyncio.create_task(engine.run(lambda opened: opened.index.state.counts.articles))
        await asyncio.sleep(0.05)
        assert not last.done()
        go.set()
        assert await last == 3
        assert await second == 1

    run(seeds_settings, EngineLimits(others=3), body)


def test_stopping_finishes_what_was_accepted(seeds_settings: Settings) -> None:
    async def main() -> None:
        async with Engine(Archive(seeds_settings), EngineLimits(workers=1)) as engine:
            asks = [asyncio.create_task(engine.ask(Inquiry(question), text)) for question in QUESTIONS]
            await asyncio.sleep(0)
        assert [(await ask)["question"] for ask in asks] == QUESTIONS
        with pytest.raises(Busy, match="stopping"):
            await engine.ask(Inquiry("Who?"), text)

    asyncio.run(main())


def test_an_index_that_is_not_there(tmp_path: Path) -> None:
    from nutgraf.indexer.errors import IndexMissing

    with pytest.raises(IndexMissing):
        run(Settings(index=tmp_path), EngineLimits(), lambda _: None)
