"""How much is done for one question: named points between quick and thorough (benchmarks/profiles.py).

Pure: values only.
"""

from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType

from nutgraf.qa.reading import Reading
from nutgraf.qa.retrieve import Retrieval

DEFAULT = "balanced"


@dataclass(frozen=True, slots=True)
class Profile:
    """How passages are found, and how they are read."""

    retrieval: Retrieval = field(default_factory=Retrieval)
    reading: Reading = field(default_factory=Reading)

    def with_windows(self, count: int) -> "Profile":
        """Return the same, but for how many passages are read."""
        return replace(self, reading=replace(self.reading, windows=count))

    def rules(self) -> dict[str, float]:
        """Return what scores are made of, by name: all but how much is read."""
        every = asdict(self.retrieval) | asdict(self.reading)
        return {name: value for name, value in every.items() if name not in {"windows", "spans"}}


PROFILES = MappingProxyType(
    {
        "quick": Profile(reading=Reading(windows=5)),
        DEFAULT: Profile(),
        "thorough": Profile(reading=Reading(windows=100)),
    }
)
