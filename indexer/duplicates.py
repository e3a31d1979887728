"""Whether two texts are prints of one story. Pure: knows words, not articles, clusters or storage.

A wire story comes back with another headline, byline and footer, cut from its end, or with paragraphs more;
an article comes back updated. What is compared is the set of a text's shingles, runs of four words (Broder
1997, On the resemblance and containment of documents). MinHash signatures only find the pairs to compare.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

SHINGLE_WORDS = 4
OPENING_WORDS = 120
MIN_SHINGLES = 20
"""A text with fewer different shingles has no copies but those with exactly its words."""

MAX_WORDS = 20_000
"""Words that are compared; a text's rest is taken to go with them. Ten megabytes must not stop a run."""

SLOTS = 128
"""MinHash values a text, in bands of two: half of the pairs with resemblance 0.1 are found, 93 % at 0.2."""


@dataclass(frozen=True, slots=True)
class CopyThreshold:
    """What a copy needs: shared of the shingles of both texts together, and of one text's opening."""

    resemblance: float
    opening: float


EDITED = CopyThreshold(resemblance=0.25, opening=0.35)
"""About as long: the opening is the shorter text's."""

CUT = CopyThreshold(resemblance=0.15, opening=0.15)
"""Much shorter: of it CUT_SHARE must stand in the longer."""

START = CopyThreshold(resemblance=0.05, opening=0.15)
"""Shorter still: the same, and the opening is the longer text's, too."""

CUT_SHARE = 0.65

_RULE = 1
"""Raise it when what is a word, a shingle, a sketch or a copy changes: clusters are then made again."""

_SEED = 1
_LEAST_EQUAL_SLOTS = 4
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")  # scripts without blanks: each character is a word


@dataclass(frozen=True, slots=True)
class ShingledText:
    """A text as it is compared: all its shingles, those of its opening, and a hash of all its words."""

    shingles: frozenset[str]
    opening: frozenset[str]
    exact: bytes

    @property
    def short(self) -> bool:
        """Whether there are too few shingles to tell an edited copy from another text."""
        return len(self.shingles) < MIN_SHINGLES


def words(text: str) -> list[str]:
    """Return the first MAX_WORDS words: case folded, without punctuation."""
    return [match[0] for match in islice(_WORD.finditer(text.casefold()), MAX_WORDS)]


def shingles(sequence: Sequence[str], length: int) -> frozenset[str]:
    """Return the different runs of `length` words; none if there are fewer words."""
    return frozenset(" ".join(sequence[at : at + length]) for at in range(len(sequence) - length + 1))


def shingled(text: str) -> ShingledText:
    """Return what is compared of a text."""
    sequence = words(text)
    exact = hashlib.blake2b(" ".join(text.casefold().split()).encode(), digest_size=8).digest()
    opening = shingles(sequence[:OPENING_WORDS], SHINGLE_WORDS)
    return ShingledText(shingles(sequence, SHINGLE_WORDS), opening, exact)


def copies(one: ShingledText, other: ShingledText) -> bool:
    """Whether most of the shorter text is the longer one's, its opening included. Symmetric.

    The opening tells a print of one story from stories that share a background section, a gallery's captions
    or a page's boilerplate. The longer the other text, the more of the shorter must stand there, and at the
    last the other must begin alike: a roundup that quotes a short article whole is no copy of it. The
    thresholds were chosen on the labelled pairs of tests/quality (docs/log.md).
    """
    if one.short or other.short:
        return one.exact == other.exact
    shorter, longer = sorted((one, other), key=lambda text: (len(text.shingles), text.exact))
    shared = len(shorter.shingles & longer.shingles)
    resemblance = shared / (len(shorter.shingles) + len(longer.shingles) - shared)
    opening = _share(shorter.opening, longer.shingles)
    if resemblance >= EDITED.resemblance and opening >= EDITED.opening:
        return True
    if shared < CUT_SHARE * len(shorter.shingles) or opening < CUT.opening:
        return False
    if resemblance >= CUT.resemblance:
        return True
    return resemblance >= START.resemblance and _share(longer.opening, shorter.shingles) >= START.opening


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


def likeness(one: bytes, other: bytes) -> int:
    """Return how many slots of two sketches are equal, 0 where too few for copies."""
    if len(one) != len(other):
        return 0
    equal = int(np.count_nonzero(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))
    return equal if equal >= min(_LEAST_EQUAL_SLOTS, len(one) // 4) else 0
