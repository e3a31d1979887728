"""The description of the API for people: OpenAPI's dictionary in, what a page shows out. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nutgraf.objects import Json

_PREFIX = "#/components/schemas/"
_DEEPEST = 6  # an object that holds itself ends somewhere


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter: `kind` is its type in words, `refers` the object that it holds, if any."""

    name: str
    kind: str
    refers: str | None
    required: bool
    description: str
    example: str | None


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent, or comes back: an object by name, or another media type."""

    label: str
    refers: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A route."""

    method: str
    path: str
    description: str
    parameters: tuple[Field, ...]
    takes: tuple[Body, ...]
    gives: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object that is sent or comes back."""

    name: str
    description: str
    fields: tuple[Field, ...]
    example: str


def operations(described: Json) -> list[Operation]:
    """Return the routes in the order of the description."""
    return [
        Operation(
            method.upper(),
            path,
            said.get("description", ""),
            tuple(
                _field(one["name"], one | one["schema"], one["required"])
                for one in said.get("parameters", [])
            ),
            tuple(_bodies(said.get("requestBody", {}), "")),
            tuple(body for status, one in said["responses"].items() for body in _bodies(one, status)),
        )
        for path, methods in described["paths"].items()
        for method, said in methods.items()
    ]


def shapes(described: Json) -> list[Shape]:
    """Return the objects by name."""
    schemas: Mapping[str, Json] = described["components"]["schemas"]
    return [
        Shape(
            name,
            schema.get("description", ""),
            tuple(
                _field(key, value, key in schema.get("required", []))
                for key, value in schema.get("properties", {}).items()
            ),
            json.dumps(_example(schema, schemas), ensure_ascii=False, indent=2),
        )
        for name, schema in sorted(schemas.items())
    ]


def _bodies(said: Json, status: str) -> Iterator[Body]:
    for media, content in said.get("content", {}).items():
        kind, refers = _kind(content.get("schema", {}))
        named = "" if media == "application/json" else media
        yield Body(" ".join(part for part in (status, refers or kind, named) if part), refers)


def _field(name: str, schema: Json, required: bool) -> Field:
    kind, refers = _kind(schema)
    given = schema.get("examples")
    example = json.dumps(given[0], ensure_ascii=False) if given else None
    return Field(name, kind, refers, required, schema.get("description", ""), example)


def _kind(schema: Json) -> tuple[str, str | None]:
    """Return a type in words, and the object in it."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_PREFIX)
        return name, name
    if "anyOf" in schema:
        kinds = [_kind(one) for one in schema["anyOf"]]
        return " or ".join(kind for kind, _ in kinds), next((name for _, name in kinds if name), None)
    if schema.get("type") == "array":
        kind, refers = _kind(schema.get("items", {}))
        return f"list of {kind}", refers
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"]), None
    return str(schema.get("type", "anything")), None


def _example(schema: Json, schemas: Mapping[str, Json], depth: int = 0) -> object:
    """Return an example value: the one given, else one made of those of its parts."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        whole = schemas[schema["$ref"].removeprefix(_PREFIX)]
        return _example(whole, schemas, depth + 1) if depth < _DEEPEST else None
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], schemas, depth)
    if schema.get("type") == "array":
        return [_example(schema.get("items", {}), schemas, depth)]
    if "properties" not in schema:
        return schema.get("default")
    return {key: _example(value, schemas, depth) for key, value in schema["properties"].items()}
