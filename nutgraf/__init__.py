"""Ask your news archive: every answer is a quote, with its source.

    import nutgraf

    with nutgraf.open("news.nutgraf") as archive:
        archive.add("articles/")
        answer = archive.ask("What did China agree to on sanctions?")
        print(answer.text, answer.answers[0].article.source)

`nutgraf.Client(url, key)` is the same for the archive of a server.
`docs/python.md` has a tutorial. Importing this loads no model and no library beyond the standard ones.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nutgraf.archive import Archive, open_archive
    from nutgraf.client import AsyncClient, Client
    from nutgraf.error import NutgrafError
    from nutgraf.indexer.article import Article
    from nutgraf.indexer.selection import Facets
    from nutgraf.indexer.storage import ArticleStatus
    from nutgraf.models import load_encoder, load_reader
    from nutgraf.qa.difference import Change
    from nutgraf.qa.related import RelatedArticle
    from nutgraf.qa.result import Answer
    from nutgraf.qa.timeline import TimelineEntry
    from nutgraf.results import (
        AddReport,
        ArchiveReport,
        ArticlePage,
        AskResult,
        Hit,
        RemoveReport,
        SearchHits,
        Versions,
    )
    from nutgraf.watches import Watch, WatchChange, WatchRun

    open = open_archive

__version__ = "0.1.0"
__all__ = [
    "AddReport",
    "Answer",
    "Archive",
    "ArchiveReport",
    "Article",
    "ArticlePage",
    "ArticleStatus",
    "AskResult",
    "AsyncClient",
    "Change",
    "Client",
    "Facets",
    "Hit",
    "NutgrafError",
    "RelatedArticle",
    "RemoveReport",
    "SearchHits",
    "TimelineEntry",
    "Versions",
    "Watch",
    "WatchChange",
    "WatchRun",
    "load_encoder",
    "load_reader",
    "open",
]

_HOMES = {
    "Answer": "nutgraf.qa.result",
    "Archive": "nutgraf.archive",
    "Article": "nutgraf.indexer.article",
    "ArticleStatus": "nutgraf.indexer.storage",
    "AsyncClient": "nutgraf.client",
    "Client": "nutgraf.client",
    "Change": "nutgraf.qa.difference",
    "Facets": "nutgraf.indexer.selection",
    "NutgrafError": "nutgraf.error",
    "RelatedArticle": "nutgraf.qa.related",
    "TimelineEntry": "nutgraf.qa.timeline",
    "Watch": "nutgraf.watches",
    "WatchChange": "nutgraf.watches",
    "WatchRun": "nutgraf.watches",
    "load_encoder": "nutgraf.models",
    "load_reader": "nutgraf.models",
    "open": "nutgraf.archive",
}
"""Where each public name is defined; all others are in `nutgraf.results`."""


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: `import nutgraf` stays cheap."""
    if name not in __all__:
        raise AttributeError(f"module 'nutgraf' has no attribute {name!r}")
    module = import_module(_HOMES.get(name, "nutgraf.results"))
    value: object = getattr(module, "open_archive" if name == "open" else name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*__all__, "__version__", "errors"])
