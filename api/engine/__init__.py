"""Answers many callers from one archive: queue, batches, the newest state, writing, log, errors."""
