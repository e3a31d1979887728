"""The suffixes of all files that can be read. `formats` has the loader of each; this module costs nothing."""

from pathlib import Path

_NAMES = (
    ".atom .csv .docm .docx .dotm .dotx .eml .epub .fodt .htm .html .json .jsonl .jsonl.gz"
    " .markdown .mbox .md .mht .mhtml .ndjson .ndjson.gz .parquet .odt .ott .pdf .rss .rtf .tar"
    " .tar.gz .tgz .tsv .txt .warc .warc.gz .xhtml .xml .zip"
)
SUFFIXES = tuple(_NAMES.split())
"""In the order in which help and hints show them: the keys of `formats.LOADERS`."""


def suffix_of(path: Path) -> str:
    """Return the suffix that decides who reads the file, in lower case: ".txt", ".jsonl.gz"."""
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    double, last = "".join(suffixes), "".join(suffixes[-1:])
    if double in SUFFIXES:
        return double
    return "" if "!" in last else last  # a member without a suffix: the archive's is not its own
