"""Removes from a web page what is no part of its article: offers, shares, comments, links to other stories.

Knows the names that publishers give to such elements, and the headings above them. Does not know where the
article is, so an element that holds the headline or most of the prose always stays.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Literal

from nutgraf.indexer.loaders.pages.read_on import remove_read_on

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Never part of an article, whatever they are called.
_TAGS = (
    "amp-ad", "amp-consent", "amp-embed", "amp-sidebar", "amp-social-share", "amp-sticky-ad", "button",
    "canvas", "datalist", "dialog", "embed", "frame", "head", "iframe", "input", "map", "menu", "nav",
    "object", "option", "script", "select", "style", "svg", "template", "textarea",
)  # fmt: skip
_ROLES = frozenset({"alertdialog", "contentinfo", "dialog", "menu", "navigation", "search", "toolbar"})

# Words of a class or id. `class="post__related-links"` has the words post, related, links.
_COMMENTS = (
    "comments commentlist comment-list comment-form comment-respond comment-thread disqus livefyre hyvor"
    " coral respond reader-comments kommentare commentaires comentarios commenti reacties"
)
_STORIES = (
    "related relateds relatedposts recommended recommendation recommendations recirc recirculation readmore"
    " read-more read-next read-also also-read see-also more-stories more-news more-from more-on most-read"
    " most-popular most-viewed trending popular outbrain taboola zergnet revcontent yarpp teaser teasers"
    " promo promos promoted rich-link link-list linklist further-reading up-next next-article post-navigation"
    " suggested crosslink crosslinks internal-links interstitial-link storylinks topic-list"
)
_OTHERS = (
    # consent and paywalls
    "cookie cookies cookiebanner cookieconsent consent gdpr ccpa onetrust didomi usercentrics paywall regwall"
    " tinypass subscribe subscription subscriptions upsell donate donation contributions epic-container"
    # buttons of wikis
    " mw-editsection"
    # newsletters
    " newsletter newsletters signup sign-up mailchimp mc4wp mailing-list email-alert"
    # sharing
    " share sharing sharebar sharethis addthis addtoany sharedaddy social social-links follow-us followus"
    # adverts
    " ad ads advert adverts advertisement advertising adslot adunit dfp adsbygoogle sponsor sponsored"
    # the page around the article
    " nav navbar navigation menu breadcrumb breadcrumbs pagination pager skip-link skiplink skip-links toc"
    " table-of-contents masthead site-header site-footer copyright sidebar modal popup"
    # who wrote it, and when: read before, from the whole page
    " author authors about-author byline bylines bio entry-meta post-meta article-meta tags taglist tag-list"
    " tagcloud cat-links entry-footer post-footer article-footer reading-time"
    # names of buttons
    " hide-caption toggle-caption"
)
# What is said to screen readers alone, such as "opens in a new tab".
_UNSEEN_NAMES = frozenset({"sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text"})
_COMMENT_NAMES = frozenset(_COMMENTS.split())
_STORY_NAMES = frozenset(_STORIES.split())
_OTHER_NAMES = frozenset(_OTHERS.split()) | _STORY_NAMES | _UNSEEN_NAMES
# Without a link or a button these hold what belongs to the article: its own teaser, a box beside the text.
_LINKING_NAMES = frozenset(
    {"teaser", "teasers", "promo", "promos", "popular", "suggested", "trending", "sidebar", "social", "share"}
)
# Words that begin other names, too: "ad-hoc-committee", "social-care-box". A full sentence is no advert.
_LOOSE_NAMES = frozenset({"ad", "ads", "menu", "share", "social", "toc"})
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]{0,2}$")
_SENTENCE_WORDS = 12  # fewer may be an advert; not compared
_FIRST_PARTS = 20  # of an element, in which such a sentence is looked for
# An offer to subscribe is short. What is longer is the part of the article that is for subscribers.
_OFFER_NAMES = frozenset({"paywall", "regwall", "tinypass", "subscribe", "subscription", "subscriptions"})
_LONGEST_OFFER_CHARS = 600
# How a page tells search engines which of its parts only subscribers may read.
_FOR_SUBSCRIBERS = re.compile(r"\"cssSelector\"\s{0,9}:\s{0,9}\"\s{0,9}\.([\w-]{1,80})\s{0,9}\"")
_PARAGRAPH_CHARS = 120  # a longer paragraph is text, whatever its own class says; not compared
# These say something of the page, or of an element that holds the article: "has-sidebar", "comments-open".
_STATES = frozenset(
    [
        "has",
        "is",
        "no",
        "not",
        "with",
        "without",
        "show",
        "hide",
        "hides",
        "can",
        "js",
        "single",
        "page",
        "body",
        "html",
    ]
)
_SWITCHES = frozenset(
    [
        "open",
        "closed",
        "enabled",
        "disabled",
        "on",
        "off",
        "true",
        "false",
        "free",
        "layout",
        "above",
        "below",
    ]
)
# A fact box is part of the article, also in a column of its own.
_FACTS = frozenset(
    [
        "fact",
        "facts",
        "factbox",
        "factfile",
        "factboks",
        "faktaruta",
        "faktabox",
        "infobox",
        "infokasten",
        "keyfacts",
        "numbers",
    ]
)
# A message that an article quotes is a part of it: "social-embed", "quote-author".
_QUOTES = frozenset({"embed", "embeds", "tweet", "quote", "pullquote"})
_NAMES_IN_QUOTES = frozenset({"social", "share", "author", "bio", "byline"})
# Systems make the ids of headings and paragraphs from their text: <h2 id="comments-from-the-mayor">.
_WITH_ID = frozenset(["aside", "div", "footer", "form", "header", "nav", "ol", "section", "table", "ul"])
_HIDDEN = re.compile(r"(?:^|;)\s*+(?:display\s*+:\s*+none|visibility\s*+:\s*+hidden)\b", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_MOST_NAME_CHARS = 300
_KEPT_NAMES = 4096  # the pages of an outlet call their elements the same; not compared

_END = r"[ .:…!»>*]*"
_OTHER_STORIES = re.compile(
    r"(?:related|recommended|further|suggested|more|latest|top|trending|popular|other|most (?:read|popular"
    r"|viewed)"
    r"|more (?:top|from|on|about|in)|also (?:on|in|read)|read (?:more|next|also|on)|see also|up next|what "
    r"to read next"
    r"|you (?:may|might) (?:also )?(?:like|enjoy|be interested in)|recommended for you|keep reading|more "
    r"like this"
    r"|don'?t miss|in case you missed it|editors?'? picks?|around the web|from (?:the|around) the web"
    r"|promoted"
    r"|(?:(?:read )?more|trending|latest|popular|also|most read) (?:about|at|from|in|on) .{1,60}"
    r"|mehr zum thema|lesen sie auch|auch interessant|das könnte sie auch interessieren|à lire aussi|lire "
    r"aussi"
    r"|sur le même sujet|lea también|te puede interesar|más noticias|noticias relacionadas|leggi anche"
    r"|articoli correlati|lees ook|meer over dit onderwerp|leia também|leia mais|läs också|läs mer|les "
    r"også|læs også"
    r"|czytaj także|czytaj też|читайте также)"
    r"(?: (?:stories|story|articles?|posts?|news|reading|content|coverage|links?|topics|now|headlines"
    r"|videos?|us"
    r"|world|politics|business|sports?|this))?" + _END,
    re.IGNORECASE,
)
_SHARING = re.compile(
    r"(?:share(?: (?:this|on|via|with).{0,40})?|follow us.{0,40}|tags?|topics|filed under|categories"
    r"|sign up.{0,80}|(?:get|subscribe to) (?:our|the) .{0,60}newsletter.{0,40}|newsletters?|stay informed)"
    + _END,
    re.IGNORECASE,
)
_COMMENT_HEADING = re.compile(
    r"(?:[0-9,.]{1,9} )?(?:(?:readers?['’]?s? |user |your )?comments?"
    r"|kommentare?|commentaires?|comentarios|commenti|reacties|responses?)"
    r"(?: ?\([0-9,.]{1,9}\))?(?: on .{0,120})?"
    r"|(?:leave|post|write|add) an? (?:reply|comment)|join the (?:conversation|discussion)|what do you "
    r"think\?"
    r"|have your say" + _END,
    re.IGNORECASE,
)
# "Posted by rex22 at 4:11 pm", "rex22 · 2 days ago", "ann says:"
_COMMENT_HEAD = re.compile(
    r"(?:posted )?by \S{1,40} (?:at|on) .{0,40}[0-9]|\S{1,40} (?:[·•|–-] )?[0-9]{1,3} (?:minute|hour|day|week"
    r"|month|year)s? ago$|\S{1,40} (?:says|wrote|writes):$",
    re.IGNORECASE,
)
_LONGEST_HEADING_CHARS = 120
_SIBLINGS_OF_COMMENTS = 3  # behind a heading, in which a form or a comment is looked for; not compared
_HEADING_TAGS = ("h2", "h3", "h4", "h5", "h6", "strong", "b", "p", "div", "span", "summary", "header")
_LIST_OF_LINKS = (
    0.5  # share of an element's text that is links, from which it is a list of them; not compared
)
_NOSCRIPT_PROSE_CHARS = (
    400  # a page that keeps its article for readers without scripts has more; not compared
)


def remove_boilerplate(tree: "HtmlElement") -> None:
    """Remove from the tree, in place, the elements that are no part of the article."""
    for noscript in [*tree.iter("noscript")]:
        if _prose_of(noscript) >= _NOSCRIPT_PROSE_CHARS:
            noscript.drop_tag()
        else:
            _drop([noscript])
    # The question of an accordion is a button in a heading; its answer is hidden until that is pressed.
    panels = {part.get("id"): part for part in tree.iter(*_WITH_ID) if is_unseen(part) or _is_unspoken(part)}
    for button in [*tree.iter("button")]:
        if any(part.tag in _HEADING_TAGS[:5] for part in button.iterancestors()):
            if (panel := panels.get(button.get("aria-controls"))) is not None:
                for name in ("hidden", "aria-hidden", "style"):
                    panel.attrib.pop(name, None)
            button.drop_tag()
    for_subscribers = [*_for_subscribers(tree)]
    _drop([*tree.iter(*_TAGS)])
    around = holders((*_article_marks(tree), *for_subscribers))
    _drop(
        [part for part in tree.iter("*") if (part.get("role") or "").lower() in _ROLES and part not in around]
    )
    _drop(_named(tree, around))
    _drop(_headed(tree))
    remove_read_on(tree)


def _drop(elements: Iterable["HtmlElement"]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def _named(tree: "HtmlElement", around: set["HtmlElement"]) -> list["HtmlElement"]:
    """Return the outermost elements whose class, id or style says that they are no part of the article."""
    prose = prose_chars(tree)
    named: list[HtmlElement] = []
    inside: set[HtmlElement] = set()
    for element in tree.iter("*"):
        if element.getparent() in inside:
            inside.add(element)
        elif element not in around and _is_of_page(element, prose[element], prose[tree]):
            named.append(element)
            inside.add(element)
    return named


def _is_of_page(element: "HtmlElement", chars: int, page_chars: int) -> bool:
    """Whether an element of so many characters of prose is hidden, or named as no part of the article."""
    if not element.attrib:
        return False
    kind = None if element.tag in {"html", "body", "main"} else _kind(element)
    if kind is None and (is_unseen(element) or _is_unspoken(element)):
        return 2 * chars <= page_chars
    if kind == "comments":  # readers often write more than the reporter
        return page_chars - chars > 0
    if kind is None or 2 * chars > page_chars or (kind == "offer" and chars > _LONGEST_OFFER_CHARS):
        return False
    return element.tag != "p" or chars <= _PARAGRAPH_CHARS


def prose_chars(tree: "HtmlElement") -> dict["HtmlElement", int]:
    """Return the characters of each element that are not in links."""
    elements = [*tree.iter("*")]
    chars = {element: 0 if element.tag == "a" else len((element.text or "").strip()) for element in elements}
    for element in reversed(elements):
        parent = element.getparent()
        if parent in chars:
            own = 0 if element.tag == "a" else chars[element]
            chars[parent] += own + (0 if parent.tag == "a" else len((element.tail or "").strip()))
    return chars


def _kind(element: "HtmlElement") -> Literal["comments", "offer", "other"] | None:
    if (element.get("amp-access") or "").upper().startswith("NOT "):  # for those who have not subscribed
        return "offer"
    names = [*name_words(element)]
    words = {word for name in names for word in name}
    for name in names:
        if (name[0] in _STATES or name[-1] in _SWITCHES) and "-".join(name) not in _OTHER_NAMES:
            continue
        forms = {*name, *("-".join(pair) for pair in pairwise(name))}
        forms.add("-".join(name))
        if forms & _COMMENT_NAMES or name[0] == "comment":
            return "comments"
        if words & _QUOTES:
            forms -= _NAMES_IN_QUOTES
        forms &= _OTHER_NAMES
        if forms <= _LINKING_NAMES and next(element.iter("a", "button", "form"), None) is None:
            continue
        if forms <= _LOOSE_NAMES and len(name) > 1 and _has_sentence(element):
            continue
        if forms and not words & _FACTS:
            return "offer" if forms & _OFFER_NAMES else "other"
    return None


def _has_sentence(element: "HtmlElement") -> bool:
    """Whether one of an element's first parts is a sentence of a dozen words or more."""
    parts = (part for part in islice(element.iter("*"), _FIRST_PARTS) if part.tag in {"p", "div", "li"})
    texts = (" ".join("".join(islice(part.itertext(), _FIRST_PARTS)).split()) for part in parts)
    return any(len(text.split()) >= _SENTENCE_WORDS and _SENTENCE_END.search(text) for text in texts)


def other_stories(tree: "HtmlElement") -> set["HtmlElement"]:
    """Return the elements of a page in comments and in what it calls other stories, none with the headline.

    A second article beside that of the headline is another story, too. A footer and a column at the side are
    none: authors may stand there, where no date of the article does (`others.other_elements`).
    """
    around = holders(tree.iter("h1"))
    has_article = any(part.tag == "article" for part in around)
    headed = {*_headed(tree)}
    inside: set[HtmlElement] = set()
    article: set[HtmlElement] = set()
    for element in tree.iter("*"):
        parent = element.getparent()
        if parent in article or (element.tag == "article" and element in around):
            article.add(element)
        is_other = (
            parent in inside
            or element in headed
            or _is_called_other_story(element)
            or (element.tag == "article" and has_article and element not in article)
        )
        if element not in around and is_other:
            inside.add(element)
    return inside


def _is_called_other_story(element: "HtmlElement") -> bool:
    return bool(element.attrib) and any(map(_name_other_story, _name_attributes(element)))


@lru_cache(_KEPT_NAMES)
def _name_other_story(attribute: str) -> bool:
    names = [name for name in _words_of(attribute) if name[0] not in _STATES and name[-1] not in _SWITCHES]
    forms = ({*name, *map("-".join, pairwise(name)), "-".join(name)} for name in names)
    return any(name[0] == "comment" for name in names) or any(
        form & (_COMMENT_NAMES | _STORY_NAMES) for form in forms
    )


def is_unseen(element: "HtmlElement") -> bool:
    """Whether the style, an attribute or the class of an element says that a screen does not show it."""
    if not isinstance(element.tag, str) or not element.attrib:
        return False
    if element.get("hidden") is not None and (element.get("hidden") or "").lower() != "until-found":
        return True
    if _HIDDEN.search((element.get("style") or "")[:_MOST_NAME_CHARS]):
        return True
    return any("-".join(name) in _UNSEEN_NAMES for name in name_words(element))


def _is_unspoken(element: "HtmlElement") -> bool:
    """Whether a block is hidden from screen readers, as what is closed is; of a word a drop cap may be so."""
    return element.tag in {"p", *_WITH_ID} and (element.get("aria-hidden") or "").lower() == "true"


def name_words(element: "HtmlElement") -> Sequence[tuple[str, ...]]:
    """Return the words of each class and of the id: `relatedLinks` and `related-links` are related, links."""
    if not element.attrib:
        return ()
    return [name for attribute in _name_attributes(element) for name in _words_of(attribute)]


def _name_attributes(element: "HtmlElement") -> Iterator[str]:
    """Yield the attributes that name an element, cut; the names in them are parted by blanks."""
    attributes = [element.get("class"), element.get("data-testid"), element.get("data-component")]
    if element.tag in _WITH_ID:
        attributes.append(element.get("id"))
    return (attribute[:_MOST_NAME_CHARS] for attribute in attributes if attribute)


@lru_cache(_KEPT_NAMES)
def _words_of(names: str) -> list[tuple[str, ...]]:
    words = (tuple(_WORD.findall(_CAMEL.sub("-", name).lower())) for name in names.split())
    return [*filter(None, words)]


def _article_marks(tree: "HtmlElement") -> Iterator["HtmlElement"]:
    """Yield the headline, and what the page calls the body of the article."""
    yield from tree.iter("h1")
    for element in tree.iter("div", "section", "article"):
        if "articlebody" in (element.get("itemprop") or "").lower():
            yield element


def _for_subscribers(tree: "HtmlElement") -> Iterator["HtmlElement"]:
    """Yield the parts of the article that are for subscribers, as JSON-LD says (`hasPart` of schema.org)."""
    scripts = (script.text or "" for script in tree.iter("script"))
    classes = {match[1] for text in scripts for match in _FOR_SUBSCRIBERS.finditer(text)}
    if classes:
        yield from (part for part in tree.iter("*") if classes & {*(part.get("class") or "").split()})


def holders(elements: Iterable["HtmlElement"]) -> set["HtmlElement"]:
    """Return the elements and all that hold them."""
    around: set[HtmlElement] = set()
    for element in elements:
        part: HtmlElement | None = element
        while part is not None and part not in around:
            around.add(part)
            part = part.getparent()
    return around


def _headed(tree: "HtmlElement") -> Iterator["HtmlElement"]:
    """Yield the headings of other stories, shares and comments, and what stands under them."""
    for heading in [*tree.iter(*_HEADING_TAGS)]:
        text = short_text(heading)
        if not text:
            continue
        if _COMMENT_HEADING.fullmatch(text):
            top = _outer(heading)
            if any(map(_is_of_comments, islice(top.itersiblings(), _SIBLINGS_OF_COMMENTS))):
                yield from (*top.itersiblings(), top)
        elif _OTHER_STORIES.fullmatch(text) or _SHARING.fullmatch(text):
            top = _outer(heading)
            links = []
            for element in top.itersiblings():
                if not (is_links(element) or _is_teaser(element)):
                    break
                links.append(element)
            if links:
                yield from (top, *links)


def short_text(element: "HtmlElement") -> str:
    """Return the text of an element in one line; nothing where it is too long for a heading."""
    if len(element) == 0:
        return _short(element.text or "")
    parts: list[str] = []
    chars = 0
    for part in element.itertext():
        parts.append(part)
        chars += len(part)
        if chars > 4 * _LONGEST_HEADING_CHARS:
            return ""
    return _short("".join(parts))


def _short(text: str) -> str:
    line = " ".join(text.split()) if len(text) <= 4 * _LONGEST_HEADING_CHARS else ""
    return line if len(line) <= _LONGEST_HEADING_CHARS else ""


def _outer(heading: "HtmlElement") -> "HtmlElement":
    """Return the heading, or the element around it that holds nothing else."""
    outer = heading
    text = short_text(heading)
    while (parent := outer.getparent()) is not None and parent.tag != "body" and short_text(parent) == text:
        outer = parent
    return outer


def _is_teaser(element: "HtmlElement") -> bool:
    """Whether an element has a heading that is a link."""
    return any(
        next(heading.iter("a"), None) is not None for heading in element.iter("h2", "h3", "h4", "h5")
    ) or any(next(link.iter("h2", "h3", "h4", "h5"), None) is not None for link in element.iter("a"))


def is_links(element: "HtmlElement") -> bool:
    """Whether an element holds text, and most of it is links."""
    linked = sum(len(" ".join(link.itertext())) for link in element.iter("a"))
    return linked > 0 and linked >= _LIST_OF_LINKS * len(" ".join(element.itertext()))


def _is_of_comments(element: "HtmlElement") -> bool:
    return any(
        part.tag == "form"
        or (part.tag in {"td", "p", "div", "li"} and _COMMENT_HEAD.match(short_text(part)) is not None)
        or any("comment" in name or "reply" in name for name in name_words(part))
        for part in element.iter("*")
    )


def _prose_of(element: "HtmlElement") -> int:
    return sum(len(" ".join(part.itertext()).strip()) for part in element.iter("p"))
