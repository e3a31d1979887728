"""Origins: where an article was read, as text that can be stored.

An origin is a path, `path:line` for a record, and `path!member` for a document in an archive or a mailbox.

Of what was fetched it is the address that was asked for.

Knows paths and the disk; does not know articles' content, nor how origins are stored.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

_MANY = 1 / 3
"""The share of a folder's articles that does not go without being asked for. Not measured."""
# Other names of files may hold a "!", too.
_MEMBER = re.compile(r"(\.(?:zip|tar|tar\.gz|tgz|eml|mbox))(?::[0-9]{1,12})?!", re.IGNORECASE)


def is_address(origin: str) -> bool:
    """Whether this is an address of the web, and no path.

    >>> is_address("https://news.example/feed"), is_address("articles/https.txt")
    (True, False)
    """
    return origin.strip()[:8].lower().startswith(("http://", "https://"))


def absolute_origin(origin: str) -> str:
    """Return the origin from the root on, for a later run may stand in another folder. Links are kept."""
    return origin if is_address(origin) else os.path.abspath(origin)  # noqa: PTH100 - Path.resolve would follow links


def origin_path(origin: str) -> Path:
    """Return the file of an origin, without the line of a record or the member of an archive."""
    if member := _MEMBER.search(origin):
        return Path(origin[: member.end(1)])
    return Path(document(origin))


def document(origin: str) -> str:
    """Return an origin without the line of a record.

    >>> document("/news/a.zip!b.jsonl:7")
    '/news/a.zip!b.jsonl'
    """
    path, _, line = origin.rpartition(":")
    return path if path and line.isdigit() else origin


def is_there(origin: str) -> bool:
    """Whether the file of an origin is there, or may be; what was fetched counts as there."""
    return is_address(origin) or not _is_gone(origin_path(origin))


def _is_gone(path: Path) -> bool:
    """Whether the system says that there is no such file. Of a folder that cannot be read it says nothing."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def vanished(origins: Iterable[tuple[str, str]], roots: Sequence[str]) -> list[str]:
    """Return the ids, of pairs (article id, origin), whose file stood under a folder of `roots` and is gone.

    Roots that are no folders are left out.
    """
    folders = {Path(absolute_origin(root)) for root in roots if Path(root).is_dir()}
    gone: dict[Path, bool] = {}
    ids = []
    for article_id, origin in origins:
        path = origin_path(origin)
        if path not in gone:
            gone[path] = not folders.isdisjoint(path.parents) and _is_gone(path)
        if gone[path]:
            ids.append(article_id)
    return ids


@dataclass(frozen=True, slots=True)
class Loss:
    """A folder that would lose many of its articles: `lost` of `total`, because their files are gone."""

    folder: Path
    lost: int
    total: int

    def __str__(self) -> str:
        return f"{self.lost:,} of the {self.total:,} articles of {self.folder}"


def largest_loss(gone: Iterable[str], kept: Iterable[str], roots: Sequence[str]) -> Loss | None:
    """Return the folder, a root or one below it, that would lose most articles, where these are many.

    Many are more than a third of a folder, as when a disk is not mounted, and more than one article unless
    nothing would be left. `gone` and `kept` are origins. None where no folder loses so many.
    """
    folders = {Path(absolute_origin(root)) for root in roots}
    lost, left = _by_folder(gone, folders), _by_folder(kept, folders)
    losses = [Loss(folder, count, count + left[folder]) for folder, count in lost.items()]
    many = [
        loss
        for loss in losses
        if loss.lost > _MANY * loss.total and (loss.lost > 1 or loss.lost == loss.total)
    ]
    return max(many, key=lambda loss: (loss.lost, len(loss.folder.parts)), default=None)


def _by_folder(origins: Iterable[str], roots: Set[Path]) -> Counter[Path]:
    """Count the origins below each of the roots, and below each folder in them."""
    counts: Counter[Path] = Counter()
    for origin in origins:
        parents = origin_path(origin).parents
        highest = max((number for number, folder in enumerate(parents) if folder in roots), default=-1)
        counts.update(parents[: highest + 1])
    return counts
