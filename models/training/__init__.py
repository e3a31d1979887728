"""Trains a reader: `python -m nutgraf.models.training`. It needs the extra `hf`.

The modules in the order of the data: questions, negatives, windows, batching, network, loss,
distillation, train.
"""
