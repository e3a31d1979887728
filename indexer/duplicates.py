"""Says whether two texts are prints of one story. Pure: knows words, not articles, clusters or storage.

A wire story comes back with another headline, byline and footer, cut from its end, or with paragraphs more;
an article comes back updated. What is compared is the set of a text's shingles, runs of four words (Broder
1997, On the resemblance and containment of documents). MinHash signatures only find the pairs to compare.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from operator import itemgetter

import numpy as np

from nutgraf.indexer.templates import is_other_report

SHINGLE_WORDS = 4  # chosen in docs/log.md, 2026-11-22, "copies of one story"
OPENING_WORDS = 120  # the same entry: 100 and 150 words find as many copies
MIN_SHINGLES = 20
"""A text with fewer different shingles has copies only where the words are exactly the same. Not measured."""

MAX_WORDS = 20_000
"""Words of a text that are compared, the first ones: ten megabytes must not stop a run. Not measured."""

SLOTS = 128
"""MinHash values a text, in bands of two: half of the pairs with resemblance 0.1 are found, 93 % at 0.2.
Chosen in docs/log.md, 2026-11-22, "copies of one story", like the thresholds below."""


@dataclass(frozen=True, slots=True)
class CopyThreshold:
    """What a copy needs, as shares from 0 to 1.

    `resemblance` is of the shingles of both texts together, `opening` of the shingles of a text's opening.
    """

    resemblance: float
    opening: float


EDITED = CopyThreshold(resemblance=0.25, opening=0.35)
"""For texts of about the same length: EDITED_SHARE of the shorter one's shingles must stand in the other.

The opening is that of the shorter text.
"""

EDITED_SHARE = 0.45

OPENED_ALIKE = CopyThreshold(resemblance=0.1, opening=0.6)
"""For texts that open alike: OPENED_SHARE of the shorter one must stand in the longer text."""

OPENED_SHARE = 0.5  # like EDITED_SHARE chosen in docs/log.md, 2026-11-27, "reports of one template"

LEAST_OTHER_OPENING, ALIKE_RESEMBLANCE = 0.02, 0.4
"""Two texts of which the longer opens with nothing of the other are copies only from that resemblance on: a
shop's advice on how to subscribe stands in many. Chosen in the same entry."""

CUT = CopyThreshold(resemblance=0.15, opening=0.15)
"""For a text that is much shorter: CUT_SHARE of its shingles must stand in the longer text."""

START = CopyThreshold(resemblance=0.05, opening=0.15)
"""For a text that is shorter still: as CUT, and the longer text must open with the shorter one's words."""

CUT_SHARE = 0.65  # chosen with the thresholds above

_RULE = 3
"""To be raised when words, shingles, sketches or copies are defined anew: clusters are then made again."""

_SEED = 1
_LEAST_EQUAL_SLOTS = 4  # of SLOTS: a resemblance of about 0.03, below that of any copy. Not measured
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")  # scripts without blanks: each character is a word


@dataclass(frozen=True, slots=True)
class ShingledText:
    """A text as it is compared: all its shingles, those of its opening, and a hash of all its words.

    `words` are those of the text, and `day` is the number of the day on which it was published, if known.
    """

    shingles: frozenset[str]
    opening: frozenset[str]
    exact: bytes
    words: tuple[str, ...] = ()
    day: int | None = None

    @property
    def short(self) -> bool:
        """Whether there are too few shingles to tell an edited copy from another text."""
        return len(self.shingles) < MIN_SHINGLES


def words(text: str) -> list[str]:
    """Return the first MAX_WORDS words: case folded, without punctuation."""
    return [*map(itemgetter(0), islice(_WORD.finditer(text.casefold()), MAX_WORDS))]


def shingles(sequence: Sequence[str], length: int) -> frozenset[str]:
    """Return the different runs of `length` words; none if there are fewer words."""
    # Runs are made and joined without a step in Python for each: most of the time of a sketch was spent here.
    return frozenset(map(" ".join, zip(*(sequence[at:] for at in range(length)), strict=False)))


def shingled(text: str, day: int | None = None) -> ShingledText:
    """Return what is compared of a text that was published on that day."""
    sequence = tuple(words(text))
    exact = hashlib.blake2b(" ".join(text.casefold().split()).encode(), digest_size=8).digest()
    opening = shingles(sequence[:OPENING_WORDS], SHINGLE_WORDS)
    return ShingledText(shingles(sequence, SHINGLE_WORDS), opening, exact, sequence, day)


class Relation(Enum):
    """What two texts are to each other.

    Reports of two occasions in the words of one template (`indexer.templates`) would be copies otherwise, and
    may share no cluster, whatever third text is a copy of both.
    """

    COPIES = "copies"
    OTHER_REPORTS = "other reports"
    OTHER_STORIES = "other stories"


def relation(left: ShingledText, right: ShingledText) -> Relation:
    """Return what two texts are to each other: copies where most of the shorter stands in the longer one.

    Its opening must stand there, too, which tells a print of one story from stories that share a background
    section, a gallery's captions or a page's boilerplate. The longer the other text, the more of the shorter
    must stand there, and at the last the other must begin alike: a roundup that quotes a short article whole
    is no copy of it. The thresholds were chosen on the labelled pairs of tests/quality (docs/log.md).
    Symmetric.
    """
    if left.exact == right.exact:
        return Relation.COPIES
    if not _is_printed_in(left, right):
        return Relation.OTHER_STORIES
    return Relation.OTHER_REPORTS if _is_other_report(left, right) else Relation.COPIES


def copies(left: ShingledText, right: ShingledText) -> bool:
    """Whether two texts are copies by their `relation`."""
    return relation(left, right) is Relation.COPIES


def _is_other_report(left: ShingledText, right: ShingledText) -> bool:
    days_apart = None if left.day is None or right.day is None else abs(left.day - right.day)
    return is_other_report(left.words, right.words, days_apart)


def _is_printed_in(left: ShingledText, right: ShingledText) -> bool:
    """Whether one text has enough words of the other to be a print of it; no short text has."""
    if left.short or right.short:
        return False
    shorter, longer = sorted((left, right), key=lambda text: (len(text.shingles), text.exact))
    shared = len(shorter.shingles & longer.shingles)
    resemblance = shared / (len(shorter.shingles) + len(longer.shingles) - shared)
    opening = _share(shorter.opening, longer.shingles)
    other_opening = _share(longer.opening, shorter.shingles)
    opens_alike = other_opening >= LEAST_OTHER_OPENING or resemblance >= ALIKE_RESEMBLANCE
    is_edited = resemblance >= EDITED.resemblance and opening >= EDITED.opening and opens_alike
    if is_edited and shared >= EDITED_SHARE * len(shorter.shingles):
        return True
    most = shared >= OPENED_SHARE * len(shorter.shingles)
    if most and resemblance >= OPENED_ALIKE.resemblance and opening >= OPENED_ALIKE.opening:
        return True
    if shared < CUT_SHARE * len(shorter.shingles) or opening < CUT.opening:
        return False
    if resemblance >= CUT.resemblance:
        return True
    return resemblance >= START.resemblance and other_opening >= START.opening


def _share(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part)


# --- finding the pairs ------------------------------------------------------------------------------------


def rule() -> str:
    """Return what sketches and clusters depend on: those of another rule must be made again."""
    from rensa import RMinHash

    return f"rule {_RULE}, rensa's algorithm {RMinHash.ALGORITHM_VERSION}"


def sketch(text: ShingledText) -> bytes:
    """Return the bands of a text, int64 little-endian: two MinHash values each, or one hash of a short text.

    Two texts of resemblance r share each of the 64 bands with probability r squared (Leskovec, Rajaraman and
    Ullman, Mining of Massive Datasets, 3.4).
    """
    if text.short:
        return text.exact
    from rensa import RMinHash

    signature = RMinHash(num_perm=SLOTS, seed=_SEED)
    signature.update(list(text.shingles))
    return np.array(signature.digest(), "<u4").tobytes()


def likeness(left: bytes, right: bytes) -> int:
    """Return how many slots of two sketches are equal, 0 where too few for copies."""
    if len(left) != len(right):
        return 0
    equal = int(np.count_nonzero(np.frombuffer(left, "<u4") == np.frombuffer(right, "<u4")))
    return equal if equal >= min(_LEAST_EQUAL_SLOTS, len(left) // 4) else 0
