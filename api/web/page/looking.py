"""What the search view and the article page show of articles: hits, counts, other prints, differences.

Knows an open index; does not know requests.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nutgraf.api.web.page.bars import Bar, bars, time_bars
from nutgraf.api.web.page.browse_form import BrowseForm
from nutgraf.api.web.page.render import CharSpan, Piece, headline, paragraphs, pieces, place
from nutgraf.api.web.page.snippets import marks, snippet_span
from nutgraf.indexer.article import Article, ArticleJson
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.headlines import headline_span
from nutgraf.indexer.selection import FacetCount, Facets
from nutgraf.listing import article_page, checked_sort, selection_of
from nutgraf.opening import OpenIndex
from nutgraf.qa.checks import MAX_TOP
from nutgraf.qa.difference import Change, difference
from nutgraf.results import hit_of

ON_A_PAGE = 20
"""Articles of a page of a list; of a search by meaning there is one page."""

RELATED = 5
_SAME_WORDS = 14  # of a part that did not change, at each of its ends


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """An article that was found: its headline and some lines with the words marked, and its address."""

    article: ArticleJson
    title: list[Piece]
    lines: tuple[list[Piece], ...]
    authors: str
    href: str
    is_cut: bool
    copies: int


@dataclass(frozen=True, slots=True)
class SearchView:
    """A page of hits; the counts are those of all pages, of a search by meaning those of its hits."""

    hits: list[ArticleHit]
    articles: int
    outlets: list[Bar]
    authors: list[Bar]
    times: list[Bar]
    undated: int
    next: str | None
    sort: str


@dataclass(frozen=True, slots=True)
class OtherPrint:
    """Another article, its headline, and its address; `when` is "earlier" or "later" than the one shown."""

    article: ArticleJson
    title: str
    href: str
    when: str = ""


def search_view(opened: OpenIndex, form: BrowseForm) -> SearchView:
    """Return what was looked for; raises what `nutgraf.Archive.articles` and `search` raise."""
    selection = selection_of(form.allow(), form.author, form.q)
    if form.by_meaning:
        return _by_meaning(opened, form)
    sort = checked_sort(form.sort or None, selection)
    page = article_page(
        opened.index, selection, sort=sort, limit=ON_A_PAGE, cursor=form.cursor or None, facets=True
    )
    assert page.facets is not None
    hits = [_hit(article, form.q) for article in page]
    return _view(hits, page.facets, page.next, sort)


def _by_meaning(opened: OpenIndex, form: BrowseForm) -> SearchView:
    result = opened.searcher.search(form.q, top=MAX_TOP, allow=form.allow())
    wanted = {name.casefold() for name in form.author}
    hits: dict[str, ArticleHit] = {}
    articles: dict[str, Article] = {}
    for found in map(hit_of, result.candidates):
        article = found.article
        is_wanted = not wanted or not wanted.isdisjoint(name.casefold() for name in article.authors)
        if not is_wanted or article.id in hits:
            continue
        span = (found.start, found.end) if found.field == "text" else (0, 0)
        copies = len(found.copies) + len(found.versions)
        articles[article.id] = article
        hits[article.id] = _hit(article, form.q, span, place(article.id, found.to_dict()), copies)
    return _view([*hits.values()][:ON_A_PAGE], _counted([*articles.values()]), None, "best")


def _view(hits: list[ArticleHit], facets: Facets, following: str | None, sort: str) -> SearchView:
    return SearchView(
        hits=hits,
        articles=facets.articles,
        outlets=bars(facets.outlets),
        authors=bars(facets.authors),
        times=time_bars(facets.months),
        undated=facets.undated,
        next=following,
        sort=sort,
    )


def _hit(
    article: Article, words: str, span: CharSpan | None = None, href: str = "", copies: int = 0
) -> ArticleHit:
    """Return a hit with the lines of a span; without one, with those that have most of the words."""
    spans = marks(article.text, words)
    start, end = snippet_span(article.text, spans) if span is None else span
    first, last = headline_span(article)
    title = pieces(article.title[first:last], first, marks(article.title, words))
    return ArticleHit(
        article=article.reference(),
        title=title or [Piece(headline(article.reference()), marked=False)],
        lines=tuple(paragraphs(article.text[start:end], spans, start)),
        authors=", ".join(article.authors),
        href=href or place(article.id),
        is_cut=end < len(article.text),
        copies=copies,
    )


def _counted(articles: Sequence[Article]) -> Facets:
    """Return how the hits of a search by meaning are spread."""

    def counts(names: Iterable[str | None]) -> tuple[FacetCount, ...]:
        ranked = sorted(Counter(filter(None, names)).items(), key=lambda item: (-item[1], item[0]))
        return tuple(FacetCount(*item) for item in ranked)

    months = counts(f"{article.published:%Y-%m}" if article.published else None for article in articles)
    return Facets(
        articles=len(articles),
        outlets=counts(article.source for article in articles),
        authors=counts(author for article in articles for author in dict.fromkeys(article.authors)),
        months=tuple(sorted(months, key=lambda month: month.name)),
        undated=sum(article.published is None for article in articles),
    )


# --- an article's other prints --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two prints of a story, the earlier one first."""

    earlier: OtherPrint
    later: OtherPrint
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around an article: its copies, its versions, related articles, and a comparison."""

    copies: list[OtherPrint]
    versions: list[OtherPrint]
    related: list[OtherPrint]
    comparison: Comparison | None


def surroundings(opened: OpenIndex, article: Article, compared_with: str = "") -> Surroundings:
    """Return what stands around an article; raises UnknownArticle where there is none to compare with."""
    prints = opened.versions(article.id)
    related = opened.related(article.id, RELATED, Filter())
    return Surroundings(
        copies=[_other(copy) for copy in prints.copies],
        versions=[_other(version, _when(version, article)) for version in prints.versions],
        related=[_other(entry.article) for entry in related],
        comparison=_comparison(article, opened.article(compared_with)) if compared_with else None,
    )


def _comparison(article: Article, other: Article) -> Comparison:
    first, second = (other, article) if _when(other, article) == "earlier" else (article, other)
    changes = [_shortened(change) for change in difference(first.text, second.text)]
    return Comparison(_other(first), _other(second), changes)


def _shortened(change: Change) -> Change:
    """Return a part that did not change with the words at its ends alone."""
    words = change.text.split()
    if change.kind != "same" or len(words) <= 2 * _SAME_WORDS + 2:
        return change
    return Change("same", " ".join([*words[:_SAME_WORDS], "…", *words[-_SAME_WORDS:], ""]))


def _other(article: Article, when: str = "") -> OtherPrint:
    reference = article.reference()
    return OtherPrint(reference, headline(reference), place(article.id), when)


def _when(other: Article, article: Article) -> str:
    """Return whether another article is "earlier" or "later"; "" where that is not known."""
    if other.published is None or article.published is None or other.published == article.published:
        return ""
    return "earlier" if other.published < article.published else "later"
