"""Prints an article, or what an archive holds, in a terminal."""

from rich.console import Console
from rich.text import Text

from nutgraf.api.terminal.console import console, visible
from nutgraf.api.terminal.encoded import encoded_note
from nutgraf.indexer.article import Article
from nutgraf.indexer.storage import Passage
from nutgraf.objects import CalibrationJson, RecallJson
from nutgraf.qa.join import LocatedSpan
from nutgraf.results import ArchiveReport

_SHOWN_OUTLETS = 10


def print_article(article: Article) -> None:
    """Print a whole article."""
    out = console()
    out.print(Text(visible(article.title), style="bold"))
    out.print(Text(source_line(article), style="dim"))
    if article.authors:
        out.print(Text(visible(", ".join(article.authors)), style="dim"))
    print_notice(out, article)
    out.print()
    for line in article.text.split("\n"):
        out.print(Text(visible(line)))


def print_notice(out: Console, article: Article, indent: str = "") -> None:
    """Print the note in which an outlet corrects its article, where there is one."""
    if (span := article.notice) is not None:
        out.print(Text(f"{indent}notice: {visible(article.text[slice(*span)])}", style="dim"))


def source_line(article: Article, page: int | None = None) -> str:
    """Return title, outlet, day, page, link and id on one line."""
    parts = [
        article.title,
        article.source,
        article.published.date().isoformat() if article.published else "no date",
        f"p. {page}" if page else None,
        article.url,
        f"id {article.id}",
    ]
    return " | ".join(visible(part) for part in parts if part)


def offsets(span: LocatedSpan | Passage) -> str:
    """Return where a span stands in its article: "[210:256]" in the text, "title [0:9]" in the title."""
    return f"{'title ' if span.field == 'title' else ''}[{span.start}:{span.end}]"


def print_info(report: ArchiveReport) -> None:
    """Print what an archive holds, which encoder built it, and the calibration of its answers."""
    out, info = console(), report.to_dict()
    published, encoder = info["published"], info["encoder"]
    days = f"{published['first'][:10]} to {published['last'][:10]}" if published else "no dates"
    outlets = (f"{visible(o['source'])} ({o['articles']:,})" for o in info["sources"][:_SHOWN_OUTLETS])
    rows = {
        "index": info["path"],
        "articles": f"{info['articles']:,}",
        "passages": f"{info['passages']:,}",
        "published": days,
        "outlets": ", ".join(outlets) or "none named",
        "encoder": f"{encoder['id']} ({encoder['sha256'][:12]})",
        "generation": str(info["generation"]),
        "size": f"{info['bytes'] / 1e6:,.1f} MB",
    }
    if (note := encoded_note(info["encoded"])) is not None:
        rows["vectors"] = f"{note}; run nutgraf encode"
    if (recall := info["approximate"]) is not None:
        rows["recall"] = _recall_line(recall)
    if info["unpublished_passages"]:
        waiting = f"{info['unpublished_passages']:,} passages: run nutgraf index again to publish them"
        rows["waiting"] = waiting
    for name, value in rows.items():
        out.print(Text.assemble((f"{name:<11}", "bold"), visible(value)))
    out.print(Text(f"calibration {visible(_calibration_line(info['calibration']))}"))


def _recall_line(recall: RecallJson) -> str:
    shares = f"{recall['recall_at_10']:.3f} of the nearest 10, {recall['recall_at_100']:.3f} of 100"
    if recall["passages"]:
        return f"{shares}: an approximate index of {recall['passages']:,} passages"
    return f"exact: an approximate index finds too few, {shares}"


def _calibration_line(calibration: CalibrationJson) -> str:
    threshold, own = f"threshold {calibration['threshold']:.4f}", calibration["fitted"]
    if own is None:
        return f"the reader's; {threshold}"
    fitted = f"{own['questions']:,} questions, {own['made'][:10]}"
    if calibration["of"] == "index":
        return f"this index's own: {fitted}; {threshold}"
    other = f"this index's own, {fitted}, is for other models or rules: {own['reader']}"
    return f"the reader's; {threshold} ({other})"
