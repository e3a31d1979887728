"""Mends the faults of XML that stop a parser, or make it lose what follows. Knows no vocabulary."""

import re
from collections import Counter
from collections.abc import Callable, Set
from html.entities import html5
from typing import TextIO

from nutgraf.indexer.loaders.base import BUFFER_BYTES

# A `<` or `&` so near the end of a part may begin a tag or an entity that goes on in the next part. Far above
# the length of real ones; not measured.
_LONGEST_TAG_CHARS = 20_000
_LONGEST_ENTITY_CHARS = 40
_MOST_DEPTH = 200  # libxml2 reads nothing behind an element that is 256 deep
_FORBIDDEN = dict.fromkeys(code for code in range(0x20) if code not in (0x9, 0xA, 0xD))
_SECTIONS = {"<![CDATA[": "]]>", "<!--": "-->", "<?": "?>"}  # how what holds no markup begins and ends
_MARKUP = re.compile(
    r"""<(?:!\[CDATA\[|!--|\?|!"""
    r"""|(?P<slash>/?)(?P<name>[^\W\d][\w:.-]*+)(?P<rest>\s(?:[^<>"']|"[^"<]*+"|'[^'<]*+')*+|/?)>)?"""
    r"""|&(?:(?P<entity>#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)?"""
)
_ATTRIBUTE = re.compile(r"""([^\W\d][\w:.-]*+)\s*+(?:=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"']++)))?""")
_ENTITIES_OF_XML = ("amp", "lt", "gt", "quot", "apos")
_EMPTY = frozenset({"br", "hr", "img", "wbr"})
_ENDED_BY_THE_NEXT = frozenset({"li", "p"})


class MendedXml:
    """XML as UTF-8 in which each element ends within the one around it, whatever the text does.

    Feeds hold HTML that nobody escaped. A tag that was left open ends where the element around it does, an
    end tag without a beginning is left out, attributes get their quotes, and a `<` or `&` that begins no
    markup is a character, as the entities of HTML are. Control characters go. Entities that the file itself
    declares stay as they are written, so that none is ever expanded.

    `records` returns the names of the elements that never stand within one another, by that of the root.
    """

    def __init__(self, text: TextIO, records: Callable[[str], Set[str]] = lambda _root: frozenset()) -> None:
        self._text = text
        self._names_of = records
        self._records: Set[str] | None = None
        self._rest = ""
        self._section_end = ""
        self._open: list[str] = []
        self._open_counts: Counter[str] = Counter()
        self._ready = b""

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes; none at the end."""
        while not self._ready:
            chars = self._text.read(BUFFER_BYTES)
            if not chars and not self._rest:
                return b""
            self._ready = self._mend(self._rest + chars, is_end=not chars).encode("utf-8", "replace")
        part, self._ready = self._ready[:size], self._ready[size:]
        return part

    def _mend(self, text: str, *, is_end: bool) -> str:
        """Return a text without faults, but for its end where that may go on: it is kept for the next one."""
        text = text.translate(_FORBIDDEN)
        parts: list[str] = []
        at, size = 0, len(text)
        while at < size:
            if self._section_end:
                at = self._pass_section(text, at, parts, is_end=is_end)
                if self._section_end:
                    break
            match = _MARKUP.search(text, at)
            if match is None:
                parts.append(text[at:])
                at = size
                break
            parts.append(text[at : match.start()])
            at = match.start()
            if not is_end and _may_go_on(match, size - at):
                break
            parts.append(self._markup(match))
            at = match.end()
        self._rest = text[at:]
        return "".join(parts)

    def _pass_section(self, text: str, at: int, parts: list[str], *, is_end: bool) -> int:
        """Take over a comment, CDATA or an instruction as it is; return where it ends, or the text does."""
        end = text.find(self._section_end, at)
        if end >= 0:
            stop = end + len(self._section_end)
            self._section_end = ""
        else:
            stop = len(text) if is_end else max(at, len(text) - len(self._section_end) + 1)
        parts.append(text[at:stop])
        return stop

    def _markup(self, match: re.Match[str]) -> str:
        sign = match[0]
        if sign.startswith("&"):
            return _reference(match)
        if match["name"]:
            return self._end(match["name"]) if match["slash"] else self._start(match["name"], match["rest"])
        self._section_end = _SECTIONS.get(sign, "")
        is_declaration = sign == "<!" and not self._open
        return sign if self._section_end or is_declaration else f"&lt;{sign[1:]}"

    def _start(self, name: str, rest: str) -> str:
        folded = name.lower()
        local = folded.rpartition(":")[2]
        if self._records is None:
            self._records = self._names_of(local)
        is_next = folded in _ENDED_BY_THE_NEXT and self._open and self._open[-1] == name
        before = self._end(name) if is_next or local in self._records else ""
        is_empty = rest.endswith("/") or folded in _EMPTY
        attributes = _attributes(rest)
        is_deep = len(self._open) >= _MOST_DEPTH
        if not is_empty:
            self._open.append(name)
            self._open_counts[folded] += 1
        return f"{before}<{name}{attributes}{'/' if is_empty or is_deep else ''}>"

    def _end(self, name: str) -> str:
        """Return the ends of all elements up to the innermost of this name; "" where none is open."""
        folded, ends = name.lower(), []
        while self._open_counts[folded]:
            last = self._open.pop()
            self._open_counts[last.lower()] -= 1
            if len(self._open) < _MOST_DEPTH:
                ends.append(f"</{last}>")
            if last.lower() == folded:
                break
        return "".join(ends)


def _may_go_on(match: re.Match[str], chars_left: int) -> bool:
    """Whether a sign that begins no markup is so near the end that its markup may end in the next part."""
    if match[0] in {"<", "<!"}:
        return chars_left < (_LONGEST_TAG_CHARS if match[0] == "<" else len("<![CDATA["))
    return match[0] == "&" and chars_left < _LONGEST_ENTITY_CHARS


def _attributes(rest: str) -> str:
    values: dict[str, str] = {}
    for name, *quoted in _ATTRIBUTE.findall(rest.removesuffix("/")):
        values.setdefault(name, "".join(quoted))
    escaped = {name: _MARKUP.sub(_reference, value).replace('"', "&quot;") for name, value in values.items()}
    return "".join(f' {name}="{value}"' for name, value in escaped.items())


def _reference(match: re.Match[str]) -> str:
    if match[0].startswith("<"):
        return f"&lt;{match[0][1:]}"
    entity = match["entity"]
    if entity is None:
        return "&amp;"
    if entity.startswith("#") or entity in _ENTITIES_OF_XML:
        return match[0]
    chars = html5.get(f"{entity};")
    return "".join(f"&#{ord(char)};" for char in chars) if chars else f"&amp;{entity};"
