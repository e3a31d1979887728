"""Parts a web page into blocks of text, and picks those of the article.

Another extractor says where the article is (its `main` text); it leaves out captions, tables, fact boxes and
items of lists. This module takes them back, and leaves out the promos of other stories between paragraphs.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nutgraf.indexer.dates import parse_date_line
from nutgraf.indexer.loaders.pages.boilerplate import holders, name_words
from nutgraf.indexer.loaders.pages.data import letters

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_TEXT_KINDS = frozenset(
    ["blockquote", "caption", "dd", "dt", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "pre"]
)
_CONTAINERS = frozenset(["article", "section", "main", "body", "td", "table"])
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CAPTION_NAMES = frozenset({"caption", "captions", "legende", "bildunterschrift"})
_FACT_NAMES = frozenset(
    ["fact", "facts", "factbox", "factfile", "infobox", "keyfacts", "numbers", "faktaruta", "explainer"]
)
_LONGEST_CELL_CHARS = 300  # longer cells lay out a page; not compared
_LEAST_ROWS = 2
# Shares that were not compared with others.
_SEEN_SHARE = 0.75
_CORE_SHARE = 0.9
_LINKED_SHARE = 0.9
_LINKED_ROW_SHARE = 0.95
_MOSTLY_LINKED = 0.5
_HEADLINE_WORDS = 4
_SHINGLE_WORDS = 4
_TEXT_WORDS = 8
_PROSE_WORDS = 15
_BYLINE_KINDS = frozenset({"div", "li", "p"})
_CAPTIONS = frozenset({"figcaption", "tr", "caption"})
_TEASER_TAGS = frozenset({"a", "article", "aside", "li"})
_SENTENCE_END = (".", "!", "?", "…", '"', "”", "“", "»", "'", "’", ")", ":", ";", "。", "！", "？")
_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")
_LABEL = re.compile(
    r"(?:read|see|watch|listen|look|hear|view|learn)(?: (?:more|also|next|on|now|here|the full \w+))?"
    r"|(?:also |more |must )read|(?:more|related|recommended|explainer|video|podcast|gallery|photos"
    r"|background|opinion|"
    r"analysis)(?: (?:stories|story|articles?|coverage|content|reading|video|on this|news|posts?|from "
    r".{1,40}|on .{1,40}"
    r"))?|further reading|don'?t miss|in case you missed it|icymi|dig deeper|go deeper|up next|click here"
    r"|lesen sie (?:auch|mehr|hier)|mehr (?:zum thema|dazu)|auch interessant|(?:à )?lire (?:aussi|plus)"
    r"|voir aussi"
    r"|le[ae] (?:también|más|también:)|te puede interesar|ver también|leggi (?:anche|pure)|lees (?:ook|meer)"
    r"|leia (?:também|mais)|veja também|läs (?:också|mer|även)|les (?:også|mer)|læs også|lue myös"
    r"|czytaj (?:także|też|również)|zobacz (?:także|też)|читайте также|читать также",
    re.IGNORECASE,
)
_LABEL_END = re.compile(r"\s*[:|–—>»→-]\s*")
_LONGEST_PROMO_CHARS = 250
# Only what speaks to readers: an article may be about JavaScript, about copyright, or about subscribers.
_NOTICE = re.compile(
    r".{0,200}\b(?:enabl|activat|turn on|switch on|allow|requires?|need|without|support|aktivier|activer"
    r"|active[zr]"
    r"|habilit|activ[ae]|abilita|schakel|włącz|включите).{0,60}\bjava ?script.{0,200}"
    r"|.{0,200}\bjava ?script\b.{0,60}\b(?:disabled|required|enable|turned off|not available|blocked"
    r"|aktivieren"
    r"|désactivé|deshabilitado|disabilitato|uitgeschakeld|deaktiviert).{0,200}",
    re.IGNORECASE,
)
_TO_READERS = re.compile(
    r"\b(?:please|you|your|we're sorry|we’re sorry|this (?:web)?(?:site|page|app)|bitte|sie|ihre[mn]?"
    r"|veuillez|vous|votre"
    r"|su navegador|por favor|il tuo|uw|je browser|пожалуйста)\b|^java ?script is ",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(?:copyright )?(?:©|\(c\)).{0,200}|copyright (?:by )?[0-9]{4}.{0,200}|all rights reserved.{0,60}"
    r"|[0-9]{1,3}[ -]?min(?:ute)?s?(?: read)?|(?:reading|read) time.{0,30}|loading(?:\.\.\.|…)?"
    r"|listen(?: to (?:this )?(?:article|story).{0,30})?(?: [0-9]{1,3} min.{0,10})?"
    r"|(?:image|photo|video|media) (?:caption|source)|skip (?:past |to ).{0,60}|back to top"
    r"|(?:filed under|tags?|topics|categories|posted in|labels)\s?:.{0,200}"
    r"|this video (?:can ?not|could not) be played|this article is (?:more than|over) [0-9]{1,3} (?:year"
    r"|month)s? old"
    r"|print|save|share|tweet|comments?|published|updated|posted|our standards: .{0,80}"
    r"|(?:suggest|request|report) a correction|(?:follow|join|like) us on .{0,120}"
    r"|(?:download|get|install|try) our (?:\w{1,12} ){0,3}apps?\b.{0,120}|got a (?:story|tip)\b.{0,160}"
    r"|(?:if|when) you (?:buy|purchase|click|shop|make a purchase)\b.{0,160}\bwe (?:may )?(?:earn"
    r"|receive)\b.{0,80}"
    r"|.{0,160}\bplease consider (?:making a (?:contribution|donation)|donating|supporting us).{0,120}",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"(?:already (?:a|have) .{0,20}(?:subscri|member|account)"
    r"|(?:please )?(?:subscribe|register|sign (?:in|up)|log ?in)(?: now| today| here)?"
    r" (?:to|for) (?:continue|keep|read|unlock|get (?:full|unlimited)|full access)"
    r"|to (?:continue|keep) reading(?:,| this)|continue reading (?:with|for)"
    r"|(?:this|the rest of this) (?:article|story|content) is (?:only )?(?:for|available to|reserved for"
    r"|exclusive to)"
    r" .{0,30}(?:subscribers|members)"
    r"|you(?:'ve|’ve| have) (?:reached your|used (?:all )?your|\w{1,9} (?:free )?articles? (?:left"
    r"|remaining))"
    r"|thank you for your patience while we verify|create (?:a|your) free account|unlock this (?:article"
    r"|story)"
    r"|support (?:our|independent|quality) .{0,30}journalism|subscribers? only\b"
    r"|suscríbe(?:te|ase) |regístrate |solo para suscriptores|este (?:artículo|contenido) es exclusivo|lee "
    r"sin límites"
    r"|jetzt (?:abo|weiterlesen|testen)|weiterlesen (?:mit|nach)|abonnieren sie|sie möchten weiterlesen"
    r"|dieser artikel ist (?:nur )?für (?:abo|mit)|(?:cet article|la suite) est réservée? aux|abonnez-vous"
    r"|déjà abonné"
    r"|questo (?:articolo|contenuto) è riservato|abbonati |assine |word abonnee|dit artikel is "
    r"alleen).{0,200}",
    re.IGNORECASE,
)
_BYLINE = re.compile(
    r"(?:by|von|par|por|di|door|av|text:|words by) (?-i:[A-ZÀ-Þ]).{1,80}(?<![.!?])"
    r"|[^.!?]{0,40}\b(?:[0-9]{1,2}[./:][0-9]{2}|jan|feb|m[aä]r|a[pbv]r|ma[iy]|jun|jul|aug|ago|ao[uû]t|sep|o[ck]t"
    r"|nov|de[cz]|dic)"
    r"[^!?]{0,40}\b(?:19|20)[0-9]{2}\b[^!?]{0,40}|[^.!?]{0,20}\b(?:19"
    r"|20)[0-9]{2}-[0-9]{2}-[0-9]{2}\b[^!?]{0,30}",
    re.IGNORECASE,
)
_LONGEST_FURNITURE_CHARS = 300
# The time above an entry of a live blog. Short words are zones and parts of the day: GMT, pm, Uhr.
_LONGEST_STAMP_CHARS = 50
_TIME = re.compile(r"\b[0-9]{1,2}[:.h][0-9]{2}\b")
_LETTERS = re.compile(r"[^\W\d_]+")
_STAMP_WORD = re.compile(
    r"[^\W\d_]{1,4}\b|jan|feb|m[aä]r|a[pbv]r|ma[iy]|jun|jul|aug|ago|ao[uû]t|sep|o[ck]t|nov|de[cz]"
    r"|mon|tue|wed|thu|fri|sat|sun|today|yesterday",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, item, row or caption: its text in one line, and the element that holds it."""

    text: str
    kind: str
    element: "HtmlElement"
    link_chars: int = 0
    led_by: str = ""
    """The text in front of the first link; all of it where there is none."""

    @property
    def linked(self) -> float:
        """The share of the text that is links."""
        return self.link_chars / len(self.text)

    @property
    def is_links(self) -> bool:
        """Whether most of the text is links; the rows of a table often name what they link to."""
        return self.linked >= (_LINKED_ROW_SHARE if self.kind == "tr" else _MOSTLY_LINKED)


def page_blocks(tree: "HtmlElement") -> list[Block]:
    """Return the blocks of text of a page in their order."""
    return [*_Walk(tree).blocks()]


class _Walk:
    """A walk over a tree that collects text until the block that holds it ends."""

    def __init__(self, tree: "HtmlElement", *, wholes: bool = True) -> None:
        self._tree = tree
        self._wholes = wholes
        self._parts: list[str] = []
        self._before_link: str | None = None
        self._link_chars = 0
        self._links = 0
        self._kinds: dict[HtmlElement, str] = {}

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks; tables of data and captions as a whole, unless `wholes` is false."""
        from lxml.etree import iterwalk

        walk = iterwalk(self._tree, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                if element.tag in _BLOCK_TAGS:
                    yield from self._flush(element.getparent())
                if self._wholes and (rows := [*_whole(element)]):
                    yield from self._flush(element.getparent())
                    yield from rows
                    walk.skip_subtree()
                    continue
                if element.tag == "a":
                    self._links += 1
                    if self._before_link is None:
                        self._before_link = "".join(self._parts)
                self._add(element.text)
                continue
            if element.tag in _BLOCK_TAGS:
                yield from self._flush(element)
            if element.tag == "a" and self._links:
                self._links -= 1
            if element is not self._tree:
                self._add(element.tail)
        yield from self._flush(self._tree)

    def _add(self, text: str | None) -> None:
        if not text:
            return
        piece = _SPACE.sub(" ", text)
        # Only a style sheet parts "The bridge." from "Photograph: Ann Lee".
        if self._parts and piece[:1].isupper() and self._parts[-1].endswith((".", "!", "?")):
            self._parts.append(" ")
        self._parts.append(piece)
        if self._links:
            self._link_chars += len(piece)

    def _flush(self, element: "HtmlElement | None") -> Iterator[Block]:
        text = " ".join("".join(self._parts).split())
        if text and element is not None:
            led_by = text if self._before_link is None else " ".join(self._before_link.split())
            yield Block(text, self._kind(element), element, min(self._link_chars, len(text)), led_by)
        self._parts, self._link_chars = [], 0
        self._before_link = "" if self._links else None

    def _kind(self, element: "HtmlElement") -> str:
        """Return the tag of the nearest element that says what kind of text this is, else "div"."""
        kind, inside = "div", []
        part: HtmlElement | None = element
        while part is not None:
            if part in self._kinds or part.tag in _TEXT_KINDS:
                kind = self._kinds.get(part, str(part.tag))
                break
            inside.append(part)
            part = None if part.tag in _CONTAINERS else part.getparent()
        self._kinds.update(dict.fromkeys(inside, kind))
        return kind


def _whole(element: "HtmlElement") -> Iterator[Block]:
    """Yield the blocks of an element that is read as a whole: the rows of a table, and a caption."""
    if element.tag == "table" and _is_data(element):
        for part in element.iter("caption", "tr"):
            cells = [part] if part.tag == "caption" else [*part.iter("td", "th")]
            texts = [text for text in map(_one_line, cells) if text]
            yield from _block(part, str(part.tag), " | ".join(texts))
    elif element.tag == "figcaption" or _is_caption(element):
        yield from _block(element, "figcaption", _one_line(element))


def _block(element: "HtmlElement", kind: str, text: str) -> Iterator[Block]:
    if text:
        link_chars = sum(len(_one_line(link)) for link in element.iter("a"))
        yield Block(text, kind, element, min(link_chars, len(text)), text)


def _is_caption(element: "HtmlElement") -> bool:
    return (
        element.tag in {"div", "p", "span", "small"}
        and any(not _CAPTION_NAMES.isdisjoint(name) for name in name_words(element))
        and next(element.iterdescendants("img", "table", "figure", "figcaption"), None) is None
    )


def _is_data(table: "HtmlElement") -> bool:
    """Whether a table holds values, and does not lay out the page."""
    if next(table.iterdescendants("table", "h1", "article", "form"), None) is not None:
        return False
    rows = [[*row.iter("td", "th")] for row in table.iter("tr")]
    if sum(len(row) > 1 for row in rows) < _LEAST_ROWS:
        return False
    return all(len(_one_line(cell)) <= _LONGEST_CELL_CHARS for row in rows for cell in row)


def _one_line(element: "HtmlElement") -> str:
    return " ".join(block.text for block in _Walk(element, wholes=False).blocks())


def article_blocks(tree: "HtmlElement", main: str, titles: Sequence[str] = ()) -> list[Block]:
    """Return the blocks of the article, given the text that another extractor found to be its `main` one.

    `titles` are those that the page has, in any form.
    """
    blocks = page_blocks(tree)
    seen = _seen(blocks, main)
    extra = _extra(blocks)
    if not any(seen):
        return [block for number, block in enumerate(blocks) if number not in extra and not block.is_links]
    places = _places(tree, _core(tree, blocks, seen))
    first, last = seen.index(True), len(seen) - 1 - seen[::-1].index(True)
    kept = set[int]()
    for number, block in enumerate(blocks):
        place = places[block.element]
        is_between = first < number < last and place.in_core and _is_text(block)
        if number not in extra and (seen[number] or is_between or _is_attached(block, place)):
            kept.add(number)
    stamps = _stamps(blocks, kept)
    article = [block for number, block in enumerate(blocks) if number in kept or number in stamps]
    heads = {blocks[number] for number in stamps if blocks[number + 1].kind in _HEADINGS}
    return _without_lone_headings(_without_ends(article, titles, heads))


def _stamps(blocks: Sequence[Block], kept: Collection[int]) -> set[int]:
    """Return the numbers of the times and days above the entries of a live blog, which has several."""
    stamps = {
        number - 1
        for number in kept
        if number and _is_stamp(blocks[number - 1].text) and not _is_stamp(blocks[number].text)
    }
    return stamps if len(stamps) > 1 else set()


def _is_stamp(text: str) -> bool:
    """Whether a text is no more than a time or a day: "18:05 GMT, 3 Nov"."""
    if len(text) > _LONGEST_STAMP_CHARS or not any(map(str.isdigit, text)):
        return False
    return parse_date_line(text).stated or (
        _TIME.search(text) is not None and all(map(_STAMP_WORD.match, _LETTERS.findall(text)))
    )


def _seen(blocks: Sequence[Block], main: str) -> list[bool]:
    """Return for each block whether the main text has most of its runs of four words, or a line like it."""
    lines = [_words(line) for line in main.splitlines()]
    whole = {tuple(line) for line in lines if line}
    runs = {run for line in lines for run in _runs(line)}
    seen = []
    for block in blocks:
        words = _words(block.text)
        own = _runs(words)
        share = sum(run in runs for run in own) / len(own) if own else 0.0
        seen.append(tuple(words) in whole or share >= _SEEN_SHARE)
    return seen


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [*zip(*(words[at:] for at in range(_SHINGLE_WORDS)), strict=False)]


def _core(tree: "HtmlElement", blocks: Sequence[Block], seen: Sequence[bool]) -> "HtmlElement":
    """Return the innermost element that holds nearly all of the main text."""
    chars = dict.fromkeys(tree.iter("*"), 0)
    for block, is_seen in zip(blocks, seen, strict=True):
        chars[block.element] += len(block.text) * is_seen
    least = _CORE_SHARE * sum(chars.values())
    core = tree
    for element in reversed(chars):  # what is inside comes first
        if chars[element] >= least:
            return element
        if (parent := element.getparent()) in chars:
            chars[parent] += chars[element]
    return core


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an element stands: in the main text, in the article around it, in a fact box, in a teaser."""

    in_core: bool = False
    in_article: bool = False
    in_box: bool = False
    in_teaser: bool = False


def _places(tree: "HtmlElement", core: "HtmlElement") -> dict["HtmlElement", _Place]:
    article = _article_around(tree, core)
    around = {core, *core.iterancestors()}
    places: dict[HtmlElement, _Place] = {}
    for element in tree.iter("*"):
        place = places.get(element.getparent(), _Place())
        if element is article:
            place = replace(place, in_article=True)
        elif place.in_article:
            in_box = (
                place.in_box
                or _is_box(element)
                or any(not _FACT_NAMES.isdisjoint(name) for name in name_words(element))
            )
            in_teaser = place.in_teaser or (element.tag in _TEASER_TAGS and element not in around)
            place = replace(place, in_box=in_box, in_teaser=in_teaser and not in_box)
        places[element] = replace(place, in_core=True) if element is core else place
    return places


def _is_box(element: "HtmlElement") -> bool:
    """Whether an element stands aside from the text and leads nowhere else."""
    return element.tag == "aside" and next(element.iter("a", "form", "input"), None) is None


def _article_around(tree: "HtmlElement", core: "HtmlElement") -> "HtmlElement":
    """Return the element that holds the headline and the main text, else what is marked as the article."""
    around = [part for part in (core, *core.iterancestors()) if part.tag not in {"body", "html"}]
    headlines = holders(tree.iter("h1"))
    with_headline = (part for part in around if part in headlines)
    marked = (part for part in around if part.tag in {"article", "main"})
    return next(with_headline, next(marked, core))


def _is_text(block: Block) -> bool:
    """Whether a block between two of the main text is a part of it, too, and no label of the page."""
    if block.is_links:
        return False
    return block.kind != "div" or len(block.text.split()) >= _TEXT_WORDS or block.text.endswith(_SENTENCE_END)


def _is_attached(block: Block, place: _Place) -> bool:
    """Whether a block is a caption, a table or a fact box of the article, before or behind its main text."""
    if not place.in_article or place.in_teaser or block.is_links:
        return False
    return place.in_box or block.kind in _CAPTIONS


def _extra(blocks: Sequence[Block]) -> set[int]:
    """Return the numbers of promos of other stories, notices to readers, and furniture of the page."""
    extra: set[int] = set()
    for number in reversed(range(len(blocks))):
        text = blocks[number].text
        is_label = number + 1 in extra and _LABEL.fullmatch(text.rstrip(" :|–—>»→-")) is not None
        if is_label or is_script_notice(text) or _is_furniture(blocks[number]) or _is_promo(blocks[number]):
            extra.add(number)
    return extra


def _is_furniture(block: Block) -> bool:
    if block.kind == "h1":
        return True
    if len(block.text) > _LONGEST_FURNITURE_CHARS:
        return False
    return _FURNITURE.fullmatch(block.text) is not None or _OFFER.fullmatch(block.text) is not None


def is_script_notice(text: str) -> bool:
    """Whether a text asks readers to let scripts run."""
    if len(text) > _LONGEST_FURNITURE_CHARS or "script" not in text.lower():
        return False
    return _NOTICE.fullmatch(text) is not None and _TO_READERS.search(text) is not None


def _is_promo(block: Block) -> bool:
    text = block.text
    if block.kind in {"tr", "figcaption"} or not block.link_chars or len(text) > _LONGEST_PROMO_CHARS:
        return False
    label = _LABEL.match(text)
    if label:
        rest = len(text) - len(block.led_by)
        led_by_label = label.end() >= len(block.led_by.rstrip(" :|–—>»→-"))
        if (
            led_by_label or _LABEL_END.match(text, label.end())
        ) and block.link_chars >= _MOSTLY_LINKED * rest:
            return True
    is_headline = len(text.split()) >= _HEADLINE_WORDS and not text.endswith(_SENTENCE_END)
    return block.linked >= _LINKED_SHARE and is_headline


def _without_ends(
    blocks: Sequence[Block], titles: Sequence[str], stamps: Collection[Block] = ()
) -> list[Block]:
    """Leave out the title, byline and day in front of the first long paragraph, and links behind the last.

    `stamps` stay: the times above the entries of a live blog.
    """
    long = [number for number, block in enumerate(blocks) if len(block.text.split()) >= _PROSE_WORDS]
    if not long:
        return [*blocks]
    own = {*map(letters, titles)} - {""}
    front = [*blocks[: long[0]]]
    for number, block in enumerate(front):
        if letters(block.text) in own:
            front = [block for block in front[:number] if block.kind in _CAPTIONS] + front[number + 1 :]
            break
    front = [
        block
        for block in front
        if block in stamps or block.kind not in _BYLINE_KINDS or not _BYLINE.fullmatch(block.text)
    ]
    back = [block for block in blocks[long[-1] + 1 :] if block.kind == "tr" or block.linked < _LINKED_SHARE]
    return [*front, *blocks[long[0] : long[-1] + 1], *back]


def _without_lone_headings(blocks: Sequence[Block]) -> list[Block]:
    """Leave out headings with nothing under them before the next of their rank, or at the end."""
    kept: list[Block] = []
    for block in blocks:
        while kept and block.kind in _HEADINGS and kept[-1].kind in _HEADINGS and kept[-1].kind >= block.kind:
            kept.pop()
        kept.append(block)
    while kept and kept[-1].kind in _HEADINGS:
        kept.pop()
    return kept or [*blocks]
