"""The questions of a command: the words of one, the lines of a text file, or a column of a table.

Knows files as people save them from a spreadsheet; does not know what is asked of them.
"""

import csv
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from nutgraf.errors import BadOption

_TABLES = {".csv", ".tsv"}
_COLUMNS = ("question", "questions")
_HINT = "name a text file with one question in each line, or a table with a column question"


def read_questions(file: Path) -> list[str]:
    """Return the questions of a file, - being standard input; raises BadOption where there are none."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise BadOption(f"--file {file} cannot be read: {error.strerror}", hint=_HINT) from error
    text = _decoded(content)
    if "\0" in text:
        raise BadOption(f"--file {file} is no text: a workbook has to be saved as CSV", hint=_HINT)
    lines = _column(text, file) if file.suffix.lower() in _TABLES else text.splitlines()
    questions = [question for line in lines if (question := line.strip())]
    if not questions:
        raise BadOption(f"--file {file} holds no question", hint=_HINT)
    return questions


def _decoded(content: bytes) -> str:
    """Return the text of UTF-8, with or without a byte order mark, or else of Windows, as Excel saves it.

    What Excel calls Unicode text is UTF-16.
    """
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _column(text: str, file: Path) -> list[str]:
    """Return the column `question` of a table, or the only one; raises BadOption without either."""
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter) if any(row)]
    except csv.Error as error:
        raise BadOption(f"--file {file} is no table: {error}", hint=_HINT) from error
    names = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((names.index(name) for name in _COLUMNS if name in names), None)
    if column is not None:
        return [" ".join(row[column].split()) for row in rows[1:] if column < len(row)]
    if any(len(row) > 1 for row in rows):
        columns = ", ".join(rows[0])[:100]
        raise BadOption(f"--file {file} has no column question, but {columns}", hint=_HINT)
    return [row[0] for row in rows]
