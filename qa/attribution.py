"""Finds who is said to have said what a quote says: "Mr. Wang said", "according to an informed source". Pure.

The rules are English, and see a sentence, or a quotation with the sentences before and after it. They return
words of the text. Where two readings are possible they return nothing: a wrong speaker is worse than none.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nutgraf.indexer.passages import sentence_around
from nutgraf.models.words import word_set

_MOST_CHARS = 1500
"""A quotation is looked for so far on both sides of the quote; longer ones are documents. Not compared."""
_VERB_GROUP_CHARS = 80  # more than the words right before a verb take
_MOST_WORDS = 14  # of a speaker with title and office; longer ones are clauses

_PLAIN = "said|says|say|told|tells"
_OTHER = (
    "added|adds|wrote|writes|tweeted|stated|states|noted|notes|explained|explains|reported|reports|announced"
    "|warned|warns|claimed|claims|argued|argues|estimated|estimates|predicted|predicts|confirmed|recalled"
    "|testified|insisted|insists|acknowledged|admitted|continued|concluded|suggested|believes|believe|read|reads"
    "|agreed|found|replied|responded|recommended"
)
_VERB = re.compile(rf"\b(?:{_PLAIN}|{_OTHER})\b")
_PLAIN_VERB = re.compile(rf"(?:{_PLAIN})\b")
_SOURCE = re.compile(r"\b[Aa]ccording to ")
_END_OF_SPEAKER = re.compile(
    r"[.!?](?=\s|$|[\"”])|[,;:\n“”\"—–]| (?:in|on|at|during|who|which|whose|after|before|when|while|as|that"
    r"|to|by|told|said|and (?:that|he|she|they)|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|via"
    r"|last|this|earlier|of (?:the|his|her|a) (?:decision|move|plan|team|game))\b"
)
_ABBREVIATED = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Gov|Sen|Rep|Gen|Maj|Lt|Col|Sgt|Capt|Adm|Prof|Rev|St|Jr|Sr)$"
)
_BREAK = re.compile(r"[;:\n“”\"—–]|[.!?](?=\s)")
_CONTRAST = re.compile(
    r";|,? but (?!also)|,[”\"]? (?:with|while|though|although|whereas|and (?:s?he|they|it|the|then))\b"
)
"""Where another clause begins, which nobody is said to have said."""
_LEAD_IN = re.compile(
    r"(?:But|And|Yet|So|Still|Meanwhile|Also|However|Later|Then|Additionally|Earlier|Separately),? (?=\S)"
)
_AS = re.compile(rf"As (?=[^,;\n]{{1,80}}\b(?:{_PLAIN}|{_OTHER}),)")
"""What leads in "As the minister once said, ...", and not "As Holt said that he would go, it rained"."""

_TO_SOMEBODY = word_set("told tells")
_CLOSED = re.compile(
    r"[.;!?)]|,(?! ?[\"“])| (?:in|on|at|during|after|before|when|this|last|earlier|citing|to|of|via|and)\b"
    r"| (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
)
"""What may follow the verb of a frame that closes a sentence; behind "she said," a quotation opens."""

_QUOTED = re.compile(r"[“\"][^“”\"]{3,}[”\"]")
_NAME_BEHIND = re.compile(r",(?: (?!\w{3,6}day\b)(?:[A-Z][\w’'-]{1,30}|[A-Z]\.)){1,4}(?=[.,;)]|\s*$)")
_PART = re.compile(r"[^,]+")
_WORD = re.compile(r"[^\s,]+")
_TRAILING = word_set(
    "also has have had later previously then once still again already repeatedly recently first just never"
    " earlier often reportedly monday tuesday wednesday thursday friday saturday sunday on instead simply now"
    " would is was were be been being and at publicly privately initially"
)
_PRONOUNS = word_set("he she they")
_NO_SPEAKER = word_set(
    "i we you it that which who what there this these those as when where while because since after before if"
    " though although whether how why one all both and or but not nobody none neither nor few hardly had"
    " unless"
)
_NO_WORDS = word_set("that what whatever")  # of a speaker: "contrary to what Kern said"
_JOINING = word_set("after while as because since although though")
_AUXILIARIES = word_set(
    "has have had having is was were be been being did does do would might may could should cannot can"
)
_NEGATIONS = word_set("never not no hardly scarcely barely yet")
_UNREAL = word_set("might may could should cannot can having")  # with these nothing was said, or not surely
_BEING = word_set("is was were be been being")
_DENIAL = re.compile(
    r"\b(?:(?:not|n['’]t|hardly) (?:true|correct|the case)|(?:untrue|false|incorrect|wrong|a lie) that"
    rf"|(?:lied|lying) (?:when|that)|(?:falsely|wrongly) (?:{_PLAIN}|{_OTHER})"
    r"|den(?:ies|ied|y|ying) (?:that|having))\b"
)
"""What turns round the words behind it: "Holt said it was false that", "Kern lied when he said"."""
_SOURCES = word_set(
    "official officer source spokesman spokeswoman spokesperson police report study studies researcher"
    " scientist expert analyst authorities document record filing complaint lawsuit indictment affidavit"
    " statement release survey poll data company department agency ministry office school university"
    " hospital government administration prosecutor lawyer attorney investigators witnesses witness"
    " doctor commentators critics economist organizers organisers group center centre commission"
    " committee post tweet website motion memo letter newspaper paper magazine outlet timeline notice"
    " analysis estimate mother father brother sister wife husband son daughter family neighbor neighbour"
    " friend teacher resident people person lawmakers senator president minister governor mayor sheriff"
    " chief captain coach manager owner director founder professor author leader judge dictionary media"
    " account bank team firm union airline regulator executive insider man woman voter historian"
)
"""Words for people and papers that say something, in the singular where the plural has only an s more."""
_DOUBLE = '“”"'
_MARKS = _DOUBLE + "‘’'.!?–—-"


class Attribution(NamedTuple):
    """The words for the speaker or the source, as a half-open span of the text."""

    start: int
    end: int


def attribution(text: str, start: int, end: int) -> Attribution | None:
    """Return who is said to have said `text[start:end]`; None where the article itself says so.

    In a quotation it is the speaker of the innermost one that the words stand in; else the sentence must say
    so of the clause that they stand in.

    >>> text = "The mill will close in May, Mr. Wang said."
    >>> speaker = attribution(text, text.index("in May"), text.index(","))
    >>> text[speaker.start : speaker.end]
    'Mr. Wang'
    """
    quotation = _quotation(text, start, end)
    if quotation is not None and (speaker := _of_quotation(text, *quotation)) is not None:
        return speaker
    first, last = sentence_around(text, start, end)
    if last - first > _MOST_CHARS:
        return None
    speaker = next(_of_clause(text, first, last, start, end), None)
    is_speaker = speaker is not None and speaker.start < end and start < speaker.end
    return None if is_speaker else speaker


# --- quotations ---------------------------------------------------------------------------------------


def _quotation(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the innermost quotation around a span, its marks included; None where there is none."""
    first = max(text.rfind("\n", 0, start) + 1, start - _MOST_CHARS)
    line_end = text.find("\n", end)
    last = min(len(text) if line_end < 0 else line_end, end + _MOST_CHARS)
    opened: list[int] = []
    for at in range(first, last):
        mark = _mark(text, at)
        if mark > 0 and not start <= at < end:
            opened.append(at)
        elif mark < 0:
            closed = _closed(text, opened, at)
            if closed is not None and closed < start and end <= at:
                return closed, at + 1
    unclosed = [at for at in opened if at < start and text[at] in _DOUBLE]
    return (unclosed[-1], last) if unclosed else None


def _closed(text: str, opened: list[int], at: int) -> int | None:
    """Take the mark that this one closes from those that are open, and return its place."""
    is_double = text[at] in _DOUBLE
    if not is_double and not (opened and text[opened[-1]] not in _DOUBLE):
        return None  # an apostrophe
    while opened:
        mark = opened.pop()
        if (text[mark] in _DOUBLE) == is_double:
            return mark
    return None


def _mark(text: str, at: int) -> int:
    """Return 1 for a mark that opens a quotation, -1 for one that may close it, 0 for all else."""
    char = text[at]
    if char not in "“”‘’\"'":
        return 0
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    starts = before.isspace() or before in "([—–“‘\"'"
    if char in "“‘":
        return 1
    if char in "”’" or not starts or after.isspace():
        return -1 if char in '”"' or not after.isalnum() else 0
    return 1


def _of_quotation(text: str, start: int, end: int) -> Attribution | None:
    """Return the speaker of a quotation: of the frame after it, before it, or of the quotation before it."""
    line = text.find("\n", end)
    after_end = min(len(text) if line < 0 else line, end + _MOST_CHARS // 4)
    if text[end - 2] != ".":  # that ends the sentence, and no frame follows
        speaker = _after(text, end, after_end)
        if speaker is not None:
            return speaker
    line_start = max(text.rfind("\n", 0, start) + 1, start - _MOST_CHARS // 2)
    return _before(text, line_start, start)


def _after(text: str, first: int, last: int) -> Attribution | None:
    """Return the speaker where a frame follows: '..., Mr. Wang said', '..., said Mr. Wang'."""
    start = first + len(text[first:last]) - len(text[first:last].lstrip(" ,"))
    verb = _VERB.match(text, start, last) or _SOURCE.match(text, start, last)
    if verb is not None:
        return _speaker_after(text, verb.end(), last)
    verb = _VERB.search(text, start, _stop(_BREAK, text, start, last))
    return _speaker_before(text, start, verb.start()) if verb and _says(text, start, verb) else None


def _before(text: str, first: int, quote: int) -> Attribution | None:
    """Return the speaker where a frame stands before: 'Mr. Wang said: ...', or '...,' he said. '...'."""
    head = text[first:quote].rstrip()
    if not head:
        return None
    frame_end = first + len(head)
    ends_sentence = head[-1] in ".!?"
    starts = [first]
    for match in _BREAK.finditer(text, first, frame_end - 1):
        if not _is_abbreviation(text, match) and match[0] not in ":;—–":
            starts.append(match.end())
    clause = starts[-1]
    verbs = [*_VERB.finditer(text, clause, frame_end)]
    if ends_sentence:
        quoted = text[first:clause].rstrip().endswith(("”", '"', "’"))
        is_frame = quoted and verbs and _says(text, clause, verbs[0])
        return _speaker_before(text, clause, verbs[0].start()) if is_frame else None
    if verbs and not text[clause : verbs[0].start()].strip(' ,”"’'):
        return _speaker_after(text, verbs[0].end(), quote)
    return _subject(text, clause, verbs[0].start()) if verbs and _says(text, clause, verbs[0]) else None


# --- clauses ------------------------------------------------------------------------------------------


def _of_clause(text: str, first: int, last: int, start: int, end: int) -> Iterator[Attribution]:
    """Yield who says so in a sentence, the rule that is surest first; none of what is not said or denied."""
    verbs = [*_VERB.finditer(text, first, last)]
    unsaid = any(_is_unsaid(_before_verb(text, first, v.start())) for v in verbs if v.end() <= start)
    if unsaid or _DENIAL.search(text, first, start):
        return
    source = _SOURCE.search(text, first, last)
    if source is not None and not text[first : source.start()].rstrip().lower().endswith("not"):
        speaker = _speaker_after(text, source.end(), last)
        between = text[min(end, source.start()) : max(start, source.start())]
        if speaker is not None and not _CONTRAST.search(between):
            yield speaker
    for verb in reversed(verbs):
        if verb.start() >= end and ";" not in text[end : verb.start()] and _says(text, end, verb):
            speaker = _closing(text, end, verb, last)
            if speaker is not None:
                yield speaker
    for verb in verbs:
        if verb.end() <= start and _says(text, first, verb) and not _CONTRAST.search(text, verb.end(), start):
            speaker = _opening(text, first, verb, start)
            if speaker is not None:
                yield speaker


def _closing(text: str, end: int, verb: re.Match[str], last: int) -> Attribution | None:
    """Return the speaker of a frame that closes the sentence: '..., Mr. Wang said'."""
    comma = text.rfind(",", end, verb.start())
    if comma < 0:
        return None
    if not text[comma + 1 : verb.start()].strip() and verb[0] not in _TO_SOMEBODY:
        speaker = _speaker_after(text, verb.end(), last)
        if speaker is not None:
            return speaker
    if _QUOTED.search(text, end, verb.start()):
        return None  # the frame of that quotation alone
    closes = verb[0] in _TO_SOMEBODY or verb.end() == last or _CLOSED.match(text, verb.end(), last)
    return _speaker_before(text, end, verb.start()) if closes else None


def _opening(text: str, first: int, verb: re.Match[str], start: int) -> Attribution | None:
    """Return the speaker of a frame that opens the sentence: 'Mr. Wang said (that) ...'."""
    is_plain = _PLAIN_VERB.match(text, verb.start()) is not None
    if not is_plain and " that " not in text[verb.end() : start + 1][:60]:
        return None
    return _subject(text, first, verb.start())


def _says(text: str, first: int, verb: re.Match[str]) -> bool:
    """Whether somebody says something with this verb: not "was told", "did not say" or "declined to say"."""
    words = _before_verb(text, first, verb.start())
    return not _is_unsaid(words) and not _BEING & {*words}


def _is_unsaid(words: Sequence[str]) -> bool:
    """Whether these words before a verb, the nearest first, say that nothing was said, or not surely."""
    is_negated = any(word in _NEGATIONS or word.endswith(("n't", "n’t")) for word in words)
    is_unreal = not _UNREAL.isdisjoint(words) or {"would", "have"} <= {*words}
    return is_negated or is_unreal or words[:1] == ["to"]


def _before_verb(text: str, first: int, verb: int) -> list[str]:
    """Return the auxiliaries and adverbs that stand right before a verb, the nearest first."""
    words: list[str] = []
    for word in reversed(text[max(first, verb - _VERB_GROUP_CHARS) : verb].split()):
        is_auxiliary = word in _AUXILIARIES | _NEGATIONS | _TRAILING or word.endswith(("n't", "n’t"))
        if not (is_auxiliary or word in {"to", "longer", "ever", "only"}):
            break
        words.append(word)
    return words


# --- speakers -----------------------------------------------------------------------------------------


def _subject(text: str, first: int, verb: int) -> Attribution | None:
    """Return the subject of the clause that begins at `first`, without what leads in: 'On Monday, ...'."""
    breaks = [m.end() for m in _BREAK.finditer(text, first, verb) if m[0] in ":;–—"]
    first = breaks[-1] if breaks else first
    lead = _LEAD_IN.match(text, first) or _AS.match(text, first)
    return _speaker_before(text, lead.end() if lead else first, verb)


def _speaker_before(text: str, first: int, verb: int) -> Attribution | None:
    """Return the speaker that stands before the verb, in front of its apposition if it has any."""
    parts = [m.span() for m in _PART.finditer(text, first, verb)]
    has_apposition = bool(parts) and _trimmed(text, *parts[-1]) is None
    parts = [part for part in parts if _trimmed(text, *part) is not None]
    if len(parts) <= has_apposition:
        return None
    span = _trimmed(text, *parts[-2 if has_apposition else -1])
    return _checked(text, span) if span else None


def _speaker_after(text: str, first: int, last: int) -> Attribution | None:
    """Return the speaker that stands behind a verb or "according to"."""
    span = _trimmed(text, first, _stop(_END_OF_SPEAKER, text, first + 1, last))
    speaker = _checked(text, span) if span else None
    if speaker is None or not text[speaker.start : speaker.end].islower():
        return speaker
    name = _NAME_BEHIND.match(text, speaker.end, last)  # "his lawyer, Petra Kolb"
    return speaker if name is None else Attribution(speaker.start, name.end())


def _stop(pattern: re.Pattern[str], text: str, first: int, last: int) -> int:
    """Return where the pattern first stops the words from `first` on; full stops of titles do not count."""
    matches = pattern.finditer(text, first, last)
    return next((m.start() for m in matches if not _is_abbreviation(text, m)), last)


def _is_abbreviation(text: str, stop: re.Match[str]) -> bool:
    at = stop.start()
    return stop[0] == "." and _ABBREVIATED.search(text, max(0, at - 6), at) is not None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without blanks and marks, and without adverbs, auxiliaries and days at its end."""
    words = [(m.start(), m.end()) for m in _WORD.finditer(text, start, end) if m[0].strip(_MARKS)]
    while words and text[slice(*words[-1])].casefold() in _TRAILING:
        words.pop()
    if not words:
        return None
    first, last = words[0][0], words[-1][1]
    return first + (text[first] in "”’"), last


def _checked(text: str, span: tuple[int, int]) -> Attribution | None:
    """Return the span if it can name a speaker: a name, a pronoun, or a word for a source."""
    words = [w.strip("’'\"”).") for w in text[slice(*span)].split()]
    if words[1:] and words[0] in _JOINING:  # "after Mr. Wang said"
        span = span[0] + text[slice(*span)].index(words[1]), span[1]
        words = words[1:]
    if not words or len(words) > _MOST_WORDS:
        return None
    first = words[0].casefold()
    if len(words) == 1 and not first[1:]:
        return None  # the rest of "D-N.Y."
    if len(words) == 1 and first in _PRONOUNS:
        return Attribution(*span)
    is_nobody = first == "no" and not words[-1][:1].isdigit()  # "No. 10" is somebody
    if is_nobody or not _NO_WORDS.isdisjoint(words):
        return None
    if first in _NO_SPEAKER | _PRONOUNS or _VERB.search(text, *span):
        return None
    is_name = any(word[:1].isupper() for word in words)
    is_source = any(_is_source(word.casefold()) for word in words)
    return Attribution(*span) if is_name or is_source else None


def _is_source(word: str) -> bool:
    word = word.removesuffix("'s").removesuffix("’s")
    return word in _SOURCES or word.removesuffix("s") in _SOURCES or "." in word
