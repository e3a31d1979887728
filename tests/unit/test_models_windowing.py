"""Windows and blocks of long texts: some worked out by hand, and what is true of all of them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.models import windowing
from nutgraf.models.windowing import Offsets, TextWindow, blocks, whole_characters, whole_end, windows


def tokens(count: int) -> Offsets:
    """Return tokens of three characters with a blank between."""
    starts = 4 * np.arange(count, dtype=np.int32)
    return np.stack([starts, starts + 3], axis=1)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [TextWindow(0, 3, None)]),
        (4, [TextWindow(0, 15, None)]),
        (5, [TextWindow(0, 15, 4), TextWindow(4, 19, None)]),
        (
            8,
            [TextWindow(0, 15, 12), TextWindow(12, 27, 16), TextWindow(16, 31, None)],
        ),  # the last is moved back, not short
    ],
)
def test_windows_of_four_tokens_that_share_one(count: int, expected: list[TextWindow]) -> None:
    assert list(windows(tokens(count), room=4, overlap=1)) == expected


@given(st.integers(1, 300), st.integers(1, 40), st.data())
def test_every_short_run_is_whole_in_some_window_and_settled_in_time(
    count: int, room: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, room // 2 if room > 1 else 0))
    spans = tokens(count)
    cut = list(windows(spans, room=room, overlap=overlap))
    for first in range(count):
        last = min(count, first + min(room, overlap + 1)) - 1
        start, end = int(spans[first, 0]), int(spans[last, 1])
        inside = [at for at, w in enumerate(cut) if w.start <= start and end <= w.end]
        assert inside
        # No window says that a span is settled while a later one still holds it.
        assert all(cut[at].settled is None or cut[at].settled <= start for at in inside[:-1])
    assert all(w.end - w.start <= 4 * room - 1 for w in cut)
    assert cut[-1].settled is None


def test_blocks_end_after_a_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windowing, "_BLOCK_CHARS", 6)
    assert list(blocks("ab cd ef\ngh")) == [(0, "ab cd "), (6, "ef\ngh")]
    assert list(blocks("ab cdefghijklm")) == [(0, "ab "), (3, "cdefgh"), (9, "ijklm")]
    assert list(blocks("")) == []


@given(st.text(alphabet="ab \n", max_size=60))
def test_blocks_are_the_text_and_cut_no_word_that_fits(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windowing, "_BLOCK_CHARS", 8)
        cut = list(blocks(text))
    assert "".join(part for _, part in cut) == text
    assert all(text.startswith(part, first) for first, part in cut)
    if all(len(word) < 8 for word in text.split()):
        found = [
            (first + match.start(), match.group())
            for first, part in cut
            for match in re.finditer(r"\S+", part)
        ]
        assert found == [(match.start(), match.group()) for match in re.finditer(r"\S+", text)]


@pytest.mark.parametrize(
    ("text", "token", "expected"),
    [
        ("caf\u0065\u0301 open", (0, 4), (0, 5)),
        ("caf\u0065\u0301\u0302", (0, 4), (0, 6)),
        ("a  word", (1, 7), (3, 7)),
        ("a \n b", (1, 3), (3, 3)),  # nothing but blanks: no characters are left, so it is no answer
        ("\u05e9\u05c1\u05dc\u05d5\u05dd", (0, 1), (0, 2)),  # a Hebrew point belongs to its letter
        ("plain", (0, 5), (0, 5)),
        ("e\u0301", (0, 0), (0, 0)),
    ],
)
def test_whole_characters(text: str, token: tuple[int, int], expected: tuple[int, int]) -> None:
    moved = whole_characters(text, np.array([token], np.int32))
    assert moved.tolist() == [list(expected)]
    assert moved.dtype == np.int32


@pytest.mark.parametrize(
    ("text", "end", "whole"), [("cafe\u0301s", 4, 5), ("cafes", 4, 4), ("x\u0323\u0307", 1, 3), ("ab", 2, 2)]
)
def test_a_quote_ends_with_a_whole_character(text: str, end: int, whole: int) -> None:
    assert whole_end(text, end) == whole
