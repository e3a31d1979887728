"""How the web is asked: what may be reached, how much is fetched, and how patiently."""

from dataclasses import dataclass, field

from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.web.robots import AGENT

_MOST_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How to fetch; the defaults are those of a polite reader, others were not compared.

    `max_articles` bounds the documents that one run asks for. `pause` is the time between two requests to one
    host, in seconds, and `timeout` the longest that one document may take, redirects included; after a third
    of it without a byte the request ends, too. `allow_private` lets addresses of this machine and of private
    networks be asked. With `listings_only` an address that was typed must be that of a feed or sitemap.
    `user_agent` is what servers are told.

    `holds` says until when (seconds of the monotonic clock) a host must not be asked, as its servers said. It
    is shared by the runs that share the options.
    """

    allow_private: bool = False
    max_articles: int = 1000
    pause: float = 1.0
    timeout: float = 60.0
    listings_only: bool = False
    user_agent: str = f"{AGENT} (+https://github.com/nutgraf/nutgraf)"
    holds: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.max_articles < 1:
            raise SourceError(f"max_articles is {self.max_articles}, expected 1 or more", hint="1000")
        for name, value, least in (("pause", self.pause, 0.0), ("timeout", self.timeout, 0.1)):
            if not least <= value <= _MOST_SECONDS:
                expected = f"expected {least:g} to {_MOST_SECONDS:,} seconds"
                raise SourceError(f"{name} is {value:g}, {expected}", hint="leave it out for the default")
