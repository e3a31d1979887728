"""What nutgraf stands on: Python, its models, threads, memory and disk."""

import os
import platform
import shutil
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from nutgraf.api.doctor.findings import CheckStatus, Finding
from nutgraf.indexer.embedded.manifest import Manifest, read_manifest
from nutgraf.indexer.errors import IndexerError
from nutgraf.models import shipped, verify
from nutgraf.models.cards import CARD
from nutgraf.models.cores import available_cores
from nutgraf.settings import Settings

OLDEST = (3, 11)
MEMORY_BYTES = 300_000_000
"""What libraries and models take (201 MB with a small index), rounded up; vectors come on top."""

BATCH_BYTES = 20_000_000
"""What a batch of articles may add to the store and its log."""

ROOM_BYTES = 200_000_000
_MB = 1e6
_CGROUP = Path("/sys/fs/cgroup")


def python() -> Finding:
    """Look at the interpreter and the platform."""
    found = f"Python {platform.python_version()} on {platform.platform()}"
    if sys.version_info < OLDEST:
        return Finding("python", "problem", found, f"nutgraf needs Python {OLDEST[0]}.{OLDEST[1]} or newer")
    return Finding("python", "ok", found)


def model(kind: Literal["encoder", "reader"], name: str | None) -> Finding:
    """Look whether a model's files are there, and its weights those that its card names."""
    folder = shipped(kind) if name is None else Path(name)
    if name is not None and not (folder / CARD).is_file():
        return _foreign(kind, name)
    card = verify(folder)
    if card.kind != kind:
        return Finding(kind, "problem", f"{folder} holds a model of kind {card.kind}", f"--{kind} FOLDER")
    found = f"{card.id}, {card.size_bytes / _MB:.1f} MB, sha256 {card.sha256[:12]} as its card says"
    return Finding(kind, "ok", found)


def _foreign(kind: str, name: str) -> Finding:
    if find_spec("transformers") is None:
        found = f"{name} has no {CARD}, and the extra hf, which runs other models, is not installed"
        return Finding(kind, "problem", found, "pip install 'nutgraf[hf]'")
    advice = "name a folder that python -m nutgraf.models.export wrote, to have its hash checked"
    return Finding(
        kind, "warning", f"{name} has no {CARD}: it is used, and its files are not checked", advice
    )


def threads(settings: Settings) -> Finding:
    """Look whether there are as many cores as threads."""
    cores = available_cores()
    used = settings.threads or cores
    found = f"{used} of nutgraf's; {cores} physical cores, {os.cpu_count()} logical ones"
    if used > cores:
        return Finding("threads", "warning", found, f"--threads {cores}: more of them wait for each other")
    return Finding("threads", "ok", found)


def memory(folder: Path) -> Finding:
    """Look whether the models and the index's vectors fit into what is free."""
    free, manifest = available_bytes(), _manifest(folder)
    if free is None:
        return Finding("memory", "ok", "this system does not tell how much is free")
    needed = MEMORY_BYTES + (manifest.files.get(manifest.vectors, 0) if manifest else 0)
    found = f"{free / _MB:,.0f} MB free; models and index need some {needed / _MB:,.0f} MB"
    if free < needed:
        return Finding("memory", "warning", found, "end other programs, or give this one more memory")
    return Finding("memory", "ok", found)


def available_bytes(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = _CGROUP) -> int | None:
    """Return the memory that is free, or less where a container's limit leaves less; None: not known."""
    free: list[int] = []
    with suppress(OSError, ValueError):
        lines = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines())
        free.append(int(lines["MemAvailable"].split()[0]) * 1024)
    with suppress(OSError, ValueError):  # "max" is no number, and no limit
        free.append(int((cgroup / "memory.max").read_text()) - int((cgroup / "memory.current").read_text()))
    return min(free, default=None)


def disk(folder: Path) -> Finding:
    """Look whether the next generation, and a rebuilt index, fit beside what is there."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    manifest = _manifest(folder)
    status = disk_status(free, size, sum(manifest.files.values()) if manifest else 0)
    found = f"{free / _MB:,.0f} MB free; the index has {size / _MB:,.1f} MB"
    advice = "" if status == "ok" else f"free some space on the disk of {existing}, or move the index"
    return Finding("disk", status, found, advice)


def disk_status(free: int, index: int, derived: int) -> CheckStatus:
    """Judge free bytes: a new generation stands beside the old `derived` files, a rebuild needs more."""
    if free < derived + BATCH_BYTES:
        return "problem"
    return "warning" if free < index + ROOM_BYTES else "ok"


def _manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except IndexerError:
        return None  # it is told by the checks of the index
