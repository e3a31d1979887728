"""A question with the conditions for its answers. Pure."""

from dataclasses import dataclass, field, replace

from nutgraf.indexer.filters import Filter
from nutgraf.qa.checks import (
    check_probability,
    check_top,
    check_use_time,
    checked_filter,
    checked_question,
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Up to `top` answers to a question, from the articles that `allow` lets pass.

    `min_probability` replaces the fitted threshold, and every answer must reach it; the fitted threshold is
    for the best answer alone. With `use_time` the time that the question names is read and counts.
    """

    question: str
    top: int = 1
    allow: Filter = field(default_factory=Filter)
    min_probability: float | None = None
    use_time: bool = True

    def checked(self) -> "Inquiry":
        """Return the inquiry with its question cleaned; raises BadQuestion or BadFilter."""
        check_top(self.top)
        check_probability(self.min_probability)
        check_use_time(self.use_time)
        checked_filter(self.allow)
        return replace(self, question=checked_question(self.question))
