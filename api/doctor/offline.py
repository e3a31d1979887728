"""The proof that nutgraf answers without a network: it does so with every socket refused.

Sockets are refused to the whole process while it lasts: for a command of its own, never for a server. It is
Python's sockets and look-ups that are refused. Native code opens its own, unseen from here: of all that runs
here onnxruntime alone has such code, which reports its use to its maker unless the environment forbids it.
"""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from nutgraf.api.doctor.archive import sampled
from nutgraf.api.doctor.findings import CheckStatus, Finding, caught
from nutgraf.indexer.article import Article
from nutgraf.opening import LoadedModels, OpenIndex, load_models, open_with
from nutgraf.settings import Settings

NAME = "offline"
OWN = Article("doctor", "", "The new library of Velmora opened on Tuesday. Mayor Ada Quill cut the ribbon.")
OWN_QUESTION = "Who cut the ribbon?"
REPORTING_OFF = "ORT_DISABLE_TELEMETRY"
_TITLE_CHARS = 200
_METHODS = ("__init__", "connect", "connect_ex", "sendto")
_FUNCTIONS = (
    *("socketpair", "fromfd"),  # they would make a descriptor first, and lose it
    *("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"),
)


class SocketRefused(OSError):
    """A socket was asked for while none is to be had."""


@contextmanager
def no_sockets() -> Iterator[list[str]]:
    """Refuse every socket and look-up, in the classes that others hold already, too; yield what was tried."""
    tried: list[str] = []
    places = [*((socket.socket, name) for name in _METHODS), *((socket, name) for name in _FUNCTIONS)]
    kept = [(owner, name, vars(owner).get(name)) for owner, name in places]
    for owner, name, _ in kept:
        setattr(owner, name, _refusal("socket" if name == "__init__" else name, tried))
    try:
        yield tried
    finally:
        for owner, name, was in kept:
            if was is None:
                delattr(owner, name)  # inherited
            else:
                setattr(owner, name, was)


def _refusal(name: str, tried: list[str]) -> Callable[..., NoReturn]:
    def refused(*_: object, **__: object) -> NoReturn:
        tried.append(name)
        raise SocketRefused(f"{name}: no socket is to be had")

    return refused


def answering(settings: Settings, *, from_index: bool) -> Finding:
    """Answer a question with sockets refused: from the index, or from two sentences of our own."""
    ask = _ask_index if from_index else _ask_own
    with no_sockets() as tried:
        outcome = caught(NAME, partial(_asked, settings, ask))
    if not tried:
        return outcome if outcome.status == "problem" or silent() else _reporting(outcome)
    found = f"{outcome.found}; {', '.join(dict.fromkeys(tried))} was tried"
    status: CheckStatus = "problem" if outcome.status == "problem" else "warning"
    return Finding(NAME, status, found, "name the models by their folders; else please report it")


def silent(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether onnxruntime, from its 1.29 on, is forbidden to report its use."""
    return environment.get(REPORTING_OFF) == "1"


def _reporting(outcome: Finding) -> Finding:
    found = f"{outcome.found}; but onnxruntime may report its use to its maker, by sockets not seen here"
    return Finding(NAME, "warning", found, f"export {REPORTING_OFF}=1")


def _asked(settings: Settings, ask: Callable[[Settings, LoadedModels], str]) -> Finding:
    return Finding(NAME, "ok", f"with every socket refused, {ask(settings, load_models(settings))}")


def _ask_index(settings: Settings, models: LoadedModels) -> str:
    with open_with(settings, models) as opened:
        sample = sampled(opened.index.store)
        if sample:
            first = opened.index.store.articles([sample[0].article_id])[sample[0].article_id]
            about = first.title or first.text
            return f"the index {_answer(opened, f'What is new about {about[:_TITLE_CHARS]}?')}"
    return _ask_own(settings, models)


def _ask_own(settings: Settings, models: LoadedModels) -> str:
    from nutgraf.indexer.embedded.writer import EmbeddedWriter

    with TemporaryDirectory(prefix="nutgraf-doctor-") as folder:
        settings = replace(settings, index=Path(folder) / "index")
        with EmbeddedWriter(settings.index, models.encoder) as builder:
            builder.add([OWN])
            builder.publish()
        with open_with(settings, models) as opened:
            return f"an index of two sentences {_answer(opened, OWN_QUESTION)}"


def _answer(opened: OpenIndex, question: str) -> str:
    """Ask, whatever the probability: here it is no matter how sure the answer is."""
    from nutgraf.qa.inquiry import Inquiry

    (asked,) = opened.answerer.answer([Inquiry(question, min_probability=0.0).checked()])
    said = f"with {asked.answers[0].text!r}" if asked.answers else "that it has no answer"
    return f"answered {question!r} {said}"
