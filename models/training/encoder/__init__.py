"""Trains the encoder: `python -m nutgraf.models.training.encoder`. It needs the extra `hf`.

The modules in the order of the data: passages, recipe, batches, network, cache, targets, loss, train,
retrieval; then mix and measure, which are commands.
"""
