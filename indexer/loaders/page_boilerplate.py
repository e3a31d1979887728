"""Removes from a web page what is no part of its article: offers, shares, comments, links to other stories.

Knows the names that publishers give to such elements, and the headings above them. Does not know where the
article is, so an element that holds the headline or most of the prose always stays.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import TYPE_CHECKING

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
    "comments commentlist comment-list comment-form comment-respond comment-thread disqus livefyre hyvor "
    "coral "
    "respond reader-comments kommentare commentaires comentarios commenti reacties"
)
_OTHERS = (
    # consent and paywall
    "cookie cookies cookiebanner cookieconsent consent gdpr ccpa onetrust didomi usercentrics cmp paywall "
    "regwall "
    "tinypass subscribe subscription subscriptions upsell donate donation contributions membership "
    "epic-container "
    # newsletters
    "newsletter newsletters signup sign-up mailchimp mc4wp mailing-list email-alert "
    # other stories
    "related relateds relatedposts related-posts recommended recommendation recommendations recirc "
    "recirculation "
    "readmore read-more read-next read-also also-read see-also more-stories more-news more-from more-on "
    "most-read "
    "most-popular most-viewed trending popular outbrain taboola zergnet revcontent yarpp teaser teasers "
    "promo promos "
    "promoted rich-link link-list linklist further-reading up-next next-article post-navigation suggested "
    "crosslink crosslinks internal-links interstitial-link storylinks topic-list "
    # sharing
    "share sharing sharebar sharethis addthis addtoany sharedaddy social social-links follow-us followus "
    # adverts
    "ad ads advert adverts advertisement advertising adslot adunit ad-slot dfp adsbygoogle sponsor sponsored "
    "google-ad commercial-unit "
    # the page around the article
    "nav navbar navigation menu breadcrumb breadcrumbs pagination pager skip-link skiplink skip-links toc "
    "ez-toc "
    "table-of-contents masthead site-header site-footer copyright sidebar modal popup "
    # who wrote it, and when: read before, from the whole page
    "author authors author-bio author-box author-info about-author author-card byline bylines bio entry-meta "
    "post-meta article-meta meta metadata dateline-meta tags taglist tag-list tagcloud cat-links "
    "entry-footer "
    "post-footer article-footer reading-time "
    # said to screen readers alone, such as "opens in a new tab"
    "sr-only visually-hidden visuallyhidden screen-reader-text u-hiddenvisually"
)
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
_EMBEDS = frozenset({"embed", "embeds", "tweet", "quote", "pullquote"})
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_MOST_NAME_CHARS = 300

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
    r"|(?:read )?more (?:about|from|in|on) .{1,60}"
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
    r"(?:[0-9,.]{1,9} )?(?:comments?|kommentare?|commentaires?|comentarios|commenti|reacties|responses?)"
    r"(?: ?\([0-9,.]{1,9}\))?(?: on .{0,120})?"
    r"|(?:leave|post|write|add) an? (?:reply|comment)|join the (?:conversation|discussion)|what do you "
    r"think\?"
    r"|have your say" + _END,
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
    _drop([*tree.iter(*_TAGS)])
    around = _around_headlines(tree)
    _drop(
        [part for part in tree.iter("*") if (part.get("role") or "").lower() in _ROLES and part not in around]
    )
    _drop(_named(tree, around))
    _drop(_headed(tree))


def _drop(elements: Iterable["HtmlElement"]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def _named(tree: "HtmlElement", around: set["HtmlElement"]) -> list["HtmlElement"]:
    """Return the outermost elements whose class or id says that they are no part of the article."""
    prose = prose_chars(tree)
    half = prose[tree] / 2
    named: list[HtmlElement] = []
    inside: set[HtmlElement] = set()
    for element in tree.iter("*"):
        if element.getparent() in inside:
            inside.add(element)
            continue
        kind = _kind(element)
        if kind is None or element.tag in {"html", "body", "main"} or element in around:
            continue
        # Readers often write more than the reporter; whatever else holds most of the prose is the article.
        if prose[element] <= half or (
            kind == "comments" and prose[tree] - prose[element] > len("one sentence")
        ):
            named.append(element)
            inside.add(element)
    return named


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


def _kind(element: "HtmlElement") -> str | None:
    names = [*name_words(element)]
    words = {word for name in names for word in name}
    for name in names:
        if name[0] in _STATES or name[-1] in _SWITCHES:
            continue
        forms = {*name, *("-".join(pair) for pair in pairwise(name))}
        forms.add("-".join(name))
        if forms & _COMMENT_NAMES or name[0] == "comment":
            return "comments"
        if (
            forms & _OTHER_NAMES
            and not words & _FACTS
            and not (words & _EMBEDS and not words & {"ad", "ads"})
        ):
            return "other"
    return None


_COMMENT_NAMES = frozenset(_COMMENTS.split())
_OTHER_NAMES = frozenset(_OTHERS.split())


def name_words(element: "HtmlElement") -> Iterator[list[str]]:
    """Yield the words of each class and of the id: `relatedLinks` and `related-links` are related, links."""
    attributes = (
        element.get("id"),
        element.get("class"),
        element.get("data-testid"),
        element.get("data-component"),
    )
    for attribute in attributes:
        for name in (attribute or "")[:_MOST_NAME_CHARS].split():
            if words := _WORD.findall(_CAMEL.sub("-", name).lower()):
                yield words


def _around_headlines(tree: "HtmlElement") -> set["HtmlElement"]:
    """Return the elements that hold the headline, or what the page calls the body of the article."""
    around: set[HtmlElement] = set()
    for element in tree.iter("h1", "div", "section", "article"):
        if element.tag == "h1" or "articlebody" in (element.get("itemprop") or "").lower():
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
                if not is_links(element):
                    break
                links.append(element)
            if links:
                yield from (top, *links)


def short_text(element: "HtmlElement") -> str:
    """Return the text of an element in one line; nothing where it is too long for a heading."""
    parts: list[str] = []
    chars = 0
    for part in element.itertext():
        parts.append(part)
        chars += len(part)
        if chars > 4 * _LONGEST_HEADING_CHARS:
            return ""
    text = " ".join("".join(parts).split())
    return text if len(text) <= _LONGEST_HEADING_CHARS else ""


def _outer(heading: "HtmlElement") -> "HtmlElement":
    """Return the heading, or the element around it that holds nothing else."""
    outer = heading
    text = short_text(heading)
    while (parent := outer.getparent()) is not None and parent.tag != "body" and short_text(parent) == text:
        outer = parent
    return outer


def is_links(element: "HtmlElement") -> bool:
    """Whether an element holds text, and most of it is links."""
    linked = sum(len(" ".join(link.itertext())) for link in element.iter("a"))
    return linked > 0 and linked >= _LIST_OF_LINKS * len(" ".join(element.itertext()))


def _is_of_comments(element: "HtmlElement") -> bool:
    return any(
        part.tag == "form" or any("comment" in name or "reply" in name for name in name_words(part))
        for part in element.iter("*")
    )


def _prose_of(element: "HtmlElement") -> int:
    return sum(len(" ".join(part.itertext()).strip()) for part in element.iter("p"))
