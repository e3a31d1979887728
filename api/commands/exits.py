"""Exit codes of every command, as grep's."""

FOUND, NOT_FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130
