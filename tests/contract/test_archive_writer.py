"""What every `ArchiveWriter` does (nutgraf.indexer.storage): one suite, run on each storage engine."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.encoder import identity
from nutgraf.indexer.errors import IndexLocked, IndexMismatch
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.loaders.base import Skipped
from nutgraf.indexer.storage import ArticleStatus, Counts
from tests.contract.conftest import Storage
from tests.contract.stories import OTHERS, prints, short
from tests.fakes import FakeEncoder

ALL = Filter()
OTHER_ENCODER = FakeEncoder(32, name="other-encoder")


def ids(storage: Storage) -> list[str]:
    """Return the ids of the stored articles."""
    with storage.index() as index:
        return [article.id for article in index.page(ALL, None, 1000)]


def answers(storage: Storage, encoder: FakeEncoder) -> list[object]:
    """Return what both searches find: passages by their places, since a rebuild may give them other ids."""
    with storage.index() as index:
        found: list[object] = []
        for words in ("bridge of Quist", "turbines tested", "rye bread"):
            vector = encoder.encode([words])[0]
            for hits, scores in (index.dense(vector, 50, ALL), index.lexical(words, 50, ALL)):
                passages = index.fetch(hits.tolist())
                places = [(p.article.id, p.field, p.start, p.end) for p in passages]
                found.append(sorted(zip(places, scores.tolist(), strict=True)))
                found.append([[a.id for a in c] for c in index.copies(hits.tolist(), ALL).values()])
        return found


# --- remembering ------------------------------------------------------------------------------------------


def test_values_are_remembered_from_one_writer_to_the_next(any_storage: Storage) -> None:
    with any_storage.writer(FakeEncoder()) as writer:
        assert writer.state("a") is None
        writer.set_state({"a": "1", "built_by": "2"})
        writer.set_state({"a": "3"})
    any_storage.publish([OTHERS[0]])  # no value of the engine's own is touched by a caller's key
    with any_storage.writer(FakeEncoder()) as writer:
        assert [writer.state(key) for key in ("a", "built_by", "b")] == ["3", "2", None]


# --- adding -----------------------------------------------------------------------------------------------


def test_each_item_has_a_status_in_order(any_storage: Storage) -> None:
    bridge, baker = OTHERS[:2]
    items: list[Article | Skipped] = [
        replace(bridge, origin="one.txt"),
        Skipped("x.pdf", "empty file"),
        replace(short("blank", " \n"), origin="blank.txt"),
        baker,
        replace(baker, origin="again.txt", text="Other words."),
        replace(baker, id="copy"),
    ]
    statuses = any_storage.add(items)
    assert statuses[:4] == [
        ArticleStatus("added", "bridge", "one.txt"),
        ArticleStatus("skipped", None, "x.pdf", "empty file"),
        ArticleStatus("skipped", "blank", "blank.txt", "no text"),
        ArticleStatus("added", "baker", ""),
    ]
    assert (statuses[4].status, statuses[4].id, statuses[4].origin) == ("skipped", "baker", "again.txt")
    assert "baker" in statuses[4].reason
    assert statuses[5:] == [ArticleStatus("duplicate", "copy", "")]
    any_storage.publish()
    with any_storage.index() as index:
        assert {i: a.text for i, a in index.get(["baker", "bridge", "copy", "blank"]).items()} == {
            "baker": baker.text,
            "bridge": bridge.text,
            "copy": baker.text,
        }


def test_statuses_of_articles_that_are_there(any_storage: Storage) -> None:
    any_storage.add(OTHERS)
    statuses = any_storage.add([OTHERS[0], replace(OTHERS[1], title="Bread"), *prints(), OTHERS[2]])
    assert [(status.id, status.status) for status in statuses] == [
        ("bridge", "unchanged"),
        ("baker", "updated"),
        ("story", "added"),
        ("edited", "duplicate"),
        ("undated", "duplicate"),
        ("another", "duplicate"),
        ("storm", "unchanged"),
    ]
    assert {status.status for status in any_storage.add([*prints(), *OTHERS[2:]])} == {"unchanged"}


def test_a_status_comes_after_its_article_is_stored(any_storage: Storage) -> None:
    any_storage.publish()
    with any_storage.writer(FakeEncoder()) as writer:
        for status in writer.add([*OTHERS, *prints()]):
            assert status.id is not None
            with any_storage.index() as index:
                assert index.get([status.id]).keys() == {status.id}


def test_nothing_is_stored_unless_it_is_consumed(any_storage: Storage) -> None:
    any_storage.publish()
    with any_storage.writer(FakeEncoder()) as writer:
        writer.add(OTHERS)
        assert writer.encoded_passages == 0
    assert ids(any_storage) == []


def test_each_batch_is_called_after_its_statuses(any_storage: Storage) -> None:
    """Whatever a batch is: after the last call there is no status to come."""
    seen: list[str] = []
    with any_storage.writer(FakeEncoder()) as writer:
        for status in writer.add(OTHERS, lambda: seen.append("batch")):
            seen.append(status.status)
    assert seen.count("added") == 4
    assert seen[0] == "added"
    assert seen[-1] == "batch"


def test_what_came_before_a_failing_item_is_stored(any_storage: Storage) -> None:
    def failing() -> Iterator[Article | Skipped]:
        yield from OTHERS[:2]
        yield Skipped("x.pdf", "empty file")
        raise RuntimeError("the feed broke")

    statuses: list[ArticleStatus] = []
    with any_storage.writer(FakeEncoder()) as writer:
        with pytest.raises(RuntimeError, match="the feed broke"):
            statuses.extend(writer.add(failing()))
        assert [status.status for status in statuses] == ["added", "added", "skipped"]
        assert [status.status for status in writer.add(OTHERS[1:3])] == ["skipped", "added"]
        writer.publish()
    assert ids(any_storage) == ["baker", "bridge", "storm"]


def test_passages_are_encoded_once(any_storage: Storage) -> None:
    with any_storage.writer(FakeEncoder()) as writer:
        assert writer.encoded_passages == 0
        assert len([*writer.add(OTHERS)]) == 4
        assert writer.encoded_passages == 4
        writer.publish()
        assert writer.encoded_passages == 4
    with any_storage.writer(FakeEncoder()) as writer:
        assert {status.status for status in writer.add(OTHERS)} == {"unchanged"}
        assert writer.encoded_passages == 0, "it counts from when the writer was opened"


# --- removing ---------------------------------------------------------------------------------------------


def test_remove_returns_what_was_there(any_storage: Storage) -> None:
    any_storage.publish(OTHERS)
    assert any_storage.remove("storm", "none", "baker", "storm", publish=False) == ["storm", "baker"]
    assert ids(any_storage) == ["bridge", "mayor"]
    assert any_storage.remove("storm", publish=True) == []
    assert [status.status for status in any_storage.add(OTHERS)] == [
        "unchanged",
        "added",
        "added",
        "unchanged",
    ]
    assert ids(any_storage) == ["baker", "bridge", "mayor", "storm"]


def test_a_copy_that_goes_leaves_the_others(any_storage: Storage) -> None:
    any_storage.publish([*prints(), *OTHERS])
    any_storage.remove("another", publish=True)
    any_storage.publish([replace(prints()[1], text=OTHERS[0].text)])
    with any_storage.index() as index:
        of_story = {p.article.id: p.id for p in index.fetch(range(1, 100))}
        assert [a.id for a in index.copies([of_story["story"]], ALL)[of_story["story"]]] == [
            "story",
            "undated",
        ]
        assert [a.id for a in index.copies([of_story["edited"]], ALL)[of_story["edited"]]] == [
            "bridge",
            "edited",
        ]


# --- origins ----------------------------------------------------------------------------------------------


def test_unseen_origins_are_those_of_other_runs(any_storage: Storage) -> None:
    located = [replace(article, origin=f"/news/{article.id}.txt") for article in OTHERS[:3]]
    any_storage.add([*located, OTHERS[3]])
    with any_storage.writer(FakeEncoder()) as writer:
        assert sorted(writer.unseen_origins()) == sorted((a.id, f"/news/{a.id}.txt") for a in located)
        moved = replace(located[0], origin="/moved/bridge.txt")
        assert [s.status for s in writer.add([moved, short("new", "New.")])] == ["unchanged", "added"]
        assert sorted(writer.unseen_origins()) == [("baker", "/news/baker.txt"), ("storm", "/news/storm.txt")]
    with any_storage.writer(FakeEncoder()) as writer:
        assert dict(writer.unseen_origins())["bridge"] == "/moved/bridge.txt"


# --- publishing -------------------------------------------------------------------------------------------


def test_publishing_twice_is_publishing_once(any_storage: Storage) -> None:
    with any_storage.writer(FakeEncoder()) as writer:
        assert len([*writer.add(OTHERS)]) == 4
        first = writer.publish()
        assert writer.publish() == first
    assert any_storage.publish(OTHERS) == first
    assert (first.generation, first.counts, first.encoder) == (1, Counts(4, 4), identity(FakeEncoder()))


@pytest.mark.parametrize("change", ["add", "update", "remove"])
def test_every_change_is_a_new_state(any_storage: Storage, change: str) -> None:
    first = any_storage.publish(OTHERS)
    with any_storage.writer(FakeEncoder()) as writer:
        if change == "remove":
            assert writer.remove(["mayor"]) == ["mayor"]
        else:
            article = short("new", "New.") if change == "add" else replace(OTHERS[0], source="Gamma")
            assert len([*writer.add([article])]) == 1
        second = writer.publish()
    assert (second.generation, second.unpublished_passages) == (2, 0)
    assert second.token != first.token
    with any_storage.index() as index:
        assert index.state == second


def test_leaving_publishes_nothing(any_storage: Storage) -> None:
    first = any_storage.publish(OTHERS[:1])
    any_storage.add(OTHERS)
    with any_storage.index() as index:
        assert (index.state.generation, index.state.token) == (first.generation, first.token)
        assert index.state.unpublished_passages == 3


# --- rebuilding -------------------------------------------------------------------------------------------


def test_rebuild_keeps_the_answers(any_storage: Storage) -> None:
    first = any_storage.publish([*OTHERS, *prints()])
    any_storage.remove("mayor", "edited", publish=True)
    before = answers(any_storage, FakeEncoder())
    with any_storage.writer(FakeEncoder()) as writer:
        rebuilt = writer.rebuild()
        assert writer.encoded_passages == 0
    assert answers(any_storage, FakeEncoder()) == before
    assert rebuilt.generation > first.generation
    assert rebuilt.encoder == first.encoder
    with any_storage.index() as index:
        assert index.state == rebuilt


def test_rebuild_publishes_what_was_not(any_storage: Storage) -> None:
    any_storage.add(OTHERS)
    with any_storage.writer(FakeEncoder()) as writer:
        state = writer.rebuild()
    assert (state.counts, state.unpublished_passages) == (Counts(4, 4), 0)
    with any_storage.index() as index:
        assert len(index.lexical("bridge", 9, ALL)[0]) == 2


def test_another_encoder_is_refused_and_rebuild_takes_it(any_storage: Storage) -> None:
    any_storage.publish(OTHERS)
    with any_storage.writer(OTHER_ENCODER) as writer:
        for refused in (lambda: [*writer.add(prints())], lambda: writer.remove(["baker"]), writer.publish):
            with pytest.raises(IndexMismatch, match="fake-encoder"):
                refused()
    assert ids(any_storage) == ["baker", "bridge", "mayor", "storm"]
    batches: list[int] = []
    with any_storage.writer(OTHER_ENCODER) as writer:
        state = writer.rebuild(lambda: batches.append(writer.encoded_passages))
        assert writer.encoded_passages == 4
    assert batches[-1] == 4
    assert (state.encoder, state.counts) == (identity(OTHER_ENCODER), Counts(4, 4))
    with any_storage.index() as index:
        vector = OTHER_ENCODER.encode(["the baker of rye bread"])[0]
        assert [p.article.id for p in index.fetch(index.dense(vector, 1, ALL)[0].tolist())] == ["baker"]
    with any_storage.writer(FakeEncoder()) as writer, pytest.raises(IndexMismatch, match="other-encoder"):
        writer.publish()


# --- one writer -------------------------------------------------------------------------------------------


def test_only_one_writes_at_a_time(any_storage: Storage) -> None:
    with any_storage.writer(FakeEncoder()) as writer:
        with pytest.raises(IndexLocked) as caught, any_storage.writer(FakeEncoder()):
            pass
        assert caught.value.hint
        assert len([*writer.add(OTHERS)]) == 4, "the first goes on"
        writer.publish()
    assert ids(any_storage) == ["baker", "bridge", "mayor", "storm"]


def test_a_writer_that_fails_gives_the_lock_back(any_storage: Storage) -> None:
    def failing() -> Iterator[Article]:
        yield OTHERS[0]
        raise RuntimeError("the feed broke")

    with pytest.raises(RuntimeError, match="the feed broke"):
        any_storage.add(failing())
    any_storage.publish(OTHERS[1:])
    assert ids(any_storage) == ["baker", "bridge", "mayor", "storm"]
