"""W3C Web Annotations (https://www.w3.org/TR/annotation-model/): quotes as selectors, in JSON-LD."""

import json
from collections.abc import Sequence
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from nutgraf.qa.citing.citation import Citation

JsonObject = dict[str, object]
CONTEXT = "http://www.w3.org/ns/anno.jsonld"
MEDIA_TYPE = f'application/ld+json; profile="{CONTEXT}"'
_AROUND_CHARS = 32  # before and behind the words, as Hypothesis has it


def annotation_page(citations: Sequence[Citation]) -> JsonObject:
    """Return one annotation, or a page of annotations where there are several or none."""
    items = [_annotation(citation) for citation in citations]
    if len(items) == 1:
        return {"@context": CONTEXT, **items[0]}
    return {
        "@context": CONTEXT,
        "id": _urn([item["id"] for item in items]),
        "type": "AnnotationPage",
        "items": items,
    }


def _annotation(citation: Citation) -> JsonObject:
    """Return an annotation of the words, whose id is made of what it says."""
    target: JsonObject = {"source": citation.url or _archived(citation)}
    if citation.is_quote:
        target["selector"] = _selectors(citation)
        if citation.url:
            target["state"] = {"type": "TimeState", "cached": _archived(citation)}
    motivation = "highlighting" if citation.is_quote else "bookmarking"
    return {"id": _urn(target), "type": "Annotation", "motivation": motivation, "target": target}


def _selectors(citation: Citation) -> list[JsonObject]:
    """Return the words with what stands around them, and their place in the text of the archive.

    The place of words in a title is none in the text, so a title has the first alone.
    """
    content, (start, end) = citation.article.content(citation.field), citation.words
    words: JsonObject = {
        "type": "TextQuoteSelector",
        "exact": content[start:end],
        "prefix": content[max(0, start - _AROUND_CHARS) : start],
        "suffix": content[end : end + _AROUND_CHARS],
    }
    place: JsonObject = {"type": "TextPositionSelector", "start": start, "end": end}
    return [words, place] if citation.field == "text" else [words]


def _archived(citation: Citation) -> str:
    """Return the name of the article's text in the archive, the same that MCP has."""
    return f"nutgraf://articles/{quote(citation.article.id, safe='')}"


def _urn(content: object) -> str:
    return uuid5(NAMESPACE_URL, json.dumps(content, ensure_ascii=True)).urn
