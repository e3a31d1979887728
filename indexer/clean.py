"""Makes plain, storable text without the leftovers of web pages. Knows no file formats and no dates.

Only whole lines go, never a part of a line: a leftover that stays is a blemish, a lost sentence of the
article is a defect. Line rules hold anywhere but in the article's own lists and sentences; a tail rule cuts
from a marker on, and only where what follows is short and stands at the very end. Lines that were wrapped
are rejoined.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from nutgraf.indexer.wrapping import unwrap

PAGE_BREAK = "\ufdd0"
"""Stands where a page begins, in a text that is not clean yet. Unicode has it for such use in programs."""

_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\u2028\u2029]")
_SOFT_BREAK = re.compile("\xad[ \t]*+\n[ \t]*+(?=\\w)")
# C1 controls are punctuation of windows-1252 that was read as Latin-1. Ligatures are letters, and some
# hyphens and blanks look as the plain ones do. Unseen are other controls, the soft hyphen, zero-width and
# bidirectional marks, BOM, and the invisible tag characters.
_C1 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_LIGATURES = (*range(0xFB00, 0xFB07), *range(0xFB13, 0xFB18), 0x132, 0x133)  # also Armenian and Dutch ones
_PLAIN = {
    **{chr(code): mark for code, mark in _C1.items()},
    **{char: unicodedata.normalize("NFKC", char) for char in map(chr, _LIGATURES)},
    **dict.fromkeys("\u2010\u2011", "-"),
    **dict.fromkeys("\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
    **dict.fromkeys("\u202f\u205f\u3000", " "),
}
_NOT_PLAIN = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u2011\u202a-\u202f\u205f-\u206f\u3000"
    "\u0132\u0133\ufb00-\ufb06\ufb13-\ufb17\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
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
_ACTION = r"(?:share|tweet|pin(?: it)?|save|like|e-?mail|print|sms|copy link|comments?)"
_BUTTON = rf"(?:{_ACTION}|{_NETWORK})"
_LABEL = r"[^.!\"]{3,60}[?:]:?"
_OUTLETS = r"(?:our|the|today's|cnn's|usa today's)"
# A headline has no full stop: behind the label of a link such a line is a sentence of the story.
_NO_STOP = r"(?! ?\.(?!\.))"
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
        rf"share(?: this(?: (?:story|article|post|page|link))?)?(?: (?:on|via|with|by)(?: {_NETWORK})?)?",
        rf"{_BUTTON}(?:(?: ?[,|/•·–-] ?| ){_BUTTON})++",
        r"(?:e-?mail|print|copy|bookmark|tweet|pin) this(?: (?:story|article|page|post|link))?",
        r"copy (?:this )?(?:url|link)(?: to (?:your )?clipboard)?"
        r"(?: link copied(?: to clipboard)?)?(?: share this story)?",
        r"link copied(?: to clipboard)?",
        r"click to (?:share|e-?mail|print).{0,60}\(opens in new window",
        r"this (?:story|article|post|page) has been shared [0-9.,]{1,12} times",
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
        r"(?:this )?(?:story|article|content) continues (?:below|after)"
        r"(?: (?:(?:this|the) )?(?:advertisement|ad))?",
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
        r"(?:click|tap) here to (?:subscribe|sign up) (?:to|for) [^.]{0,60}newsletters?",
        r"(?:you have|you've got) \w{1,10} free (?:articles?|stories|story) (?:left|remaining)\b.{0,120}",
        r"jetzt (?:weiterlesen|freischalten|testen) mit \w{1,20}\+.{0,80}",
        r"the \w+ newsletter provides you with a (?:daily|weekly) digest of [^.]{0,60}",
    ),
    "consent": (
        r"we will use the (?:details|information) you have shared "
        r"(?:to manage your|for carefully considered) .{0,330}",
        r"an dieser stelle (?:finden sie|befindet sich) [^.]{0,80}(?:drittanbieter|extern)[^.]{0,100}"
        r"(?:\. .{0,200})?",
        r"if you wish to object to the use of your data in this way, please tick here",
        r"'we' includes .{0,60} brands as detailed here",
        r"(?:this (?:web)?site uses|we use) cookies to "
        r"(?:improve|enhance|give|provide|make|offer|personali[sz]e) .{0,200}",
    ),
    "read_on": (
        r"read (?:more|next)(?: here)?",
        r"(?:read (?:more|also|next)|also read)(?: ?[:|»>]| [–-]) ?[^.]{3,150}" + _NO_STOP,
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
        r"(?-i:[A-Z0-9'\"])[^.!?:|]{12,140}" + _NO_STOP,
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
_END = r"[ .:!…»→>*]*"
# Buttons of a page, each in a line; and names of networks alone, which a story may list.
_BUTTON_LINE = re.compile(_BUTTON, re.IGNORECASE)
_NAMES_LINE = re.compile(rf"{_NETWORK}(?:(?: ?[,|/•·–-] ?| ){_NETWORK})*+{_END}", re.IGNORECASE)
_ACTION_WORD = re.compile(rf"\b{_ACTION}\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…]['\"’”»)\]]{0,3}$")
_FULL_STOP = re.compile(r"\w{2}\.['\"’”)]{0,2}$")
_BUTTON_CHARS = 30
_ITEM_CHARS = 60  # an item of a list, as a rule may take it for a button or a heading; not measured
_DECORATION = " \t*_•·►▶>»→|()[]" + PAGE_BREAK
_LINE = re.compile(
    "|".join(f"(?P<{name}>(?:{'|'.join(forms)}){_END})" for name, forms in _LINE_RULES.items()), re.IGNORECASE
)
_TAIL = re.compile("|".join(f"(?P<{n}>(?:{form}){_END})" for n, form in _TAIL_RULES.items()), re.IGNORECASE)
# Rules with open ends, which words that somebody says can meet: "We use cookies to ..., the bank told ...".
_OPEN_RULES = frozenset({"advert", "consent", "newsletter"})
_INTRODUCES = re.compile(r"\b(?:read|reads|reading|titled|labelled|labeled|marked):$")  # what a sign says
_SPOKEN = re.compile(
    r"(?:,[\"']?| [–—-]) (?:[\w'.-]{1,30} ){1,8}(?:said|says|told|tells|wrote|written"
    r"|joked|asked|claimed|promised|warned|added|insisted|argued|announced|explained|boasted|stated|declared|replied|quipped)\b",
    re.IGNORECASE,
)
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
    removed: list[RemovedLine] = []
    text = normalise(text)
    breaks = text.count(PAGE_BREAK)
    while True:  # a line that goes may let others be rejoined, and then be seen to be a leftover
        lines = _without_tails(list(_without_leftovers(text.split("\n"), removed)), removed)
        cleaned = unwrap(_joined(lines))
        if cleaned == text:
            # Breaks that are missing now were in lines at the end.
            return CleanedText(cleaned + PAGE_BREAK * (breaks - cleaned.count(PAGE_BREAK)), tuple(removed))
        text = cleaned


def clean_pages(text: str) -> tuple[str, tuple[int, ...]]:
    """Clean a text with marks as `clean` does; return it without them, and the places where they stood."""
    pages = clean(text).split(PAGE_BREAK)
    return "".join(pages), tuple(accumulate(map(len, pages[:-1])))


def normalise(text: str) -> str:
    r"""Return valid, storable text: NFC, "\n" newlines, plain spaces, nothing invisible, single blank lines.

    Lone surrogates become U+FFFD, ligatures their letters, and a word is whole that a soft hyphen broke at a
    line's end. Tabs stay; every line keeps its indentation and loses its trailing space.
    """
    text = _SOFT_BREAK.sub("", _NEWLINE.sub("\n", storable(text)))
    text = composed(_NOT_PLAIN.sub(lambda match: _PLAIN.get(match[0], ""), text))
    if " \n" in text or "\t\n" in text or text[-1:] in {" ", "\t"}:
        text = _TRAILING.sub("", text)
    return (_BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text).strip("\n")


def punctuated(text: str) -> str:
    """Return a text with the punctuation that its C1 controls stand for, for libraries that drop controls."""
    return text.translate(_C1)


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
    bare = line.strip(_DECORATION)
    bare = bare if bare.isascii() else bare.translate(_PLAIN_QUOTES)
    match = _LINE.fullmatch(bare)
    rule = match.lastgroup if match else None
    return None if rule in _OPEN_RULES and _SPOKEN.search(bare) else rule


def _without_leftovers(lines: Sequence[str], removed: list[RemovedLine]) -> Iterator[str]:
    """Yield the lines that no rule removes, or that the article's own lines around them need."""
    rules = [_line_rule(line) for line in lines]
    _add_buttons(lines, rules)
    if not any(rules):
        yield from lines
        return
    below = _next_own_lines(lines, rules)
    listing = items = False  # below a line that ends with a colon; and below an item of that list
    above = ""  # the last line of the article's own
    breaks = ""  # of pages that began in lines that went
    for number, (line, rule) in enumerate(zip(lines, rules, strict=True)):
        if rule is None:
            if line:
                above, is_item = line, _is_item(line)
                listing = line.endswith(":") or (listing and is_item)
                items = listing and not line.endswith(":")
            yield breaks + line if line else line
            breaks = breaks if not line else ""
            continue
        between_items = (_is_item(above) or listing) and _is_item(below[number])
        goes_on = number > 0 and line[:1].islower() and _is_unfinished(lines[number - 1])
        begins = rule != "advert" and _begins_paragraph(number, lines, rules)
        names = _names_only(line) and (listing or _is_own_list(number, lines, rules))
        is_quoted = rule != "advert" and _INTRODUCES.search(above) is not None
        if items or between_items or goes_on or begins or names or is_quoted:
            above = line if is_quoted else above
            yield line
        else:
            removed.append(RemovedLine(rule, line))
            breaks += PAGE_BREAK * line.count(PAGE_BREAK)


def _add_buttons(lines: Sequence[str], rules: list[str | None]) -> None:
    """Note the buttons of a bar that has each in a line: two or more, of which one says what it does."""
    run: list[int] = []
    for number, line in enumerate((*lines, "end of the text")):
        if not line:
            continue
        is_button = len(line) <= _BUTTON_CHARS and _BUTTON_LINE.fullmatch(line.strip(_DECORATION))
        if number < len(lines) and (is_button or rules[number] == "share"):
            run.append(number)
            continue
        if len(run) > 1 and any(_ACTION_WORD.search(lines[at]) for at in run):
            for at in run:
                rules[at] = rules[at] or "share"
        run.clear()


def _next_own_lines(lines: Sequence[str], rules: Sequence[str | None]) -> list[str]:
    """Return for each line the next one that is not blank and that no rule matches, else ""."""
    below: list[str] = []
    own = ""
    for line, rule in zip(reversed(lines), reversed(rules), strict=True):
        below.append(own)
        if line and rule is None:
            own = line
    return below[::-1]


def _is_item(line: str) -> bool:
    """Whether this may be an item of a list: short, and no sentence."""
    return 0 < len(line) <= _ITEM_CHARS and not _SENTENCE_END.search(line)


def _is_unfinished(line: str) -> bool:
    return bool(line) and not _SENTENCE_END.search(line[-4:])


def _begins_paragraph(number: int, lines: Sequence[str], rules: Sequence[str | None]) -> bool:
    """Whether a line is the first of a paragraph, which goes on below it in small letters."""
    is_first = number == 0 or not lines[number - 1]
    below = lines[number + 1] if is_first and number + 1 < len(lines) else ""
    return below[:1].islower() and rules[number + 1] is None and _is_unfinished(lines[number])


def _is_own_list(number: int, lines: Sequence[str], rules: Sequence[str | None]) -> bool:
    """Whether a line with names of networks and commas is a list of the article: no button stands near it."""
    near = (at for at in range(max(0, number - 2), min(len(lines), number + 3)) if at != number)
    buttons = (at for at in near if rules[at] in {"share", "follow"} and not _names_only(lines[at]))
    return "," in lines[number] and next(buttons, None) is None


def _names_only(line: str) -> bool:
    """Whether a line only names networks, and says nothing of what to do with them."""
    return bool(_NAMES_LINE.fullmatch(line.strip(_DECORATION))) and not _ACTION_WORD.search(line)


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
        # Headlines end without a full stop: a sentence below a link to other stories is the article's own.
        return rule in _LONG_TAILS or not any(map(_FULL_STOP.search, after))
    return rule in _LONG_TAILS and after_chars <= min(_TAIL_CHARS, _TAIL_SHARE * before_chars)


def _joined(lines: Sequence[str]) -> str:
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
