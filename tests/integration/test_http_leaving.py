"""Who leaves in the middle of an answer: what is worked for nobody is given up, and counted as such."""

import asyncio
import json
import threading
from typing import Any

import pytest
from starlette.types import Message

from nutgraf.api.engine.engine import Engine
from nutgraf.api.engine.limits import EngineLimits
from nutgraf.api.web.app import Serving, create_app
from nutgraf.archive import Archive
from nutgraf.opening import OpenIndex
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.settings import Settings

QUESTION = "What did China agree to on sanctions?"


class Client:
    """One that has sent its question, and leaves when it is told to."""

    def __init__(self) -> None:
        self.leaves = asyncio.Event()
        self.sent: list[Message] = []
        self._body: list[Message] = [
            {"type": "http.request", "body": json.dumps({"question": QUESTION}).encode(), "more_body": False}
        ]

    async def receive(self) -> Message:
        if self._body:
            return self._body.pop()
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


async def reached(engine: Engine, waiting: int) -> None:
    for _ in range(3000):
        if engine.waiting == waiting:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"{engine.waiting} wait, not {waiting}")


@pytest.mark.parametrize("spec_version", ["2.3", "2.4"])  # who looks for the client: Starlette, or we alone
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/ask/stream"])
def test_who_leaves_gives_up_the_place(
    seeds_settings: Settings, caplog: pytest.LogCaptureFixture, path: str, spec_version: str
) -> None:
    begun, go = threading.Event(), threading.Event()

    def held(_: OpenIndex, __: QuestionResult) -> dict[str, Any]:
        begun.set()
        assert go.wait(60)
        return {}

    async def main() -> list[Message]:
        app, client = create_app(Archive(seeds_settings), Serving(limits=EngineLimits(workers=1))), Client()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": spec_version},
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        }
        async with app.router.lifespan_context(app):
            engine: Engine = app.state.engine
            first = asyncio.create_task(engine.ask(Inquiry(QUESTION), held))
            assert await asyncio.to_thread(begun.wait, 60)
            asking = asyncio.create_task(app(scope, client.receive, client.send))
            await reached(engine, 1)
            client.leaves.set()
            await asking
            await reached(engine, 0)
            assert not first.done()
            go.set()
            await first
        return client.sent

    with caplog.at_level("INFO", "nutgraf.access"):
        sent = asyncio.run(main())
    assert [json.loads(line)["status"] for line in caplog.messages if '"route"' in line] == [499]
    assert b"event: answer" not in b"".join(message.get("body", b"") for message in sent)
    assert (sent == []) is (path == "/v1/ask")
