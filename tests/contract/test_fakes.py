"""The fakes do what their docstrings say: tests elsewhere are worked out by hand from that."""

import doctest

import numpy as np
import pytest

from tests import fakes, memory_archive
from tests.fakes import FakeEncoder, FakeReader


def test_the_examples_of_the_docstrings() -> None:
    assert doctest.testmod(fakes) == doctest.TestResults(failed=0, attempted=4)
    assert doctest.testmod(memory_archive) == doctest.TestResults(failed=0, attempted=4)


def test_set_words_have_their_logits_and_the_others_none() -> None:
    reader = FakeReader({"Rome": 3.0}, starts={"in": 2.0}, null=1.5)
    [window] = reader.read([("Where?", "in Rome or Oslo")])
    assert window.start.tolist() == [2, 0, 0, 0]
    assert window.end.tolist() == [-99, 3, -99, -99]
    assert window.null == 1.5
    assert reader.calls == [[("Where?", "in Rome or Oslo")]]


def test_overlap_counts_the_question_s_words_nearby() -> None:
    [window] = FakeReader().read([("Who won the cup?", "Snow. It fell on Ann, who won the cup.")])
    assert window.start.tolist() == window.end.tolist() == [0, 0, 1, 2, 3, -99, -99, -99, -99]


def test_a_vector_is_the_sum_of_its_words() -> None:
    encoder = FakeEncoder(dim=8)
    ann, won, both, reverse = encoder.encode(["Ann", "won", "Ann won.", "Won: ann!"])
    total = ann * np.linalg.norm(fakes._word_vector("ann", 8)) + won * np.linalg.norm(
        fakes._word_vector("won", 8)
    )
    assert both == pytest.approx(total / np.linalg.norm(total), abs=1e-6)
    assert both.tolist() == reverse.tolist()
    assert encoder.calls == [4]
