"""The address of an archive in Milvus: `milvus:http://host:19530/DATABASE`, or `milvus:./news.db` for Lite.

Knows how addresses are spelled and where the token is; connects to nothing.
"""

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from nutgraf.indexer.errors import IndexMismatch, StorageFailed

PREFIX = "milvus:"
TOKEN = "NUTGRAF_MILVUS_TOKEN"
TOKEN_FILE = "NUTGRAF_MILVUS_TOKEN_FILE"
LITE_SUFFIX = ".db"  # pymilvus takes such paths for Milvus Lite
EXAMPLE = "--index milvus:http://localhost:19530/news, or --index milvus:./news.db"
_STORE = "store.sqlite"  # of an embedded archive
_DATABASE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where an archive in Milvus is: `uri` is that of a server or the folder of Milvus Lite.

    `database` is "" for the default database; `token` is "user:password" or an API key, "" for none.
    """

    uri: str
    database: str = ""
    token: str = field(default="", repr=False)

    @property
    def is_lite(self) -> bool:
        """Whether it is Milvus Lite, which one process opens at a time."""
        return "://" not in self.uri

    def resolved(self) -> "MilvusAddress":
        """Return the address with the whole path of Milvus Lite."""
        return replace(self, uri=str(Path(self.uri).resolve())) if self.is_lite else self

    def __str__(self) -> str:
        return f"{PREFIX}{self.uri}{'/' * bool(self.database)}{self.database}"


def is_milvus(location: str | os.PathLike[str]) -> bool:
    """Whether the location of an archive is one in Milvus."""
    return os.fspath(location).startswith(PREFIX)


def check_not_lite(folder: Path) -> None:
    """Raise IndexMismatch for a folder of Milvus Lite that is named as an embedded archive."""
    if (folder / "collections").is_dir() and (folder / "LOCK").exists() and not (folder / _STORE).exists():
        raise IndexMismatch(
            f"{folder} is a folder of Milvus Lite, not an embedded archive",
            hint=f"name it as one: --index {PREFIX}{folder}",
        )


def parse(location: str | os.PathLike[str]) -> MilvusAddress:
    """Return the address of a location that `is_milvus`; raises StorageFailed for one that is none.

    A path has one slash where an address has two: both spellings are understood.
    """
    written = os.fspath(location).removeprefix(PREFIX)
    if match := re.match(r"(?i)(https?|tcp):/{1,2}(?!/)", written):
        return _server(f"{match[1].lower()}://{written[match.end() :]}")
    scheme, _, place = written.partition(":")
    if not written or "://" in written or (scheme.isalnum() and place.startswith("/")):
        raise StorageFailed(f"{PREFIX}{written} is no address of Milvus", hint=f"write {EXAMPLE}")
    host, _, port = written.partition("/")[0].rpartition(":")
    if host and port.isdecimal():
        raise StorageFailed(f"{PREFIX}{written} does not say how it is reached", hint=f"write {EXAMPLE}")
    path = Path(written)
    if (path / _STORE).exists():
        raise IndexMismatch(
            f"{path} is an embedded archive, not one in Milvus",
            hint=f"name it without {PREFIX}: --index {path}",
        )
    if path.suffix != LITE_SUFFIX:
        raise StorageFailed(
            f"{PREFIX}{written}: a folder of Milvus Lite ends with {LITE_SUFFIX}",
            hint=f"write {PREFIX}{path.with_suffix(LITE_SUFFIX)}, or the address of a server: {EXAMPLE}",
        )
    if path.is_file():
        raise IndexMismatch(
            f"{path} is a file, expected the folder of Milvus Lite 3",
            hint="files of Milvus Lite 2 have to be migrated; name another path for a new archive",
        )
    return MilvusAddress(str(path))


def _server(address: str) -> MilvusAddress:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise StorageFailed(f"{PREFIX}{address} is no address: {error}", hint=f"write {EXAMPLE}") from error
    if not parts.hostname or port == 0 or parts.query or parts.fragment or parts.username is not None:
        raise StorageFailed(
            f"{PREFIX}{address.rpartition('@')[2]} is no address of a server of Milvus",
            hint=f"name host, port and database alone: {EXAMPLE}; the token belongs into ${TOKEN}",
        )
    database = parts.path.strip("/")
    if database and not _DATABASE.fullmatch(database):
        raise StorageFailed(
            f"{database!r} is no name of a database in Milvus: letters, digits and _ are",
            hint=f"write {EXAMPLE}",
        )
    return MilvusAddress(f"{parts.scheme}://{parts.netloc}", database, _token())


def _token() -> str:
    """Return the token in $NUTGRAF_MILVUS_TOKEN, or in the file that $NUTGRAF_MILVUS_TOKEN_FILE names."""
    if token := os.environ.get(TOKEN):
        return token
    file = os.environ.get(TOKEN_FILE)
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise StorageFailed(
            f"the token of Milvus cannot be read from {file}: {error}", hint=f"check ${TOKEN_FILE}"
        ) from error
