"""The training loss: a softmax in every window, plus a softmax over all windows of a question.

The first teaches the reader that a window does not answer: its first token then has the highest logit. The
second makes the logits of different windows comparable (Clark and Gardner 2018, arXiv 1710.10723; Wang et al.
2019, arXiv 1908.08167). If several spans are right, their probabilities are added (marginal likelihood).
"""

import torch
from torch import Tensor

NEVER = -1e4  # the logit of an impossible position; an infinite one would have the gradient NaN
_TINY = 1e-30  # a sum of at least this has a finite logarithm


def reading_loss(
    start: Tensor, end: Tensor, context: Tensor, group: Tensor, answers: Tensor, *, groups: int
) -> Tensor:
    """Return the loss of a batch: the mean over its windows plus the mean over its answered questions.

    `start` and `end` are float32 (n, s). `context`, `group` and `answers` are those of `batching.Batch`, and
    `groups` is the number of its questions; rows of the group `groups` do not count. The loss is 0 if no row
    counts.
    """
    marked = answers[:, :, 0] >= 0
    at = answers.clamp(min=0)
    spans = start.gather(1, at[:, :, 0]) + end.gather(1, at[:, :, 1])
    right = spans.masked_fill(~marked, NEVER).logsumexp(1)
    answered, counted = marked.any(1), group < groups

    null = start[:, 0] + end[:, 0]
    readable = context.clone()
    readable[:, 0] = True
    possible = log_totals(start, readable) + log_totals(end, readable)
    window = (possible - torch.where(answered, right, null))[counted].sum() / counted.sum().clamp(min=1)

    over_windows = log_totals_of_groups(log_totals(start, context), group, groups)
    over_windows = over_windows + log_totals_of_groups(log_totals(end, context), group, groups)
    if not answered.any():
        return window
    return window + (over_windows[group] - right)[answered].mean()


def log_totals(logits: Tensor, where: Tensor) -> Tensor:
    """Return float32 (n,): the logarithm of each row's sum of exponentials over the positions `where`."""
    return logits.masked_fill(~where, NEVER).logsumexp(1)


def log_totals_of_groups(totals: Tensor, group: Tensor, groups: int) -> Tensor:
    """Return float32 (groups + 1,): the logarithm of the sum of exponentials of each question's totals."""
    peak = totals.new_full((groups + 1,), NEVER).scatter_reduce(0, group, totals.detach(), "amax")
    summed = torch.zeros_like(peak).index_add(0, group, (totals - peak[group]).exp())
    return peak + summed.clamp(min=_TINY).log()
