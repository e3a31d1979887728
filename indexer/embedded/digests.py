"""Digests of an index's derived files: each file is compared with its digest before it is first used.

A bit that a disk or a copy flipped would otherwise be a wrong answer, or a crash inside FAISS or tantivy. The
digest is XXH3 with 128 bits, which reads faster than most disks; it finds accidents and keeps nobody out.
"""

from collections.abc import Iterable
from pathlib import Path

from nutgraf.indexer.embedded.manifest import Manifest, rebuild_hint
from nutgraf.indexer.errors import IndexDamaged

_BLOCK_BYTES = 1 << 20

_Stamp = tuple[int, int, int, int, str]
_compared: set[_Stamp] = set()
"""What this process has compared already, each as inode, size, time of change and digest.

Generations share files, and a served archive is opened again and again.
"""


def digest_of(path: Path) -> str:
    """Return the digest of a file in hexadecimal; raises OSError."""
    import xxhash

    digest, block = xxhash.xxh3_128(), bytearray(_BLOCK_BYTES)
    view = memoryview(block)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block):
            digest.update(view[:count])
    return digest.hexdigest()


def check_digests(folder: Path, manifest: Manifest, names: Iterable[str], *, anew: bool = False) -> None:
    """Raise IndexDamaged, naming the file, unless the files have the digests of the manifest.

    Files that this process compared before are passed over, unless `anew`. An older manifest has no digests:
    its files are taken as they are.
    """
    for name in names:
        expected = manifest.digests.get(name)
        if expected is None:
            continue
        path = folder / name
        try:
            status = path.stat()
            stamp = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, expected)
            if stamp in _compared and not anew:
                continue
            digest = digest_of(path)
        except OSError as error:
            raise IndexDamaged(
                f"{path} cannot be read: {error.strerror}", hint=rebuild_hint(folder)
            ) from error
        if digest != expected:
            raise IndexDamaged(
                f"{path} is damaged: its digest is {digest[:12]}…, not {expected[:12]}…",
                hint=rebuild_hint(folder),
            )
        _compared.add(stamp)


def digests_of(folder: Path, files: Iterable[str], last: Manifest | None) -> dict[str, str]:
    """Return the digest of each file by its name.

    A file that the generation before has, too, by a link keeps the digest that it got when it was written:
    what happened to it since shall be seen.
    """
    linked = {} if last is None else {_inode(folder / name): digest for name, digest in last.digests.items()}
    return {name: linked.get(_inode(folder / name)) or digest_of(folder / name) for name in files}


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
