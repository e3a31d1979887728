"""What the page's form holds, as its address says it. Pure."""

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
    def of(cls, given: QueryParams) -> "SearchForm":
        """Return what an address holds; parameters that are not ours are left alone."""
        single = {name: given.get(name, "").strip() for name in ("q", *DAYS)}
        return cls(**single, source=tuple(one.strip() for one in given.getlist("source") if one.strip()))

    @property
    def filtered(self) -> bool:
        """Whether anything but the question was given."""
        return self != SearchForm(self.q)

    @property
    def filters(self) -> str:
        """The filters in words."""
        days = [f"{name.replace('_', ' ')} {value}" for name in DAYS if (value := getattr(self, name))]
        return ", ".join([*days, *self.source])

    @property
    def url(self) -> str:
        """The address to share: nothing in it that was left empty."""
        single = [(name, getattr(self, name)) for name in ("q", *DAYS) if getattr(self, name)]
        query = urlencode([*single, *(("source", one) for one in self.source)])
        return f"/?{query}" if query else "/"

    def asking(self, question: str) -> str:
        """Return the address of another question with the same filters."""
        return replace(self, q=question).url

    def without_filters(self) -> str:
        """Return the address of the same question asked of everything."""
        return SearchForm(self.q).url


def is_untidy(given: QueryParams) -> bool:
    """Whether an address has parameters of ours that say nothing: an HTML form sends them all."""
    return any(not value.strip() for name, value in given.multi_items() if name in _OURS)


_OURS: Mapping[str, None] = dict.fromkeys(("q", *DAYS, "source"))
