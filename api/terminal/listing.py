"""Prints a list of articles, and how many of them each outlet, author and month has, in a terminal."""

from collections.abc import Sequence

from rich.text import Text

from nutgraf.api.terminal.articles import source_line
from nutgraf.api.terminal.console import console, visible
from nutgraf.indexer.selection import FacetCount
from nutgraf.results import ArticlePage

_SHOWN = 10
_BAR_CHARS = 30


def print_page(page: ArticlePage) -> None:
    """Print a line for each article; then the counts, if there are any, and how to go on."""
    out = console()
    for article in page:
        out.print(Text(source_line(article)))
    if not page.articles:
        out.print(Text("no article passes the filters"))
    if page.facets is not None:
        months = sorted(page.facets.months, key=lambda month: -month.articles)[:_SHOWN]
        out.print(Text(f"\n{page.facets.articles:,} in all, {page.facets.undated:,} without a date"))
        _print_counts("outlets", page.facets.outlets[:_SHOWN])
        _print_counts("authors", page.facets.authors[:_SHOWN])
        _print_counts("months with most articles", sorted(months, key=lambda month: month.name))
    if page.next is not None:
        out.print(Text(f"\nthere are more: --cursor {page.next}", style="dim"))


def _print_counts(title: str, counts: Sequence[FacetCount]) -> None:
    if not counts:
        return
    out, most = console(), max(count.articles for count in counts)
    out.print(Text(title, style="bold"))
    for count in counts:
        bar = "▇" * max(1, _BAR_CHARS * count.articles // most)
        out.print(Text.assemble(f"  {count.articles:>9,} ", (bar, "dim"), f" {visible(count.name)}"))
