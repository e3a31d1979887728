"""A question, and what is wanted of its answers. Pure."""

from dataclasses import dataclass, field, replace

from nutgraf.indexer.filters import Filter
from nutgraf.qa.checks import check_top, checked_filter, checked_question
from nutgraf.qa.errors import BadFilter


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Up to `top` answers to a question, from the articles that `allow` lets pass.

    `min_probability` replaces the fitted threshold, and holds for every answer given: the threshold is for
    the best one alone.
    """

    question: str
    top: int = 1
    allow: Filter = field(default_factory=Filter)
    min_probability: float | None = None

    def checked(self) -> "Inquiry":
        """Return it with its question tidied; raises BadQuestion or BadFilter for what cannot be asked."""
        check_top(self.top)
        least = self.min_probability
        if least is not None and not 0.0 <= least <= 1.0:
            raise BadFilter(f"--min-probability {least} is not between 0 and 1", hint="--min-probability 0.5")
        checked_filter(self.allow)
        return replace(self, question=checked_question(self.question))
