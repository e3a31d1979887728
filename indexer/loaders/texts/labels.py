"""Reads texts that begin with named fields: mail, exports of news databases, slugs, press releases."""

import re
from collections.abc import Sequence
from dataclasses import replace

from nutgraf.indexer.dates import parse_date_line
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.texts.head import is_person, read_head

# Bounds of a head, with room for those of the databases; not measured.
_HEAD_LINES = 40
_LETTERHEAD_LINES = 6
_LINE_CHARS = 500
_TITLE_CHARS = 200
_LABELS = 2  # so many fields make a head where none of them is a title
_LABEL = re.compile(
    r"(from|to|cc|bcc|reply-to|subject|sent|date|slug|headline|title|byline|author|dateline|section|length"
    r"|publication(?: title| date| info)?|published|document url|url|source|copyright|edition|page|language"
    r"|keywords?|embargo|desk|words|priority|category)"
    r":[ \t]{0,20}(.{0,400})",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"(?:from|to|subject|sent|slug|headline|byline|title|author|date|publication title):.{0,400}"
    r"|copyright (?:©|\(c\) )?[12]\d{3}\b.{0,300}",
    re.IGNORECASE,
)
_SLUG = re.compile(r"\s{0,8}slug:", re.IGNORECASE)
_BODY = re.compile(r"(?:body|full text|text):?", re.IGNORECASE)
_BODY_BEHIND = re.compile(r"full text:[ \t]{1,9}(?=\S)", re.IGNORECASE)  # whose text begins in the same line
_LISTED_FIRST = re.compile(
    r"(?:title|author|date|publication title):", re.IGNORECASE
)  # no field of a message
_RIGHTS = re.compile(r"all rights reserved\.?|copyright\b.{0,300}|©.{0,300}|.{0,60}\bedition", re.IGNORECASE)
_WORDS = re.compile(r"[\d,.]{1,7} words", re.IGNORECASE)
# The lines of a database below a text, and its captions there, which are kept.
_TRAILER = re.compile(
    r"(?:load-date|document [A-Z0-9]{8,40}$|document-type|publication-type).{0,200}|classification"
    r"|(?:language|subject|industry|company|organization|person|geographic|journal-code|url):.{0,400}"
    rf"|end of document|_{{10,80}}|{_RIGHTS.pattern}",
    re.IGNORECASE,
)
_GRAPHIC = re.compile(r"graphic:[ \t]{0,20}(.{0,2000})", re.IGNORECASE)
_COUNT = re.compile(r"[0-9]{1,6} of [0-9]{1,6} documents?", re.IGNORECASE)
_DATABASE_LABEL = re.compile(
    r"(?:byline|section|length|dateline|headline|body|load-date)\b:?.{0,400}", re.IGNORECASE
)
_BLOCK_LINES = 12  # at the top of an export, in which its fields begin; not measured
_SECTION_WORDS = 3
_RELEASE = re.compile(
    r"(?:(?:press|news|media) (?:release|statement)|(?:for )?immediate release|pressemitteilung"
    r"|communiqué de presse|comunicado de prensa|comunicato stampa|persbericht)[.:]?",
    re.IGNORECASE,
)  # fmt: skip
_OFFICE = re.compile(r".{0,60}\b(?:office|department|desk|service)", re.IGNORECASE)
_NAMES = {
    "subject": "title", "headline": "title", "title": "title", "byline": "byline", "author": "byline",
    "from": "from", "date": "date", "sent": "date", "publication": "source", "source": "source",
    "published": "date", "publication date": "date", "publication title": "source", "url": "url",
    "document url": "url",
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
    if _COUNT.fullmatch(lines[filled[0]].strip()) and len(filled) > 1:
        filled = filled[1:]
    if _FIRST.fullmatch(lines[filled[0]].strip()):
        return _fields(lines, filled)
    return _release(lines, filled) or _exported(lines, filled) or _counted(lines, filled)


def _fields(lines: Sequence[str], filled: Sequence[int]) -> ArticleDraft | None:
    body = next((at for at in filled if _BODY.fullmatch(lines[at].strip())), None)
    may_part = (
        _LISTED_FIRST.match(lines[filled[0]].strip()) is not None
    )  # ProQuest parts fields by blank lines
    values: dict[str, str] = {}
    last, end, labels = "", filled[0], 0
    while end < (filled[-1] + 1 if body is None else body):
        line = lines[end].strip()
        if field := _LABEL.fullmatch(line):
            labels += 1
            last = _NAMES.get(field[1].lower(), "other")
            values.setdefault(last, field[2].strip())
        elif not line and may_part and end + 1 < len(lines) and _LABEL.fullmatch(lines[end + 1].strip()):
            last = ""
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
    rest = [*lines[end if body is None else body + 1 :]]
    begin = next((at for at, line in enumerate(rest) if line.strip()), 0)
    if rest and (mark := _BODY_BEHIND.match(rest[begin])):
        rest[begin] = rest[begin][mark.end() :]
    return _draft(rest, values)


def _exported(lines: Sequence[str], filled: Sequence[int]) -> ArticleDraft | None:
    """Return an article of LexisNexis whose headline, outlet and day stand above its fields without names."""
    labels = [at for at in filled[:_BLOCK_LINES] if _LABEL.fullmatch(lines[at].strip())]
    named = [at for at in labels if _DATABASE_LABEL.fullmatch(lines[at].strip())]
    if len(named) < _LABELS or named[0] == filled[0]:
        return None
    top = [line for at in filled if at < labels[0] and not _RIGHTS.fullmatch(line := lines[at].strip())]
    day = next((place for place, line in enumerate(top) if parse_date_line(line).stated), len(top))
    before, after = top[:day], top[day + 1 :]
    title = after or before[:-1] or before
    fields, rest = [f"title: {' '.join(title)}"], len(lines)
    for at in range(labels[0], len(lines)):
        line = lines[at]
        if line.strip() and not (
            _LABEL.fullmatch(line.strip()) or (line[0].isspace() and lines[at - 1].strip())
        ):
            rest = at
            break
        fields.extend([line] if line.strip() else [])
    text = [*fields, "", *lines[rest:]]
    block = _fields(text, [at for at, line in enumerate(text) if line.strip()])
    if day == len(top) or not title or block is None:
        return None
    source = block.source or ("" if title is before else before[-1] if before else "")
    return replace(block, source=source, dates=(StatedDate(top[day], "byline"), *block.dates))


def _counted(lines: Sequence[str], filled: Sequence[int]) -> ArticleDraft | None:
    """Return an article of Factiva: section, headline, byline, how many words, date, outlet, codes."""
    place = next((place for place, at in enumerate(filled) if _WORDS.fullmatch(lines[at].strip())), 0)
    if not place or place + 2 >= len(filled):
        return None
    date, source = (lines[at].strip() for at in filled[place + 1 : place + 3])
    above = [line for at in filled[:place] if (line := lines[at].strip())]
    if (
        len(above) > 1
        and is_person(above[-1])
        and not read_head(above[-1:]).lines
        and any(len(line.split()) > _SECTION_WORDS for line in above[:-1])
    ):
        above[-1] = f"By {above[-1]}"
    titles = [line for line in above if not read_head([line]).lines]
    if len(titles) > 1 and len(titles[0].split()) <= _SECTION_WORDS:
        del titles[0]
    if not parse_date_line(date).stated or not titles:
        return None
    authors = next((head.authors for line in above if (head := read_head([line])).authors), ())
    end = next((at for at in range(filled[place], len(lines)) if not lines[at].strip()), len(lines))
    draft = _draft(lines[end:], {"title": " ".join(titles), "date": date, "source": source})
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
    end, captions = len(lines), list[str]()
    while end:
        line = lines[end - 1].strip()
        if graphic := _GRAPHIC.fullmatch(line):
            captions[:0] = ["", graphic[1]]
        elif line and not _TRAILER.fullmatch(line):
            break
        end -= 1
    byline = re.sub(r"^by:? ", "", values.get("byline", ""), flags=re.IGNORECASE)
    names = [name.strip(" ,;") for name in _BETWEEN.split(byline)] or [""]
    authors = tuple(name for name in names if name and not _NO_NAME.search(name))
    sender = _SENDER.match(values.get("from", ""))
    return ArticleDraft(
        text="\n".join((*lines[:end], *captions)),
        title=values.get("title", ""),
        url=values.get("url", ""),
        source=values.get("source", ""),
        authors=authors or ((sender[1],) if sender else ()),
        dates=(StatedDate(values["date"], "byline"),) if values.get("date") else (),
    )
