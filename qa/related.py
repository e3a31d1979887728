"""The other stories that are nearest to an article, by meaning; copies and versions of it are none."""

from dataclasses import dataclass

from nutgraf.indexer.article import Article
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.passages import title_prefix
from nutgraf.indexer.storage import PassageFacts, PassageIndex
from nutgraf.qa.retrieval import MAX_DEPTH, QuestionEncoder

LEAD_CHARS = 1200
"""A news story says first what it is about; the encoder reads about as much. Not compared."""

LEAST_LIKENESS = 0.4
"""The cosine of its nearest passage from which on a story is related at all. Chosen by looking at the nearest
of 27 articles among 158 of one week: below it as many were about something else as were about the same."""

_DEPTH = 100  # passages that are looked at first; of a long article many are its own


@dataclass(frozen=True, slots=True)
class RelatedArticle:
    """An article of another story, and its likeness: the cosine of its nearest passage, up to 1.

    >>> import nutgraf
    >>> with nutgraf.open("seeds.nutgraf") as archive:
    ...     for entry in archive.related("seeds/004_d6905fbb12041181.txt"):
    ...         print(round(entry.likeness, 1), entry.article.title)
    0.7 North Korea Discussion Expected At US-China Dialogue
    0.6 South Korea, US agree to consider new defense dialogue on regional political cooperation
    """

    article: Article
    likeness: float


def related(
    index: PassageIndex, encoder: QuestionEncoder, article: Article, top: int, allow: Filter
) -> list[RelatedArticle]:
    """Return up to `top` articles, nearest first, each of another story than the article and than the others.

    Of the prints of a story the one with the nearest passage stands for all.
    """
    (vector,) = encoder.encode([title_prefix(article.title, "text") + article.text[:LEAD_CHARS]])
    depth = _DEPTH
    while True:
        ids, scores = index.dense(vector, depth, allow)
        facts = index.facts(ids.tolist())
        nearest: dict[str, tuple[int, float]] = {}
        for passage, score in zip(ids.tolist(), scores.tolist(), strict=True):
            if score >= LEAST_LIKENESS and passage in facts and not _is_of(article, facts[passage]):
                nearest.setdefault(_story(facts[passage]), (passage, score))
        if len(nearest) >= top or len(ids) < depth or depth >= MAX_DEPTH or scores[-1] < LEAST_LIKENESS:
            break
        depth = min(2 * depth, MAX_DEPTH)
    likeness = dict([*nearest.values()][:top])
    return [RelatedArticle(p.article, round(likeness[p.id], 4)) for p in index.fetch([*likeness])]


def _is_of(article: Article, facts: PassageFacts) -> bool:
    return facts.article == article.id or (facts.cluster is not None and facts.cluster == article.cluster)


def _story(facts: PassageFacts) -> str:
    """Return what names the story: the cluster is named by the id of one of its articles."""
    return facts.cluster or facts.article
