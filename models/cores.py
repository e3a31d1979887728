"""Counts the physical cores that this process can use: the default number of threads.

Two hyperthreads of a core share its vector unit. Matrix products are slower if they are counted as two.
"""

import os
from pathlib import Path

_SIBLINGS = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


def available_cores() -> int:
    """Return the number of physical cores that this process may run on, at least 1."""
    if not hasattr(os, "sched_getaffinity"):
        return max(1, (os.cpu_count() or 2) // 2)
    return max(1, len({_siblings(cpu) for cpu in os.sched_getaffinity(0)}))


def _siblings(cpu: int) -> str:
    """Return a name for the core of a logical processor; the hyperthreads of a core have the same name."""
    try:
        return Path(_SIBLINGS.format(cpu)).read_text(encoding="ascii")
    except OSError:
        return str(cpu)
