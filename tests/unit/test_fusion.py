"""Fusion, with numbers worked out by hand."""

import numpy as np
import pytest

from nutgraf.qa.fusion import Ranking, weighted_sum


def ranking(*pairs: tuple[int, float]) -> Ranking:
    return Ranking(np.array([i for i, _ in pairs], np.int64), np.array([s for _, s in pairs], np.float32))


def test_weighted_sum_by_hand() -> None:
    dense = ranking((1, 0.9), (2, 0.7), (3, 0.5))  # scaled 1, 0.5, 0
    lexical = ranking((3, 8.0), (4, 2.0))  # scaled 1, 0.25
    fused = weighted_sum(dense, lexical, dense_weight=0.4)
    assert fused.ids.tolist() == [3, 1, 2, 4]
    assert fused.scores.tolist() == pytest.approx([0.6, 0.4, 0.2, 0.15])


def test_three_rankings_by_hand() -> None:
    dense = ranking((1, 0.9), (2, 0.7), (3, 0.5))  # scaled 1, 0.5, 0; weight 0.3
    lexical = ranking((3, 8.0), (4, 2.0))  # scaled 1, 0.25; the weight left: 0.2
    articles = ranking((4, 10.0), (1, 5.0))  # scaled 1, 0.5; weight 0.5
    fused = weighted_sum(dense, lexical, articles, dense_weight=0.3, article_weight=0.5)
    assert fused.ids.tolist() == [1, 4, 3, 2]
    assert fused.scores.tolist() == pytest.approx([0.3 + 0.25, 0.5 + 0.05, 0.2, 0.15])


def test_what_has_no_vector_is_scored_by_its_words_alone() -> None:
    dense = ranking((1, 0.9), (2, 0.5))  # scaled 1, 0; weight 0.3
    lexical = ranking((3, 8.0), (1, 4.0))  # scaled 1, 0.5; the weight left: 0.3
    articles = ranking((3, 5.0), (1, 10.0))  # scaled 0.5, 1; weight 0.4
    unencoded = np.array([3, 9], np.int64)
    fused = weighted_sum(dense, lexical, articles, dense_weight=0.3, article_weight=0.4, unencoded=unencoded)
    assert fused.ids.tolist() == [1, 3, 2]
    assert fused.scores.tolist() == pytest.approx([0.3 + 0.15 + 0.4, (0.3 + 0.2) / 0.7, 0.0])
    alone = weighted_sum(ranking(), lexical, dense_weight=1.0, unencoded=unencoded)
    assert alone.scores.tolist() == [0.0, 0.0], "words without a weight cannot stand for meaning"


def test_ties_go_to_the_lower_id() -> None:
    fused = weighted_sum(ranking((9, 0.5), (3, 0.5)), ranking(), dense_weight=1.0)
    assert fused.ids.tolist() == [3, 9]


def test_one_engine_may_find_nothing() -> None:
    assert weighted_sum(ranking(), ranking((7, 2.0)), dense_weight=0.3).scores.tolist() == pytest.approx(
        [0.7]
    )
    assert weighted_sum(ranking(), ranking(), dense_weight=0.3).ids.tolist() == []
