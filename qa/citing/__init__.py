"""Quotes and articles as they are cited: one module for each format, each a function of citations.

Knows articles and spans of them; does not know questions, probabilities, or who asked.
"""
