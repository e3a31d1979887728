"""Clusters of copies in a real store: they depend on which articles are there, not on how they came."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from nutgraf.indexer import clusters, duplicates
from nutgraf.indexer.article import Article
from nutgraf.indexer.article_store import NewPassage
from nutgraf.indexer.embedded import database, migrations
from nutgraf.indexer.embedded.store import Store
from nutgraf.indexer.filters import Filter


def run(letter: str, first: int, end: int) -> str:
    return " ".join(f"{letter}{n}" for n in range(first, end))


def article(article_id: str, text: str) -> Article:
    return Article(id=article_id, title="", text=text)


# `bridge` is a copy of both, which are no copies of each other.
LEFT = article("left", run("a", 0, 200))
RIGHT = article("right", run("c", 0, 190))
BRIDGE = article("bridge", f"{run('a', 0, 100)} {run('c', 0, 100)}")
ALONE = article("alone", run("z", 0, 200))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite")


def add(store: Store, *articles: Article) -> None:
    """Store articles as the builder does."""
    with store.atomic():
        clusters.postpone(store, [a.id for a in articles])
        for item in articles:
            store.put(item, [])
        clusters.place(store, articles)
    clusters.settle(store)


def remove(store: Store, *article_ids: str) -> None:
    with store.atomic():
        clusters.postpone(store, article_ids)
        store.remove(article_ids)
    clusters.settle(store)


def groups(store: Store, articles: Iterable[Article]) -> dict[str, set[str]]:
    """Return cluster -> ids."""
    found: dict[str, set[str]] = {}
    for article_id, name in store.clusters([a.id for a in articles]).items():
        found.setdefault(name, set()).add(article_id)
    return found


def rows(store: Store, table: str) -> int:
    return int(store._db.one(f"SELECT count(*) FROM {table}")[0])


def test_a_cluster_is_named_by_its_least_id(store: Store) -> None:
    add(store, ALONE, LEFT, article("copy", LEFT.text + " and a footer"))
    assert groups(store, [ALONE, LEFT, article("copy", "")]) == {"alone": {"alone"}, "copy": {"copy", "left"}}


def test_an_article_that_links_two_clusters_joins_them(store: Store) -> None:
    three = [LEFT, RIGHT, BRIDGE]
    add(store, LEFT)
    add(store, RIGHT)
    assert groups(store, three) == {"left": {"left"}, "right": {"right"}}
    add(store, BRIDGE)
    assert groups(store, three) == {"bridge": {"bridge", "left", "right"}}


def test_without_the_link_they_part_again(store: Store) -> None:
    add(store, LEFT, RIGHT, BRIDGE)
    remove(store, "bridge")
    assert groups(store, [LEFT, RIGHT, BRIDGE]) == {"left": {"left"}, "right": {"right"}}
    assert (rows(store, "sketches"), rows(store, "bands")) == (2, 128)


def test_a_changed_article_leaves_its_cluster(store: Store) -> None:
    three = [LEFT, RIGHT, BRIDGE]
    add(store, *three)
    add(store, article("bridge", ALONE.text))
    assert groups(store, three) == {"bridge": {"bridge"}, "left": {"left"}, "right": {"right"}}
    add(store, article("bridge", LEFT.text))
    assert groups(store, three) == {"bridge": {"bridge", "left"}, "right": {"right"}}


def test_a_cluster_whose_least_member_goes_is_named_anew(store: Store) -> None:
    add(store, article("b", LEFT.text), article("a", LEFT.text), article("c", LEFT.text))
    remove(store, "a")
    assert groups(store, [article(i, "") for i in "abc"]) == {"b": {"b", "c"}}


def archive() -> list[Article]:
    """Return 24 articles: four stories of four prints each, five texts alone, and three linked in a row."""
    found = [LEFT, RIGHT, BRIDGE]
    for letter in "efgh":
        texts = [
            run(letter, 0, 240),
            f"{run('x' + letter, 0, 12)} {run(letter, 0, 240)} {run('y' + letter, 0, 30)}",
            run(letter, 0, 90),
            f"{run(letter, 0, 150)} {run('q' + letter, 0, 60)} {run(letter, 150, 240)}",
        ]
        found += [article(f"{letter}{n}", text) for n, text in enumerate(texts)]
    return found + [article(f"s{n}", run(f"s{n}x", 0, 100)) for n in range(5)]


def expected() -> dict[str, set[str]]:
    stories = {f"{letter}0": {f"{letter}{n}" for n in range(4)} for letter in "efgh"}
    return stories | {"bridge": {"bridge", "left", "right"}} | {f"s{n}": {f"s{n}"} for n in range(5)}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_arrival_does_not_matter(tmp_path: Path, seed: int) -> None:
    generator = random.Random(seed)
    articles = generator.sample(archive(), 24)
    with Store(tmp_path / "store.sqlite") as store:
        while articles:
            size = generator.randint(1, 9)
            add(store, *articles[:size])
            articles = articles[size:]
        assert groups(store, archive()) == expected()
        gone = generator.sample(sorted(a.id for a in archive()), 10)
        remove(store, *gone)
        add(store, *[a for a in archive() if a.id in gone])
        assert groups(store, archive()) == expected()


DRAW = (
    "The winning numbers in {day}'s drawing on {date} March were {a}, {b} and {c}. Nobody matched all"
    " of them, so the jackpot rises to {jackpot} million dollars. A ticket for {prize} thousand was"
    " sold in the county. Tickets cost two dollars and are sold in every state. To play, pick three of"
    " fifty. Winners have half a year to claim a prize at the office of the lottery, and pay taxes on"
    " it. The lottery gives a third of what it takes to schools and parks, and has done so since it"
    " was founded by the voters of the county."
)
WEDNESDAY = DRAW.format(day="Wednesday", date=4, a=3, b=17, c=42, jackpot=120, prize=50)
SATURDAY = DRAW.format(day="Saturday", date=7, a=9, b=21, c=33, jackpot=135, prize=10)
RULES = (
    "Nobody matched all of them. Tickets cost two dollars and are sold in every state. To play, pick three of"
    " fifty. Winners have half a year to claim a prize at the office of the lottery, and pay taxes on it."
    " The lottery gives a third of what it takes to schools and parks, and has done so since it was founded"
    " by the voters of the county."
)
DRAWS = [
    article("d1", WEDNESDAY),
    article("d2", SATURDAY),
    article("d3", RULES),
    article("d4", f"{WEDNESDAY} Ann Lee"),
    article("d5", f"{SATURDAY} Ann Lee"),
]


def test_the_rules_of_a_lottery_are_a_copy_of_two_draws_that_are_none() -> None:
    first, second, rules = (duplicates.shingled(text) for text in (WEDNESDAY, SATURDAY, RULES))
    assert duplicates.copies(first, rules)
    assert duplicates.copies(second, rules)
    assert duplicates.relation(first, second) is duplicates.Relation.OTHER_REPORTS


@pytest.mark.parametrize("seed", range(8))
def test_two_reports_of_a_template_share_no_cluster_through_a_third_article(
    tmp_path: Path, seed: int
) -> None:
    generator = random.Random(seed)
    articles = generator.sample(DRAWS, 5)
    with Store(tmp_path / "store.sqlite") as store:
        while articles:
            size = generator.randint(1, 3)
            add(store, *articles[:size])
            articles = articles[size:]
        clustered = {"d1": {"d1", "d4"}, "d2": {"d2", "d3", "d5"}}  # the rules are likest the second draw
        assert groups(store, DRAWS) == clustered
        remove(store, "d1", "d4")
        assert groups(store, DRAWS) == {"d2": {"d2", "d3", "d5"}}
        add(store, *DRAWS)
        assert groups(store, DRAWS) == clustered


def many_draws(count: int) -> list[Article]:
    """Return weekly reports of one template, each twice, and their rules."""
    draws = []
    for n in range(count):
        numbers = {"a": n, "b": 100 + n, "c": 200 + n, "jackpot": 300 + n, "prize": 400 + n}
        text = DRAW.format(day="Friday", date=1 + n % 30, **numbers)
        day = datetime(2021, 1, 1, tzinfo=UTC) + timedelta(weeks=n)
        for name, words in ((f"d{n:03}", text), (f"d{n:03}-copy", f"{text} Ann Lee")):
            draws.append(replace(article(name, words), published=day))
    return [*draws, article("rules", RULES)]


@pytest.mark.parametrize("count", [10, 40])
def test_no_pair_of_a_batch_is_compared_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """Each report of a template touches the clusters of all others: that cost the cube of their number."""
    compared = []
    relation = duplicates.relation

    def counting(left: duplicates.ShingledText, right: duplicates.ShingledText) -> duplicates.Relation:
        compared.append(frozenset((left.exact, right.exact)))
        return relation(left, right)

    monkeypatch.setattr(duplicates, "relation", counting)
    add(store, *many_draws(count))
    assert len(compared) == len({*compared}) > count


def test_many_reports_of_a_template_are_told_apart(store: Store) -> None:
    articles = many_draws(clusters._REGROUPED + 10)
    random.Random(5).shuffle(articles)
    for at in range(0, len(articles), 30):
        add(store, *articles[at : at + 30])
    for members in groups(store, articles).values():
        assert len({name.removesuffix("-copy") for name in members - {"rules"}}) == 1
        assert len(members - {"rules"}) == 2


def test_a_failed_batch_leaves_clusters_as_they_were(store: Store) -> None:
    add(store, LEFT, RIGHT)

    def fail() -> None:
        with store.atomic():
            store.put(BRIDGE, [])
            clusters.place(store, [BRIDGE])
            assert store.clusters(["left"]) == {"left": "bridge"}
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert groups(store, [LEFT, RIGHT, BRIDGE]) == {"left": {"left"}, "right": {"right"}}
    assert rows(store, "bands") == 128


def test_an_older_index_gets_its_clusters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", migrations.MIGRATIONS[:1])
        with Store(path) as old:
            columns = "id, title, text, authors, ingested_at, content_hash, cluster"
            for item in (LEFT, BRIDGE, ALONE):
                values = (
                    item.id,
                    "",
                    item.text,
                    "[]",
                    "2026-01-01T00:00:00+00:00",
                    Article(id=item.id, title="", text=item.text).content_hash,
                    f"hash of {item.id}",
                )
                old._db.run(f"INSERT INTO articles ({columns}) VALUES (?,?,?,?,?,?,?)", values)
    with Store(path, readonly=True) as reader:
        assert reader.clusters(["left"]) == {"left": "hash of left"}
        assert reader.articles(["left"])["left"].text == LEFT.text
    monkeypatch.setattr(clusters, "_BATCH", 2)
    with Store(path) as store:
        clusters.complete(store)
        assert groups(store, [LEFT, BRIDGE, ALONE]) == {"bridge": {"bridge", "left"}, "alone": {"alone"}}


def test_sketches_of_another_rule_are_made_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clusters.complete(store)
    add(store, LEFT, BRIDGE)
    before = store.sketches.of(["left"])
    with store.atomic():
        store.set_state(clusters.RULE, "another rule")
        store._db.run("UPDATE sketches SET sketch = zeroblob(8)")
    clusters.complete(store)
    assert store.state(clusters.RULE) == duplicates.rule()
    assert store.sketches.of(["left"]) == before
    assert groups(store, [LEFT, BRIDGE]) == {"bridge": {"bridge", "left"}}


def test_a_stopped_completion_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clusters.complete(store)
    add(store, *archive())
    with store.atomic():
        clusters.forget(store)
    monkeypatch.setattr(clusters, "_BATCH", 5)
    place, calls = clusters.place, 0

    def stop_at_third(store: Store, articles: Sequence[Article]) -> None:
        nonlocal calls
        calls += 1
        place(store, articles)
        if calls == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(clusters, "place", stop_at_third)
        with pytest.raises(KeyboardInterrupt):
            clusters.complete(store)
    assert rows(store, "sketches") == 10
    clusters.complete(store)
    assert groups(store, archive()) == expected()


def test_boilerplate_of_a_whole_archive_joins_nothing(store: Store) -> None:
    """120 pages of one template: 40 words of menu and 160 of their own; and a true copy of the last."""
    menu = run("menu", 0, 40)
    pages = [article(f"p{n:03d}", f"{menu} {run(f'p{n}x', 0, 160)}") for n in range(120)]
    add(store, *pages)
    add(store, article("copy", pages[-1].text + " the end"))
    found = groups(store, [*pages, article("copy", "")])
    assert len(found) == 120
    assert found["copy"] == {"copy", "p119"}


def test_texts_without_words_are_copies_of_their_like_alone(store: Store) -> None:
    texts = {"a": "!!!", "b": "???", "c": "!!!", "d": "word " * 50, "e": "word " * 51, "f": "。。"}
    items = [article(article_id, text) for article_id, text in texts.items()]
    add(store, *items)
    assert groups(store, items) == {"a": {"a", "c"}, "b": {"b"}, "d": {"d"}, "e": {"e"}, "f": {"f"}}


def test_members_come_by_date_then_id_and_facts_name_clusters_of_several(store: Store) -> None:
    for article_id, cluster, day in [
        ("c", "x", 2),
        ("b", "x", 2),
        ("d", "x", None),
        ("a", "x", 3),
        ("e", "y", 1),
    ]:
        published = datetime(2020, 1, day, tzinfo=UTC) if day else None
        item = replace(article(article_id, "One."), cluster=cluster, published=published)
        with store.atomic():
            store.put_vectors({b"key": np.ones(4, np.float16)})
            store.put(item, [NewPassage(0, 4, b"key")])
    assert [a.id for a in store.cluster_articles(["x", "y", "z"], Filter())] == ["e", "b", "c", "a", "d"]
    assert [a.id for a in store.cluster_articles(["x"], Filter(last=date(2020, 1, 2)))] == ["b", "c"]
    facts = store.facts([1, 2, 3, 4, 5, 6])
    assert {i: f.cluster for i, f in facts.items()} == {1: "x", 2: "x", 3: "x", 4: "x", 5: None}
    assert {i: f.day for i, f in facts.items()} == {1: 18263, 2: 18263, 3: None, 4: 18264, 5: 18262}


def test_a_cluster_that_waits_is_looked_into_when_it_has_joined_another(store: Store) -> None:
    add(store, LEFT, RIGHT, article("copy", LEFT.text), BRIDGE)
    with store.atomic():
        clusters.postpone(store, ["bridge"])
        store.put(article("bridge", ALONE.text), [])
        clusters.place(store, [article("bridge", ALONE.text)])
    with store.atomic():
        store.put(article("a", RIGHT.text), [])
        clusters.place(store, [article("a", RIGHT.text)])
    clusters.settle(store)
    every = [article(i, "") for i in ("a", "bridge", "copy", "left", "right")]
    assert groups(store, every) == {"bridge": {"bridge"}, "copy": {"copy", "left"}, "a": {"a", "right"}}
    assert store.state(clusters.WAITING) == "[]"
