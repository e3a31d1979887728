"""Building: incremental, resumable, one writer, and never a damaged index, wherever it is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer import store_writer as build
from nutgraf.indexer import terms
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded import manifest
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.store import FILENAME, Store
from nutgraf.indexer.embedded.vectors import exact_search
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.errors import IndexDamaged, IndexLocked, IndexMismatch, IndexMissing
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.loaders.base import Skipped
from nutgraf.indexer.passages import PassageRule, title_prefix
from nutgraf.indexer.storage import ArticleStatus, Counts
from tests.fakes import FakeEncoder
from tests.write_summary import WriteSummary

ROOT = Path(__file__).parents[2]
ALL = Filter()
OTHER_ENCODER = FakeEncoder(name="other")
TOPICS = [
    *("sanctions", "elections", "floods", "strikes", "vaccines"),
    *("missiles", "tariffs", "orchards", "satellites", "museums"),
]


def articles(count: int = 10, suffix: str = "") -> list[Article]:
    """Small real-looking articles on different topics, three passages each."""
    return [
        Article(
            id=f"a{n}",
            title=f"Officials in district {n} spoke on day {100 * n}",  # it says no more than the text
            text=" ".join(
                f"Officials in district {n} spoke on day {day} about {TOPICS[n % 10]}{suffix} and its cost."
                for day in range(100 * n, 100 * n + 16)
            ),
            source=("alpha", "beta")[n % 2],
            published=datetime(2020, 1, 1 + n, tzinfo=UTC),
        )
        for n in range(count)
    ]


def more() -> list[Article]:
    """Return what a second run brings: two articles that are there, six new ones, and a copy of one."""
    copied = articles(12)[5]
    return [*articles(12)[4:], replace(copied, id="copy", text=f"By our staff\n{copied.text}")]


def run(folder: Path, encoder: FakeEncoder, items: Iterable[Article | Skipped]) -> WriteSummary:
    summary = WriteSummary()
    with EmbeddedWriter(folder, encoder) as builder:
        for status in builder.add(items):
            summary.count(status)
        builder.publish()
    summary.encoded = builder.encoded_passages
    return summary


def state(folder: Path, encoder: FakeEncoder, words: str = "cost of sanctions") -> list[tuple[str, int, int]]:
    """Return what a search finds, by both engines: enough to tell two indexes apart."""
    with EmbeddedIndex(folder) as index:
        dense, _ = index.dense(encoder.encode([words])[0], 50, ALL)
        lexical, _ = index.lexical(words, 50, ALL)
        found = index.fetch([*dense.tolist(), *lexical.tolist()])
        return [(p.article.id, p.start, p.end) for p in found]


def ids(folder: Path) -> set[str]:
    with EmbeddedIndex(folder) as index:
        return {p.article.id for p in index.fetch(range(1, 1000))}


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "BATCH_CHARS", 1)


def test_the_same_articles_again_cost_no_encoding(tmp_path: Path, encoder: FakeEncoder) -> None:
    first = run(tmp_path, encoder, articles())
    assert (first.added, first.encoded) == (10, 30)
    again = run(tmp_path, encoder, articles())
    assert (again.added, again.unchanged, again.encoded) == (0, 10, 0)
    assert manifest.read_manifest(tmp_path).generation == 1


def test_what_comes_slowly_is_stored_before_all_has_come(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "BATCH_SECONDS", 0.0)
    stored: list[int] = []

    def slowly() -> Iterator[Article]:
        for item in articles():
            yield item
            with Store(tmp_path / FILENAME, readonly=True) as store:
                stored.append(store.counts().articles)

    run(tmp_path, encoder, slowly())
    assert stored == [*range(1, 11)]


def test_a_first_run_that_was_killed_before_it_made_a_table_is_no_damage(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    (tmp_path / FILENAME).touch()
    with pytest.raises(IndexMissing, match="there is no index in") as raised:
        EmbeddedIndex(tmp_path)
    assert raised.value.hint == f"nutgraf index PATH_TO_ARTICLES --index {tmp_path}"
    assert run(tmp_path, encoder, articles()[:1]).added == 1


def test_a_first_run_that_has_not_ended_is_no_damage(tmp_path: Path, encoder: FakeEncoder) -> None:
    with EmbeddedWriter(tmp_path, encoder) as writer:
        list(writer.add(articles()[:3]))
    with pytest.raises(IndexMissing, match="its 3 articles are stored, but cannot be asked yet") as raised:
        EmbeddedIndex(tmp_path)
    assert "run the same command again" in raised.value.hint
    run(tmp_path, encoder, articles())
    (tmp_path / manifest.MANIFEST).unlink()
    with pytest.raises(IndexDamaged, match="has lost its manifest"):
        EmbeddedIndex(tmp_path)


def test_a_changed_article_is_replaced(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    changed = replace(articles()[3], title="The museum", text="The museum of glass opened in Lisbon.")
    summary = run(tmp_path, encoder, [changed])
    assert (summary.updated, summary.encoded) == (1, 1)
    with EmbeddedIndex(tmp_path) as index:
        assert index.state.counts.articles == 10
        hits = index.fetch(index.lexical("Lisbon glass", 5, ALL)[0].tolist())
        assert [p.text for p in hits] == ["The museum of glass opened in Lisbon."]
        assert not [
            p
            for p in index.fetch(index.lexical("officials spoke", 99, ALL)[0].tolist())
            if p.article.id == "a3"
        ]


def test_changed_metadata_alone_encodes_nothing(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    summary = run(tmp_path, encoder, [replace(articles()[3], source="gamma")])
    assert (summary.updated, summary.encoded) == (1, 0)
    with EmbeddedIndex(tmp_path) as index:
        assert len(index.lexical("strikes", 50, Filter(sources=("gamma",)))[0]) == 3


def test_a_removed_article_is_gone_from_every_search(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    with EmbeddedWriter(tmp_path, encoder) as builder:
        assert builder.remove(["a0", "unknown", "a0"]) == ["a0"]
        builder.publish()
    assert "a0" not in {article_id for article_id, _, _ in state(tmp_path, encoder)}
    assert ids(tmp_path) == {f"a{n}" for n in range(1, 10)}


def test_removed_and_new_are_seen_before_they_are_published(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    with EmbeddedWriter(tmp_path, encoder) as builder:
        builder.remove(["a0"])
        list(builder.add([Article(id="new", title="", text="Pandas were counted in Chengdu.")]))
    with EmbeddedIndex(tmp_path) as index:
        assert index.state.generation == 1
        assert index.state.unpublished_passages == 1
        best = index.fetch(
            index.dense(encoder.encode(["How many pandas are in Chengdu?"])[0], 3, ALL)[0].tolist()
        )
        assert best[0].article.id == "new"
        assert len(index.dense(encoder.encode(["sanctions"])[0], 99, ALL)[0]) == 28
        assert "a0" not in {
            p.article.id for p in index.fetch(index.lexical("sanctions", 99, ALL)[0].tolist())
        }


def test_two_articles_with_one_id_keep_the_first(tmp_path: Path, encoder: FakeEncoder) -> None:
    first = articles(1)[0]
    summary = run(tmp_path, encoder, [first, replace(first, text="Other words.", origin="b.jsonl:2")])
    assert summary.added == 1
    assert [(s.origin, s.reason) for s in summary.skipped] == [
        ("b.jsonl:2", "id a0 was given already in this run")
    ]
    with EmbeddedIndex(tmp_path) as index:
        assert index.get(["a0"])["a0"].text == first.text


def test_copies_are_counted_as_duplicates_and_kept(tmp_path: Path, encoder: FakeEncoder) -> None:
    one = articles(1)[0]
    copy = replace(one, id="copy", source="gamma", text=one.text.replace(" ", "\n", 1).upper())
    summary = run(tmp_path, encoder, [one, copy])
    assert (summary.added, summary.duplicate) == (1, 1)
    with EmbeddedIndex(tmp_path) as index:
        stored = index.get(["a0", "copy"])
        assert stored["a0"].cluster == stored["copy"].cluster


def test_only_one_writes_at_a_time(tmp_path: Path, encoder: FakeEncoder) -> None:
    with (
        EmbeddedWriter(tmp_path, encoder),
        pytest.raises(IndexLocked, match=f"pid {os.getpid()}"),
        EmbeddedWriter(tmp_path, encoder),
    ):
        pass
    with EmbeddedWriter(tmp_path, encoder):
        pass


def test_a_reader_keeps_its_generation_while_the_next_is_published(
    tmp_path: Path, encoder: FakeEncoder
) -> None:
    run(tmp_path, encoder, articles())
    query = encoder.encode(["sanctions"])[0]
    with EmbeddedIndex(tmp_path) as index:
        before = index.dense(query, 5, ALL)[0].tolist(), index.lexical("sanctions", 5, ALL)[0].tolist()
        for number in range(3):
            run(tmp_path, encoder, [Article(id=f"n{number}", title="", text=f"Sanctions again, {number}.")])
        assert (
            index.dense(query, 5, ALL)[0].tolist(),
            index.lexical("sanctions", 5, ALL)[0].tolist(),
        ) == before
        assert len(index.fetch(before[0])) == 5


def test_a_folder_that_may_only_be_read_is_searched_and_left_as_it_is(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write everywhere, so the question whether one may is answered with no."""
    run(tmp_path, encoder, articles())
    for lock in tmp_path.rglob(".*.lock"):
        lock.unlink()
    before = sorted(tmp_path.rglob("*"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
        with EmbeddedIndex(tmp_path):
            found = state(tmp_path, encoder)
            assert sorted(tmp_path.rglob("*")) == before
    assert found == state(tmp_path, encoder) != []
    assert sorted(tmp_path.rglob("*")) != before


def test_a_reader_of_a_folder_it_may_only_read_goes_on_beside_a_writer(
    tmp_path: Path, encoder: FakeEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, encoder, articles())
    query = encoder.encode(["officials on sanctions"])[0]
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
        index = EmbeddedIndex(tmp_path)
    with index:
        found = index.dense(query, 50, ALL)[0].tolist()
        assert len(index.fetch(found)) == 30
        for first in (7, 4, 1):  # the articles from there on are written anew
            text = f"Nothing was said from {first} on. " * 50
            run(tmp_path, encoder, [replace(a, text=f"{a.id} {text}") for a in articles()[first:]])
            left = index.fetch(index.dense(query, 50, ALL)[0].tolist())
            assert {p.article.id for p in left} == {f"a{n}" for n in range(first)}
            assert len(left) == 3 * first
        assert index.facts(found).keys() == {p.id for p in left}
    assert ids(tmp_path) == {f"a{n}" for n in range(10)}


def test_only_two_generations_stay_on_disk(tmp_path: Path, encoder: FakeEncoder) -> None:
    for number in range(4):
        run(tmp_path, encoder, [Article(id=f"n{number}", title="", text=f"Story {number}.")])
    assert sorted(p.name for p in tmp_path.glob("*-*")) == [
        "columns-3.npz",
        "columns-4.npz",
        "lexical-3",
        "lexical-4",
        "vectors-3.faiss",
        "vectors-4.faiss",
    ]


def test_rebuild_gives_the_same_results(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    before = state(tmp_path, encoder)
    for path in [*tmp_path.glob("vectors-*"), tmp_path / "manifest.json"]:
        path.unlink()
    with EmbeddedWriter(tmp_path, encoder) as builder:
        builder.rebuild()
    assert state(tmp_path, encoder) == before
    assert builder.encoded_passages == 0


def test_another_encoder_is_refused_and_rebuild_encodes_anew(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    with pytest.raises(IndexMismatch, match="fake-encoder"):
        run(tmp_path, OTHER_ENCODER, articles())
    with EmbeddedWriter(tmp_path, OTHER_ENCODER) as builder:
        builder.rebuild()
    assert builder.encoded_passages == 30
    assert manifest.read_manifest(tmp_path).encoder.id == "other"
    assert ids(tmp_path) == {f"a{n}" for n in range(10)}
    assert len(state(tmp_path, encoder)) == 60


def test_an_index_keeps_its_own_passage_rule(tmp_path: Path, encoder: FakeEncoder) -> None:
    with EmbeddedWriter(tmp_path, encoder, PassageRule(words=30)) as builder:
        list(builder.add(articles(1)))
        builder.publish()
    run(tmp_path, encoder, articles(2))
    assert manifest.read_manifest(tmp_path).rule.words == 30


@pytest.mark.parametrize(
    "allow",
    [
        Filter(first=date(2020, 1, 4)),
        Filter(last=date(2020, 1, 1)),
        Filter(sources=("ALPHA",)),
        Filter(first=date(2020, 1, 2), last=date(2020, 1, 8), sources=("beta",)),
        Filter(first=date(2031, 1, 1)),
    ],
)
def test_filtered_search_equals_brute_force(tmp_path: Path, encoder: FakeEncoder, allow: Filter) -> None:
    run(tmp_path, encoder, articles())
    query = encoder.encode(["what did the strikes cost"])[0]
    with EmbeddedIndex(tmp_path) as index:
        chunks = list(index.store.vectors())
        every, rows = np.concatenate([c[0] for c in chunks]), np.concatenate([c[1] for c in chunks])
        passing = {
            p.id
            for p in index.fetch(every.tolist())
            if (allow.first is None or p.article.published.date() >= allow.first)  # type: ignore[union-attr]
            and (allow.last is None or p.article.published.date() <= allow.last)  # type: ignore[union-attr]
            and (not allow.sources or p.article.source in [s.lower() for s in allow.sources])
        }
        keep = np.array(sorted(passing), np.int64)
        expected = exact_search(every, rows, query, 8, keep)[0].tolist()
        assert index.dense(query, 8, allow)[0].tolist() == expected
        assert set(index.lexical("strikes cost", 99, allow)[0].tolist()) == passing


# --- killed anywhere --------------------------------------------------------------------------------------

_CHILD = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from nutgraf.indexer import store_writer as build
from nutgraf.indexer.embedded import generation
from nutgraf.indexer.embedded import lexical
from nutgraf.indexer.embedded import vectors
from nutgraf.indexer.embedded.store import Store
import test_build as t

build.BATCH_CHARS = 1
folder, where, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def dying(function, before):
    def wrapped(*a, **k):
        if before:
            die()
        function(*a, **k)
        die()
    return wrapped

targets = {{
    "vectors": (vectors, "write"),
    "lexical": (generation.lexical, "update"),
    "manifest": (generation, "write_manifest"),
    "tombstones": (Store, "clear_tombstones"),
    "sweep": (generation, "_sweep"),
    "put": (Store, "put"),
}}
name, _, moment = where.partition("-")
if name in targets:
    owner, attribute = targets[name]
    setattr(owner, attribute, dying(getattr(owner, attribute), moment == "before"))
seen = 0

def each_batch():
    global seen
    seen += 1
    if where == "batch" and seen == count:
        die()

with t.EmbeddedWriter(folder, t.FakeEncoder()) as builder:
    builder.remove(["a1"])
    list(builder.add(t.more(), each_batch))
    builder.publish()
"""

MOMENTS = [
    *("put-before", "put-after", "vectors-before", "vectors-after", "lexical-before", "lexical-after"),
    *("manifest-before", "manifest-after", "tombstones-before", "tombstones-after", "sweep-before"),
]


@pytest.mark.parametrize(
    ("where", "count"), [("batch", 1), ("batch", 5), *((moment, 0) for moment in MOMENTS)]
)
def test_killed_anywhere_it_goes_on(tmp_path: Path, encoder: FakeEncoder, where: str, count: int) -> None:
    killed, straight = tmp_path / "killed", tmp_path / "straight"
    for folder in (killed, straight):
        run(folder, encoder, articles(6))
    child = _CHILD.format(root=str(ROOT), tests=str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", child, str(killed), where, str(count)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert ids(killed) >= {"a0", "a2", "a3", "a4", "a5"}  # it can be opened and read at once
    assert len(state(killed, encoder)) > 0
    with EmbeddedWriter(straight, encoder) as builder:
        builder.remove(["a1"])
        list(builder.add(more()))
        builder.publish()
    with EmbeddedWriter(killed, encoder) as builder:
        builder.remove(["a1"])
        list(builder.add(more()))
        builder.publish()
    assert ids(killed) == ids(straight)
    assert sorted(state(killed, encoder)) == sorted(state(straight, encoder))
    with EmbeddedIndex(killed) as index:
        assert index.state.unpublished_passages == 0
        assert index.store.tombstones() == []
        names = index.store.clusters(sorted(ids(straight)))
        assert names == {article_id: article_id for article_id in ids(straight)} | {"copy": "a5"}


# --- identity and origin ----------------------------------------------------------------------------------


def test_two_files_with_one_path_id_do_not_replace_each_other(tmp_path: Path, encoder: FakeEncoder) -> None:
    first, second = tmp_path / "a" / "news" / "x.txt", tmp_path / "b" / "news" / "x.txt"
    for path in (first, second):
        path.parent.mkdir(parents=True)
        path.write_text(f"Title\n\nA body that stands in {path}.")

    def found(path: Path) -> Article:
        return Article(id="news/x.txt", title="Title", text=path.read_text(), origin=str(path))

    folder = tmp_path / "index"
    run(folder, encoder, [found(first)])
    summary = run(folder, encoder, [found(second)])
    assert (summary.updated, summary.skipped) == (0, [])
    with EmbeddedIndex(folder) as index:
        assert {*index.get(["news/x.txt", "b/news/x.txt"])} == {"news/x.txt", "b/news/x.txt"}
    third = tmp_path / "c" / "news" / "x.txt"
    third.parent.mkdir(parents=True)
    first.rename(third)  # moved: now the other file may take the place
    assert run(folder, encoder, [found(third)]).unchanged == 1


# --- statuses and states ----------------------------------------------------------------------------------


def test_each_item_gets_a_status_in_order_after_its_commit(
    tmp_path: Path, encoder: FakeEncoder, small_batches: None
) -> None:
    one, two = articles(2)
    items = [
        replace(one, origin="one.txt"),
        Skipped("x.pdf", "empty file"),
        story("blank", " "),
        two,
        replace(one, origin="again.txt"),
        replace(two, id="copy"),
    ]
    expected = [
        ArticleStatus("added", "a0", "one.txt"),
        ArticleStatus("skipped", None, "x.pdf", "empty file"),
        ArticleStatus("skipped", "blank", "blank", "no text"),
        ArticleStatus("added", "a1", ""),
        ArticleStatus("skipped", "a0", "again.txt", "id a0 was given already in this run"),
        ArticleStatus("duplicate", "copy", ""),
    ]
    seen = []
    with EmbeddedWriter(tmp_path, encoder) as builder:
        for status in builder.add(items):
            seen.append(status)
            with Store(tmp_path / FILENAME, readonly=True) as store:  # another connection: what is committed
                stored = {s.id for s in seen if s.status in {"added", "duplicate"}}
                assert stored <= store.articles(["a0", "a1", "copy"]).keys()
    assert seen == expected
    with EmbeddedWriter(tmp_path, encoder) as builder:
        again = list(builder.add([one, replace(two, title="Another title")]))
    assert again == [ArticleStatus("unchanged", "a0", ""), ArticleStatus("updated", "a1", "")]


def test_what_came_before_a_failing_item_is_stored(tmp_path: Path, encoder: FakeEncoder) -> None:
    def failing() -> Iterator[Article]:
        yield from articles(2)
        raise RuntimeError("the feed broke")

    seen = []
    with EmbeddedWriter(tmp_path, encoder) as builder:
        with pytest.raises(RuntimeError, match="the feed broke"):
            seen.extend(builder.add(failing()))
        builder.publish()
    assert ids(tmp_path) == {"a0", "a1"}


def test_writing_tells_the_state_that_a_reader_then_sees(tmp_path: Path, encoder: FakeEncoder) -> None:
    with EmbeddedWriter(tmp_path, encoder) as builder:
        list(builder.add(articles(2)))
        published = builder.publish()
        assert builder.publish() == published
    assert (published.generation, published.counts, published.last_passage) == (1, Counts(2, 6), 6)
    assert published.encoder.id == encoder.card.id
    with EmbeddedIndex(tmp_path) as index:
        assert index.state == published
    with EmbeddedWriter(tmp_path, encoder) as builder:
        list(builder.add([story("new", "Pandas were counted.")]))
    with EmbeddedIndex(tmp_path) as index:
        assert index.state == replace(
            published, counts=Counts(3, 7), unpublished_passages=1, last_passage=7, encoded_passages=7
        )


def test_an_archive_lists_and_describes_itself(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles(5))
    with EmbeddedIndex(tmp_path) as index:
        assert [a.id for a in index.page(Filter(sources=("alpha",)), "a0", 5)] == ["a2", "a4"]
        assert index.get(["a3", "none"]).keys() == {"a3"}
        info = index.info()
        assert (info.location, info.state) == (str(tmp_path), index.state)
        assert [(o.name, o.articles) for o in info.outlets] == [("alpha", 3), ("beta", 2)]
        assert info.first_published == "2020-01-01T00:00:00+00:00"
        assert info.last_published == "2020-01-05T00:00:00+00:00"
        published = manifest.read_manifest(tmp_path).files
        assert info.size_bytes == sum(published.values()) + (tmp_path / FILENAME).stat().st_size


# --- a store and a manifest that do not belong together ---------------------------------------------------


def texts(folder: Path, words: str) -> list[str]:
    with EmbeddedIndex(folder) as index:
        return [p.text for p in index.fetch(index.lexical(words, 9, ALL)[0].tolist())]


def story(article_id: str, text: str) -> Article:
    return Article(id=article_id, title="", text=text)


@pytest.mark.parametrize("restored", [False, True])
def test_a_replaced_store_is_noticed_and_derived_from_anew(
    tmp_path: Path, encoder: FakeEncoder, restored: bool
) -> None:
    """Deleted, or restored from an earlier state: passage ids then collide with published ones."""
    folder = tmp_path / "index"
    run(folder, encoder, [story("x1", "Pandas in Chengdu.")])
    backup = (folder / "store.sqlite").read_bytes()
    run(folder, encoder, [story("x2", "Floods in Ghent.")])
    run(folder, encoder, [story("x3", "Tariffs on steel.")])
    for path in folder.glob("store.sqlite*"):
        path.unlink()
    if restored:
        (folder / "store.sqlite").write_bytes(backup)
        with pytest.raises(IndexDamaged, match="was not published from"):
            EmbeddedIndex(folder)
    run(folder, encoder, [story("y1", "Strikes in Lyon."), story("y2", "Museums in Rome.")])
    assert texts(folder, "floods tariffs") == []
    assert texts(folder, "museums") == ["Museums in Rome."]
    assert texts(folder, "strikes") == ["Strikes in Lyon."]
    assert texts(folder, "pandas") == (["Pandas in Chengdu."] if restored else [])


def test_a_stopped_encoding_anew_is_named(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), EmbeddedWriter(tmp_path, OTHER_ENCODER) as builder:
        builder.rebuild(stop)
    with pytest.raises(IndexMismatch, match="encoded anew, or was stopped at it, by other"):
        EmbeddedIndex(tmp_path)
    with EmbeddedWriter(tmp_path, OTHER_ENCODER) as builder:
        builder.rebuild()
    assert ids(tmp_path) == {f"a{n}" for n in range(10)}


def test_rebuild_keeps_when_an_article_came_in(tmp_path: Path, encoder: FakeEncoder) -> None:
    came = datetime(2001, 2, 3, tzinfo=UTC)
    run(tmp_path, encoder, [replace(articles(1)[0], ingested_at=came)])
    with EmbeddedWriter(tmp_path, OTHER_ENCODER) as builder:
        builder.rebuild()
    with EmbeddedIndex(tmp_path) as index:
        assert index.get(["a0"])["a0"].ingested_at == came


def test_an_empty_generation_finds_what_came_since(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, [])
    with EmbeddedWriter(tmp_path, encoder) as builder:
        list(builder.add([story("new", "Pandas were counted in Chengdu.")]))
    with EmbeddedIndex(tmp_path) as index:
        assert len(index.dense(encoder.encode(["pandas"])[0], 5, ALL)[0]) == 1
        assert index.lexical("pandas", 5, ALL)[0].tolist() == []


def test_removing_with_another_encoder_removes_nothing(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    with pytest.raises(IndexMismatch), EmbeddedWriter(tmp_path, OTHER_ENCODER) as builder:
        builder.remove(["a0"])
    assert "a0" in ids(tmp_path)


def test_blank_text_is_skipped(tmp_path: Path, encoder: FakeEncoder) -> None:
    summary = run(tmp_path, encoder, [story("blank", " \n ")])
    assert [(s.origin, s.reason) for s in summary.skipped] == [("blank", "no text")]


def test_after_many_removals_scores_are_those_of_a_rebuild(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    with EmbeddedWriter(tmp_path, encoder) as builder:
        builder.remove([f"a{n}" for n in range(6)])
        builder.publish()
    with EmbeddedIndex(tmp_path) as index:
        before = index.lexical("officials on museums", 9, ALL)[1].tolist()
    with EmbeddedWriter(tmp_path, encoder) as builder:
        builder.rebuild()
    with EmbeddedIndex(tmp_path) as index:
        assert index.lexical("officials on museums", 9, ALL)[1].tolist() == before


def test_outlets_match_in_any_case_in_both_engines(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, [replace(articles(1)[0], source="Süddeutsche Zeitung")])
    allow = Filter(sources=("SÜDDEUTSCHE ZEITUNG",))
    with EmbeddedIndex(tmp_path) as index:
        assert len(index.dense(encoder.encode(["sanctions"])[0], 9, allow)[0]) == 3
        assert len(index.lexical("sanctions", 9, allow)[0]) == 3


def test_a_word_of_the_title_counts_three_times_for_bm25(tmp_path: Path, encoder: FakeEncoder) -> None:
    """By its text alone, twice in as many words, the second article would lead."""
    titled = Article(
        id="titled", title="The harbour", text="Work on the harbour goes on until the year is over."
    )
    told = Article(
        id="told", title="The works", text="Past the harbour office the works build a new harbour crane."
    )
    run(tmp_path, encoder, [titled, told])
    with EmbeddedIndex(tmp_path) as index:
        ids, scores = index.lexical("harbour", 2, ALL)
        assert [p.article.id for p in index.fetch(ids.tolist())] == ["titled", "told"]
    # Terms: titled has 4 of "harbour" and work, goe, until, year, over; told 4 of "work" and past, 2 of
    # "harbour", offic, build, new, crane.
    idf = np.log(1 + (2 - 2 + 0.5) / (2 + 0.5))
    for score, frequency, length in zip(scores, (4, 2), (9, 11), strict=True):
        expected = idf * 2.2 * frequency / (frequency + 1.2 * (0.25 + 0.75 * length / 10))
        assert score == pytest.approx(expected, abs=1e-3)


def test_an_article_is_scored_whole(tmp_path: Path, encoder: FakeEncoder) -> None:
    """The first passage of `long` says nothing of the harbour; its article does, twice, far below."""
    fill = " ".join(f"On day {n} the council met and went home again." for n in range(30))
    long = story("long", f"The mayor spoke of a bridge. {fill} The harbour stays. The harbour is full.")
    other = story("other", "A bridge fell.")
    run(tmp_path, encoder, [long, other])
    with EmbeddedIndex(tmp_path) as index:
        passages = index.fetch(range(1, 50))
        scores = index.article_scores("harbour", [p.id for p in passages])
        of_long = [p.id for p in passages if p.article.id == "long"]
        assert len(of_long) > 2
        assert [*scores] == of_long  # the other article has none of the words
        lengths = [_terms(long), _terms(other)]
        idf = np.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
        expected = idf * 2.2 * 2 / (2 + 1.2 * (0.25 + 0.75 * lengths[0] / np.mean(lengths)))
        # tantivy keeps a length of more than 40 terms as the next lower of some 200 steps
        assert scores == dict.fromkeys(of_long, pytest.approx(expected, rel=0.03))
        assert index.article_scores("harbour", []) == {}
        assert index.article_scores("of the", of_long) == {}


def _terms(article: Article) -> int:
    return len(terms.analyzer().analyze(f"{title_prefix(article.title) * 3}{article.text}"))


def test_scores_of_articles_follow_what_comes_changes_and_goes(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    changed = replace(articles()[3], title="Pandas", text="Pandas were counted in Chengdu.")
    with EmbeddedWriter(tmp_path, encoder) as builder:
        list(builder.add([changed, story("new", "Pandas again.")]))
        with EmbeddedIndex(tmp_path) as index:  # not published yet: known by meaning alone
            newest = [p.id for p in index.fetch(range(1, 99)) if p.article.id in {"a3", "new"}]
            assert len(newest) == 2
            assert index.article_scores("pandas", newest) == {}
        builder.remove(["a0"])
        builder.publish()
    with EmbeddedIndex(tmp_path) as index:
        grown = {p.id: p.article.id for p in index.fetch(range(1, 99))}
        scores = index.article_scores("pandas", [*grown])
        assert {grown[i] for i in scores} == {"a3", "new"}
    with EmbeddedWriter(tmp_path, encoder) as builder:
        builder.rebuild()
    with EmbeddedIndex(tmp_path) as index:
        again = index.article_scores("pandas", [*grown])
    assert [*again] == [*scores]
    run(tmp_path, encoder, articles()[3:4])
    with EmbeddedIndex(tmp_path) as index:
        now = {p.id: p.article.id for p in index.fetch(range(1, 99))}
        assert {now[i] for i in index.article_scores("pandas", [*now])} == {"new"}


def test_terms_made_otherwise_are_made_again_by_the_next_run(tmp_path: Path, encoder: FakeEncoder) -> None:
    run(tmp_path, encoder, articles())
    path = tmp_path / manifest.MANIFEST
    path.write_text(path.read_text().replace(terms.ANALYZER, "nutgraf_en_0"))
    with pytest.raises(IndexMismatch, match="terms of the analyzer nutgraf_en_0"):
        EmbeddedIndex(tmp_path)
    again = run(tmp_path, encoder, articles())
    assert (again.unchanged, again.encoded) == (10, 0)
    with EmbeddedIndex(tmp_path) as index:
        assert len(index.lexical("sanctions", 9, ALL)[0]) > 0
