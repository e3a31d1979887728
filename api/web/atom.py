"""An Atom feed (RFC 4287) of the changes of standing questions. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from xml.etree.ElementTree import Element, SubElement, tostring

from nutgraf.api.web.page.render import place
from nutgraf.qa.watching.standing import KIND_WORDS, WatchedAnswer
from nutgraf.watches import WatchChange

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_CONTROL = {code: " " for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF) if code not in {0x09, 0x0A, 0x0D}}


def feed(title: str, address: str, pages: str, archive: str, changes: Sequence[WatchChange]) -> bytes:
    """Return the feed of some changes, the newest first; `address` is its own, `pages` what pages are below.

    `archive` is the place of the archive: entries of different archives have different ids.
    """
    root = Element("feed", xmlns=_NAMESPACE)
    _text(root, "title", title)
    name = f"urn:nutgraf:{sha256(archive.encode()).hexdigest()[:16]}"
    _text(root, "id", f"{name}:{title.casefold().replace(' ', '-')[:80]}")
    _text(root, "updated", changes[0].at if changes else datetime.fromtimestamp(0, UTC).isoformat())
    SubElement(root, "link", rel="self", href=_clean(address))
    _text(SubElement(root, "author"), "name", "nutgraf")
    for change in changes:
        _add_entry(root, change, f"{name}:change:{change.id}", pages)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _add_entry(root: Element, change: WatchChange, name: str, pages: str) -> None:
    entry = SubElement(root, "entry")
    answer = change.after or change.before
    told = f": {answer.text}" if answer is not None else ""
    _text(entry, "title", f"{KIND_WORDS[change.kind]}: {change.question}{told}")
    _text(entry, "id", name)
    _text(entry, "updated", change.at)
    SubElement(entry, "link", href=_clean(_link(change, pages)))
    labels = ("Says", "But") if change.kind == "disputed" else ("Was", "Now")
    answers = zip(labels, (change.before, change.after), strict=True)
    lines = [_line(label, shown) for label, shown in answers if shown is not None]
    _text(entry, "content", "\n\n".join(lines))


def _link(change: WatchChange, pages: str) -> str:
    """Return where the words stand: at the outlet, else on the page of their article, if that is there."""
    answer = change.after or change.before
    if answer is not None and (link := answer.article.get("link") or answer.article["url"]):
        return link
    if change.after is None:
        return f"{pages}watches"
    return pages + place(change.after.article["id"], change.after.to_dict())


def _line(label: str, answer: WatchedAnswer) -> str:
    article = answer.article
    source = article["source"] or article["url"] or article["id"]
    day = (article["published"] or "")[:10] or "no date"
    outlets = f" (given by {', '.join(answer.outlets)})" if len(answer.outlets) > 1 else ""
    return f"{label} “{answer.text}”{outlets}. {source}, {day}: {answer.sentence}"


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _clean(text)


def _clean(text: str) -> str:
    """Return text without what XML cannot hold."""
    return text.encode("utf-8", "replace").decode().translate(_CONTROL)
