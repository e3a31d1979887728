"""When a long run publishes: soon after it began, then every minute, more rarely where that takes long."""

from collections.abc import Iterator

from nutgraf.indexer.storage import IndexState
from nutgraf.publishing import Publisher, encode_missing
from tests.contract.stories import OTHERS, short
from tests.fakes import FakeEncoder
from tests.memory_archive import MemoryArchive, MemoryWriter


class SlowWriter(MemoryWriter):
    """A writer that notes when it publishes, and takes `seconds` for it by a clock that is set."""

    def __init__(self, archive: MemoryArchive, seconds: float = 1.0) -> None:
        super().__init__(archive, FakeEncoder())
        self.now, self.seconds = 100.0, seconds
        self.published: list[float] = []

    def clock(self) -> float:
        return self.now

    def publish(self) -> IndexState:
        self.published.append(self.now)
        self.now += self.seconds
        return super().publish()


def times(writer: SlowWriter, publisher: Publisher, moments: Iterator[float] | range) -> list[float]:
    """Return the moments at which the publisher publishes when it is asked at all of these."""
    for moment in moments:
        writer.now = max(writer.now, float(moment))
        publisher.publish_if_due()
    return writer.published


def test_first_after_some_seconds_then_every_minute() -> None:
    with SlowWriter(MemoryArchive()) as writer:
        publisher = Publisher(writer, writer.clock)
        assert times(writer, publisher, range(100, 260)) == [110.0, 171.0, 232.0]


def test_what_takes_long_is_done_more_rarely() -> None:
    with SlowWriter(MemoryArchive(), seconds=20.0) as writer:
        publisher = Publisher(writer, writer.clock)
        assert times(writer, publisher, range(100, 600)) == [110.0, 330.0, 550.0]


def test_all_words_are_published_soon_after_the_last_is_stored() -> None:
    with SlowWriter(MemoryArchive()) as writer:
        publisher = Publisher(writer, writer.clock)
        assert times(writer, publisher, range(100, 120)) == [110.0]
        publisher.hurry()
        assert times(writer, publisher, range(120, 190)) == [110.0, 124.0, 185.0]


def test_an_interrupt_ends_the_encoding_and_keeps_what_was_made() -> None:
    archive = MemoryArchive()
    with MemoryWriter(archive, FakeEncoder()) as writer:
        added = [*writer.add([*OTHERS, short("new", "New.", day=9)], words_only=True)]
        assert len(added) == 5
        calls = []

        def stop_at_the_second() -> None:
            calls.append(writer.encoded_passages)
            if len(calls) == 2:
                raise KeyboardInterrupt

        assert encode_missing(writer, Publisher(writer), stop_at_the_second) is True
        assert (calls, writer.unencoded_passages) == ([1, 2], 3)
        assert encode_missing(writer, Publisher(writer), lambda: None) is False
        assert writer.unencoded_passages == 0
