"""Index the articles of a folder and answer a question, with the quote's source: nutgraf.

python benchmarks/peers/seeds_nutgraf.py seeds "What did China agree to on sanctions?"
"""

import sys
import tempfile

import nutgraf

folder, question = sys.argv[1:]
with nutgraf.open(tempfile.mkdtemp()) as archive:
    archive.add(f"{folder}/*.txt")
    result = archive.ask(question)
    for answer in result.answers:
        print(answer.text, answer.article.id, answer.start, answer.end, sep=" | ")
