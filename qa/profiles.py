"""Profiles: how much work a question is worth, from quick to thorough. Pure: values only.

`benchmarks/profiles.py` measures what each of them takes and brings.
"""

from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType

from nutgraf.qa.reader import ReaderParams
from nutgraf.qa.retrieval import RetrievalParams

DEFAULT = "balanced"

_HOW_MUCH = {"windows", "spans", "contenders", "contender_lead"}


@dataclass(frozen=True, slots=True)
class Profile:
    """How passages are found, and how they are read."""

    retrieval: RetrievalParams = field(default_factory=RetrievalParams)
    reading: ReaderParams = field(default_factory=ReaderParams)

    def with_windows(self, count: int) -> "Profile":
        """Return the profile with another number of passages to read."""
        return replace(self, reading=replace(self.reading, windows=count))

    def rules(self) -> dict[str, float]:
        """Return by name the parameters that scores depend on: all but how much is read.

        `cascade` is 1 where a large reader decides, if there is one, and 0 where the small one does.
        """
        every = asdict(self.retrieval) | asdict(self.reading)
        kept = {name: value for name, value in every.items() if name not in _HOW_MUCH}
        return kept | {"cascade": float(self.reading.contenders > 0)}


PROFILES = MappingProxyType(
    {
        "quick": Profile(reading=ReaderParams(windows=5, contenders=0)),
        DEFAULT: Profile(),
        "thorough": Profile(reading=ReaderParams(windows=100, contenders=12, contender_lead=8.0)),
    }
)
