"""What an archive must hold after a fault, and what it holds.

`Contents` follows the changes: those that were reported as done are sure, one that was under way may be there
or not. `inspect` opens an archive, reads all of it, asks, and runs the checks of `nutgraf doctor` on it.
"""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nutgraf.archive import Archive
from nutgraf.engines import engine_of
from nutgraf.errors import IndexDamaged, IndexMissing, NutgrafError
from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.store import FILENAME
from nutgraf.indexer.encoder import Encoder
from nutgraf.indexer.fields import Field
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.headlines import headline
from nutgraf.indexer.passages import PassageRule, split, title_prefix
from nutgraf.opening import ModelLoader, OpenIndex
from nutgraf.qa.reader import Readers
from nutgraf.qa.result import Answer
from nutgraf.settings import Settings
from tests.fakes import FakeEncoder, FakeReader

PAGE = 1000
_QUESTION_WORDS = 20
_SENTENCES = 16  # some 230 words: several passages, so that half an article could be seen
_SYLLABLES = re.findall("..", "bacedifoguhakelimonuparesitovuwa")
_WORDS = [first + last for first in _SYLLABLES for last in _SYLLABLES]


class TinyModels(ModelLoader):
    """Models without weights: a reader that looks for words of the question, and an encoder of words.

    Another encoder can be named in place of that one.
    """

    def __init__(self, encoder: Encoder | None = None) -> None:
        super().__init__(Settings())
        self._tiny_encoder, self._tiny_readers = encoder or FakeEncoder(), Readers(FakeReader())

    @property
    def encoder(self) -> Encoder:
        """The encoder."""
        return self._tiny_encoder

    @property
    def readers(self) -> Readers:
        """The reader of words."""
        return self._tiny_readers

    def load(self) -> None:
        """Do nothing: there are no weights."""


def warm() -> None:
    """Make the vectors of all words once, for the children of this process."""
    encoder = FakeEncoder()
    encoder.encode([*_WORDS, *(word.capitalize() for word in _WORDS)])


def story(article_id: str, version: int) -> Article:
    """Return a version of an article: the same words for the same id and version, and other words else."""
    dice = random.Random(f"{article_id} {version}")

    def words(count: int) -> str:
        return " ".join(dice.choices(_WORDS, k=count)).capitalize()

    text = f"Version {version} of {article_id}. " + " ".join(f"{words(14)}." for _ in range(_SENTENCES))
    return Article(id=article_id, title=words(4), text=text)


State = str | None
"""The text of an article, None where there is none."""


@dataclass(slots=True)
class Contents:
    """The states that each article may have; one state where nothing is under way."""

    possible: dict[str, list[State]] = field(default_factory=dict)
    _together: tuple[str, ...] = ()

    def begin(self, change: Mapping[str, State], *, together: bool = False) -> None:
        """Note a change that is under way; `together`: all of it or nothing may be seen."""
        for article_id, state in change.items():
            self.possible[article_id] = [*self.possible.get(article_id, [None]), state]
        self._together = tuple(change) if together else ()

    def done(self, article_ids: Iterable[str]) -> None:
        """Note that the changes of these articles were reported as done."""
        for article_id in article_ids:
            self.possible[article_id] = self.possible[article_id][-1:]

    def faults(self, held: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return (lost | half, which article) for each article that is not in a state that it may have."""
        faults = []
        for article_id in sorted({*self.possible, *held}):
            state, possible = held.get(article_id), self.possible.get(article_id, [None])
            if state not in possible:
                name = "half" if state is not None else "lost"
                faults.append((name, f"{article_id} is {state!r:.60}, expected one of {possible!r:.200}"))
        changing = [i for i in self._together if self.possible[i][0] != self.possible[i][-1]]
        old = {held.get(article_id) == self.possible[article_id][0] for article_id in changing}
        if len(old) > 1:
            faults.append(("half", f"of {self._together} only some were changed"))
        return faults

    def settle(self, held: Mapping[str, str]) -> None:
        """Take what the archive holds for sure, now that nothing is under way."""
        self.possible = {article_id: [held.get(article_id)] for article_id in {*self.possible, *held}}
        self._together = ()

    @property
    def expected(self) -> dict[str, str]:
        """The articles that are there once everything that began is done."""
        return {i: states[-1] for i, states in self.possible.items() if states[-1] is not None}


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was seen of an archive: its texts by id, and (failure, details) for what is wrong with it.

    `unpublished` is the error with which an archive says that nothing was published yet, else "".
    """

    texts: dict[str, str]
    faults: list[tuple[str, str]]
    unpublished: str = ""

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> "Inspection":
        """Return the inspection that a child reported."""
        return cls(report["texts"], [(name, why) for name, why in report["faults"]], report["unpublished"])


def inspect(folder: Path, models: ModelLoader, seed: str = "") -> dict[str, Any]:
    """Return an `Inspection` as JSON-ready data; run this in a child.

    Where nothing was published, what is stored is published first.
    """
    settings, unpublished = Settings(folder, threads=1), ""
    faults: list[tuple[str, str]] = []
    with Archive(settings, models) as archive:
        if engine_of(settings.index).stamp() is None:
            try:
                archive.check()
            except IndexMissing as error:
                unpublished = f"{error}; try: {error.hint}"
                if not (folder / FILENAME).is_file():
                    return {"texts": {}, "faults": [], "unpublished": unpublished}
                archive.rebuild()
            except IndexDamaged as error:
                unpublished = f"{error}; try: {error.hint}"
                if error.hint != f"nutgraf index --rebuild --index {folder}":
                    faults.append(("refused", unpublished))
                archive.rebuild()
        try:
            with archive.reading() as opened:
                texts = _texts(opened)
                faults += [*_half_articles(opened, texts), *_not_found(opened)]
            faults += _doctor(folder)
            faults += _answers(archive, texts, random.Random(seed))
        except NutgrafError as error:
            return {"texts": {}, "faults": [("refused", str(error))], "unpublished": unpublished}
    return {"texts": texts, "faults": faults, "unpublished": unpublished}


def _texts(opened: OpenIndex) -> dict[str, str]:
    return {article.id: article.text for article in opened.index.page(Filter(), None, PAGE)}


def _half_articles(opened: OpenIndex, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return a fault for each article whose passages are not those that splitting it gives.

    An article of an older index may wait for the passage of its title.
    """
    stored: dict[str, list[tuple[Field, int, int]]] = {article_id: [] for article_id in texts}
    assert isinstance(opened.index, EmbeddedIndex)
    store, encoder = opened.index.store, opened.models.encoder
    for _, passage in sorted(store.passages(range(1, store.last_passage() + 1)).items()):
        stored.setdefault(passage.article_id, []).append((passage.field, passage.start, passage.end))
    waiting = {article.id for article in store.untitled(len(texts)).values()}
    is_older = not any(place[0] == "title" for places in stored.values() for place in places)
    faults = []
    for article in opened.index.get([*texts]).values():
        most = encoder.card.max_tokens
        spans = split(
            article.text, article.title, PassageRule(), token_spans=encoder.token_spans, max_tokens=most
        )
        whole: list[tuple[Field, int, int]] = [("text", *span) for span in spans]
        untitled = whole.copy()
        if title := headline(article):
            whole.append(("title", *title))
        may_wait = is_older or article.id in waiting
        if sorted(stored[article.id]) not in ([whole, untitled] if may_wait else [whole]):
            faults.append(("half", f"the passages of {article.id} are {stored[article.id]}"))
    return faults


def _not_found(opened: OpenIndex) -> list[tuple[str, str]]:
    """Return a fault for each passage that its own vector, or its own words once published, do not find.

    A passage that has no vector yet is not looked for by its meaning.
    """
    index, faults = opened.index, []
    assert isinstance(index, EmbeddedIndex)
    stored = index.store.passages(range(1, index.store.last_passage() + 1))
    facts = index.facts(sorted(stored))
    for passage in index.fetch(sorted(stored)):
        vector = opened.models.encoder.encode(
            [title_prefix(passage.article.title, passage.field) + passage.text]
        )[0]
        searches = {"meaning": index.dense(vector, 1, Filter())[0]} if facts[passage.id].encoded else {}
        if passage.id <= index.manifest.upto:
            # The words of a title stand in front of its article's passages, too.
            most = 1 if passage.field == "text" else len(stored)
            searches["words"] = index.lexical(passage.text, most, Filter())[0]
        for by, ids in searches.items():
            if passage.id not in ids.tolist():
                faults.append(("lost", f"passage {passage.id} of {passage.article.id} by its {by}: {ids}"))
    return faults


def _doctor(folder: Path) -> list[tuple[str, str]]:
    from nutgraf.api.doctor.index_checks import examine

    return [("problem", f"{f.name}: {f.found}") for f in examine(folder) if f.status == "problem"]


def _content(answer: Answer, texts: Mapping[str, str]) -> str:
    return answer.article.title if answer.field == "title" else texts[answer.article.id]


def _answers(archive: Archive, texts: Mapping[str, str], dice: random.Random) -> list[tuple[str, str]]:
    """Ask the words of an article; return a fault for a quote that does not stand in its article."""
    if not texts:
        return []
    words = texts[dice.choice(sorted(texts))].split()[:_QUESTION_WORDS]
    result = archive.ask(" ".join(words), top=3, min_probability=0.0)
    return [
        ("half", f"{answer.text!r} does not stand in {answer.article.id}")
        for answer in result.answers
        if _content(answer, texts)[answer.start : answer.end] != answer.text
    ]
