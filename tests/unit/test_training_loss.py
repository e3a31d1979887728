"""The training loss against numbers worked out by hand."""

from math import exp, log

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra hf")

from nutgraf.models.training.loss import reading_loss  # noqa: E402 - only where torch is


def tensors(start: list[list[float]], end: list[list[float]], context: list[list[int]]) -> list[object]:
    return [torch.tensor(start), torch.tensor(end), torch.tensor(context).bool()]


def test_one_window_with_its_answer() -> None:
    # Position 0 is null, 1 the question, 2 and 3 the context; the answer is 2..3.
    start, end, context = tensors([[0.0, 50.0, 2.0, 1.0]], [[0.0, 50.0, 1.0, 3.0]], [[0, 0, 1, 1]])
    loss = reading_loss(start, end, context, torch.tensor([0]), torch.tensor([[[2, 3]]]), groups=1)
    window = log(exp(0) + exp(2) + exp(1)) + log(exp(0) + exp(1) + exp(3)) - 5
    shared = log(exp(2) + exp(1)) + log(exp(1) + exp(3)) - 5
    assert loss.item() == pytest.approx(window + shared, abs=1e-5)


def test_a_window_without_answer_should_say_null_and_has_no_shared_part() -> None:
    start, end, context = tensors([[4.0, 0.0, 2.0, 1.0]], [[3.0, 0.0, 1.0, 3.0]], [[0, 0, 1, 1]])
    loss = reading_loss(start, end, context, torch.tensor([0]), torch.tensor([[[-1, -1]]]), groups=1)
    assert loss.item() == pytest.approx(
        log(exp(4) + exp(2) + exp(1)) + log(exp(3) + exp(1) + exp(3)) - 7, abs=1e-5
    )


def test_the_windows_of_a_question_share_one_softmax() -> None:
    start, end, context = tensors(
        [[0.0, 2.0, 1.0], [0.0, 3.0, -1.0], [9.0, 9.0, 9.0]],
        [[0.0, 1.0, 1.0], [0.0, 2.0, 0.5], [9.0, 9.0, 9.0]],
        [[0, 1, 1], [0, 1, 1], [0, 0, 0]],
    )
    answers = torch.tensor([[[1, 1]], [[-1, -1]], [[-1, -1]]])
    loss = reading_loss(start, end, context, torch.tensor([0, 0, 1]), answers, groups=1)
    own = log(1 + exp(2) + exp(1)) + log(1 + exp(1) + exp(1)) - 3
    other = log(1 + exp(3) + exp(-1)) + log(1 + exp(2) + exp(0.5)) - 0
    both = log(exp(2) + exp(1) + exp(3) + exp(-1)) + log(2 * exp(1) + exp(2) + exp(0.5)) - 3
    assert loss.item() == pytest.approx((own + other) / 2 + both, abs=1e-5)


def test_several_right_spans_share_their_probability() -> None:
    start, end, context = tensors([[0.0, 2.0, 1.0]], [[0.0, 1.0, 3.0]], [[0, 1, 1]])
    answers = torch.tensor([[[1, 1], [1, 2], [-1, -1]]])
    loss = reading_loss(start, end, context, torch.tensor([0]), answers, groups=1)
    right = log(exp(2 + 1) + exp(2 + 3))
    window = log(1 + exp(2) + exp(1)) + log(1 + exp(1) + exp(3)) - right
    shared = log(exp(2) + exp(1)) + log(exp(1) + exp(3)) - right
    assert loss.item() == pytest.approx(window + shared, abs=1e-5)


def test_gradients_are_numbers_also_for_rows_that_only_fill_up() -> None:
    start = torch.zeros(3, 4, requires_grad=True)
    end = torch.zeros(3, 4, requires_grad=True)
    context = torch.tensor([[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0]]).bool()
    answers = torch.tensor([[[2, 3]], [[-1, -1]], [[-1, -1]]])
    reading_loss(start, end, context, torch.tensor([0, 1, 2]), answers, groups=2).backward()
    for gradient in (start.grad, end.grad):
        assert torch.isfinite(gradient).all()
        assert gradient[2].abs().sum() == 0
        assert gradient[0, 1] == 0
    assert start.grad[0, 2] < 0 < start.grad[0, 3]
    assert start.grad[1, 0] < 0
