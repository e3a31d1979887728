"""Reads Markdown as plain text: front matter into fields, and headings and links into their words."""

import html
import re
from dataclasses import replace

from nutgraf.indexer.clean import normalise
from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.texts.front_matter import draft_of_fields, split_front_matter
from nutgraf.indexer.loaders.texts.text import draft_of, with_head

_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]++(.{1,500})")
_UNDERLINE = re.compile(r" {0,3}=++[ \t]*+")
_RULE = re.compile(
    r" {0,3}(?:[-*_][ \t]*+){3,}+|:?-{3,}+:?(?:[ \t]*+\|[ \t]*+:?-{3,}+:?)*+"
    r"|[ \t]{0,8}\|(?:[ \t]*+:?-++:?[ \t]*+\|?)++"
)
# Tags of Hugo and Liquid, and attributes of kramdown and Pandoc; no tag holds a brace.
_TAG = re.compile(
    r"\{\{[<%][^{}]{0,1000}[>%]\}\}|\{%[^{}]{0,1000}%\}|\{\{[^{}\n]{0,300}\}\}|\{:?[ ]?[#.][^{}\n]{1,300}\}"
    r"|\{:[^{}\n]{0,300}\}"
)
_CAPTION = re.compile(r"\bcaption=(?:\"([^\"]{1,500})\"|'([^']{1,500})'|“([^”]{1,500})”)")
_REFERENCE = re.compile(
    r" {0,3}\[[^\]\n]{1,200}\]:[ \t]*+(?:<|https?:|mailto:|[/.#])\S{0,2000}(?:[ \t].{0,300})?"
)
_ITEM = re.compile(r"[ \t]{0,8}[*+-][ \t]")
_QUOTE_OR_ITEM = re.compile(r"^[ \t]{0,8}(?:(?:>[ \t]?)++|[*+-][ \t]++)")
# After the words of a link: ](address), where the address may hold one pair of brackets, or ][name].
_TARGET = r"\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)|\[[^\]\n]{0,100}\])"
# In a longer file inline marks stay: these patterns look ahead, and a hostile file would make them look long.
_MOST_INLINE_CHARS = 1_000_000
_INLINE = (
    (re.compile(r"^\[\^[^\]\n]{1,50}\]:[ \t]{0,9}|^\[![\w-]{1,30}\][+-]?[ \t]{0,9}|^\[[ xX]\][ \t]"), ""),
    (re.compile(r"!\[\[[^\[\]\n]{1,300}\]\]|\[\^[^\]\n]{1,50}\]|[ \t]\^[A-Za-z][\w-]{0,40}$"), ""),
    (re.compile(r"\[\[(?:[^\[\]|\n]{1,300}\|)?([^\[\]|\n]{1,300})\]\]"), r"\1"),
    (re.compile(rf"!\[[^\]\n]{{0,300}}{_TARGET}"), ""),
    (re.compile(rf"\[([^\[\]\n]{{1,500}}){_TARGET}"), r"\1"),
    (re.compile(r"<(https?://[^\s<>]{1,2000})>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>\n]{0,500}>|<!--[^\n]{0,2000}?-->"), ""),
    (re.compile(r"(\*\*|__)(?=\S)([^\n]{1,300}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(==|~~)(?=[^\s=~])([^\n=~]{1,300})(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,300})(?<=[^\s\\])\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w\\])_(?=[^\s_])([^_\n]{1,300})(?<=[^\s\\])_(?!\w)"), r"\1"),
    (re.compile(r"(`{1,3})([^`\n]{1,300})\1"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])"), r"\1"),
)  # fmt: skip


def read_markdown(data: bytes, _: LoadOptions) -> ArticleDraft:
    """Return the article of a Markdown file; fields of the front matter win over what the text says."""
    fields, text = split_front_matter(normalise(decode(data)))
    known = draft_of_fields(fields)
    heading, plain = _plain(_TAG.sub(_caption, text).strip("\n"))
    title = known.title or heading
    if heading.casefold() != title.casefold():
        plain = f"{heading}\n\n{plain}"
    plain = plain.strip("\n") or known.text or title  # a headline alone is a short article
    body = with_head(ArticleDraft(text=plain, title=title)) if title else draft_of(plain)
    return replace(
        known,
        text=body.text,
        title=title or body.title,
        source=known.source or body.source,
        authors=known.authors or body.authors,
        dates=(*known.dates, *body.dates),
    )


def _plain(text: str) -> tuple[str, str]:
    """Return the first top heading ("" where there is none) and the text without its marks.

    An item of a list is a paragraph: without its mark it could not be told from a line that goes on.
    """
    title, kept, in_code, in_item = "", list[str](), False, False
    filled = 0  # lines of `kept` that are not empty
    inline = _inline if len(text) <= _MOST_INLINE_CHARS else str
    for line in text.split("\n"):
        if _FENCE.match(line):
            in_code = not in_code
        elif in_code:
            kept.append(line)
            filled += bool(line)
        elif not title and kept and filled == bool(kept[-1]) and _UNDERLINE.fullmatch(line):
            title, filled = kept.pop(), 0
        elif not (_RULE.fullmatch(line) or _REFERENCE.fullmatch(line)):
            heading = _HEADING.fullmatch(line)
            words = inline(heading[2].rstrip("# \t") if heading else _QUOTE_OR_ITEM.sub("", line))
            if heading and not title and len(heading[1]) == 1 and not filled:
                title = words
            else:
                item = _ITEM.match(line) is not None
                in_item = item or (in_item and bool(line))
                kept.extend(
                    ["", words, ""]
                    if heading
                    else ["", words]
                    if item
                    else [words.strip() if in_item else words]
                )
                filled += bool(words)
    return title, "\n".join(kept)


def _inline(line: str) -> str:
    plain = line
    for mark, words in _INLINE:
        plain = mark.sub(words, plain)
    return plain if "`" in line else html.unescape(plain)


def _caption(tag: re.Match[str]) -> str:
    caption = _CAPTION.search(tag[0])
    return next(filter(None, caption.groups()), "") if caption else ""
