"""What every `ArticleCatalog` does (nutgraf.indexer.storage): one suite, run on each storage engine."""

from dataclasses import replace
from datetime import date

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.selection import FacetCount, Facets, ListPlace, Selection, Sort
from nutgraf.indexer.storage import ArticleCatalog, OutletCount
from tests.contract.conftest import Storage
from tests.contract.stories import OTHERS, prints, short

ALL = Filter()


def pages(catalog: ArticleCatalog, allow: Filter, limit: int) -> list[list[str]]:
    """Return the ids of each page, read until one is not full."""
    read: list[list[str]] = []
    after = None
    while not read or len(read[-1]) == limit:
        read.append([article.id for article in catalog.page(allow, after, limit)])
        after = read[-1][-1] if read[-1] else after
    return read


def as_added(article: Article) -> Article:
    """Return the article without what the archive itself adds to it."""
    return replace(article, ingested_at=None, cluster=None)


def test_articles_come_back_as_they_went_in(any_storage: Storage) -> None:
    odd = Article(
        id="é 中/😀'; --",
        title='Ünï "title"',
        text="Zwölf  Worte\n\nund e\u0301ins 😀.",
        url="https://example.org/x?y=1#z",
        source="Süddeutsche Zeitung",
        authors=("Ann Lee", "Bo"),
        published=OTHERS[0].published,
        published_from="byline",
        origin="/a/b.jsonl:7",
    )
    any_storage.publish([odd, *OTHERS])
    with any_storage.index() as catalog:
        assert as_added(catalog.get([odd.id])[odd.id]) == odd
        assert [as_added(article) for article in catalog.page(ALL, None, 9)][-1] == odd
        stored = catalog.get(["baker", "none", odd.id, "storm"])
        assert stored.keys() == {"baker", odd.id, "storm"}
        assert {i: as_added(a) for i, a in stored.items()} == {
            odd.id: odd,
            "baker": OTHERS[1],
            "storm": OTHERS[2],
        }
        assert catalog.get([]) == catalog.get(["none", ""]) == {}


def test_what_is_stored_is_listed_before_it_is_published(any_storage: Storage) -> None:
    any_storage.publish(OTHERS[:1])
    any_storage.add([OTHERS[1], replace(OTHERS[0], text="The bridge fell.")])
    any_storage.add([short("new", "Pandas.")])
    any_storage.remove("baker", publish=False)
    with any_storage.index() as catalog:
        assert pages(catalog, ALL, 10) == [["bridge", "new"]]
        assert catalog.get(["bridge", "baker"]).keys() == {"bridge"}
        assert catalog.get(["bridge"])["bridge"].text == "The bridge fell."


def test_pages_are_by_id_and_end(any_storage: Storage) -> None:
    articles = [short(f"a{number}", f"Story {number}.") for number in (10, 9, 1, 2, 33)]
    any_storage.publish([*articles, short("B", "Upper case."), short("é", "Accent.")])
    with any_storage.index() as catalog:
        order = ["B", "a1", "a10", "a2", "a33", "a9", "é"]
        for limit in range(1, 9):
            listed = pages(catalog, ALL, limit)
            assert [article_id for page in listed for article_id in page] == order
            assert [len(page) for page in listed[:-1]] == [limit] * (len(listed) - 1)
            assert pages(catalog, ALL, limit) == listed
        assert [article.id for article in catalog.page(ALL, "a3", 2)] == ["a33", "a9"], (
            "after an id of no article"
        )
        assert catalog.page(ALL, "é", 5) == []


def test_pages_of_what_passes(any_storage: Storage) -> None:
    any_storage.publish([*OTHERS, *prints()])
    with any_storage.index() as catalog:
        assert pages(catalog, Filter(sources=("alpha",)), 2) == [["bridge", "story"], ["undated"]]
        assert pages(catalog, Filter(first=date(2020, 1, 4), last=date(2020, 1, 5)), 2) == [
            ["another", "edited"],
            ["storm"],
        ]
        assert pages(catalog, Filter(sources=("nowhere",)), 3) == [[]]


def test_info_counts_what_the_archive_holds(any_storage: Storage) -> None:
    any_storage.publish([*OTHERS, *prints()])
    with any_storage.index() as catalog:
        info = catalog.info()
        assert (info.location, info.state) == (any_storage.location, catalog.state)
        assert info.state.counts.articles == 8
        assert info.outlets == (OutletCount("Alpha", 3), OutletCount("Beta", 3), OutletCount("Gamma", 1))
        assert info.first_published == "2020-01-02T00:00:00+00:00"
        assert info.last_published == "2020-01-06T00:00:00+00:00"
        assert info.size_bytes > 0


def test_info_of_an_archive_without_dates_and_outlets(any_storage: Storage) -> None:
    any_storage.publish([short("a", "Something happened.")])
    with any_storage.index() as catalog:
        info = catalog.info()
        assert (info.outlets, info.first_published, info.last_published) == ((), None, None)


LISTED = [
    replace(OTHERS[0], authors=("Ann Lee", "Bo Ek")),
    replace(OTHERS[1], authors=("ann lee",)),
    OTHERS[2],
    replace(OTHERS[3], title="Mayors"),
    replace(short("late", "A bridge was bridged.", day=40, source="ALPHA"), authors=("Émile Øst",)),
]


def listed(catalog: ArticleCatalog, selection: Selection, sort: Sort = "newest", limit: int = 2) -> list[str]:
    """Return the ids of all pages of a list, read page by page."""
    ids: list[str] = []
    place: ListPlace | None = None
    while page := catalog.listed(selection, sort, place, limit):
        ids += [entry.article.id for entry in page]
        place = page[-1].place
    return ids


def test_lists_are_sorted(any_storage: Storage) -> None:
    any_storage.publish([*LISTED, short("undated", "Nothing.")])
    with any_storage.index() as catalog:
        for limit in (1, 2, 3, 9):
            newest = ["late", "storm", "baker", "bridge", "mayor", "undated"]
            oldest = ["bridge", "baker", "storm", "late", "mayor", "undated"]
            assert listed(catalog, Selection(), "newest", limit) == newest
            assert listed(catalog, Selection(), "oldest", limit) == oldest
            assert listed(catalog, Selection(), "id", limit) == sorted(newest)
        assert listed(catalog, Selection(), "best") == sorted(newest)


def test_articles_of_one_moment_are_by_id(any_storage: Storage) -> None:
    any_storage.publish([short(name, f"Story {name}.", day=3) for name in "cabed"])
    with any_storage.index() as catalog:
        assert listed(catalog, Selection(), "newest") == listed(catalog, Selection(), "oldest") == [*"abcde"]


def test_lists_have_what_is_selected(any_storage: Storage) -> None:
    any_storage.publish(LISTED)
    with any_storage.index() as catalog:
        assert listed(catalog, Selection(authors=("ANN LEE",))) == ["baker", "bridge"]
        assert listed(catalog, Selection(authors=("bo ek", "émile øst"))) == ["late", "bridge"]
        assert listed(catalog, Selection(authors=("Lee",))) == []
        assert listed(catalog, Selection(Filter(sources=("alpha",)))) == ["late", "bridge"]
        assert listed(catalog, Selection(Filter(last=date(2020, 1, 5)), ("ann lee",))) == ["baker", "bridge"]


def test_lists_of_articles_with_words(any_storage: Storage) -> None:
    any_storage.publish(LISTED)
    any_storage.add([short("unpublished", "A bridge.")])
    with any_storage.index() as catalog:
        assert listed(catalog, Selection(words="bridge")) == ["late", "storm", "bridge"]
        assert listed(catalog, Selection(words="the bridge of quist")) == ["storm"]
        assert listed(catalog, Selection(words="bridge baker")) == []
        assert listed(catalog, Selection(words="the")) == listed(catalog, Selection())
        best = listed(catalog, Selection(words="bridge"), "best", 1)
        assert sorted(best) == sorted(listed(catalog, Selection(words="bridge")))
        assert best == listed(catalog, Selection(words="bridge"), "best", 9)
        assert catalog.facets(Selection(Filter(sources=("alpha",)), words="bridge")).articles == 2


def test_a_list_goes_on_where_it_was_when_articles_come_and_go(any_storage: Storage) -> None:
    any_storage.publish(LISTED)
    with any_storage.index() as catalog:
        first = catalog.listed(Selection(), "newest", None, 2)
        assert [entry.article.id for entry in first] == ["late", "storm"]
    any_storage.publish([short("latest", "Now.", day=90)])
    any_storage.remove("baker", publish=True)
    with any_storage.index() as catalog:
        rest = catalog.listed(Selection(), "newest", first[-1].place, 9)
        assert [entry.article.id for entry in rest] == ["bridge", "mayor"]


def test_articles_are_counted(any_storage: Storage) -> None:
    any_storage.publish(LISTED)
    with any_storage.index() as catalog:
        assert catalog.facets(Selection()) == Facets(
            articles=5,
            outlets=(FacetCount("ALPHA", 2), FacetCount("Beta", 2)),
            authors=(FacetCount("Ann Lee", 2), FacetCount("Bo Ek", 1), FacetCount("Émile Øst", 1)),
            months=(FacetCount("2020-01", 3), FacetCount("2020-02", 1)),
            undated=1,
        )
        nothing = catalog.facets(Selection(authors=("nobody",)))
        assert nothing == Facets(0, (), (), (), 0)


def test_a_cluster_has_all_prints_of_a_story(any_storage: Storage) -> None:
    any_storage.publish([*prints(), *OTHERS])
    with any_storage.index() as catalog:
        clusters = {article.id: article.cluster for article in catalog.page(ALL, None, 20)}
        assert clusters["story"] is not None
        found = [article.id for article in catalog.cluster(clusters["story"])]
        assert found == ["another", "edited", "story", "undated"]
        assert catalog.cluster("no such cluster") == []
