"""Reads texts that begin with named fields: mail, exports of news databases, slugs, press releases."""

import re
from collections.abc import Sequence

from nutgraf.indexer.dates import parse_date_line
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.texts.head import read_head

# Bounds of a head, with room for those of the databases; not measured.
_HEAD_LINES = 40
_LETTERHEAD_LINES = 6
_LINE_CHARS = 500
_TITLE_CHARS = 200
_LABELS = 2  # so many fields make a head where none of them is a title
_LABEL = re.compile(
    r"(from|to|cc|bcc|reply-to|subject|sent|date|slug|headline|title|byline|author|dateline|section|length"
    r"|publication|source|copyright|edition|page|language|keywords?|embargo|desk|words|priority|category)"
    r":[ \t]{0,20}(.{0,400})",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"(?:from|to|subject|sent|slug|headline|byline):.{0,400}|copyright (?:©|\(c\) )?[12]\d{3}\b.{0,300}",
    re.IGNORECASE,
)
_SLUG = re.compile(r"\s{0,8}slug:", re.IGNORECASE)
_BODY = re.compile(r"(?:body|full text|text):?", re.IGNORECASE)
_RIGHTS = re.compile(r"all rights reserved\.?|copyright\b.{0,300}|©.{0,300}|.{0,60}\bedition", re.IGNORECASE)
_WORDS = re.compile(r"[\d,.]{1,7} words", re.IGNORECASE)
_TRAILER = re.compile(
    r"(?:load-date|document [A-Z0-9]{8,40}$|document-type|publication-type).{0,200}", re.IGNORECASE
)
_RELEASE = re.compile(
    r"(?:(?:press|news|media) (?:release|statement)|(?:for )?immediate release|pressemitteilung"
    r"|communiqué de presse|comunicado de prensa|comunicato stampa|persbericht)[.:]?",
    re.IGNORECASE,
)  # fmt: skip
_OFFICE = re.compile(r".{0,60}\b(?:office|department|desk|service)", re.IGNORECASE)
_NAMES = {
    "subject": "title", "headline": "title", "title": "title", "byline": "byline", "author": "byline",
    "from": "from", "date": "date", "sent": "date", "publication": "source", "source": "source",
}  # fmt: skip
_BETWEEN = re.compile(r" and |; |, (?=(?:[^\W\d_]|[.'’-]){1,20} [^\W\d_])")
_SENDER = re.compile(r"[\"']?([^\"'<>@\s][^\"<>@]{0,80}?)[\"']?[ ]{0,4}(?:<|$)")
_STOP = re.compile(r"[.!?…:;,]['\"’”)]{0,2}$")
_NO_NAME = re.compile(r"\b(?:staff|writer|reporter|correspondent|editor|special to)\b", re.IGNORECASE)


def labelled_draft(lines: Sequence[str]) -> ArticleDraft | None:
    """Return the article whose fields stand by name at the top of a text; None where none do.

    Its text may begin with lines of a head: a byline below the subject of a mail, or the title.
    """
    filled = [at for at, line in enumerate(lines[:_HEAD_LINES]) if line.strip()]
    if not filled or any(len(lines[at]) > _LINE_CHARS for at in filled[:1]):
        return None
    if _FIRST.fullmatch(lines[filled[0]].strip()):
        return _fields(lines, filled)
    return _release(lines, filled) or _counted(lines, filled)


def _fields(lines: Sequence[str], filled: Sequence[int]) -> ArticleDraft | None:
    body = next((at for at in filled if _BODY.fullmatch(lines[at].strip())), None)
    values: dict[str, str] = {}
    last, end, labels = "", filled[0], 0
    while end < (filled[-1] + 1 if body is None else body):
        line = lines[end].strip()
        if field := _LABEL.fullmatch(line):
            labels += 1
            last = _NAMES.get(field[1].lower(), "other")
            values.setdefault(last, field[2].strip())
        elif body is None and (not line or not lines[end][0].isspace()):
            break
        elif line and last and lines[end - 1].strip():
            values[last] = f"{values[last]} {line}"
        elif line and not _RIGHTS.fullmatch(line):
            last = ""
            values.setdefault("date" if parse_date_line(line).stated else "source", line)
        end += 1
    if not values.get("title") and labels < _LABELS and not _SLUG.match(lines[filled[0]]):
        return None
    return _draft(lines[end if body is None else body + 1 :], values)


def _counted(lines: Sequence[str], filled: Sequence[int]) -> ArticleDraft | None:
    """Return an article of Factiva: section, headline, byline, how many words, date, outlet, codes."""
    place = next((place for place, at in enumerate(filled) if _WORDS.fullmatch(lines[at].strip())), 0)
    if not place or place + 2 >= len(filled):
        return None
    date, source = (lines[at].strip() for at in filled[place + 1 : place + 3])
    above = [line for at in filled[:place] if (line := lines[at].strip())]
    titles = [line for line in above if not read_head([line]).lines]
    if not parse_date_line(date).stated or not titles:
        return None
    authors = next((head.authors for line in above if (head := read_head([line])).authors), ())
    end = next((at for at in range(filled[place], len(lines)) if not lines[at].strip()), len(lines))
    draft = _draft(lines[end:], {"title": titles[-1], "date": date, "source": source})
    return ArticleDraft(draft.text, title=draft.title, source=source, authors=authors, dates=draft.dates)


def _release(lines: Sequence[str], filled: Sequence[int]) -> ArticleDraft | None:
    """Return a press release: who gives it out, that it is one, the day, the headline."""
    top = [lines[at].strip() for at in filled]
    marks = [place for place, line in enumerate(top[:_LETTERHEAD_LINES]) if _RELEASE.fullmatch(line)]
    if not marks:
        return None
    title = marks[-1] + 1
    dates = [line for line in top[: title + 1] if parse_date_line(line).stated]
    title += title < len(top) and top[title] in dates
    if title + 1 >= len(top) or len(top[title]) > _TITLE_CHARS or _STOP.search(top[title]):
        return None
    names = [line for line in top[: marks[0]] if line not in dates and not _OFFICE.fullmatch(line)]
    values = {"title": top[title], "date": dates[0] if dates else "", "source": names[0] if names else ""}
    return _draft(lines[filled[title] + 1 :], values)


def _draft(lines: Sequence[str], values: dict[str, str]) -> ArticleDraft:
    end = len(lines)
    while end and (not lines[end - 1].strip() or _TRAILER.fullmatch(lines[end - 1].strip())):
        end -= 1
    byline = re.sub(r"^by:? ", "", values.get("byline", ""), flags=re.IGNORECASE)
    names = [name.strip(" ,;") for name in _BETWEEN.split(byline)] or [""]
    authors = tuple(name for name in names if name and not _NO_NAME.search(name))
    sender = _SENDER.match(values.get("from", ""))
    return ArticleDraft(
        text="\n".join(lines[:end]),
        title=values.get("title", ""),
        source=values.get("source", ""),
        authors=authors or ((sender[1],) if sender else ()),
        dates=(StatedDate(values["date"], "byline"),) if values.get("date") else (),
    )
