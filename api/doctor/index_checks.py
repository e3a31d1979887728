"""The checks of the index (`indexer.embedded.verify`) as findings of the doctor.

Each storage engine brings a `verify` of its own; the rest of the doctor knows none of them.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nutgraf.api.doctor.findings import Finding, caught
from nutgraf.indexer.embedded import verify
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.verify import index_sizes
from nutgraf.indexer.index_check import IndexCheck
from nutgraf.indexer.milvus import verify as milvus_verify
from nutgraf.indexer.milvus.address import is_milvus
from nutgraf.settings import DEFAULT_INDEX

__all__ = ["examine", "index_sizes"]


def examine(folder: Path) -> Iterator[Finding]:
    """Yield a finding for each check; the first says whether there is an index, and whether it opens."""
    if is_milvus(folder):
        for name, milvus_check in milvus_verify.CHECKS.items():
            yield _finding(caught(name, partial(milvus_check, folder)))
        return
    absent = caught("index", partial(_absent, folder))
    if absent is not None:
        yield absent
        return
    index = caught("index", partial(EmbeddedIndex, folder))
    if isinstance(index, Finding):
        yield index
    else:
        with index:
            for name, check in verify.OPENED_CHECKS.items():
                yield _finding(caught(name, partial(check, index)))
    for name, check_folder in verify.FOLDER_CHECKS.items():
        yield _finding(caught(name, partial(check_folder, folder)))


def _absent(folder: Path) -> Finding | None:
    if not verify.is_absent(folder):
        return None
    message = f"there is no index in {folder}"
    if folder == Path(DEFAULT_INDEX):  # nobody named it: most likely nothing was indexed yet
        return Finding("index", "warning", message, "nutgraf index PATH_TO_ARTICLES")
    return Finding("index", "problem", message, f"nutgraf index PATH_TO_ARTICLES --index {folder}")


def _finding(check: IndexCheck | Finding) -> Finding:
    if isinstance(check, Finding):
        return check
    return Finding(check.name, check.status, check.message, check.advice)
