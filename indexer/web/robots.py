"""Reads robots.txt as RFC 9309 says: which paths of a host may be asked, and how slowly.

Takes time in proportion to the file and the path. Of the two libraries that were looked at, urllib's does not
know `*` and the longest match, and Protego's time grows with agents times rules, which a file can make large.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

AGENT = "nutgraf"
MAX_BYTES = 512_000
"""What is read of a robots.txt; RFC 9309 asks for 500 KiB at least."""

_UNRESERVED = "/?&=;:@!$'()*+,~%"
_TOKEN = re.compile(r"\*|[a-z0-9_-]{1,100}")  # what follows it, such as a version, is no part of the name


@dataclass(frozen=True, slots=True)
class Robots:
    r"""The rules for nutgraf: pairs of (pattern, whether it allows), and seconds between two requests.

    >>> robots = Robots.of("User-agent: *\nDisallow: /private\nAllow: /private/*.html$\nCrawl-delay: 2")
    >>> robots.allows("/private/a.pdf"), robots.allows("/private/a.html"), robots.delay
    (False, True, 2.0)
    """

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0

    @classmethod
    def of(cls, text: str) -> "Robots":
        """Return the rules of the groups for nutgraf; where there are none, of those for everybody."""
        groups: dict[str, list[tuple[str, str]]] = {}
        agents: list[list[tuple[str, str]]] = []
        in_rules = False
        for line in text.removeprefix("\ufeff").splitlines():
            name, colon, value = line.partition("#")[0].partition(":")
            name, value = name.strip().lower(), value.strip()
            if name == "user-agent":
                if in_rules:
                    agents, in_rules = [], False
                # Groups for others are not kept, and a name that stands twice counts once.
                agent = _agent(value)
                if agent and not any(rules is groups.get(agent) for rules in agents):
                    agents.append(groups.setdefault(agent, []))
            elif colon and name in {"allow", "disallow", "crawl-delay"}:
                in_rules = True
                for rules in agents:
                    rules.append((name, value))
        return cls._made(groups.get(AGENT, groups.get("*", [])))

    @classmethod
    def _made(cls, lines: list[tuple[str, str]]) -> "Robots":
        rules = tuple(
            (_quoted(value), name == "allow") for name, value in lines if name != "crawl-delay" and value
        )
        delays = [_seconds(value) for name, value in lines if name == "crawl-delay"]
        return cls(rules, max(delays, default=0.0))

    def allows(self, path: str) -> bool:
        """Whether a path, with its query, may be asked: the longest pattern decides, and `allow` a tie."""
        path = _quoted(path)
        matching = [(len(pattern), allowed) for pattern, allowed in self.rules if _matches(pattern, path)]
        return max(matching, default=(0, True))[1]


def _agent(value: str) -> str:
    """Return which of the groups a user-agent line begins: ours, everybody's, or "" for another's."""
    token = _TOKEN.match(value.lower())
    return token[0] if token and token[0] in {AGENT, "*"} else ""


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches the beginning of a path: `*` is anything, a last `$` the end."""
    anchored = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not parts:
        return not anchored or at == len(path)
    for part in parts[:-1]:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    if anchored:
        return len(path) - len(parts[-1]) >= at and path.endswith(parts[-1])
    return path.find(parts[-1], at) >= 0


def _quoted(path: str) -> str:
    """Return a path or pattern in one spelling: what need not be escaped is not, all else is."""
    pieces = path.replace("%25", "%2525").replace("%2F", "%252F").replace("%2f", "%252F")
    pieces = pieces.replace("%2A", "%252A").replace("%2a", "%252A").replace("%24", "%2524")
    return quote(unquote_to_bytes(pieces), safe=_UNRESERVED)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < float("inf") else 0.0
