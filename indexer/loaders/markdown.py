"""Reads Markdown as plain text: front matter into fields, and headings and links into their words."""

import re

from nutgraf.indexer.clean import normalise
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.text import draft_of, with_head

_FRONT = re.compile(r"---[ \t]*+\n(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*+(?:\n|\Z)", re.DOTALL)
_PAIR = re.compile(r"([A-Za-z_-]{1,40})[ \t]*+:[ \t]*+(.{0,2000})")
_ITEM = re.compile(r"[ \t]*+-[ \t]++(.{1,200})")
_FIELDS = {
    "title": "title", "headline": "title",
    "date": "published", "published": "published", "pubdate": "published",
    "author": "authors", "authors": "authors", "byline": "authors",
    "url": "url", "link": "url", "canonical": "url", "canonical_url": "url",
    "source": "source", "outlet": "source", "publisher": "source", "id": "id",
}  # fmt: skip
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]++(.{1,500})")
_UNDERLINE = re.compile(r" {0,3}=++[ \t]*+")
_RULE = re.compile(r" {0,3}(?:[-*_][ \t]*+){3,}+|:?-{3,}+:?(?:[ \t]*+\|[ \t]*+:?-{3,}+:?)*+")
_REFERENCE = re.compile(
    r" {0,3}\[[^\]\n]{1,200}\]:[ \t]*+(?:<|https?:|mailto:|[/.#])\S{0,2000}(?:[ \t].{0,300})?"
)
_QUOTE_OR_ITEM = re.compile(r"^[ \t]{0,8}(?:(?:>[ \t]?)++|[*+-][ \t]++)")
# After the words of a link: ](address), where the address may hold one pair of brackets, or ][name].
_TARGET = r"\](?:\([^()\n]{0,2000}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)|\[[^\]\n]{0,100}\])"
# In a longer file inline marks stay: these patterns look ahead, and a hostile file would make them look long.
_MOST_INLINE_CHARS = 1_000_000
_INLINE = (
    (re.compile(rf"!\[[^\]\n]{{0,300}}{_TARGET}"), ""),
    (re.compile(rf"\[([^\[\]\n]{{1,500}}){_TARGET}"), r"\1"),
    (re.compile(r"<(https?://[^\s<>]{1,2000})>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>\n]{0,500}>|<!--[^\n]{0,2000}?-->"), ""),
    (re.compile(r"(\*\*|__)(?=\S)([^\n]{1,300}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300})(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=[^\s_])([^_\n]{1,300})(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"(`{1,3})([^`\n]{1,300})\1"), r"\2"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])"), r"\1"),
)  # fmt: skip


def read_markdown(data: bytes, _: LoadOptions) -> ArticleDraft:
    """Return the article of a Markdown file; fields of the front matter win over what the text says."""
    text = normalise(decode(data))
    fields: dict[str, str] = {}
    front = _FRONT.match(text)
    if front:
        fields = _front_matter(front[1])
        text = text[front.end() :]
    heading, plain = _plain(text)
    title = fields.get("title") or heading
    if heading.casefold() != title.casefold():
        plain = f"{heading}\n\n{plain}"
    body = with_head(ArticleDraft(text=plain.strip("\n"), title=title)) if title else draft_of(plain)
    return ArticleDraft(
        text=body.text,
        id=fields.get("id", ""),
        title=title or body.title,
        url=fields.get("url", ""),
        source=fields.get("source") or body.source,
        authors=tuple(fields["authors"].split("\n")) if fields.get("authors") else body.authors,
        dates=(StatedDate(fields.get("published", ""), "given"), *body.dates),
    )


def _front_matter(block: str) -> dict[str, str]:
    """Read `key: value` lines and lists under a key; names in a list or in [a, b] end up one a line."""
    fields: dict[str, str] = {}
    field = ""
    for line in block.split("\n"):
        pair, item = _PAIR.fullmatch(line), _ITEM.fullmatch(line)
        if pair:
            field = _FIELDS.get(pair[1].lower(), "")
            value = pair[2].strip()
            if field == "authors":
                value = "\n".join(_unquoted(name) for name in value.strip("[]").split(","))
            if field:
                fields.setdefault(field, _unquoted(value))
        elif item and field == "authors":
            fields[field] = (fields.get(field, "") + "\n" + _unquoted(item[1])).strip("\n")
    return fields


def _unquoted(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _plain(text: str) -> tuple[str, str]:
    """Return the first top heading ("" where there is none) and the text without its marks."""
    title, kept, in_code = "", list[str](), False
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
                kept.extend(["", words, ""] if heading else [words])
                filled += bool(words)
    return title, "\n".join(kept)


def _inline(line: str) -> str:
    for mark, words in _INLINE:
        line = mark.sub(words, line)
    return line
