"""The lines between a title and the story, as outlets print them: byline, dates, outlet. Knows no files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nutgraf.indexer.date_words import FILLERS
from nutgraf.indexer.dates import parse_date_line
from nutgraf.indexer.loaders.bylines import PARTICLES
from nutgraf.indexer.newspaper_words import ends_as_masthead, has_newspaper_word
from nutgraf.indexer.written_dates import is_label

# How many head lines there are in the seeds and how long they are, with room; other values were not compared.
_HEAD_LINES = 8
_HEAD_CHARS = 160
_DECK_LINES = 2
# No word is read in two ways, and `*+` never gives a letter back: so a line is read once, whatever it holds.
_CAPITAL = f"[{''.join(filter(str.isupper, map(chr, range(0x590))))}]"  # Latin, Greek, Cyrillic, Armenian
_NAME = rf"(?:{_CAPITAL}[\w.'’-]*+|[a-z]['’]{_CAPITAL}[\w-]++)"
_PARTICLE = rf"(?:{'|'.join(sorted(PARTICLES))})"
_PERSON = rf"{_NAME}(?: (?:{_PARTICLE} ){{0,2}}{_NAME}){{1,4}}"
_AND = r"(?:(?i:, and| and|,| with| und| et| avec| mit)| &) "
_PLACE = rf"{_NAME}(?: {_NAME}){{0,3}}"
_PRESS = r"[A-Z]{2,6}|Reuters|dpa|epd|kna|sid"
_BYLINE = re.compile(
    r"(?:(?:(?i:(?:(?:written|reported|reporting|story|words|text|report|exclusive|analysis|compiled) )?by)"
    r"|Von|Par|Por|Door|Av):?|(?i:writer|reporter|author|journalist|words|text):) "
    rf"((?:{_PERSON}|{_PRESS})(?:(?: in {_PLACE})?{_AND}{_PERSON}){{0,9}})"
    rf"(?:,? (?i:in|at|for|from|of) (?:[Tt]he )?{_PLACE}|, {_NAME}"
    rf"|{_AND}(?:{_PRESS}|(?i:agencies|agences|agenturen))"
    r"|,? (?i:[\w &'’-]{0,40}\b(?:news|correspondent|reporter|editor|writer|staff)))?"
)
_BETWEEN_NAMES = re.compile(rf"(?: in {_PLACE})?{_AND}")
_NO_NAME = re.compile(
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"
)
_DESK = re.compile(r" (?:News|Press|Reporter|Correspondent|Editor|Writer|Staff)$")  # "By Ann Lee, BBC News"
# "New Delhi, April 14, 2016"; "April 14, 2016 · 3 min. read", whose parts a page may join without a blank.
_BEFORE_DATE = re.compile(rf"({_PLACE}), (?=\S)")
_READING_TIME = re.compile(r"[ |•·,–-]{0,3}(?:timer)?[ ]?[0-9]{1,3}[ -]min(?:ute)?s?\.? read$", re.IGNORECASE)
_PARTS = re.compile(r"(?<! ) ++[|•·—–] ++| - ")
_AGENCIES = re.compile(
    r"(?:Reuters|AP|The Associated Press|Associated Press|AFP|dpa|ANSA|EFE|UPI|PA|Xinhua|TASS)"
)
LINES_OF_DATE = 3  # over which a date is printed at most; not measured
_HOUR = re.compile(r"[0-9]{1,2}[:.h][0-9]{2}(?: ?[ap]\.?m\.?| uhr)?(?: [A-Z]{2,4})?", re.IGNORECASE)
_BESIDE_CHARS = 30  # of a section or "5 min read" beside a date or a byline; not measured
_LINE_WORDS, _DATE_WORDS = 24, 14  # of a line with a date, and of the date; not measured
# BEIJING — ..., LONDON (Reuters) - ..., WASHINGTON, D.C. – ...
_DATELINE = re.compile(r"[A-Z][A-Z .,'’-]{2,40}(?:, [A-Z][\w.]++){0,2}(?: \([\w ]{2,30}\))? ?[—–-]++ \S")
# A line below a byline, above a date: what the author is, or the outlet.
_ROLE = re.compile(
    r"(?i:(?:[\w’'-]++ ){0,3}(?:writer|reporter|correspondent|editor|columnist|critic|staff"
    r"|bureau chief))"
)
_ROLE_BEHIND = re.compile(rf"(?!(?i:by) )({_PERSON}), {_ROLE.pattern}")  # Ann Lee, Chief Reporter
_BELOW_BYLINE_CHARS = 40
_STAFF = re.compile(r"(?i:by:? (?:(?:a|our) )?(?:staff|special)(?: (?:reporter|writer|correspondent)s?)?)")
_SECTION = re.compile(
    r"(?i:\b(?:politics|business|sports?|culture|arts|opinion|world|local|national|international|news|science"
    r"|health|life|style|travel|estate|government|city|county|street|town|change|climate|technology|money"
    r"|education|analysis|report|review|new|north|south|east|west|middle|min|read|breaking|top|story|stories"
    r"|press|release|media|united|san|los|latest|food|home|law|crime|the)\b)"
)
_PERSON_LINE = re.compile(rf"{_PERSON}(?:(?:, and |, | and | & ){_PERSON}){{0,9}}")
_STOP = re.compile(r"[.!?…:;,]['\"’”)]{0,2}$")
_SENTENCE_ENDS = tuple(f"{stop}{quote}" for stop in ".!?…。" for quote in ("", '"', "”", ")", "’"))
_SOURCE = re.compile(
    r"\s?(?:来源|來源|出典|출처)\s?[:：].{0,60}$"
)  # behind a date: the outlet that it is from
_BY_NAME = re.compile(
    r"(submitted|posted|published|written) by [^,|]{2,40} on ([^|]{6,60}?)(?: in [^|]{2,40})?",
    re.IGNORECASE,
)
_PART_ENDS = ("|", "•", "·", ";", ":", "(", ")", "—", "–", "-", "/")
_OUTLET = re.compile(r"((?:The )?[A-Z][\w.&'’-]*+(?: (?:of|and|the|&|[A-Z][\w.&'’-]*+)){0,5}):")


@dataclass(frozen=True, slots=True)
class Head:
    """What the lines between title and body say, and how many lines there are.

    `deck` are those of them that belong to the story: a subtitle above the byline. `dates` are lines that
    say nothing but dates.
    """

    lines: int = 0
    authors: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    source: str = ""
    deck: tuple[str, ...] = ()

    def __add__(self, other: "Head") -> "Head":
        """Return both heads as one; the first one's authors and outlet stay where it has any."""
        return replace(
            self,
            authors=self.authors or other.authors,
            dates=self.dates + other.dates,
            source=self.source or other.source,
        )


def read_head(lines: Sequence[str]) -> Head:
    """Return what the lines below a title say; no lines where the body begins at once."""
    filled = [number for number, line in enumerate(lines) if line.strip()][: _HEAD_LINES + _DECK_LINES + 1]
    texts = [lines[number].strip() for number in filled]
    head, decks, place = Head(), list[str](), 0
    while place < min(len(texts), _HEAD_LINES + len(decks)):
        read, taken = _read_at(texts, place)
        if read is not None:
            decks.extend(read.deck)
            head = replace(head + read, lines=filled[place + taken - 1] + 1, deck=tuple(decks))
        elif head.lines or len(decks) == _DECK_LINES or len(texts[place]) > _HEAD_CHARS:
            break
        else:
            decks.append(texts[place])
        place += taken
    if head.deck and not head.dates and filled[len(head.deck)] > filled[len(head.deck) - 1] + 1:
        return Head()  # a byline alone, after a paragraph: the story of somebody else
    return replace(head, deck=tuple(line for deck in head.deck for line in (deck, "")))


def _read_at(texts: Sequence[str], place: int) -> tuple[Head | None, int]:
    """Return what a line of the head says, with how many lines it takes; None where the body begins."""
    line, after = texts[place], texts[place + 1] if place + 1 < len(texts) else ""
    if (count := lines_of_date(texts[place : place + LINES_OF_DATE])) > 1:
        return Head(dates=(" ".join(texts[place : place + count]),)), count
    if line.lower().rstrip(":") == "by" and not _byline(after) and (authors := _byline(f"By {after}")):
        return Head(authors=authors), 2
    if place and (below := _below_byline(texts[place - 1], line, after)):
        return below, 1
    return _read_line(line, after), 1


def lines_of_date(lines: Sequence[str]) -> int:
    """Return how many of the lines, from the first on, are one date; 0 where they begin with none.

    >>> lines_of_date(["Published: Wednesday,", "January 27,", "2016 | 4:05 p.m. ET"])
    3
    >>> lines_of_date(["27 January 2016", "10:45"]), lines_of_date(["27 January 2016", "It rained."])
    (2, 1)
    """
    count = next((n for n in range(1, len(lines) + 1) if parse_date_line(" ".join(lines[:n])).stated), 0)
    for line in lines[count:] if count else ():
        goes_on = count > 1 and not is_label(line) and parse_date_line(" ".join(lines[: count + 1])).stated
        if not _HOUR.fullmatch(line) and (not goes_on or parse_date_line(line).stated):
            break
        count += 1
    return count


def _below_byline(byline: str, line: str, after: str) -> Head | None:
    """Return what a line between a byline and a date says: the outlet, or what the author is."""
    if len(line) > _BELOW_BYLINE_CHARS or _STOP.search(line) or _read_line(line, after):
        return None
    date = _read_line(after, "")
    if not (date and date.dates and (_byline(byline) or _STAFF.fullmatch(byline))):
        return None
    if _ROLE.fullmatch(line):
        return Head()
    return Head(source=line) if has_newspaper_word(line) else Head(deck=(line,))


def _read_line(line: str, after: str) -> Head | None:
    if len(line) > _HEAD_CHARS:
        return None
    if (outlet := _OUTLET.fullmatch(line)) and _DATELINE.match(after):
        return Head(source=outlet[1])
    bare = _SOURCE.sub("", line)
    if date := _date(bare):
        return Head(dates=(date,), source=_outlet_before(bare, date))
    parts = [part.strip() for part in _PARTS.split(line)]
    heads = [_read_part(part) for part in parts]
    if any(head and head.dates for head in heads):
        heads = [head or _name_alone(part) for head, part in zip(heads, parts, strict=True)]
    if not any(heads):
        return Head() if line.lower().rstrip(":") == "by" else None
    if any(head is None and len(part) > _BESIDE_CHARS for head, part in zip(heads, parts, strict=True)):
        return None
    return sum((head for head in heads if head), Head())


def _read_part(part: str) -> Head | None:
    """Return what a part of a head line says: a byline, dates, both after another, or an agency."""
    if _STAFF.fullmatch(part):
        return Head()
    role = _ROLE_BEHIND.fullmatch(part)
    if authors := _byline(part) or ((role[1],) if role else ()):
        return Head(authors=authors)
    if date := _date(part):
        return Head(dates=(date,), source=_outlet_before(part, date))
    if _AGENCIES.fullmatch(part):
        return Head(source=part)
    for blank in re.finditer(" ", part):
        left, right = part[: blank.start()].rstrip(" ,"), part[blank.end() :]
        for name, date in ((left, right), (right, left)):
            if (authors := _byline(name)) and parse_date_line(date).stated:
                return Head(authors=authors, dates=(date,))
    return None


def _date(part: str) -> str:
    """Return the part without a place before its date and a reading time behind it; empty for no date.

    Two words before a date are a place only where no person has one of them as a name.
    """
    bare = _READING_TIME.sub("", part)
    place = _BEFORE_DATE.match(bare)
    is_place = place and (
        " " not in place[1] or _SECTION.search(place[1]) or has_newspaper_word(place[1])  # or its outlet
    )
    forms = (part, bare, bare[place.end() :] if place and is_place else "")
    return next((form for form in forms if form and parse_date_line(form).stated), "")


def _outlet_before(part: str, date: str) -> str:
    """Return the newspaper that stands before the date: "Lorne Times, 27 January 2016"."""
    place = part.removesuffix(date).rstrip(" ,") if part.endswith(date) else ""
    return place if has_newspaper_word(place) else ""


def _name_alone(part: str) -> Head | None:
    """Return who a part beside a date names: "Ann Lee | 5 May 2021"."""
    if not _PERSON_LINE.fullmatch(part) or _SECTION.search(part) or has_newspaper_word(part):
        return None
    authors = _byline(f"By {part}")
    return Head(authors=authors) if authors else None


def _byline(part: str) -> tuple[str, ...]:
    match = _BYLINE.fullmatch(part.strip())
    if match is None or _NO_NAME.search(match[1]):
        return ()
    names = _BETWEEN_NAMES.split(match[1])
    if len(names) > 1 and ends_as_masthead(names[-1]) and match[1].endswith(f", {names[-1]}"):
        names.pop()  # "By Ann Lee, Harrow Post"
    return tuple(name for name in names if not _DESK.search(name)) or tuple(names)


def is_masthead(line: str) -> bool:
    """Whether a line is the name of a newspaper: "THE LORNE POST"."""
    return re.fullmatch(rf"(?i:the )?{_PLACE}", line) is not None and ends_as_masthead(line)


def is_person(line: str) -> bool:
    """Whether a line may be nothing but names of persons."""
    return _PERSON_LINE.fullmatch(line) is not None


def line_dates(line: str, *, loose: bool = False) -> tuple[str, ...]:
    """Return the parts of a short line that are dates of an article, such as "Posted on May 4, 2022 by Ann".

    A label within a sentence is no label: "A report, published on May 4, 2022, warned of it." Where `loose`,
    a date at an end of the line counts without a label: "Ann Lee, 4 May 2022, Politics".
    """
    line = _SOURCE.sub("", line)
    if parse_date_line(line).stated:
        return (line,)
    if (by := _BY_NAME.fullmatch(line)) and parse_date_line(date := f"{by[1]} {by[2]}").stated:
        return (date,)
    if (head := _read_line(line, "")) and head.dates:
        return head.dates
    is_sentence = line.endswith(_SENTENCE_ENDS)
    words, dates, at = line.split()[:_LINE_WORDS], list[str](), 0
    while at < len(words):
        end = at
        if is_label(words[at]) and (not is_sentence or _speaks_of_itself(words[:at])):
            end = _date_end(words, at)
            end = end if _is_label_at(words, at, end) else at
        elif loose and not dates and not is_sentence:
            end = _date_end(words, at)
        if end > at:
            dates.append(" ".join(words[at:end]).rstrip("|,;"))
        at = max(end, at + 1)
    return tuple(dates)


def _speaks_of_itself(before: Sequence[str]) -> bool:
    """Whether the words before a label are "This article was first"."""
    words = [word.lower() for word in before]
    return words[:1] == ["this"] and all(word in FILLERS for word in words)


def _is_label_at(words: Sequence[str], at: int, end: int) -> bool:
    """Whether a line, or a part of it, begins with the label at a place; `end` is where its date ends."""
    if at == 0 or words[at][0].isupper() or words[at - 1].endswith(_PART_ENDS):
        return True
    if words[at - 1].endswith(","):
        return end == len(words)  # else a sentence goes on
    return all(word.lower() in FILLERS for word in words[:at])


def _date_end(words: Sequence[str], start: int) -> int:
    """Return where the longest date that starts at this word ends; the start where none does."""
    last = min(start + _DATE_WORDS, len(words))
    first = next((at for at in range(start, last) if any(map(str.isdigit, words[at]))), last)
    for end in range(last, first, -1):
        if parse_date_line(" ".join(words[start:end])).stated:
            return end
    return start
