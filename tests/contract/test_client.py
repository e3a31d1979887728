"""What `nutgraf.Archive` and `nutgraf.Client` have alike: one body of tests, on a folder and on a server."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import pytest

import nutgraf
from nutgraf import errors, list_calls, watch_calls, watching
from nutgraf.api.web import browse
from nutgraf.api.web.app import Serving, create_app
from nutgraf.api.web.guard import AccessRules
from nutgraf.api.web.keys import parse_keys
from nutgraf.archive import Archive
from nutgraf.calls import Call
from nutgraf.export import EXPORT_FORMATS
from nutgraf.qa.inquiry import Inquiry
from nutgraf.settings import Settings
from nutgraf.transport import Connection
from tests.contract.stories import OTHERS, STORY, prints, short
from tests.fakes import FakeModels
from tests.served import served

pytestmark = pytest.mark.enable_socket

Either: TypeAlias = nutgraf.Archive | nutgraf.Client

WRITER, READER = "0123456789abcdef-writes", "0123456789abcdef-reads"
QUESTION = "Who sells two hundred loaves?"


@contextmanager
def address(folder: Path) -> Iterator[str]:
    """Serve an archive with a key that writes and one that reads, and give its address."""
    rules = AccessRules(keys=parse_keys([f"desk:write={WRITER}", f"wall:read={READER}"]))
    with served(create_app(Archive(Settings(folder), FakeModels()), Serving(rules=rules))) as url:
        yield url


@contextmanager
def local(folder: Path) -> Iterator[Either]:
    with Archive(Settings(folder), FakeModels()) as archive:
        yield archive


@contextmanager
def remote(folder: Path) -> Iterator[Either]:
    with address(folder) as url, nutgraf.Client(url, WRITER) as client:
        yield client


OPENERS: dict[str, Callable[[Path], AbstractContextManager[Either]]] = {"local": local, "remote": remote}


def filled(folder: Path) -> Path:
    with Archive(Settings(folder), FakeModels()) as archive:
        archive.add([*prints(), *OTHERS])
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("client") / "news")


@pytest.fixture(scope="module")
def both(folder: Path) -> Iterator[tuple[Either, Either]]:
    with local(folder) as archive, remote(folder) as client:
        yield archive, client


@pytest.fixture(scope="module", params=[0, 1], ids=[*OPENERS])
def archive(request: pytest.FixtureRequest, both: tuple[Either, Either]) -> Either:
    return both[request.param]


@pytest.fixture(scope="module", params=OPENERS)
def listed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Either]:
    """Give an archive with a copy whose id looks like a path, and a story that is near to another."""
    folder = filled(tmp_path_factory.mktemp("listed") / "news")
    with Archive(Settings(folder), FakeModels()) as archive:
        ferry = short("ferry", "The ferry of Pell was steered by Ida Sund through every winter.", day=90)
        market = "The ferry of Pell carries Ida Sund to the winter market of Orlow."
        crossing = short("crossing", market, day=91, source="Delta")
        archive.add([replace(ferry, authors=("Ann Lee",)), replace(ferry, id="a/b?c=1&d/related"), crossing])
    with OPENERS[request.param](folder) as opened:
        yield opened


@pytest.fixture(params=OPENERS)
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Either]:
    """Give an archive that a test may change."""
    with OPENERS[request.param](filled(tmp_path / "news")) as opened:
        yield opened


# --- reading ----------------------------------------------------------------------------------------------


def test_a_question_is_answered_with_a_quote(archive: Either) -> None:
    result = archive.ask(QUESTION)
    guess = result.guesses[0]
    assert (guess.text, guess.article.id, guess.article.source) == ("Reed", "baker", "Beta")
    assert guess.article.text[guess.start : guess.end] == "Reed"
    assert result.state.counts.articles == len(prints()) + len(OTHERS)
    assert result.passages[0].text == "The baker Tom Reed sells two hundred loaves of rye bread."


def test_days_and_outlets_are_filters(archive: Either) -> None:
    sources = {hit.article.source for hit in archive.search("bridge", source=["Alpha", "beta"])}
    assert sources == {"Alpha", "Beta"}
    hits = archive.search("bridge", after=date(2020, 1, 3), before="2020-01", top=2)
    assert hits.query == "bridge"
    assert all(hit.article.published.day >= 3 for hit in hits)  # type: ignore[union-attr]
    assert archive.search("bridge", before="2019").to_dict()["passages"] == []


def test_copies_are_whole_articles(archive: Either) -> None:
    hit = next(hit for hit in archive.search("turbines at Veldmoor", top=3) if hit.copies)
    assert {article.id for article in (hit.article, *hit.copies)} == {"story", "edited", "undated", "another"}
    assert all(len(article.text) >= len(STORY) for article in hit.copies)


def test_many_questions_come_in_order(archive: Either) -> None:
    questions = [QUESTION, "Who is elected mayor?"] * 5
    assert [result.question for result in archive.ask_many(questions)] == questions
    assert archive.ask_many([]) == []


def test_an_article_is_returned_and_cited(archive: Either) -> None:
    article = archive.get("bridge")
    assert (article.source, article.text) == ("Alpha", OTHERS[0].text)
    assert "The iron bridge of Orlow was built by Ada Novak in 1931." in archive.cite(
        "bridge", start=38, end=47
    )


def test_articles_are_listed_a_page_at_a_time(archive: Either) -> None:
    page = archive.articles(sort="oldest", limit=3, facets=True)
    assert [article.id for article in page] == ["bridge", "baker", "another"]
    assert page.articles[1].text == OTHERS[1].text
    assert page.facets is not None
    assert (page.facets.articles, page.facets.undated) == (8, 2)
    assert [(count.name, count.articles) for count in page.facets.outlets] == [
        *(("Alpha", 3), ("Beta", 3)),
        ("Gamma", 1),
    ]
    assert [(count.name, count.articles) for count in page.facets.months] == [("2020-01", 6)]
    ids = []
    while page.next:
        page = archive.articles(sort="oldest", limit=3, cursor=page.next)
        ids += [article.id for article in page]
    assert ids == ["edited", "storm", "story", "mayor", "undated"]
    assert page.facets is None


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"words": "bridges"}, ["bridge", "storm"]),
        ({"words": "bridges", "source": ["Alpha", "gamma"]}, ["bridge"]),
        ({"author": ["ANN LEE", "Bo Berg"]}, ["ferry"]),
        ({"author": "Nobody"}, []),
        ({"after": date(2020, 1, 5), "before": "2020-01"}, ["storm", "story"]),
        ({"as_of": "2020-01-02", "words": " "}, ["bridge"]),
        ({"sort": "id", "limit": 2}, ["a/b?c=1&d/related", "another"]),
    ],
    ids=str,
)
def test_lists_pass_filters(listed: Either, options: dict[str, Any], ids: list[str]) -> None:
    assert sorted(article.id for article in listed.articles(**options)) == ids


def test_ids_that_look_like_paths(listed: Either) -> None:
    (copy,) = listed.versions("a/b?c=1&d/related").copies
    assert (copy.id, copy.authors) == ("ferry", ("Ann Lee",))
    assert [version.id for version in listed.versions("ferry").copies] == ["a/b?c=1&d/related"]


def test_the_prints_of_a_story(archive: Either) -> None:
    prints_of = archive.versions("story")
    assert [article.id for article in prints_of.copies] == ["another", "edited", "undated"]
    assert prints_of.versions == ()
    assert prints_of.copies[0].text == STORY
    assert archive.versions("baker") == nutgraf.Versions((), ())
    changes = archive.difference("another", "edited")
    assert [(change.kind, change.text.strip()) for change in changes] == [
        ("added", "By our staff."),
        ("same", STORY),
        ("added", "Beta has more."),
    ]


def test_related_articles_are_other_stories(listed: Either) -> None:
    entries = listed.related("ferry")
    assert [entry.article.id for entry in entries] == ["crossing", "undated", "bridge"]
    nearest = entries[0]
    assert (nearest.article.id, nearest.article.source) == ("crossing", "Delta")
    assert nearest.article.text == "The ferry of Pell carries Ida Sund to the winter market of Orlow."
    assert nearest.likeness == 0.6771
    assert [entry.article.id for entry in listed.related("ferry", top=1, source=["delta"])] == ["crossing"]
    assert [entry.article.id for entry in listed.related("ferry", before="2020-01")] == [
        "another",
        "bridge",
    ]


@pytest.mark.parametrize(
    ("raised", "call"),
    [
        (errors.BadQuestion, lambda archive: archive.ask("")),
        (errors.BadQuestion, lambda archive: archive.ask("x" * 1001)),
        (errors.BadFilter, lambda archive: archive.ask("Who?", top=0)),
        (errors.BadFilter, lambda archive: archive.ask("Who?", min_probability=7)),
        (errors.BadFilter, lambda archive: archive.ask("Who?", after="2017", before="2016")),
        (errors.BadOption, lambda archive: archive.ask("Who?", after="the day of the fox")),
        (errors.BadOption, lambda archive: archive.ask("Who?", source=7)),
        (errors.BadOption, lambda archive: archive.ask_many("Who?")),
        (errors.BadQuestion, lambda archive: archive.search("???")),
        (errors.BadFilter, lambda archive: archive.search("bridge", top=101)),
        (errors.UnknownArticle, lambda archive: archive.get("nope")),
        (errors.UnknownArticle, lambda archive: archive.get("")),
        (errors.UnknownArticle, lambda archive: archive.get("../info")),
        (errors.UnknownArticle, lambda archive: archive.get("..")),
        (errors.BadOption, lambda archive: archive.get(7)),
        (errors.BadOption, lambda archive: archive.cite("bridge", "doc")),
        (errors.BadOption, lambda archive: archive.cite("bridge", start=7, end=99_999)),
        (errors.BadOption, lambda archive: archive.add("x", max_bytes=0)),
        (errors.BadOption, lambda archive: archive.articles(limit=0)),
        (errors.BadOption, lambda archive: archive.articles(limit="7")),
        (errors.BadOption, lambda archive: archive.articles(sort="random")),
        (errors.BadOption, lambda archive: archive.articles(sort="best")),
        (errors.BadOption, lambda archive: archive.articles(cursor="nonsense")),
        (
            errors.BadOption,
            lambda archive: archive.articles(cursor=archive.articles(limit=1).next, words="x"),
        ),
        (errors.BadOption, lambda archive: archive.articles(author=7)),
        (errors.BadOption, lambda archive: archive.articles(words=7)),
        (errors.BadOption, lambda archive: archive.articles(words="?!")),
        (errors.BadFilter, lambda archive: archive.articles(after="2017", before="2016")),
        (TypeError, lambda archive: archive.articles(time=True)),
        (errors.BadOption, lambda archive: archive.export("backup.doc", format="doc")),
        (errors.BadOption, lambda archive: archive.export("/")),
        (errors.BadOption, lambda archive: archive.export("backup.jsonl", author=7)),
        (errors.BadFilter, lambda archive: archive.export("backup.jsonl", after="2017", before="2016")),
        (errors.StorageFailed, lambda archive: archive.export("/no/such/folder/backup.jsonl")),
        (errors.StorageFailed, lambda archive: archive.export("/dev/full")),
        (errors.UnknownArticle, lambda archive: archive.related("nope")),
        (errors.BadFilter, lambda archive: archive.related("mayor", top=0)),
        (errors.BadFilter, lambda archive: archive.related("mayor", after="2017", before="2016")),
        (errors.BadOption, lambda archive: archive.related(7)),
        (errors.UnknownArticle, lambda archive: archive.versions("nope")),
        (errors.UnknownArticle, lambda archive: archive.versions("")),
        (errors.UnknownArticle, lambda archive: archive.difference("story", "no\0pe")),
        (errors.UnknownArticle, lambda archive: archive.difference("..", "story")),
        (errors.BadOption, lambda archive: archive.difference("story", None)),
        (errors.BadQuestion, lambda archive: archive.watch("")),
        (errors.BadFilter, lambda archive: archive.watch("Who?", min_probability=7)),
        (errors.BadFilter, lambda archive: archive.watch("Who?", time="now")),
        (errors.BadFilter, lambda archive: archive.watch("Who?", after="2017", before="2016")),
        (errors.BadOption, lambda archive: archive.watch("Who?", as_of="the day of the fox")),
        (TypeError, lambda archive: archive.watch("Who?", top=3)),
        (errors.BadOption, lambda archive: archive.unwatch("7")),
        (errors.BadOption, lambda archive: archive.unwatch([True])),
        (errors.UnknownWatch, lambda archive: archive.changes(7)),
        (errors.UnknownWatch, lambda archive: archive.changes(0)),
        (errors.UnknownWatch, lambda archive: archive.changes(1 << 63)),
        (errors.BadOption, lambda archive: archive.changes("7")),
        (errors.BadOption, lambda archive: archive.changes(limit=0)),
        (errors.BadOption, lambda archive: archive.changes(after=1 << 63)),
        (errors.SourceError, lambda archive: archive.add(7)),
        (errors.SourceError, lambda archive: archive.add("/no/such/folder")),
        (TypeError, lambda archive: archive.ask("Who?", tpo=1)),
    ],
)
def test_both_raise_the_same_errors(
    both: tuple[Either, Either], raised: type[Exception], call: Callable[[Any], object]
) -> None:
    caught = []
    for archive in both:
        with pytest.raises(raised) as info:
            call(archive)
        assert type(info.value) is raised
        caught.append(info.value)
    if raised is not TypeError:
        assert str(caught[0]) == str(caught[1])
        assert caught[0].field == caught[1].field


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"explain": True},
        {"timeline": True, "top": 3},
        {"min_probability": 0.0, "top": 5, "explain": True},
        {"min_probability": 1.0},
        {"as_of": "2020-01-04", "source": "Alpha"},
        {"before": "2019"},
        {"time": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("question", [QUESTION, "Which turbines were tested in 2020?", "Who  won?"])
def test_both_return_the_same(both: tuple[Either, Either], question: str, options: dict[str, Any]) -> None:
    here, there = (archive.ask(question, **options) for archive in both)
    assert without_times(there.to_dict()) == without_times(here.to_dict())
    assert [answer.to_dict() for answer in there.guesses] == [answer.to_dict() for answer in here.guesses]
    assert there.cite("annotation") == here.cite("annotation")
    assert (there.text, there.outcome, bool(there), there.question) == (
        *(here.text, here.outcome, bool(here)),
        here.question,
    )
    assert [hit.article.to_dict() for hit in there.passages] == [
        hit.article.to_dict() for hit in here.passages
    ]
    entries, others = there.timeline or (), here.timeline or ()
    assert [(entry.first, entry.last) for entry in entries] == [(entry.first, entry.last) for entry in others]


def test_both_find_and_hold_the_same(both: tuple[Either, Either]) -> None:
    here, there = (archive.search("bridge in January 2020", top=4) for archive in both)
    assert without_times(there.to_dict()) == without_times(here.to_dict())
    assert there.cite("csv") == here.cite("csv")
    assert both[1].info().to_dict() == both[0].info().to_dict()
    entries = [[entry.to_dict() for entry in archive.timeline(QUESTION)] for archive in both]
    assert entries[1] == entries[0]
    pages = [archive.articles(limit=4, facets=True) for archive in both]
    assert pages[1].to_dict() == pages[0].to_dict()
    assert [article.to_dict() for article in pages[1]] == [article.to_dict() for article in pages[0]]
    assert both[1].versions("story").to_dict() == both[0].versions("story").to_dict()


def without_times(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in shown.items() if name != "timing_ms"}


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make an export of several calls, and pages of whole articles shorter than that."""
    monkeypatch.setattr(list_calls, "EXPORT_PAGE", 3)
    monkeypatch.setattr(browse, "WHOLE_CHARS", 2 * len(STORY))


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("name", ["backup.jsonl", "backup.jsonl.gz"])
def test_an_export_restores_the_same_articles(listed: Either, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert listed.export(path) == 11
    with Archive(Settings(tmp_path / "restored"), FakeModels()) as restored:
        report = restored.add(path)
        assert (len(report.statuses), report.skipped) == (11, ())
        pages = [archive.articles(sort="id", limit=1000) for archive in (listed, restored)]
    kept, again = ([{**a.to_dict(), "ingested_at": None} for a in page] for page in pages)
    assert again == kept


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("format_name", EXPORT_FORMATS)
def test_both_export_the_same(both: tuple[Either, Either], tmp_path: Path, format_name: str) -> None:
    texts = []
    for number, archive in enumerate(both):
        path = tmp_path / str(number)
        assert archive.export(path, format=format_name, source=["alpha", "Beta"]) == 6
        texts.append(path.read_text(encoding="utf-8"))
    if format_name == "jsonl":  # a server does not tell where its files are
        texts[0] = re.sub(r'"origin": .*', '"origin": null}', texts[0])
    assert texts[1] == texts[0]


@pytest.mark.usefixtures("small_pages")
def test_a_page_of_long_articles_is_complete(both: tuple[Either, Either]) -> None:
    here, there = (archive.articles(sort="newest", limit=5, facets=True) for archive in both)
    assert [article.id for article in there] == [article.id for article in here]
    assert (there.next, there.facets, len(there)) == (here.next, here.facets, 5)


# --- writing ----------------------------------------------------------------------------------------------


def test_what_is_added_is_found_at_once(own: Either, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "ferry.txt").write_text("Ferry\n\nThe ferry of Pell is steered by Ida Sund.\n")
    mill = {"id": "mill", "title": "Mill", "text": "The mill at Tarn closed.", "published": "2020-01-09"}
    report = own.add([mill, {"id": "empty"}])
    assert (report.added, report.state.counts.articles) == (1, len(prints()) + len(OTHERS) + 1)
    assert [(s.id, s.reason) for s in report.skipped] == [(None, 'no field "text"')]
    assert own.search("mill", top=1)[0].article.to_dict() == own.get("mill").to_dict()
    assert own.add([own.get("mill"), mill | {"title": "Mills"}]).unchanged == 1
    assert own.add(mill | {"title": "Mills"}).updated == 1
    report = own.add(tmp_path / "files", outlet="The Tarn Post")
    assert (report.added, report.skipped) == (1, ())
    assert own.get(report.statuses[0].id or "").source == "The Tarn Post"


def test_an_id_twice_in_a_run(own: Either) -> None:
    report = own.add([{"id": "a", "text": "The mill."}, {"id": "a", "text": "The other mill."}])
    assert [(status.status, status.reason) for status in report.statuses] == [
        ("added", ""),
        ("skipped", "id a was given already in this run"),
    ]


def test_an_iterable_that_raises_loses_nothing(own: Either) -> None:
    def articles() -> Iterator[dict[str, str]]:
        yield {"id": "mill", "text": "The mill at Tarn closed."}
        raise RuntimeError("the feed broke")

    with pytest.raises(errors.SourceError, match="RuntimeError: the feed broke; the 1 articles before"):
        own.add(articles())
    assert own.get("mill").text == "The mill at Tarn closed."


def test_what_is_removed_is_gone(own: Either) -> None:
    report = own.remove(["bridge", "nope", "bridge"])
    assert (report.removed, report.unknown) == (("bridge",), ("nope",))
    with pytest.raises(errors.UnknownArticle):
        own.get("bridge")


def test_a_question_is_watched_until_it_is_not(own: Either) -> None:
    watch = own.watch(QUESTION, source="Beta", after="2020", min_probability=0.0)
    assert (watch.id, watch.question, watch.asked, watch.revision) == (1, QUESTION, True, 1)
    assert (watch.answer and watch.answer.text, watch.webhook) == ("Reed", None)
    assert (watch.inquiry.allow.sources, watch.inquiry.allow.first) == (("Beta",), date(2020, 1, 1))
    assert own.watch(f" {QUESTION} ", source=["Beta"], after="2020", min_probability=0.0) == watch
    other = own.watch("Who is elected mayor?", time=False, as_of=date(2020, 1, 9))
    assert own.watches() == [watch, other]
    assert own.changes() == own.changes(1) == []
    assert own.unwatch([2, 7, 2, 0, 1 << 70]) == [2]
    assert own.unwatch(1) == [1]
    assert own.watches() == []


def test_what_cannot_be_watched(own: Either, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.BadOption, match="is of a host that is not allowed"):
        own.watch(QUESTION, webhook="https://hooks.example/x")
    monkeypatch.setattr(watching, "MAX_WATCHES", 1)
    own.watch(QUESTION)
    with pytest.raises(errors.BadWatch, match="there would be 2 watches; an archive keeps 1 at most"):
        own.watch("Who is elected mayor?")


def test_a_closed_one_says_so(own: Either) -> None:
    own.close()
    own.close()
    assert repr(own).endswith(", closed)")
    with pytest.raises(errors.ArchiveClosed, match="is closed"):
        own.ask(QUESTION)


# --- watches with changes ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def watched_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an archive with two watches, one with a webhook, whose answers changed when articles came."""
    folder = tmp_path_factory.mktemp("watched") / "news"
    with Archive(Settings(folder), FakeModels()) as archive:
        archive.watch(QUESTION, min_probability=0.0)
        mayor = Inquiry("Who is elected mayor?", min_probability=0.0)
        watching.add_watches(archive, [mayor], "https://hooks.example/secret")
        archive.add([OTHERS[0], OTHERS[1]])
        archive.add(OTHERS[3])
    return folder


def test_changes_are_read(watched_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_calls, "PAGE", 1)  # so that there are several pages
    with local(watched_folder) as here, remote(watched_folder) as there:
        assert here.changes()[0].question == QUESTION
        for archive in (here, there):
            first, second = archive.changes(1), archive.changes(2)
            assert [(c.kind, c.before, c.after and c.after.text) for c in first] == [
                ("new_answer", None, "Reed")
            ]
            assert {c.watch for c in second} == {2}
            assert archive.changes() == sorted([*first, *second], key=lambda change: change.id)
            assert archive.changes(after=1) == archive.changes()[1:]
            assert archive.changes(limit=1) == archive.changes()[:1]
        assert there.changes() == here.changes()
        assert len(here.changes()) > 1
        assert [watch.to_dict() for watch in there.watches()] == [watch.to_dict() for watch in here.watches()]
        assert [watch.webhook for watch in there.watches()] == [None, "//hooks.example"]


# --- the client alone -------------------------------------------------------------------------------------


def test_a_server_prunes_nothing(both: tuple[Either, Either]) -> None:
    with pytest.raises(errors.BadOption, match="prune is for an archive on this machine"):
        both[1].add("x", prune=True)


def test_keys_are_checked(folder: Path) -> None:
    with address(folder) as url:
        for key in (None, "0123456789abcdef-wrong"):
            refused = pytest.raises(errors.AccessDenied, match="answers holders of an API key")
            with nutgraf.Client(url, key) as client, refused:
                client.info()
        with nutgraf.Client(url, READER) as client:
            assert client.ask(QUESTION).guesses[0].text == "Reed"
            with pytest.raises(errors.AccessDenied, match="the key wall only reads"):
                client.remove("bridge")


def test_passages_come_before_the_answer(both: tuple[Either, Either]) -> None:
    here, there = both
    assert isinstance(there, nutgraf.Client)
    hits, result = there.ask_stream(QUESTION, explain=True)
    assert isinstance(hits, nutgraf.SearchHits)
    assert isinstance(result, nutgraf.AskResult)
    assert without_times(result.to_dict()) == without_times(here.ask(QUESTION, explain=True).to_dict())
    assert [hit.text for hit in hits] == [hit.text for hit in result.passages]
    with pytest.raises(errors.BadFilter):
        next(there.ask_stream(QUESTION, top=0))


@pytest.mark.usefixtures("small_pages")
def test_an_export_that_breaks_off_leaves_the_old_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "backup.jsonl"
    path.write_text("old", encoding="utf-8")
    sent = Connection.send

    def failing(self: Connection, call: Call) -> Any:
        if "cursor" in call.params:
            raise errors.ServerUnreachable("it is gone")
        return sent(self, call)

    monkeypatch.setattr(Connection, "send", failing)
    gone = pytest.raises(errors.ServerUnreachable, match="it is gone")
    with address(folder) as url, nutgraf.Client(url, READER) as client, gone:
        client.export(path)
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text(encoding="utf-8") == "old"


def test_the_same_without_waiting(folder: Path, both: tuple[Either, Either], tmp_path: Path) -> None:
    async def work(url: str) -> None:
        async with nutgraf.AsyncClient(url, READER) as client:
            results = await asyncio.gather(client.ask(QUESTION), client.ask("Who is elected mayor?"))
            assert [result.guesses[0].article.id for result in results] == ["baker", "mayor"]
            assert (await client.ask_many([QUESTION]))[0].question == QUESTION
            assert [type(part).__name__ async for part in client.ask_stream(QUESTION)] == [
                "SearchHits",
                "AskResult",
            ]
            assert (await client.search("bridge", top=1))[0].to_dict() == both[0].search("bridge", top=1)[
                0
            ].to_dict()
            assert (await client.get("bridge")).to_dict() == both[0].get("bridge").to_dict()
            assert await client.cite("bridge", "bibtex") == both[0].cite("bridge", "bibtex")
            assert (await client.info()).articles == both[0].info().articles
            assert len(await client.timeline(QUESTION)) == len(both[0].timeline(QUESTION))
            assert (await client.articles(limit=2)).to_dict() == both[0].articles(limit=2).to_dict()
            assert await client.related("mayor") == both[0].related("mayor")
            assert (await client.versions("story")).to_dict() == both[0].versions("story").to_dict()
            assert await client.difference("story", "baker") == both[0].difference("story", "baker")
            assert await client.export(tmp_path / "backup.jsonl", words="bridge") == 2
            with pytest.raises(errors.AccessDenied):
                await client.add({"id": "mill", "text": "The mill at Tarn closed."})
            with pytest.raises(errors.AccessDenied):
                await client.remove("bridge")
            with pytest.raises(errors.AccessDenied):
                await client.watch(QUESTION)
            with pytest.raises(errors.AccessDenied):
                await client.unwatch(1)
            assert (await client.watches(), await client.changes()) == ([], [])
            with pytest.raises(errors.BadQuestion):
                await client.ask("")
        with pytest.raises(errors.ArchiveClosed):
            await client.ask(QUESTION)

    with address(folder) as url:
        asyncio.run(work(url))
