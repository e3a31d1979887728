"""What every engine does while vectors are missing: words first, meaning later, at last the same archive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.storage import Counts, PassageIndex
from tests.contract.conftest import Storage
from tests.contract.stories import OTHERS, prints, short
from tests.fakes import FakeEncoder

ALL = Filter()
MANY = [short(f"report-{day:03}", f"Report {day} is about harbour {day * 7}.", day=day) for day in range(200)]
UNDATED = short("undated-report", "A report about a harbour without a date.")


def add(storage: Storage, articles: Sequence[Article], *, publish: bool = True) -> None:
    """Add articles without vectors."""
    with storage.writer(FakeEncoder()) as writer:
        for status in writer.add(articles, words_only=True):
            assert status.status in {"added", "updated", "duplicate", "unchanged"}
        assert writer.encoded_passages == 0
        if publish:
            writer.publish()


def encode(storage: Storage, *, batches: int | None = None, publish: bool = True) -> int:
    """Encode some batches, or all that is missing; return how many passages still wait."""
    ended = []

    def go_on() -> bool:
        ended.append(1)
        return len(ended) != batches

    with storage.writer(FakeEncoder()) as writer:
        writer.encode(go_on)
        if publish:
            writer.publish()
        return writer.unencoded_passages


def by_meaning(index: PassageIndex, words: str, allow: Filter = ALL) -> list[str]:
    """Return the ids of the articles that a search by meaning finds, the nearest first."""
    ids, _ = index.dense(FakeEncoder().encode([words])[0], 1000, allow)
    return [passage.article.id for passage in index.fetch(ids.tolist())]


def by_words(index: PassageIndex, words: str) -> list[str]:
    return [passage.article.id for passage in index.fetch(index.lexical(words, 1000, ALL)[0].tolist())]


def found(storage: Storage) -> list[object]:
    """Return what both searches find, with all scores, and the copies."""
    with storage.index() as index:
        hits: list[object] = [index.state.counts, index.state.encoded]
        for words in ("bridge of Quist", "turbines tested", "rye bread", "harbour 21"):
            vector = FakeEncoder().encode([words])[0]
            for ids, scores in (index.dense(vector, 500, ALL), index.lexical(words, 500, ALL)):
                places = [(p.article.id, p.field, p.start, p.end) for p in index.fetch(ids.tolist())]
                hits.append(sorted(zip(places, scores.tolist(), strict=True)))
                hits.append([[a.id for a in c] for c in index.copies(ids.tolist(), ALL).values()])
        return hits


def test_without_vectors_words_find_and_the_state_says_so(any_storage: Storage) -> None:
    add(any_storage, OTHERS)
    with any_storage.index() as index:
        state = index.state
        assert (state.counts, state.unpublished_passages) == (Counts(4, 4), 0)
        assert (state.encoded_passages, state.encoded) == (0, 0.0)
        assert by_words(index, "bridge of Quist") == ["storm", "mayor", "bridge"]
        assert by_meaning(index, "bridge of Quist") == []
        assert [index.facts([i])[i].encoded for i in range(1, 5)] == [False] * 4
        assert index.article_scores("bridge", [1]).keys() == {1}
    with any_storage.writer(FakeEncoder()) as writer:
        assert writer.unencoded_passages == 4


def test_the_newest_are_encoded_first_and_found(any_storage: Storage) -> None:
    add(any_storage, [UNDATED, *MANY])
    waiting = encode(any_storage, batches=1)
    with any_storage.index() as index:
        encoded = by_meaning(index, "harbour report")
        assert 0 < len(encoded) == 201 - waiting < 201
        assert sorted(encoded) == [article.id for article in MANY][-len(encoded) :]
        state = index.state
        assert (state.encoded_passages, state.encoded) == (len(encoded), len(encoded) / 201)
        facts = index.facts(range(1, 202))
        assert {fact.article for fact in facts.values() if fact.encoded} == {*encoded}
        vector = FakeEncoder().encode(["Report 190 is about harbour 1330."])[0]
        allow = Filter(last=date(2020, 7, 9))  # day 190
        passing = [a for a in MANY[:191] if a.id in encoded]
        cosines = FakeEncoder().encode([a.text for a in passing]) @ vector
        _, scores = index.dense(vector, 5, allow)
        assert scores == pytest.approx(np.sort(cosines)[::-1][:5], abs=2e-3)
        assert by_meaning(index, MANY[190].text, allow)[:1] == [MANY[190].id][: len(passing)]


def test_in_the_end_it_is_the_same_archive(any_storage: Storage) -> None:
    articles = [*OTHERS, *prints(), *MANY, UNDATED]
    add(any_storage, articles[:100])
    encode(any_storage, batches=1)
    add(any_storage, articles[100:])
    waiting = encode(any_storage, batches=1)
    while waiting:
        before, waiting = waiting, encode(any_storage, batches=1)
        assert waiting < before
    later = found(any_storage)
    with any_storage.writer(FakeEncoder()) as writer:
        published = writer.publish()
        writer.encode(lambda: pytest.fail("nothing was missing"))
        assert (writer.publish(), writer.encoded_passages) == (published, 0)
    any_storage.remove(*[article.id for article in articles], publish=True)
    any_storage.publish(articles)
    assert later == found(any_storage)


def test_an_open_index_keeps_its_vectors(any_storage: Storage) -> None:
    add(any_storage, OTHERS)
    with any_storage.index() as index:
        before = index.state
        assert encode(any_storage) == 0
        assert (index.state, by_meaning(index, "bridge")) == (before, [])
        assert {fact.encoded for fact in index.facts(range(1, 5)).values()} == {False}
    with any_storage.index() as index:
        assert (index.state.generation, index.state.encoded) == (before.generation + 1, 1.0)
        assert len(by_meaning(index, "bridge")) == 4


def test_before_it_is_published(any_storage: Storage) -> None:
    """What was stored by words alone is found by nothing yet; with its vector it is found by meaning."""
    any_storage.publish(OTHERS[:2])
    add(any_storage, OTHERS[2:], publish=False)
    with any_storage.index() as index:
        state = index.state
        assert (state.counts.passages, state.unpublished_passages, state.encoded) == (4, 2, 0.5)
        assert sorted(by_meaning(index, "bridge")) == ["baker", "bridge"]
    assert encode(any_storage, publish=False) == 0
    with any_storage.index() as index:
        assert (index.state.unpublished_passages, index.state.encoded) == (2, 1.0)
        assert sorted(by_meaning(index, "bridge")) == ["baker", "bridge", "mayor", "storm"]
        assert by_words(index, "Quist") == []


def test_what_changes_or_goes_while_it_waits(any_storage: Storage) -> None:
    add(any_storage, OTHERS)
    add(any_storage, [replace(OTHERS[2], text="Pandas were counted in Chengdu.")])
    any_storage.remove("mayor", publish=False)
    assert encode(any_storage) == 0
    with any_storage.index() as index:
        assert (index.state.counts, index.state.encoded) == (Counts(3, 3), 1.0)
        assert by_meaning(index, "pandas")[0] == "storm"
        assert sorted(by_meaning(index, "pandas")) == ["baker", "bridge", "storm"]
    any_storage.remove("storm", publish=True)
    with any_storage.index() as index:
        assert (index.state.encoded, sorted(by_meaning(index, "pandas"))) == (1.0, ["baker", "bridge"])


def test_removal_counts_no_vector_that_is_gone(any_storage: Storage) -> None:
    any_storage.publish(OTHERS[:2])
    add(any_storage, OTHERS[2:])
    any_storage.remove("bridge", publish=False)
    with any_storage.index() as index:
        assert (index.state.encoded_passages, index.state.counts) == (1, Counts(3, 3))
        assert by_meaning(index, "bridge") == ["baker"]


def test_what_was_encoded_while_others_went_waits_for_the_publication(any_storage: Storage) -> None:
    any_storage.publish(OTHERS[:2])
    add(any_storage, OTHERS[2:])
    assert encode(any_storage, publish=False) == 0
    any_storage.remove("bridge", "baker", publish=False)
    with any_storage.index() as index:
        assert (index.state.encoded_passages, index.state.counts) == (0, Counts(2, 2))
        assert {fact.encoded for fact in index.facts([3, 4]).values()} == {False}
        assert by_meaning(index, "bridge") == []
    any_storage.publish()
    with any_storage.index() as index:
        assert (index.state.encoded, sorted(by_meaning(index, "bridge"))) == (1.0, ["mayor", "storm"])


def test_rebuild_makes_what_is_missing(any_storage: Storage) -> None:
    add(any_storage, OTHERS)
    with any_storage.writer(FakeEncoder()) as writer:
        state = writer.rebuild()
        assert (writer.encoded_passages, state.encoded, state.counts) == (4, 1.0, Counts(4, 4))


def test_what_is_added_with_its_vector_waits_for_no_other(any_storage: Storage) -> None:
    add(any_storage, OTHERS[:2])
    any_storage.publish(OTHERS[2:])
    with any_storage.index() as index:
        assert (index.state.encoded, sorted(by_meaning(index, "bridge"))) == (0.5, ["mayor", "storm"])
