"""The link of an outlet that makes a browser scroll to the quoted words: a text fragment. Pure.

A text fragment is `#:~:text=[prefix-,]start[,end][,-suffix]`, as https://wicg.github.io/scroll-to-text-fragment/
says. A browser looks for `start` in the page, or for what reaches from `start` to `end`; the prefix right
before and the suffix right behind say which of several places is meant. Each part lies in one paragraph, and
begins and ends where a word does. Case does not count.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit

from nutgraf.indexer.article import Article, ArticleJson
from nutgraf.indexer.fields import Field

_MOST_EXACT_CHARS = 300
"""Longer quotes are named by how they begin and end, as the specification recommends."""

_LEAST_ALONE_CHARS = 20
"""Shorter quotes get a context even where the article has them once: a page has menus and teasers, too.
This is what Chrome's "Copy link to highlight" does."""

_CONTEXTS = (3, 10)
"""Words before and behind a quote: the first number that makes it the only one. Chrome takes 3 to 10."""

_END_WORDS = 5  # of the beginning and the end of a long quote; not compared
_MOST_WIDENED_CHARS = 40  # a longer run without a boundary is of a script that writes no blanks
_WORD_CHARS = 40  # on average at most: it bounds the work, and the terms of a script without blanks
_WORD = re.compile(r"\S+")
_MIDDLES = ".'’:"  # join two letters to one word: U.S, China's (Unicode Standard Annex 29, WB6)
_NUMBER_MIDDLES = ",;"  # join two digits: 1,000 (WB12)
_RESERVED = ":/?#[]@!$&'()*+,;=%~"  # stays as it is in an address that somebody wrote (RFC 3986)
_DIRECTIVE = ":~:"


def web_address(url: str | None) -> str | None:
    """Return an address of the web, all that no address may hold percent-encoded; None for any other.

    >>> web_address("https://news.example/a b{1}"), web_address("javascript:alert(1)")
    ('https://news.example/a%20b%7B1%7D', None)
    """
    url = (url or "").strip()
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    return quote(url, safe=_RESERVED) if is_web else None


def web_link(article: Article, field: Field, start: int, end: int) -> str | None:
    """Return the article's address with a text fragment for [start:end) of the field; None without one.

    Of a PDF it opens the page, too (RFC 8118).
    """
    address = web_address(article.url)
    if address is None:
        return None
    base, _, fragment = address.partition("#")
    fragment = fragment.partition(_DIRECTIVE)[0]
    page = article.page_of(start, field)
    if page is not None and not fragment and urlsplit(base).path.lower().endswith(".pdf"):
        fragment = f"page={page}"
    directive = text_directive(article.content(field), start, end)
    return f"{base}#{fragment}{_DIRECTIVE}{directive}" if directive else address


def linked_reference(article: Article, field: Field, start: int, end: int) -> ArticleJson:
    """Return the reference of an article whose words [start:end) are quoted, with the link to the words."""
    return {**article.quoted_reference(), "link": web_link(article, field, start, end)}


def text_directive(content: str, start: int, end: int) -> str:
    """Return the text directive for [start:end) of an article's text or title; "" for nothing but blanks.

    >>> text_directive("The mill at Tarn closed on Monday, and forty people lost their work.", 17, 33)
    'text=mill%20at%20Tarn-,closed%20on%20Monday,-%2C%20and%20forty'
    """
    start, end = _whole_words(content, start, end)
    if start == end:
        return ""
    searched = content.lower()
    first_end, last_start = _terms(content, start, end)
    prefix_start, suffix_end = start, end
    if first_end - start < _LEAST_ALONE_CHARS or _is_repeated(content[start:first_end], searched):
        for words in _CONTEXTS:
            prefix_start = _tail(content, content.rfind("\n", 0, start) + 1, start, words)
            suffix_end = _head(content, end, _line_end(content, end), words)
            if not _is_repeated(
                content[prefix_start : suffix_end if first_end == end else first_end], searched
            ):
                break
    prefix, suffix = (
        _encoded(around) if any(map(_is_letter, around)) else ""  # a full stop alone is no word to look for
        for around in (content[prefix_start:start], content[end:suffix_end])
    )
    terms = [
        f"{prefix}-" if prefix else "",
        _encoded(content[start:first_end]),
        _encoded(content[last_start:end]),
        f"-{suffix}" if suffix else "",
    ]
    return f"text={','.join(filter(None, terms))}"


def _terms(content: str, start: int, end: int) -> tuple[int, int]:
    """Return where the term ends that a quote begins with, and where the one begins that it ends with.

    A short quote of one paragraph is a single term: (end, end).
    """
    line_end = min(end, _line_end(content, start))
    if line_end == end and end - start <= _MOST_EXACT_CHARS:
        return end, end
    first_end = _head(content, start, line_end, _END_WORDS)
    last_start = _tail(content, max(content.rfind("\n", 0, end) + 1, first_end), end, _END_WORDS)
    return (first_end, last_start) if start < first_end and last_start < end else (end, end)


def _head(content: str, start: int, end: int, words: int) -> int:
    """Return the end of the first words of [start:end), or `start` if they are longer than any words."""
    window = min(end, start + words * _WORD_CHARS)
    ends = [word.end() for word in _WORD.finditer(content, start, window)]
    if window < end and ends and ends[-1] == window:  # a part of a word
        ends.pop()
    return ends[:words][-1] if ends else start


def _tail(content: str, start: int, end: int, words: int) -> int:
    """Return the start of the last words of [start:end), or `end` if they are longer than any words."""
    window = max(start, end - words * _WORD_CHARS)
    starts = [word.start() for word in _WORD.finditer(content, window, end)]
    if start < window and starts and starts[0] == window:
        starts.pop(0)
    return starts[-words:][0] if starts else end


def _line_end(content: str, at: int) -> int:
    end = content.find("\n", at)
    return len(content) if end < 0 else end


def _is_repeated(term: str, searched: str) -> bool:
    return searched.count(term.lower()) > 1


def _encoded(term: str) -> str:
    """Return a term on one line, percent-encoded; a dash, too, which marks prefix and suffix."""
    return quote(" ".join(term.split()), safe="").replace("-", "%2D")


def _whole_words(content: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without blanks at its ends, and with the rest of a word that it cuts."""
    quoted = content[start:end]
    start, end = end - len(quoted.lstrip()), start + len(quoted.rstrip())
    if start >= end:
        return end, end
    first, last = max(0, start - _MOST_WIDENED_CHARS), min(len(content), end + _MOST_WIDENED_CHARS)
    whole_start = next((at for at in range(start, first, -1) if not _is_in_word(content, at)), None)
    if whole_start is None:
        whole_start = 0 if first == 0 else start
    whole_end = next((at for at in range(end, last) if not _is_in_word(content, at)), None)
    if whole_end is None:
        whole_end = last if last == len(content) else end
    return whole_start, whole_end


def _is_in_word(content: str, at: int) -> bool:
    """Whether a place is inside a word, as browsers see words (Unicode Standard Annex 29)."""
    around = content[max(0, at - 2) : at].rjust(2) + content[at : at + 2].ljust(2)
    second, before, after, third = tuple(around)
    if _is_letter(before) and _is_letter(after):
        return True
    for middle, left, right in ((before, second, after), (after, before, third)):
        if middle in _MIDDLES and _is_letter(left) and _is_letter(right):
            return True
        if middle in _NUMBER_MIDDLES and left.isdigit() and right.isdigit():
            return True
    return False


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")
