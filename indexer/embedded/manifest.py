"""The manifest: which files the published generation of an index consists of, and whether all are there.

Knows the manifest's fields and how derived files are checked; `indexer.embedded.generation` makes them.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from nutgraf.indexer.atomic_write import sync_to_disk, write_text_atomically
from nutgraf.indexer.built_by import BUILT_BY, described, rebuild_hint
from nutgraf.indexer.embedded.database import restore_hint
from nutgraf.indexer.embedded.store import FILENAME, Store
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import IndexDamaged, IndexerError, IndexMismatch, IndexMissing, StorageFailed
from nutgraf.indexer.passages import PassageRule
from nutgraf.indexer.storage import Recall

FORMAT = 4  # 1 had no digests, 2 had the vectors of all passages, 3 had all vectors in one file
MANIFEST = "manifest.json"
TOKENS = "tokens"
"""The key of the store's state that holds the tokens of the last two manifests published from it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One published generation.

    `articles` and `passages` are numbers, `encoded` is the number of passages whose vectors are in it, `upto`
    is the highest passage id in it, `vectors` (a file a segment) and `lexical` are names in the index folder,
    and `files` maps each name to its size in bytes. `token` is a random word that the store knows, too: a
    store that was replaced or restored from a backup does not know it. `digests` maps the same names to
    digests of the files' content (`digests.py`); a manifest of format 1 has none. `removed` names the file of
    the passages that segments have and the archive no longer has, "" where there are none. `recalls` says
    for each segment that was to get cells what their search finds; it got none where that is too little.
    """

    format: int
    generation: int
    encoder: EncoderIdentity
    rule: PassageRule
    analyzer: str
    articles: int
    passages: int
    encoded: int
    upto: int
    vectors: list[str]
    lexical: str
    files: dict[str, int]
    token: str
    digests: dict[str, str] = field(default_factory=dict)
    removed: str = ""
    recalls: dict[str, Recall] = field(default_factory=dict)


def read_manifest(folder: Path) -> Manifest:
    """Return the published manifest.

    Raises IndexMissing where there is no index, IndexMismatch for a newer format, IndexDamaged for a manifest
    that is lost or is none, and StorageFailed for one that cannot be read.
    """
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _missing(folder) from None
    except OSError as error:
        raise StorageFailed(
            f"{path} cannot be read: {error.strerror}", hint="name the folder of an index with --index"
        ) from error
    except (ValueError, RecursionError) as error:
        raise IndexDamaged(f"{path} is not JSON: {error}", hint=rebuild_hint(folder)) from error
    number = data.get("format") if isinstance(data, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise IndexMismatch(
            f"the index {folder} has format {number}; this nutgraf reads up to {FORMAT}",
            hint="install the nutgraf that wrote it",
        )
    try:
        return _parse(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(
            f"{path} lacks or misspells a field: {error}", hint=rebuild_hint(folder)
        ) from error


def _parse(data: dict[str, Any]) -> Manifest:
    encoder, rule = EncoderIdentity(**data["encoder"]), PassageRule(**data["rule"])
    encoded = data.get("encoded", data.get("passages"))
    vectors = [data["vectors"]] if isinstance(data["vectors"], str) else data["vectors"]
    recalls = {name: Recall(**recall) for name, recall in data.get("recalls", {}).items()}
    made = {"encoder": encoder, "rule": rule, "encoded": encoded, "vectors": vectors, "recalls": recalls}
    manifest = Manifest(**{**data, **made})
    for name, annotation in get_type_hints(Manifest).items():
        value, expected = getattr(manifest, name), get_origin(annotation) or annotation
        if not isinstance(value, expected):
            raise TypeError(f"{name} is {type(value).__name__}, expected {expected.__name__}")
    return manifest


def _missing(folder: Path) -> IndexerError:
    hint = f"nutgraf index PATH_TO_ARTICLES --index {folder}"
    nothing = IndexMissing(f"there is no index in {folder}", hint=hint)
    if not (folder / FILENAME).is_file():
        return nothing
    try:
        with Store(folder / FILENAME, readonly=True) as store:
            if store.is_blank:  # the first run was killed in its first moment
                return nothing
            was_published, articles = store.state(TOKENS) is not None, store.counts().articles
    except IndexerError as error:
        return error
    if was_published:
        return IndexDamaged(f"the index {folder} has lost its manifest", hint=rebuild_hint(folder))
    return IndexMissing(
        f"the first run on the index {folder} has not ended: its {articles:,} articles are stored, but cannot"
        " be asked yet",
        hint=f"if that run was stopped, run the same command again and it goes on: {hint}",
    )


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise IndexDamaged, naming the file, unless each derived file is there in its full size."""
    if not (folder / FILENAME).is_file():
        raise IndexDamaged(
            f"{folder / FILENAME} is missing: the articles themselves are gone",
            hint=restore_hint(folder),
        )
    for name, expected in manifest.files.items():
        path = folder / name
        try:
            size_bytes = path.stat().st_size
        except OSError as error:
            raise IndexDamaged(f"{path} is missing ({error.strerror})", hint=rebuild_hint(folder)) from error
        if size_bytes != expected:
            raise IndexDamaged(
                f"{path} has {size_bytes:,} bytes instead of {expected:,}", hint=rebuild_hint(folder)
            )


def check_store(folder: Path, manifest: Manifest, store: Store) -> None:
    """Raise unless the published files were derived from this very store, with its encoder and rule.

    Raises IndexDamaged for another store, and IndexMismatch for one that another encoder is encoding anew.
    """
    if manifest.token not in (store.state(TOKENS) or "").split():
        raise IndexDamaged(
            f"{folder / MANIFEST} was not published from {folder / FILENAME}: one of them was replaced",
            hint=rebuild_hint(folder),
        )
    built_by = store.state(BUILT_BY)
    if built_by is not None and built_by != described(manifest.encoder, manifest.rule):
        raise IndexMismatch(
            f"the index {folder} is being encoded anew, or was stopped at it, by {_encoder_id(built_by)}",
            hint=f"{rebuild_hint(folder)} --encoder {_encoder_id(built_by)}",
        )


def _encoder_id(built_by: str) -> str:
    return str(json.loads(built_by)[0]["id"])


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Wait until every file that the manifest names is on the disk, then publish it by rename."""
    for name in manifest.files:
        sync_to_disk(folder / name)
    write_text_atomically(folder / MANIFEST, json.dumps(asdict(manifest), indent=1))
