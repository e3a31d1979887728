"""The check that nutgraf answers without a network: it answers a question while every socket is refused.

Sockets are refused to the whole process, so this may run in a command, never in a server. It refuses the
sockets and look-ups of Python. Native code can open sockets that Python does not see: of the libraries here
only onnxruntime has such code, which reports its use to its maker unless the environment forbids it.
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

from nutgraf.api.doctor.findings import CheckStatus, Finding, caught
from nutgraf.archive import Archive
from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.opening import ModelLoader, OpenIndex, open_state
from nutgraf.settings import Settings

NAME = "offline"
OWN_ARTICLE = Article(
    "doctor", "", "The new library of Velmora opened on Tuesday. Mayor Ada Quill cut the ribbon."
)
OWN_QUESTION = "Who cut the ribbon?"
REPORTING_OFF = "ORT_DISABLE_TELEMETRY"
_TITLE_CHARS = 200
_METHODS = ("__init__", "connect", "connect_ex", "sendto")
_FUNCTIONS = (
    *("socketpair", "fromfd"),  # refused here: their __init__ would fail after they made a descriptor
    *("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo"),
)


class SocketRefused(OSError):
    """A socket was opened while every socket is refused."""


@contextmanager
def no_sockets() -> Iterator[list[str]]:
    """Refuse every socket and look-up for a block; yield the list of the calls that were tried.

    The methods of the class are replaced, so modules that imported the class before are refused, too.
    """
    tried: list[str] = []
    places = [*((socket.socket, name) for name in _METHODS), *((socket, name) for name in _FUNCTIONS)]
    originals = [(owner, name, vars(owner).get(name)) for owner, name in places]
    for owner, name, _ in originals:
        setattr(owner, name, _refusal("socket" if name == "__init__" else name, tried))
    try:
        yield tried
    finally:
        for owner, name, original in originals:
            if original is None:
                delattr(owner, name)  # it was inherited
            else:
                setattr(owner, name, original)


def _refusal(name: str, tried: list[str]) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        tried.append(name)
        raise SocketRefused(f"{name}: every socket is refused")

    return refuse


def answering(settings: Settings, *, from_index: bool) -> Finding:
    """Answer a question with sockets refused, from the index or from an article of two sentences."""
    ask = _ask_index if from_index else _ask_own
    with no_sockets() as tried:
        outcome = caught(NAME, partial(_check, settings, ask))
    if not tried:
        return outcome if outcome.status == "problem" or silent() else _reporting(outcome)
    message = f"{outcome.found}; {', '.join(dict.fromkeys(tried))} was tried"
    status: CheckStatus = "problem" if outcome.status == "problem" else "warning"
    return Finding(NAME, status, message, "name the models by their folders; else please report it")


def silent(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment forbids onnxruntime (1.29 or later) to report its use."""
    return environment.get(REPORTING_OFF) == "1"


def _reporting(outcome: Finding) -> Finding:
    message = f"{outcome.found}; but onnxruntime may report its use to its maker, by sockets not seen here"
    return Finding(NAME, "warning", message, f"export {REPORTING_OFF}=1")


def _check(settings: Settings, ask: Callable[[Settings, ModelLoader], str]) -> Finding:
    models = ModelLoader(settings)
    models.load()
    return Finding(NAME, "ok", f"with every socket refused, {ask(settings, models)}")


def _ask_index(settings: Settings, models: ModelLoader) -> str:
    with open_state(settings, models) as opened:
        articles = opened.index.page(Filter(), None, 1)
        if articles:
            topic = articles[0].title or articles[0].text
            return f"the index {_answer(opened, f'What is new about {topic[:_TITLE_CHARS]}?')}"
    return _ask_own(settings, models)


def _ask_own(settings: Settings, models: ModelLoader) -> str:
    with TemporaryDirectory(prefix="nutgraf-doctor-") as folder:
        archive = Archive(replace(settings, index=Path(folder) / "index"), models)
        archive.add(OWN_ARTICLE)
        with archive.reading() as opened:
            return f"an index of two sentences {_answer(opened, OWN_QUESTION)}"


def _answer(opened: OpenIndex, question: str) -> str:
    """Ask with threshold 0, because any answer shows that the models work."""
    from nutgraf.qa.inquiry import Inquiry

    (result,) = opened.answerer.answer([Inquiry(question, min_probability=0.0).checked()])
    answer = f"with {result.answers[0].text!r}" if result.answers else "that it has no answer"
    return f"answered {question!r} {answer}"
