"""Index the articles of a folder and answer a question, with the quote's source: txtai.

python seeds_txtai.py seeds "What did China agree to on sanctions?" ENCODER READER
"""

import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
from txtai import RAG, Embeddings

folder, question, encoder, reader = sys.argv[1:]
texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(folder).glob("*.txt"))}
paragraphs = [
    (f"{name}#{number}", paragraph)
    for name, text in texts.items()
    for number, paragraph in enumerate(text.split("\n\n"))
    if paragraph.strip()
]
embeddings = Embeddings(path=encoder, content=True)
embeddings.index(paragraphs)
answer = RAG(embeddings, reader, output="reference")(question)
if answer["answer"]:
    name = answer["reference"].partition("#")[0]
    start = texts[name].find(answer["answer"])  # txtai says in which paragraph, not where
    print(answer["answer"], name, start, start + len(answer["answer"]), sep=" | ")
