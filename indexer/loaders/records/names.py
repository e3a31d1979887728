"""The names that services and exports give the fields of an article, ours first."""

from collections.abc import Mapping

from nutgraf.indexer.loaders.base import LoadOptions

FIELD_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "_id", "uri", "article_id"),
    "title": ("title", "headline", "webTitle"),
    "text": (
        "text", "maintext", "articleBody", "body", "content", "content_html", "content_text", "body_text",
        "bodyText", "full_text", "article_text", "plaintext", "paragraphs",
        "summary",
    ),
    "teaser": ("description", "short_description", "excerpt", "lead_paragraph", "abstract"),
    "url": ("url", "link", "canonical_url", "permalink", "web_url", "webUrl", "DocumentIdentifier"),
    "source": (
        "source", "source_domain", "publisher", "publication", "outlet", "site_name",
        "yoast_head_json.og_site_name", "name_source", "domain_url", "clean_url", "domain",
        "SourceCommonName", "rights",
    ),
    "authors": ("_embedded.author", "yoast_head_json.author", "authors", "author", "byline", "creator"),
    "published": (
        "published", "datePublished", "date_publish", "date_gmt", "publishedAt", "published_at",
        "published_date", "publish_date", "dateTimePub", "dateTime", "pubDate", "pub_date",
        "publication_date", "date_published", "webPublicationDate", "date", "seendate",
    ),
    "modified": (
        "modified_gmt", "modified", "dateModified", "date_modify", "updated_at", "updatedAt", "updated",
        "last_modified", "lastModified", "date_modified", "updated_date", "changed",
    ),
}  # fmt: skip
"""Field of an article -> what it may be called, the best first. A teaser is the text where there is none."""

_FOLDED = {name.casefold(): name for names in FIELD_NAMES.values() for name in names}


def text_names(options: LoadOptions) -> tuple[str, ...]:
    """Return the keys or columns that can hold the text of an article."""
    own = FIELD_NAMES["text"] + FIELD_NAMES["teaser"]
    return (options.key("text"),) if "text" in options.fields else own


def known_name(name: str) -> str:
    """Return the known name of a field that is written in other capitals or with blanks, else its own.

    >>> known_name("Full Text"), known_name("Price")
    ('full_text', 'Price')
    """
    return _FOLDED.get(name.strip().casefold().replace(" ", "_"), name)
