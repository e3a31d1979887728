"""An archive in Milvus when something goes wrong: one clear error, and nothing is seen by half.

Milvus Lite serves a port of this machine, and what is asked goes through a proxy that can be cut.
"""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from nutgraf.indexer.errors import IndexerError, IndexLocked, IndexMismatch, IndexMissing, StorageFailed
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.milvus import connection as milvus
from nutgraf.indexer.milvus import watches
from nutgraf.indexer.milvus.address import MilvusAddress, parse
from nutgraf.indexer.milvus.connection import connect, disconnect
from nutgraf.indexer.milvus.head import HEAD, read_head
from nutgraf.indexer.milvus.index import MilvusIndex
from nutgraf.indexer.milvus.tables import ALIVE, ARTICLES, PASSAGES, STATE, WATCHES
from nutgraf.indexer.milvus.watches import MilvusWatches
from nutgraf.indexer.milvus.writer import MilvusWriter
from tests.contract.stories import OTHERS, prints, short
from tests.fakes import FakeEncoder

pytest.importorskip("milvus_lite", reason="the extra milvus is not installed")
pytestmark = pytest.mark.enable_socket

ALL = Filter()


class Proxy:
    """Passes connections on to a port; `cut` ends them and refuses new ones, `mend` takes them again."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._is_cut = False
        self.silent = Event()
        self.port = self._listening.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def mend(self) -> None:
        self._is_cut = False
        self.silent.clear()

    def close(self) -> None:
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self._is_cut:
                    client.close()
                    continue
                server = socket.create_connection(("127.0.0.1", self._target))
                self._open += [client, server]
                for source, target in ((client, server), (server, client)):
                    Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65536):
                while self.silent.is_set():
                    time.sleep(0.01)
                target.sendall(content)
            target.shutdown(socket.SHUT_WR)


@dataclass(frozen=True)
class Served:
    """An archive behind a proxy."""

    address: MilvusAddress
    proxy: Proxy
    other: MilvusAddress
    """The same archive, as another machine has it."""

    def publish(self, *articles: Any) -> None:
        with MilvusWriter(self.address, FakeEncoder()) as writer:
            assert len([*writer.add(articles)]) == len(articles)
            writer.publish()

    def ids(self) -> list[str]:
        with MilvusIndex(self.address) as index:
            return [article.id for article in index.page(ALL, None, 100)]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    for limit in ("CONNECT_SECONDS", "READ_SECONDS", "WRITE_SECONDS"):
        monkeypatch.setattr(milvus, limit, 8.0)
    server, database, port = start_server_in_thread(str(tmp_path / "server"), host="127.0.0.1", port=0)
    proxy = Proxy(port)
    address, other = (parse(f"milvus:http://127.0.0.1:{number}") for number in (proxy.port, port))
    yield Served(address, proxy, other)
    disconnect()
    proxy.close()
    server.stop(grace=0)
    database.close()


def test_a_server_that_is_gone_or_silent(served: Served) -> None:
    served.publish(*OTHERS)
    with MilvusIndex(served.address) as index:
        served.proxy.cut()
        with pytest.raises(StorageFailed, match="does not answer") as caught:
            index.lexical("bridge", 5, ALL)
        assert "check that it runs" in caught.value.hint
        served.proxy.mend()
        assert len(index.lexical("bridge", 5, ALL)[0]) == 2, "it is asked again once it is back"
        served.proxy.silent.set()
        with pytest.raises(StorageFailed, match="does not answer"):
            index.lexical("bridge", 5, ALL)
        served.proxy.mend()
        assert len(index.lexical("bridge", 5, ALL)[0]) == 2


def test_a_batch_that_is_cut_is_not_seen_and_the_next_run_goes_on(served: Served) -> None:
    served.publish(OTHERS[0])

    def articles() -> Iterator[Any]:
        yield from OTHERS[1:]
        served.proxy.cut()

    with MilvusWriter(served.address, FakeEncoder()) as writer:
        with pytest.raises(StorageFailed, match="does not answer"):
            [*writer.add(articles())]
        served.proxy.mend()
    assert served.ids() == ["bridge"]
    with MilvusWriter(served.address, FakeEncoder()) as writer:
        assert [status.status for status in writer.add(OTHERS)] == ["unchanged", "added", "added", "added"]
        assert writer.publish().last_passage == 4, "numbers are given again"
    assert served.ids() == ["baker", "bridge", "mayor", "storm"]


def test_what_a_killed_writer_left_is_never_seen(served: Served) -> None:
    served.publish(*OTHERS, *prints())
    connection = connect(served.address)
    head = read_head(connection)
    assert head is not None
    batch = head.batch + 1
    everything = 'id != ""'
    (article,) = [a for a in connection.rows(ARTICLES, everything, ["*"]) if a["id"] == "baker"]
    connection.insert(ARTICLES, [article | {"row": 900, "id": "half", "key": "ff", "born": batch}])
    passages = [p for p in connection.rows(PASSAGES, everything, ["*"]) if p["id"] == "baker"]
    connection.insert(
        PASSAGES, [p | {"row": 900, "id": "half", "key": "ff", "born": batch} for p in passages]
    )
    connection.patch(ARTICLES, [{"row": article["row"], "died": batch}])
    with MilvusIndex(served.address) as index:
        found = index.fetch(index.lexical("loaves of bread", 9, ALL)[0].tolist())
        assert [passage.article.id for passage in found] == ["baker"]
    with MilvusWriter(served.address, FakeEncoder()) as writer:
        assert [status.status for status in writer.add(OTHERS)] == ["unchanged"] * 4
        assert writer.publish().generation == head.generation
    assert not connection.rows(ARTICLES, "row == 900", ["id"])
    assert connection.count(ARTICLES, f"died == {ALIVE}") == 8


def test_one_writes_at_a_time_and_a_dead_one_is_forgotten(served: Served) -> None:
    served.publish(OTHERS[0])
    with (
        MilvusWriter(served.address, FakeEncoder()),
        pytest.raises(IndexLocked, match="pid"),
        MilvusWriter(served.address, FakeEncoder()),
    ):
        pass
    connect(served.address).set_control("claim:dead", '{"host": "elsewhere", "pid": 1, "until": 1.0}')
    served.publish(OTHERS[1])
    assert served.ids() == ["baker", "bridge"]


QUESTION = ("Who is mayor of Quist?", None)


def test_what_a_killed_watcher_left_is_never_seen(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies when all of a batch is written but its head: nothing was added, recorded or removed."""
    connection = connect(served.address)
    write, control = connection.set_control, MilvusWatches(served.address)
    assert control.add([QUESTION], "old", 0, 9) == [1]
    (row,) = control.pick([1])
    assert control.record(row, "new", 1, "first") is not None
    before = control.rows(), control.changes()

    def dying(key: str, value: str) -> None:
        if key == "watches":
            raise KeyboardInterrupt
        write(key, value)

    (row,) = control.pick([1])
    with monkeypatch.context() as patch:
        patch.setattr(connection, "set_control", dying)
        for step in (
            lambda: control.add([("What else?", None), ("Who else?", None)], "", 0, 9),
            lambda: control.record(row, "newer", 2, "second"),
            lambda: control.edit(row),
            lambda: control.remove([1]),
        ):
            with pytest.raises(KeyboardInterrupt):
                step()
            assert (control.rows(), control.changes()) == before
    assert control.add([("Who else?", None)], "", 0, 9) == [2], "the number is given again"
    assert [watch.id for watch in control.rows()] == [1, 2]
    assert control.record(row, "newer", 2, "third") is not None
    assert [(change.id, change.body) for change in control.changes()] == [(1, "first"), (2, "third")]
    assert connection.count(WATCHES, f"died == {ALIVE}") == 2


def test_two_machines_watch_one_archive(served: Served) -> None:
    """Each has a connection of its own: of one question one row is kept, and a change is noted once."""
    served.publish(OTHERS[0])
    machines = [MilvusWatches(served.address), MilvusWatches(served.other)]
    with ThreadPoolExecutor(2) as pool:
        added = [*pool.map(lambda book: book.add([QUESTION, ("Who else?", None)], "", 0, 9), machines)]
        assert added[0] == added[1] == [1, 2]
        (row,) = machines[0].pick([1])
        notes = [*pool.map(lambda book: book.record(row, "new", 1, "{}"), machines)]
    assert sorted(note is None for note in notes) == [False, True]
    machines[0].set_cursor("command", 1)
    assert [machine.cursor("command") for machine in machines] == [1, 1]
    assert [len(machine.changes()) for machine in machines] == [1, 1]


def test_a_watcher_waits_for_another_and_forgets_a_dead_one(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, book = connect(served.address), MilvusWatches(served.address)
    monkeypatch.setattr(watches, "WAIT_SECONDS", 0.1)
    with MilvusWriter(served.address, FakeEncoder()):
        assert book.add([QUESTION], "", 0, 9) == [1], "while articles are added"
    claim = '{"host": "elsewhere", "pid": 1, "until": %f}'
    connection.set_control("watching:other", claim % (time.time() + 100))
    with pytest.raises(IndexLocked, match="pid 1 on elsewhere"):
        book.remove([1])
    connection.set_control("watching:other", claim % 1.0)
    assert book.remove([1]) == [1]


def test_long_definitions_are_whole_and_what_was_replaced_is_deleted(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watches, "_KEPT", 2)
    book, text = MilvusWatches(served.address), "Zürich " * 20_000
    assert book.add([(text, "https://hooks.example/a")], text, 0, 9) == [1]
    for number in range(6):
        (row,) = book.pick([1])
        assert (row.definition, len(row.state)) == (text, len(text) + bool(number))
        book.record(row, f"{text}{number}", number + 1, text)
    assert [change.body == text for change in book.changes()] == [True] * 6
    assert connect(served.address).count(WATCHES, "row > 0") <= 5, "seven were written"


def test_long_texts_and_values_are_kept_whole(served: Served) -> None:
    text = " ".join(f"Zeile {n} über die Brücke." for n in range(12_000))
    served.publish(short("long", text))
    with MilvusWriter(served.address, FakeEncoder()) as writer:
        writer.set_state({"crawl": text})
    with MilvusWriter(served.address, FakeEncoder()) as writer:
        assert writer.state("crawl") == text
        assert [s.status for s in writer.add([short("long", text)])] == ["unchanged"]
    with MilvusIndex(served.address) as index:
        assert index.get(["long"])["long"].text == text
    assert connect(served.address).count(STATE, f"died == {ALIVE}") > 10


def refused(address: str) -> IndexerError:
    with pytest.raises(IndexerError) as caught, MilvusIndex(parse(address)):
        pass
    assert caught.value.hint
    return caught.value


def test_wrong_ports_and_databases(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(milvus, "CONNECT_SECONDS", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
        assert "does not answer" in str(refused(f"milvus:http://127.0.0.1:{port}/news")), "it listens only"
    assert "does not answer" in str(refused(f"milvus:http://127.0.0.1:{port}/news"))
    error = refused(f"milvus:{served.address.uri}/no_such")
    assert isinstance(error, IndexMissing)
    assert "no_such" in str(error)
    assert isinstance(refused(str(served.address)), IndexMissing), "nothing was indexed yet"


def test_somebody_elses_collection_and_a_newer_archive(served: Served) -> None:
    served.publish(OTHERS[0])
    connection = connect(served.address)
    written = connection.control()[HEAD]
    connection.set_control(HEAD, written.replace('"format": 1', '"format": 2'))
    assert "version 2" in str(refused(str(served.address)))
    connection.set_control(HEAD, "[]")
    assert "is not what nutgraf wrote" in str(refused(str(served.address)))
    connection.set_control(HEAD, written)
    assert served.ids() == ["bridge"]
    connection.drop(PASSAGES)
    connection._client.create_collection(PASSAGES.name, dimension=8)  # as others would
    disconnect()
    error = refused(str(served.address))
    assert isinstance(error, IndexMismatch)
    assert PASSAGES.name in str(error)


def test_another_encoder_is_refused(served: Served) -> None:
    served.publish(OTHERS[0])
    with (
        MilvusWriter(served.address, FakeEncoder(32, name="other")) as writer,
        pytest.raises(IndexMismatch, match="fake-encoder"),
    ):
        writer.publish()
