"""Makes plain, storable text without the leftovers of web pages. Knows no file formats and no dates.

Only whole lines go, never a part of a line: a leftover that stays is a blemish, a lost sentence of the
article is a defect. Line rules hold anywhere; a tail rule cuts from a marker on, and only where what
follows is short and stands at the very end.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

PAGE_BREAK = "\ufdd0"
"""Stands where a page begins, in a text that is not clean yet. Unicode has it for such use in programs."""

_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Controls, soft hyphen, zero-width and bidirectional marks, BOM, and the invisible tag characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACE = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
# Looking back keeps it linear: a run of blanks is tried from its first only.
_TRAILING = re.compile(r"(?<![ \t])[ \t]++$", re.MULTILINE)
_MOST_MARKS = 30  # combining marks in a row: the Stream-Safe Text Format of Unicode (UAX 15, section 13)
# The planes above hold no combining mark; to look at them, too, takes a tenth of a second.
_MARKS_END = 0x20000
_GRAPHEME_JOINER = "\u034f"  # parts such a run in that format; it is not seen
_BLANK_LINES = re.compile(r"\n{3,}")

_NETWORK = (
    r"(?:facebook|twitter|x|linkedin|whatsapp|e-?mail|reddit|pinterest|telegram|tumblr|flipboard|instagram"
    r"|messenger|tiktok|youtube|threads|mastodon|bluesky|pocket|sms|print|(?:your )?friends)"
)
_LABEL = r"[^.!\"]{3,60}[?:]:?"
_OUTLETS = r"(?:our|the|today's|cnn's|usa today's)"
_LINE_RULES = {
    "comments": (
        r"your e-?mail address will not be published.*",
        r"required fields are marked ?\*?",
        r"save my name,? (?:and )?e-?mail.{0,100}",
        r"this site uses akismet.{0,100}",
        r"notify me of (?:new|follow-?up) (?:posts|comments) (?:by|via) e-?mail",
        r"you must be (?:logged in|registered) to (?:post a |leave a )?comment",
        r"log in to (?:leave a )?(?:reply|comment)",
        r"(?:leave a (?:reply|comment) )?cancel reply",
        r"comments are closed",
        r"be the first to (?:leave a )?comment",
    ),
    "share": (
        rf"share(?: this(?: (?:story|article|post|page|link))?)?(?: (?:on|via|with|by) {_NETWORK})?",
        rf"{_NETWORK}(?:(?: ?[,|/•·] ?| ){_NETWORK})++",
        r"(?:e-?mail|print|copy|bookmark|tweet|pin) this(?: (?:story|article|page|post|link))?",
        r"copy (?:this )?(?:url|link)(?: to (?:your )?clipboard)?"
        r"(?: link copied(?: to clipboard)?)?(?: share this story)?",
        r"link copied(?: to clipboard)?",
        r"click to (?:share|e-?mail|print).{0,60}\(opens in new window",
        r"pin it",
        r"like this:",
        r"loading(?:\.\.\.|…)",
    ),
    "follow": (
        rf"follow (?:us|me|him|her|them|@\w+|[\w .,'-]{{3,60}}?) on {_NETWORK}(?:[ :,@]*(?:at )?@?[\w./]++)?",
        r"follow us on facebook! like our page .{0,100}",
    ),
    "advert": (
        r"advertisement(?: ?[-–—:]? ?(?:scroll to continue|continue reading below|story continues below))?",
        r"(?:story|article|content) continues below(?: (?:this )?(?:advertisement|ad))?",
        r"(?:skip|report) (?:this )?(?:ad|advertisement)",
        r"scroll (?:down )?to continue(?: reading)?",
        r"ad feedback",
        r"sponsored (?:content|post)",
        r"(?:[^.]{0,120}\. )?purchases you make through (?:our|the) links(?: below)? may earn us .{0,60}",
    ),
    "newsletter": (
        rf"(?:{_LABEL} ?)?(?:sign up|subscribe)(?: now)? (?:for|to) {_OUTLETS}"
        r"(?: [\w'&,-]+){0,6} newsletter\b.{0,130}",
        rf"{_LABEL} ?(?:get |money )[^.]{{0,70}}(?:delivered|sent)"
        r" (?:right |straight |directly )?to your inbox(?:\. sign up here)?",
        r"you can (?:also )?get [^.]{0,60} delivered to your inbox(?: daily)?\. sign up here",
        r"get [^.]{0,40} ?(?:newsletter|in your inbox) (?:if your day .{0,160})?"
        r"sign up (?:here to get|here for|for) .{0,140}",
        r"if your day doesn't start until .{0,150}sign up here for the .{0,20} newsletter",
        r"for more [^.]{0,40}, sign up (?:to|for) the [^.]{0,40} newsletter",
        r"to get [^.]{0,60} sent to your inbox, sign up for [^.]{0,60} newsletter",
        r"(?:support local journalism[.:,] ?)?subscribe to \w+\.com today(?:\. what are you waiting for\?)?",
        r"(?:subscribe to )?[^.]{0,40} escape your echo chamber\..{0,400}",
        r"would you like to receive [^.?]{0,60} newsletter ?\?",
        r"the \w+ newsletter provides you with a (?:daily|weekly) digest of [^.]{0,60}",
    ),
    "consent": (
        r"we will use the (?:details|information) you have shared "
        r"(?:to manage your|for carefully considered) .{0,330}",
        r"if you wish to object to the use of your data in this way, please tick here",
        r"'we' includes .{0,60} brands as detailed here",
        r"(?:this (?:web)?site uses|we use) cookies to "
        r"(?:improve|enhance|give|provide|make|offer|personali[sz]e) .{0,200}",
    ),
    "read_on": (
        r"read (?:more|next)(?: here)?",
        r"(?:click|tap) here (?:to|for) (?:read |see |view )?"
        r"(?:the )?(?:more|rest|full (?:story|article|post))",
        r"for (?:more|the (?:full|complete) (?:story|article)), (?:click|go|see|read) here",
        r"continue reading",
        r"up next",
        # A link to another story that was saved as text: its label, then a headline without a full stop.
        r"(?:(?:also |must )?read(?: (?:more|also|next|on))?|see also|related(?: (?:story|stories|articles?"
        r"|news|coverage))?|more on this(?: story)?|don't miss|in case you missed it|you may also like"
        r"|lesen sie auch|mehr zum thema|(?:à )?lire aussi|lea también|leggi anche|lees ook|leia também"
        r"|läs (?:också|mer|även))(?: ?[:|»] ?| [–—>-] )"
        r"(?-i:[A-Z0-9'\"])[^.!?:|]{12,140}",
    ),
}
_TAIL_RULES = {
    "comment_form": r"leave a (?:reply|comment)|post a comment|[0-9]{1,5} comments?|comments? \([0-9]{1,5}",
    "about_author": r"(?:about the (?:author|writer|reporter)|author bio)s?",
    "full_post": r"(?:see|read|view) (?:the )?(?:full|original|complete) (?:post|story|article)(?: here)?",
    "related": (
        r"(?:related|recommended|more|latest) (?:posts|articles|stories|reading)"
        r"|you (?:may|might) (?:also )?(?:like|be interested in)"
    ),
}
_DECORATION = " \t*_•·►▶>»→|()[]" + PAGE_BREAK
_END = r"[ .:!…»→>*]*"
_LINE = re.compile(
    "|".join(f"(?P<{name}>(?:{'|'.join(forms)}){_END})" for name, forms in _LINE_RULES.items()), re.IGNORECASE
)
_TAIL = re.compile("|".join(f"(?P<{n}>(?:{form}){_END})" for n, form in _TAIL_RULES.items()), re.IGNORECASE)
_PLAIN_QUOTES = str.maketrans("‘’“”", "''\"\"")
# Chosen by reading what the rules removed (docs/log.md, 2026-11-21, "what the cleaner removes from 11,602
# news articles"); other values were not compared.
_LONGEST_RULE_CHARS = 480
_TAIL_SHARE = 0.15
_TAIL_CHARS = 1500
_TAIL_LINES = 5
_TAIL_LINE_CHARS = 100
_LONG_TAILS = frozenset({"comment_form", "about_author"})  # these bring paragraphs of their own


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """A line that was removed, and the name of the rule that removed it."""

    rule: str
    line: str


@dataclass(frozen=True, slots=True)
class CleanedText:
    """The cleaned text, and every line that was removed."""

    text: str
    removed: tuple[RemovedLine, ...] = ()


def clean(text: str) -> str:
    """Return the article's own lines and page breaks, normalised; cleaning them again changes nothing."""
    return clean_report(text).text


def clean_report(text: str) -> CleanedText:
    """Clean as `clean` does, and report which rule removed which line."""
    kept: list[str] = []
    removed: list[RemovedLine] = []
    text, breaks = normalise(text), ""
    for line in text.split("\n"):
        rule = _line_rule(line)
        if rule is not None:
            removed.append(RemovedLine(rule, line))
            breaks += PAGE_BREAK * line.count(PAGE_BREAK)
        elif line:
            kept.append(breaks + line)
            breaks = ""
        else:
            kept.append(line)
    cleaned = _joined(_without_tails(kept, removed))
    # Breaks that are missing now were in lines at the end.
    breaks = PAGE_BREAK * (text.count(PAGE_BREAK) - cleaned.count(PAGE_BREAK))
    return CleanedText(cleaned + breaks, tuple(removed))


def clean_pages(text: str) -> tuple[str, tuple[int, ...]]:
    """Clean a text with marks as `clean` does; return it without them, and the places where they stood."""
    pages = clean(text).split(PAGE_BREAK)
    return "".join(pages), tuple(accumulate(map(len, pages[:-1])))


def normalise(text: str) -> str:
    r"""Return valid, storable text: NFC, "\n" newlines, plain spaces, nothing invisible, single blank lines.

    Lone surrogates become U+FFFD; tabs stay; every line keeps its indentation and loses its trailing space.
    """
    text = composed(_SPACE.sub(" ", _UNSEEN.sub("", _NEWLINE.sub("\n", storable(text)))))
    return _BLANK_LINES.sub("\n\n", _TRAILING.sub("", text)).strip("\n")


def composed(text: str) -> str:
    """Return the text in NFC; a run of more than 30 combining marks is parted by invisible joiners.

    Normalising sorts each run of marks in a time that grows with its square. So the text is brought into the
    Stream-Safe Text Format first (Unicode Standard Annex 15), which no language's text needs.
    """
    # A run that is too long holds one of the characters that stand 31 apart.
    if any(map(unicodedata.combining, text[:: _MOST_MARKS + 1])):
        text = _many_marks().sub(rf"\g<0>{_GRAPHEME_JOINER}", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


@cache
def _many_marks() -> re.Pattern[str]:
    """Return the pattern of as many combining marks as may stand in a row, where one more follows."""
    marks = "".join(char for char in map(chr, range(_MARKS_END)) if unicodedata.combining(char))
    return re.compile(f"[{marks}]{{{_MOST_MARKS}}}(?=[{marks}])")


def storable(text: str) -> str:
    """Return text that has an encoding: JSON may hold half a surrogate pair, UTF-8 may not."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def one_line(text: str, limit_chars: int = 500) -> str:
    """Return the text as one line with single spaces, cut at a word boundary where it is too long."""
    line = " ".join(normalise(text[: 20 * limit_chars]).split())
    if len(line) <= limit_chars:
        return line
    head = line[: limit_chars - 1]
    at_word = head.rpartition(" ")[0]
    return (at_word if len(at_word) > limit_chars // 2 else head).rstrip(" ,;:–—-") + "…"


def _line_rule(line: str) -> str | None:
    if not line or len(line) > _LONGEST_RULE_CHARS:
        return None
    match = _LINE.fullmatch(line.strip(_DECORATION).translate(_PLAIN_QUOTES))
    return match.lastgroup if match else None


def _without_tails(lines: Sequence[str], removed: list[RemovedLine]) -> list[str]:
    """Cut from tail markers on; only the first marker of a kind counts, so that no cut can cascade."""
    firsts: dict[str, int] = {}
    for number, line in enumerate(lines):
        if line and len(line) <= _TAIL_LINE_CHARS:
            match = _TAIL.fullmatch(line.strip(_DECORATION))
            if match and match.lastgroup:
                firsts.setdefault(match.lastgroup, number)
    kept = list(lines)
    again = True
    while again:
        again = False
        for rule, number in firsts.items():
            if number < len(kept) and _is_tail(kept, number, rule):
                removed.extend(RemovedLine(rule, line) for line in kept[number:] if line)
                del kept[number:]
                again = True
    return kept


def _is_tail(lines: Sequence[str], marker: int, rule: str) -> bool:
    after = [line for line in lines[marker + 1 :] if line]
    before_chars = sum(map(len, lines[:marker]))
    after_chars = sum(map(len, after))
    if before_chars <= after_chars:
        return False
    if len(after) <= _TAIL_LINES and all(len(line) <= _TAIL_LINE_CHARS for line in after):
        return True
    return rule in _LONG_TAILS and after_chars <= min(_TAIL_CHARS, _TAIL_SHARE * before_chars)


def _joined(lines: Sequence[str]) -> str:
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
