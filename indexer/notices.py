"""Finds the note in which an outlet corrects, clarifies, updates or retracts its article. Pure.

Knows words at the beginning of a line or sentence; does not know where the note is shown. "The Department of
Correction" and "a correction of the market" are no notes: a label ends with a colon or a dash, and the other
forms speak of the article itself. Most editor's notes say who wrote a column, warn of pictures or invite to a
newsletter: only one that tells of a change is a notice.
"""

import re

from nutgraf.indexer.passages import sentence_around

LONGEST_CHARS = 600
"""A longer line is no note but a text without paragraphs, of which the first sentence is. Not compared."""

END_CHARS = 4_000
"""A note stands at the beginning or at the end: so much is looked through of each.

Of 1,934 articles of a news archive 77 have a note; 20,000 characters find no other, 2,000 lose two.
"""

_LABEL_END = (
    r"(?: appended| to this (?:article|story))?(?:,? ?\(?[\w ,./]{0,16}[0-9][\w ,./]{0,12}\)?)? ?[:—–-]"
)
_RETRACTED = "Retractions?|Retracted|Retraction notice|Widerruf|Rétractation|Retractación|Retracción"
_CORRECTED = (
    r"(?:Appended )?Corrections?(?:\s?(?:/|&|and)\s?(?:clarifications?|updates?|amplifications?))?"
    r"|Clarifications?(?:\s?(?:&|and)\s?corrections?)?|Correcting and replacing|Correction notice"
    "|Errat(?:um|a)|For the record"
    "|Korrekturen|Korrektur|Korrekturhinweis|Berichtigung|Richtigstellung|Klarstellung"
    "|Rectificatif|Rectification|Précision|Corrección|Correcciones|Rectificación|Aclaración"
    "|Fe de (?:erratas|errores)"
)
_EDITED = (
    "Editors?['’]?s?['’]? notes?|Notes? from the editors?|(?:Anmerkung|Hinweis) der Redaktion"
    "|Note de la rédaction|NDLR|Nota del editor|Nota de la redacción"
)
_ARTICLE = (
    "article|story|post|column|report|piece|page|review|obituary|headline|file|video|caption|photo caption"
    "|fact check|graphic|chart|map|newsletter|transcript|interview|blog|text"
)
_SELF_RETRACTED = (
    rf"This (?:{_ARTICLE}) (?:was|is|has been) (?:\w{{1,12}} )?(?:retracted|withdrawn)"
    r"|We have (?:retracted|withdrawn) this"
)
_SELF_CORRECTED = (
    r"(?:In )?(?:an?|the) (?:earlier|previous|prior|original|initial) versions? of (?:this|the following)"
    rf" (?:{_ARTICLE})(?! (?:was )?(?:originally|initially|first|published|ran|appeared))"
    r"|(?:Due to|Because of) (?:an? )?(?:[\w']{1,16} ){0,6}(?:error|mistake)[\w ,]{0,40}"
    rf" (?:an?|the) (?:earlier|previous) version of this (?:{_ARTICLE})"
    rf"|This (?:{_ARTICLE}) (?:was|has been|had been) (?:\w{{1,12}} )?(?:amended|corrected|clarified)"
    rf"|This (?:{_ARTICLE}) (?:was|has been) (?:\w{{1,12}} )?(?:updated|changed|edited|revised) "
    r"(?:on [\w ,]{1,20} )?to (?:\w{1,12} )?(?:correct|clarify|remove|fix|amend)"
    r"|We have (?:corrected|clarified|amended) this"
    r"|(?:In )?eine[r]? (?:frühere[n]?|vorherige[n]?|ursprüngliche[n]?) (?:Version|Fassung)"
    r" (?:dieses|des) (?:Artikels|Textes|Beitrags|Berichts)"
    r"|Diese[rs]? (?:Artikel|Text|Beitrag|Bericht|Meldung) wurde (?:\w{1,16} ){0,3}(?:korrigiert|berichtigt)"
    r"|(?:Dans )?une (?:première |précédente )?version (?:précédente |antérieure |initiale )?de cet article"
    r"|Cet article a été (?:corrigé|rectifié|modifié)"
    r"|(?:En )?una versión (?:anterior|previa|inicial) de est[ea] (?:artículo|nota|noticia|texto)"
    r"|Est[ea] (?:artículo|nota|noticia|texto) ha sido (?:corregid|modificad|rectificad)[oa]"
)
_CHANGED = re.compile(
    r"(?i)\b(?:"
    r"(?:has|have|had|was|were|is) (?:\w{1,12} ){0,2}(?:updated|amended|corrected|clarified|revised|edited"
    r"|changed|removed|deleted|retracted|withdrawn|replaced|taken down)"
    r"|(?:updated|corrected|revised|amended) versions?"
    r"|(?:earlier|previous|prior|original|initial|first) versions? of (?:this|the|our) \w{1,12}"
    r"(?! (?:was )?(?:originally|initially|first|published|ran|appeared))"
    r"|correct(?:ed|s|ing|ions?)|to correct|clarif(?:y|ies|ied|ication)|retract(?:s|ed|ion)?"
    r"|misstated|mis(?:spelled|spelt|identified|quoted|attributed|named|reported|characteri[sz]ed)"
    r"|incorrect(?:ly)?|inaccura(?:te|tely|cy|cies)|erroneous(?:ly)?|mistaken(?:ly)?|wrongly|in error"
    r"|an? (?:\w{1,12} )?(?:error|mistake)|(?:we|editors?) (?:regrets?|apologi[sz]es?)"
    r"|no longer (?:meets?|stands?)"
    r"|korrigiert|berichtigt|aktualisiert|geändert|ergänzt|zurückgezogen|Fehler|fälschlich\w{0,3}"
    r"|(?:frühere[nr]?|ursprüngliche[nr]?|vorherige[nr]?) (?:Version|Fassung)"
    r"|corrigée?s?|rectifiée?s?|modifiée?s?|mise? à jour|erreur|version (?:précédente|antérieure|initiale)"
    r"|corregid[oa]s?|rectificad[oa]s?|modificad[oa]s?|actualizad[oa]s?|error"
    r"|versión (?:anterior|previa|inicial)"
    r")\b"
)
"""What tells of a change: "has been updated", and neither "will be updated" nor "for the latest updates"."""

_BEGINNING = r"(?:^[\s(\[*_•—-]{0,4}|(?<=[.!?…”\")\]] ))"


def _note(label: str, words: str = "") -> re.Pattern[str]:
    spoken = rf"|(?P<words>(?i:{words}))\b" if words else ""
    return re.compile(rf"{_BEGINNING}(?:(?P<label>(?i:{label})){_LABEL_END}{spoken})", re.MULTILINE)


_EDITED_NOTE = _note(_EDITED)
_KINDS = (
    _note(_RETRACTED, _SELF_RETRACTED),
    _note(_CORRECTED, _SELF_CORRECTED),
    _EDITED_NOTE,
)  # the gravest first


def notice(text: str) -> tuple[int, int] | None:
    """Return the span of the gravest note at either end of a text, the first of its kind; None without one.

    An editor's note counts where it tells of a change.

    >>> text = "It rained. Correction: An earlier version of this story named another town."
    >>> notice(text)
    (11, 75)
    """
    ends = ((0, min(len(text), END_CHARS)), (max(END_CHARS, len(text) - END_CHARS), len(text)))
    for kind in _KINDS:
        for first, last in ends:
            for match in kind.finditer(text, first, last):
                start = match.start("label") if match["label"] else match.start("words")
                end = _end(text, start, match.end())
                if kind is not _EDITED_NOTE or _CHANGED.search(text, match.end(), end):
                    return start, end
    return None


def _end(text: str, start: int, words_end: int) -> int:
    """Return the end of the note: of its line, or of the next one where a label stands alone."""
    body = text[words_end : start + LONGEST_CHARS + 1]
    first = words_end + len(body) - len(body.lstrip())
    end = text.find("\n", first, start + LONGEST_CHARS + 1)
    if end < 0:
        end = len(text)
    if end - start > LONGEST_CHARS:
        end = min(sentence_around(text, first, first + 1)[1], start + LONGEST_CHARS)
    note = text[start:end].rstrip()
    if note.endswith((")", "]")) and text[max(0, start - 1) : start] in {"(", "["}:
        note = note[:-1]
    return start + len(note)
