"""Quotes with their source as people read them: as text, Markdown and HTML.

Text of articles is text: whatever would be markup is escaped.
"""

import re
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from nutgraf.qa.citing.citation import Citation, printable

_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&$]")
_LIST_MARK = re.compile(r"(\d{0,9})([-+.)])")
"""What makes an item of a list of a line of Markdown that begins with it."""


def text(citations: Sequence[Citation]) -> str:
    """Return each quote with its source, and below it the place in the archive and the link to the words."""
    return "\n".join(map(_text, citations))


def markdown(citations: Sequence[Citation]) -> str:
    """Return each quote as a block quote of CommonMark: its words in bold, its source behind a dash."""
    return "\n".join(map(_markdown, citations))


def html(citations: Sequence[Citation]) -> str:
    """Return each quote as a figure: its words are marked, its source is the caption."""
    return "".join(map(_html, citations))


def _text(citation: Citation) -> str:
    title = f"“{citation.title}”" if citation.title else "untitled"
    source = ", ".join(filter(None, [_source(citation, title), citation.url]))
    if not citation.is_quote:
        return f"{source}\n[{citation.place}]\n"
    link = f", {citation.link}" if citation.link else ""
    return f"“{citation.text}”\n— {source}\n[{citation.place}{link}]\n"


def _source(citation: Citation, title: str, day: str = "", escaped: Callable[[str], str] = str) -> str:
    """Return authors, title, outlet, day and page, as far as they are known; the title is ready to print."""
    authors, outlet = escaped(_listed(citation.authors)), escaped(citation.outlet)
    page = f"p. {citation.page}" if citation.page else ""
    return ", ".join(filter(None, [authors, title, outlet, day or citation.printed_day, page]))


def _listed(names: Sequence[str]) -> str:
    """Return names as a sentence has them: "Ada Quill, Bo Lee and Cy Moor"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _markdown(citation: Citation) -> str:
    title = _markdown_text(citation.title or "Untitled")
    linked = f"[{title}](<{citation.link}>)" if citation.link else title
    source = _source(citation, linked, escaped=_markdown_text)
    span = f", {citation.field} {citation.quote[0]}–{citation.quote[1]}" if citation.is_quote else ""
    place = f"<!-- {quote(citation.article.id).replace('--', '-%2D')}{span} -->\n"  # no id ends the comment
    if not citation.is_quote:
        return f"{_paragraph(source)}\n\n{place}"
    return f"> {_paragraph(_bold(citation))}\n>\n> — {source}\n\n{place}"


def _bold(citation: Citation) -> str:
    """Return the quote with its words in bold, unless they are all of it, or a mark would stand in a word."""
    before, words, after = citation.parts
    is_whole = not before and not after
    is_cut = any(
        outside.isalnum() and not inside.isalnum()
        for outside, inside in ((before[-1:], words[:1]), (after[:1], words[-1:]))
    )
    mark = "" if is_whole or is_cut else "**"
    return f"{_markdown_text(before)}{mark}{_markdown_text(words)}{mark}{_markdown_text(after)}"


def _markdown_text(line: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", line)


def _paragraph(line: str) -> str:
    """Return a line of Markdown that begins no list."""
    return _LIST_MARK.sub(r"\1\\\2", line, count=1) if _LIST_MARK.match(line) else line


def _html(citation: Citation) -> str:
    day = citation.day
    title = f"<cite>{escape(citation.title or 'Untitled')}</cite>"
    linked = f'<a href="{escape(citation.link)}">{title}</a>' if citation.link else title
    printed = f'<time datetime="{day}">{citation.printed_day}</time>' if day else ""
    source = _source(citation, linked, printed, escape)
    if not citation.is_quote:
        return f'<p data-article="{escape(printable(citation.article.id))}">{source}</p>\n'
    before, words, after = map(escape, citation.parts)
    marked = f"{before}<mark>{words}</mark>{after}" if before or after else words
    attributes = {
        "cite": citation.url,
        "data-article": printable(citation.article.id),
        "data-field": citation.field,
        "data-start": citation.quote[0],
        "data-end": citation.quote[1],
    }
    written = "".join(
        f' {name}="{escape(str(value))}"' for name, value in attributes.items() if value is not None
    )
    return (
        f"<figure>\n<blockquote{written}>\n<p>{marked}</p>\n</blockquote>\n"
        f"<figcaption>{source}</figcaption>\n</figure>\n"
    )
