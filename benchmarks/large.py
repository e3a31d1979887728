"""What a large archive costs: a corpus of any size out of the news set, and what every step takes there.

    python -m benchmarks.large PASSAGES [PASSAGES ...] [--of .bench/news] [--questions 60] [--plot FILE]

No model encodes the corpus. An article has passages of some twenty articles of one topic (the nearest to a
random one by their mean vectors), the sentences of each in another order. A passage has the vector of the
real one, turned by noise until their cosine is `LIKENESS`, and articles are spread over ten years. Sketches
are drawn at random, as those of texts that are no copies. So each text is new, its words are as frequent as
in news, and its vector lies where such vectors lie. But no copies are among them, and noise has no direction,
which makes the work of an approximate index harder than news does.

Archives are kept in .bench/large-PASSAGES, and figures in .bench/large.jsonl; `--plot` draws all of these.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import numpy.typing as npt

from benchmarks.common import CACHE, THREADS, need, print_table
from benchmarks.serving import PORT, URL, questions, serving
from nutgraf.archive import open_for_reading
from nutgraf.indexer.article import Article
from nutgraf.indexer.article_store import NewPassage, vector_hash
from nutgraf.indexer.embedded.index import EmbeddedIndex
from nutgraf.indexer.embedded.store import FILENAME, Store
from nutgraf.indexer.embedded.writer import EmbeddedWriter
from nutgraf.indexer.encoder import Encoder, EncoderCard
from nutgraf.indexer.filters import Filter
from nutgraf.indexer.passages import title_prefix
from nutgraf.models import load_encoder
from nutgraf.settings import Settings

LIKENESS = 0.85
"""The cosine of a made passage's vector with the real one's. Passages of one story have 0.6 to 0.9."""

PASSAGES_AN_ARTICLE = 19
NEAREST = 20  # articles of a topic
DAYS = 3650
BATCH = 200  # articles a transaction
ADDED = 1000
FIGURES = CACHE / "large.jsonl"


@dataclass(frozen=True)
class Source:
    """The real passages, by article: texts, vectors float16 (n, dim), first rows, outlets, mean vectors."""

    texts: list[str]
    vectors: npt.NDArray[np.float16]
    firsts: npt.NDArray[np.int64]
    outlets: list[str | None]
    means: npt.NDArray[np.float32]

    @classmethod
    def read(cls, folder: Path) -> "Source":
        """Read the passages of an index, but those of titles."""
        with Store(need(folder / FILENAME), readonly=True) as store:
            rows = {i: (text, outlet) for i, title, text, outlet, _ in store.passage_texts(0) if title}
            chunks = [(ids, vectors) for ids, vectors in store.vectors()]
            ids = np.concatenate([ids for ids, _ in chunks])
            of_text = np.isin(ids, [*rows])
            kept = ids[of_text]
            first_of = store.first_passages(kept.tolist())
        vectors = np.concatenate([vectors for _, vectors in chunks])[of_text]
        groups = np.array([first_of[i] for i in kept.tolist()])
        firsts = np.flatnonzero(np.diff(groups, prepend=-1))
        means = np.add.reduceat(vectors.astype(np.float32), firsts)
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        texts, outlets = zip(*(rows[i] for i in kept.tolist()), strict=True)
        return cls([*texts], vectors, firsts, [outlets[i] for i in firsts.tolist()], means)

    def articles(
        self, seed: int
    ) -> "Iterator[tuple[Article, list[NewPassage], list[npt.NDArray[np.float16]]]]":
        """Yield made articles without end, with their passages and the vectors of these."""
        draw = np.random.default_rng(seed)
        ends = np.append(self.firsts[1:], len(self.texts))
        for number in range(sys.maxsize):
            likeness = self.means @ self.means[draw.integers(len(self.means))]
            topic = np.argpartition(-likeness, NEAREST)[:NEAREST]
            rows = np.concatenate([np.arange(self.firsts[a], ends[a]) for a in topic])
            rows = draw.choice(rows, PASSAGES_AN_ARTICLE)
            noise = draw.standard_normal((len(rows), self.vectors.shape[1])).astype(np.float32)
            noise *= (1 - LIKENESS**2) ** 0.5 / np.linalg.norm(noise, axis=1, keepdims=True)
            turned = LIKENESS * self.vectors[rows].astype(np.float32) + noise
            turned /= np.linalg.norm(turned, axis=1, keepdims=True)
            texts = [_shuffled(self.texts[row], draw) for row in rows.tolist()]
            title = texts[0][:60].rsplit(" ", 1)[0]
            published = datetime(2014, 1, 1, tzinfo=UTC) + timedelta(days=int(draw.integers(DAYS)))
            outlet = self.outlets[int(topic[0])]
            article = Article(f"{seed}-{number}", title, "\n".join(texts), source=outlet, published=published)
            passages, start = [], 0
            for text in texts:
                key = vector_hash(title_prefix(title) + text)
                passages.append(NewPassage(start, start + len(text), key))
                start += len(text) + 1
            yield article, passages, [*turned.astype(np.float16)]


def _shuffled(text: str, draw: np.random.Generator) -> str:
    sentences = text.replace("\n", " ").split(". ")
    return ". ".join(sentences[at] for at in draw.permutation(len(sentences)))


class UnitVectors:
    """An encoder that costs nothing: the identity and the tokens of a real one, and vectors by chance."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._draw = np.random.default_rng(0)

    @property
    def card(self) -> EncoderCard:
        """Identity and limits."""
        return self._encoder.card

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return random unit rows, float32 (n, dim)."""
        rows = self._draw.standard_normal((len(texts), self.card.dim)).astype(np.float32)
        unit: npt.NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def token_spans(self, texts: Sequence[str]) -> list[npt.NDArray[np.int32]]:
        """Return the tokens of the real encoder."""
        return self._encoder.token_spans(texts)


def make(folder: Path, passages: int, of: Path, encoder: Encoder) -> dict[str, float]:
    """Make the archive, if it is not there; return the seconds that storing and publishing took."""
    if folder.is_dir():
        return {}
    source, draw = Source.read(of), np.random.default_rng(1)
    began = time.perf_counter()
    with EmbeddedWriter(folder, encoder) as writer:
        writer.publish()
    with Store(folder / FILENAME) as store:
        articles = source.articles(seed=0)
        for start in range(0, passages // PASSAGES_AN_ARTICLE, BATCH):
            with store.atomic():
                for _ in range(min(BATCH, passages // PASSAGES_AN_ARTICLE - start)):
                    article, spans, vectors = next(articles)
                    store.put_vectors(dict(zip([p.vector_hash for p in spans], vectors, strict=True)))
                    store.put(article, spans)
                    store.part([article.id])
                    store.sketches.put(article.id, draw.bytes(512))
    stored = time.perf_counter()
    with EmbeddedWriter(folder, encoder) as writer:
        writer.publish()
    return {"store s": stored - began, "publish s": time.perf_counter() - stored}


def milliseconds(work: Callable[[str], object], asked: Sequence[str]) -> tuple[float, float]:
    """Return p50 and p95 over the questions, after three more to warm."""
    times = []
    for number, question in enumerate([*asked[:3], *asked]):
        began = time.perf_counter()
        work(question)
        if number >= 3:
            times.append(1e3 * (time.perf_counter() - began))
    return float(np.median(times)), float(np.percentile(times, 95))


def find(folder: Path, asked: Sequence[str]) -> dict[str, float]:
    """Return what opening, finding and answering take."""
    began = time.perf_counter()
    with EmbeddedIndex(folder) as index:
        figures = {"open s": time.perf_counter() - began}
        index.prepare()
        figures["compared s"] = time.perf_counter() - began
        outlet = index.info().outlets[0].name
        recall = index.info().recall
    if recall is not None:
        figures |= {"recall@10": recall.at_10, "recall@100": recall.at_100}
    last = datetime(2014, 1, 1, tzinfo=UTC).date()
    filters = {
        "": Filter(),
        ", most days": Filter(last=last + timedelta(days=int(0.97 * DAYS))),
        ", half the days": Filter(last=last + timedelta(days=DAYS // 2)),
        ", one week": Filter(first=last + timedelta(days=700), last=last + timedelta(days=706)),
        ", one outlet": Filter(sources=(outlet,)),
    }
    with open_for_reading(Settings(index=folder, threads=THREADS)) as opened:
        loaded = opened.index
        vectors = dict(zip(asked, opened.models.encoder.encode(asked), strict=True))
        for name, allow in filters.items():
            p50, p95 = milliseconds(lambda q, allow=allow: opened.searcher.search(q, allow=allow), asked)  # type: ignore[misc]
            figures |= {f"find{name} p50 ms": p50, f"find{name} p95 ms": p95}
            p50, _ = milliseconds(lambda q, allow=allow: loaded.dense(vectors[q], 100, allow), asked)  # type: ignore[misc]
            figures[f"meaning{name} p50 ms"] = p50
            p50, _ = milliseconds(lambda q, allow=allow: loaded.lexical(q, 100, allow), asked)  # type: ignore[misc]
            figures[f"words{name} p50 ms"] = p50
        figures["ask p50 ms"], figures["ask p95 ms"] = milliseconds(opened.answerer.ask, asked[:20])
    return figures


def serve(folder: Path, asked: Sequence[str]) -> dict[str, float]:
    """Return the memory of a server that has answered questions: all, and what is no mapped file."""
    with serving(folder) as server, httpx.Client(base_url=URL, timeout=120) as client:
        for question in asked[:20]:
            client.post("/v1/ask", json={"question": question}).raise_for_status()
        status = Path(f"/proc/{server.pid}/status").read_text()
    sizes = dict(line.split(":", 1) for line in status.splitlines())
    return {
        "serve GB": int(sizes["VmHWM"].split()[0]) / 1e6,
        "serve, not mapped GB": int(sizes["RssAnon"].split()[0]) / 1e6,
    }


def change(folder: Path, of: Path, encoder: Encoder) -> dict[str, float]:
    """Add articles, look for gone files, and remove the articles; return the seconds, encoding aside."""
    made = Source.read(of).articles(seed=2)
    added = [next(made)[0] for _ in range(ADDED)]
    figures = {}

    def timed(name: str, work: Callable[[EmbeddedWriter], object]) -> None:
        began = time.perf_counter()
        with EmbeddedWriter(folder, UnitVectors(encoder)) as writer:
            work(writer)
            writer.publish()
        figures[name] = time.perf_counter() - began

    timed(f"add {ADDED:,} articles s", lambda writer: [*writer.add(added)])
    timed("look for gone files s", lambda writer: [*writer.unseen_origins()])
    timed(f"remove {ADDED:,} articles s", lambda writer: writer.remove([article.id for article in added]))
    figures["writing GB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return figures


def plot(path: Path) -> None:
    """Draw what was measured last of each size, against the size."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    lines = [json.loads(line) for line in need(FIGURES).read_text().splitlines()]
    runs = sorted({line["passages"]: line for line in lines}.items())
    parts = {
        "milliseconds": ["find p50 ms", "find p95 ms", "find, most days p50 ms", "ask p50 ms"],
        "GB": ["disk GB", "serve GB", "serve, not mapped GB"],
        "seconds": ["open s", "compared s", f"add {ADDED:,} articles s", f"remove {ADDED:,} articles s"],
    }
    figure, rooms = pyplot.subplots(1, len(parts), figsize=(11, 3.8), layout="constrained")
    for axes, (unit, names) in zip(rooms, parts.items(), strict=True):
        for name in names:
            points = [(size, run[name]) for size, run in runs if name in run]
            label = name.removesuffix(" ms").removesuffix(" GB").removesuffix(" s")
            axes.plot(*zip(*points, strict=True), "o-", markersize=4, label=label)
        axes.set(xscale="log", yscale="log", xlabel="passages", ylabel=unit)
        axes.legend(frameon=False, fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.savefig(path)


def main() -> None:
    """Make each archive, measure, print a table, and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("passages", type=int, nargs="*")
    parser.add_argument("--of", type=Path, default=CACHE / "news", help="an index of the news set")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--plot", type=Path, metavar="FILE")
    options = parser.parse_args()
    encoder = load_encoder(threads=THREADS)
    asked = questions(options.questions)
    for passages in options.passages:
        folder = CACHE / f"large-{passages}"
        figures: dict[str, float] = {"passages": passages}
        figures |= make(folder, passages, options.of, encoder)
        figures["disk GB"] = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e9
        figures |= find(folder, asked)
        figures |= serve(folder, asked)
        figures |= change(folder, options.of, encoder)
        with FIGURES.open("a") as file:
            file.write(json.dumps(figures) + "\n")
        rows = [[name, f"{value:,.3f}"] for name, value in figures.items()]
        print_table(f"{passages:,} passages; load {os.getloadavg()[0]:.1f}, port {PORT}", ["", ""], rows)
    if options.plot:
        plot(options.plot)


if __name__ == "__main__":
    main()
