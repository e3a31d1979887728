"""The checks of what nutgraf runs on: Python, the models, threads, memory and disk."""

import os
import platform
import shutil
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from nutgraf.api.doctor.findings import CheckStatus, Finding
from nutgraf.indexer.sandbox.confine import confinement
from nutgraf.models import reader_folder, shipped, verify
from nutgraf.models.cards import CARD, ModelKind
from nutgraf.models.cores import available_cores
from nutgraf.settings import Settings

OLDEST = (3, 11)
MEMORY_BYTES = 300_000_000
"""Memory of libraries and models, rounded up from 201 MB with a small index; the vectors need more."""

BATCH_BYTES = 20_000_000
"""What a batch of articles may add to the store and its log. An estimate, not measured."""

ROOM_BYTES = 200_000_000
"""What should be free beside a rebuilt index. An estimate, not measured."""

_MB = 1e6
_CGROUP = Path("/sys/fs/cgroup")


def python() -> Finding:
    """Check the version of Python."""
    message = f"Python {platform.python_version()} on {platform.platform()}"
    if sys.version_info < OLDEST:
        return Finding("python", "problem", message, f"nutgraf needs Python {OLDEST[0]}.{OLDEST[1]} or newer")
    return Finding("python", "ok", message)


def encoder(name: str | None) -> Finding:
    """Check the encoder's files, as `reader` does."""
    return _model("encoder", "encoder", shipped("encoder") if name is None else Path(name))


def reader(check: str, name: str) -> Finding:
    """Check that the files of a model are there, and that its weights have the hash of its card."""
    return _model(check, "reader", reader_folder(name))


def _model(check: str, kind: ModelKind, folder: Path) -> Finding:
    if not (folder / CARD).is_file() and not folder.is_relative_to(shipped("encoder").parent):
        return _foreign(check, str(folder))
    card = verify(folder)
    if card.kind != kind:
        return Finding(check, "problem", f"{folder} holds a model of kind {card.kind}", f"--{kind} FOLDER")
    size = (card.size_bytes + card.external_size_bytes) / _MB
    message = f"{card.id}, {size:.1f} MB, sha256 {card.sha256[:12]} as its card says"
    return Finding(check, "ok", message)


def _foreign(kind: str, name: str) -> Finding:
    if find_spec("transformers") is None:
        message = f"{name} has no {CARD}, and the extra hf, which runs other models, is not installed"
        return Finding(kind, "problem", message, "pip install sentence-transformers")
    advice = "name a folder that python -m nutgraf.models.export wrote, to have its hash checked"
    return Finding(
        kind, "warning", f"{name} has no {CARD}: it is used, and its files are not checked", advice
    )


def workers() -> Finding:
    """Tell what the processes that read files are bounded by."""
    bounds = confinement()
    lacking = [bound for bound in ("memory", "files", "landlock") if bound not in bounds]
    message = f"files are read in processes bounded by time{''.join(f', {bound}' for bound in bounds)}"
    if lacking:
        advice = "docs/security.md says what a file could do here: index what strangers send elsewhere"
        return Finding("workers", "warning", f"{message}; this system lacks {', '.join(lacking)}", advice)
    return Finding("workers", "ok", message)


def threads(settings: Settings) -> Finding:
    """Check that there are at least as many cores as threads."""
    cores = available_cores()
    used = settings.threads or cores
    message = f"{used} of nutgraf's; {cores} physical cores, {os.cpu_count()} logical ones"
    if used > cores:
        return Finding("threads", "warning", message, f"--threads {cores}: more of them wait for each other")
    return Finding("threads", "ok", message)


def memory(vectors_bytes: int) -> Finding:
    """Check that the models and the vectors of the index fit into the free memory."""
    free = available_bytes()
    if free is None:
        return Finding("memory", "ok", "this system does not tell how much is free")
    needed = MEMORY_BYTES + vectors_bytes
    message = f"{free / _MB:,.0f} MB free; models and index need some {needed / _MB:,.0f} MB"
    if free < needed:
        return Finding("memory", "warning", message, "end other programs, or give this one more memory")
    return Finding("memory", "ok", message)


def available_bytes(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = _CGROUP) -> int | None:
    """Return the free bytes of memory within the limit of a container; None where nothing tells them."""
    free: list[int] = []
    with suppress(OSError, ValueError):
        lines = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines())
        free.append(int(lines["MemAvailable"].split()[0]) * 1024)
    with suppress(OSError, ValueError):  # without a limit the file says "max", which is no number
        free.append(int((cgroup / "memory.max").read_text()) - int((cgroup / "memory.current").read_text()))
    return min(free, default=None)


def disk(folder: Path, derived_bytes: int) -> Finding:
    """Check that the next generation, and a rebuilt index, fit on the disk beside the index."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    status = disk_status(free, size, derived_bytes)
    message = f"{free / _MB:,.0f} MB free; the index has {size / _MB:,.1f} MB"
    advice = "" if status == "ok" else f"free some space on the disk of {existing}, or move the index"
    return Finding("disk", status, message, advice)


def disk_status(free: int, index: int, derived: int) -> CheckStatus:
    """Judge the free bytes of a disk; `index` and `derived` are bytes, too.

    A new generation is written beside the old derived files; a rebuild needs as much as the whole index.
    """
    if free < derived + BATCH_BYTES:
        return "problem"
    return "warning" if free < index + ROOM_BYTES else "ok"
