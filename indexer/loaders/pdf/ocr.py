"""Reads the words of pictures of pages, with Tesseract. The one home of tesserocr; knows no PDF.

Tesseract runs as a library within the process that reads the file: what confines that process confines it,
and no program is started.
"""

import os
import statistics
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from nutgraf.indexer.errors import SourceError
from nutgraf.indexer.loaders.pdf.layout import Line

_DATA_FOLDERS = (
    *("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata"),
    *("/usr/share/tessdata", "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata"),
)
_LEAST_CONFIDENCE = 40.0  # per cent, of a line: photographs give worse ones; other values were not compared
_ONE_SIZE = 0.25  # of the usual size: lines without tall letters measure smaller than their neighbours


def check_ocr(languages: str) -> None:
    """Raise SourceError where tesserocr, or Tesseract's data for the languages ("eng+deu"), are missing."""
    try:
        import tesserocr  # noqa: F401
    except ImportError as error:
        raise SourceError(
            "tesserocr, which reads pictures of pages, is not installed", hint="pip install 'nutgraf[ocr]'"
        ) from error
    if _data_folder(languages) is None:
        packages = " ".join(f"tesseract-ocr-{name}" for name in languages.replace("_", "-").split("+"))
        raise SourceError(
            f"there is no folder with Tesseract's data for the languages {languages!r}",
            hint=f"apt-get install {packages}, or set TESSDATA_PREFIX to the folder of the data",
        )


def _data_folder(languages: str) -> Path | None:
    prefix = os.environ.get("TESSDATA_PREFIX")
    folders = [Path(prefix), Path(prefix) / "tessdata"] if prefix else [Path(name) for name in _DATA_FOLDERS]
    names = languages.split("+")
    if not all(name.isidentifier() for name in names):  # no name leads out of the folder
        return None
    return next(
        (folder for folder in folders if all((folder / f"{n}.traineddata").is_file() for n in names)), None
    )


class PageReader:
    """Tesseract, ready to read pictures in some languages, named as its data files are: "eng+deu".

    Use it as a context manager.
    """

    def __init__(self, languages: str) -> None:
        # One thread: files are read side by side already, and threads reserve memory that a worker lacks.
        os.environ["OMP_THREAD_LIMIT"] = "1"
        import tesserocr

        self._api = tesserocr.PyTessBaseAPI(
            path=str(_data_folder(languages)), lang=languages, psm=tesserocr.PSM.AUTO
        )

    def __enter__(self) -> "PageReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._api.End()

    def lines(self, grey: bytes, width: int, height: int, *, page: int, dpi: float) -> list[Line]:
        """Return the printed lines of a picture of `width` x `height` grey pixels."""
        from tesserocr import RIL, iterate_level

        self._api.SetImageBytes(grey, width, height, 1, len(grey) // height)
        self._api.SetSourceResolution(max(70, round(dpi)))
        self._api.Recognize()
        lines: list[Line] = []
        points = 72 / dpi
        for place in iterate_level(self._api.GetIterator(), RIL.WORD):
            word = (place.GetUTF8Text(RIL.WORD) or "").strip()
            if not word or place.Confidence(RIL.TEXTLINE) < _LEAST_CONFIDENCE:
                continue
            left, _, right, _ = (points * pixels for pixels in place.BoundingBox(RIL.WORD))
            if not place.IsAtBeginningOf(RIL.TEXTLINE) and lines and left - lines[-1].right < lines[-1].size:
                lines[-1] = replace(lines[-1], text=f"{lines[-1].text} {word}", right=right)
                continue
            (_, first), (_, last) = place.Baseline(RIL.TEXTLINE)
            size = max(1.0, place.RowAttributes()["row_height"]) * points
            bottom = (height - (first + last) / 2) * points
            lines.append(Line(word, page, left, right, bottom, bottom + size, size))
        usual = statistics.median([line.size for line in lines]) if lines else 0.0
        return [
            replace(line, size=usual) if abs(line.size - usual) < _ONE_SIZE * usual else line
            for line in lines
        ]
