"""Finds when a page's article was published and changed: in data for machines, then as readers see it.

A page holds dates of other things: teasers, comments, live entries, a copyright. Where nothing says which of
several days is that of the page's own article, it has none. Fetches nothing.
"""

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nutgraf.indexer.date_words import word_set
from nutgraf.indexer.dates import date_in_url, day_order, parse_date
from nutgraf.indexer.loaders.assemble import StatedDate
from nutgraf.indexer.loaders.pages.json_data import JsonArticle, json_articles, script_dates
from nutgraf.indexer.loaders.texts.head import line_dates
from nutgraf.indexer.written_dates import LONGEST_CHARS, DayOrder, is_label, read_written

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_PUBLISHED = word_set(
    "article:published article:published_time og:article:published_time og:published_time og:pubdate"
    " og:release_date published_time published-time article.published article:publicationdate"
    " article:post_time parsely-pub-date sailthru.date dc.date.issued dcterms.issued dcterms.created"
    " dc.date.created dc.date.published dc.date.publication datepublished publishdate publish-date"
    " publish_date publish_time publisheddate published_date published-date publicationdate"
    " publication_date publication-date pubdate pub_date pdate ptime cxenseparse:publishtime"
    " cxenseparse:recs:publishtime vr:published_time bt:pubdate rnews:datepublished"
    " dcsext.articlefirstpublished originalpublicationdate article_date_original articlepublicationdate"
    " shareaholic:article_published_time mediator_published_time citation_publication_date"
    " citation_online_date citation_date rbpubdate prism.publicationdate datecreated date_published"
    " displaydate dateposted datepublication article:create_at first_published firstpublished gnews:date"
)
# CMSs put the day of a change or of the last crawl into these, too.
_MAYBE_PUBLISHED = word_set(
    "date dc.date dcterms.date created creationdate creation_date issued timestamp article:date"
    " datetime article_date search.date date.issued eprints.date"
)
_MODIFIED = word_set(
    "article:modified_time article:modified og:updated_time og:modified_time modified_time updated_time"
    " lastmod last-modified lastmodified last_modified datemodified date_modified dcterms.modified"
    " dc.modified dc.date.modified dateupdated date_updated article:updated article:updated_time revised"
    " last_updated_date lastupdated last-updated cxenseparse:modifiedtime moddate utime updated_at"
    " parsely-modified-date"
)
_DATE_KEY = re.compile(
    r"datetime$|data-(?:[a-z-]{0,20}(?:date|time|publish|epoch)|utc|seconds)", re.IGNORECASE
)
_OTHER_TAGS = frozenset({"footer", "aside", "nav", "blockquote", "figcaption", "select"})
_OWN_TYPE = re.compile(r"article|posting|page|creativework|report|recipe|blog|website", re.IGNORECASE)
_BYLINE_CLASS = re.compile(r"meta|byline|author|info|posted|entry|credit", re.IGNORECASE)
# Names of classes, ids and roles of what is not the page's own article.
_OTHER = re.compile(
    r"(?:^|[\s_-])(?:related|recommend\w*|teasers?|sidebar|widgets?|comments?|commentlist|footer|copyright|promos?"
    r"|popular|mostread|trending|newsletter|nav\w*|menu|carousel|slider|ticker|replies|reply|disqus|tweet\w*"
    r"|twitter|instagram|embed|live\w*|archives?|recent\w*|latest|upcoming|more|listing"
    r"|breaking|ads?|advert\w*|imprint|legal|masthead|topbar|colophon|caption"
    r"|pagination|readmore|outbrain|taboola|feed|today|weather|(?<!pointer-)events?|agenda|infobox"
    r"|(?:fact|side|event)[_-]?box|current[_-]?(?:date|day|time))(?:$|[\s_-])"
    # Of these only whole names: an article's parts are named "date-header", "margin-top" and "icon-calendar".
    r"|^(?:(?:site|page|main|global)[_-]?)?(?:header|top)$|^clock$|^calendar",
    re.IGNORECASE,
)
_KEPT_CLASS = re.compile(r"^(?:has|no|with|without|is|not|js)-", re.IGNORECASE)
_CHANGED_CLASS = re.compile(r"updat|modif|lastmod|revis|edited", re.IGNORECASE)
_PUBLISHED_CLASS = re.compile(r"publi|posted|pubdate|entry-date|post-date|issued|created", re.IGNORECASE)
_DATE_CLASS = re.compile(r"(?:^|[^a-z])(?:date|time|timestamp|dateline|datum|fecha|zeit)", re.IGNORECASE)
_HAS_DAY = re.compile(r"(?:19|20)[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}|[0-9]{10}")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{5,18}\s?([+-][0-9:]{4,5})")
_WORD = re.compile(r"\w{3,}")
# How far from the headline a date counts as printed beside it: deck, byline and image credit are shorter. Not
# measured.
_BELOW_CHARS, _ABOVE_CHARS = 700, 200
_NAMES_CHARS = 500  # of the classes of an element that are looked at
_LABEL_CHARS, _LABEL_LEVELS = 40, 3  # of the words before a date, and how far up they stand; not measured
_APART_CHARS = 150  # that lie between two dates of one article at most; not measured
_PARAGRAPH_CHARS = 80  # of a paragraph of a story or its deck at least; not measured
_SUBHEADINGS = frozenset({"h2", "h3", "h4"})
# Words that a date ends which is that of something else: "In cinemas from".
_FORETELLS = re.compile(
    r"\b(?:from|until|till|since|through|ab|bis|seit|depuis|desde|hasta|dal|vanaf|tot)\W{0,3}$", re.IGNORECASE
)
_CODE_CHARS = 2  # of a language (ISO 639-1)
_MOST_METAS = 500  # that are looked at; news pages have some dozen
_MOST_LINES = 300  # lines with a date that are looked at; news pages have some dozen
_SAME_TITLE = 0.6  # of the words of the shorter title; titles carry the outlet's name, headlines are cut
_EASTERNMOST, _WESTERNMOST = timedelta(hours=14), timedelta(hours=12)  # of the zones on Earth
_MONTH_FIRST = frozenset({"us", "ph"})
_DAY_FIRST_DOMAINS = word_set(
    "uk ie au nz in za de at ch fr be nl lu es it pt br ar mx cl co pe pl cz sk si hr rs ro bg gr tr ru"
    " ua dk no fi is il sg my pk bd lk ng ke gh eg ae sa id vn th hk eu"
)


@dataclass(frozen=True, slots=True)
class PageDates:
    """The dates of a page's article, the best first; `day_order` is how the page writes numeric dates.

    `possible` are the days near the headline that may be that of something else, as ISO 8601.
    """

    published: tuple[StatedDate, ...] = ()
    modified: tuple[str, ...] = ()
    day_order: DayOrder | None = None
    possible: frozenset[str] = frozenset()

    def with_guess(self, day: str) -> "PageDates":
        """Return the dates with a day (ISO 8601) that a library guessed, where no other is known.

        It counts only if it is one of the `possible` ones.
        """
        if self.published or day not in self.possible:
            return self
        return replace(self, published=(StatedDate(day, "byline"),))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A date that readers see: its words, the label that it has, and its distance from the headline.

    `distance_chars` counts the text between, and is negative above the headline. `marked` says that the page
    marks it up as a date.
    """

    text: str
    label: str
    distance_chars: int
    marked: bool


def page_dates(tree: "HtmlElement", url: str = "") -> PageDates:
    """Return the dates of a page's article; `url` is where it was fetched, if that is known."""
    return _Page(tree, url).dates()


@dataclass
class _Page:
    tree: "HtmlElement"
    url: str
    metas: list[tuple[str, str]] = field(default_factory=list)
    loose: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for meta in itertools.islice(self.tree.iter("meta"), _MOST_METAS):
            content = (meta.get("content") or meta.get("value") or "").strip()
            names = {meta.get(key, "").lower() for key in ("property", "name", "itemprop", "http-equiv")}
            if content and meta not in self._others:
                self.metas.extend((name, content) for name in sorted(names) if name)

    def dates(self) -> PageDates:
        """Return the dates of the article, from each source that the page has."""
        articles = self._own_articles
        shown = self._shown_day()
        days = [self._url_day, parse_date(shown, order=self.day_order).value if shown else None]
        published = [
            StatedDate(words, "json-ld") for article in articles for words in self._sure(article, days)
        ]
        published += [StatedDate(words, "meta") for words in self._meta(_PUBLISHED)]
        maybe = () if published else self._meta(_MAYBE_PUBLISHED)
        published += [StatedDate(words, "meta") for words in maybe if self._agrees(words, days)]
        if shown:
            published.append(StatedDate(shown, "byline"))
        elif not published and not self._url_day:
            published += [StatedDate(words, "byline") for words in self._script_day()]
        modified = [words for article in articles for words in article.modified[:1]]
        modified += self._meta(_MODIFIED)
        modified += [line.text for line in self._lines if line.label == "modified"]
        return PageDates(
            tuple(StatedDate(_outlets_day(date.text, days), date.where) for date in published),
            tuple(modified),
            self.day_order,
            frozenset(self._possible_days()),
        )

    @cached_property
    def day_order(self) -> DayOrder | None:
        """The order of day and month: as dates of this page show it, else its language and country."""
        words = [content for name, content in self.metas if name in _PUBLISHED | _MAYBE_PUBLISHED | _MODIFIED]
        words += [line.text for line in self._lines]
        orders = {order for text in words if (order := day_order(text))}
        orders = orders or {order for text in words if (order := self._order_by(text))}
        orders = orders or set(self._orders_of_place())
        return orders.pop() if len(orders) == 1 else None

    def _order_by(self, text: str) -> DayOrder | None:
        """Return the order in which a date is a day that the page states elsewhere without doubt."""
        known = {moment.date() for moment in (self._url_day, *self._plain_days) if moment}
        for written in read_written(text):
            orders = {r.order for r in written.readings if r.calendar_day() in known}
            if len(written.readings) > 1 and len(orders) == 1:
                return orders.pop()
        return None

    @cached_property
    def _plain_days(self) -> list[datetime]:
        stated = (words for article in self._own_articles for words in article.published)
        return [day for words in (*stated, *self._meta(_PUBLISHED)) if (day := parse_date(words).value)]

    def _orders_of_place(self) -> Iterator[DayOrder]:
        tags = [self.tree.get("lang"), self.tree.get("{http://www.w3.org/XML/1998/namespace}lang")]
        tags += [
            content for name, content in self.metas if name in {"og:locale", "content-language", "language"}
        ]
        for tag in tags:
            language, _, region = (tag or "").strip().replace("_", "-").lower().partition("-")
            if region[:2] in _MONTH_FIRST and language == "en":
                yield "mdy"
            elif (language and language != "en" and len(language) == _CODE_CHARS) or region[
                :2
            ] in _DAY_FIRST_DOMAINS | {"gb"}:
                yield "dmy"
        host = (urlsplit(next(iter(self._urls), "")).hostname or "").rpartition(".")[2]
        if host in {"us", "gov", "mil"}:
            yield "mdy"
        elif host in _DAY_FIRST_DOMAINS:
            yield "dmy"

    # --- which page it is -----------------------------------------------------------------------------

    @cached_property
    def _urls(self) -> list[str]:
        links = [
            link.get("href") or ""
            for link in self.tree.iter("link")
            if (link.get("rel") or "").lower() == "canonical"
        ]
        stated = [content for name, content in self.metas if name in {"og:url", "twitter:url", "al:web:url"}]
        return [url.strip() for url in (self.url, *links, *stated) if "://" in url]

    @cached_property
    def _titles(self) -> list[str]:
        stated = [
            content for name, content in self.metas if name in {"og:title", "twitter:title", "headline"}
        ]
        elements = [self.tree.find(".//title"), self._heading]
        shown = ["".join(element.itertext())[:500] for element in elements if element is not None]
        return [*stated, *shown]

    @cached_property
    def _url_day(self) -> datetime | None:
        return next((day for url in self._urls if (day := date_in_url(url).value)), None)

    @cached_property
    def _heading(self) -> "HtmlElement | None":
        headings = list(self.tree.iter("h1"))[:20]
        stated = [content for name, content in self.metas if name in {"og:title", "twitter:title"}]
        title = self.tree.find(".//title")
        stated += [] if title is None else ["".join(title.itertext())[:500]]
        for heading in (*headings, *list(self.tree.iter("h2"))[:50]):
            if any(_is_same("".join(heading.itertext())[:500], words) for words in stated):
                return heading
        return headings[0] if headings else None

    @cached_property
    def _heading_path(self) -> frozenset["HtmlElement"]:
        return frozenset() if self._heading is None else frozenset(self._heading.iterancestors())

    @cached_property
    def _others(self) -> set["HtmlElement"]:
        return _others(self.tree, self._heading_path)

    # --- data for machines ------------------------------------------------------------------------------

    def _meta(self, names: frozenset[str]) -> list[str]:
        return [content for name, content in self.metas if name in names and _HAS_DAY.search(content)]

    @cached_property
    def _own_articles(self) -> list[JsonArticle]:
        """The articles of the page's JSON that are its own, the surest first; none where that is open."""
        return list(self._chosen_articles())

    def _chosen_articles(self) -> Iterator[JsonArticle]:
        articles = json_articles(self.tree)
        scores = [(self._score(article), article) for article in articles]
        for rank in sorted({article.rank for article in articles}):
            own = [(score, article) for score, article in scores if article.rank == rank and score >= 0]
            best = max((score for score, _ in own), default=0)
            chosen = [article for score, article in own if score == best]
            days = {words[:10] for article in chosen for words in article.published[:1]}
            if len(days) == 1:
                yield from chosen
            elif not days:
                yield from (article for article in chosen if article.modified and best > 0)

    def _score(self, article: JsonArticle) -> int:
        """Return how sure an article in JSON is the page's own; below 0 where it is another."""
        same_title = any(_is_same(article.headline, title) for title in self._titles)
        pages = {_path(url) for url in self._urls}
        paths = {_path(url) for url in article.urls} - {""}
        same_url = bool(paths & pages)
        if article.needs_title and not same_title:
            return -1
        if not same_url and not same_title and paths and pages - {""}:
            return -1
        return 2 * same_title + same_url

    def _sure(self, article: JsonArticle, days: Sequence[datetime | None]) -> tuple[str, ...]:
        """Return when an article was published; that of the page around it only where nothing denies it."""
        return tuple(w for w in article.published[:1] if not article.is_page or self._agrees(w, days))

    def _agrees(self, words: str, days: Sequence[datetime | None]) -> bool:
        """Whether a date is the first of these days, up to zones, or there is none."""
        value, day = parse_date(words, order=self.day_order).value, next(filter(None, days), None)
        return value is None or day is None or abs(value.date() - day.date()) <= timedelta(days=1)

    def _script_day(self) -> list[str]:
        """Return a date that inline scripts give the page, where all of them give the same."""
        words = script_dates(self.tree)
        days = {value.date() for text in words if (value := parse_date(text, order=self.day_order).value)}
        return words[:1] if len(days) == 1 else []

    # --- what readers see -------------------------------------------------------------------------------

    def _shown_day(self) -> str | None:
        """Return the words of the date that the page shows for its article."""
        lines = self._without_mastheads([line for line in self._lines if line.label != "modified"])
        near = [line for line in lines if _is_near(line.distance_chars)]
        groups: Sequence[list[_Shown]] = (
            [line for line in near if line.label and line.marked],
            [line for line in near if line.label],
            [line for line in near if line.marked],
            near,
            [line for line in lines if line.label and line.marked],
            [line for line in lines if line.label],
        )
        changed = {self._day(line) for line in self._lines if line.label == "modified"}
        for group in groups:
            days = {day for line in group if (day := self._day(line))}
            days = days - changed if len(days) > 1 else days
            if len(days) == 1:
                return next(line.text for line in group if self._day(line) in days)
            if days:
                return self._nearest(near or group)
        return next((line.text for line in near), None)

    def _without_mastheads(self, lines: Sequence[_Shown]) -> list[_Shown]:
        """Return the dates without those that are likely today's: above the headline and without a label.

        They count where no other day is below the headline, and the article was not changed before.
        """
        below = {self._day(line) for line in lines if 0 <= line.distance_chars <= _BELOW_CHARS} - {None}
        changed = {day for line in self._lines if line.label == "modified" and (day := self._day(line))}

        def is_todays(line: _Shown) -> bool:
            if line.label or line.distance_chars >= 0 or (day := self._day(line)) is None:
                return False
            return bool(below - {day}) or any(earlier < day for earlier in changed)

        return [line for line in lines if not is_todays(line)]

    def _nearest(self, group: Iterable[_Shown]) -> str | None:
        """Return the date nearest to the headline; None where another day is not much farther."""
        first, *others = sorted(
            (line for line in group if self._day(line)), key=lambda line: abs(line.distance_chars)
        )
        rivals = (line.distance_chars for line in others if self._day(line) != self._day(first))
        apart = min(abs(rival) for rival in rivals) - abs(first.distance_chars)
        return first.text if apart > _APART_CHARS and abs(first.distance_chars) <= _BELOW_CHARS else None

    def _possible_days(self) -> Iterator[str]:
        changed = {self._day(line) for line in self._lines if line.label == "modified"}
        for words in self.loose:
            value = parse_date(words, order=self.day_order).value
            if value and value.date() not in changed:
                yield value.date().isoformat()

    def _day(self, line: _Shown) -> date | None:
        parsed = parse_date(line.text, order=self.day_order)
        value = (line.label == "modified" and parsed.modified) or parsed.value
        return value.date() if value else None

    @cached_property
    def _lines(self) -> list[_Shown]:
        """The dates of the page's own article among those that it shows, in the order of the page."""
        return list(self._read_lines())

    def _read_lines(self) -> Iterator[_Shown]:
        body = self.tree.find(".//body")
        texts = _Texts(self.tree if body is None else body, self._others)
        heading_at = texts.starts.get(self._heading, 0) if self._heading is not None else 0
        heading_end = heading_at + texts.chars.get(self._heading, 0)
        story_at = self._story_at(texts, heading_end)
        seen = 0
        covered: set[HtmlElement] = set()
        for element in texts.elements:
            parent = element.getparent()
            if parent in covered:
                covered.add(element)
                continue
            machine = _machine_date(element)
            text = texts.short.get(element, "")
            if element.tag == "meta" or not (machine or _HAS_DAY.search(text)):
                continue
            if element.tag != "time" and element.find(".//time") is not None:
                continue  # which is read by itself
            if element in self._others:
                continue
            seen += 1
            if seen > _MOST_LINES:
                return
            at = texts.starts[element]
            distance = at - heading_end if at >= heading_end else at + texts.chars[element] - heading_at - 1
            before = texts.before(element)
            shown = list(_shown(element, text, machine, before, distance))
            if shown:
                covered.add(element)
            own = at < story_at and not _FORETELLS.search(before)
            if element.tag in _SUBHEADINGS and read_written(text):
                own &= any(line.marked for line in shown)
            yield from (line for line in shown if line.label or own)
            if own and _is_near(distance):
                self.loose.update(line_dates(text, loose=True))

    def _story_at(self, texts: "_Texts", heading_end: int) -> float:
        """Return where the story goes on below its headline and its first paragraph, which may be a deck."""
        paragraphs = 0
        for element in texts.elements if self._heading is not None else ():
            at, chars = texts.starts[element], texts.chars[element]
            if at < heading_end or element in self._others:
                continue
            if element.tag in _SUBHEADINGS and paragraphs:
                return at
            paragraphs += element.tag == "p" and chars >= _PARAGRAPH_CHARS
            if paragraphs > 1:
                return at + chars
        return math.inf


class _Texts:
    """The text of a tree: where each element begins and how long it is, and the text of the short ones.

    The text has no words of the `others`.
    """

    def __init__(self, root: "HtmlElement", others: Set["HtmlElement"]) -> None:
        self.elements = [element for element in root.iter() if isinstance(element.tag, str)]
        self.chars: dict[HtmlElement | None, int] = {}
        self.short: dict[HtmlElement, str] = {}
        self.starts: dict[HtmlElement | None, int] = {}
        for element in reversed(self.elements):  # each after all that it holds
            hidden = element.tag in {"script", "style", "noscript", "template"}
            parts = [] if hidden else [element.text or ""]
            chars = 0 if hidden else len(element.text or "")
            for child in () if hidden else element:
                chars += self.chars.get(child, 0) + len(child.tail or "")
                if chars <= LONGEST_CHARS * 2:
                    parts += ["" if child in others else self.short.get(child, ""), child.tail or ""]
            self.chars[element] = chars
            if chars <= LONGEST_CHARS * 2:
                self.short[element] = " ".join(" ".join(parts).split())
        self._place(root)

    def _place(self, root: "HtmlElement") -> None:
        self.starts[root] = 0
        for element in self.elements:
            at = self.starts[element] + len(element.text or "")
            for child in element:
                self.starts[child] = at
                at += self.chars.get(child, 0) + len(child.tail or "")

    def before(self, element: "HtmlElement") -> str:
        """Return the words right before an element, in its parent: "Updated: "."""
        for _ in range(_LABEL_LEVELS):
            previous, parent = element.getprevious(), element.getparent()
            if parent is None:
                break
            words = (parent.text if previous is None else previous.tail) or ""
            if previous is not None and not words.strip():
                words = self.short.get(previous, "")
            if words.strip():
                return words[-_LABEL_CHARS:].strip()
            element = parent
        return ""


def _shown(element: "HtmlElement", text: str, machine: str, before: str, distance: int) -> Iterator[_Shown]:
    """Yield the dates of an element: of its text where that says a day, else of its attribute."""
    names = " ".join((element.get("class") or "", element.get("id") or "", element.get("itemprop") or ""))
    changed = _CHANGED_CLASS.search(names) and not _PUBLISHED_CLASS.search(names)
    label = "modified" if changed else "published" if _PUBLISHED_CLASS.search(names) else ""
    following = element.getnext()
    if is_label(before) and not (changed and following is not None and _is_published(following)):
        label = read_written(f"{before} 2001-01-01")[0].label
    marked = bool(machine) or element.tag == "time" or bool(_DATE_CLASS.search(names))
    lines = line_dates(text, loose=marked or bool(_BYLINE_CLASS.search(names)))
    for words in lines:
        for written in read_written(words):
            # An attribute has the moment; the words may have both days.
            exact = machine if machine and len(lines) == 1 and len(read_written(words)) == 1 else words
            yield _Shown(exact, written.label or label, distance, marked)
    if machine and not lines:
        yield _Shown(machine, label, distance, marked)


def _others(root: "HtmlElement", heading_path: frozenset["HtmlElement"]) -> set["HtmlElement"]:
    """Return the elements that stand in something else than the page's own article."""
    others: set[HtmlElement] = set()
    in_article = any(part.tag == "article" for part in heading_path)
    of_site = {
        header
        for header in itertools.islice(root.iter("header"), _MOST_LINES)
        if not any(part.tag in {"article", "main"} for part in header.iterancestors())
    }
    for element in root.iter():
        if element in heading_path or element.tag in {"html", "body"} or not isinstance(element.tag, str):
            continue
        inside = element.getparent() in others or element in of_site
        if inside or _is_other(element, in_article=in_article):
            others.add(element)
    return others


def _is_other(element: "HtmlElement", *, in_article: bool) -> bool:
    if element.tag in _OTHER_TAGS or (element.tag == "article" and in_article):
        return True
    if "itemscope" in element.attrib and not _OWN_TYPE.search(element.get("itemtype") or "article"):
        return True
    names = " ".join((element.get("class") or "", element.get("id") or "", element.get("role") or ""))
    return any(_OTHER.search(name) and not _KEPT_CLASS.match(name) for name in names[:_NAMES_CHARS].split())


def _machine_date(element: "HtmlElement") -> str:
    """Return the date in an attribute of an element that is marked as a date; "" where there is none."""
    values = [value for key, value in element.attrib.items() if _DATE_KEY.match(key)]
    if element.tag == "time" or _is_dated(element):
        values += [element.get("content") or "", element.get("title") or ""]
    return next((value for value in values if _HAS_DAY.search(value[:LONGEST_CHARS])), "")


def _is_published(element: "HtmlElement") -> bool:
    return bool(_PUBLISHED_CLASS.search(element.get("class") or ""))


def _is_dated(element: "HtmlElement") -> bool:
    names = " ".join((element.get("class") or "", element.get("id") or "", element.get("itemprop") or ""))
    return bool(_DATE_CLASS.search(names) or _PUBLISHED_CLASS.search(names))


def _is_near(distance_chars: int) -> bool:
    """Whether a date stands beside the headline."""
    return -_ABOVE_CHARS <= distance_chars <= _BELOW_CHARS


def _is_same(left: str, right: str) -> bool:
    """Whether two titles are of one article; one of them may be cut, or have the outlet's name behind it."""
    first, second = ({word.casefold() for word in _WORD.findall(title[:500])} for title in (left, right))
    shared = len(first & second)
    return shared > 0 and shared >= _SAME_TITLE * min(len(first), len(second))


def _path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _outlets_day(words: str, days: Sequence[datetime | None]) -> str:
    """Return a moment as it is, or the day that the outlet had then where it was another day in UTC.

    That is the day in the page's address or date line (`days`), where a moment in UTC is in reach of it.
    """
    value = parse_date(words).value
    local = _LOCAL.match(words)
    if value is None or (local and local[1].strip("+-0:")):
        return words
    for day in days:
        if day and day.date() != value.date():
            midnight = datetime.combine(day.date(), time(), tzinfo=UTC)
            if midnight - _EASTERNMOST <= value < midnight + timedelta(days=1) + _WESTERNMOST:
                return day.date().isoformat()
    return words
