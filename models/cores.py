"""How many threads to use when nobody says: the physical cores this process may run on.

Two hyperthreads of one core share its vector unit, so counting them as two slows matrix products down.
"""

import os
from pathlib import Path

_SIBLINGS = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"


def available_cores() -> int:
    """Return the number of physical cores in this process's affinity, at least 1."""
    if not hasattr(os, "sched_getaffinity"):
        return max(1, (os.cpu_count() or 2) // 2)
    return max(1, len({_siblings(cpu) for cpu in os.sched_getaffinity(0)}))


def _siblings(cpu: int) -> str:
    """Name the core of a logical processor: its hyperthreads share the name."""
    try:
        return Path(_SIBLINGS.format(cpu)).read_text(encoding="ascii")
    except OSError:
        return str(cpu)
