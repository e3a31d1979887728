"""A server and a client that posts articles to it, each in a process of its own."""

import http.client
import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from benchmarks.faults.children import Child, Report
from benchmarks.faults.contents import TinyModels, story
from nutgraf.archive import Archive
from nutgraf.settings import Settings

_QUIET_S = 0.05  # the server publishes so soon after the last change, so that publications are killed, too
_TIMEOUT_S = 60.0
_JSON = {"Content-Type": "application/json"}


def start(folder: Path, ids: Sequence[str], version: int) -> tuple[Child, Child]:
    """Return a server and its client, when the server answers.

    The client posts a version of each article, and reports each one that the server says is stored.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = Child(lambda _: _serve(folder, listening))

        def post(report: Report) -> None:
            listening.close()
            _post(port, ids, version, report)

        client = Child(post)
    next(client.reports())
    return server, client


def _serve(folder: Path, listening: socket.socket) -> NoReturn:
    import uvicorn

    from nutgraf.api.engine.writer import Writer
    from nutgraf.api.web.app import create_app

    Writer.__init__.__defaults__ = (_QUIET_S, *Writer.__init__.__defaults__[1:])  # type: ignore[index] # it has two
    archive = Archive(Settings(folder, threads=1), TinyModels())
    config = uvicorn.Config(create_app(archive), log_config=None, log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])
    raise SystemExit("the server ended by itself")


def _post(port: int, ids: Sequence[str], version: int, report: Report) -> None:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
        connection.request("GET", "/readyz")
        connection.getresponse().read()
        report({})
        for article_id in ids:
            article = story(article_id, version)
            body = json.dumps({"id": article.id, "title": article.title, "text": article.text})
            connection.request("POST", "/v1/articles", body, _JSON)
            response = connection.getresponse()
            answer = response.read()
            if response.status not in (200, 201):
                report({"refused": f"{response.status} {answer.decode()}"})
                return
            report({"done": [article_id]})
    except (OSError, http.client.HTTPException):  # the server was killed
        return
