"""Measures how well articles were extracted from pages, against what a person says they hold. Pure.

Texts are compared as the article extraction benchmark of Scrapinghub compares them: by their runs of four
words, each counted as often as it occurs, and every page with the same weight.
https://github.com/scrapinghub/article-extraction-benchmark
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from nutgraf.indexer.article import Article
from nutgraf.indexer.dates import parse_date
from nutgraf.indexer.errors import SourceError
from nutgraf.qa.evaluate.questions import parse_json, read_text, string
from nutgraf.qa.evaluate.summaries import Figure

FIELDS = ("text", "title", "published", "authors", "source")
_RUN_WORDS = 4
_WORD = re.compile(r"\w+")
_HINT = '{"text": "...", "title": "...", "published": "2016-01-27", "authors": ["..."], "source": "..."}'


@dataclass(frozen=True, slots=True)
class GoldPage:
    """What a page holds: of a field that is not in `fields` nothing is said, and nothing is measured.

    `published` None among the fields says that the page states no date.
    """

    id: str
    fields: frozenset[str]
    text: str = ""
    title: str = ""
    published: date | None = None
    authors: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of two collections is in both, in the extracted one alone, and in the gold one alone."""

    both: float = 0.0
    extracted_alone: float = 0.0
    gold_alone: float = 0.0

    @property
    def precision(self) -> float:
        """The share of what was extracted that is right; 1 where nothing is wrong on either side."""
        return self._share(self.extracted_alone)

    @property
    def recall(self) -> float:
        """The share of what is right that was extracted; 1 where nothing is wrong on either side."""
        return self._share(self.gold_alone)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = 2 * self.both + self.extracted_alone + self.gold_alone
        return 2 * self.both / total if total else 1.0

    def _share(self, wrong: float) -> float:
        if self.both:
            return self.both / (self.both + wrong)
        return float(self.extracted_alone == self.gold_alone == 0)


def load_gold(path: Path, name: str) -> GoldPage:
    """Read the right values of a page; raises SourceError where they are no object of such fields."""
    value = parse_json(path, read_text(path))
    try:
        fields = _fields(value)
        return GoldPage(
            name,
            fields,
            text=string(value.get("text", "")),
            title=string(value.get("title", "")),
            published=_day(value.get("published")),
            authors=tuple(map(string, _list(value.get("authors", [])))),
            source=string(value.get("source") or ""),
        )
    except TypeError as error:
        raise SourceError(f"{path} cannot be used: {error}", hint=f"a file such as {_HINT}") from error


def _fields(value: object) -> frozenset[str]:
    fields = frozenset(FIELDS).intersection(value if isinstance(value, dict) else ())
    if not fields:
        raise TypeError(f"it has none of {', '.join(FIELDS)}")
    return fields


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"authors is {value!r:.40}, expected a list of names")
    return value


def _day(value: object) -> date | None:
    if value is None:
        return None
    parsed = parse_date(string(value))
    if parsed.value is None:
        raise TypeError(f"published is {value!r:.40}: {parsed.reason}")
    return parsed.value.date()


def text_overlap(extracted: str, gold: str) -> Overlap:
    """Return the overlap of two texts in runs of four words, as shares that add up to 1."""
    overlap = _overlap(_runs(extracted), _runs(gold))
    total = overlap.both + overlap.extracted_alone + overlap.gold_alone
    if not total:
        return overlap
    return Overlap(overlap.both / total, overlap.extracted_alone / total, overlap.gold_alone / total)


def _runs(text: str) -> Counter[tuple[str, ...]]:
    """Count the runs of four words; a shorter text is one run, and an empty one has none."""
    words = _WORD.findall(text)
    starts = range(max(1, len(words) - _RUN_WORDS + 1)) if words else ()
    return Counter(tuple(words[at : at + _RUN_WORDS]) for at in starts)


def _overlap(extracted: Counter[Any], gold: Counter[Any]) -> Overlap:
    both = (extracted & gold).total()
    return Overlap(both, extracted.total() - both, gold.total() - both)


def extraction_figures(pages: Sequence[GoldPage], articles: Mapping[str, Article | None]) -> list[Figure]:
    """Return the figures of all pages; `articles` has what was read of each page, None where nothing was."""
    figures: list[Figure] = []
    texts = {p.id: text_overlap(_text(articles[p.id]), p.text) for p in pages if "text" in p.fields}
    figures += _overlap_figures("text", "text", texts)
    if texts:
        each = {name: overlap.f1 for name, overlap in texts.items()}
        figures.append(_mean("text_f1_page", "text, mean F1 of a page", each))
    figures += _right(pages, articles, "title")
    figures += _dates(pages, articles)
    authors = {
        page.id: _overlap(
            _names(article.authors if (article := articles[page.id]) else ()), _names(page.authors)
        )
        for page in pages
        if "authors" in page.fields
    }
    figures += _overlap_figures("authors", "authors", authors)
    figures += _right(pages, articles, "source")
    return figures


def _text(article: Article | None) -> str:
    return article.text if article else ""


def _letters(text: str | None) -> str:
    return " ".join(_WORD.findall((text or "").casefold()))


def _names(names: Iterable[str]) -> Counter[str]:
    return Counter({*map(_letters, names)} - {""})


def _overlap_figures(key: str, name: str, overlaps: Mapping[str, Overlap]) -> list[Figure]:
    if not overlaps:
        return []
    total = Overlap(
        sum(overlap.both for overlap in overlaps.values()),
        sum(overlap.extracted_alone for overlap in overlaps.values()),
        sum(overlap.gold_alone for overlap in overlaps.values()),
    )
    over = len(overlaps)
    return [
        Figure(f"{key}_precision", f"{name}, precision", 100 * total.precision, over),
        Figure(f"{key}_recall", f"{name}, recall", 100 * total.recall, over),
        Figure(f"{key}_f1", f"{name}, F1", 100 * total.f1, over),
    ]


def _right(pages: Sequence[GoldPage], articles: Mapping[str, Article | None], field: str) -> list[Figure]:
    """Return the share of pages whose title or source has the right words, whatever their case."""
    each = {
        page.id: float(_letters(getattr(articles[page.id], field, "")) == _letters(getattr(page, field)))
        for page in pages
        if field in page.fields
    }
    return [_mean(f"{field}_right", f"{field}, right", each)] if each else []


def _dates(pages: Sequence[GoldPage], articles: Mapping[str, Article | None]) -> list[Figure]:
    """Return the share of right days among the pages that got one, and among all; days are those of UTC."""
    right: dict[str, float] = {}
    dated: dict[str, float] = {}
    for page in pages:
        if "published" in page.fields:
            article = articles[page.id]
            day = article.published.date() if article and article.published else None
            right[page.id] = float(day == page.published)
            if day is not None:
                dated[page.id] = right[page.id]
    figures = [_mean("date_precision", "date, right of those found", dated)] if dated else []
    return [*figures, _mean("date_right", "date, right of all", right)] if right else []


def _mean(key: str, name: str, each: Mapping[str, float]) -> Figure:
    return Figure(key, name, 100 * sum(each.values()) / len(each), len(each), each=each)
