"""Reads Word documents as Word shows them when all changes are accepted.

Text is taken from runs under whatever wrapper, in Transitional and Strict documents (ECMA-376, parts 1
and 4): an element is passed over only where its words are not shown.
"""

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nutgraf.indexer.loaders.assemble import ArticleDraft
from nutgraf.indexer.loaders.base import LoadOptions, UnreadableError
from nutgraf.indexer.loaders.pages.html import read_html
from nutgraf.indexer.loaders.texts.text import read_text
from nutgraf.indexer.loaders.word.docx_story import WordStyles, read_story
from nutgraf.indexer.loaders.word.manuscript import Block, Manuscript
from nutgraf.indexer.loaders.word.package import Package, descendants, local, value
from nutgraf.indexer.loaders.word.rtf import read_rtf

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_KIND = "Word document"
_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the old container, which also wraps encrypted new documents
_NO_NOTES = frozenset({"separator", "continuationSeparator", "continuationNotice"})
_CHUNK_READERS = {
    ".htm": read_html,
    ".html": read_html,
    ".xhtml": read_html,
    ".rtf": read_rtf,
    ".txt": read_text,
}


def read_docx(data: bytes, options: LoadOptions) -> ArticleDraft:
    """Return the article of a Word document. Raises UnreadableError.

    Words in notes come last. The dates among the document's properties are not read: they say when the file,
    or the template that it was made from, was saved.
    """
    if data.startswith(_LOCKED):
        raise UnreadableError("Word document that needs a password, or an old .doc")
    word = _Word(Package(data, _KIND, options.max_bytes), options)
    properties = word.properties()
    return Manuscript(
        word.blocks(),
        title=properties.get("title", ""),
        authors=properties.get("creator", ""),
        headers=word.headers(),
    ).draft(options)


class _Word:
    """The parts of a package, as relationships name them; those outside of the package are passed over."""

    def __init__(self, package: Package, options: LoadOptions) -> None:
        self._package = package
        self._options = options
        self._root_parts = self._related("")
        documents = [target for kind, target in self._root_parts.values() if kind == "officeDocument"]
        self._main = next(iter(documents), "word/document.xml")
        if self._main not in package.names:
            raise UnreadableError("not a Word document")
        self._document = package.tree(self._main)
        if local(self._document) != "document":
            raise UnreadableError("not a Word document")
        self._parts = self._related(self._main)
        self._styles = WordStyles([*self._trees("styles")], self._trees("numbering"))

    def blocks(self) -> list[Block]:
        """Return the blocks of the body, then those of the notes in the order in which it refers to them."""
        body = read_story(self._document, self._styles)
        stories = [body]
        for relation in dict.fromkeys(body.diagrams):
            kind, target = self._parts.get(relation, ("", ""))
            if kind == "diagramData":
                stories.append(read_story(self._package.tree(target), self._styles))
        notes = {
            (part, value(note, "id")): note
            for part in ("footnotes", "endnotes")
            for tree in self._trees(part)
            for note in tree
            if value(note, "type") not in _NO_NOTES
        }
        references = [reference for story in stories for reference in story.notes]
        stories += [
            read_story(notes[reference], self._styles)
            for reference in dict.fromkeys(references)
            if reference in notes
        ]
        targets = (self._parts.get(relation, ("", ""))[1] for relation in body.chunks)
        chunks = (block for target in dict.fromkeys(targets) for block in self._chunk(target))
        return [*(block for story in stories for block in story.blocks), *chunks]

    def _chunk(self, target: str) -> list[Block]:
        """Return the words of a file of another format, which Word would convert when it opens this one."""
        suffix = posixpath.splitext(target)[1].lower()
        if suffix not in _CHUNK_READERS:
            raise UnreadableError(f"{_KIND} with text in an embedded file: save it again in Word")
        draft = _CHUNK_READERS[suffix](self._package.read(target), self._options)
        return [Block(draft.title, is_title=True), Block(draft.text)]

    def headers(self) -> list[str]:
        """Return the lines of the page headers that the document uses."""
        lines: list[str] = []
        relations = (value(reference, "id") for reference in descendants(self._document, "headerReference"))
        for relation in dict.fromkeys(relations):
            kind, target = self._parts.get(relation, ("", ""))
            if kind == "header":
                story = read_story(self._package.tree(target), self._styles, is_header=True)
                lines += [block.text for block in story.blocks]
        return lines

    def properties(self) -> dict[str, str]:
        """Return the document's core properties by name."""
        parts = {target for kind, target in self._root_parts.values() if kind == "core-properties"}
        trees = map(self._package.tree, sorted(parts & self._package.names)[:1])
        return {local(element): element.text or "" for tree in trees for element in tree}

    def _trees(self, kind: str) -> Iterator["Element"]:
        targets = dict.fromkeys(target for other, target in self._parts.values() if other == kind)
        yield from map(self._package.tree, targets)

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the name of each part that a part relates to, by id."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self._package.names:
            return {}
        related = {}
        for relation in self._package.tree(relations):
            target = posixpath.normpath(posixpath.join("/", folder, value(relation, "Target"))).lstrip("/")
            if value(relation, "TargetMode") != "External" and target in self._package.names:
                related[value(relation, "Id")] = (value(relation, "Type").rpartition("/")[2], target)
        return related
