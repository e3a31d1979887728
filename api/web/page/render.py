"""Renders the templates, and writes probabilities, days, quotes and links for people.

Knows the JSON objects of `nutgraf.objects`; does not know requests or indexes. Text of articles and questions
is text: the templates escape it, and nothing here returns markup.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypedDict
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nutgraf.api.terminal.times import time_line
from nutgraf.indexer.article import Article, ArticleJson
from nutgraf.indexer.fields import Field
from nutgraf.indexer.headlines import headline_span
from nutgraf.qa.question_note import question_note
from nutgraf.qa.watching.standing import KIND_WORDS

HERE = Path(__file__).parent
TYPES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "add.js": "text/javascript",
    "try.js": "text/javascript",
    "watches.js": "text/javascript",
    "writing.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
"""The files served beside the pages, with their media types."""

LEVELS = ((0.9, "Very likely"), (0.66, "Likely"), (0.33, "Perhaps"), (0.0, "A guess"))
"""The words for a probability and the least probability of each, highest first. Not measured."""

MOST_VOICES = 24
"""Supporting articles that are listed at most: hundreds of papers can print one story of an agency."""

SUPPORT_TAGS = {
    "independent": "independent",
    "again": "same outlet again",
    "copy": "also printed",
    "citing": "not independent",
}
"""What each kind of support is called behind the article."""

CITATION_LABELS = {"text": "Text", "markdown": "Markdown", "bibtex": "BibTeX", "ris": "RIS"}
"""The formats of a citation that the page offers; programs have more."""

COPIED_CITATIONS = frozenset({"text", "markdown"})
"""Formats that people paste: the script copies them. The others are files for reference managers."""

CharSpan = tuple[int, int]


class SpanJson(TypedDict):
    """Where words stand in an article: what answers, support and passages have in common."""

    field: Field
    start: int
    end: int


class Piece(NamedTuple):
    """A part of a text, and whether it belongs to the quote."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Asset:
    """A file served beside the pages."""

    body: bytes
    kind: str


@cache
def assets() -> dict[str, Asset]:
    """Return name -> file, for the files served beside the pages."""
    return {name: Asset((HERE / "static" / name).read_bytes(), kind) for name, kind in TYPES.items()}


@cache
def version() -> str:
    """Return a hash of these files, so that browsers may keep a version of them."""
    return sha256(b"".join(asset.body for asset in assets().values())).hexdigest()[:12]


def render(template: str, root: str, **values: object) -> str:
    """Return a template filled with values; the links of the page begin with `root`."""
    return _environment().get_template(template).render(root=root, **values)


def confidence(probability: float) -> str:
    """Return the words for a probability, rounded as it is shown."""
    return next(words for least, words in LEVELS if round(probability, 2) >= least)


def percent(probability: float) -> str:
    """Return a probability in per cent, which is never shown as 0 or 100."""
    whole = round(100 * probability)
    return "under 1 %" if whole < 1 else "over 99 %" if whole > 99 else f"{whole} %"  # noqa: PLR2004


def day(moment: str | None) -> str:
    """Return the day of an ISO 8601 moment as newspapers print it."""
    if moment is None:
        return "no date"
    published = date.fromisoformat(moment[:10])
    return f"{published.day} {published:%B} {published.year}"


def pieces(text: str, first: int, spans: Sequence[CharSpan]) -> list[Piece]:
    """Cut a text that begins at offset `first` where the spans, offsets of its article, begin and end."""
    last = first + len(text)
    kept = sorted((max(a, first), min(b, last)) for a, b in spans if a < last and b > first)
    parts, at = list[Piece](), first
    for start, end in kept:
        if end <= at:
            continue
        parts += [Piece(text[at - first : max(start, at) - first], marked=False)]
        parts += [Piece(text[max(start, at) - first : end - first], marked=True)]
        at = end
    return [piece for piece in (*parts, Piece(text[at - first :], marked=False)) if piece.text]


def paragraphs(text: str, spans: Sequence[CharSpan], first: int = 0) -> Iterator[list[Piece]]:
    """Yield the non-blank lines of a text that begins at offset `first`, each cut into pieces."""
    for line in text.split("\n"):
        if line.strip():
            yield pieces(line, first, spans)
        first += len(line) + 1


def outlet(article: ArticleJson) -> str:
    """Return the outlet of an article, or its title or id where it has no outlet."""
    return str(article["source"] or article["title"] or article["id"])


def headline(article: ArticleJson) -> str:
    """Return the title of an article without the name of the site; a stand-in where it has none."""
    title = article["title"]
    plain = Article(article["id"], title, "", url=article["url"], source=article["source"])
    return title[slice(*headline_span(plain))] or title.strip() or "Untitled"


def sentence(words: str) -> str:
    """Return the words as a sentence: with a capital letter and a full stop."""
    ended = words if words.endswith((".", "?", "!", "…")) else f"{words}."
    return ended[:1].upper() + ended[1:]


def place(article_id: str, span: SpanJson | None = None) -> str:
    """Return the address of an article's page, or of a quote in it, below the root of links."""
    path = f"articles/{quote(article_id, safe='')}"
    return path if span is None else f"{path}?{urlencode(_where(span))}#quote"


def _where(span: SpanJson | None) -> dict[str, object]:
    """Return the parameters that say where words stand; without `field` they stand in the text."""
    if span is None:
        return {}
    where: dict[str, object] = {"start": span["start"], "end": span["end"]}
    return where if span["field"] == "text" else {**where, "field": span["field"]}


def citation(article_id: str, format_name: str, span: SpanJson | None = None) -> str:
    """Return the address of an article, or of a quote in it, in a format, below the root of links."""
    return f"v1/articles/{quote(article_id, safe='')}?{urlencode({'format': format_name, **_where(span)})}"


def comparing(article_id: str, other_id: str) -> str:
    """Return the address of an article with what changed to or from another, below the root of links."""
    return f"{place(article_id)}?{urlencode({'compare': other_id})}#changes"


def web(url: str | None) -> str | None:
    """Return a URL that a reader may follow, None for any that is not http or https."""
    try:
        return url if url and urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for function in (
        *(confidence, percent, day, pieces, outlet, sentence, place, citation, comparing, web),
        *(headline, time_line, question_note),
    ):
        environment.filters[function.__name__] = function
    environment.globals |= {
        "version": version(),
        "MOST_VOICES": MOST_VOICES,
        "CITATION_LABELS": CITATION_LABELS,
        "COPIED_CITATIONS": COPIED_CITATIONS,
        "SUPPORT_TAGS": SUPPORT_TAGS,
        "today": lambda: day(datetime.now(UTC).isoformat()),
        "KIND_WORDS": KIND_WORDS,
    }
    return environment
