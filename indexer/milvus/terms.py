"""Words as sparse vectors: BM25 as an inner product, whose weights in a text do not depend on other texts.

A term has the number that its digest says. In a text it weighs what BM25 says of its frequency there and of
the length of the text, compared with a mean length that stands beside it; in a question it weighs its rarity.
So a new text changes no row of an older one. With the true mean the scores are those of the embedded engine.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence

K1, B = 1.2, 0.75  # those of the embedded engine
MEAN_TERMS = (60_000, 300_000)
"""Mean length of passages and of articles, in thousandths of a term, until they are known."""

_EXACT = 24
_EMPTY = 0
"""The number of no term: Milvus takes no sparse vector without a weight."""

_NUMBERS = (1 << 32) - 2  # Milvus takes numbers below 2**32 - 1
ARTICLE_TERMS = 1 << 32
"""What is added to a term's number where holders among articles are counted."""


def number_of(term: str) -> int:
    """Return the number of a term, at least 1."""
    digest = hashlib.blake2b(term.encode(), digest_size=8).digest()
    return 1 + int.from_bytes(digest, "big") % (_NUMBERS - 1)


def weights(terms: Sequence[str], mean: int) -> dict[int, float]:
    """Return number -> weight of each term of a text; `mean` is the mean length, in thousandths of a term."""
    scale = _scale(len(terms), mean)
    counts = Counter(map(number_of, terms))
    return {n: times * (K1 + 1) / (times + scale) for n, times in counts.items()} or {_EMPTY: 1e-6}


def weighed_anew(weighted: Mapping[int, float], length: int, before: int, mean: int) -> dict[int, float]:
    """Return the weights of a text of `length` terms by the mean length `mean`, from those by `before`."""
    old, new = _scale(length, before), _scale(length, mean)
    times = {n: round(weighted[n] * old / (K1 + 1 - weighted[n])) for n in terms_of(weighted)}
    return {n: count * (K1 + 1) / (count + new) for n, count in times.items()} or {_EMPTY: 1e-6}


def _scale(length: int, mean: int) -> float:
    return K1 * (1 - B + B * 1000 * _length(length) / mean)


def _length(terms: int) -> int:
    """Return the length that tantivy and Lucene keep of a text, in a byte: 24 are exact, and 4 bits above."""
    beyond = terms - _EXACT
    shift = max(0, beyond.bit_length() - 4)
    return terms if beyond < 0 else _EXACT + (beyond >> shift << shift)


def terms_of(weighted: Mapping[int, float]) -> list[int]:
    """Return the numbers of the terms in a sparse vector that was stored."""
    return [number for number in map(int, weighted) if number != _EMPTY]


def rarities(numbers: Sequence[int], holders: Mapping[int, int], texts: int) -> dict[int, float]:
    """Return number -> weight in a question, of the terms that any of the `texts` has."""
    return {
        n: math.log(1 + (texts - count + 0.5) / (count + 0.5))
        for n in numbers
        if (count := min(holders.get(n, 0), texts)) > 0
    }
