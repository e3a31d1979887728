"""Who is said to have said it: precision and recall of the rules on labelled words of the news set.

    python -m benchmarks.attribution

A label names a place in an article, and the words for the speaker or the source that its sentence or its
quotation's frame gives for it; null where none is given, or where the place is the speaker. The rules were
made on the first set. Each later set was looked at once and then mended, so their figures are of rules that
have seen them; docs/log.md has the figures at first sight.
"""

import argparse
from collections import defaultdict
from pathlib import Path

from benchmarks.common import ROOT, print_table
from benchmarks.duplicates import labelled, read_articles
from nutgraf.qa.attribution import attribution

LABELS: Path = ROOT / "tests" / "quality" / "attribution_labels.jsonl"


def main() -> None:
    """Compare the rules with the labels, a set at a time."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    labels = labelled(LABELS)
    ids = {label["article"] for label in labels}
    texts = {article.id: article.text for article in read_articles() if article.id in ids}
    sets = defaultdict(list)
    for label in labels:
        text, speaker = texts[label["article"]], label["speaker"]
        span = attribution(text, label["start"], label["end"])
        words = text[span.start : span.end] if span else None
        is_right = words is not None and speaker is not None and (words in speaker or speaker in words)
        sets[label["set"]].append((words is not None, speaker is not None, is_right))
    rows = []
    for name, verdicts in sets.items():
        right = sum(is_right for *_, is_right in verdicts)
        told, stated = sum(told for told, *_ in verdicts), sum(stated for _, stated, _ in verdicts)
        rows.append([name, len(verdicts), f"{right / max(1, told):.3f}", f"{right / max(1, stated):.3f}"])
    print_table("attribution", ["set", "places", "precision", "recall"], rows)


if __name__ == "__main__":
    main()
