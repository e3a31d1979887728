"""Campaigns of faults: what becomes of an archive, and of the caller, when something goes wrong on purpose.

    python -m benchmarks.faults kills     processes that write are killed at random moments
    python -m benchmarks.faults system    no disk, no file handles, no memory, no right to write
    python -m benchmarks.faults flips     one bit of an index is flipped
    python -m benchmarks.faults fuzz      documents, questions, cursors and messages are damaged
    python -m benchmarks.faults soak      a server answers for hours, at 80 % of what it can do

`children` are the processes that are made to suffer, `contents` says what an archive must hold afterwards,
and `journal` keeps the outcomes. docs/reliability.md has the promises and the figures.
"""

import os

# Read when libraries are imported: a process whose libraries have started threads must not be forked.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_threads] = "1"
