"""Rankings scored by ir_measures: values worked by hand, what is missing, ids that no file can hold."""

import math

import pytest

from nutgraf.qa.evaluate.ranking import MEASURES, measured, token

LOG3, LOG7 = math.log2(3), math.log2(7)


def values(found: dict, query: str) -> dict[str, float]:
    return {measure.key: by_query[query] for measure, by_query in found.items()}


def test_by_hand() -> None:
    """Two relevant at 2 and 6; grades 1 and 2 at 2 and 3 behind one judged irrelevant; never found."""
    found = measured(
        {"q1": {"a": 1, "b": 1}, "q2": {"c": 2, "d": 1, "e": 0}, "q3": {"x": 1}},
        {"q1": list("zaywvb"), "q2": list("edc"), "other": ["x"]},
    )
    assert [measure.key for measure in found] == [
        *("hit_at_1", "hit_at_5", "hit_at_20"),
        *("recall_at_1", "recall_at_5", "recall_at_20", "recall_at_100", "mrr_at_10", "ndcg_at_10", "map"),
    ]
    assert values(found, "q1") == pytest.approx(
        {
            **{"hit_at_1": 0, "hit_at_5": 1, "hit_at_20": 1},
            **{"recall_at_1": 0, "recall_at_5": 0.5, "recall_at_20": 1, "recall_at_100": 1},
            **{"mrr_at_10": 0.5, "ndcg_at_10": (1 / LOG3 + 1 / LOG7) / (1 + 1 / LOG3)},
            "map": (1 / 2 + 2 / 6) / 2,
        }
    )
    assert values(found, "q2") == pytest.approx(
        {
            **{"hit_at_1": 0, "hit_at_5": 1, "hit_at_20": 1},
            **{"recall_at_1": 0, "recall_at_5": 1, "recall_at_20": 1, "recall_at_100": 1},
            **{"mrr_at_10": 0.5, "ndcg_at_10": (1 / LOG3 + 2 / 2) / (2 + 1 / LOG3)},
            "map": (1 / 2 + 2 / 3) / 2,
        }
    )
    assert values(found, "q3") == dict.fromkeys((m.key for m in MEASURES), 0.0)
    assert all(by_query.keys() == {"q1", "q2", "q3"} for by_query in found.values())


def test_cutoffs() -> None:
    """Relevant at 10 and 11, at 100 and 101."""
    ids = [str(n) for n in range(1, 111)]
    qrels = {"ten": {"10": 1}, "eleven": {"11": 1}, "hundred": {"100": 1}, "beyond": {"101": 1}}
    found = measured(qrels, dict.fromkeys(qrels, ids))
    of = {query: values(found, query) for query in qrels}
    assert [of[q]["mrr_at_10"] for q in qrels] == pytest.approx([0.1, 0, 0, 0])
    assert [of[q]["ndcg_at_10"] for q in qrels] == pytest.approx([1 / math.log2(11), 0, 0, 0])
    assert [of[q]["recall_at_20"] for q in qrels] == [1, 1, 0, 0]
    assert [of[q]["recall_at_100"] for q in qrels] == [1, 1, 1, 0]
    assert [of[q]["map"] for q in qrels] == pytest.approx([1 / 10, 1 / 11, 1 / 100, 1 / 101])


def test_nothing_found_and_nothing_relevant_count_as_zero() -> None:
    found = measured({"none": {"a": 0}, "below": {"a": -2}, "empty": {}, "missed": {"a": 1}}, {"none": ["a"]})
    assert {value for by_query in found.values() for value in by_query.values()} == {0.0}
    assert all(len(by_query) == 4 for by_query in found.values())
    assert all(by_query == {} for by_query in measured({}, {"q": ["a"]}).values())


def test_grades_below_zero_are_no_gain() -> None:
    found = measured({"q": {"spam": -2, "a": 1}}, {"q": ["spam", "a"]})
    assert values(found, "q")["ndcg_at_10"] == pytest.approx(1 / LOG3)


@pytest.mark.parametrize("name", ["a b", "a\x00b", "\ud800", "é\u2028", "%20", "x\ty", "日本", " "])
def test_ids_that_no_file_can_hold(name: str) -> None:
    found = measured({name: {name: 1}, "q": {"y": 1}}, {name: ["z", name], "q": ["y"]})
    assert (values(found, name)["mrr_at_10"], values(found, "q")["mrr_at_10"]) == (0.5, 1.0)


def test_tokens() -> None:
    written = {"a b": "a%20b", "a%20b": "a%20b", "\u2028": "%E2%80%A8", "\x00": "%00", "\xa0": "%C2%A0"}
    assert {name: token(name) for name in written} == written
    plain = "https://example.org/a%2Fb?q=1#é"
    assert token(plain) == plain
    assert token("\ud800") == "\ufffd"
    assert token(token("a b\n")) == token("a b\n") == "a%20b%0A"
