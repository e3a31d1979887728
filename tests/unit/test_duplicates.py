"""When two texts are prints of one story: texts of numbered words, so that shares can be counted by hand."""

import hashlib
import time
from dataclasses import replace

import numpy as np
import pytest

from nutgraf.indexer.duplicates import (
    CUT,
    CUT_SHARE,
    EDITED,
    EDITED_SHARE,
    MAX_WORDS,
    MIN_SHINGLES,
    OPENED_ALIKE,
    OPENED_SHARE,
    OPENING_WORDS,
    SHINGLE_WORDS,
    SLOTS,
    START,
    CopyThreshold,
    ShingledText,
    copies,
    likeness,
    rule,
    shingled,
    shingles,
    sketch,
    words,
)


def run(letter: str, first: int, end: int) -> str:
    """Return the words `w0 w1 ...`: `n` of them have `n - 3` shingles."""
    return " ".join(f"{letter}{n}" for n in range(first, end))


def alike(one: str, other: str) -> bool:
    result = copies(shingled(one), shingled(other))
    assert copies(shingled(other), shingled(one)) is result
    return result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. — “agreed”, he SAID.", ["the", "u", "s", "agreed", "he", "said"]),
        ("Straße 7,5", ["strasse", "7", "5"]),
        ("中国同意 UN制裁", ["中", "国", "同", "意", "un", "制", "裁"]),
        ("ราคา", ["ร", "า", "ค", "า"]),
        ("—!? …", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_shingles_are_runs_of_words() -> None:
    assert shingles(["a", "b", "a", "b", "a"], 3) == {"a b a", "b a b"}
    assert shingles(["a", "b"], 3) == frozenset()


def test_an_opening_is_120_words() -> None:
    text = shingled(run("w", 0, 200))
    assert (len(text.shingles), len(text.opening)) == (197, 117)
    assert "w116 w117 w118 w119" in text.opening
    assert "w117 w118 w119 w120" not in text.opening


def test_an_edited_copy_shares_its_opening_and_a_quarter() -> None:
    """97 shingles of 197 + 197 - 97 are shared: 0.33; of the opening's 117 it is 97: 0.83."""
    story = run("w", 0, 200)
    assert alike(story, f"{run('w', 0, 100)} {run('x', 0, 100)}")


def test_a_shared_background_section_is_no_copy() -> None:
    """The same 97 shingles, but at the end: of the opening's 117 it is 17, 0.145."""
    story = run("w", 0, 200)
    assert not alike(story, f"{run('x', 0, 100)} {run('w', 100, 200)}")


def test_a_new_lead_and_footer_are_a_copy_still() -> None:
    story = run("w", 0, 200)
    assert alike(story, f"{run('x', 0, 40)} {run('w', 15, 200)} {run('y', 0, 30)}")


def test_the_first_tenth_of_a_story_is_a_copy() -> None:
    """97 of 997 shingles: resemblance 0.097, but all of the shorter, and both begin alike."""
    assert alike(run("w", 0, 100), run("w", 0, 1000))


def test_an_article_quoted_in_a_roundup_is_no_copy() -> None:
    """All of the shorter stands there, but it is a tenth of the roundup, which begins with something else."""
    assert not alike(run("w", 0, 100), f"{run('x', 0, 900)} {run('w', 0, 100)}")


def test_boilerplate_in_a_long_page_is_no_copy() -> None:
    """The longer begins alike, but 97 of 2997 is 0.03."""
    assert not alike(run("w", 0, 100), run("w", 0, 3000))


def test_half_of_a_long_text_under_another_lead_is_no_copy() -> None:
    """Of the shorter's 197 shingles the longer has 127: 0.645, and 127 of 1997 + 70 is 0.06."""
    assert not alike(f"{run('w', 0, 130)} {run('x', 0, 70)}", run("w", 0, 2000))


def test_texts_that_open_alike_are_a_copy_with_half_of_the_shorter() -> None:
    """Of the shorter's 197 shingles the longer has 107, and 107 of 197 + 597 - 107 is 0.16."""
    assert alike(f"{run('w', 0, 110)} {run('x', 0, 90)}", f"{run('w', 0, 110)} {run('y', 0, 490)}")
    assert not alike(f"{run('x', 0, 90)} {run('w', 0, 110)}", f"{run('w', 0, 110)} {run('y', 0, 490)}")


def test_advice_that_many_articles_carry_makes_no_copies() -> None:
    """107 of 197 + 247 - 107 shingles: 0.32; but the longer opens with words that the shorter has not."""
    advice = run("w", 0, 110)
    assert not alike(f"{run('x', 0, 90)} {advice}"[4:], f"{run('y', 0, 140)} {advice}")


DRAW = (
    "The numbers drawn on {0}, {1} March, were {2} and {3}, and the jackpot is now {4} million dollars. "
    "The next draw is on {5} at eight in the evening. " + run("rules", 0, 60)
)


@pytest.mark.parametrize("days", [0, 3, None])
def test_the_next_report_of_a_template_is_no_copy(days: int | None) -> None:
    first = shingled(DRAW.format("Wednesday", 4, 17, 30, 120, "Saturday"), 100)
    after = shingled(
        DRAW.format("Saturday", 7, 9, 41, 135, "Wednesday"), None if days is None else 100 + days
    )
    week_after = shingled(DRAW.format("Wednesday", 11, 9, 41, 135, "Saturday"), 107)
    assert not copies(first, week_after)
    assert copies(first, replace(first, day=107))
    assert copies(first, after) is True  # of two texts that differ in so little, the one may be an update


def test_few_words_are_compared_exactly() -> None:
    text = "In June we asked the candidates to fill out a form."
    assert alike(text, "in june  WE asked\nthe candidates to fill out a form.")
    assert not alike(text, "In July we asked the candidates to fill out a form.")
    assert not alike(text, run("w", 0, 200))
    assert not alike("!!!", "???")
    assert alike("", " ")


def test_one_word_ten_million_bytes_long_is_short() -> None:
    began = time.process_time()
    long, longer = shingled("word " * 2_000_000), shingled("word " * 2_000_001)
    assert long.shingles == {"word word word word"}
    assert long.short
    assert not copies(long, longer)
    assert time.process_time() - began < 10


def test_a_text_is_compared_by_its_first_words() -> None:
    text = shingled(run("w", 0, MAX_WORDS + 500))
    assert len(text.shingles) == MAX_WORDS - 3
    assert copies(text, shingled(run("w", 0, MAX_WORDS + 900)))


def test_chinese_is_compared_by_characters() -> None:
    story = "".join(chr(0x4E00 + n) for n in range(300))
    other = "".join(chr(0x5E00 + n) for n in range(300))
    assert alike(story, story[:200] + other[:50])
    assert not alike(story, other)


# --- finding the pairs ------------------------------------------------------------------------------------


def test_a_sketch_has_64_bands_of_two_slots() -> None:
    bands = np.frombuffer(sketch(shingled(run("w", 0, 200))), "<i8")
    assert len(bands) == 64
    short = shingled("Four words stand here.")
    assert sketch(short) == short.exact
    assert len(short.exact) == 8


def test_likeness_counts_equal_slots() -> None:
    story = sketch(shingled(run("w", 0, 200)))
    third = sketch(shingled(f"{run('w', 0, 100)} {run('x', 0, 100)}"))
    assert likeness(story, story) == 128
    assert likeness(story, sketch(shingled(run("x", 0, 200)))) == 0
    # 128 slots, each equal with probability 97 / 297: 42 on average, and 16 is three standard deviations.
    assert abs(likeness(story, third) - 42) < 16


def test_likeness_of_short_texts_is_all_or_nothing() -> None:
    one, other = (sketch(shingled(text)) for text in ("Four words stand here.", "Five words stand here now."))
    assert likeness(one, one) == 2
    assert likeness(one, other) == 0
    assert likeness(one, sketch(shingled(run("w", 0, 200)))) == 0


def test_few_equal_slots_are_none() -> None:
    one = np.arange(128, dtype="<u4")
    three, four = one + 1000, one + 1000
    three[:3], four[:4] = one[:3], one[:4]
    assert likeness(one.tobytes(), three.tobytes()) == 0
    assert likeness(one.tobytes(), four.tobytes()) == 4


def test_the_order_and_number_of_shingles_do_not_matter() -> None:
    text = shingled(run("w", 0, 200))
    again = ShingledText(frozenset(sorted(text.shingles, reverse=True)), text.opening, b"")
    assert sketch(text) == sketch(again)


def test_the_rule_names_what_clusters_depend_on() -> None:
    """If a value here changes, stored clusters are no longer what would be made today: raise `_RULE`."""
    assert rule() == "rule 3, rensa's algorithm 2"
    assert (SHINGLE_WORDS, OPENING_WORDS, MIN_SHINGLES, MAX_WORDS, SLOTS) == (4, 120, 20, 20_000, 128)
    assert (CopyThreshold(0.25, 0.35), CopyThreshold(0.15, 0.15), CopyThreshold(0.05, 0.15), 0.65) == (
        EDITED,
        CUT,
        START,
        CUT_SHARE,
    )
    assert (CopyThreshold(0.1, 0.6), 0.5, 0.45) == (OPENED_ALIKE, OPENED_SHARE, EDITED_SHARE)
    digest = hashlib.sha256(sketch(shingled(run("w", 0, 200)))).hexdigest()
    assert digest[:16] == "6427c2a244c7964e"
