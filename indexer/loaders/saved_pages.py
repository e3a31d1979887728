"""What browsers call the folder of a saved page's pictures, adverts and frames. Opens no files."""

# What browsers and Windows add to the name of a saved page, for the folder of its parts ("Connected Files").
_PARTS_OF_PAGE = (
    "_files", ".files", "_file", "-dateien", "_dateien", "_archivos", "_arquivos", "_ficheiros", "_fichiers",
    "_bestanden", "-filer", "_filer", "_pliki", "_soubory", "_tiedostot", "_dosyalar", "_datoteke",
    "_fajlovi", "_fitxers", "_fitxategiak", "_elemei", "_failid", "_fails", "_bylos", "_файлы",
)  # fmt: skip
_PAGES = (".html", ".htm", ".xhtml")


def pages_of(name: str) -> set[str]:
    """Return the names that a page may have whose parts are in a folder of this name, in lower case.

    >>> sorted(pages_of("Mill_files"))
    ['mill.htm', 'mill.html', 'mill.xhtml']
    """
    folded = name.casefold()
    stems = [folded.removesuffix(end) for end in _PARTS_OF_PAGE if folded.endswith(end)]
    return {f"{stem}{suffix}" for stem in stems for suffix in _PAGES}
