"""Prints answers and passages in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from nutgraf.api.terminal.articles import offsets, print_notice, source_line
from nutgraf.api.terminal.console import console, visible
from nutgraf.api.terminal.encoded import encoded_note
from nutgraf.api.terminal.explanations import print_explanation
from nutgraf.api.terminal.support import support_words
from nutgraf.api.terminal.timelines import print_timeline
from nutgraf.api.terminal.times import time_line
from nutgraf.indexer.article import Article
from nutgraf.qa.join import LocatedSpan, Support
from nutgraf.qa.question_time import QuestionTime
from nutgraf.qa.result import Answer
from nutgraf.results import AskResult, Hit, SearchHits

QUOTE = "bold black on bright_yellow"
_SHOWN_OUTLETS = 3
_SHOWN_NEAREST = 3
_SHOWN_EARLIER = 3
_NEAREST_CHARS = 160  # two lines of a terminal


def print_result(result: AskResult, *, with_question: bool = False) -> None:
    """Print the answers, or why there is none and the nearest passages; then timeline and explanation."""
    out = console()
    if with_question:
        out.print(Text(f"? {visible(result.question)}"))
    _print_time(out, result.time)
    for note in (result.note, encoded_note(result.state.encoded)):
        if note is not None:
            out.print(Text(f"Note: {note}.", style="dim"))
    if result.abstention is not None:
        reason = f"{result.abstention.reason}."
        if result.guess is None:
            out.print(Text.assemble(("Found no answer: ", "bold"), reason))
            for hit in result.passages[:_SHOWN_NEAREST]:
                out.print(_nearest(hit))
        else:
            hint = "--min-probability lowers that bound"
            out.print(Text.assemble(("Not sure enough to answer: ", "bold"), f"{reason[:-1]} ({hint})."))
            _print_answer(out, result.guess, label="best guess: ")
    for answer in result.answers:
        _print_answer(out, answer)
    if result.timeline is not None:
        print_timeline(result.timeline)
    if result.explanation is not None:
        print_explanation(result.result, result.explanation)


def _print_time(out: Console, time: QuestionTime | None) -> None:
    if time is not None:
        out.print(Text(time_line(time.to_dict(), "--no-time leaves it out"), style="dim"))


def _print_answer(out: Console, answer: Answer, *, label: str = "") -> None:
    """Print an answer; one with a label is a guess, whose words are not set as an answer's."""
    words = (visible(answer.text), "" if label else "bold")
    out.print(Text.assemble(label, words, f"   (probability {answer.probability:.0%})"))
    out.print(Text("  ").append(_sentence(answer)))
    out.print(Text(f"  {_place(answer.span)}", style="dim"))
    if (speaker := answer.attribution) is not None:
        out.print(
            Text(f"  says so: {visible(answer.article.content(answer.field)[slice(*speaker)])}", style="dim")
        )
    print_notice(out, answer.article, "  ")
    for support in answer.support:
        out.print(Text(f"  {_support_line(support)}", style="dim"))
    for span in answer.earlier[:_SHOWN_EARLIER]:
        out.print(Text(f"  earlier: {visible(span.text)}  {_place(span)}", style="dim"))
    if (more := len(answer.earlier) - _SHOWN_EARLIER) > 0:
        out.print(Text(f"  and {more:,} more earlier answers", style="dim"))
    out.print()


def _support_line(support: Support) -> str:
    span, cites = support.span, support.cites
    cited = visible(span.article.text[cites.start : cites.end]) if cites else None
    return f"{support_words(support.kind, cited)}: {_place(span)}"


def _place(span: LocatedSpan) -> str:
    """Return the article of a span and its offsets: [210:256] in the text, title [0:9] in the title."""
    return f"{source_line(span.article, span.page)}  {offsets(span)}"


def _sentence(answer: Answer) -> Text:
    """Return the sentence of an answer, with the answer marked."""
    text = answer.span.content
    start, end = answer.sentence
    before, quote, after = (
        visible(text[first:last])
        for first, last in ((start, answer.start), (answer.start, answer.end), (answer.end, end))
    )
    return Text.assemble(before, (quote, QUOTE), after)


def _nearest(hit: Hit) -> Text:
    text = visible(hit.text)
    if len(text) > _NEAREST_CHARS:
        text = text[:_NEAREST_CHARS].rsplit(" ", 1)[0] + " …"
    return Text.assemble("  nearest: ", text, "\n           ", (source_line(hit.article, hit.page), "dim"))


def print_hits(hits: SearchHits, *, duplicates: bool = False) -> None:
    """Print the passages of a search, each with the outlets that printed a copy, or with every copy."""
    out = console()
    _print_time(out, hits.time)
    if (note := encoded_note(hits.state.encoded)) is not None:
        out.print(Text(f"Note: {note}.", style="dim"))
    for hit in hits:
        out.print(Text(f"{hit.rank}. {source_line(hit.article, hit.page)}", style="bold"))
        out.print(Text(f"   {visible(hit.text)}"))
        print_notice(out, hit.article, "   ")
        for line in _copy_lines(hit, every=duplicates):
            out.print(Text(f"   {line}", style="dim"))
        out.print()
    if not hits:
        out.print("No passage found.")


def _copy_lines(hit: Hit, *, every: bool) -> list[str]:
    """Return one line for each copy and version, or one line of each with the first outlets."""
    if every:
        copies = [f"copy: {source_line(article)}" for article in hit.copies]
        return copies + [f"other version: {source_line(article)}" for article in hit.versions]
    return [*_outlets("also in", hit.copies), *_outlets("other versions in", hit.versions)]


def _outlets(label: str, articles: Sequence[Article]) -> list[str]:
    """Return a line with the first outlets of these articles; none where there are no articles."""
    outlets = [visible(article.source or article.id) for article in articles]
    shown = [*dict.fromkeys(outlets)][:_SHOWN_OUTLETS]
    others = sum(outlet not in shown for outlet in outlets)
    return [f"{label}: {', '.join(shown)}{f', +{others}' if others else ''}"] if articles else []
