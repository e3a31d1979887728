"""The manifest: what the published generation of an index is made of, and whether all of it is there.

Knows the manifest's fields and how derived files are checked; `indexer.embedded.generation` makes them.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nutgraf.indexer.atomic_write import replace_text, sync
from nutgraf.indexer.embedded.store import FILENAME, Store
from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import IndexDamaged, IndexerError, IndexMismatch, IndexMissing, StorageFailed
from nutgraf.indexer.passages import PassageRule

FORMAT = 1
MANIFEST = "manifest.json"
BUILT_BY = "built_by"
TOKENS = "tokens"
"""Where the store keeps the tokens of the last two manifests that were published from it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one generation is made of.

    `upto` is the highest passage id in it, `files` maps names to bytes, and `token` is a random word that the
    store knows too: a store that was replaced or restored from a backup does not.
    """

    format: int
    generation: int
    encoder: EncoderIdentity
    rule: PassageRule
    analyzer: str
    articles: int
    passages: int
    upto: int
    vectors: str
    lexical: str
    files: dict[str, int]
    token: str


def read_manifest(folder: Path) -> Manifest:
    """Return the published manifest. Raises IndexMissing, IndexMismatch (newer format) or IndexDamaged."""
    path = folder / MANIFEST
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _missing(folder) from None
    except OSError as error:
        raise StorageFailed(
            f"{path} cannot be read: {error.strerror}", hint="name the folder of an index with --index"
        ) from error
    except ValueError as error:
        raise IndexDamaged(f"{path} is not JSON: {error}", hint=_rebuild(folder)) from error
    found = data.get("format") if isinstance(data, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise IndexMismatch(
            f"the index {folder} has format {found}; this nutgraf reads up to {FORMAT}",
            hint="pip install --upgrade nutgraf",
        )
    try:
        return _parse(data)
    except (KeyError, TypeError) as error:
        raise IndexDamaged(f"{path} lacks or misspells a field: {error}", hint=_rebuild(folder)) from error


def _parse(data: dict[str, Any]) -> Manifest:
    encoder, rule = EncoderIdentity(**data["encoder"]), PassageRule(**data["rule"])
    return Manifest(**{**data, "encoder": encoder, "rule": rule})


def _missing(folder: Path) -> IndexerError:
    if (folder / FILENAME).is_file():
        return IndexDamaged(
            f"the index {folder} was never published or lost its manifest", hint=_rebuild(folder)
        )
    return IndexMissing(
        f"there is no index in {folder}", hint=f"nutgraf index PATH_TO_ARTICLES --index {folder}"
    )


def _rebuild(folder: Path) -> str:
    return f"nutgraf index --rebuild --index {folder}"


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise IndexDamaged, naming the file, unless each derived file is there in its full size."""
    if not (folder / FILENAME).is_file():
        raise IndexDamaged(
            f"{folder / FILENAME} is missing: the articles themselves are gone",
            hint=f"restore it from a backup, or remove {folder} and index the articles again",
        )
    for name, expected in manifest.files.items():
        path = folder / name
        try:
            found = path.stat().st_size
        except OSError as error:
            raise IndexDamaged(f"{path} is missing ({error.strerror})", hint=_rebuild(folder)) from error
        if found != expected:
            raise IndexDamaged(f"{path} has {found:,} bytes instead of {expected:,}", hint=_rebuild(folder))


def check_store(folder: Path, manifest: Manifest, store: Store) -> None:
    """Raise unless the published files were derived from this very store, with its encoder and rule."""
    if manifest.token not in (store.state(TOKENS) or "").split():
        raise IndexDamaged(
            f"{folder / MANIFEST} was not published from {folder / FILENAME}: one of them was replaced",
            hint=_rebuild(folder),
        )
    built_by = store.state(BUILT_BY)
    if built_by is not None and built_by != described(manifest.encoder, manifest.rule):
        raise IndexMismatch(
            f"the index {folder} is being encoded anew, or was stopped at it, by {_encoder_id(built_by)}",
            hint=f"{_rebuild(folder)} --encoder {_encoder_id(built_by)}",
        )


def _encoder_id(built_by: str) -> str:
    return str(json.loads(built_by)[0]["id"])


def described(encoder: EncoderIdentity, rule: PassageRule) -> str:
    """Return the encoder and the rule as the store remembers them."""
    return json.dumps([asdict(encoder), asdict(rule)], sort_keys=True)


def check_encoder(folder: Path, built_by: EncoderIdentity, given: EncoderIdentity) -> None:
    """Raise IndexMismatch unless the index was built by the given encoder."""
    if built_by != given:
        raise IndexMismatch(
            f"the index {folder} was built by the encoder {built_by.id} ({built_by.sha256[:12]}),"
            f" not by {given.id} ({given.sha256[:12]})",
            hint=f"ask with --encoder {built_by.id}, or encode it anew: {_rebuild(folder)}",
        )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Publish: sync every file that it names, then put it in place by rename."""
    for name in manifest.files:
        sync(folder / name)
    replace_text(folder / MANIFEST, json.dumps(asdict(manifest), indent=1))
