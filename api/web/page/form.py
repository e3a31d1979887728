"""The form of the page, read from an address and written to one. Pure."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from nutgraf.watches import WatchJson

DAYS = ("after", "before", "as_of")


@dataclass(frozen=True, slots=True)
class SearchForm:
    """A question and its filters, as they were typed; with `no_time` a time that it names does not count."""

    q: str = ""
    after: str = ""
    before: str = ""
    as_of: str = ""
    source: tuple[str, ...] = ()
    no_time: bool = False

    @classmethod
    def of(cls, query: QueryParams) -> "SearchForm":
        """Return the form of an address; other parameters are ignored."""
        single = {name: query.get(name, "").strip() for name in ("q", *DAYS)}
        sources = tuple(name.strip() for name in query.getlist("source") if name.strip())
        return cls(**single, source=sources, no_time=bool(query.get("no_time", "").strip()))

    @classmethod
    def of_watch(cls, watch: WatchJson) -> "SearchForm":
        """Return the form that asks what a watch asks."""
        days = (watch["after"] or "", watch["before"] or "", watch["as_of"] or "")
        return cls(watch["question"], *days, tuple(watch["source"]), no_time=not watch["time"])

    @property
    def filtered(self) -> bool:
        """Whether the form has a filter."""
        return self != SearchForm(self.q, no_time=self.no_time)

    @property
    def filters(self) -> str:
        """The filters in words."""
        days = [f"{name.replace('_', ' ')} {value}" for name in DAYS if (value := getattr(self, name))]
        return ", ".join([*days, *self.source])

    @property
    def url(self) -> str:
        """The address to share, without empty fields, below the root of links."""
        single = [(name, getattr(self, name)) for name in ("q", *DAYS) if getattr(self, name)]
        no_time = [("no_time", "1")] if self.no_time else []
        query = urlencode([*single, *(("source", name) for name in self.source), *no_time])
        return f"?{query}" if query else ""

    @property
    def watch_command(self) -> str:
        """The command that watches the question with these filters, for a shell."""
        days = [(f"--{name.replace('_', '-')}", getattr(self, name)) for name in DAYS if getattr(self, name)]
        options = [*days, *(("--source", name) for name in self.source)]
        words = [self.q or "QUESTION", *(word for option in options for word in option)]
        return shlex.join(["nutgraf", "watch", "add", *words, *(["--no-time"] if self.no_time else [])])

    def asking(self, question: str) -> str:
        """Return the address of another question with the same filters."""
        return replace(self, q=question, no_time=False).url

    def without_filters(self) -> str:
        """Return the address of the same question without filters."""
        return SearchForm(self.q, no_time=self.no_time).url

    def with_time(self, counts: bool) -> str:
        """Return the address of the same question whose time counts, or does not."""
        return replace(self, no_time=not counts).url


def has_empty_fields(query: QueryParams) -> bool:
    """Whether an address has empty fields of the form: an HTML form sends all its fields."""
    return any(not value.strip() for name, value in query.multi_items() if name in _FIELDS)


_FIELDS: Mapping[str, None] = dict.fromkeys(("q", *DAYS, "source", "author", "no_time"))
