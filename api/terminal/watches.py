"""Standing questions and their changes as lines for a terminal."""

from collections.abc import Iterator, Sequence

from nutgraf.api.terminal.console import visible
from nutgraf.qa.question_note import question_note
from nutgraf.qa.watching.standing import KIND_WORDS, WatchedAnswer
from nutgraf.results import AddReport
from nutgraf.watches import Watch, WatchChange

_LABELS = {"disputed": ("says", "but")}
_PLAIN_LABELS = ("was", "now")


def watch_lines(watch: Watch) -> Iterator[str]:
    """Yield a watch: its number, question and filters, then what it is answered with."""
    yield f"{watch.id}  {visible(watch.question)}{_filters(watch)}"
    if (note := question_note(watch.question)) is not None:
        yield f"   Note: {note}."
    if watch.answer is not None:
        yield from _answer_lines("   ", watch.answer)
    else:
        yield "   not answered yet" if watch.asked else "   not asked yet"
    if watch.rival is not None:
        yield from _answer_lines("   disputed: ", watch.rival)
    if host := watch.to_dict()["webhook_host"]:
        yield f"   changes are sent to {visible(host)}"


def change_lines(changes: Sequence[WatchChange]) -> Iterator[str]:
    """Yield changes: what each is, then the earlier and the later answer with their sources."""
    for change in changes:
        yield f"{KIND_WORDS[change.kind]}: {visible(change.question)}  (watch {change.watch})"
        if change.kind == "more_outlets" and change.before is not None and change.after is not None:
            yield from _answer_lines("  ", change.after)
            yield f"  was from {visible(', '.join(change.before.outlets)) or 'one article'}"
            yield f"  now from {visible(', '.join(change.after.outlets))}"
        else:
            labels = _LABELS.get(change.kind, _PLAIN_LABELS)
            for label, answer in zip(labels, (change.before, change.after), strict=True):
                if answer is not None:
                    yield from _answer_lines(f"  {label:<4} ", answer)
        yield ""


def change_note(report: AddReport, failures: Sequence[str]) -> Iterator[str]:
    """Yield the lines that tell, after articles were added, what this means for the watches.

    `failures` are those of handing changes over.
    """
    changes, failure = report.changes, report.watch_failure
    if changes:
        many = "answer" if len(changes) == 1 else "answers"
        yield f"{len(changes):,} watched {many} changed: nutgraf watch run shows them"
    if failure:
        yield f"the watches were not asked: {visible(failure)}; nutgraf watch run asks them"
    yield from map(visible, failures)


def _answer_lines(label: str, answer: WatchedAnswer) -> Iterator[str]:
    article = answer.article
    day = (article["published"] or "")[:10] or "no date"
    source = article["source"] or article["url"] or article["id"]
    yield f'{label}"{visible(answer.text)}"  {visible(source)}, {day}'
    indent = " " * len(label)
    if answer.sentence != answer.text:
        yield f"{indent}{visible(' '.join(answer.sentence.split()))}"
    if article["url"]:
        yield f"{indent}{visible(article['url'])}"


def _filters(watch: Watch) -> str:
    """Return the filters of a watch as they are typed."""
    allow = watch.inquiry.allow
    days = (("--after", allow.first), ("--before", allow.last), ("--as-of", allow.as_of))
    words = [f"{name} {day.isoformat()}" for name, day in days if day is not None]
    words += [f'--source "{visible(source)}"' for source in allow.sources]
    if watch.inquiry.min_probability is not None:
        words.append(f"--min-probability {watch.inquiry.min_probability:g}")
    if not watch.inquiry.use_time:
        words.append("--no-time")
    return "".join(f"  {word}" for word in words)
