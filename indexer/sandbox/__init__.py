"""Reads untrusted files and records in worker processes with limits: a bad document costs that document.

`pool` is the side of nutgraf, `worker` what a worker process runs, `confine` takes rights from that process,
and `messages` is what goes through the pipes between them. What is read comes from `nutgraf.indexer.loaders`.
"""
