"""The short text beside the JSON of a result, for clients that show no JSON, and for people who look on.

Text of articles stands on one line and without control characters. The whole text of an article is left as it
is, because offsets point into it.
"""

from nutgraf.api.mcp.holdings import HoldingsJson
from nutgraf.api.terminal.console import visible
from nutgraf.api.terminal.encoded import encoded_note
from nutgraf.api.terminal.support import support_words
from nutgraf.api.terminal.times import time_line
from nutgraf.indexer.article import ArticleJson, FullArticleJson
from nutgraf.objects import AskJson, PassageJson, SearchJson
from nutgraf.qa.result import AnswerJson, EarlierJson, SupportJson
from nutgraf.qa.timeline import TimelineEntryJson

SHOWN_SUPPORT = 5
SHOWN_EARLIER = 3
NEAREST = 3


def answer_text(result: AskJson) -> str:
    """Return the answers with sentence and source, or why there is none and the nearest passages.

    The time that the question names comes first, if it names one, and what cannot be done with the question.
    """
    if result["abstention"] is not None:
        reason = result["abstention"]["reason"]
        nearest = [line for passage in result["passages"][:NEAREST] for line in _passage(passage)]
        if (guess := result["abstention"]["guess"]) is not None:
            blocks = [f"Not sure enough to answer: {reason} (`min_probability` lowers that bound)."]
            blocks += ["The best guess, to be checked, is no answer:"]
            blocks += _answer(guess)
        else:
            blocks = [f"Found no answer: {reason}."]
        blocks += ["Nearest passages:", *nearest] if nearest else []
    else:
        blocks = [line for answer in result["answers"] for line in _answer(answer)]
    blocks[:0] = _notes(result["note"], encoded_note(result["index"]["encoded"]))
    if (entries := result.get("timeline")) is not None:
        blocks += ["Over time:", *(_entry(entry) for entry in entries)]
    return "\n".join([*_time(result), *blocks])


def search_text(result: SearchJson) -> str:
    """Return the passages, each with its source; the time that the words name comes first."""
    lines = [line for passage in result["passages"] for line in _passage(passage)]
    notes = _notes(encoded_note(result["index"]["encoded"]))
    return "\n".join([*_time(result), *notes, *(lines or ["No passage found."])])


def article_text(article: FullArticleJson) -> str:
    """Return the source of an article, then its text as it is."""
    authors = visible(", ".join(article["authors"]))
    lines = [
        f"{source_of(article)}{f' | by {authors}' if authors else ''}",
        *_notice(article),
        "",
        article["text"],
    ]
    return "\n".join(lines)


def _time(result: AskJson | SearchJson) -> list[str]:
    time = result.get("time")
    return [] if time is None else [time_line(time, "`time`: false leaves it out")]


def _notes(*notes: str | None) -> list[str]:
    return [f"Note: {note}." for note in notes if note is not None]


def outlet_note(sentence: str) -> str:
    """Return the line about a name of `source` that is no outlet's."""
    return f"Note: {visible(sentence)}{'' if sentence.endswith('?') else '.'}"


def archive_text(held: HoldingsJson) -> str:
    """Return how many articles the archive holds, of which days, and its largest outlets."""
    days = held["published"]
    published = f", {day_of(days['first'])} to {day_of(days['last'])}" if days else ", none with a date"
    more = held["outlets"] - len(held["sources"])
    return "\n".join(
        [
            f"Articles: {held['articles']:,}{published}. Outlets: {held['outlets']:,}.",
            *(f"{visible(outlet['source'])}: {outlet['articles']:,}" for outlet in held["sources"]),
            *([f"and {more:,} more outlets"] if more else []),
        ]
    )


def listing_text(article: ArticleJson) -> str:
    """Return outlet and date of an article in a list."""
    return ", ".join(
        part for part in (visible(article["source"] or ""), day_of(article["published"])) if part
    )


def _answer(answer: AnswerJson) -> list[str]:
    support = answer["support"]
    more, speaker = len(support) - SHOWN_SUPPORT, answer["attribution"]
    return [
        f'"{visible(answer["text"])}" (probability {answer["probability"]:.0%})',
        f"  sentence: {visible(answer['sentence']['text'])}",
        f"  source: {_place(answer)}",
        *([f"  says so: {visible(speaker['text'])}"] if speaker else []),
        *_notice(answer["article"], "  "),
        *(f"  {_support(s)}" for s in support[:SHOWN_SUPPORT]),
        *([f"  and {more} more in support"] if more > 0 else []),
        *(f'  earlier: "{visible(e["text"])}" {_place(e)}' for e in answer["earlier"][:SHOWN_EARLIER]),
    ]


def _support(support: SupportJson) -> str:
    cited = visible(support["cites"]["text"]) if support["cites"] else None
    return f"{support_words(support['kind'], cited)}: {_place(support)}"


def _passage(passage: PassageJson) -> list[str]:
    copies = len(passage["copies"])
    same = f" | and {copies} with the same story" if copies else ""
    versions = len(passage["versions"])
    same += f" | and {versions} other versions of it" if versions else ""
    return [
        f"{passage['rank']}. {_place(passage)}{same}",
        f"   {visible(passage['text'])}",
        *_notice(passage["article"], "   "),
    ]


def _notice(article: ArticleJson, indent: str = "") -> list[str]:
    """Return a line with the note in which an outlet corrects its article; none without one."""
    return [f"{indent}notice: {visible(article['notice']['text'])}"] if "notice" in article else []


def _entry(entry: TimelineEntryJson) -> str:
    first, last = entry["first"], entry["last"]
    days = "no date" if first is None else first if first == last else f"{first} to {last}"
    outlets = visible(", ".join(entry["outlets"])) or "no outlet named"
    return f'  {days}, {entry["status"]}: "{visible(entry["text"])}" ({outlets})'


def _place(span: AnswerJson | EarlierJson | PassageJson | SupportJson) -> str:
    field = "title " if span["field"] == "title" else ""
    return f"{source_of(span['article'], span['page'])} {field}[{span['start']}:{span['end']}]"


def source_of(article: ArticleJson, page: int | None = None) -> str:
    """Return outlet, date, page, title, link and id, as far as they are known."""
    day = day_of(article["published"])
    on_page = f"p. {page}" if page else None
    parts = [article["source"], day, on_page, article["title"], article["url"], f"article {article['id']}"]
    return " | ".join(visible(part) for part in parts if part)


def day_of(moment: str | None) -> str:
    """Return the day of an ISO 8601 moment."""
    return (moment or "no date")[: len("2016-01-27")]
