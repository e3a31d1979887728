"""The form of the page, read from an address and written to one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

DAYS = ("after", "before", "as_of")


@dataclass(frozen=True, slots=True)
class SearchForm:
    """A question and its filters, as they were typed."""

    q: str = ""
    after: str = ""
    before: str = ""
    as_of: str = ""
    source: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: QueryParams) -> "SearchForm":
        """Return the form of an address; other parameters are ignored."""
        single = {name: query.get(name, "").strip() for name in ("q", *DAYS)}
        return cls(**single, source=tuple(name.strip() for name in query.getlist("source") if name.strip()))

    @property
    def filtered(self) -> bool:
        """Whether the form has a filter."""
        return self != SearchForm(self.q)

    @property
    def filters(self) -> str:
        """The filters in words."""
        days = [f"{name.replace('_', ' ')} {value}" for name in DAYS if (value := getattr(self, name))]
        return ", ".join([*days, *self.source])

    @property
    def url(self) -> str:
        """The address to share, without empty fields."""
        single = [(name, getattr(self, name)) for name in ("q", *DAYS) if getattr(self, name)]
        query = urlencode([*single, *(("source", name) for name in self.source)])
        return f"/?{query}" if query else "/"

    def asking(self, question: str) -> str:
        """Return the address of another question with the same filters."""
        return replace(self, q=question).url

    def without_filters(self) -> str:
        """Return the address of the same question without filters."""
        return SearchForm(self.q).url


def has_empty_fields(query: QueryParams) -> bool:
    """Whether an address has empty fields of the form: an HTML form sends all its fields."""
    return any(not value.strip() for name, value in query.multi_items() if name in _FIELDS)


_FIELDS: Mapping[str, None] = dict.fromkeys(("q", *DAYS, "source"))
