"""Tells pages that are no article, and what to do: fronts of lists, checks for robots, empty shells."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nutgraf.indexer.clean import one_line
from nutgraf.indexer.loaders.pages.blocks import page_blocks
from nutgraf.indexer.loaders.pages.head import meta_content

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Not compared: the front of a section has dozens of headlines, an article some links to others.
_MANY_HEADLINES = 8
_RUNNING_CHARS = 400
_MOSTLY_LINKED = 0.5
_HEADLINE_WORDS = 3
_INTERSTITIAL_CHARS = 1200
_AROUND = ("nav", "footer", "aside", "header")
_HEADINGS = ("h2", "h3", "h4", "h5")
_ROBOT_CHECK = re.compile(
    r"(?:just a moment|attention required|are you (?:a )?(?:robot|human)|access (?:to this page has been "
    r")?denied"
    r"|please verify you are (?:a )?human|security check|pardon our interruption|robot or human|captcha"
    r"|checking your browser|403 forbidden|request blocked|ddos.guard)\b.{0,80}",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:before you continue|we value your privacy|your privacy (?:choices|matters)|cookie consent|privacy "
    r"settings"
    r"|consent|datenschutz|wir brauchen ihre zustimmung|einwilligung|votre vie privée)\b.{0,80}",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"(?:error )?(?:404|410|500|502|503)\b.{0,80}|(?:page|article|story) (?:not found|no longer "
    r"available).{0,60}"
    r"|(?:oops\W{1,5}|sorry\W{1,3}){0,2}(?:(?:that|this|the) (?:page|article|story)"
    r" (?:can(?:no|['’])t|could(?: no|n['’])t) be found"
    r"|we (?:can(?:no|['’])t|could(?: no|n['’])t) find (?:that|this|the|your) (?:page|article|story)).{0,60}"
    r"|(?:die )?seite (?:wurde )?nicht gefunden.{0,60}|page (?:introuvable|non trouvée).{0,60}"
    r"|página no encontrada.{0,60}|pagina non trovata.{0,60}|pagina niet gevonden.{0,60}",
    re.IGNORECASE,
)
_OTHER_KINDS = (
    (_ROBOT_CHECK, "a check for robots, not the article: open the page in a browser and save it from there"),
    (_CONSENT, "a consent page, not the article: answer it in a browser, then save the article"),
    (_ERROR, "an error page, not an article"),
)
_LOGIN = re.compile(
    r"(?:(?:please )?(?:log|sign)[ -]?in|anmelden|anmeldung|einloggen|connexion|se connecter|iniciar sesión"
    r"|acceso|accedi|entrar|inloggen|logga in|logg inn|log ind|zaloguj|logowanie|войти|вход)\b.{0,80}",
    re.IGNORECASE,
)
# Pages that lead elsewhere and forms hold some sentences at most; not compared.
_MOST_WORDS_OF_LINK = 50
_MOST_WORDS_OF_FORM = 20
_REFRESH = re.compile(r"\s*+[0-9.]{1,6}\s*+[;,]\s*+(?:url\s*+=\s*+)?['\"]?([^'\"\s]{1,2000})", re.IGNORECASE)
_ROOTS = frozenset({"root", "app", "__next", "__nuxt", "___gatsby", "svelte", "react-root", "app-root"})
NO_TEXT = "no text left after cleaning"
SCRIPT_ONLY = "no text without scripts: open the page in a browser and save it from there"


def reason_without_text(tree: "HtmlElement") -> str:
    """Return why a page that shows no text has none, and what to do."""
    if frame := next((frame.get("src") for frame in tree.iter("frame") if frame.get("src")), None):
        return f"a page of frames: index the page that holds the text, such as {frame[:80]}"
    if next(tree.iter("script"), None) is not None or next(tree.iter("noscript"), None) is not None:
        return SCRIPT_ONLY
    return NO_TEXT


def is_shell(tree: "HtmlElement") -> bool:
    """Whether a page has the empty element that scripts of an application fill."""
    return any(
        (element.get("id") or "") in _ROOTS and not element.text_content().strip()
        for element in tree.iter("div")
    ) or any(not root.text_content().strip() for root in tree.iter("app-root"))


def reason_of_other_kind(tree: "HtmlElement", titles: Sequence[str]) -> str | None:
    """Return why a page is no article; None for one that is, or may be."""
    if reason := _reason_of_way(tree, titles):
        return reason
    if states_article(tree):
        return None
    reason = next((why for pattern, why in _OTHER_KINDS if any(map(pattern.fullmatch, titles))), None)
    if reason and sum(len(block.text) for block in page_blocks(tree)) <= _INTERSTITIAL_CHARS:
        return reason
    return "a list of articles, not an article" if _is_front(tree) else None


def _reason_of_way(tree: "HtmlElement", titles: Sequence[str]) -> str | None:
    """Return why a page is no more than a way to another: it leads there by itself, or asks to log in."""
    target = next(filter(None, map(_refreshed, tree.iter("meta"))), None)
    is_form = any((field.get("type") or "").lower() == "password" for field in tree.iter("input"))
    if target is None and not is_form:
        return None
    words = sum(len(block.text.split()) for block in page_blocks(tree) if block.kind != "h1")
    if target and words < _MOST_WORDS_OF_LINK:
        return f"a page that leads to {one_line(target, 200)}: index that one"
    is_login = any(map(_LOGIN.fullmatch, titles))
    if is_form and words < (_MOST_WORDS_OF_LINK if is_login else _MOST_WORDS_OF_FORM):
        return "a login page, not an article"
    return None


def _refreshed(meta: "HtmlElement") -> str | None:
    """Return where a meta element leads to; None where it leads nowhere, or to the same page again."""
    if (meta.get("http-equiv") or "").lower() != "refresh":
        return None
    match = _REFRESH.match((meta.get("content") or "")[:3000])
    return match[1] if match else None


def states_article(tree: "HtmlElement") -> bool:
    """Whether a page says to machines that it is an article."""
    if meta_content(tree, "og:type").lower() == "article" or meta_content(tree, "article:published_time"):
        return True
    return any(
        "articlebody" in (part.get("itemprop") or "").lower()
        for part in tree.iter("div", "section", "article")
    )


def _is_front(tree: "HtmlElement") -> bool:
    headlines = [heading for heading in tree.iter(*_HEADINGS) if _is_linked_headline(heading)]
    if len(headlines) < _MANY_HEADLINES:
        return False
    chars: Counter[HtmlElement] = Counter()
    for block in page_blocks(tree):
        if block.linked < _MOSTLY_LINKED and (around := block.element.getparent()) is not None:
            chars[around] += len(block.text)
    longest, running_chars = chars.most_common(1)[0] if chars else (tree, 0)
    if running_chars < _RUNNING_CHARS:
        return True
    inside = sum(longest in heading.iterancestors() for heading in headlines)
    return inside >= _MANY_HEADLINES and 2 * inside >= sum(1 for _ in longest.iterchildren("p"))


def _is_linked_headline(heading: "HtmlElement") -> bool:
    linked = next(heading.iter("a"), None) is not None or any(
        part.tag == "a" for part in heading.iterancestors()
    )
    if not linked or any(part.tag in _AROUND for part in heading.iterancestors()):
        return False
    return len(heading.text_content().split()) >= _HEADLINE_WORDS
