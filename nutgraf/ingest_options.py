"""What can be added to an archive, how it is read, and how progress is told. `ingest` does the work.

Knows values alone, so that who only asks an archive does not wait for the parsers.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile
from nutgraf.indexer.sandbox.limits import LONGEST_SECONDS, Limits
from nutgraf.indexer.web.options import WebOptions

ArticleItem = str | os.PathLike[str] | Mapping[str, object] | Article
ArticleSource = ArticleItem | Iterable[ArticleItem]
"""A path, an address of the web, a record, an article, or an iterable of these."""


@dataclass(slots=True)
class IngestProgress:
    """The progress of a run: its files, and the numbers of articles and passages so far.

    `missing_passages` had no vector when the last article was stored; it is 0 until then.
    """

    files: Sequence[SourceFile] = ()
    articles: int = 0
    encoded_passages: int = 0
    missing_passages: int = 0


Progress = Callable[[IngestProgress], AbstractContextManager[Callable[[], None]]]
"""Shows the progress of a run: takes it, and yields the function to call after each batch."""


def no_progress(_: IngestProgress) -> AbstractContextManager[Callable[[], None]]:
    """Show nothing."""
    return nullcontext(lambda: None)


OCR_PATIENCE = 30
"""Times as long as another document, which a document may take whose pictures are read.

A page of print takes Tesseract about a second; what is beyond the limit is skipped, with that reason.
"""


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """Options of reading a source (see `LoadOptions`); `prune` removes articles whose file is gone.

    Where these are more than a third of a folder, they are removed only if `prune_many` is true: the folder
    may be on a disk that is not there. `limits` is what one document or record may cost, `web` how addresses
    are asked. With `words_only` no vectors are made.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    outlet: str | None = None
    max_bytes: int = 20_000_000
    file_dates: bool = False
    ocr: str = ""
    prune: bool = False
    prune_many: bool = False
    limits: Limits = field(default_factory=Limits)
    web: WebOptions = field(default_factory=WebOptions)
    words_only: bool = False

    def loading(self) -> LoadOptions:
        """Return the options of loading; raises SourceError for a field that no article has."""
        return LoadOptions(
            max_bytes=self.max_bytes,
            fields=self.fields,
            source=self.outlet,
            file_dates=self.file_dates,
            ocr=self.ocr,
        )

    def worker_limits(self) -> Limits:
        """Return what one document may cost: with `ocr` it is given `OCR_PATIENCE` times as long."""
        longer = min(OCR_PATIENCE * self.limits.seconds, LONGEST_SECONDS)
        return replace(self.limits, seconds=longer) if self.ocr else self.limits
