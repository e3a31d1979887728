"""How the time of each stage grows with the text: kinds of text that have made some stage slow, and a table.

`python -m benchmarks.linear` reads 2 and 4 MB of each kind in every stage, and ends with 1 where twice the
text takes more than 2.5 times the time. What a model's engine does with the passages is not measured: that is
so much a passage (benchmarks/encoding.py).
"""

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nutgraf.indexer import duplicates
from nutgraf.indexer.article import Article
from nutgraf.indexer.clean import clean
from nutgraf.indexer.dates import date_in_text
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.loaders.base import SourceFile
from nutgraf.indexer.loaders.decode import decode
from nutgraf.indexer.loaders.formats import load
from nutgraf.indexer.loaders.pdf.layout import Line, columns
from nutgraf.indexer.loaders.pdf.paragraphs import paragraphs, printed
from nutgraf.indexer.passages import PassageRule, sentence_around, split
from nutgraf.models import ModelCard, shipped
from nutgraf.models.cards import VOCABULARY
from nutgraf.models.tokens import Tokens
from nutgraf.qa.checks import checked_question
from nutgraf.qa.errors import BadQuestion
from nutgraf.qa.normalize import same_words
from nutgraf.qa.variants import full_name

MOST_RATIO = 2.5  # of the time for twice the text
ATTEMPTS = 5
NOISE_S = 0.2  # a stage that takes less for the longer text keeps nobody waiting, and its ratio is noise
_SENTENCE = "The committee said on Monday that the plan for the river would be put off again. "

KINDS: Mapping[str, str] = {
    "prose": _SENTENCE,
    "paragraphs": f"{_SENTENCE}\n\n",
    "printed lines": f"{_SENTENCE[:70]}\n",
    "broken words": "sanc-\n",
    "one word": "a",
    "one-letter words": "a ",
    "blanks": " ",
    "blanks after words": "a         ",
    "tabs": "\t",
    "newlines": "\n",
    "short lines": "a\n",
    "full stops": ".",
    "initials": "U.S. ",
    "short sentences": "A b. ",
    "unclosed quotes": "\"'“",
    "guillemets": "« a",
    "brackets": "(",
    "sentences in brackets": "(a.) B. ",
    "dashes": " – ",
    "table rules": "---|",
    "equals signs": "=\n",
    "hashes": ">\n# #\n",
    "stars": "**a ",
    "links": "[a](b",
    "tags": "<a ",
    "comments": "<!-- ",
    "capital names": "Ann Mc",
    "bylines": "By Ann Lee, ",
    "dates": "2016-01-27 am.",
    "digits": "12:",
    "addresses": "a@b.c ",
    "combining marks": "\u0301\u0316",
    "two runs of marks": "\u0301",
    "Hindi": "हिन्दी में ",
    "Chinese": "中国同意制裁。",
    "emoji": "😀",
}
"""What each kind of text repeats."""


def text_of(kind: str, chars: int) -> str:
    """Return a text of a kind: a title, a repeated unit of some `chars` code points, and a last word."""
    unit = KINDS[kind]
    body = unit * (chars // len(unit))
    if kind == "two runs of marks":
        body = "\u0301" * (chars // 2) + "\u0316" * (chars // 2)
    return f"The title\n\na{body}b"


class ConstantEncoder:
    """An encoder whose vectors are all the same: what is measured is everything around it."""

    def __init__(self) -> None:
        self.card = ModelCard("encoder", "constant", "", "", 0, 4, 256, "", "", "")

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 (n, 4), rows of length 1."""
        return np.full((len(texts), self.card.dim), self.card.dim**-0.5, np.float32)

    def token_spans(self, texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        """Return one token for each two code points, int32 (t, 2)."""
        starts = (np.arange(0, len(text), 2, dtype=np.int32) for text in texts)
        return [np.stack([start, start + 1], axis=1) for start in starts]


ENCODER = ConstantEncoder()


def _load(suffix: str) -> Callable[[str], object]:
    def stage(text: str) -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"a{suffix}"
            content = f"<html><body><p>{text}</p></body></html>" if suffix == ".html" else text
            size_bytes = path.write_bytes(content.encode())
            return list(load(SourceFile(path, path.name, size_bytes)))

    return stage


def _join_lines(text: str) -> object:
    """Lay a text out as a PDF has it, each line of it a printed line, and join it again."""
    lines = [
        Line(line, 1, 0.0, 5.0 * len(line), -12.0 * number, 10 - 12.0 * number, 10.0)
        for number, line in enumerate(text.split("\n"))
        if line.strip()
    ]
    return printed(paragraphs(columns(lines)), 1)


def _split(text: str) -> object:
    return split(text, "", PassageRule(), token_spans=ENCODER.token_spans, max_tokens=256)


def _publish(text: str) -> object:
    with tempfile.TemporaryDirectory() as folder, EmbeddedWriter(Path(folder), ENCODER) as writer:
        list(writer.add([Article(id="a", title="", text=text)]))
        return writer.publish()


def _ask(text: str) -> object:
    """Do what an ask does with a question and with the article of its answer, models left out."""
    with suppress(BadQuestion):
        checked_question(text)
    middle = len(text) // 2
    sentence_around(text, middle, middle + 1)
    return same_words(text), full_name("Holt", text, ["Anna Holt"])


STAGES: Mapping[str, Callable[[str], object]] = {
    "decode": lambda text: (decode(text.encode()), decode(text.encode("utf-16"))),
    "load .txt": _load(".txt"),
    "load .md": _load(".md"),
    "load .html": _load(".html"),
    "join lines": _join_lines,
    "clean": clean,
    "date": date_in_text,
    "split": _split,
    "sketch": lambda text: duplicates.sketch(duplicates.shingled(text)),
    "tokenise": lambda text: Tokens(shipped("encoder") / VOCABULARY).ids_and_spans([text]),
    "publish": _publish,
    "ask": _ask,
}
"""What is done with a text, in the order of its way; each stage takes a text of any kind."""


def seconds(stage: str, text: str) -> float:
    """Return the CPU seconds of a stage, without those of collecting the garbage of all that is loaded."""
    gc.disable()
    try:
        began = time.process_time()
        STAGES[stage](text)
        return time.process_time() - began
    finally:
        gc.enable()


def times_of(stage: str, kind: str, chars: int) -> tuple[float, float]:
    """Return the CPU seconds for so many code points and for twice as many.

    Where the ratio is above the bar both are measured again, up to `ATTEMPTS` times, in turns: what else the
    machine does slows one of them down by chance, a square always.
    """
    texts = text_of(kind, chars), text_of(kind, 2 * chars)
    for _ in range(ATTEMPTS):
        first, second = seconds(stage, texts[0]), seconds(stage, texts[1])
        if is_linear(first, second):
            break
    return first, second


def is_linear(first_s: float, second_s: float) -> bool:
    """Whether twice the text took no more than 2.5 times the time, or too little to tell."""
    return second_s < NOISE_S or second_s <= MOST_RATIO * first_s


def main() -> None:
    """Print the table; end with 1 where a stage is not linear."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--chars", type=int, default=2_000_000, help="of the shorter text")
    arguments.add_argument("--stage", choices=STAGES, help="this stage only")
    options = arguments.parse_args()
    stages = [options.stage] if options.stage else [*STAGES]
    for stage in stages:
        STAGES[stage](text_of("prose", 1000))  # what is loaded once is no part of it
    print(f"CPU seconds for {2 * options.chars:,} characters; ! more than {MOST_RATIO} times those for half")
    print(f"{'kind':22}" + "".join(f"{stage:>12}" for stage in stages))
    fine = True
    for kind in KINDS:
        print(f"{kind:22}", end="", flush=True)
        for stage in stages:
            first, second = times_of(stage, kind, options.chars)
            fine &= is_linear(first, second)
            print(f"{second:10.1f} {' ' if is_linear(first, second) else '!'}", end="", flush=True)
        print()
    sys.exit(not fine)


if __name__ == "__main__":
    main()
