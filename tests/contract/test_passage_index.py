"""What every `PassageIndex` does (nutgraf.indexer.storage): one suite, run on each storage engine."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from nutgraf.indexer.encoder import identity
from nutgraf.indexer.errors import IndexDamaged, IndexMissing
from nutgraf.indexer.filters import Filter, day_number
from nutgraf.indexer.storage import Counts, Ids, PassageFacts, PassageIndex, Scores
from tests.contract.conftest import Storage
from tests.contract.stories import OTHERS, STORY, prints, short
from tests.fakes import FakeEncoder

ALL = Filter()
GONE = 10_000
"""An id that no passage has."""


def dense(index: PassageIndex, words: str, k: int = 100, allow: Filter = ALL) -> tuple[Ids, Scores]:
    return index.dense(FakeEncoder().encode([words])[0], k, allow)


def articles_of(index: PassageIndex, ids: Ids | Sequence[int]) -> list[str]:
    return [passage.article.id for passage in index.fetch([int(i) for i in ids])]


def passage_ids(index: PassageIndex) -> dict[str, list[int]]:
    """Return article id -> the ids of its passages."""
    ids: dict[str, list[int]] = {}
    for passage in index.fetch(range(1, index.state.last_passage + 1)):
        ids.setdefault(passage.article.id, []).append(passage.id)
    return ids


# --- finding ----------------------------------------------------------------------------------------------


def test_dense_returns_the_cosines_of_the_nearest(any_storage: Storage) -> None:
    any_storage.publish(OTHERS)
    vector = FakeEncoder().encode(["the bridge of Quist"])[0]
    cosines = FakeEncoder().encode([article.text for article in OTHERS]) @ vector
    with any_storage.index() as index:
        ids, scores = index.dense(vector, 10, ALL)
        assert (ids.dtype, scores.dtype) == (np.int64, np.float32)
        assert articles_of(index, ids) == [OTHERS[at].id for at in np.argsort(-cosines)]
        assert scores == pytest.approx(np.sort(cosines)[::-1], abs=2e-3)
        assert articles_of(index, ids)[0] == "storm"


def test_lexical_returns_what_shares_a_word(any_storage: Storage) -> None:
    any_storage.publish(OTHERS)
    with any_storage.index() as index:
        ids, scores = index.lexical("Quist mayor?", 10, ALL)
        assert (ids.dtype, scores.dtype) == (np.int64, np.float32)
        assert articles_of(index, ids) == ["mayor", "storm"]
        assert scores[0] > scores[1] > 0
        assert articles_of(index, index.lexical("loaves", 10, ALL)[0]) == ["baker"]


@pytest.mark.parametrize("question", ["", " ?! ", "of the", "zeppelin"])
def test_lexical_returns_nothing_without_a_shared_word(any_storage: Storage, question: str) -> None:
    any_storage.publish(OTHERS)
    with any_storage.index() as index:
        ids, scores = index.lexical(question, 10, ALL)
        assert (ids.tolist(), scores.tolist()) == ([], [])
        assert (ids.dtype, scores.dtype) == (np.int64, np.float32)


def test_equal_scores_are_ordered_by_id(any_storage: Storage) -> None:
    texts = [f"A grain ship came on day {day}." for day in (3, 1, 2)]
    any_storage.publish([short(f"a{n}", text) for n, text in enumerate(texts * 5)])
    with any_storage.index() as index:
        for ids, scores in (dense(index, "A grain ship came on day 1."), index.lexical("grain", 100, ALL)):
            assert len(ids) == 15
            pairs = [*zip(scores.tolist(), ids.tolist(), strict=True)]
            assert pairs == sorted(pairs, key=lambda pair: (-pair[0], pair[1]))
        best, _ = dense(index, "A grain ship came on day 1.", 5)
        assert articles_of(index, best) == ["a1", "a4", "a7", "a10", "a13"]


def searches(index: PassageIndex, words: str, k: int) -> list[tuple[Ids, Scores]]:
    return [dense(index, words, k), index.lexical(words, k, ALL)]


def check_prefixes(storage: Storage, words: str) -> None:
    """Check that the first of few are the first of many, by both searches."""
    with storage.index() as index:
        for at, (every, scores) in enumerate(searches(index, words, 100)):
            for k in range(1, len(every) + 1):
                ids, first_scores = searches(index, words, k)[at]
                assert (ids.tolist(), first_scores.tolist()) == (every[:k].tolist(), scores[:k].tolist())


@pytest.mark.parametrize("published", [0, 10, 20])
def test_the_first_of_few_are_the_first_of_many(any_storage: Storage, published: int) -> None:
    draw = np.random.default_rng(5)
    words = ["steel", "flood", "grain", "court", "vote"]
    texts = [f"{' '.join(draw.choice(words, 4))} in town {number}." for number in range(20)]
    articles = [short(f"a{number:02}", text) for number, text in enumerate(texts)]
    any_storage.publish(articles[:published])
    any_storage.add(articles[published:])
    check_prefixes(any_storage, "grain vote")


@pytest.mark.parametrize("published", [True, False])
def test_of_equal_scores_the_lower_ids_are_the_first(any_storage: Storage, published: bool) -> None:
    articles = [short(f"a{number:02}", f"Grain ship {number % 3} came.") for number in range(20)]
    any_storage.publish(articles if published else ())
    any_storage.add(articles)
    check_prefixes(any_storage, "grain ship 1")


def test_nothing_passes_the_filter(any_storage: Storage) -> None:
    any_storage.publish(OTHERS)
    nowhere = Filter(sources=("nowhere",))
    with any_storage.index() as index:
        for ids, scores in (dense(index, "bridge", allow=nowhere), index.lexical("bridge", 9, nowhere)):
            assert (ids.tolist(), scores.tolist()) == ([], [])
            assert (ids.dtype, scores.dtype) == (np.int64, np.float32)


# --- titles -----------------------------------------------------------------------------------------------

TITLED = [
    replace(OTHERS[0], title="Iron bridge opened by Ada Novak's daughter | The Orlow Post"),
    replace(OTHERS[3], title="Lena Brandt is elected mayor of Quist"),
    replace(OTHERS[2], title=" - "),
]
"""A title that says more than its text, one that says what the text says, and one without a word."""


@pytest.mark.parametrize("published", [True, False])
def test_a_title_that_says_more_is_a_passage(any_storage: Storage, published: bool) -> None:
    any_storage.publish(TITLED if published else ())
    any_storage.add(TITLED)
    with any_storage.index() as index:
        assert index.state.counts == Counts(3, 4)
        (title,) = [p for p in index.fetch(range(1, index.state.last_passage + 1)) if p.field == "title"]
        assert (title.article.id, title.text) == ("bridge", "Iron bridge opened by Ada Novak's daughter")
        assert index.facts([title.id])[title.id].field == "title"
        assert dense(index, title.text, 1)[0].tolist() == [title.id]
        if published:
            assert index.lexical("daughter opened", 1, ALL)[0].tolist() == [title.id]
        assert title.id not in dense(index, title.text, allow=Filter(sources=("Beta",)))[0].tolist()
    any_storage.remove("bridge", publish=published)
    with any_storage.index() as index:
        assert index.fetch([title.id]) == []
        assert title.id not in dense(index, title.text)[0].tolist()


# --- filters ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allow", "expected"),
    [
        (Filter(first=date(2020, 1, 3)), ["baker", "storm"]),
        (Filter(last=date(2020, 1, 3)), ["baker", "bridge"]),
        (Filter(as_of=date(2020, 1, 2)), ["bridge"]),
        (Filter(first=date(2020, 1, 3), last=date(2020, 1, 3)), ["baker"]),
        (Filter(sources=("BETA",)), ["baker", "mayor"]),
        (Filter(sources=("alpha", "Beta"), last=date(2020, 1, 5)), ["baker", "bridge"]),
        (ALL, ["baker", "bridge", "mayor", "storm"]),
    ],
)
@pytest.mark.parametrize("published", [True, False])
def test_only_what_passes_is_found(
    any_storage: Storage, allow: Filter, expected: list[str], published: bool
) -> None:
    any_storage.publish(OTHERS if published else ())
    any_storage.add(OTHERS)
    with any_storage.index() as index:
        assert sorted(articles_of(index, dense(index, "bridge", allow=allow)[0])) == expected
        words = " ".join(article.text for article in OTHERS)
        assert sorted(articles_of(index, index.lexical(words, 9, allow)[0])) == (
            expected if published else []
        )


# --- what is new, and what is gone ------------------------------------------------------------------------


def test_unpublished_passages_are_found_by_meaning_alone(any_storage: Storage) -> None:
    any_storage.publish(OTHERS)
    any_storage.add([short("new", "Pandas were counted in Chengdu.")])
    with any_storage.index() as index:
        assert articles_of(index, dense(index, "pandas in Chengdu", 1)[0]) == ["new"]
        assert len(dense(index, "pandas")[0]) == 5
        assert index.lexical("pandas", 9, ALL)[0].tolist() == []
        assert index.article_scores("pandas", passage_ids(index)["new"]) == {}
    any_storage.publish()
    with any_storage.index() as index:
        assert articles_of(index, index.lexical("pandas", 9, ALL)[0]) == ["new"]
        assert index.article_scores("pandas", passage_ids(index)["new"]).keys() == {
            *passage_ids(index)["new"]
        }


@pytest.mark.parametrize("publish", [True, False])
def test_removed_articles_are_not_found(any_storage: Storage, publish: bool) -> None:
    any_storage.publish(OTHERS)
    with any_storage.index() as index:
        removed = passage_ids(index)["storm"]
    assert any_storage.remove("storm", publish=publish) == ["storm"]
    with any_storage.index() as index:
        assert sorted(articles_of(index, dense(index, "bridge")[0])) == ["baker", "bridge", "mayor"]
        assert articles_of(index, index.lexical("bridge", 9, ALL)[0]) == ["bridge"]
        assert len(dense(index, "bridge", 3)[0]) == 3, "what is gone takes no place"
        assert (index.fetch(removed), index.facts(removed), index.copies(removed, ALL)) == ([], {}, {})
        assert index.article_scores("bridge", removed) == {}
        assert index.state.counts == Counts(3, 3)


@pytest.mark.parametrize("publish", [True, False])
def test_a_changed_article_is_found_as_it_is_now(any_storage: Storage, publish: bool) -> None:
    any_storage.publish(OTHERS)
    changed = replace(OTHERS[2], text="Pandas were counted in Chengdu.")
    if publish:
        any_storage.publish([changed])
    else:
        any_storage.add([changed])
    with any_storage.index() as index:
        assert [p.text for p in index.fetch(dense(index, "pandas", 1)[0].tolist())] == [changed.text]
        assert articles_of(index, index.lexical("harbour pandas", 9, ALL)[0]) == (
            ["storm"] if publish else []
        )
        assert index.state.counts == Counts(4, 4)
        assert index.state.last_passage == 5, "a changed passage gets a new id"


def test_an_open_index_keeps_its_state(any_storage: Storage) -> None:
    any_storage.publish(OTHERS)
    with any_storage.index() as index:
        before = index.state, dense(index, "bridge")[0].tolist(), index.lexical("bridge", 9, ALL)[0].tolist()
        later = any_storage.publish([short("new", "A bridge over the bridge.")])
        any_storage.remove("storm", publish=True)
        after = index.state, dense(index, "bridge")[0].tolist(), index.lexical("bridge", 9, ALL)[0].tolist()
        assert after == before
    with any_storage.index() as index:
        assert index.state.generation == later.generation + 1
        assert sorted(articles_of(index, index.lexical("bridge", 9, ALL)[0])) == ["bridge", "new"]


# --- the state --------------------------------------------------------------------------------------------


def test_what_was_never_published_cannot_be_opened(any_storage: Storage) -> None:
    any_storage.add(OTHERS)
    with pytest.raises((IndexMissing, IndexDamaged)) as caught, any_storage.index():
        pass
    assert caught.value.hint


def test_the_state_counts_what_is_found(any_storage: Storage) -> None:
    published = any_storage.publish(OTHERS)
    assert (published.generation, published.counts, published.last_passage) == (1, Counts(4, 4), 4)
    assert (published.unpublished_passages, published.encoder) == (0, identity(FakeEncoder()))
    with any_storage.index() as index:
        assert index.state == published
    any_storage.add([short("new", "Pandas were counted.")])
    with any_storage.index() as index:
        assert index.state == replace(
            published,
            counts=Counts(5, 5),
            unpublished_passages=1,
            last_passage=5,
            encoded_passages=5,
        )
    later = any_storage.publish()
    assert later.token != published.token
    with any_storage.index() as index:
        assert index.state == later
        assert later == replace(
            published,
            generation=2,
            token=later.token,
            counts=Counts(5, 5),
            last_passage=5,
            encoded_passages=5,
        )


def test_an_empty_archive_finds_nothing(any_storage: Storage) -> None:
    state = any_storage.publish()
    assert (state.counts, state.last_passage) == (Counts(0, 0), 0)
    with any_storage.index() as index:
        assert dense(index, "bridge")[0].tolist() == index.lexical("bridge", 9, ALL)[0].tolist() == []
        assert (index.fetch([1]), index.facts([1]), index.copies([1], ALL)) == ([], {}, {})
        assert index.article_scores("bridge", [1]) == {}


# --- by id ------------------------------------------------------------------------------------------------


def test_fetch_keeps_the_order_and_leaves_out_what_is_gone(any_storage: Storage) -> None:
    any_storage.publish([*OTHERS, *prints()[:1]])
    with any_storage.index() as index:
        ids = passage_ids(index)
        first, *middle, last = [i for i in ids["story"] if index.facts([i])[i].field == "text"]
        assert len(middle) >= 1
        order = [last, GONE, ids["baker"][0], first]
        passages = index.fetch(order)
        assert [p.id for p in passages] == [last, ids["baker"][0], first]
        assert [p.article.id for p in passages] == ["story", "baker", "story"]
        assert (passages[0].end, passages[2].start) == (len(STORY), 0)
        assert passages[1].text == OTHERS[1].text
        assert all(p.text == p.article.content(p.field)[p.start : p.end] for p in passages)
        assert index.fetch([]) == []


def test_facts_name_a_cluster_only_where_there_are_copies(any_storage: Storage) -> None:
    any_storage.publish([*OTHERS, *prints()])
    with any_storage.index() as index:
        ids = passage_ids(index)
        facts = index.facts([GONE, *(i for of_article in ids.values() for i in of_article)])
        assert facts.keys() == {i for of_article in ids.values() for i in of_article}
        assert facts[ids["bridge"][0]] == PassageFacts("bridge", "text", day_number(date(2020, 1, 2)), None)
        assert facts[ids["mayor"][0]] == PassageFacts("mayor", "text", None, None)
        named = {facts[i].cluster for article in prints() for i in ids[article.id]}
        assert len(named) == 1
        assert named != {None}
        assert facts[ids["undated"][0]].day is None
    any_storage.remove("edited", "another", "undated", publish=False)
    with any_storage.index() as index:
        assert {fact.cluster for fact in index.facts(ids["story"]).values()} == {None}


def test_copies_are_those_that_pass_by_date_then_id(any_storage: Storage) -> None:
    any_storage.publish([*OTHERS, *prints()])
    with any_storage.index() as index:
        ids = passage_ids(index)
        story, bridge = ids["story"], ids["bridge"]
        copies = index.copies([*story, *bridge, GONE], ALL)
        assert copies.keys() == {*story}
        for articles in copies.values():
            assert [article.id for article in articles][:3] == ["another", "edited", "story"]
            assert {article.id for article in articles} == {"another", "edited", "story", "undated"}
        (alpha,) = index.copies(story[:1], Filter(sources=("alpha",), first=date(2020, 1, 1))).values()
        assert [article.id for article in alpha] == ["story"]
        assert alpha[0].text == STORY
        assert index.copies(ids["edited"][:1], Filter(sources=("none",))).get(ids["edited"][0], []) == []


def test_article_scores_are_those_of_the_whole_article(any_storage: Storage) -> None:
    """The last passage of the story says nothing of the hall that its first one is about."""
    any_storage.publish([*OTHERS, *prints()[:1]])
    with any_storage.index() as index:
        ids = passage_ids(index)
        every = [i for of_article in ids.values() for i in of_article]
        scores = index.article_scores("clerk", [GONE, *every])
        assert scores.keys() == {*ids["story"]}, "absent: unknown ids, and articles without the word"
        assert len({*scores.values()}) == 1
        assert min(scores.values()) > 0
        bridges = index.article_scores("bridge of Orlow", every)
        assert bridges.keys() == {*ids["bridge"], *ids["storm"]}
        assert bridges[ids["bridge"][0]] > bridges[ids["storm"][0]]
        assert index.article_scores("bridge of Orlow", ids["storm"]) == {
            ids["storm"][0]: pytest.approx(bridges[ids["storm"][0]])
        }
        assert index.article_scores("", every) == index.article_scores("bridge", []) == {}


def test_threads_find_the_same(any_storage: Storage) -> None:
    any_storage.publish([*OTHERS, *prints()])
    with any_storage.index() as index:

        def found(words: str) -> list[object]:
            ids = [*dense(index, words)[0].tolist(), *index.lexical(words, 9, ALL)[0].tolist()]
            return [ids, index.fetch(ids), index.facts(ids), index.copies(ids, ALL)]

        questions = ["bridge", "mayor of Quist", "turbines", "rye bread"] * 6
        with ThreadPoolExecutor(4) as pool:
            assert [*pool.map(found, questions)] == [*map(found, questions)]
