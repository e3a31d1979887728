"""The command of the campaigns: `python -m benchmarks.faults CAMPAIGN --count N`."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.common import ROOT
from benchmarks.faults import __doc__ as description
from benchmarks.faults.journal import Journal
from benchmarks.faults.kills import FINE as WHOLE
from benchmarks.faults.kills import KINDS, Kills

SOAK_SECONDS = 7200.0
"""Where `--seconds` says nothing else."""


def main() -> int:
    """Run a campaign and print what became of each fault; return 1 if a promise was broken."""
    options = _parser().parse_args()
    journal = Journal(options.count, options.seconds, options.journal)
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        return int(options.run(Path(scratch), journal, options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--count", type=int, default=500, help="how many faults")
    common.add_argument("--seconds", type=float, help="end after so many seconds, however many faults")
    common.add_argument("--seed", type=int, default=0)
    common.add_argument("--journal", type=Path, help="keep outcomes in this file, and go on from it")
    common.add_argument("--scratch", type=Path, help="where archives are made, for example /dev/shm")
    campaigns = parser.add_subparsers(required=True, metavar="CAMPAIGN")

    kills = campaigns.add_parser("kills", parents=[common], help="processes that write are killed")
    kills.add_argument("--moments", choices=["time", "calls"], default="time")
    kills.add_argument("--kinds", nargs="+", default=[*KINDS], choices=KINDS, help="what is killed")
    kills.set_defaults(run=_kills)
    system = campaigns.add_parser("system", parents=[common], help="no disk, handles, memory, right to write")
    system.set_defaults(run=_system)
    flips = campaigns.add_parser("flips", parents=[common], help="one bit of an index is flipped")
    flips.add_argument("--articles", type=Path, default=ROOT / "seeds")
    flips.set_defaults(run=_flips)
    fuzz = campaigns.add_parser("fuzz", parents=[common], help="documents and messages are damaged")
    fuzz.set_defaults(run=_fuzz)
    soak = campaigns.add_parser("soak", parents=[common], help="a server has traffic for --seconds (7200)")
    soak.add_argument("--share", type=float, default=0.8, help="of what it can do")
    soak.add_argument("--articles", type=Path, default=ROOT / "seeds")
    soak.set_defaults(run=_soak)
    return parser


def _kills(scratch: Path, journal: Journal, options: argparse.Namespace) -> int:
    Kills(scratch, options.seed, by_calls=options.moments == "calls").run(journal, options.kinds)
    return journal.show(f"kills, by {options.moments}", WHOLE)


def _system(scratch: Path, journal: Journal, options: argparse.Namespace) -> int:
    from benchmarks.faults.system import FINE, SystemFaults

    SystemFaults(scratch, options.seed).run(journal)
    return journal.show("commands under a fault of the system", FINE)


def _flips(scratch: Path, journal: Journal, options: argparse.Namespace) -> int:
    from benchmarks.faults.flips import FINE, built, flips

    flips(built(scratch, options.articles), journal, options.seed)
    return journal.show("flipped bits, one at a time", FINE)


def _fuzz(scratch: Path, journal: Journal, options: argparse.Namespace) -> int:
    from benchmarks.faults.fuzz import FINE, Fuzz

    Fuzz(scratch, options.seed).run(journal)
    return journal.show("damaged documents and requests", FINE)


def _soak(scratch: Path, journal: Journal, options: argparse.Namespace) -> int:
    from benchmarks.faults.soak import Soak

    soak = Soak(scratch, options.articles, options.seed, options.share)
    return soak.run(journal, options.seconds or SOAK_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
