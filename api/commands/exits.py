"""The exit codes of every command; they are like those of grep."""

FOUND, NOT_FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130
