"""What the reader minimises: a softmax in every window, and one over all windows of a question.

The first teaches a window to say that it does not answer (its first token wins); the second makes logits of
different windows comparable (Clark and Gardner 2018, arXiv 1710.10723; Wang et al. 2019, arXiv 1908.08167).
Several right spans share their probability: the marginal likelihood, not one of them picked at random.
"""

import torch
from torch import Tensor

_NEVER = -1e4  # a logit that never wins; infinite ones have gradients that are not numbers
_TINY = 1e-30


def reading_loss(
    start: Tensor, end: Tensor, context: Tensor, group: Tensor, answers: Tensor, *, groups: int
) -> Tensor:
    """Return the mean loss of a batch: over windows of the first kind, plus over questions of the second.

    start, end float32 (n, s); context bool (n, s); group int64 (n,), `groups` for rows that do not count;
    answers int64 (n, a, 2), token spans, -1 where there are no more.
    """
    marked = answers[:, :, 0] >= 0
    at = answers.clamp(min=0)
    spans = start.gather(1, at[:, :, 0]) + end.gather(1, at[:, :, 1])
    right = spans.masked_fill(~marked, _NEVER).logsumexp(1)
    answered, counted = marked.any(1), group < groups

    null = start[:, 0] + end[:, 0]
    readable = context.clone()
    readable[:, 0] = True
    possible = _total(start, readable) + _total(end, readable)
    window = (possible - torch.where(answered, right, null))[counted].mean()

    over_windows = _over_groups(_total(start, context), group, groups)
    over_windows = over_windows + _over_groups(_total(end, context), group, groups)
    if not answered.any():
        return window
    return window + (over_windows[group] - right)[answered].mean()


def _total(logits: Tensor, where: Tensor) -> Tensor:
    """Return the log of the summed exponentials of each row, float32 (n,), over the positions `where`."""
    return logits.masked_fill(~where, _NEVER).logsumexp(1)


def _over_groups(totals: Tensor, group: Tensor, groups: int) -> Tensor:
    """Join the rows' totals, float32 (n,), to those of their questions, float32 (groups + 1,)."""
    peak = totals.new_full((groups + 1,), _NEVER).scatter_reduce(0, group, totals.detach(), "amax")
    summed = torch.zeros_like(peak).index_add(0, group, (totals - peak[group]).exp())
    return peak + summed.clamp(min=_TINY).log()
