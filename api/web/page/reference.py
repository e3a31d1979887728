"""The API for people: turns the OpenAPI description into what the page shows. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

_PREFIX = "#/components/schemas/"
_DEEPEST = 6  # ends the example of an object that holds itself

JsonSchema = dict[str, Any]
"""A part of the OpenAPI description, whose values are of any kind."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field or parameter: `kind` is its type in words, `refers` the object in it, None for no object.

    `place` is where a parameter stands: "path", "query" or "header".
    """

    name: str
    kind: str
    refers: str | None
    required: bool
    description: str
    example: str | None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request or a response: an object, by its name, or another media type."""

    label: str
    refers: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A route with its parameters and bodies; `body` is the least JSON that can be sent, "" for none."""

    method: str
    path: str
    description: str
    parameters: tuple[Field, ...]
    takes: tuple[Body, ...]
    gives: tuple[Body, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An object in a body."""

    name: str
    description: str
    fields: tuple[Field, ...]
    example: str


def operations(described: JsonSchema) -> list[Operation]:
    """Return the routes in the order of the description."""
    schemas: Mapping[str, JsonSchema] = described["components"]["schemas"]
    return [
        Operation(
            method.upper(),
            path,
            operation.get("description", ""),
            tuple(
                replace(
                    _field(parameter["name"], parameter | parameter["schema"], parameter["required"]),
                    place=parameter["in"],
                )
                for parameter in operation.get("parameters", [])
            ),
            tuple(_bodies(operation.get("requestBody", {}), "")),
            tuple(
                body
                for status, response in operation["responses"].items()
                for body in _bodies(response, status)
            ),
            _least_body(operation.get("requestBody", {}), schemas),
        )
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def shapes(described: JsonSchema) -> list[Shape]:
    """Return the objects by name."""
    schemas: Mapping[str, JsonSchema] = described["components"]["schemas"]
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


def _least_body(body: JsonSchema, schemas: Mapping[str, JsonSchema]) -> str:
    """Return an example of a body of JSON with the fields alone that it must have; "" without a body."""
    schema = body.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return ""
    return json.dumps(_example(schema, schemas, required_only=True), ensure_ascii=False, indent=2)


def _bodies(body: JsonSchema, status: str) -> Iterator[Body]:
    for media, content in body.get("content", {}).items():
        kind, refers = _kind(content.get("schema", {}))
        named = "" if media == "application/json" else media
        yield Body(" ".join(part for part in (status, refers or kind, named) if part), refers)


def _field(name: str, schema: JsonSchema, required: bool) -> Field:
    kind, refers = _kind(schema)
    examples = schema.get("examples")
    example = json.dumps(examples[0], ensure_ascii=False) if examples else None
    return Field(name, kind, refers, required, schema.get("description", ""), example)


def _kind(schema: JsonSchema) -> tuple[str, str | None]:
    """Return a type in words, and the object in it."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_PREFIX)
        return name, name
    if "anyOf" in schema:
        kinds = [_kind(option) for option in schema["anyOf"]]
        return " or ".join(kind for kind, _ in kinds), next((name for _, name in kinds if name), None)
    if schema.get("type") == "array":
        kind, refers = _kind(schema.get("items", {}))
        return f"list of {kind}", refers
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"]), None
    return str(schema.get("type", "anything")), None


def _example(
    schema: JsonSchema, schemas: Mapping[str, JsonSchema], depth: int = 0, *, required_only: bool = False
) -> object:
    """Return the example of a schema, or one that is made of the examples of its parts."""
    example = partial(_example, required_only=required_only)
    if schema.get("examples"):
        return schema["examples"][0]
    if "$ref" in schema:
        referred = schemas[schema["$ref"].removeprefix(_PREFIX)]
        return example(referred, schemas, depth + 1) if depth < _DEEPEST else None
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, depth)
    if schema.get("type") == "array":
        return [example(schema.get("items", {}), schemas, depth)]
    if "properties" not in schema:
        return schema.get("default")
    required = schema.get("required", []) if required_only else [*schema["properties"]]
    return {key: example(schema["properties"][key], schemas, depth) for key in required}
