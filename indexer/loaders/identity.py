"""What identifies an article: the id that it states, else its canonical URL, else where it was read.

An id that is derived is never refused, and never that of another story. A number, as that of a row, says
which record of its document it is, and no more.
"""

import hashlib
import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.origins import document
from nutgraf.models.words import word_set

_LONGEST_CHARS = 300  # of an id, which people type and terminals show; not measured
_KEPT_CHARS = 240  # of a longer one, before a digest of all of it
_DIGEST_CHARS = 16
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_NO_WORD = re.compile(r"[\W_]+")
_SLUG_CHARS = 60
_RECORD = re.compile(r"#([0-9]{1,12})(?:\.[0-9]{1,12})?$")  # how a record's id ends
# Parameters that say where a reader came from.
_TRACKERS = word_set(
    "fbclid gclid dclid gbraid wbraid msclkid yclid twclid ttclid igshid igsh mc_cid mc_eid mkt_tok"
    " _hsenc _hsmi vero_id wickedid ocid ncid cmpid icid smid smtyp cmp ftag soc_src soc_trk guccounter"
    " guce_referrer guce_referrer_sig __twitter_impression s_cid xtor _ga _gl spm"
)
_TRACKER_STARTS = ("utm_", "at_", "mtm_", "pk_")
_HOME = re.compile(r"/?(?:(?:index|home|default)(?:\.[a-z]{2,5})?)?/?", re.IGNORECASE)


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


def absolute(base: str, address: str) -> str:
    """Return an address as seen from the page `base`; "" where there is none.

    An ampersand that was escaped twice is one.
    """
    try:
        return urljoin(base, address.replace("&amp;", "&")) if address else ""
    except ValueError:
        return ""


def is_home(url: str) -> bool:
    """Whether an address is that of an outlet, and of no article: "https://news.example/"."""
    parts = urlsplit(url)
    return _HOME.fullmatch(parts.path) is not None and not canonical_query(parts.query)


def canonical_url(url: str) -> str:
    """Return the URL without the parts that do not name the page.

    Trackers, fragment and last slash go, and the host is in lower case.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    host = host.removesuffix({"http": ":80", "https": ":443"}.get(scheme, ""))
    return urlunsplit((scheme, host, parts.path.rstrip("/"), canonical_query(parts.query), ""))


def canonical_query(query: str) -> str:
    """Return the query of an address without trackers."""
    return "&".join(pair for pair in query.split("&") if pair and not _is_tracker(pair.partition("=")[0]))


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
    if _CONTROL.search(value):
        raise UnreadableError("id with control characters")
    return value


def derived_id(value: str) -> str:
    """Return an id made of an address or a place: of one that no id can be, its beginning and a digest."""
    if len(value) <= _LONGEST_CHARS and not _CONTROL.search(value):
        return value
    return f"{_CONTROL.sub('?', value[:_KEPT_CHARS])}~{_digest(value)}"


def is_from_url(article_id: str, url: str | None) -> bool:
    """Whether an id was made from this address, which another page may name as well."""
    return url is not None and article_id == derived_id(canonical_url(url))


def ids_apart(article_id: str, title: str, text: str) -> tuple[str, str]:
    """Return ids for another story under the address of `article_id`: by its title, and by title and text."""
    slug = _NO_WORD.sub("-", title.lower()).strip("-")[:_SLUG_CHARS] or _digest(text)
    return derived_id(f"{article_id}#{slug}"), derived_id(f"{article_id}#{slug}-{_digest(text)}")


def id_of_content(title: str, text: str, *context: str) -> str:
    """Return an id for an article that has neither an id nor an address: its first words and a digest.

    The same article has the same id; what differs in title, text or `context`, such as the outlet, has
    another one.

    >>> id_of_content("Fair opens", "The fair of Lund was opened.")
    'fair-opens-90f97191ed32b9ef'
    """
    words = _NO_WORD.sub("-", (title.strip() or text.strip())[:_SLUG_CHARS].lower()).strip("-")
    return "-".join(part for part in (words, _digest("\x00".join((title, text, *context)))) if part)


def ids_of_place(article_id: str, origin: str) -> list[str]:
    """Return the ids that its place can give an article, the shortest first, `article_id` among them.

    Each has a parent folder more than the one before. There are none for another kind of id.

    >>> ids_of_place("2020/r.jsonl#7", "/gazette/2020/r.jsonl:7")
    ['r.jsonl#7', '2020/r.jsonl#7', 'gazette/2020/r.jsonl#7', '/gazette/2020/r.jsonl#7']
    >>> ids_of_place("7", "/gazette/r.csv:2")
    ['7', 'r.csv/7', 'gazette/r.csv/7', '/gazette/r.csv/7']
    """
    place, record = origin, _RECORD.search(article_id)
    if article_id.isdecimal():
        place = f"{document(origin)}/{article_id}"
    elif record and origin == f"{document(origin)}:{record[1]}":
        place = document(origin) + record[0]
    starts = [0, *(at + 1 for at, char in enumerate(place) if char == "/")]
    names = [derived_id(place[start:]) for start in reversed(starts)]
    return names if article_id in names else []


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_CHARS]


def _is_tracker(name: str) -> bool:
    return name.lower() in _TRACKERS or name.lower().startswith(_TRACKER_STARTS)
