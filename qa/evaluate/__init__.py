"""Evaluation: how good retrieval and answers are, in the measures that research uses."""
