"""The hash of the code that makes answers, so that a stopped evaluation does not go on with other code."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import nutgraf.indexer
import nutgraf.models
import nutgraf.qa


@cache
def code_sha256() -> str:
    """Return the SHA-256 of all files of nutgraf that an answer or its figures can depend on.

    These are the modules of `qa` and `indexer`, and those of `models` without training and export.
    """
    qa, indexer, models = (Path(p.__path__[0]) for p in (nutgraf.qa, nutgraf.indexer, nutgraf.models))
    files = [*_named(qa, "**/*.py"), *_named(indexer, "**/*.py"), *_named(models, "*.py")]
    digest = sha256()
    for name, path in sorted(files):
        digest.update(f"{name}\n{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _named(folder: Path, pattern: str) -> list[tuple[str, Path]]:
    """Return the files, each with a name that is the same wherever the package is installed."""
    return [(f"{folder.name}/{path.relative_to(folder).as_posix()}", path) for path in folder.glob(pattern)]
