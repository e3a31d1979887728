"""Tells whether a sentence speaks of who holds an office now, or of who held it before or may hold it yet.

"Former prime minister Anna Holt", "then-Mayor Otto Brandt", "Mia Lind, who was chief executive until May",
"Holt's bid to become captain", "Lind agreed to buy the Globe": none says who leads or owns it on the
article's day. Pure: knows a question's words and one sentence, in time linear in their length. The rules are
English, and rather keep a sentence than drop it wrongly.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import TypeAlias

from nutgraf.indexer.passages import sentence_around
from nutgraf.models.words import word_set

Role: TypeAlias = tuple[str, ...]
"""The words of an office in small letters: ("prime", "minister")."""

_ROLES: tuple[tuple[Role, ...], ...] = tuple(
    tuple(tuple(role.split()) for role in names.split(", "))
    for names in (
        "prime minister, pm, premier",
        "chief executive, chief executive officer, ceo, boss",
        "chairman, chairwoman, chairperson, chair, chairs",
        "leader, head, leads, heads, lead",
        "manager, coach, boss, manages, coaches",
        "owner, owners, proprietor, owns, own",
        "champion, champions, winner, titleholder, holder, holds",
        "captain, skipper, captains",
        "monarch, king, queen",
        "pope, pontiff",
        "foreign minister, foreign secretary",
        "finance minister, finance secretary, chancellor of the exchequer",
        "interior minister, home secretary",
        "health minister, health secretary",
        "defence minister, defense minister, defence secretary, defense secretary",
        "secretary of state",
        "secretary general, general secretary",
        "first minister",
        "president",
        "chancellor",
        "mayor",
        "governor",
        "speaker",
        "director",
        "editor",
        "ambassador",
        "commissioner",
        "treasurer",
        "chief justice",
        "attorney general",
        "archbishop",
        "commander",
        "spokesman, spokeswoman, spokesperson",
        "press secretary",
    )
)
"""Offices, each with the words that news has for it; a question asks for those of which it names a word."""

_LEADING: tuple[Role, ...] = (
    ("prime", "minister"), ("chief", "executive"), ("chief", "executive", "officer"), ("ceo",),
    ("president",), ("governor",), ("chairman",), ("chairwoman",), ("mayor",), ("chancellor",),
)  # fmt: skip
"""What those are who lead something: who "will become chief executive" does not lead it yet."""

_TITLES = frozenset(role for group in _ROLES for role in group) | {
    ("minister",), ("secretary",), ("senator",), ("judge",), ("justice",), ("spokesman",), ("candidate",),
}  # fmt: skip
"""What may stand directly before a name as its title."""

_OFFICES = frozenset(role for role in _TITLES if len(role) == 1) - {("head",), ("lead",), ("chief",)}
_OWNER, _CHAMPION = ("owner",), ("champion",)
_EVENTS = word_set(
    "film movie book novel song album opera documentary ship boat ferry vessel plane flight race match game"
    " final fight conference ceremony rally trial concert"
)
"""Who is the director or the captain of one of these is so for ever, and holds no office."""

_EVENT_LINKS = word_set("of at in for on")

_BESIDE_OTHERS = frozenset(
    {
        ("owner",), ("champion",), ("leader",), ("chair",), ("captain",), ("manager",), ("director",),
        ("editor",), ("speaker",), ("commander",), ("commissioner",), ("spokesman",),
    }
)  # fmt: skip
"""Who is one of these may have the title of any other office: "an inquiry led by Judge Lind"."""

_REIGNING = word_set("reigning defending current")
_ONCE = word_set("once formerly previously then")
_LED = word_set("led headed chaired owned managed coached captained run")
_ASKS_WHO, _ASKS_WHICH = word_set("who"), word_set("which what")
_IS, _HOLDING = word_set("is are s re"), word_set("leads heads owns chairs manages coaches captains holds")
_PAST = word_set("was were did had won became been")
_ADVERBS = word_set("currently now still really actually today presently")
_NOT_NOW = word_set(
    "former ex then previous erstwhile onetime ousted deposed incoming future next deputy vice assistant"
    " shadow aspiring prospective potential presumptive"
)
_NEW = word_set("new next incoming future")  # who asks for one of these asks as well for whom is yet to come
_BEHIND_ROLE = word_set("elect designate designated hopeful candidate nominee contender")
_OWNED = word_set("the his her its their")  # "the late president", but not "in late May"
_NUMBERS = word_set("two three four five six seven eight nine ten") | {str(n) for n in range(2, 20)}
_LINKS = word_set("of for at in s")
_STOPS = word_set("of in on at by to with and or said says told from for as is was has")
_NO_TITLE = _STOPS | word_set("that who after")
_PHRASE_ENDS = (_STOPS - {"s"}) | word_set("that who whom which about against than do does did going")
_FOLLOWED = word_set("replaced succeeded ousted unseated toppled deposed predecessor")
_LEFT = (
    ("resigned",), ("retired",), ("retires",), ("quit",), ("stepped", "down"), ("steps", "down"),
    ("stood", "down"), ("stands", "down"), ("bowed", "out"),
)  # fmt: skip
_LEAVING = word_set(
    "stepping steps resigning resigns retiring retires quitting quits leaving leaves standing stands outgoing"
)
_WAS = (("was",), ("were",), ("served",), ("had", "been"), ("used", "to"))
_MADE = word_set(
    "elected reelected re named appointed sworn chosen confirmed made picked selected crowned installed"
    " declared reappointed voted inaugurated hired promoted tapped still now not"
)
_LOST = word_set(
    "replaced succeeded ousted unseated toppled deposed removed fired sacked dismissed forced voted defeated"
)
_NO_PREDICATE = word_set("to in by with about at on from before after when until and that who")
"""Words between "was" and an office that somebody else holds: "was greeted by the mayor"."""

_MODALS = word_set("will would could may might should")
_INTENT = word_set(
    "agreed agrees offered offers offer planned plans plan wants wanted hopes hoped hoping aims aimed bids"
    " bid seeks sought vying running set expected likely due poised trying tries tried tipped slated"
    " scheduled ready looking preparing prepares chance race deal talks proposal attempt effort favourite"
    " favorite frontrunner runner campaign refused failed"
)
_REPORTED = word_set("said says told thinks believes announced warned claims claimed predicted")
_BEGINNING = word_set("become be lead head run")
_SUCCEEDING = word_set("succeed replace")
_DONE = word_set("completed closed finalised finalized")
_HELD_UNTIL = (["until"], ["to"])  # "will be mayor until 2030", "would be the first mayor to go to Tarn"
_BUYING, _WINNING = word_set("buy acquire purchase own"), word_set("win claim lift take")
_OFFICE_NOUNS = word_set("presidency premiership mayoralty governorship chancellorship leadership")
_TITLE_WORDS, _FOLLOWING_WORDS, _ROLE_WORDS, _MODIFIERS = 8, 14, 6, 4
"""Words that are looked at before a name, behind it, behind a verb, and before an office. Reasoned."""

_MOST_WORDS = 100
_KEPT_QUESTIONS = 256  # a question is asked of each span of its passages
_TOKEN = re.compile(r"[^\W_]+|[,;:().!?“”\"—–]")
_LEFT_OFFICE = re.compile(
    r"(?:,[^,.!?\n]{1,60}, |, who | )"
    r"(?:(?:said|announced|confirmed) (?:on \w{6,9} )?(?:that )?(?:he|she) )?"
    r"(?:(?:has|have|had|also|then|later|finally|suddenly|abruptly|formally|officially"
    r"|(?:on )?\w{3,6}day) ){0,3}"
    r"(?:resigned|stepped (?:down|aside)|stood down|quit|fled|left office"
    r"|(?:was|were|been) (?:ousted|toppled|deposed|forced out))\b"
)
_LEFT_WHAT = re.compile(r" (?P<link>as|from|\w{1,20}ing|the) ?(?P<what>[^,.;!?\n]{0,60})")
_OF_OTHERS = word_set("of to by with for under against from and or if unless")  # "loyal to Holt"
_TITLE_PARTS = word_set(
    "prime chief executive vice deputy foreign finance first mr mrs ms dr sir dame lord lady"
)
_TURNS = word_set("to became become becoming is was in on at before after when until now since")
_ANY_OFFICE = word_set(
    "office post position job role power government presidency premiership leadership country"
)
_NAME_CHARS = 40
_NAMES_BEHIND = re.compile(r"(?: [A-Z][\w’'-]{0,40}){1,3}")
_NAME_BEFORE = re.compile(r"(?<!\w)([A-Z][\w’'-]{0,38}) $")
_MARKS = frozenset(',;:().!?“”"—–')


def speaks_of_now(question: str, text: str, start: int, end: int) -> bool:
    """Whether [start:end] of a text may be who has now what a question asks the holder of.

    True as well where the question asks for no present holder, and where the sentence does not say.

    >>> text = "Anna Holt spoke to former prime minister Otto Brandt."
    >>> [speaks_of_now("Who is the prime minister?", text, *span) for span in ((0, 9), (40, 52))]
    [True, False]
    """
    roles = asked_roles(question) or _other_role(question)
    if not roles:
        return True
    first, last = sentence_around(text, start, end)
    start, end = _whole_name(text[first:last], start - first, end - first, frozenset(chain(*roles)))
    start, end = first + start, first + end
    before, name = _tokens(text[first:start]), _tokens(text[start:end])
    after = _tokens(text[end:last])[:_FOLLOWING_WORDS]
    asked = frozenset(_lower(_tokens(question)))
    title = _behind_last_mark(before)[-_TITLE_WORDS:]
    if _holds_now(title, after, roles):
        return True
    if (
        _is_titled_otherwise(title, name, roles, asked)
        or _is_of_other_office(title, [*before, *name, *after], roles)
        or _is_followed(before)
    ):
        return False
    is_titled = _is_titled(title, name, after, roles, asked)
    is_office = bool(asked_roles(question))
    return not (
        _is_past(after, roles, asked, is_titled=is_titled, is_office=is_office)
        or (not is_titled and _NEW.isdisjoint(asked) and _is_yet_to_come(after, roles))
    )


@lru_cache(_KEPT_QUESTIONS)
def asked_roles(question: str) -> frozenset[Role]:
    """Return the offices whose present holder a question asks for; none where it asks for something else.

    It asks "who is" the holder, "who leads" or "which company owns"; an office that it only mentions is none:
    "Which governor spoke?", "Who is the mayor's wife?".

    >>> sorted(asked_roles("Who is the PM of Orlow?"))
    [('pm',), ('premier',), ('prime', 'minister')]
    """
    tokens = _tokens(question)[:_MOST_WORDS]
    words = _lower(tokens)
    phrases = [phrase for at, word in enumerate(words) if (phrase := _asked_phrase(word, words[at + 1 :]))]
    groups = [group for group in _ROLES if any(_names(phrase, group) for phrase in phrases)]
    if not any({_OWNER, _CHAMPION} & {*group} for group in groups) and _is_of_event(tokens):
        return frozenset()
    leading = _LEADING if any(("leader",) in group for group in groups) else ()
    return frozenset(role for group in (*groups, leading) for role in group)


def _is_of_event(question: Sequence[str]) -> bool:
    """Whether a question is for the director or captain "of the film", not "of the film academy"."""
    words = _lower(question)
    return any(
        word in _EVENTS
        and not _EVENT_LINKS.isdisjoint(words[max(0, at - _MODIFIERS) : at])
        and all(token in _PHRASE_ENDS or not token.islower() for token in question[at + 1 : at + 2])
        for at, word in enumerate(words)
    )


@lru_cache(_KEPT_QUESTIONS)
def _other_role(question: str) -> frozenset[Role]:
    """Return the last word of what a question asks the holder of, where that is no known office: "scorer"."""
    words = _lower(_tokens(question))[:_MOST_WORDS]
    for at, word in enumerate(words):
        phrase = _asked_phrase(word, words[at + 1 :]) if word in _ASKS_WHO else []
        if len(phrase) > 1 and phrase[0] not in _HOLDING and (phrase[0] == "the" or "s" in phrase[:-1]):
            return frozenset({(phrase[-1],)})
    return frozenset()


def _asked_phrase(asking: str, behind: Sequence[str]) -> Sequence[str]:
    """Return the words for what a question asks the holder of, behind its "who"; none for other questions."""
    is_who = asking in _ASKS_WHO
    if not is_who and asking not in _ASKS_WHICH:
        return []
    if not is_who and behind[0:1] in (["is"], ["s"]) and behind[1:4] == ["the", "name", "of"]:
        return _phrase(behind[4:])
    if not is_who and behind[0:1] in (["is"], ["s"]) and (asked := _phrase(behind[1:]))[-2:] == ["s", "name"]:
        return asked[:-2]
    verbs = _HOLDING | (_IS if is_who else {"is", "are"})
    at = next((at for at, word in enumerate(behind[: _MODIFIERS + 1]) if word in verbs), None)
    if at is None or (is_who and not _ADVERBS.issuperset(behind[:at])):
        return []
    asked = _phrase(behind[at + 1 :])
    if behind[at] in _HOLDING:
        return [] if {*behind[at + 1 : at + 2]} & _PAST else [behind[at], *asked]
    return asked if is_who or asked[:1] == ["the"] else []


def _phrase(words: Sequence[str]) -> Sequence[str]:
    """Return the words of a noun at the beginning, without what a preposition or a mark adds to it."""
    ends = (at for at, word in enumerate(words) if word in _PHRASE_ENDS or word in _MARKS)
    return words[: next(ends, len(words))][:_TITLE_WORDS]


def _names(phrase: Sequence[str], group: Sequence[Role]) -> bool:
    """Whether a phrase is one for an office of the group: "Orlow's mayor", but not "the mayor's wife"."""
    place = _place(phrase, group, last=True)
    if place is None:
        return False
    behind = phrase[place[1]] if place[1] < len(phrase) else ""
    if phrase[0] in _HOLDING:
        return True
    if phrase[place[0]] in {"head", "lead"} and behind.isalpha() and behind not in _ADVERBS:
        return False  # "the head coach"
    return behind != "s" and not behind.endswith(("ing", "ed"))  # "Who is the mayor suing?"


def _whole_name(sentence: str, start: int, end: int, role_words: frozenset[str]) -> tuple[int, int]:
    """Return a span with the names beside it, so that "Holt" is looked at as "Anna Holt" is."""
    if sentence[end - 1 : end].isalnum() and (rest := _NAMES_BEHIND.match(sentence, end)) is not None:
        end = rest.end()
    for _ in range(_MODIFIERS):
        word = _NAME_BEFORE.search(sentence, max(0, start - _NAME_CHARS), start)
        if word is None or word[1].casefold() in role_words | _NOT_NOW:
            break
        start = word.start(1)
    return start, end


def has_left(text: str, name: str, roles: Iterable[Role] = ()) -> bool:
    """Whether a text says of who is named so "resigned", "stepped down" or the like.

    The verb stands directly behind the name, for in "Holt became mayor after Brandt resigned" it is another
    one's. Who left something else than one of the `roles` ("resigned as finance minister") has not left.

    >>> has_left("Anna Holt, 52, resigned on Friday. Otto Brandt follows her.", "Holt")
    True
    """
    *first_names, surname = name.split() or [""]
    places = re.finditer(rf"\b{re.escape(surname)}\b", text) if surname else ()
    return any(
        (left := _LEFT_OFFICE.match(text, place.end())) is not None
        and _is_named(text[max(0, place.start() - _NAME_CHARS) : place.start()], first_names)
        and _is_office(text, left.end(), [*roles])
        for place in islice(places, _MOST_WORDS)
    )


def _is_named(before: str, first_names: Sequence[str]) -> bool:
    """Whether the words before a surname leave it to the named one: not "John Holt", "loyal to Holt"."""
    words = before.split()
    while words and words[-1][0].isupper() and words[-1].isalpha():
        word = words.pop()
        if word.endswith("day"):  # "on Friday Holt resigned"
            return True
        is_title = (word.casefold(),) in _TITLES or word.casefold() in _TITLE_PARTS
        if first_names and word not in first_names and not is_title:
            return False
    return not words or words[-1].casefold() not in _OF_OTHERS


def _is_office(text: str, end: int, roles: Sequence[Role]) -> bool:
    """Whether what somebody left, told behind [:end], may be an office that is asked for."""
    left = _LEFT_WHAT.match(text, end)
    if left is None:
        return True
    words = _before_turn(_lower(_tokens(left["what"])))
    return not _ANY_OFFICE.isdisjoint(words) or (
        left["link"] == "as" and (not roles or _place(words, roles) is not None)
    )


def _before_turn(words: Sequence[str]) -> Sequence[str]:
    """Return the words before those that tell of what came next: "as minister to become mayor"."""
    return words[: next((at for at, word in enumerate(words) if word in _TURNS), len(words))]


def _holds_now(title: Sequence[str], after: Sequence[str], roles: frozenset[Role]) -> bool:
    """Whether words beside a name say that it holds the office: "led by", ", now mayor", "leads"."""
    before, words = _lower(title), _lower(after)
    led = next((at for at in range(len(before) - 1) if before[at] in _LED and before[at + 1] == "by"), None)
    if led is not None and _ONCE.isdisjoint(before[:led]):
        return True
    if "now" in words and _is_now(after, words.index("now"), roles):
        return True
    verb_at = 2 if words[:2] == [",", "who"] else 0
    return any(verb in _HOLDING - {"holds"} and (verb,) in roles for verb in words[verb_at : verb_at + 1])


def _is_now(after: Sequence[str], at: int, roles: frozenset[Role]) -> bool:
    """Whether the "now" at a place behind a name is of the office, and not of another name."""
    words = _lower(after)
    behind = words[at + 1 : at + 1 + _MODIFIERS]
    place = _place(behind, roles)
    if place is None or behind[place[1] : place[1] + 1] == ["s"] or _is_modified(behind, *place, frozenset()):
        return False
    linked = at - 1 if words[at - 1 : at] == ["is"] else at
    is_linked = linked == 0 or words[linked - 1] in {",", "(", "and", "who"}
    is_other = _REPORTED & {*words[:at]} or any(word[0].isupper() for word in after[max(0, linked - 2) : at])
    return is_linked and not is_other


def _is_titled(
    title: Sequence[str],
    name: Sequence[str],
    after: Sequence[str],
    roles: frozenset[Role],
    asked: frozenset[str],
) -> bool:
    """Whether a name has the asked office as its own, before it or behind a comma: then it has it now."""
    words = _lower([*title, *name])
    place = _place(words, roles, last=True)
    if place is not None and not words[place[1] : len(title)] and not _is_modified(words, *place, asked):
        return True
    clause = _lower(_before_mark(after[1:])) if after[:1] == [","] else []
    place = _place(clause, roles)
    if place is None or place[0] > _MODIFIERS or _is_modified(clause, *place, asked):
        return False
    return (_STOPS - {"s"} | _NO_PREDICATE | _INTENT | _MADE | _HOLDING | _ONCE).isdisjoint(
        clause[: place[0]]
    )


def _is_titled_otherwise(
    title: Sequence[str], name: Sequence[str], roles: Iterable[Role], asked: frozenset[str]
) -> bool:
    """Whether the title of a name, before it or a part of it, is that of another time or another office."""
    words = _lower([*title, *name])
    near = words[max(0, len(title) - _MODIFIERS) : len(title)]
    if any(word in _BEHIND_ROLE - asked and _STOPS.isdisjoint(near[at:]) for at, word in enumerate(near)):
        return True
    place = _place(words, roles, last=True)
    if place is None:
        return False
    between = words[place[1] : len(title)]
    if between and between[0] not in _LINKS | _BEHIND_ROLE:
        return False
    return _is_modified(words, *place, asked)


def _is_of_other_office(title: Sequence[str], sentence: Sequence[str], roles: frozenset[Role]) -> bool:
    """Whether a name has the title of another office, and its sentence does not name the asked one."""
    if not _BESIDE_OTHERS.isdisjoint(roles) or not roles <= _TITLES or _place(_lower(sentence), roles):
        return False
    words = tuple(_lower(title))
    return any(words[-len(role) :] == role for role in _TITLES)


def _is_modified(words: Sequence[str], start: int, end: int, asked: frozenset[str]) -> bool:
    """Whether words beside an office, [start:end], say that it is not held now: "former", "elect"."""
    if words[end : end + 1] and words[end] in _BEHIND_ROLE - asked:
        return True
    for at in range(start - 1, max(-1, start - 1 - _MODIFIERS), -1):
        word, previous = words[at], words[at - 1] if at else ""
        if word in _STOPS or word in _MARKS or word == "turned" or (word,) in _OFFICES:
            return False
        if word in _NOT_NOW - asked or (word == "late" and previous in _OWNED):
            return True
        if word in {"time", "times"} and previous in _NUMBERS and words[start] in {"champion", "winner"}:
            return _REIGNING.isdisjoint(words[max(0, at - _MODIFIERS) : at])
    return False


def _is_followed(before: Sequence[str]) -> bool:
    """Whether the words before a name say that another one came after it: "replaced", "her predecessor"."""
    words = _lower(before)
    if words[-2:] in (["predecessor", ","], ["over", "from"]):
        return True
    title = _lower(_behind_last_mark(before))[-_ROLE_WORDS:]
    verb = next((at for at in range(len(title) - 1, -1, -1) if title[at] in _FOLLOWED), None)
    return verb is not None and not _NO_TITLE & {*title[verb + 1 :]}


def _is_past(  # noqa: PLR0911 - a rule a line
    after: Sequence[str], roles: Iterable[Role], asked: frozenset[str], *, is_titled: bool, is_office: bool
) -> bool:
    """Whether the words behind a name say that it held the office, or is to: ", the former mayor"."""
    rest = after[1:] if after and after[0] in {",", "(", "—", "–"} else after
    clause = _before_mark(rest)
    words = _lower(clause)
    place = _place(words, roles)
    if place is None:
        return False
    start, end = place
    is_title = end < len(clause) and clause[end][0].isupper()  # "Lind, former mayor Otto Brandt and others"
    is_beside = len(rest) < len(after) and not is_title and not is_titled
    if is_beside and _is_modified(words, start, end, asked):
        return True
    verb_at = 1 if words[:1] in (["who"], ["which"]) else 0
    verb = next((verb for verb in _WAS if words[verb_at : verb_at + len(verb)] == [*verb]), None)
    left = next((verb for verb in _LEFT if words[verb_at : verb_at + len(verb)] == [*verb]), None)
    if left is not None and _LEAVING.isdisjoint(asked):
        behind = words[verb_at + len(left) :][:_TITLE_WORDS]
        return behind[:1] == ["as"] and _place(_before_turn(behind[1:]), roles) is not None
    if words[verb_at : verb_at + 2] == ["is", "to"] and _BEGINNING & {*words[verb_at + 2 : start]}:
        return True
    if verb is None or start > verb_at + _ROLE_WORDS or words[end : end + 1] == ["s"] or is_title:
        return False
    between = frozenset(words[verb_at + len(verb) : start])
    if "as" in between and verb != ("served",):
        return not _LOST.isdisjoint(between)  # "was replaced as mayor", but not "was hired as mayor"
    # Who "was the killer" is so for ever.
    return not is_titled and is_office and between.isdisjoint(_MADE | _NO_PREDICATE)


def _is_yet_to_come(after: Sequence[str], roles: Iterable[Role]) -> bool:
    """Whether the words behind a name say that it may hold the office later: "will be", "agreed to buy"."""
    roles = [*roles]
    verbs = _BEGINNING | _SUCCEEDING | _WINNING | (_BUYING if _OWNER in roles else frozenset())
    words = _lower(after)
    for at in range(1, len(words)):
        if words[at] not in verbs or words[at - 1] not in {*_MODALS, "to"}:
            continue
        clause = after[:at]
        is_other = any(word[0].isupper() or (word in _MARKS and word != ",") for word in clause)
        if is_other or _REPORTED & {*words[:at]} or (words[at - 1] == "to" and not _INTENT & {*words[:at]}):
            return False
        if not _DONE.isdisjoint(words[:at]):
            return False
        behind = _lower(_before_mark(after[at + 1 : at + 1 + _ROLE_WORDS]))
        if words[at] in _WINNING and _CHAMPION not in roles:
            return not _OFFICE_NOUNS.isdisjoint(behind)
        place = _place(behind, roles)
        is_held = words[at] == "be" and place is not None and behind[place[1] : place[1] + 1] in _HELD_UNTIL
        return words[at] not in _BEGINNING or (place is not None and not is_held)
    return False


def _place(words: Sequence[str], roles: Iterable[Role], *, last: bool = False) -> tuple[int, int] | None:
    """Return where the first or the last of the offices stands among words in small letters."""
    places = [
        (at, at + len(role))
        for role in roles
        for at in range(len(words) - len(role) + 1)
        if tuple(words[at : at + len(role)]) == role
    ]
    return (max(places) if last else min(places)) if places else None


def _tokens(text: str) -> list[str]:
    return [match[0] for match in islice(_TOKEN.finditer(text), 20 * _MOST_WORDS)]


def _lower(tokens: Iterable[str]) -> list[str]:
    return [token.casefold() for token in tokens]


def _before_mark(tokens: Sequence[str]) -> Sequence[str]:
    return tokens[: next((at for at, token in enumerate(tokens) if token in _MARKS), len(tokens))]


def _behind_last_mark(tokens: Sequence[str]) -> Sequence[str]:
    marks = [at for at, token in enumerate(tokens) if token in _MARKS]
    return tokens[marks[-1] + 1 :] if marks else tokens
