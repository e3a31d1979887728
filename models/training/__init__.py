"""Trains a reader: `python -m nutgraf.models.training`. It needs the extra `hf`.

The modules in the order of the data: made (questions by rules), questions, twins (with swaps, kinds and
negation), negatives, windows, batching, network, loss, distillation, train.
"""
