"""Ask a folder of articles a question: the answer, its sentence, its source, and who else says it.

python examples/ask_archive.py seeds/*.txt --question "What did China agree to on sanctions?"

The archive is kept in --archive, so that a second run adds only what is new.
"""

import argparse

import nutgraf


def describe(answer: nutgraf.Answer) -> str:
    """Return an answer as a few lines: the quote, its sentence, where it stands, and its support."""
    article = answer.article
    start, end = answer.sentence
    day = article.published.date().isoformat() if article.published else "no date"
    independent = sum(support.independent for support in answer.support)
    return "\n".join(
        [
            f"{answer.text}  ({answer.probability:.0%})",
            f"  {article.text[start:end]}",
            f"  {article.title} | {article.source or 'no outlet'} | {day} | {article.id}",
            f"  characters {answer.start} to {answer.end}; {independent} independent articles say the same",
        ]
    )


def main() -> None:
    """Add the articles, ask the question, and print the answer or why there is none."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("articles", nargs="+", help="files, folders or globs")
    parser.add_argument("--question", required=True)
    parser.add_argument("--archive", default="news.nutgraf")
    arguments = parser.parse_args()
    with nutgraf.open(arguments.archive) as archive:
        report = archive.add(arguments.articles)
        print(report)
        for article in report.skipped:
            print(f"  skipped {article.origin}: {article.reason}")
        result = archive.ask(arguments.question)
    if result.abstention is not None:
        print(f"not answered: {result.abstention.reason}")
    for answer in result.answers:
        print(describe(answer))


if __name__ == "__main__":
    main()
