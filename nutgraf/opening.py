"""The one place where the parts are joined: settings in, one state of an archive with its models out.

Knows how models and an index make what answers; computes nothing itself.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING

from nutgraf.engines import engine_of
from nutgraf.errors import UnknownArticle
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import storable
from nutgraf.indexer.filters import Filter
from nutgraf.models import READERS
from nutgraf.settings import Settings

if TYPE_CHECKING:
    from nutgraf.engines import ArchiveIndex
    from nutgraf.index_calibration import ActiveCalibration
    from nutgraf.indexer.encoder import Encoder
    from nutgraf.models import ModelCard
    from nutgraf.qa.answer import Answerer
    from nutgraf.qa.difference import Change
    from nutgraf.qa.profiles import Profile
    from nutgraf.qa.reader import Readers
    from nutgraf.qa.related import RelatedArticle
    from nutgraf.qa.result import QuestionResult
    from nutgraf.qa.search import Searcher
    from nutgraf.results import ArchiveReport, AskResult, Versions


class ModelLoader:
    """The models of an archive, each loaded once, when it is first needed. Safe to use from threads.

    What loading raises (ModelMissing, ModelDamaged) is raised where a model is asked for.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._encoder: Encoder | None = None
        self._readers: Readers | None = None
        self._encoder_lock, self._reader_lock = Lock(), Lock()

    @property
    def encoder(self) -> "Encoder":
        """The model that turns texts into vectors."""
        from nutgraf.models import load_encoder

        with self._encoder_lock:
            if self._encoder is None:
                self._encoder = load_encoder(self._settings.encoder, threads=self._settings.threads)
            return self._encoder

    def encoder_loader(self) -> "Callable[[int], Encoder]":
        """Return what loads the encoder in another process, for a number of threads; it can be pickled."""
        return partial(_load_encoder, self._settings.encoder)

    @property
    def readers(self) -> "Readers":
        """The models that find an answer in a text: those in the box, or the reader that was named."""
        from nutgraf.models import load_reader
        from nutgraf.qa.reader import Readers

        names = reader_names(self._settings)
        with self._reader_lock:
            if self._readers is None:
                with ThreadPoolExecutor(len(names)) as pool:
                    loaded = pool.map(lambda name: load_reader(name, threads=self._settings.threads), names)
                    self._readers = Readers(*loaded)
            return self._readers

    def unload(self) -> None:
        """Forget all models, so that their memory is free; the next use loads them again."""
        with self._encoder_lock, self._reader_lock:
            self._encoder = self._readers = None

    def load(self) -> None:
        """Load all models side by side: each waits for the disk more than for the others."""
        with ThreadPoolExecutor(1) as pool:
            encoder = pool.submit(lambda: self.encoder)
            _ = self.readers
            encoder.result()


def _load_encoder(name: str | None, threads: int) -> "Encoder":
    from nutgraf.models import load_encoder

    return load_encoder(name, threads=threads)


class OpenIndex:
    """One state of an archive, with the models that answer from it."""

    def __init__(self, settings: Settings, models: ModelLoader, index: "ArchiveIndex") -> None:
        self.settings = settings
        self.models = models
        self.index = index

    def __enter__(self) -> "OpenIndex":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index; the models stay loaded."""
        self.index.close()

    @cached_property
    def answerer(self) -> "Answerer":
        """What answers questions; all models are loaded. Raises IndexMismatch for another encoder."""
        from nutgraf.qa.answer import Answerer

        with ThreadPoolExecutor(1) as pool:
            prepared = pool.submit(self.index.prepare)
            self.models.load()
            prepared.result()
        return Answerer(self.searcher, self.models.readers, self.calibration.calibration)

    @property
    def reader(self) -> "ModelCard":
        """The card of the reader whose scores decide; it is loaded for it."""
        return self.models.readers.deciding(profile_of(self.settings).reading).card

    @cached_property
    def calibration(self) -> "ActiveCalibration":
        """The calibration that answers are given by; the reader is loaded for its card."""
        from nutgraf.index_calibration import in_force

        return in_force(
            self.settings.index, self.reader, self.index.state.encoder, profile_of(self.settings).rules()
        )

    @cached_property
    def searcher(self) -> "Searcher":
        """What finds passages; the encoder is loaded for it, and no reader."""
        from nutgraf.qa.search import Searcher

        self._check_encoder()
        return Searcher(self.index, self.models.encoder, profile_of(self.settings))

    def result(self, result: "QuestionResult", *, timeline: bool, explain: bool) -> "AskResult":
        """Return the outcome of a question with what else was asked for."""
        from nutgraf.qa.explanation import explain as explanation_of
        from nutgraf.results import AskResult

        return AskResult(
            result,
            self.index.state,
            tuple(self.answerer.timeline(result)) if timeline else None,
            explanation_of(result, self.answerer.calibration) if explain else None,
        )

    def article(self, article_id: str) -> Article:
        """Return an article by its id; raises UnknownArticle."""
        article_id = storable(article_id)
        articles = self.index.get([article_id])
        if article_id not in articles:
            raise unknown_article(article_id)
        return articles[article_id]

    def related(self, article_id: str, top: int, allow: Filter) -> "list[RelatedArticle]":
        """Return the nearest articles of other stories; the encoder is loaded. Raises UnknownArticle."""
        from nutgraf.qa.checks import check_top, checked_filter
        from nutgraf.qa.related import related

        check_top(top)
        article, allow = self.article(article_id), checked_filter(allow)
        self._check_encoder()
        return related(self.index, self.models.encoder, article, top, allow)

    def versions(self, article_id: str) -> "Versions":
        """Return the other prints of an article's story; raises UnknownArticle."""
        from nutgraf.qa.variation import is_version
        from nutgraf.results import Versions

        article = self.article(article_id)
        prints = self.index.cluster(article.cluster) if article.cluster else []
        others = [(other, is_version(article.text, other.text)) for other in prints if other.id != article.id]
        return Versions(
            copies=tuple(other for other, differs in others if not differs),
            versions=tuple(other for other, differs in others if differs),
        )

    def difference(self, article_id: str, other_id: str) -> "list[Change]":
        """Return what became of an article's text in that of another; raises UnknownArticle."""
        from nutgraf.qa.difference import difference

        return difference(self.article(article_id).text, self.article(other_id).text)

    def report(self) -> "ArchiveReport":
        """Return what the archive holds; no model is loaded for it."""
        from nutgraf.index_calibration import active_calibration
        from nutgraf.results import ArchiveReport

        encoder = self.index.state.encoder
        rules = profile_of(self.settings).rules()
        deciding = reader_names(self.settings)[-1]
        calibration = active_calibration(self.settings.index, deciding, encoder, rules)
        return ArchiveReport(self.index.info(), calibration)

    def _check_encoder(self) -> None:
        from nutgraf.indexer.built_by import check_encoder
        from nutgraf.indexer.encoder import identity

        named = str(engine_of(self.settings.index))
        check_encoder(named, self.index.state.encoder, identity(self.models.encoder))


def reader_names(settings: Settings) -> list[str]:
    """Return the names of the readers that answers are given by: the last one's scores decide."""
    if settings.reader is not None:
        return [settings.reader]
    return [*READERS] if profile_of(settings).reading.contenders else ["small"]


def profile_of(settings: Settings) -> "Profile":
    """Return how much is done for a question."""
    from nutgraf.qa.profiles import DEFAULT, PROFILES

    profile = PROFILES[settings.profile or DEFAULT]
    return profile.with_windows(settings.passages) if settings.passages else profile


def open_state(settings: Settings, models: ModelLoader) -> OpenIndex:
    """Open the newest published state; raises IndexMissing, IndexMismatch or IndexDamaged."""
    return OpenIndex(settings, models, engine_of(settings.index).open())


def unknown_article(article_id: str) -> UnknownArticle:
    """Return what is raised where no article has the id."""
    return UnknownArticle(
        f"no article has the id {storable(article_id)!r}",
        hint="nutgraf search WORDS lists articles with their ids",
    )
