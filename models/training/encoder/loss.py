"""The loss of the encoder: the right passage, the reader's opinion, and a pull to the published vectors."""

import torch
from torch import Tensor

from nutgraf.models.training.loss import NEVER


def contrastive_loss(logits: Tensor, right: Tensor, excluded: Tensor) -> Tensor:
    """Return the mean cross-entropy of the right passage among all passages of the batch, in nats.

    `logits` is float32 (q, p), and `right` is int64 (q,) and holds columns. Where `excluded`, bool (q, p), is
    true, a passage may answer the question, too, and is no negative (van den Oord et al. 2018, arXiv
    1807.03748, with the negatives of the batch as in DPR, arXiv 2004.04906).
    """
    own = torch.nn.functional.one_hot(right, logits.shape[1]).bool()
    return torch.nn.functional.cross_entropy(logits.masked_fill(excluded & ~own, NEVER), right)


def reader_loss(logits: Tensor, scores: Tensor, temperature: float) -> Tensor:
    """Return the KL divergence from the reader's distribution over the passages that it has read, in nats.

    `logits` and `scores` are float32 (q, p). A score is NaN where the reader has not read the passage for
    this question. The reader's scores are divided by the temperature. The result is the mean over questions.
    """
    read = ~scores.isnan()
    targets = (scores / temperature).masked_fill(~read, NEVER).log_softmax(1)
    mine = logits.masked_fill(~read, NEVER).log_softmax(1)
    return (targets.exp() * (targets - mine)).masked_fill(~read, 0.0).sum(1).mean()


def distance(vectors: Tensor, published: Tensor) -> Tensor:
    """Return 1 less the mean cosine between unit vectors and those of the published encoder, (n, width)."""
    return 1 - (vectors * published).sum(1).mean()
