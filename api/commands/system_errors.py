"""Errors of the operating system that no adapter expects, in plain words: no memory, no handles, no disk.

Adapters turn what their libraries raise for a file into StorageFailed. Memory and handles can run out at any
line, so that these errors are told apart here, where a command ends.
"""

from nutgraf.errors import StorageFailed
from nutgraf.indexer.refusals import HINTS, MEMORY_HINT

# What CPython, the loader of libraries and onnxruntime say where memory is refused.
_NO_MEMORY = ("can't start new thread", "failed to map segment", "cannot allocate memory", "std::bad_alloc")


def system_refusal(error: BaseException) -> StorageFailed | None:
    """Return the error to show where the system refused memory, a handle or the disk; else None."""
    if isinstance(error, OSError) and error.errno in HINTS:
        where = f"{error.filename}: " if error.filename else ""
        return StorageFailed(f"{where}the system refuses: {error.strerror}", hint=HINTS[error.errno])
    if isinstance(error, MemoryError) or any(words in str(error).lower() for words in _NO_MEMORY):
        return StorageFailed("there is not enough memory for this command", hint=MEMORY_HINT)
    return None
