"""The work of `nutgraf eval extraction`: read a folder of pages as `nutgraf index` does, and measure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from nutgraf.api.evaluation.report import figures_table
from nutgraf.api.terminal.console import console, visible
from nutgraf.api.terminal.progress import counting_bar
from nutgraf.indexer.article import Article
from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.sandbox.pool import WorkerPool
from nutgraf.models.cards import sha256_of
from nutgraf.qa.evaluate.extraction import GoldPage, extraction_figures, load_gold
from nutgraf.qa.evaluate.summaries import Figure

_HINT = "put NAME.json beside each page NAME.html; nutgraf eval extraction --help shows what it holds"
_WORST = 10


@dataclass(frozen=True, slots=True)
class ExtractionReport:
    """The figures of a folder of pages; `skipped` has the reason of each page that gave no article.

    `without_gold` counts the pages that have no right values beside them. `sha256` is the hash of all right
    values: reports with the same hash can be compared.
    """

    folder: Path
    sha256: str
    pages: Sequence[GoldPage]
    figures: Sequence[Figure]
    skipped: Mapping[str, str]
    without_gold: int


def evaluate_extraction(folder: Path) -> ExtractionReport:
    """Read every page that has right values beside it; raises SourceError where none has, or one is bad."""
    if not folder.is_dir():
        raise SourceError(f"{folder} is no folder of pages", hint=_HINT)
    files = [file for file in discover([str(folder)])[0] if file.path.suffix != ".json"]
    golds = {file.origin: gold for file in files if (gold := _gold_path(file.path)).is_file()}
    if not golds:
        raise SourceError(f"{folder} holds no page with its right values beside it", hint=_HINT)
    judged = [file for file in files if file.origin in golds]
    pages = [load_gold(golds[file.origin], _name(file, folder)) for file in judged]
    articles: dict[str, Article | None] = {}
    skipped: dict[str, str] = {}
    with WorkerPool() as pool, counting_bar("reading pages", len(judged)) as advance:
        for page, file in zip(pages, judged, strict=True):
            item = _first([*pool.files([file], LoadOptions())])
            articles[page.id] = item if isinstance(item, Article) else None
            if isinstance(item, Skipped):
                skipped[page.id] = item.reason
            advance(1)
    return ExtractionReport(
        folder,
        hashlib.sha256("".join(map(sha256_of, golds.values())).encode()).hexdigest(),
        pages,
        extraction_figures(pages, articles),
        skipped,
        len(files) - len(judged),
    )


def _gold_path(page: Path) -> Path:
    """Return where the right values of a page are: in a.json for a.html, in a.html.json if it exists."""
    whole = page.with_name(f"{page.name}.json")
    return whole if whole.is_file() else page.with_suffix(".json")


def _name(file: SourceFile, folder: Path) -> str:
    return file.path.relative_to(folder).as_posix()


def _first(items: Sequence[Article | Skipped]) -> Article | Skipped:
    if len(items) == 1:
        return items[0]
    return Skipped("", f"it holds {len(items):,} articles, expected one")


def report_object(report: ExtractionReport) -> dict[str, Any]:
    """Return a report as JSON-ready data, in the form that `nutgraf eval compare` reads."""
    return {
        "task": "extraction",
        "file": report.folder.name,
        "sha256": report.sha256,
        "pages": len(report.pages),
        "pages_without_gold": report.without_gold,
        "figures": {f.key: {"value": round(f.value, 4), "pages": f.over} for f in report.figures},
        "answers": [
            {
                "id": page.id,
                "question": page.id,
                "prediction": report.skipped.get(page.id, ""),
                "figures": {
                    f.key: round(float(f.each[page.id]), 6) for f in report.figures if page.id in f.each
                },
            }
            for page in report.pages
        ],
    }


def print_report(report: ExtractionReport) -> None:
    """Print each figure with its number of pages, then the pages whose text was read worst."""
    out = console()
    out.print(Text(f"{visible(str(report.folder))}: what is read from pages", style="bold"))
    count = f"{len(report.pages):,} pages"
    without = f"{report.without_gold:,} without right values left out" if report.without_gold else ""
    out.print(Text("; ".join(filter(None, (count, without))), style="dim"))
    out.print(figures_table(report.figures, "pages"))
    each = next((f.each for f in report.figures if f.key == "text_f1_page"), {})
    worst = sorted((f1, name) for name, f1 in each.items() if f1 < 1)[:_WORST]
    if worst:
        out.print(Text("read worst, by F1 of the text", style="bold"))
    for f1, name in worst:
        reason = f"  ({report.skipped[name]})" if name in report.skipped else ""
        line = Text(visible(f"{100 * f1:6.2f} %  {name}{reason}"))
        out.print(line, no_wrap=True, overflow="ellipsis", crop=True, soft_wrap=False)
