"""The objects that every door returns, as JSON-ready dictionaries. The contract is in docs/cli.md."""

from collections.abc import Sequence
from typing import Any

from nutgraf.indexer.article import Article
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.filters import Filter
from nutgraf.qa.explanation import Explanation, ScoreBreakdown
from nutgraf.qa.result import Answer, QuestionResult
from nutgraf.qa.retrieval import Candidate, EngineRank, SearchResult
from nutgraf.qa.timeline import TimelineEntry

Json = dict[str, Any]


def article_object(article: Article) -> Json:
    """Return what identifies an article to a person."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "published": _moment(article.published),
    }


def full_article_object(article: Article) -> Json:
    """Return an article with all that is kept of it."""
    return {
        **article_object(article),
        "authors": list(article.authors),
        "published_from": article.published_from,
        "ingested_at": _moment(article.ingested_at),
        "content_hash": article.content_hash,
        "cluster": article.cluster,
        "text": article.text,
    }


def answer_object(answer: Answer) -> Json:
    """Return an answer: the quote, where it stands, and who else says it."""
    start, end = answer.sentence
    return {
        "text": answer.text,
        "start": answer.start,
        "end": answer.end,
        "score": round(answer.score, 4),
        "probability": round(answer.probability, 4),
        "sentence": {"text": answer.span.article.text[start:end], "start": start, "end": end},
        "article": article_object(answer.span.article),
        "support": [
            {
                "article": article_object(s.span.article),
                "start": s.span.start,
                "end": s.span.end,
                "independent": s.independent,
            }
            for s in answer.support
        ],
    }


def passage_object(candidate: Candidate) -> Json:
    """Return a passage as it was found."""
    passage = candidate.passage
    return {
        "article": article_object(passage.article),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": round(candidate.score, 6),
        "rank": candidate.rank,
        "copies": [article_object(article) for article in candidate.copies],
    }


def asked_object(asked: QuestionResult, index: EmbeddedIndex, explanation: Explanation | None = None) -> Json:
    """Return the outcome of a question, and why it is so if there is an explanation."""
    timing = asked.timing
    passages = [passage_object(c) for c in asked.candidates]
    if explanation:
        for shown, candidate in zip(passages, asked.candidates, strict=True):
            shown["explain"] = passage_explanation(candidate, asked, explanation)
    return {
        "question": asked.question,
        "answered": bool(asked.answers),
        "answers": [answer_object(a) for a in asked.answers],
        "abstention": asked.abstention and {"code": asked.abstention.code, "reason": asked.abstention.reason},
        "passages": passages,
        "timing_ms": {
            "encode": round(timing.encode, 1),
            "retrieve": round(timing.retrieve, 1),
            "read": round(timing.read, 1),
            "total": round(timing.total, 1),
        },
        "index": index_object(index),
        **(_explained(asked, explanation) if explanation else {}),
    }


def _explained(asked: QuestionResult, explanation: Explanation) -> Json:
    considered = [answer_object(a) for a in asked.best]
    return {"considered": considered, "explanation": explanation_object(explanation)}


def found_object(question: str, found: SearchResult, index: EmbeddedIndex) -> Json:
    """Return the outcome of a search."""
    return {
        "question": question,
        "passages": [passage_object(c) for c in found.candidates],
        "timing_ms": {"encode": round(found.encode_ms, 1), "retrieve": round(found.retrieve_ms, 1)},
        "index": index_object(index),
    }


def index_object(index: EmbeddedIndex) -> Json:
    """Return which state of which index answered."""
    counts = index.counts
    return {
        "generation": index.manifest.generation,
        "articles": counts.articles,
        "passages": counts.passages,
    }


def info_object(index: EmbeddedIndex, sources: Sequence[tuple[str, int]]) -> Json:
    """Return what an index holds and what built it."""
    days = index.store.days()
    manifest = index.manifest
    return {
        **index_object(index),
        "path": str(index.folder),
        "unpublished_passages": index.unpublished,
        "published": None if days is None else {"first": days[0], "last": days[1]},
        "sources": [{"source": source, "articles": count} for source, count in sources],
        "encoder": {
            "id": manifest.encoder.id,
            "sha256": manifest.encoder.sha256,
            "dim": manifest.encoder.dim,
        },
        "bytes": sum(manifest.files.values()) + index.store.path.stat().st_size,
    }


def timeline_object(entries: Sequence[TimelineEntry]) -> list[Json]:
    """Return the answers over time, each with every article that gives it."""
    return [
        {
            "text": entry.best.text,
            "status": entry.status,
            "first": entry.first and entry.first.isoformat(),
            "last": entry.last and entry.last.isoformat(),
            "outlets": list(entry.outlets),
            "independent": entry.independent,
            "probability": round(entry.probability, 4),
            "articles": [
                {
                    "article": article_object(span.article),
                    "start": span.start,
                    "end": span.end,
                    "text": span.text,
                }
                for span in entry.spans
            ],
        }
        for entry in entries
    ]


def explanation_object(explanation: Explanation) -> Json:
    """Return the filter, the threshold, and why the first answer is first."""
    won = explanation.won
    return {
        "filter": _filter_object(explanation.allow),
        "threshold": round(explanation.threshold, 4),
        "won": won and _won_object(won),
    }


def passage_explanation(candidate: Candidate, asked: QuestionResult, explanation: Explanation) -> Json:
    """Return why a passage stands where it does: ranks and scores of each stage, and its cluster."""
    read = asked.read.get(candidate.passage.id)
    return {
        "dense": _place_object(candidate.dense),
        "bm25": _place_object(candidate.lexical),
        "article_bm25": _place_object(candidate.article),
        "fused": {"rank": candidate.rank, "score": round(candidate.score, 6)},
        "recency": round(candidate.recency, 6),
        "reader": read
        and {
            "rank": explanation.reader_ranks[candidate.passage.id],
            "score": round(read.by_reader, 4),
            "over_null": round(read.over_null, 4),
        },
        "cluster": candidate.passage.article.cluster,
    }


def _won_object(won: ScoreBreakdown) -> Json:
    other = won.runner_up
    return {
        "text": won.answer.text,
        "score": {
            "reader": round(won.reader, 4),
            "retrieval": round(won.retrieval, 4),
            "agreement": round(won.agreement, 4),
            "total": round(won.answer.score, 4),
        },
        "runner_up": other and {"text": other.text, "score": round(other.score, 4)},
        "probability": round(won.answer.probability, 4),
        "terms": {t.name: {"value": round(t.value, 4), "adds": round(t.adds, 4)} for t in won.terms},
    }


def _filter_object(allow: Filter) -> Json:
    return {
        "first": allow.first and allow.first.isoformat(),
        "last": allow.last and allow.last.isoformat(),
        "as_of": allow.as_of and allow.as_of.isoformat(),
        "sources": list(allow.sources),
    }


def _place_object(place: EngineRank | None) -> Json | None:
    return None if place is None else {"rank": place.rank, "score": round(place.score, 4)}


def _moment(moment: Any) -> str | None:  # noqa: ANN401 - datetime or None
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
