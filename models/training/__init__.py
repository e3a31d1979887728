"""Trains the shipped reader: `python -m models.training`. Needs the extra `hf`; never imported at run time.

The way of the data: questions -> negatives -> windows -> batches -> network, loss -> train.
"""
