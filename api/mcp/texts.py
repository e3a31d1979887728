"""The short text beside an outcome: for clients that show no objects, and for whoever looks on.

Everything from articles stands on one line and without control characters, but for the text of an article
that was asked for whole, which offsets point into.
"""

from nutgraf.api.terminal.console import visible
from nutgraf.objects import Json

SHOWN_SUPPORT = 5
NEAREST = 3


def asked_text(asked: Json) -> str:
    """Tell the answers, each with its sentence and source, or why there is none and what comes nearest."""
    if not asked["answered"]:
        reason = asked["abstention"]["reason"]
        nearest = [line for passage in asked["passages"][:NEAREST] for line in _passage(passage)]
        blocks = [f"The archive does not answer this: {reason}."]
        blocks += ["Nearest, though they do not answer it:", *nearest] if nearest else []
    else:
        blocks = [line for answer in asked["answers"] for line in _answer(answer)]
    if (entries := asked.get("timeline")) is not None:
        blocks += ["Over time:", *(_entry(entry) for entry in entries)]
    return "\n".join(blocks)


def found_text(found: Json) -> str:
    """Tell the passages, each with its source."""
    lines = [line for passage in found["passages"] for line in _passage(passage)]
    return "\n".join(lines) or "No passage found."


def article_text(article: Json) -> str:
    """Tell an article: its source, then its text as it is."""
    by = visible(", ".join(article["authors"]))
    return f"{_source(article)}{f' | by {by}' if by else ''}\n\n{article['text']}"


def _answer(answer: Json) -> list[str]:
    support = answer["support"]
    more = len(support) - SHOWN_SUPPORT
    return [
        f'"{visible(answer["text"])}" (probability {answer["probability"]:.0%})',
        f"  sentence: {visible(answer['sentence']['text'])}",
        f"  source: {_place(answer)}",
        *(f"  {'also' if s['independent'] else 'copy'}: {_place(s)}" for s in support[:SHOWN_SUPPORT]),
        *([f"  and {more} more in support"] if more > 0 else []),
    ]


def _passage(passage: Json) -> list[str]:
    copies = len(passage["copies"])
    same = f" | and {copies} with the same story" if copies else ""
    return [f"{passage['rank']}. {_place(passage)}{same}", f"   {visible(passage['text'])}"]


def _entry(entry: Json) -> str:
    first, last = entry["first"], entry["last"]
    days = "no date" if first is None else first if first == last else f"{first} to {last}"
    outlets = visible(", ".join(entry["outlets"])) or "no outlet named"
    return f'  {days}, {entry["status"]}: "{visible(entry["text"])}" ({outlets})'


def _place(span: Json) -> str:
    return f"{_source(span['article'])} [{span['start']}:{span['end']}]"


def _source(article: Json) -> str:
    """Return outlet, date, title, link and id, as far as they are known."""
    day = (article["published"] or "no date")[: len("2016-01-27")]
    parts = [article["source"], day, article["title"], article["url"], f"article {article['id']}"]
    return " | ".join(visible(part) for part in parts if part)
