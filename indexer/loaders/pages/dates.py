"""Decides when a page's article was published and changed: by data for machines, then as readers see it.

A page holds dates of other things: teasers, comments, live entries, a copyright. Where nothing says which of
several days is that of the page's own article, it has none. Fetches nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nutgraf.indexer.dates import date_in_url, day_order, is_day_folder, parse_date
from nutgraf.indexer.loaders.assemble import StatedDate
from nutgraf.indexer.loaders.pages.json_data import JsonArticle, json_articles, script_dates
from nutgraf.indexer.loaders.pages.shown_dates import BELOW_CHARS, HAS_DAY, ShownDate, ShownDates, is_near
from nutgraf.indexer.loaders.pages.subject import Subject
from nutgraf.indexer.written_dates import DayOrder, read_written
from nutgraf.models.words import word_set

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
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.,]{5,18}\s?([+-][0-9:]{4,5})")
_APART_CHARS = 150  # that lie between two dates of one article at most; not measured
_CODE_CHARS = 2  # of a language (ISO 639-1)
_EASTERNMOST, _WESTERNMOST = timedelta(hours=14), timedelta(hours=12)  # of the zones on Earth
_MONTH_FIRST = frozenset({"us", "ph"})
# Not "co", which outlets anywhere use as a word.
_DAY_FIRST_DOMAINS = word_set(
    "uk ie au nz in za de at ch fr be nl lu es it pt br ar mx cl pe pl cz sk si hr rs ro bg gr tr ru"
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


def page_dates(tree: "HtmlElement", url: str = "") -> PageDates:
    """Return the dates of a page's article; `url` is where it was fetched, if that is known."""
    return _Sources(tree, url).dates()


class _Sources:
    """The sources of a page's dates."""

    def __init__(self, tree: "HtmlElement", url: str) -> None:
        self._tree = tree
        self._subject = Subject(tree, url)

    @cached_property
    def _shown(self) -> ShownDates:
        return ShownDates(self._subject)

    def _meta(self, names: frozenset[str]) -> list[str]:
        return [words for words in self._subject.contents(names) if HAS_DAY.search(words)]

    def dates(self) -> PageDates:
        """Return the dates of the article, from each source that the page has."""
        articles = self._own_articles
        shown = self._shown_day()
        days = [self._url_day, parse_date(shown, order=self.day_order).value if shown else None]
        published = [
            StatedDate(words, "json-ld") for article in articles for words in self._sure(article, days)
        ]
        published += [StatedDate(words, "meta") for words in self._meta(_PUBLISHED)]
        maybe = [] if published else self._meta(_MAYBE_PUBLISHED)
        maybe = [words for words in maybe if shown or not self._is_of_change(words)]
        published += [StatedDate(words, "meta") for words in maybe if self._agrees(words, days)]
        if shown:
            published.append(StatedDate(shown, "byline"))
        elif not published and not any(self._url_days):
            published += [StatedDate(words, "byline") for words in self._script_day()]
        modified = [words for article in articles for words in article.modified[:1]]
        modified += self._meta(_MODIFIED)
        modified += [line.text for line in self._shown.lines if line.label == "modified"]
        return PageDates(
            tuple(
                StatedDate(_outlets_day(date.text, [*days, *self._url_days]), date.where)
                for date in published
            ),
            tuple(modified),
            self.day_order,
            frozenset(self._possible_days()),
        )

    @cached_property
    def day_order(self) -> DayOrder | None:
        """The order of day and month: as dates of this page show it, else its language and country."""
        words = [
            content
            for name, content in self._subject.metas
            if name in _PUBLISHED | _MAYBE_PUBLISHED | _MODIFIED
        ]
        words += [line.text for line in self._shown.lines]
        orders = {order for text in words if (order := day_order(text))}
        orders = orders or {order for text in words if (order := self._order_by(text))}
        orders = orders or set(self._orders_of_place())
        return orders.pop() if len(orders) == 1 else None

    def _order_by(self, text: str) -> DayOrder | None:
        """Return the order in which a date is a day that the page states elsewhere without doubt."""
        known = {moment.date() for moment in (*self._url_days, *self._plain_days)}
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
        tags = [self._tree.get("lang"), self._tree.get("{http://www.w3.org/XML/1998/namespace}lang")]
        tags += [
            content
            for name, content in self._subject.metas
            if name in {"og:locale", "content-language", "language"}
        ]
        for tag in tags:
            language, _, region = (tag or "").strip().replace("_", "-").lower().partition("-")
            if region[:2] in _MONTH_FIRST and language == "en":
                yield "mdy"
            elif (language and language != "en" and len(language) == _CODE_CHARS) or region[
                :2
            ] in _DAY_FIRST_DOMAINS | {"gb"}:
                yield "dmy"
        host = (urlsplit(next(iter(self._subject.urls), "")).hostname or "").rpartition(".")[2]
        if host in {"us", "gov", "mil"}:
            yield "mdy"
        elif host in _DAY_FIRST_DOMAINS:
            yield "dmy"

    @cached_property
    def _url_days(self) -> list[datetime]:
        return [day for url in self._subject.urls if (day := date_in_url(url).value)]

    @cached_property
    def _url_day(self) -> datetime | None:
        """The day that an address has as a folder; one at its end may be that of an event."""
        return next(
            (day for url in self._subject.urls if is_day_folder(url) and (day := date_in_url(url).value)),
            None,
        )

    @cached_property
    def _own_articles(self) -> list[JsonArticle]:
        """The articles of the page's JSON that are its own, the surest first; none where that is open."""
        return list(self._chosen_articles())

    def _chosen_articles(self) -> Iterator[JsonArticle]:
        articles = json_articles(self._tree)
        scores = [(self._subject.score(article), article) for article in articles]
        for rank in sorted({article.rank for article in articles}):
            own = [(score, article) for score, article in scores if article.rank == rank and score >= 0]
            # What is called otherwise than the page is in it: a video.
            own = [
                (score, article) for score, article in own if score or not (rank == 1 and article.headline)
            ]
            best = max((score for score, _ in own), default=0)
            chosen = [article for score, article in own if score == best]
            days = {words[:10] for article in chosen for words in article.published[:1]}
            if len(days) == 1:
                yield from chosen
            elif not days:
                yield from (article for article in chosen if article.modified and best > 0)

    def _sure(self, article: JsonArticle, days: Sequence[datetime | None]) -> tuple[str, ...]:
        """Return when an article was published; that of the page around it only where nothing denies it."""
        return tuple(w for w in article.published[:1] if not article.is_page or self._agrees(w, days))

    def _agrees(self, words: str, days: Sequence[datetime | None]) -> bool:
        """Whether a date is the first of these days, up to zones, or there is none."""
        value, day = parse_date(words, order=self.day_order).value, next(filter(None, days), None)
        return value is None or day is None or abs(value.date() - day.date()) <= timedelta(days=1)

    def _is_of_change(self, words: str) -> bool:
        """Whether a date is that of a change, as other meta elements and the words of the page both say."""
        value = parse_date(words, order=self.day_order).value
        stated = (parse_date(text, order=self.day_order).value for text in self._meta(_MODIFIED))
        shown = {self._day(line) for line in self._shown.lines if line.label == "modified"}
        return value is not None and value.date() in shown & {day.date() for day in stated if day}

    def _script_day(self) -> list[str]:
        """Return a date that inline scripts give the page, where all of them give the same."""
        words = script_dates(self._tree)
        days = {value.date() for text in words if (value := parse_date(text, order=self.day_order).value)}
        return words[:1] if len(days) == 1 else []

    def _shown_day(self) -> str | None:
        """Return the words of the date that the page shows for its article."""
        lines = self._without_mastheads([line for line in self._shown.lines if line.label != "modified"])
        near = [line for line in lines if is_near(line.distance_chars)]
        groups: Sequence[list[ShownDate]] = (
            [line for line in near if line.label and line.marked],
            [line for line in near if line.label],
            [line for line in near if line.marked],
            near,
            [line for line in lines if line.label and line.marked],
            [line for line in lines if line.label],
        )
        changed = {self._day(line) for line in self._shown.lines if line.label == "modified"}
        for group in groups:
            days = {day for line in group if (day := self._day(line))}
            days = days - changed if len(days) > 1 else days
            if len(days) == 1:
                return next(line.text for line in group if self._day(line) in days)
            if days:
                return self._nearest(near or group)
        return next((line.text for line in near), None)

    def _without_mastheads(self, lines: Sequence[ShownDate]) -> list[ShownDate]:
        """Return the dates without those that are likely today's: above the headline and without a label.

        They count where no other day is below the headline, and the article was not changed before.
        """
        below = {self._day(line) for line in lines if 0 <= line.distance_chars <= BELOW_CHARS} - {None}
        changed = {day for line in self._shown.lines if line.label == "modified" and (day := self._day(line))}

        def is_todays(line: ShownDate) -> bool:
            if line.label or line.distance_chars >= 0 or (day := self._day(line)) is None:
                return False
            return bool(below - {day}) or any(earlier < day for earlier in changed)

        return [line for line in lines if not is_todays(line)]

    def _nearest(self, group: Iterable[ShownDate]) -> str | None:
        """Return the date nearest to the headline; None where another day is not much farther."""
        first, *others = sorted(
            (line for line in group if self._day(line)), key=lambda line: abs(line.distance_chars)
        )
        rivals = (line.distance_chars for line in others if self._day(line) != self._day(first))
        apart = min(abs(rival) for rival in rivals) - abs(first.distance_chars)
        return first.text if apart > _APART_CHARS and abs(first.distance_chars) <= BELOW_CHARS else None

    def _possible_days(self) -> Iterator[str]:
        changed = {self._day(line) for line in self._shown.lines if line.label == "modified"}
        for words in self._shown.loose:
            value = parse_date(words, order=self.day_order).value
            if value and value.date() not in changed:
                yield value.date().isoformat()

    def _day(self, line: ShownDate) -> date | None:
        parsed = parse_date(line.text, order=self.day_order)
        value = (line.label == "modified" and parsed.modified) or parsed.value
        return value.date() if value else None


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
