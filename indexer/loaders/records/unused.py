"""Which fields of records hold something that no article got: they are told, once a file.

Knows the metadata of services, which nobody misses, and names and values that look like a field of an
article under another name.
"""

import re
from collections.abc import Mapping

from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import one_line
from nutgraf.indexer.dates import parse_date
from nutgraf.indexer.loaders.assemble import made_title
from nutgraf.indexer.loaders.base import SourceFile, UnusedFields
from nutgraf.indexer.loaders.records.names import FIELD_NAMES, known_name
from nutgraf.indexer.loaders.records.values import is_nothing, plain
from nutgraf.models.words import word_set

_MOST_NAMES = 100  # of one file: an object of objects may have a name for each record; not measured
_NAME_CHARS = 60
_TEXT_CHARS = 200  # so long a value is a text, whatever its name; shorter than most articles; not measured
_BRIEF_CHARS = 40
_DATE_CHARS = 60

# Service -> a field that only its records have, and its metadata.
_METADATA = {
    "Event Registry": (
        "dateTimePub",
        "lang isDuplicate date time dateTime dataType sim concepts categories image eventUri location"
        " sentiment wgt relevance shares links videos duplicateList originalArticle extractedDates storyUri",
    ),
    "GDELT": ("seendate", "url_mobile socialimage language sourcecountry"),
    "NewsAPI": ("urlToImage", "urlToImage description"),
    "NewsCatcher": (
        "clean_url",
        "published_date_precision timezone excerpt summary description rights rank topic country language"
        " media is_opinion twitter_account score",
    ),
    "NewsCatcher 3": (
        "name_source",
        "domain_url full_domain_url parse_date updated_time published_date_precision excerpt description rank"
        " country language media is_opinion twitter_account score rights paid_content is_headline word_count"
        " extraction_data nlp journalists all_links all_domain_links additional_domain_info",
    ),
    "Guardian": (
        "webPublicationDate",
        "type sectionId sectionName pillarId pillarName apiUrl isHosted trailText thumbnail wordcount tags"
        " firstPublicationDate shortUrl body bodyText standfirst headline",
    ),
    "JSON Feed": (
        "content_html",
        "content_text summary image banner_image tags language attachments external_url author",
    ),
    "New York Times": (
        "type_of_material",
        "snippet lead_paragraph abstract multimedia keywords document_type news_desk section_name word_count"
        " subsection_name type_of_material uri print_section print_page",
    ),
    "news-please": (
        "date_publish",
        "date_download filename image_url language localpath title_page title_rss description",
    ),
    "schema.org": (
        "@type",
        "image thumbnailUrl mainEntityOfPage dateCreated keywords articleSection wordCount inLanguage"
        " isAccessibleForFree hasPart isPartOf speakable copyrightHolder copyrightYear description video"
        " associatedMedia potentialAction identifier alternativeHeadline genre publishingPrinciples",
    ),
    "trafilatura": (
        "fingerprint",
        "hostname source-hostname license comments raw_text image pagetype filedate excerpt categories tags"
        " language fingerprint",
    ),
    "WordPress": (
        "date_gmt",
        "id date modified guid slug status type author excerpt featured_media comment_status ping_status"
        " sticky template format meta categories tags class_list yoast_head yoast_head_json acf"
        " jetpack_featured_media_url jetpack_publicize_connections jetpack_sharing_enabled jetpack_shortlink"
        " jetpack_likes_enabled jetpack-related-posts",
    ),
}
_SHAPES = tuple((sign, frozenset(names.split())) for sign, names in _METADATA.values())
# The number of the row, as pandas writes it, and what databases and search engines add.
_TECHNICAL = re.compile(r"[_@$].*|(?:unnamed: ?[0-9]+|index|level_[0-9]+)?", re.IGNORECASE | re.DOTALL)
_TEASERS = frozenset(FIELD_NAMES["teaser"] + FIELD_NAMES["text"])

_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_LETTER = re.compile(r"[\W\d_]+")
_NO_NUMBER = re.compile(r"[^\W\d]|[-/:]")
# Words of names, in the languages of most archives, by the field of an article that they mean.
_WORDS = {
    "text": "text texte texto testo tekst body content contents story inhalt contenu cuerpo article",
    "published": "date datetime published pubdate datum fecha data jour day",
    "title": "title headline heading titel titre titulo titolo hed schlagzeile überschrift",
    "authors": "author authors byline writer reporter journalist autor auteur autore verfasser",
    "source": "outlet newspaper publication paper medium zeitung journal periodico",
    "url": "url href link permalink",
}
_ENDS = {field: tuple(word_set(words)) for field, words in _WORDS.items()}
# A time of something else, and what stands beside a title or an author.
_OTHER = word_set(
    "update updated modified crawl crawled scraped fetched downloaded retrieved download collected indexed"
    " added sub id ids type image photo email mail count size"
)


def note_unused(
    record: Mapping[str, object], used: set[str], article: Article | None, file: SourceFile
) -> None:
    """Note in the file which fields of a record are not in its article, though they hold something.

    `used` are those that are; a field that an article of the file was made of is never noted. Of a record
    that became no article only long texts count: it may be anything.
    """
    if not used <= file.used:
        file.used |= used
        for name in [name for name in file.unused if name in used or known_name(name) in used]:
            del file.unused[name]
    fresh = [name for name in record if name not in file.used and name not in file.unused]
    if not fresh:
        return
    metadata = frozenset[str]().union(*(names for sign, names in _SHAPES if sign in record))
    values = {value for name in used if isinstance(value := record.get(name), str)}
    for name in fresh:
        value = record[name]
        if len(file.unused) >= _MOST_NAMES or is_nothing(value):
            continue
        if known_name(name) in file.used or name in metadata or _TECHNICAL.fullmatch(name):
            continue
        words = plain(value) or _paragraphs(value)
        if words in values or (article and name in _TEASERS and words.strip() in article.text):
            continue
        if _is_text(name, words):
            file.unused[name] = "text"
        elif article:
            file.unused[name] = _resembled(name, words, article)


def unused_fields(file: SourceFile) -> UnusedFields | None:
    """Return the fields of a file that were not used, those that look like a field of an article first."""
    if not file.unused:
        return None
    order = [*_WORDS]
    shown = {one_line(name, _NAME_CHARS): resembled for name, resembled in file.unused.items()}
    names = sorted(shown, key=lambda name: order.index(shown[name]) if shown[name] in order else len(order))
    resembles = {name: shown[name] for name in names if shown[name]}
    return UnusedFields(file.origin, tuple(names), resembles)


def _paragraphs(value: object) -> str:
    """Return the beginning of a list of paragraphs."""
    items = value[:_MOST_NAMES] if isinstance(value, list | tuple) else ()
    return "\n".join(item for item in items if isinstance(item, str))


def _is_text(name: str, words: str) -> bool:
    """Whether a field looks like the text of an article: it is long, or of some length and so named."""
    least = _BRIEF_CHARS if _means(name, "text") else _TEXT_CHARS
    return (
        len(words) >= least and words.count(" ", 0, 10 * _TEXT_CHARS) >= least // 10 and words[0] not in "{["
    )


def _resembled(name: str, words: str, article: Article) -> str:
    """Return which field that the article lacks a short field seems to be, "" where none."""
    if _OTHER & {*_name_words(name)} or not words:
        return ""
    is_lacking = {
        "published": article.published is None and len(words) <= _DATE_CHARS,
        "title": article.title == made_title(article.text),
        "authors": not article.authors,
        "source": article.source is None,
        "url": article.url is None,
    }
    # A number may be anything, though it could be read as a day or a second.
    if is_lacking["published"] and _NO_NUMBER.search(words) and parse_date(words).value is not None:
        return "published"
    return next((field for field, lacks in is_lacking.items() if lacks and _means(name, field)), "")


def _means(name: str, field: str) -> bool:
    """Whether a name, such as "pub_date", "articleText" or "storytext", has a word for a field."""
    return any(word.endswith(_ENDS[field]) for word in _name_words(name))


def _name_words(name: str) -> list[str]:
    return _NO_LETTER.split(_CAPITAL.sub(" ", name[:_NAME_CHARS]).casefold())
