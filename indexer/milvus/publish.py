"""Publishes a generation: counts in how many passages each new term stands, and then replaces the head.

Texts do not change by it, but for the first ones, whose mean length is still to be found: what a term weighs
in a question follows from the counts alone.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import StorageFailed
from nutgraf.indexer.milvus.connection import Connection, Row
from nutgraf.indexer.milvus.head import Head
from nutgraf.indexer.milvus.tables import ARTICLES, BATCHED, PASSAGES, WORDS, Table, both, visible
from nutgraf.indexer.milvus.terms import ARTICLE_TERMS, terms_of, weighed_anew
from nutgraf.indexer.storage import Counts, IndexState
from nutgraf.indexer.terms import ANALYZER

_SETTLED = 2000
"""Passages up to which the mean length of texts is counted anew with each generation, and all are weighed by
it: so few are weighed at once, and more change a mean by little. Not compared with other numbers."""

_KINDS = ((PASSAGES, 0), (ARTICLES, ARTICLE_TERMS))


def encoded(head: Head) -> str:
    """Return the condition on passages and vectors that searches by meaning find them.

    A vector that was made after its passage was published is found with the next generation.
    """
    return f"made <= {head.published} or (born > {head.published} and made <= {head.batch})"


def state_of(connection: Connection, head: Head) -> IndexState:
    """Return the state of what is committed and published."""
    assert head.encoder is not None, "nothing was published"
    seen = visible(head.batch)
    return IndexState(
        generation=head.generation,
        token=head.token,
        counts=Counts(connection.count(ARTICLES, seen), connection.count(PASSAGES, seen)),
        unpublished_passages=connection.count(PASSAGES, f"{seen} and born > {head.published}"),
        last_passage=head.last_passage,
        encoder=head.encoder,
        encoded_passages=connection.count(PASSAGES, both(seen, encoded(head))),
    )


def publish(connection: Connection, head: Head, encoder: EncoderIdentity, *, anew: bool) -> Head:
    """Publish what is committed, and return the new head; `anew` counts all words again.

    Stopped anywhere, the generation before stays, and the next call does the same again.
    """
    connection.make_vectors(encoder.dim)
    generation, means = head.generation + 1, [*head.means]
    sizes = [0, 0] if anew else [*head.words]
    counts: Counter[int] = Counter()
    for at, (table, offset) in enumerate(_KINDS):
        for sign, where in _changes(head, anew=anew):
            for row in connection.every_row(table, where, ["words"]):
                sizes[at] += sign
                for number in terms_of(row["words"]):
                    counts[offset + number] += sign
        if anew or sizes[0] <= _SETTLED:
            means[at] = _weigh(connection, table, head)
    if anew:
        for row in connection.every_row(WORDS, "term >= 0", ["term"]):
            counts.setdefault(row["term"], 0)
    _count(connection, counts, generation, anew=anew)
    published = replace(
        head,
        generation=generation,
        token=secrets.token_hex(8),
        published=head.batch,
        before=head.published,
        words=(sizes[0], sizes[1]),
        means=(means[0], means[1]),
        encoder=encoder,
        analyzer=ANALYZER,
    )
    published.write(connection)
    with suppress(StorageFailed):  # what is not cleaned up now is so next time
        _clean(connection, published)
    return published


def _weigh(connection: Connection, table: Table, head: Head) -> int:
    """Weigh the words of all texts by their true mean length, and return it, in thousandths of a term."""
    seen, lengths, texts = visible(head.batch), 0, 0
    for row in connection.every_row(table, seen, ["terms"]):
        lengths, texts = lengths + row["terms"], texts + 1
    mean = max(1000, round(1000 * lengths / max(1, texts)))
    rows = connection.every_row(table, f"{seen} and mean != {mean}", ["row", "words", "terms", "mean"])
    waiting = (
        {
            "row": row["row"],
            "words": weighed_anew(row["words"], row["terms"], row["mean"], mean),
            "mean": mean,
        }
        for row in rows
    )
    while part := [*islice(waiting, table.rows_at_once)]:
        connection.patch(table, part)
    return mean


def _changes(head: Head, *, anew: bool) -> Iterator[tuple[int, str]]:
    """Yield (sign, condition) of the rows that came since the last generation, and that went."""
    if anew:
        yield 1, visible(head.batch)
        return
    yield 1, f"born > {head.published} and {visible(head.batch)}"
    if head.published:
        yield (
            -1,
            f"born <= {head.published} and died > {head.published} and died <= {head.batch}",
        )


def _count(connection: Connection, changes: Counter[int], generation: int, *, anew: bool) -> None:
    """Add to the holders of terms; what a publication left that was stopped counts as not written."""
    terms = [term for term, change in changes.items() if change or anew]
    for at in range(0, len(terms), WORDS.rows_at_once):
        part = terms[at : at + WORDS.rows_at_once]
        known = {
            row["term"]: row["before"] if row["since"] >= generation else row["holders"]
            for row in connection.rows_among(WORDS, "term", part, ["term", "holders", "since", "before"])
        }
        rows: list[Row] = []
        for term in part:
            before = known.get(term, 0)
            holders = changes[term] if anew else before + changes[term]
            rows.append({"term": term, "holders": holders, "since": generation, "before": before})
        connection.insert(WORDS, rows)


def holders_of(connection: Connection, terms: list[int], head: Head) -> dict[int, int]:
    """Return term -> how many published texts have it."""
    rows = connection.rows_among(WORDS, "term", terms, ["term", "holders", "since", "before"])
    return {row["term"]: row["holders"] if row["since"] <= head.generation else row["before"] for row in rows}


def _clean(connection: Connection, head: Head) -> None:
    """Delete what was gone before the generation before: nobody has that open any more."""
    if not head.before:
        return
    vectors = connection.vector_tables()
    for table in (*BATCHED, *vectors):
        connection.delete(table, f"died <= {head.before}")
    for table in vectors:
        if head.encoder is not None and not table.name.endswith(f"_{head.encoder.dim}"):
            _drop_if_empty(connection, table)


def _drop_if_empty(connection: Connection, table: Table) -> None:
    if connection.count(table, "row >= 0") == 0:
        connection.drop(table)
