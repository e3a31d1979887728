"""What an archive was built by: the encoder of its vectors and the rule of its passages."""

import json
from dataclasses import asdict
from pathlib import Path

from nutgraf.indexer.encoder import EncoderIdentity
from nutgraf.indexer.errors import IndexMismatch
from nutgraf.indexer.passages import PassageRule

BUILT_BY = "built_by"
"""The key of the store's state that holds its encoder and passage rule."""

_IN_THE_BOX = "nutgraf/"  # how the ids of encoders begin that come with nutgraf


def rebuild_hint(folder: Path | str) -> str:
    """Return the command that derives everything again from the store."""
    return f"nutgraf index --rebuild --index {folder}"


def described(encoder: EncoderIdentity, rule: PassageRule) -> str:
    """Return the encoder and the rule as the store remembers them."""
    return json.dumps([asdict(encoder), asdict(rule)], sort_keys=True)


def check_encoder(folder: Path | str, built_by: EncoderIdentity, encoder: EncoderIdentity) -> None:
    """Raise IndexMismatch unless the index was built by this encoder."""
    if built_by != encoder:
        raise IndexMismatch(
            f"the index {folder} was built by the encoder {built_by.id} ({built_by.sha256[:12]}),"
            f" not by {encoder.id} ({encoder.sha256[:12]})",
            hint=f"{_advice(built_by, encoder)}encode it anew: {rebuild_hint(folder)}",
        )


def _advice(built_by: EncoderIdentity, encoder: EncoderIdentity) -> str:
    """Return how the index can be asked as it is, if it can; no name loads a former encoder in the box."""
    if not built_by.id.startswith(_IN_THE_BOX):
        return f"ask with --encoder {built_by.id}, or "
    return "" if encoder.id.startswith(_IN_THE_BOX) else "ask without --encoder, or "
