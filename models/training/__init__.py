"""Trains the shipped reader: `python -m nutgraf.models.training`. Needs the extra `hf`.

The way of the data: questions -> negatives -> windows -> batches -> network, loss -> train.
"""
