"""Reads e-mail (RFC 5322 and MIME): single messages, and mailboxes of them (mbox, RFC 4155).

A message is an article, and so is each attachment that can be read. What the words of a message are is the
matter of `mail_text`.
"""

import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import parseaddr, parsedate_to_datetime
from functools import partial

from nutgraf.indexer.loaders.archives.members import Member, Part, Record
from nutgraf.indexer.loaders.assemble import ArticleDraft, StatedDate
from nutgraf.indexer.loaders.base import LoadOptions, SourceFile, UnreadableError, read_bytes, too_large
from nutgraf.indexer.loaders.charset import page_in, text_in
from nutgraf.indexer.loaders.mail.text import (
    Forwarded,
    forwarded,
    holds_older_message,
    is_answer,
    own_words,
    unflowed,
    without_forward_mark,
)
from nutgraf.indexer.loaders.pages.fragment import fragment_text
from nutgraf.indexer.loaders.pages.html import read_html

# Bounds against hostile messages, far above what mail programs write; not measured.
_MOST_PARTS = 1000
_MOST_LEVELS = 30  # of parts in parts
_MOST_FORWARDS = 5  # of a message that one forwarded to another
_HEADER_CHARS = 5000
_NAME_CHARS = 150
_ID_CHARS = 250
# A plain part with less than half of the words of the HTML part is a stub: "this message needs HTML".
_STUB_CHARS = 2000
_STUB_SHARE = 0.5
_SAME_SHARE = 0.9  # of the words of two parts: where so many are in both, they say the same
_LOST_SHARE = 0.2  # of the words of an HTML part: where so few are left, it was not laid out as an article
_TURNED = re.compile(r"((?:[\w'’.-]{1,40} ){0,2}[\w'’-]{1,40}), ([\w'’.-]{1,40}(?: [\w'’.-]{1,40})?)")
_NO_GIVEN_NAME = re.compile(  # what stands behind the comma of a firm, or of a name in its usual order
    r"(?:inc|ltd|llc|plc|corp|co|gmbh|ag|jr|sr|i{1,3}|ph\.?d|m\.?d|esq|mba|cpa|news|press)\.?", re.IGNORECASE
)
_FROM_LINE = re.compile(rb"From \S{1,300} .{0,100}[0-9]{2}:[0-9]{2}")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_SIGNATURES = frozenset({
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
})  # fmt: skip
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_SUFFIXES = {
    "text/html": ".html", "text/plain": ".txt", "text/csv": ".csv", "text/markdown": ".md",
    "text/xml": ".xml", "application/pdf": ".pdf", "application/zip": ".zip", "application/json": ".json",
}  # fmt: skip
"""What an attachment without a suffix is read as."""


class _ShortHeaders(Compat32):
    """Cuts headers that are too long: the library's time for their parameters grows with the square."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_HEADER_CHARS]


def message_of(data: bytes) -> Message:
    """Return the message that bytes are; of hostile ones the library raises anything.

    A mark of UTF-8 or a blank line above the header is no end of it.
    """
    return message_from_bytes(data.removeprefix(BOM_UTF8).lstrip(b"\r\n"), policy=_ShortHeaders())


def split_eml(file: SourceFile, options: LoadOptions) -> Iterator[Part]:
    """Yield a message and its attachments; raises UnreadableError."""
    yield from _parts(read_bytes(file, options), None, options)


def split_mbox(file: SourceFile, options: LoadOptions) -> Iterator[Part]:
    """Yield the messages of a mailbox and their attachments; raises UnreadableError."""
    ids: dict[int, int] = {}
    with file.open() as stream:
        for number, data in enumerate(_messages(stream, options.max_bytes), 1):
            file.position_bytes = min(stream.tell(), file.size_bytes)
            if len(data) > options.max_bytes:
                yield Record(partial(_refuse, too_large(options.max_bytes)), number)
            else:
                yield from _parts(data, number, options, ids)


def _messages(stream: io.BufferedReader, limit: int) -> Iterator[bytes]:
    """Yield each message without its "From " line; one over the limit is cut one byte behind it."""
    message: bytearray | None = None
    after_blank = True
    while line := stream.readline(limit + 1):
        if after_blank and _FROM_LINE.match(line):
            if message is not None:
                yield _QUOTED_FROM.sub(rb"\1", bytes(message))
            message = bytearray()
        elif message is not None:
            message += line[: limit + 1 - len(message)]
        elif line.strip():
            raise UnreadableError('not a mailbox: it does not begin with a line "From ADDRESS DATE"')
        after_blank = not line.strip()
    if message is not None:
        yield _QUOTED_FROM.sub(rb"\1", bytes(message))


def _refuse(reason: str) -> ArticleDraft:
    raise UnreadableError(reason)


def _parts(
    data: bytes, number: int | None, options: LoadOptions, ids: dict[int, int] | None = None
) -> Iterator[Part]:
    """Yield a message as a record, then its attachments as members.

    `ids` are those of the messages before it, hashed, each with the hash of what that one says.
    """
    try:
        message = message_of(data)
        leaves = [*leaves_of(message)]
        message_id = _id_of(message)
    except Exception as error:  # noqa: BLE001 - the library raises anything for hostile messages
        yield Record(partial(_refuse, f"cannot be parsed ({type(error).__name__})"), number)
        return
    if not message.keys():
        yield Record(partial(_refuse, "not an e-mail message: it has no header"), number)
        return
    bodies = [leaf for leaf in leaves if _is_body(leaf)]
    members = [*_members([leaf for leaf in leaves if not _is_body(leaf)], number)]
    says = tuple(bytes_of(body).strip() for body in bodies)
    if ids is not None and ids.setdefault(hash(message_id), hash(says)) != hash(says):
        message_id = ""  # of another message: a program gave it to both
    if not members or any(says):
        yield Record(partial(_draft, message, message_id, bodies, options), number)
    yield from members


def leaves_of(message: Message) -> Iterator[Message]:
    """Yield the parts of a message that hold something, in order; messages in it are not opened."""
    stack, count = [message], 0
    while stack and count < _MOST_PARTS:
        part, count = stack.pop(), count + 1
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            stack += reversed([inner for inner in inside if isinstance(inner, Message)])
        else:
            yield part


def _is_body(part: Message) -> bool:
    kind = part.get_content_type()
    is_text = kind in {"text/plain", "text/html"} or part.get_content_maintype() == "multipart"
    return is_text and part.get_content_disposition() != "attachment" and not part.get_filename()


def _members(parts: list[Message], number: int | None) -> Iterator[Part]:
    """Yield attachments; pictures in the text, signatures and reports of delivery are passed over."""
    for count, part in enumerate(parts, 1):
        kind = part.get_content_type()
        inner = part.get_payload(0) if kind == "message/rfc822" and part.is_multipart() else None
        if isinstance(inner, Message):
            data, name = inner.as_bytes(), _attachment_name(part) or f"message-{count}"
            name = name if name.lower().endswith(".eml") else f"{name}.eml"
        else:
            is_shown = kind.startswith("image/") and part.get_content_disposition() != "attachment"
            if is_shown or kind in _SIGNATURES or part.get_content_maintype() in {"message", "multipart"}:
                continue
            data, name = bytes_of(part), _attachment_name(part)
            if not name and kind not in _SUFFIXES:
                continue  # a calendar's or a program's part, which mail programs do not show
            name = name or f"attachment-{count}"
            name += "" if "." in name else _SUFFIXES.get(kind, "")
        yield Member(name, partial(io.BytesIO, data), len(data), number)


def _attachment_name(part: Message) -> str:
    name = _decoded(part.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in name if char.isprintable()).strip(" .")
    return plain[-_NAME_CHARS:]


def _id_of(message: Message) -> str:
    """Return the id of a message, which people can type; empty where there is none such."""
    message_id = "".join(header_of(message, "message-id").strip(" <>").split())
    return message_id if message_id.isprintable() and len(message_id) <= _ID_CHARS else ""


def _draft(message: Message, message_id: str, bodies: list[Message], options: LoadOptions) -> ArticleDraft:
    if message.get_content_type() in _ENCRYPTED:
        raise UnreadableError("an encrypted message")
    text = _text(message, frozenset(map(id, bodies)), options)
    subject = header_of(message, "subject")
    original = Forwarded(text, header_of(message, "from"), subject, _date(message))
    answers = is_answer(subject) or bool(header_of(message, "in-reply-to"))
    for _ in range(_MOST_FORWARDS):
        inner = forwarded(original.text, original.subject)
        if inner is None:
            break
        original, answers = inner, is_answer(inner.subject)
    archived = header_of(message, "archived-at").strip(" <>")
    try:
        name, address = parseaddr(original.sender)
    except RecursionError:  # comments within comments
        name = address = ""
    return ArticleDraft(
        text=own_words(
            original.text,
            answers=answers,
            forwards=without_forward_mark(original.subject) != original.subject,
        ),
        id=message_id,
        title=without_forward_mark(original.subject),
        url=archived,
        authors=(_in_order(name.strip("\"'")) or address,),
        dates=(StatedDate(original.date, "given"),),
    )


def _in_order(name: str) -> str:
    """Return a name with the given name first: address books have "Strand, Mia"."""
    match = _TURNED.fullmatch(name.strip())
    return name if match is None or _NO_GIVEN_NAME.fullmatch(match[2]) else f"{match[2]} {match[1]}"


def _text(part: Message, bodies: frozenset[int], options: LoadOptions, level: int = 0) -> str:
    """Return the words of a message or a part of it, of which `bodies` (by `id`) are shown, in order."""
    inside = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(inside, list):
        if id(part) not in bodies:
            return ""
        return _page(part, options) if _has_page(part) else _plain(part)
    parts = [inner for inner in inside if isinstance(inner, Message)]
    if level == _MOST_LEVELS:
        parts = [*leaves_of(part)]
    read = partial(_text, bodies=bodies, options=options, level=level + 1)
    pages = {id(inner) for inner in parts if _has_page(inner)}
    plain = {id(inner): read(inner) for inner in parts if id(inner) not in pages}
    if part.get_content_type() == "multipart/alternative":
        words = _joined(plain.values())
        if not pages or len(words) >= _STUB_CHARS:
            return words
        page = _joined(read(inner) for inner in parts if id(inner) in pages)
        return page if len(words.split()) < _STUB_SHARE * len(page.split()) else words
    texts = [plain.get(id(inner)) or read(inner) for inner in parts]
    own = _joined(plain.values()).split()
    return _joined(
        text
        for inner, text in zip(parts, texts, strict=True)
        if id(inner) not in pages or not _is_same(own, text.split())
    )


def _has_page(part: Message) -> bool:
    return any(leaf.get_content_type() == "text/html" for leaf in leaves_of(part))


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text.strip())


def _is_same(words: list[str], others: list[str]) -> bool:
    """Whether two texts say the same; a program that knows no alternatives puts one below the other."""
    common = set(words) & set(others)
    return min(sum(word in common for word in text) for text in (words, others)) >= _SAME_SHARE * max(
        len(words), len(others), 1
    )


def _plain(part: Message) -> str:
    text = text_in(bytes_of(part), part.get_content_charset("")).replace("\r\n", "\n")
    is_flowed = str(part.get_param("format", "")).lower() == "flowed"
    return unflowed(text, del_space=part.get_param("delsp") == "yes") if is_flowed else text


def _page(part: Message, options: LoadOptions) -> str:
    data, charset = bytes_of(part), part.get_content_charset("")
    every = fragment_text(text_in(data, charset))
    if holds_older_message(every):
        return every  # what looks like furniture of a page may be that message's sender and day
    try:
        article = read_html(page_in(data, charset), options).text
    except UnreadableError:
        return every
    return article if len(article.split()) > _LOST_SHARE * len(every.split()) else every


def bytes_of(part: Message) -> bytes:
    """Return what a part holds, with its transfer encoding undone."""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def header_of(message: Message, name: str) -> str:
    """Return a header as text in one line; empty where there is none."""
    value = next((value for key, value in message.raw_items() if key.lower() == name), "")
    return _decoded(str(value))


def _decoded(value: str) -> str:
    """Return a header's value with its encoded words (RFC 2047) read, and bytes that should not be there."""
    line = " ".join(value[:_HEADER_CHARS].split())
    if not line.isascii():
        line = text_in(line.encode("utf-8", "surrogateescape"), "utf-8")
    try:
        words = decode_header(line)
    except ValueError:  # HeaderParseError is one
        return line
    return "".join(
        word if isinstance(word, str) else text_in(word, charset or "utf-8") for word, charset in words
    )


def _date(message: Message) -> str:
    line = header_of(message, "date")
    try:
        return parsedate_to_datetime(line).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return line
