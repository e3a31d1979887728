"""The OpenAPI description: whole, with an example for every field, and true of what the routes return."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel

from nutgraf.api.objects import responses as shapes
from nutgraf.api.web.app import create_app
from nutgraf.archive import Archive
from nutgraf.settings import Settings

QUESTION = "What did China agree to on sanctions?"
ARTICLE = {"id": "a", "text": "EASTPORT — Snow fell on Tuesday, the mayor said."}


@pytest.fixture(scope="module")
def client(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    index = Path(shutil.copytree(seeds_index, tmp_path_factory.mktemp("openapi") / "index"))
    with TestClient(create_app(Archive(Settings(index=index))), base_url="http://localhost") as opened:
        yield opened


@pytest.fixture(scope="module")
def described(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


@pytest.mark.parametrize(
    ("method", "path", "body", "shape"),
    [
        (
            "POST",
            "/v1/ask",
            {"question": QUESTION, "explain": True, "timeline": True},
            shapes.QuestionResultSchema,
        ),
        ("POST", "/v1/ask", {"question": QUESTION, "min_probability": 1.0}, shapes.QuestionResultSchema),
        ("POST", "/v1/ask/batch", {"questions": [{"question": QUESTION}]}, shapes.BatchResultSchema),
        ("POST", "/v1/search", {"question": QUESTION, "top": 2}, shapes.SearchResultSchema),
        ("POST", "/v1/articles", ARTICLE, shapes.StoredArticleSchema),
        ("POST", "/v1/articles", {"text": " "}, shapes.ErrorSchema),
        ("GET", "/v1/ask?q=Who%3F", None, shapes.QuestionResultSchema),
        ("GET", "/v1/search?q=sanctions&top=2", None, shapes.SearchResultSchema),
        ("POST", "/v1/articles", ARTICLE | {"published": "soon"}, shapes.StoredArticleSchema),
        ("GET", "/v1/articles/a", None, shapes.ArticleSchema),
        ("GET", "/v1/articles?facets=true&limit=2", None, shapes.ArticlePageSchema),
        ("GET", "/v1/articles?whole=true&limit=2", None, shapes.ArticlePageSchema),
        ("GET", "/v1/articles/a/related", None, shapes.RelatedSchema),
        ("GET", "/v1/articles/a/versions?with=a", None, shapes.VersionsSchema),
        ("DELETE", "/v1/articles/a", None, shapes.RemovedArticlesSchema),
        ("GET", "/v1/articles/a", None, shapes.ErrorSchema),
        ("GET", "/v1/info", None, shapes.InfoSchema),
        ("GET", "/healthz", None, shapes.AliveSchema),
        ("GET", "/readyz", None, shapes.ReadySchema),
    ],
)
def test_what_comes_back_is_what_is_described(
    client: TestClient, method: str, path: str, body: Any, shape: type[BaseModel]
) -> None:
    answered = client.request(method, path, json=body)
    shape.model_validate_json(answered.content, strict=True)


def is_shown_elsewhere(about: dict[str, Any]) -> bool:
    """Whether a field is a model, or a list of one: that has examples of its own."""
    kinds = [about, about.get("items", {}), *about.get("anyOf", [])]
    kinds += [one.get("items", {}) for one in about.get("anyOf", [])]
    return any("$ref" in one for one in kinds)


def fields(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every field of every model, and every parameter."""
    models = described["components"]["schemas"] | {
        "ArticleUpload": described["paths"]["/v1/articles"]["post"]["requestBody"]["content"][
            "application/json"
        ]["schema"]
    }
    found = {
        f"{name}.{field}": about
        for name, model in models.items()
        for field, about in model.get("properties", {}).items()
    }
    parameters = {
        f"{method} {path} {parameter['name']}": parameter["schema"]
        for path, methods in described["paths"].items()
        for method, about in methods.items()
        for parameter in about.get("parameters", [])
    }
    return found | parameters


def test_every_field_has_an_example(described: dict[str, Any]) -> None:
    found = fields(described)
    assert {
        "QuestionResultSchema.explanation",
        "AskRequest.question",
        "get /v1/articles/{article_id} if-none-match",
    } <= set(found)
    without = {name for name, about in found.items() if not is_shown_elsewhere(about)} - {
        name for name, about in found.items() if about.get("examples", [None])[0] is not None
    }
    assert without == set()


def test_what_has_bounds_says_so(described: dict[str, Any]) -> None:
    found = fields(described)
    bounded = {
        name: (about["minimum"], about["maximum"])
        for name, about in found.items()
        if "minimum" in about and not name.endswith((" watch_id", " after", ".revision"))  # any of a store
    }
    assert bounded == {
        "AskRequest.top": (1, 100),
        "SearchRequest.top": (1, 100),
        "AskRequest.min_probability": (0, 1),
        "get /v1/ask top": (1, 100),
        "get /v1/ask min_probability": (0, 1),
        "get /v1/search top": (1, 100),
        "get /v1/articles limit": (1, 1000),
        "get /v1/articles/{article_id}/related top": (1, 100),
        "WatchRequest.min_probability": (0, 1),
        "WatchEdit.min_probability": (0, 1),
        "get /v1/watches limit": (1, 1000),
        "get /v1/watches/changes limit": (1, 1000),
        "get /v1/watches/{watch_id}/changes limit": (1, 1000),
    }


def test_every_route_says_what_it_gives_and_how_it_fails(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for method, about in methods.items():
            assert about.get("description") or about.get("summary"), (method, path)
            assert about["tags"], (method, path)
            if path.startswith("/v1/"):
                assert {"4XX", "5XX"} <= set(about["responses"]), (method, path)
