"""The page as the server renders it: what a browser is not needed for."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import nutgraf.api.web.page.routes
from nutgraf.api.engine.engine import Engine
from nutgraf.api.web.app import Serving, create_app
from nutgraf.api.web.page.examples import MOST_OUTLETS
from nutgraf.api.web.page.render import MOST_VOICES, assets
from nutgraf.archive import Archive
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.encoder import Encoder
from nutgraf.models import shipped
from nutgraf.qa.answer import Answerer
from nutgraf.qa.inquiry import Inquiry
from nutgraf.qa.result import QuestionResult
from nutgraf.settings import Settings

QUESTION = "What did China agree to on sanctions?"
HEAD = "Who directs the Tarn Observatory?"
MOST_BYTES = 20_000  # as they are sent: compressed
ROOT = Path(__file__).parents[2]
SAID = (
    "{} directs the Tarn Observatory since the spring.",
    "The council said that {} directs the Tarn Observatory, whose dome was mended in May.",
    "Visitors were led by {}, who directs the Tarn Observatory and its school of astronomy.",
    "{} directs the Tarn Observatory; the old telescope goes to a museum.",
    "At the Tarn Observatory, which {} directs, a comet was seen by forty children.",
)


@pytest.fixture
def uncalibrated(tmp_path: Path) -> Path:
    """Return the shipped reader as one of somebody else's: its card has no calibration."""
    folder = shipped("small-reader")
    for file in folder.iterdir():
        (tmp_path / file.name).symlink_to(file)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8")) | {"calibration": None}
    (tmp_path / "card.json").unlink()
    (tmp_path / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return tmp_path


def sure(settings: Settings) -> str:
    with TestClient(create_app(Archive(settings)), base_url="http://localhost") as client:
        page = client.get("/", params={"q": QUESTION}).text
    (found,) = re.findall(r'<p class="sure">(.*?)</p>', page, re.DOTALL)
    return " ".join(re.sub(r"<.*?>", " ", found).split())


def test_a_reader_without_calibration_is_not_called_likely(
    seeds_index: Path, uncalibrated: Path, seeds_settings: Settings
) -> None:
    told = sure(Settings(seeds_index, reader=str(uncalibrated)))
    assert re.fullmatch(r"Not calibrated (over )?\d+ % by this reader’s own measure", told)
    assert re.fullmatch(r"(Very likely|Likely|Perhaps|A guess) (over )?\d+ %", sure(seeds_settings))


def test_a_former_holder_of_an_office_is_told_as_earlier_and_not_as_another_version(
    seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = Archive(Settings(Path(shutil.copytree(seeds_index, tmp_path / "index"))))
    archive.add(
        {
            "title": "China names a new minister",
            "source": "Tarn Post",
            "published": "2018-03-02",
            "text": "Lin Hao was named Chinese foreign minister on Friday. The new Chinese foreign minister,"
            " Lin Hao, replaces Wang Yi.",
        }
    )
    app = create_app(archive, Serving(deadline_s=600))
    with TestClient(app, base_url="http://localhost") as client:
        pages = [client.get("/", params={"q": "Who is the Chinese foreign minister?"}).text]
        sure = partial(Inquiry, min_probability=0.999)
        monkeypatch.setattr(nutgraf.api.web.page.routes, "Inquiry", sure)
        pages.append(client.get("/", params={"q": "Who is the Chinese foreign minister?"}).text)
    for shown, heading in zip(pages, ("Answer to:", "Not sure enough to answer"), strict=True):
        words = " ".join(re.sub(r"<.*?>", " ", shown).split())
        assert heading in words
        assert "Earlier: “ Wang Yi ”" in words
        assert "version of the story" not in words


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Return an index that fills what a page can list: copies, others who say it, days, and outlets."""
    folder = tmp_path_factory.mktemp("full") / "index"
    with EmbeddedWriter(folder, encoder) as builder:
        list(builder.add(articles()))
        builder.publish()
    return folder


def articles() -> Iterator[Article]:
    """Yield ten stories, two of the one who was and eight of the one who is, the last in 60 papers."""
    seeds = sorted((ROOT / "seeds").glob("*.txt"))
    sentences = " ".join(seed.read_text(encoding="utf-8") for seed in seeds).split(". ")
    for number in range(10):
        told = SAID[number % len(SAID)].format("Ivo Lund" if number < 2 else "Mara Quill")
        text = f"{told} {'. '.join(sentences[number::10])}."
        for paper in range(60 if number == 9 else 1):
            yield article(f"story {number} in the paper {paper}", text, 100 * number + paper)
    for ward in range(60):
        yield article(f"market {ward}", f"The market of ward {ward} opened on a dry day.", ward)


def article(name: str, text: str, day: int) -> Article:
    title = "What the observatory above the town is planning for the years to come"
    published = datetime(2014, 1, 1, tzinfo=UTC) + timedelta(days=day)
    link = f"https://news.example/{name.replace(' ', '-')}"
    return Article(name, title, text, link, f"Observer of {name}", (), published, "given")


def test_the_first_paint_of_full_lists_is_light(full: Path) -> None:
    with TestClient(create_app(Archive(Settings(full))), base_url="http://localhost") as client:
        answered = client.get("/", params={"q": HEAD})
        page = answered.text
        came = [answered, *(client.get(f"/static/{name}") for name in assets() if f"static/{name}" in page)]
    sizes = {str(response.url.path): int(response.headers["content-length"]) for response in came}
    (listed,) = re.findall(r"and (\d+) that are not listed here", page)
    assert int(listed) + MOST_VOICES >= 59  # the copies, and who else gives the answer
    assert page.count("<option") == MOST_OUTLETS
    assert page.count("<circle") > 60
    assert page.count('class="passage"') == 10
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_the_timeline_is_of_the_state_of_the_index_that_answered(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new generation is opened between the answer and its timeline."""
    users: list[tuple[str, Answerer]] = []
    answer, timeline = Answerer.answer, Answerer.timeline
    over_time = nutgraf.api.web.page.routes._timeline

    def noted_answer(self: Answerer, *arguments: Any) -> Any:
        users.append(("answer", self))
        return answer(self, *arguments)

    def noted_timeline(self: Answerer, asked: QuestionResult) -> Any:
        users.append(("timeline", self))
        return timeline(self, asked)

    async def reopened_before(request: Any, engine: Engine, *more: Any) -> Any:
        await engine.reopen()
        return await over_time(request, engine, *more)

    with TestClient(create_app(Archive(Settings(full))), base_url="http://localhost") as client:
        client.get("/")  # its examples are asked before anything is noted
        monkeypatch.setattr(Answerer, "answer", noted_answer)
        monkeypatch.setattr(Answerer, "timeline", noted_timeline)
        monkeypatch.setattr(nutgraf.api.web.page.routes, "_timeline", reopened_before)
        assert client.get("/", params={"q": HEAD}).text.count("<circle") > 60
    assert [name for name, _ in users] == ["answer", "timeline"]
    assert users[0][1] is users[1][1]
