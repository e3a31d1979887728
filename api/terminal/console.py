"""Prints outcomes for people: colour on a terminal, plain text through a pipe.

Everything from articles and questions is printed as text, never as markup, and without control characters.
"""

import json
import sys
from typing import Any

from rich.console import Console
from rich.text import Text

from nutgraf.indexer.article import Article
from nutgraf.qa.result import Answer, QuestionResult
from nutgraf.qa.retrieval import Candidate, SearchResult

_UNBROKEN = 10_000
QUOTE = "bold black on bright_yellow"
SHOWN_OUTLETS = 3


def console(*, error: bool = False) -> Console:
    """Return a console: colour only on a terminal, neither wrapped nor cut through a pipe."""
    out = Console(stderr=error, highlight=False, markup=False, emoji=False)
    if not out.is_terminal:
        out.soft_wrap, out.width = True, _UNBROKEN
    return out


def print_json(value: Any, *, indent: int | None = 2) -> None:  # noqa: ANN401 - any JSON value
    """Print one JSON value on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")


def print_error(message: str, hint: str) -> None:
    """Print one line on what was wrong, and one on what to type."""
    out = console(error=True)
    out.print(Text.assemble(("error: ", "bold red"), visible(message)), soft_wrap=True)
    if hint:
        out.print(Text.assemble(("  try: ", "bold"), visible(hint)), soft_wrap=True)


def visible(text: str) -> str:
    """Return the text on one line, without characters that could steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def print_asked(asked: QuestionResult) -> None:
    """Print answers, or why there is none and where nutgraf looked."""
    out = console()
    if asked.abstention:
        out.print(
            Text.assemble(("The archive does not answer this: ", "bold"), asked.abstention.reason + ".")
        )
        for candidate in asked.candidates[:3]:
            out.print(_nearest(candidate))
    for answer in asked.answers:
        _print_answer(out, answer)


def _print_answer(out: Console, answer: Answer) -> None:
    out.print(Text.assemble((visible(answer.text), "bold"), f"   (probability {answer.probability:.0%})"))
    out.print(Text("  ").append(_sentence(answer)))
    out.print(Text(f"  {_source_line(answer.span.article)}  [{answer.start}:{answer.end}]", style="dim"))
    for line in _support_lines(answer):
        out.print(Text(f"  {line}", style="dim"))
    out.print()


def _sentence(answer: Answer) -> Text:
    """Return the sentence with the answer marked."""
    text = answer.span.article.text
    start, end = answer.sentence
    before, quote, after = (
        visible(text[a:b]) for a, b in ((start, answer.start), (answer.start, answer.end), (answer.end, end))
    )
    return Text.assemble(before, (quote, QUOTE), after)


def _source_line(article: Article) -> str:
    parts = [
        article.title,
        article.source,
        article.published.date().isoformat() if article.published else "no date",
        article.url,
        f"id {article.id}",
    ]
    return " | ".join(visible(part) for part in parts if part)


def _support_lines(answer: Answer) -> list[str]:
    lines = []
    for support in answer.support:
        span, kind = support.span, "also" if support.independent else "copy"
        lines.append(f"{kind}: {_source_line(span.article)}  [{span.start}:{span.end}]")
    return lines


def _nearest(candidate: Candidate) -> Text:
    passage = candidate.passage
    text = visible(passage.text)
    shown = text if len(text) <= 160 else text[:160].rsplit(" ", 1)[0] + " …"  # noqa: PLR2004 - two lines
    return Text.assemble("  nearest: ", shown, "\n           ", (_source_line(passage.article), "dim"))


def print_found(found: SearchResult, *, duplicates: bool = False) -> None:
    """Print the passages of a search, and where else each was printed: the outlets, or every copy."""
    out = console()
    for candidate in found.candidates:
        out.print(Text(f"{candidate.rank}. {_source_line(candidate.passage.article)}", style="bold"))
        out.print(Text(f"   {visible(candidate.passage.text)}"))
        for line in _copy_lines(candidate, every=duplicates):
            out.print(Text(f"   {line}", style="dim"))
        out.print()
    if not found.candidates:
        out.print("No passage found.")


def _copy_lines(candidate: Candidate, *, every: bool) -> list[str]:
    """Return a line a copy, or one line with the first outlets and how many copies more there are."""
    copies = candidate.copies
    if every:
        return [f"copy: {_source_line(article)}" for article in copies]
    if not copies:
        return []
    names = [*dict.fromkeys(visible(a.source or a.id) for a in copies)][:SHOWN_OUTLETS]
    unnamed = sum(visible(a.source or a.id) not in names for a in copies)
    return [f"also in: {', '.join(names)}{f', +{unnamed}' if unnamed else ''}"]


def print_article(article: Article) -> None:
    """Print a whole article."""
    out = console()
    out.print(Text(visible(article.title), style="bold"))
    out.print(Text(_source_line(article), style="dim"))
    if article.authors:
        out.print(Text(visible(", ".join(article.authors)), style="dim"))
    out.print()
    for line in article.text.split("\n"):
        out.print(Text(visible(line)))


def print_info(info: dict[str, Any]) -> None:
    """Print what an index holds."""
    out = console()
    published = info["published"]
    days = f"{published['first'][:10]} to {published['last'][:10]}" if published else "no dates"
    sources = ", ".join(f"{visible(s['source'])} ({s['articles']:,})" for s in info["sources"][:10])
    rows = {
        "index": info["path"],
        "articles": f"{info['articles']:,}",
        "passages": f"{info['passages']:,}",
        "published": days,
        "outlets": sources or "none named",
        "encoder": f"{info['encoder']['id']} ({info['encoder']['sha256'][:12]})",
        "generation": str(info["generation"]),
        "size": f"{info['bytes'] / 1e6:,.1f} MB",
    }
    if info["unpublished_passages"]:
        rows["waiting"] = (
            f"{info['unpublished_passages']:,} passages: run nutgraf index again to publish them"
        )
    for name, value in rows.items():
        out.print(Text.assemble((f"{name:<11}", "bold"), visible(value)))
