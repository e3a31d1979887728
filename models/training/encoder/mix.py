"""`python -m nutgraf.models.training.encoder.mix RUN/encoder --share 0.5 --out FOLDER` averages weights.

The result has a share of the trained weights and the rest of those that the training began with. It keeps
more of what the published encoder finds in other texts than the trained one (Wortsman et al. 2022, arXiv
2109.01903).
"""

import argparse
import json
import sys
from pathlib import Path

from nutgraf.models.cards import LEARNT_FROM, sha256_of
from nutgraf.models.errors import ModelError
from nutgraf.models.exits import exit_status
from nutgraf.models.export.sources import WEIGHTS, default_encoder
from nutgraf.models.training.encoder.network import EncoderNetwork


def mixed(base: Path, trained: Path, share: float) -> EncoderNetwork:
    """Return the encoder with `share` (0 to 1) of the weights in `trained` and the rest of those in `base`.

    Raises ModelError if the share is another number, or if `trained` was not trained from `base`.
    """
    if not 0 <= share <= 1:
        raise ModelError(f"the share is {share}, expected 0 to 1")
    network, other = _encoder(base), _encoder(trained).state_dict()
    began, here = _learnt_from(trained)["base_sha256"], sha256_of(base / WEIGHTS)
    if began != here:
        raise ModelError(
            f"{trained}: it was trained from weights {began}, those of {base} are {here}",
            hint="name the folder that it was trained from: --base FOLDER",
        )
    mean = {name: part.lerp(other[name], share) for name, part in network.state_dict().items()}
    network.load_state_dict(mean)
    return network


def mix(base: Path, trained: Path, share: float, out: Path) -> None:
    """Write the encoder of `mixed` to `out`; its config.json says the share besides what was learnt."""
    network, learnt_from = mixed(base, trained, share), _learnt_from(trained)
    data = f"{learnt_from['data']}; {share:.0%} of these weights and {1 - share:.0%} of the published ones"
    network.save(out, base, learnt_from | {"data": data})


def _learnt_from(trained: Path) -> dict[str, str]:
    config = json.loads((trained / "config.json").read_text(encoding="utf-8"))
    if LEARNT_FROM not in config:
        raise ModelError(f"{trained}: config.json has no {LEARNT_FROM!r}", hint="name RUN/encoder of a run")
    learnt_from: dict[str, str] = config[LEARNT_FROM]
    return learnt_from


def _encoder(folder: Path) -> EncoderNetwork:
    try:
        return EncoderNetwork(folder)
    except OSError as error:
        raise ModelError(
            f"{folder} holds no encoder: {error}", hint="name the folder RUN/encoder of a run that has ended"
        ) from error


def main(arguments: list[str] | None = None) -> int:
    """Write the average of the encoders on the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m nutgraf.models.training.encoder.mix", description=__doc__
    )
    parser.add_argument("encoder", type=Path, help="folder of a trained encoder, RUN/encoder")
    parser.add_argument("--share", type=float, required=True, help="share of its weights, 0 to 1")
    parser.add_argument(
        "--base", type=Path, help="folder of the weights it began with (default: all-MiniLM-L6-v2)"
    )
    parser.add_argument("--out", type=Path, required=True, help="write the average to this folder")
    options = parser.parse_args(arguments)
    return exit_status(
        lambda: mix(options.base or default_encoder(), options.encoder, options.share, options.out)
    )


if __name__ == "__main__":
    sys.exit(main())
