"""`python -m nutgraf.models.training.made --teacher RUN/reader --out FILE` makes questions of training texts.

The rules of clauses.py make candidates from single sentences. A trained reader then reads each with its whole
text, and those stay to which it gives the answer that they were made from (round-trip consistency: Alberti et
al. 2019, arXiv 1906.05416). The file is a source of the recipes that have a share of "made", if it is in the
folder of the training files.
"""

import argparse
import gzip
import json
import os
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nutgraf.models import load_reader
from nutgraf.models.errors import ModelError
from nutgraf.models.exits import exit_status
from nutgraf.models.training.clauses import Lexicon, made_questions
from nutgraf.models.training.edits import sentences, words
from nutgraf.models.training.questions import TrainingCorpus, load

if TYPE_CHECKING:
    from nutgraf.models.hf import HfReader
    from nutgraf.models.onnx import OnnxReader

_OF_CONTEXT = 4  # most candidates of a context, so that lists of dates do not crowd out the rest
_BATCH = 64  # questions that are read at a time
_LIGHT = re.compile("a|an|the|in|on|at|by|of|about|around|over|nearly|almost")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A made question, the number of its context, and the half-open span of its answer there."""

    text: str
    context: int
    start: int
    end: int


def candidates(corpus: TrainingCorpus) -> list[Candidate]:
    """Return what the rules make from the contexts that are learnt, in the order of the corpus."""
    asked = (
        (question.text, answer)
        for question in corpus.questions
        if not corpus.held_out(question)
        for answer in corpus.answers(question)[:1]
    )
    lexicon = Lexicon((context.text for context in corpus.contexts), asked)
    return [
        candidate
        for number, context in enumerate(corpus.contexts)
        if not context.held_out
        for candidate in _of_context(context.text, number, lexicon)
    ]


def _of_context(text: str, number: int, lexicon: Lexicon) -> list[Candidate]:
    made = [
        Candidate(question.text, number, first + question.start, first + question.end)
        for first, last in sentences(text)
        for question in made_questions(text[first:last], lexicon)
    ]
    return random.Random(text).sample(made, min(_OF_CONTEXT, len(made)))


def kept(
    made: Sequence[Candidate], corpus: TrainingCorpus, reader: "OnnxReader | HfReader"
) -> Iterator[Candidate]:
    """Yield the candidates to which the reader gives the answer that they were made from, at its place.

    Both answers must have the same words but for articles and prepositions, and share a character.
    """
    for at in range(0, len(made), _BATCH):
        batch = made[at : at + _BATCH]
        contexts = [corpus.contexts[candidate.context].text for candidate in batch]
        answers = reader.answer(
            question=[candidate.text for candidate in batch], context=contexts, handle_impossible_answer=True
        )
        for candidate, context, answer in zip(batch, contexts, answers, strict=True):
            same = _telling(answer["answer"]) == _telling(context[candidate.start : candidate.end])
            if same and answer["start"] < candidate.end and candidate.start < answer["end"]:
                yield candidate


def _telling(text: str) -> list[str]:
    return [word for word in words(text) if not _LIGHT.fullmatch(word)]


def write(made: Sequence[Candidate], corpus: TrainingCorpus, path: Path) -> None:
    """Write the questions as a gzipped SQuAD file. The same questions give the same bytes."""
    paragraphs: dict[int, list[Candidate]] = {}
    for candidate in made:
        paragraphs.setdefault(candidate.context, []).append(candidate)
    documents: dict[str, list[dict[str, object]]] = {}
    for number, asked in paragraphs.items():
        context = corpus.contexts[number]
        qas = [
            {
                "id": f"made-{number}-{at}",
                "question": candidate.text,
                "answers": [
                    {
                        "text": context.text[candidate.start : candidate.end],
                        "answer_start": candidate.start,
                    }
                ],
            }
            for at, candidate in enumerate(asked)
        ]
        documents.setdefault(context.document, []).append({"context": context.text, "qas": qas})
    data = [{"title": title, "paragraphs": parts} for title, parts in documents.items()]
    path.write_bytes(gzip.compress(json.dumps({"data": data}).encode(), mtime=0))


def main(arguments: list[str] | None = None) -> int:
    """Make the questions and write those that stay; return the exit status."""
    return exit_status(lambda: _make(_parser().parse_args(arguments)))


def _make(options: argparse.Namespace) -> None:
    teacher = _teacher(options.teacher, options.threads)
    corpus = load(options.data)
    made = candidates(corpus)
    if options.most is not None:
        made = random.Random(0).sample(made, min(options.most, len(made)))
    stay = list(kept(made, corpus, teacher))
    try:
        write(stay, corpus, options.out)
    except OSError as error:
        raise ModelError(f"{options.out}: cannot be written: {error.strerror}") from error
    share = len(stay) / max(1, len(made))
    sys.stdout.write(f"{options.out}: {len(stay):,} of {len(made):,} made questions stay ({share:.0%})\n")


def _teacher(folder: Path, threads: int | None) -> "OnnxReader | HfReader":
    """Load the reader in a folder; a name that is none could be looked up on the network."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder", hint="name a reader: --teacher RUN/reader")
    return load_reader(str(folder), threads=threads)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m nutgraf.models.training.made", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(os.environ.get("NUTGRAF_DATA", "../shared/data")) / "reader-train",
        help="folder with the training files (default: reader-train in $NUTGRAF_DATA or ../shared/data)",
    )
    parser.add_argument("--teacher", type=Path, required=True, help="folder of a trained reader: RUN/reader")
    parser.add_argument("--out", type=Path, required=True, help="write the questions here: .../made.json.gz")
    parser.add_argument("--most", type=int, help="read only so many candidates, drawn at random")
    parser.add_argument("--threads", type=int, help="threads on a CPU (default: the physical cores)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
