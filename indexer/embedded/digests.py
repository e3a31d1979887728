"""Digests of an index's derived files: each file is compared with its digest before it is first used.

A bit that a disk or a copy flipped would otherwise be a wrong answer, or a crash inside FAISS or tantivy. The
digest is XXH3 with 128 bits, which reads faster than most disks; it finds accidents and keeps nobody out.

The vectors of a large segment have a digest a block, too: a question looks at few of them, and comparing
gigabytes first would keep it waiting.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nutgraf.indexer.built_by import rebuild_hint
from nutgraf.indexer.embedded.manifest import Manifest
from nutgraf.indexer.errors import IndexDamaged

_READ_BYTES = 1 << 20
_BLOCK_BYTES = 4096
"""Bytes of a block: a page, which is what the system reads from the disk for one vector, too."""

_Stamp = tuple[int, int, int, int, str]
_compared: set[_Stamp] = set()
"""What this process has compared already, each as inode, size, time of change and digest.

Generations share files, and a served archive is opened again and again.
"""


def digest_of(path: Path) -> str:
    """Return the digest of a file in hexadecimal; raises OSError."""
    import xxhash

    digest, block = xxhash.xxh3_128(), bytearray(_READ_BYTES)
    view = memoryview(block)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(block):
            digest.update(view[:count])
    return digest.hexdigest()


def block_digests_of(path: Path) -> npt.NDArray[np.uint64]:
    """Return the digest of each block of a file, uint64 (n,); raises OSError."""
    import xxhash

    with path.open("rb") as file:
        blocks = iter(lambda: file.read(_BLOCK_BYTES), b"")
        return np.fromiter((xxhash.xxh3_64_intdigest(block) for block in blocks), np.uint64)


class CheckedBlocks:
    """A file whose blocks are compared with their digests, uint64 (n,), before they are first used.

    Every method raises IndexDamaged, naming the file.
    """

    def __init__(self, path: Path, digests: npt.NDArray[np.uint64]) -> None:
        self._path = path
        self._digests = digests
        self._waiting = np.ones(len(digests), np.bool_)
        try:
            self._content = np.memmap(path, np.uint8, "r")
        except (OSError, ValueError) as error:
            raise IndexDamaged(f"{path} cannot be read: {error}", hint=self._hint) from error

    @property
    def _hint(self) -> str:
        return rebuild_hint(self._path.parent)

    def check_range(self, start: int, stop: int) -> None:
        """Compare the blocks of the bytes from `start` to `stop`; beyond the file's ends there are none."""
        last = min(stop, len(self._content)) - 1
        self._check(np.arange(max(0, start) // _BLOCK_BYTES, last // _BLOCK_BYTES + 1))

    def check_parts(self, starts: npt.NDArray[np.int64], size: int) -> None:
        """Compare the blocks of the parts of `size` bytes each that begin at `starts`."""
        within = np.append(np.arange(0, size, _BLOCK_BYTES), size - 1)
        self._check(((starts[:, None] + within) // _BLOCK_BYTES).ravel())

    def _check(self, blocks: npt.NDArray[np.int64]) -> None:
        import xxhash

        for block in np.unique(blocks[self._waiting[blocks]]).tolist():
            content = self._content[block * _BLOCK_BYTES : (block + 1) * _BLOCK_BYTES].data
            if xxhash.xxh3_64_intdigest(content) != self._digests[block]:
                raise IndexDamaged(
                    f"{self._path} is damaged: block {block:,} does not have its digest", hint=self._hint
                )
            self._waiting[block] = False


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
