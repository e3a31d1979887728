"""Contexts as token ids, and what edits of their texts do to them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.tokens import Tokens
from nutgraf.models.training.edits import Edit

Span = tuple[int, int]
"""Positions of a first and a last token; the last one is a part of the span."""


@dataclass(frozen=True, slots=True)
class TokenEdit:
    """The tokens from `first` to before `stop` become `ids`. If both are equal, `ids` are inserted."""

    first: int
    stop: int
    ids: list[int]


@dataclass(frozen=True, slots=True)
class TokenText:
    """A context of the corpus as token ids, for one question.

    `stops` holds the positions where a sentence begins, and the length. `answers` holds the question's
    answers. `changed` is the span that holds all edits, or None if there are none.
    """

    context: int
    ids: list[int]
    stops: list[int]
    answers: tuple[Span, ...]
    changed: Span | None = None

    def around(self, span: Span | None) -> Span | None:
        """Return the span that holds `span` and all edits, or None if there is neither."""
        spans = [place for place in (span, self.changed) if place is not None]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def token_edits(edits: Sequence[Edit], spans: NDArray[np.int32], tokens: Tokens) -> list[TokenEdit]:
    """Return edits of a text as edits of its tokens, whose code points are `spans`, int32 (t, 2).

    Edits must begin and end between words, where every tokenizer parts a text.
    """
    return [
        TokenEdit(
            int(np.searchsorted(spans[:, 1], edit.start, side="right")),
            int(np.searchsorted(spans[:, 0], edit.end, side="left")),
            ids,
        )
        for edit, ids in zip(edits, tokens.ids([edit.text for edit in edits]) if edits else [], strict=True)
    ]


def after(text: TokenText, edits: Sequence[TokenEdit]) -> TokenText:
    """Return the text after all edits, without the answers that an edit changes."""
    for edit in sorted(edits, key=lambda edit: edit.first, reverse=True):
        text = _after(text, edit)
    return text


def _after(text: TokenText, edit: TokenEdit) -> TokenText:
    """Return the text after an edit that is before all others."""
    ids = [*text.ids[: edit.first], *edit.ids, *text.ids[edit.stop :]]
    more = len(ids) - len(text.ids)

    def moved(span: Span) -> Span | None:
        if span[1] < edit.first:
            return span
        return (span[0] + more, span[1] + more) if span[0] >= edit.stop else None

    here = min(edit.first, len(ids) - 1)
    changed = here, max(here, edit.first + len(edit.ids) - 1)
    if text.changed is not None:
        changed = changed[0], max(changed[1], text.changed[1] + more)
    stops = {at if at <= edit.first else at + more for at in text.stops if not edit.first < at < edit.stop}
    return replace(
        text,
        ids=ids,
        stops=sorted(stops),
        answers=tuple(span for span in map(moved, text.answers) if span is not None),
        changed=changed,
    )
