"""Which addresses may be asked: the scheme, port and host of a URL, and the IP addresses of the host.

A name is resolved once, all of its addresses are checked, and the connection is made to one of them: a name
that leads elsewhere a moment later (DNS rebinding) changes nothing.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from nutgraf.indexer.web.errors import FetchFailed

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS = {"http": 80, "https": 443}
WEB_PORTS = frozenset(_PORTS.values())
"""The ports that any link may lead to."""

_HOST = re.compile(r"[a-z0-9._-]*|[0-9a-f:.]+")
_SAFE = "/?&=;:@!$'()*+,~%[]|"  # what is sent as it stands; all else is escaped
_LONGEST_CHARS = 2000  # the longest address that servers and browsers agree on
_MOST_ADDRESSES = 8  # of one host; not measured
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address in its last 32 bits (RFC 6052)
_SHARED = ipaddress.ip_network("100.64.0.0/10")  # of providers' and companies' own networks (RFC 6598)


@dataclass(frozen=True, slots=True)
class Target:
    """An address of the web in its parts; `host` is in lower case, `path` has the query.

    >>> Target.of("https://News.example/a?b=1#c")
    Target(scheme='https', host='news.example', port=443, path='/a?b=1')
    """

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, address: str) -> "Target":
        """Return the parts of an address; raises FetchFailed for one that cannot be asked.

        The request is made from these parts and never from the address itself, so that no two readers of an
        address can differ about its host.
        """
        try:
            parts = urlsplit(address.strip())
            host = _ascii_host(parts.hostname or "")
            port = parts.port
        except ValueError as error:
            raise FetchFailed("is no address of the web", lasting=True) from error
        if parts.scheme not in _PORTS:
            raise FetchFailed(f"has the scheme {parts.scheme[:20]!r}, expected http or https", lasting=True)
        if parts.username is not None:
            raise FetchFailed("has a user name or password, which is not sent", lasting=True)
        if not host:
            raise FetchFailed("names no host", lasting=True)
        if len(address) > _LONGEST_CHARS:
            raise FetchFailed(f"is longer than {_LONGEST_CHARS:,} characters", lasting=True)
        path = quote(parts.path or "/", safe=_SAFE)
        query = f"?{quote(parts.query, safe=_SAFE)}" if parts.query else ""
        return cls(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, path + query)

    @property
    def origin(self) -> str:
        """Scheme, host and port, which have one robots.txt."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def netloc(self) -> str:
        """Host and, where it is not the scheme's own, port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address without fragment."""
        return self.origin + self.path


def checked_addresses(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Return the IP addresses of a host; raises FetchFailed where one of them may not be asked."""
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"there is no host {host[:100]}") from error
    addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
    for address in addresses:
        refusal = refusal_of(ipaddress.ip_address(address), allow_private=allow_private)
        if refusal:
            is_name = host != address
            where = f"{host[:100]} leads to {address}," if is_name else f"{address} is"
            raise FetchFailed(f"{where} {refusal}", lasting=True)
    return addresses[:_MOST_ADDRESSES]


def refusal_of(address: IpAddress, *, allow_private: bool = False) -> str:
    """Return why an IP address is not asked; "" where it is.

    Link-local addresses, where clouds keep the passwords of their machines, are never asked.

    >>> refusal_of(ipaddress.ip_address("10.0.0.7"))
    'a private address: --allow-private lets it be asked'
    """
    inner = _embedded(address)
    if inner is not None:
        return refusal_of(inner, allow_private=allow_private)
    kinds = {
        "a link-local": address.is_link_local,
        "a multicast": address.is_multicast,
        "an unspecified": address.is_unspecified,
    }
    for kind, is_kind in kinds.items():
        if is_kind:
            return f"{kind} address, which is never asked"
    private = address.is_loopback or address in _SHARED or _is_private_network(address)
    if private:
        return "" if allow_private else "a private address: --allow-private lets it be asked"
    return "" if address.is_global and not address.is_reserved else "a reserved address, which is never asked"


def _is_private_network(address: IpAddress) -> bool:
    networks = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10")
    return any(address in ipaddress.ip_network(network) for network in networks)


def _embedded(address: IpAddress) -> IpAddress | None:
    """Return the IPv4 address that an IPv6 address leads to."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _ascii_host(host: str) -> str:
    """Return a host's name as the name service knows it; raises ValueError for what is none."""
    name = host.rstrip(".").lower()
    if not name.isascii():
        name = name.encode("idna").decode("ascii").lower()
    if not _HOST.fullmatch(name):
        raise ValueError(f"{name[:100]!r} is no name of a host")
    return name
