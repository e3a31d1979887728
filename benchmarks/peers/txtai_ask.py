"""One cold `ask` with txtai: build and save an index once, then answer a question in a fresh process.

python txtai_ask.py --build --articles seeds/ --encoder DIR --reader DIR
python txtai_ask.py --articles seeds/ --encoder DIR --reader DIR "What did China agree to on sanctions?"
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

WORDS_A_PASSAGE = 100


def passages(folder: Path) -> list[tuple[str, str]]:
    """Paragraphs of every .txt file, joined until a passage has about a hundred words."""
    found: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.txt")):
        held: list[str] = []
        paragraphs = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for number, paragraph in enumerate(paragraphs):
            held.append(paragraph)
            words = sum(len(part.split()) for part in held)
            if words >= WORDS_A_PASSAGE or number == len(paragraphs) - 1:
                found.append((f"{path.name}#{len(found)}", " ".join(held)))
                held = []
    return found


def build(articles: Path, encoder: Path, index: Path) -> None:
    from txtai import Embeddings

    embeddings = Embeddings(path=str(encoder), content=True)
    embeddings.index(passages(articles))
    embeddings.save(str(index))
    print(f"{embeddings.count()} passages saved in {index}")


def ask(question: str, reader: Path, index: Path) -> str | None:
    """Return the answer span, or None where txtai's own threshold (0.05) holds it back."""
    from txtai import RAG, Embeddings

    embeddings = Embeddings()
    embeddings.load(str(index))
    answer: dict[str, str | None] = RAG(embeddings, str(reader))(question)
    return answer["answer"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("question", nargs="?", metavar="QUESTION")
    parser.add_argument("--articles", type=Path, default=Path("seeds"))
    parser.add_argument("--encoder", type=Path, required=True, help="a sentence-transformers folder")
    parser.add_argument("--reader", type=Path, required=True, help="an AutoModelForQuestionAnswering folder")
    parser.add_argument("--index", type=Path, default=Path(".bench/txtai"))
    parser.add_argument("--build", action="store_true", help="build and save the index, answer nothing")
    args = parser.parse_args()
    if args.build:
        build(args.articles, args.encoder, args.index)
    elif args.question:
        print(ask(args.question, args.reader, args.index) or "(no answer)")
    else:
        parser.error("give a QUESTION, or --build to make the index first")


if __name__ == "__main__":
    main()
