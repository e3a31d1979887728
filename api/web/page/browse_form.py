"""The form of the search view, read from an address and written to one. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from nutgraf.api.web.page.form import DAYS, SearchForm
from nutgraf.filters import article_filter
from nutgraf.indexer.filters import Filter

MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class BrowseForm:
    """What is looked for and the filters, as they were typed; without `q` it is a list of all articles.

    `by` is "meaning" for passages that mean the same, else articles have every word. `cursor` is the place
    where a page begins.
    """

    q: str = ""
    by: str = ""
    after: str = ""
    before: str = ""
    as_of: str = ""
    source: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    sort: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> "BrowseForm":
        """Return the form of an address; other parameters are ignored."""
        values = {
            field.name: tuple(name.strip() for name in query.getlist(field.name) if name.strip())
            if field.name in {"source", "author"}
            else query.get(field.name, "").strip()
            for field in fields(cls)
        }
        return cls(**values)  # type: ignore[arg-type] # by the names of its fields

    @property
    def by_meaning(self) -> bool:
        """Whether passages are looked for that mean the same, and not words."""
        return bool(self.q) and self.by == MEANING

    @property
    def filters(self) -> str:
        """The filters in words."""
        days = [f"{name.replace('_', ' ')} {value}" for name in DAYS if (value := getattr(self, name))]
        return ", ".join([*days, *self.source, *(f"by {name}" for name in self.author)])

    @property
    def url(self) -> str:
        """The address to share, without empty fields, below the root of links."""
        query = urlencode([*self._values()])
        return f"search?{query}" if query else "search"

    @property
    def as_question(self) -> str:
        """The address that asks the words as a question, with the same filters."""
        return SearchForm(self.q, self.after, self.before, self.as_of, self.source).url

    def allow(self) -> Filter:
        """Return the filter; raises BadOption for a day that cannot be read."""
        return article_filter(self.after or None, self.before or None, self.as_of or None, [*self.source])

    def from_outlet(self, name: str) -> str:
        """Return the address of the same search with one outlet."""
        return replace(self, source=(name,), cursor="").url

    def by_author(self, name: str) -> str:
        """Return the address of the same search with one author."""
        return replace(self, author=(name,), cursor="").url

    def of_time(self, time: str) -> str:
        """Return the address of the same search with one month or year."""
        return replace(self, after=time, before=time, cursor="").url

    def sorted_by(self, sort: str) -> str:
        """Return the address of the same search in another order."""
        return replace(self, sort=sort, cursor="").url

    def going_on(self, cursor: str) -> str:
        """Return the address of another page."""
        return replace(self, cursor=cursor).url

    def without_filters(self) -> str:
        """Return the address of the same search without filters."""
        return BrowseForm(self.q, self.by, sort=self.sort).url

    def _values(self) -> Iterator[tuple[str, str]]:
        for field in fields(self):
            value = getattr(self, field.name)
            parts = value if isinstance(value, tuple) else (value,)
            yield from ((field.name, part) for part in parts if part)
