"""What the benchmarks share: where the data is, an index made once and kept, a table."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.models import load_encoder

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("NUTGRAF_DATA", ROOT.parent / "shared" / "data"))
CACHE = Path(os.environ.get("NUTGRAF_BENCH", ROOT / ".bench"))  # the indexes that are made once and kept
SQUAD = DATA / "squad" / "dev-v1.1.json.gz"
THREADS = 2


def need(path: Path) -> Path:
    """Return the path, or end with one line that says what is missing."""
    if not path.exists():
        sys.exit(f"{path} is not there: set NUTGRAF_DATA to the folder of evaluation data")
    return path


def index_of(name: str, articles: Iterable[Article]) -> Path:
    """Return the folder of an index of these articles, made or brought up to date."""
    folder = CACHE / name
    with EmbeddedWriter(folder, load_encoder(threads=THREADS)) as builder:
        list(builder.add(articles))
        builder.publish()
    return folder


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table, numbers to the right."""
    table = Table(title=title, title_justify="left")
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at == 0 else "right")
    for row in rows:
        table.add_row(*(f"{cell:.1f}" if isinstance(cell, float) else str(cell) for cell in row))
    Console(width=110).print(table)
