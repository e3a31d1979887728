"""Real articles: one in ten of the news set, read, cleaned and cut with the shipped encoder's own tokens."""

from itertools import islice
from pathlib import Path
from typing import Any

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.passages import PassageRule, split, title_prefix


def test_every_passage_is_a_quote_that_the_encoder_reads_whole(data: Path, encoder: Any) -> None:
    files, _ = discover([str(data / "news" / "articles.jsonl.gz")])
    articles = [a for a in islice(load(files[0], LoadOptions()), 0, None, 40) if isinstance(a, Article)]
    assert len(articles) > 250
    passages = []
    for article in articles:
        limit = encoder.card.max_tokens
        spans = split(
            article.text, article.title, PassageRule(), token_spans=encoder.token_spans, max_tokens=limit
        )
        covered = " ".join(article.text[start:end] for start, end in spans)
        assert len(covered.split()) >= len(article.text.split())
        for start, end in spans:
            quote = article.text[start:end]
            assert quote
            assert quote == quote.strip()
            passages.append(title_prefix(article.title) + quote)
    lengths = [len(tokens) + 2 for tokens in encoder.token_spans(passages)]
    assert max(lengths) <= encoder.card.max_tokens
    assert 15 <= len(passages) / len(articles) <= 25
