"""Articles a second that each format loads and cleans, by CPU time of one thread; nothing is encoded.

python -m benchmarks.loading
python -m benchmarks.loading --articles 300 --rounds 3 --tree ../other

The articles are the first of the news set, written in each format: as records, texts and Word documents, as
pages of nothing but the article, and as pages with teasers, comments, captions and JSON-LD around it. With
`--tree`, the code of another checkout of this repository is measured in turns with that of this one.
"""

import argparse
import gzip
import html
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks.common import DATA, ROOT, need, print_table
from nutgraf.indexer.loaders.base import SourceFile
from nutgraf.indexer.loaders.formats import load

ARTICLES = DATA / "news" / "articles.jsonl.gz"
_LINKS = "".join(f'<li><a href="/{number}">Section {number}</a></li>' for number in range(20))
_TEASER = (
    '<div class="teaser"><a href="/other"><h3>A bridge in Tarn is closed</h3></a>'
    "<p>The council closed it after the flood.</p><time>2 May 2021</time></div>"
)
_COMMENT = '<div class="comment"><p>reader7 says:</p><p>I said so before.</p><time>3 May 2021</time></div>'
_CAPTION = '<figure><img src="a.jpg"><figcaption>The bridge. Photograph: Ann Lee</figcaption></figure>'


def paragraphs(article: Mapping[str, str]) -> list[str]:
    """Return the paragraphs of an article as HTML."""
    return [f"<p>{html.escape(text)}</p>" for text in article["text"].split("\n\n") if text.strip()]


def plain_page(article: Mapping[str, str]) -> str:
    """Return a page with the article alone, and without a date."""
    title = html.escape(article["title"])
    body = "".join(paragraphs(article))
    head = f"<html><head><title>{title}</title></head>"
    return f"{head}<body><article><h1>{title}</h1>{body}</article></body></html>"


def full_page(article: Mapping[str, str]) -> str:
    """Return a page as the systems of newsrooms make them."""
    title = html.escape(article["title"])
    day = article["published"] or "2022-05-04"
    stated = {"@type": "NewsArticle", "headline": article["title"], "datePublished": day}
    data = json.dumps(stated).replace("<", r"\u003c")
    parts = paragraphs(article)
    for number in range(len(parts) - len(parts) % 5, 0, -5):
        parts.insert(number, _CAPTION)
    return (
        f'<html lang="en"><head><title>{title} | Post</title><meta property="og:title" content="{title}">'
        f'<script type="application/ld+json">{data}</script></head><body>'
        f'<header class="site-header"><nav><ul>{_LINKS}</ul></nav></header><main><article><h1>{title}</h1>'
        f'<div class="byline">By Ann Lee <time datetime="{day}">{day}</time>'
        f'</div>{"".join(parts)}</article><section class="comments"><h3>Comments</h3>{_COMMENT * 8}</section>'
        f'</main><aside class="sidebar"><h2>Latest news</h2>{_TEASER * 8}</aside><footer>{_LINKS}</footer>'
        "</body></html>"
    )


def word_document(article: Mapping[str, str], path: Path) -> None:
    """Write the article as a Word document."""
    from docx import Document

    document = Document()
    document.add_heading(article["title"], 0)
    for text in article["text"].split("\n\n"):
        document.add_paragraph(text)
    document.save(str(path))


PAGES: Mapping[str, Callable[[Mapping[str, str]], str]] = {"plain page": plain_page, "full page": full_page}
FORMATS = ("record", "text", "word", *PAGES)


def write(articles: Sequence[Mapping[str, str]], folder: Path) -> None:
    """Write the articles in each format into a folder of its own."""
    for name in FORMATS:
        (folder / name).mkdir()
    lines = "".join(json.dumps(article) + "\n" for article in articles)
    (folder / "record" / "all.jsonl").write_text(lines, encoding="utf-8")
    for number, article in enumerate(articles):
        text = f"{article['title']}\n\n{article['text']}\n"
        (folder / "text" / f"{number:05}.txt").write_text(text, encoding="utf-8")
        word_document(article, folder / "word" / f"{number:05}.docx")
        for name, page in PAGES.items():
            (folder / name / f"{number:05}.html").write_text(page(article), encoding="utf-8")


def rate(folder: Path) -> float:
    """Return the articles a second that a folder's files are loaded at, after one of them was."""
    paths = sorted(folder.iterdir())
    list(load(SourceFile(paths[0], paths[0].name, paths[0].stat().st_size)))
    began = time.process_time()
    count = sum(len([*load(SourceFile(path, path.name, path.stat().st_size))]) for path in paths)
    return count / (time.process_time() - began)


def rates(tree: Path, folder: Path) -> list[float]:
    """Return the rate of each format in a process of its own, with the code of a checkout."""
    code = Path(__file__).resolve()
    command = [sys.executable, "-P", str(code), "--measure", str(folder)]
    paths = os.pathsep.join([str(tree.resolve()), str(ROOT)])
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    out = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tree, env=environment)
    return [float(word) for word in out.stdout.split()]


def main() -> None:
    """Print the median rates of the rounds, and how they compare with those of another checkout."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tree", type=Path, help="another checkout of this repository, to compare with")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(*(rate(options.measure / name) for name in FORMATS))
        return
    with gzip.open(need(ARTICLES), "rt", encoding="utf-8") as lines:
        articles = [json.loads(line) for line in islice(lines, options.articles)]
    trees = [ROOT, *([options.tree] if options.tree else [])]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(articles, folder)
        measured = [[rates(tree, folder) for tree in trees] for _ in range(options.rounds)]
    rows = []
    for at, format_name in enumerate(FORMATS):
        own, *other = (median(of_round[of][at] for of_round in measured) for of in range(len(trees)))
        rows.append([format_name, own, *other, *(f"{own / rival:.2f}" for rival in other)])
    columns = ["", "articles/s", *(["the other", "ratio"] if options.tree else [])]
    print_table(f"loading {len(articles)} articles, {options.rounds} rounds", columns, rows)


if __name__ == "__main__":
    main()
