"""What feeds and sitemaps list: links to documents, and to further sitemaps. Values only."""

from dataclasses import dataclass

from nutgraf.indexer.loaders.base import Entry


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a feed or sitemap.

    `changed` is the newest date that the entry states, as it stands there: the document is asked for again
    where this differs from the last time. `html` is the article itself, where the feed holds it whole.
    `is_listing`: it leads to a further sitemap.
    """

    entry: Entry
    changed: str = ""
    html: str = ""
    is_listing: bool = False
