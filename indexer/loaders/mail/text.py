"""Which of the words of a message are its own: not quotes, signatures, or footers of mailing lists."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# How mail programs mark what they forward, in the languages whose marks are known to us.
_FORWARD = re.compile(
    r"^[ >]{0,4}(?:-{2,20} ?(?:forwarded message|original message|weitergeleitete nachricht"
    r"|ursprüngliche nachricht|message transféré|mensaje reenviado|messaggio inoltrato) ?-{2,20}"
    r"|begin forwarded message:|_{20,80})[ ]{0,4}$",
    re.IGNORECASE | re.MULTILINE,
)
_SURELY = re.compile("forward|weitergeleitet|transféré|reenviado|inoltrato", re.IGNORECASE)
# The fields above an older message, as mail programs name them in English, German, French, Spanish, Italian,
# Dutch, Portuguese, Swedish, Danish, Norwegian and Polish.
_FIELDS = {
    name: field
    for field, names in {
        "from": "from von de da van från fra od",
        "date": "date datum fecha data dato sent gesendet envoyé enviado enviada inviato"
        " verzonden skickat sendt wysłano",
        "subject": "subject betreff objet asunto oggetto onderwerp assunto ämne emne temat",
        "to": "to an à para a aan till til do cc bcc kopie copie kopia reply-to",
    }.items()
    for name in names.split()
}
_FIELD = re.compile(
    rf"[ >]{{0,4}}\*?({'|'.join(_FIELDS)})(?: el| em)?[ \xa0]?:\*?[ \t\xa0]{{0,8}}(.{{0,500}})", re.IGNORECASE
)
_FORWARD_MARK = re.compile(r"(?:\s{0,4}(?:fwd?|wg|tr|rv|i)\s{0,2}:)++\s{0,4}", re.IGNORECASE)
_ANSWER_MARK = re.compile(r"\s{0,4}(?:re|aw|sv|ref|antw)\s{0,2}(?:\[[0-9]{1,3}\])?:", re.IGNORECASE)
_RECEIVERS = re.compile(r"[@;]")
_MOST_FIELDS, _FEWEST_FIELDS = 12, 2
_NOTE_CHARS = 500  # what people write above what they forward
_WROTE = re.compile(
    r"(?:(?:on|am|le|el|il) .{5,200}|(?=.{0,300}@)(?:\S{1,80} ){1,5})"
    r"(?:wrote|writes|schrieb|schreibt|a écrit|escribió|ha scritto)"
    r"(?: .{1,80})? ?:",
    re.IGNORECASE,
)
# Programs name the hour or the address of a sender; a story says "On Monday the mayor wrote:".
_OF_A_PROGRAM = re.compile(r"@|\b[0-9]{1,2}[:.h][0-9]{2}\b")
_QUOTE_MARK = re.compile(r"(?:>[ ]?)++")
# Lines that footers begin with or consist of; a rule counts where such a line follows it.
_RULE = re.compile(r"[_~=*-]{10,80}")
_FOOTER = re.compile(
    r"you(?:'re| are)? receiv(?:e|ed|ing) this (?:e-?mail|message|newsletter)\b.{0,200}"
    r"|sie (?:erhalten|bekommen) (?:diese[nr]?|unseren?) (?:e-?mail|nachricht|newsletter)\b.{0,200}"
    r"|vous recevez (?:cet?|notre) (?:e-?mail|courriel|message|newsletter)\b.{0,200}"
    r"|(?:(?:vom )?newsletter )?(?:abmelden|abbestellen)\b.{0,50}|se (?:désabonner|désinscrire)\b.{0,50}"
    r"|you(?:'re| are) (?:currently )?subscribed to .{0,200}"
    r"|(?:if you (?:wish|want|would like) )?to (?:unsubscribe|stop receiving|opt out)\b.{0,200}"
    r"|unsubscribe\b.{0,50}|(?:manage|update) (?:your )?(?:e-?mail )?(?:preferences|subscriptions?)\b.{0,50}"
    r"|\S{1,60} mailing list|\S{0,100}/(?:mailman/)?(?:listinfo|options)/\S{0,100}",
    re.IGNORECASE,
)
# Words of a footer in a sentence; a paragraph without them is of a story.
_OF_MAILINGS = re.compile(
    r"@|://|www\.|\b(?:diese[nr]?|unseren?|cet?|notre) (?:e-?mail|nachricht|newsletter|courriel|message)\b"
    r"|\bthis (?:e-?mail|message|newsletter|(?:mailing )?list|group)\b|\b(?:subscri|unsubscribe)"
    r"|\b(?:our|your) (?:e-?mails?|newsletters?|(?:mailing )?list|preferences|account)\b|\bclick\b|\bhere\b"
    r"|\bat any time\b|\breply\b|©|\ball rights reserved\b|\bregistered (?:in|office)\b",
    re.IGNORECASE,
)
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE, _SIGNATURE_END = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
_ARMOUR_HEADERS = re.compile(r"\A\s{0,3}(?:[A-Z][A-Za-z-]{1,20}: .{0,200}\n){0,5}")
_ESCAPED_DASH = re.compile(r"^- (?=-)", re.MULTILINE)
_FULL_STOP = re.compile(r"[^\W\d_.]{2}[.!?]['\"’”)]{0,2}$|[0-9][.!?]$")
_SENTENCE_CHARS = 40  # shorter ones stand in signatures; not measured
_VIEW_ONLINE = re.compile(
    r"(?:.{0,60}[?,.] )?(?:view|read|open|see) (?:this |the )?(?:e-?mail|newsletter|message|it|web version)?"
    r" ?(?:online|in (?:your|a|the) (?:web )?browser|on the web)\b.{0,100}",
    re.IGNORECASE,
)
_SIGNATURE_LINES, _FOOTER_LINES, _FOOTER_CHARS, _TOP_LINES = 12, 20, 1500, 3


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A message: its words, who sent it, under which subject, and when, each as it stands there."""

    text: str
    sender: str
    subject: str
    date: str


def forwarded(text: str, subject: str) -> Forwarded | None:
    """Return the message that another one forwards, where that one holds little else."""
    mark = _FORWARD.search(text)
    is_forward = without_forward_mark(subject) != subject
    if mark is not None and len(above := text[: mark.start()].strip()) <= _NOTE_CHARS:
        if above and not is_forward and not _SURELY.search(mark[0]):
            return None  # an answer, below which stands what it answers
        text = text[mark.end() :]
    elif not is_forward:
        return None
    lines = text.split("\n")
    start = next(
        (at for at, line in enumerate(lines[:_MOST_FIELDS]) if _FIELD.fullmatch(line.rstrip())), None
    )
    if start is None:
        return None
    values: dict[str, str] = {}
    at = start
    # In HTML each field may be a paragraph: then there is a blank line between any two.
    step = 2 if lines[start + 1 : start + 2] == [""] else 1
    while at < min(len(lines), start + step * _MOST_FIELDS) and (
        field := _FIELD.fullmatch(lines[at].rstrip())
    ):
        values.setdefault(_FIELDS[field[1].lower()], field[2].strip())
        at += step
    if not {"from", "subject"} <= values.keys():
        return None
    rest = lines[at:]
    if lines[start].startswith(">"):
        rest = [line.removeprefix(">").removeprefix(" ") for line in rest]
    sender = values["from"].replace("[mailto:", "<").replace("]", ">")
    return Forwarded("\n".join(rest), sender, values["subject"], values.get("date", "").replace(" at ", " "))


def holds_older_message(text: str) -> bool:
    """Whether a mail program put a message, with its sender, day and subject, below this one."""
    lines = [line.rstrip() for line in text.split("\n")]
    return _header_at(lines) < len(lines)


def without_forward_mark(subject: str) -> str:
    """Return a subject without the "Fwd:" that mail programs put before it."""
    return _FORWARD_MARK.sub("", subject, count=1) if _FORWARD_MARK.match(subject) else subject


def unflowed(text: str, *, del_space: bool) -> str:
    """Join the lines of a text that a mail program broke (RFC 3676): those that end in a blank."""
    joined: list[str] = []
    runs_on = True
    for line in text.split("\n"):
        words = line.removeprefix(" ")
        if not runs_on:
            joined.append("\n")
        runs_on = words.endswith(" ") and words != "-- "
        joined.append(words[:-1] if runs_on and del_space else words)
    return "".join(joined)


def is_answer(subject: str) -> bool:
    """Whether a subject begins with "Re:", as those of answers do."""
    return _ANSWER_MARK.match(subject) is not None


def _without_armour(text: str) -> str:
    """Return a text without what PGP puts around a signed one (RFC 9580, 7)."""
    above, begin, signed = text.partition(_SIGNED)
    if not begin:
        return text
    signed, _, signature = signed.partition(_SIGNATURE)
    words = _ESCAPED_DASH.sub("", _ARMOUR_HEADERS.sub("", signed, count=1))
    return f"{above}{words}{signature.partition(_SIGNATURE_END)[2]}"


def own_words(text: str, *, answers: bool = False, forwards: bool = False) -> str:
    """Return a message's text without quotes, signature and footer, unless nothing else is left.

    A message that `answers` another quotes that one; quotes of any other are those of its story, unless a
    mail program stands above them with the sender. What a message `forwards` is not cut off.
    """
    text = _without_armour(text)
    mark = None if forwards else _FORWARD.search(text)
    below = text[mark.end() :].lstrip().split("\n", _MOST_FIELDS)[:_MOST_FIELDS] if mark else []
    is_old = mark and not _SURELY.search(mark[0]) and below and _FIELD.match(below[0])
    if mark and is_old and sum(_FIELD.match(line) is not None for line in below) >= _FEWEST_FIELDS:
        text_above = text[: mark.start()]
    else:
        text_above = text
    lines = [line.rstrip() for line in text_above.split("\n")]
    if answers and not forwards:
        lines = lines[: _header_at(lines)]
    kept = _without_footer(_without_quotes(lines, answers=answers))
    top = [line for line in kept[:_TOP_LINES] if not _VIEW_ONLINE.fullmatch(line.strip())]
    own = "\n".join((*top, *kept[_TOP_LINES:])).strip("\n")
    return own if own.strip() else text


def _header_at(lines: Sequence[str]) -> int:
    """Return the line of the sender above the message that Outlook quotes; how many lines there are for none.

    The day and the subject follow it, in some lines. A list of receivers may go on in the next line.
    """
    for at, line in enumerate(lines):
        if _field(line) != "from":
            continue
        fields, before = set[str](), ""
        for below in filter(None, lines[at : at + _MOST_FIELDS]):
            if not (name := _field(below)) and not (_RECEIVERS.search(below) or before.endswith((",", ";"))):
                break
            fields.add(name)
            before = below
        if {"from", "date", "subject"} <= fields:
            return at
    return len(lines)


def _field(line: str) -> str:
    """Return which field of a message a line is; none of another line."""
    match = _FIELD.fullmatch(line)
    return _FIELDS[match[1].lower()] if match else ""


def _without_quotes(lines: Sequence[str], *, answers: bool) -> list[str]:
    """Drop what an answer quotes, and the line of a program above it; of other quotes only the marks."""
    kept: list[str] = []
    is_old = answers
    for at, line in enumerate(lines):
        if not line.startswith(">"):
            kept.append(line)
            continue
        if not at or not lines[at - 1].startswith(">"):
            is_old = _drop_introduction(kept, answers=answers) or answers
        if not is_old:
            kept.append(_QUOTE_MARK.sub("", line, count=1))
    return kept


def _drop_introduction(lines: list[str], *, answers: bool) -> bool:
    """Take "On Mon, 1 May 2017 at 09:12, Ada Quill wrote:" off the end, which may be two lines."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    for count in (1, 2):
        line = " ".join(lines[max(0, end - count) : end]).strip()
        if end >= count and _WROTE.fullmatch(line) and (answers or _OF_A_PROGRAM.search(line)):
            del lines[end - count :]
            return True
    return False


def _without_footer(lines: list[str]) -> list[str]:
    # The sign of a signature is "-- " (RFC 3676, 4.3), whose blank is often lost; it parts briefs as well.
    while mark := next(
        (
            at
            for at in range(len(lines) - 2, max(0, len(lines) - _SIGNATURE_LINES - 1), -1)
            if lines[at] == "--" and lines[at + 1]
        ),
        0,
    ):
        if _has_story(lines[mark + 1 :]):
            break
        lines = lines[:mark]
    first = max(0, len(lines) - _FOOTER_LINES)
    for at in range(first, len(lines)):
        if not _FOOTER.fullmatch(lines[at].strip()):
            continue
        rule = next((rule for rule in range(at, first - 1, -1) if _RULE.fullmatch(lines[rule].strip())), at)
        for start in (rule, at):
            if sum(map(len, lines[start:])) <= _FOOTER_CHARS and not _has_story(lines[start:]):
                return lines[:start]
    return lines


def _has_story(lines: Sequence[str]) -> bool:
    """Whether a paragraph of these lines ends as a sentence does, and says nothing of mailings."""
    paragraphs = (" ".join(block.split()) for block in "\n".join(map(str.strip, lines)).split("\n\n"))
    return any(
        len(paragraph) >= _SENTENCE_CHARS
        and _FULL_STOP.search(paragraph)
        and not _OF_MAILINGS.search(paragraph)
        for paragraph in paragraphs
    )
