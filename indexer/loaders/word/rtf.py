"""Reads Rich Text Format (Microsoft's specification 1.9.1) in one pass over its control words.

What a reader of the page does not see is left out: deleted and hidden text, instructions of fields, comments,
and every destination that is not known and may be ignored. The library striprtf keeps the first two.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError
from nutgraf.indexer.loaders.word.manuscript import Block, Manuscript, is_title_style
from nutgraf.indexer.loaders.word.rtf_story import Story, joined
from nutgraf.indexer.loaders.word.symbols import symbol

_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}\{\\rtf")
_TOKEN = re.compile(
    r"\\(?:(?P<word>[a-zA-Z]{1,32})(?P<number>-?[0-9]{1,10})? ?|'(?P<byte>[0-9a-fA-F]{2})|(?P<sign>.))"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)
_MOST_GROUPS = 1_000  # inside one another; real documents have some twenty
_MOST_LEVELS = 20  # of tables in tables

_WRITTEN = {
    "tab": "\t", "line": "\n", "lbr": "\n", "page": "\n", "column": "\n", "emdash": "—", "endash": "–",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ",
    "enspace": " ", "qmspace": " ", "~": " ", "_": "-", "\\": "\\", "{": "{", "}": "}", "\t": "\t",
}  # fmt: skip
# Destinations that can be ignored ("\*") and are read all the same, because they hold text.
_READ = frozenset({"shpinst", "do", "dptxbxtext", "nesttableprops", "moMath", "moMathPara"})
_NOT_READ = frozenset({
    "aftncn", "aftnsep", "aftnsepc", "colortbl", "fldinst", "footer", "footerf", "footerl", "footerr",
    "ftncn", "ftnsep", "ftnsepc", "info", "mmathPict", "nonesttables", "nonshppict", "pict", "rxe", "shprslt",
    "sn", "sv", "tc", "txe", "xe",
})  # fmt: skip
_TABLES = frozenset({"fonttbl", "stylesheet"})
_MOMENT = ("yr", "mo", "dy", "hr", "min")
_PROPERTIES = frozenset({"title", "author", "creatim"})
_STORIES = {
    "footnote": "note", "listtext": "label", "pntext": "label", "shptxt": "box", "dptxbxtext": "box",
    "header": "header", "headerf": "header", "headerl": "header", "headerr": "header",
}  # fmt: skip
_CHANGING = frozenset({"DATE", "TIME", "PRINTDATE", "SAVEDATE"})
# Windows' numbers of character sets, as code pages; 2 is that of symbols.
_CHARSETS = {
    0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_SYMBOLS = 2
_PAGES = {
    **{number: f"cp{number}" for number in (437, 850, 852, 855, 857, 862, 866, 874, 932, 949, 950)},
    **{number: f"cp{number}" for number in range(1250, 1259)},
    936: "gbk", 1361: "johab", 10000: "mac-roman", 65001: "utf-8",
}  # fmt: skip


def read_rtf(data: bytes, options: LoadOptions) -> ArticleDraft:
    """Return the article of a document; words in notes come last. Raises UnreadableError.

    A document that breaks off is read as far as it goes, as word processors do.
    """
    if not _BEGIN.match(data):
        raise UnreadableError("not an RTF document")
    scan = _Scan()
    scan.read(data.decode("latin-1"))
    text = {name: joined(parts) for name, parts in scan.properties.items()}
    return Manuscript(
        [*scan.body.blocks, *scan.notes],
        title=text.get("title", ""),
        authors=text.get("author", ""),
        created=scan.created(),
        headers=[block.text for block in scan.headers],
    ).draft(options)


@dataclass(slots=True)
class _Group:
    """What holds until the group ends."""

    story: Story
    destination: str = ""
    is_read: bool = True
    was_read: bool = True  # outside of text in two forms, for old readers and in Unicode
    hidden: bool = False
    deleted: bool = False
    font: int = -1
    fallback_chars: int = 1  # that stand behind a Unicode character, for old readers
    in_table: bool = False
    level: int = 1
    style: int = 0
    outline: int = -1

    def copy(self) -> "_Group":
        """Return the state of a group inside this one; `dataclasses.replace` takes five times as long."""
        return _Group(
            self.story,
            self.destination,
            self.is_read,
            self.was_read,
            self.hidden,
            self.deleted,
            self.font,
            self.fallback_chars,
            self.in_table,
            self.level,
            self.style,
            self.outline,
        )

    @property
    def table_level(self) -> int:
        """The level of the table that a paragraph stands in; 0 outside of tables."""
        return self.level if self.in_table else 0


@dataclass(slots=True)
class _Font:
    encoding: str = ""
    is_symbols: bool = False
    name: str = ""


class _Scan:
    """Goes through a document once."""

    def __init__(self) -> None:
        self.body = Story()
        self.notes: list[Block] = []
        self.headers: list[Block] = []
        self.properties: dict[str, list[str]] = {}
        self._moment: dict[str, int] = {}
        self._group = _Group(self.body)
        self._outer: list[_Group] = []
        self._encoding = "cp1252"
        self._fonts: dict[int, _Font] = {-1: _Font()}
        self._default_font = -1
        self._titles: set[int] = set()
        self._defined = 0  # the font or style that a table defines
        self._name: list[str] = []  # what the table calls it, so far
        self._bytes: list[bytes] = []  # of the code page, to be decoded together
        self._may_ignore = False  # "\*" stands before the next word
        self._unread = 0  # characters of a fallback that are still to come
        self._instruction: list[str] = []
        self._words: dict[str, Callable[[int | None], None]] = {
            "ansicpg": lambda number: self._set_encoding(_PAGES.get(number or 0, "cp1252")),
            "mac": lambda _: self._set_encoding("mac-roman"),
            "pc": lambda _: self._set_encoding("cp437"),
            "pca": lambda _: self._set_encoding("cp850"),
            "deff": self._set_default_font,
            "f": self._set_font,
            "fcharset": self._set_charset,
            "cpg": self._set_page,
            "uc": lambda number: setattr(self._group, "fallback_chars", max(number or 0, 0)),
            "u": self._unicode,
            "v": lambda number: setattr(self._group, "hidden", number != 0),
            "mvf": lambda number: setattr(self._group, "deleted", number != 0),
            "deleted": lambda number: setattr(self._group, "deleted", number != 0),
            "plain": lambda _: self._plain(),
            "pard": lambda _: self._reset_paragraph(),
            "par": lambda _: self._end_paragraph(),
            "sect": lambda _: self._end_paragraph(),
            "\n": lambda _: self._end_paragraph(),
            "\r": lambda _: self._end_paragraph(),
            "intbl": lambda _: setattr(self._group, "in_table", True),
            "itap": self._set_level,
            "cell": lambda _: self._end_cell(1),
            "nestcell": lambda _: self._end_cell(max(self._group.level, 2)),
            "row": lambda _: self._end_row(1),
            "nestrow": lambda _: self._end_row(max(self._group.level, 2)),
            "s": self._set_style,
            "outlinelevel": lambda number: setattr(self._group, "outline", number),
            "field": lambda _: self._instruction.clear(),
            "fldrslt": lambda _: self._start_result(),
            "upr": lambda _: self._start_old_form(),
            "ud": lambda _: setattr(self._group, "is_read", self._group.was_read),
        }

    def read(self, text: str) -> None:
        """Read a whole document, whose bytes stand in it as characters from 0 to 255."""
        at = 0
        while token := _TOKEN.match(text, at):
            at = token.end()
            kind = token.lastgroup
            if kind == "text":
                self._text(token["text"].encode("latin-1"))
            elif kind == "byte":
                self._text(bytes.fromhex(token["byte"]))
            elif kind == "brace":
                (self._open if token["brace"] == "{" else self._close)()
            elif kind == "sign":
                self._word(token["sign"], None)
            elif kind is not None:
                number = None if token["number"] is None else int(token["number"])
                if token["word"] == "bin":
                    at += max(number or 0, 0)
                else:
                    self._word(token["word"], number)
        while self._outer:
            self._close()
        self._decode()
        self.body.close()

    def created(self) -> str:
        """Return the moment at which the file was made, in ISO 8601; "" where it does not say."""
        parts = [self._moment.get(word, 0) for word in _MOMENT]
        return "{:04}-{:02}-{:02}T{:02}:{:02}".format(*parts) if parts[0] else ""

    def _open(self) -> None:
        self._decode()
        if len(self._outer) >= _MOST_GROUPS:
            raise UnreadableError(f"more than {_MOST_GROUPS:,} groups inside one another")
        self._outer.append(self._group)
        self._group = self._group.copy()
        self._may_ignore, self._unread = False, 0

    def _close(self) -> None:
        self._decode()
        self._may_ignore, self._unread = False, 0
        if not self._outer:
            return
        story, self._group = self._group.story, self._outer.pop()
        if story is self._group.story:
            return
        if story.kind == "label":
            label = " ".join(block.text for block in story.close())
            if label == "o" or not any(map(str.isalnum, label)):  # "o" is a bullet, too
                self._group.story.has_bullet = bool(label)
            else:
                self._group.story.write(f"{label} ")
        else:
            blocks = {"note": self.notes, "header": self.headers, "box": self._group.story.boxes}[story.kind]
            blocks.extend(story.close())

    def _word(self, word: str, number: int | None) -> None:
        self._decode()
        if word == "*":
            self._may_ignore = True
            return
        may_ignore, self._may_ignore = self._may_ignore, False
        if self._unread and word != "u":
            self._unread -= 1
            return
        group = self._group
        if word in _WRITTEN:
            self._write(_WRITTEN[word])
        elif word in _TABLES or (word in _PROPERTIES and group.destination == "info"):
            group.destination = word
        elif word in _STORIES and group.is_read and not group.hidden and not group.deleted:
            group.story = Story(_STORIES[word])
            self._reset_paragraph()
        elif word in _NOT_READ:
            group.is_read = False
            group.destination = word
        elif group.destination == "creatim" and word in _MOMENT:
            self._moment[word] = number or 0
        elif word in self._words:
            self._words[word](number)
        elif may_ignore and word not in _READ:
            group.is_read = False

    def _text(self, text: bytes) -> None:
        unread = min(self._unread, len(text))
        self._unread -= unread
        if self._group.destination == "fldinst":
            self._instruction.append(text.decode("latin-1"))
        elif text[unread:]:
            self._bytes.append(text[unread:])

    def _decode(self) -> None:
        """Write the bytes that were read, in the encoding of their font."""
        if not self._bytes:
            return
        data, self._bytes = b"".join(self._bytes), []
        font = self._fonts.get(self._group.font, self._fonts[-1])
        if font.is_symbols and self._group.destination not in _TABLES:
            self._write("".join(symbol(font.name, f"{byte:x}") for byte in data))
        else:
            self._write(data.decode(font.encoding or self._encoding, "replace"))

    def _write(self, text: str) -> None:
        group = self._group
        if group.destination in _PROPERTIES:
            self.properties.setdefault(group.destination, []).append(text)
        elif group.destination in _TABLES and group.is_read:
            self._define(text)
        elif self._is_text() and not group.hidden and not group.deleted:
            group.story.write(text)

    def _define(self, text: str) -> None:
        """Take the name of a font or a style, which ends with a semicolon."""
        before, semicolon, _ = text.partition(";")
        self._name.append(before)
        if not semicolon:
            return
        name, self._name = (
            "".join(self._name).partition(",")[0].strip(),
            [],
        )  # a comma begins other names of it
        if self._group.destination == "fonttbl":
            self._fonts.setdefault(self._defined, _Font()).name = name
        elif is_title_style(name):
            self._titles.add(self._defined)

    def _set_encoding(self, encoding: str) -> None:
        self._encoding = codecs.lookup(encoding).name

    def _set_default_font(self, number: int | None) -> None:
        self._default_font = self._group.font = number or 0

    def _set_font(self, number: int | None) -> None:
        if self._group.destination == "fonttbl":
            self._defined, self._name = number or 0, []
        else:
            self._group.font = number or 0

    def _set_charset(self, number: int | None) -> None:
        font = self._fonts.setdefault(self._defined, _Font())
        font.encoding = _CHARSETS.get(number or 0, "")
        font.is_symbols = number == _SYMBOLS

    def _set_page(self, number: int | None) -> None:
        self._fonts.setdefault(self._defined, _Font()).encoding = _PAGES.get(number or 0, "")

    def _unicode(self, number: int | None) -> None:
        code = (number or 0) % 0x10000
        font = self._fonts.get(self._group.font, self._fonts[-1])
        self._write(symbol(font.name, f"{code:x}"))
        self._unread = self._group.fallback_chars

    def _plain(self) -> None:
        group = self._group
        group.hidden = group.deleted = False
        group.font = self._default_font

    def _reset_paragraph(self) -> None:
        group = self._group
        group.in_table, group.level, group.style, group.outline = False, 1, 0, -1

    def _set_level(self, number: int | None) -> None:
        self._group.level = min(max(number or 1, 1), _MOST_LEVELS)

    def _set_style(self, number: int | None) -> None:
        self._group.style = number or 0
        if self._group.destination == "stylesheet":
            self._defined, self._name = number or 0, []

    def _is_text(self) -> bool:
        group = self._group
        return group.is_read and not group.destination

    def _end_paragraph(self) -> None:
        group = self._group
        if not self._is_text():
            return
        if group.hidden or group.deleted:  # its mark is not there: the next paragraph goes on in this one
            return
        is_title = group.style in self._titles or group.outline == 0
        group.story.end_paragraph(group.table_level, is_title=is_title)

    def _end_cell(self, level: int) -> None:
        if self._is_text():
            self._group.story.end_cell(level)

    def _end_row(self, level: int) -> None:
        if self._is_text():
            self._group.story.end_row(level)

    def _start_old_form(self) -> None:
        self._group.was_read = self._group.is_read
        self._group.is_read = False

    def _start_result(self) -> None:
        first = ("".join(self._instruction).split() or [""])[0].upper()
        if self._group.story.kind == "header" and first in _CHANGING:
            self._group.is_read = False
