"""The part of an article's title that can be quoted: without the site's name, and only if it says more.

Knows an article's title, text, outlet and address; does not know how passages are kept or found.
"""

import re
from urllib.parse import urlsplit

from nutgraf.indexer.article import Article
from nutgraf.indexer.newspaper_words import NEWSPAPER_WORDS
from nutgraf.models.words import word_set

_OUTLET_MOST_WORDS = 5
_SITE_MOST_WORDS = 3
"""The longest name of an outlet or of another site behind a separator: "The Sydney Morning Herald", "CNN
Politics". Of 11,600 titles of a news archive these bounds cut no word of a headline."""

_BREAK = re.compile(r"[|‖¦•·»›‹«]|(?<=\s)(?:::|[-–—])(?=\s)")
_DASHES = frozenset("-–—")
_MOST_SITES = 3  # "Mill shut | Business | The Guardian" has two; it bounds the work
_MOST_CHARS = 500  # a longer title is no headline; loaders give none
_CUT_MARKS = ("...", "…")
_WORD = re.compile(r"\w+")
_SMALL_WORDS = frozenset({"of", "the", "and", "for"})
_COMMON_LABELS = frozenset({"www", "com", "org", "net", "news", "edition", "mobile", "amp"})
_OUTLET_WORDS = NEWSPAPER_WORDS | word_set(
    "abc afp ap associated bbc blog bloomberg cbc cbs cnbc cnn dw financial forbes fox insider msn msnbc nbc"
    " newsletter npr pbs politico radio reuters sky tass tv upi wire wsj xinhua yahoo"
)


def headline(article: Article) -> tuple[int, int] | None:
    """Return the span of the title that is a passage; None where there is none that says more than the text.

    A title says nothing more whose words stand in the text, in a row.

    >>> headline(Article(id="a1", title="Mill closes | Tarn Post", text="It made flour for a century."))
    (0, 11)
    """
    start, end = headline_span(article)
    said = _words(article.title[start:end])
    is_headline = said.strip() and end - start <= _MOST_CHARS and said not in _words(article.text)
    return (start, end) if is_headline else None


def headline_span(article: Article) -> tuple[int, int]:
    """Return the span of the title without blanks, sites' names behind it, and the mark of a cut.

    >>> headline_span(Article(id="a1", title=" Mill closes ... - USA Today", text=""))
    (1, 12)
    """
    title = article.title
    start, end = len(title) - len(title.lstrip()), len(title.rstrip())
    for separator in reversed([*_BREAK.finditer(title, start, end)][-_MOST_SITES:]):
        if not _is_site(article, start, separator, end):
            break
        end = start + len(title[start : separator.start()].rstrip())
    if title[start:end].endswith(_CUT_MARKS):
        end = start + len(title[start:end].rstrip(" .…"))
    return start, end


def _is_site(article: Article, start: int, separator: re.Match[str], end: int) -> bool:
    """Whether the name of a site stands between a separator and the end of what is left of the title."""
    site = article.title[separator.end() : end].strip()
    before = len(_WORD.findall(article.title, start, separator.start()))
    is_bar = separator[0] not in _DASHES
    return before > 0 and (_is_outlet(site, article) or (is_bar and before > 1 and _is_name(site)))


def _is_outlet(site: str, article: Article) -> bool:
    """Whether a part of a title names an outlet: "- police" and "- a first" belong to the headline."""
    letters, words = _letters(site), _WORD.findall(site)
    if not 0 < len(words) <= _OUTLET_MOST_WORDS:
        return False
    known = [_letters(article.source or ""), *_labels(article.url or ""), *_labels(article.source or "")]
    if letters in known:
        return True
    is_name = all(not word[0].islower() for word in words)
    if is_name and any(_is_part(label, letters) for label in known):
        return True
    folded = [word.casefold() for word in words]
    has_outlet_word = letters == "usatoday" or not _OUTLET_WORDS.isdisjoint(folded)
    is_title_case = words[0][0].isupper() and not any(
        word[0].islower() for word in words if word not in _OUTLET_WORDS | _SMALL_WORDS
    )
    return _is_domain(site) or (has_outlet_word and is_title_case)


def _is_name(site: str) -> bool:
    words = _WORD.findall(site)
    return len(words) <= _SITE_MOST_WORDS and all(not word[0].islower() for word in words)


def _is_part(label: str, letters: str) -> bool:
    """Whether a label of the outlet and a name are one: "bbc" and "BBC News", "skynews" and "Sky"."""
    shorter, longer = sorted((label, letters), key=len)
    return len(shorter) > 2 and (longer.startswith(shorter) or longer.endswith(shorter))  # noqa: PLR2004


def _labels(address: str) -> list[str]:
    """Return the parts of a host that can be the name of a site; none where it is no address."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return []
    labels = host.split(".")[:-1] if _is_domain(host) else []
    return [_letters(label) for label in labels if len(label) > 2 and label not in _COMMON_LABELS]  # noqa: PLR2004


def _is_domain(name: str) -> bool:
    return "." in name[1:-2] and " " not in name and name.rpartition(".")[2].isalpha()


def _letters(name: str) -> str:
    return "".join(_WORD.findall(name.casefold()))


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
