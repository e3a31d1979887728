"""The OpenAPI description: whole, with an example for every field, and true of what the routes return."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.settings import Settings
from api.web import responses as shapes
from api.web.app import create_app

QUESTION = "What did China agree to on sanctions?"
ARTICLE = {"id": "a", "text": "EASTPORT — Snow fell on Tuesday, the mayor said."}


@pytest.fixture(scope="module")
def client(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    index = Path(shutil.copytree(seeds_index, tmp_path_factory.mktemp("openapi") / "index"))
    with TestClient(create_app(Settings(index=index)), base_url="http://localhost") as opened:
        yield opened


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


@pytest.mark.parametrize(
    ("method", "path", "body", "shape"),
    [
        ("POST", "/v1/ask", {"question": QUESTION, "explain": True, "timeline": True}, shapes.Asked),
        ("POST", "/v1/ask", {"question": QUESTION, "min_probability": 1.0}, shapes.Asked),
        ("POST", "/v1/ask/batch", {"questions": [{"question": QUESTION}]}, shapes.AskedBatch),
        ("POST", "/v1/search", {"question": QUESTION, "top": 2}, shapes.Found),
        ("POST", "/v1/articles", ARTICLE, shapes.Stored),
        ("POST", "/v1/articles", {"text": "neither"}, shapes.Stored),
        ("GET", "/v1/articles/a", None, shapes.Article),
        ("DELETE", "/v1/articles/a", None, shapes.Removed),
        ("GET", "/v1/articles/a", None, shapes.Error),
        ("GET", "/v1/info", None, shapes.Info),
        ("GET", "/healthz", None, shapes.Alive),
        ("GET", "/readyz", None, shapes.Ready),
    ],
)
def test_what_comes_back_is_what_is_described(
    client: TestClient, method: str, path: str, body: Any, shape: type[BaseModel]
) -> None:
    answered = client.request(method, path, json=body)
    shape.model_validate_json(answered.content, strict=True)


def test_every_field_has_a_meaning(described: dict[str, Any]) -> None:
    """An example, a description, or a model with a description of its own."""
    without = [
        f"{name}.{field}"
        for name, model in described["components"]["schemas"].items()
        for field, about in model.get("properties", {}).items()
        if not {"examples", "description", "$ref", "anyOf"} & set(about)
        and not (about.get("type") == "array" and "$ref" in about["items"])
    ]
    assert without == []


def test_every_route_says_what_it_gives_and_how_it_fails(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for method, about in methods.items():
            assert about.get("description") or about.get("summary"), (method, path)
            assert about["tags"], (method, path)
            if path.startswith("/v1/"):
                assert {"4XX", "5XX"} <= set(about["responses"]), (method, path)
