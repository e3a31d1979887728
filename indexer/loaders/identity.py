"""What identifies an article: the id that it states, else its canonical URL, else where it was read."""

from urllib.parse import urlsplit, urlunsplit

from nutgraf.indexer.loaders.base import UnreadableError

_LONGEST_CHARS = 300  # of an id, which people type and terminals show; not measured
_TRACKERS = frozenset({"fbclid", "gclid"})


def web_url(value: str) -> str | None:
    """Return the address if a browser may open it (http or https), else None.

    Every document is untrusted, and the address ends up in a link, where `javascript:` must not stand.
    """
    url = value.strip()
    if any(char.isspace() or not char.isprintable() for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in {"http", "https"} and parts.netloc else None


def canonical_url(url: str) -> str:
    """Return the URL without the parts that do not name the page.

    Trackers, fragment and last slash go, and the host is in lower case.
    """
    parts = urlsplit(url)
    query = "&".join(
        pair for pair in parts.query.split("&") if pair and not _is_tracker(pair.partition("=")[0])
    )
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/"), query, ""))


def names_page(stated: str, fetched: str) -> bool:
    """Whether the canonical address that a page states can be that of the page fetched at `fetched`.

    It is on the same site, `www.`, `m.` and other subdomains included, and is no front page unless one was
    fetched. So a page cannot take the place of another outlet's article.
    """
    if web_url(stated) is None:
        return False
    ours, theirs = urlsplit(fetched), urlsplit(stated)
    hosts = sorted(((part.hostname or "").removeprefix("www.") for part in (ours, theirs)), key=len)
    is_front = not theirs.path.strip("/") and not theirs.query
    return (not is_front or not ours.path.strip("/")) and (
        hosts[0] == hosts[1] or ("." in hosts[0] and hosts[1].endswith(f".{hosts[0]}"))
    )


def checked_id(value: str) -> str:
    """Return the id, or raise UnreadableError where it could not be shown, typed or stored."""
    if len(value) > _LONGEST_CHARS:
        raise UnreadableError(f"id longer than {_LONGEST_CHARS} characters")
    if any(ord(char) < ord(" ") or 0x7F <= ord(char) <= 0x9F for char in value):  # noqa: PLR2004 - C0, DEL, C1
        raise UnreadableError("id with control characters")
    return value


def _is_tracker(name: str) -> bool:
    return name.lower() in _TRACKERS or name.lower().startswith("utm_")
