"""Prints with `--explain` why an answer came first, as a tree."""

from rich.text import Text
from rich.tree import Tree

from nutgraf.api.terminal.articles import offsets
from nutgraf.api.terminal.console import console, visible
from nutgraf.indexer.filters import Filter
from nutgraf.qa.calibration import BIAS
from nutgraf.qa.explanation import Explanation, ScoreBreakdown
from nutgraf.qa.result import Answer, PassageReading, QuestionResult
from nutgraf.qa.retrieval import Candidate, EngineRank


def print_explanation(result: QuestionResult, explanation: Explanation) -> None:
    """Print the explanation of a result as a tree of lines."""
    tree = Tree(Text("why", style="bold"), guide_style="dim")
    tree.add(f"asked of {_filter_words(explanation.allow)}; threshold {explanation.threshold:.1%}")
    if explanation.won:
        _add_won(tree, explanation.won)
    if result.best:
        considered = tree.add("considered")
        for answer in result.best:
            considered.add(_line(f"{answer.probability:6.1%}  score {answer.score:7.2f}  ", answer))
    if result.candidates:
        passages = tree.add("passages read")
        for candidate in result.candidates:
            _add_passage(passages, candidate, result.read.get(candidate.passage.id), explanation)
    timing = result.timing
    tree.add(
        f"took {timing.total:.0f} ms: question encoded {timing.encode:.0f}, passages found"
        f" {timing.retrieve:.0f}, read {timing.read:.0f}"
    )
    console().print(tree)


def _filter_words(allow: Filter) -> str:
    parts = [
        allow.first and f"published {allow.first} or later",
        allow.last and f"published {allow.last} or earlier",
        allow.as_of and f"known on {allow.as_of}, the newer the better",
        allow.sources and f"outlet {' or '.join(map(visible, allow.sources))}",
    ]
    return "articles " + ", ".join(part for part in parts if part) if allow else "all articles"


def _add_won(tree: Tree, won: ScoreBreakdown) -> None:
    first = tree.add(_line("first: ", won.answer))
    first.add(
        f"score {won.answer.score:.2f} = {won.reader:.2f} by the reader + {won.retrieval:.2f} for its passage"
        + (f" + {won.agreement:.2f} for who else says it" if won.agreement else "")
    )
    if won.runner_up:
        behind = won.answer.score - won.runner_up.score
        first.add(_line(f"runner-up, {behind:.2f} behind: ", won.runner_up))
    support = won.answer.support
    if support:
        independent = sum(s.independent for s in support)
        first.add(f"also said by {independent} independent articles, {len(support) - independent} others")
    probability = first.add(f"probability {won.answer.probability:.1%}, from logits that add up")
    for term in won.terms:
        if term.adds:
            value = "" if term.feature is BIAS else f" ({term.value:.2f})"
            probability.add(f"{term.adds:+7.2f}  {term.feature.label}{value}")


def _add_passage(
    tree: Tree, candidate: Candidate, read: PassageReading | None, explanation: Explanation
) -> None:
    passage, by_reader = candidate.passage, "reader -"
    if read:
        rank = explanation.reader_ranks[passage.id]
        model = visible(read.reader.rpartition("/")[2])
        by_reader = f"{model} #{rank} {read.by_reader:.2f}, {read.null_margin:.2f} over none"
    columns = [
        f"found {candidate.score:.3f}"
        + (f" {candidate.recency:+.3f} new" if candidate.recency else "")
        + (f" {candidate.time:+.3f} time" if candidate.time else ""),
        f"meaning {_place(candidate.dense)}",
        f"words {_place(candidate.lexical)}",
        f"article's words {_place(candidate.article)}",
        by_reader,
    ]
    where = f"{candidate.rank}. {visible(passage.article.id)} {offsets(passage)}"
    if candidate.headline is not None:
        where += " and its title"
    if candidate.copies:
        where += f", and {len(candidate.copies)} copies (cluster {visible(passage.article.cluster or '')})"
    tree.add(Text(where + "\n   " + " | ".join(columns)))


def _line(before: str, answer: Answer) -> Text:
    return Text(f"{before}{visible(answer.text)}  ({visible(answer.span.article.id)})")


def _place(place: EngineRank | None) -> str:
    return "-" if place is None else f"#{place.rank} {place.score:.3f}"
