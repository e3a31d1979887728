"""Answers many callers with one archive: queue, batches, newest generation, writing, log."""
