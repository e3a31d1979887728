"""Requests made from the OpenAPI description, right and wrong: no 500, and what comes back is described."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from nutgraf.api.web.app import Serving, create_app
from nutgraf.api.web.guard import AccessRules
from nutgraf.archive import Archive
from nutgraf.settings import Settings

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def description(
    seeds_index: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[schemathesis.BaseSchema]:
    index = Path(shutil.copytree(seeds_index, tmp_path_factory.mktemp("schemathesis") / "index"))
    rules = AccessRules(hosts=frozenset({"testserver"}), per_minute=1_000_000)
    with Archive(Settings(index=index)) as archive:
        yield schemathesis.openapi.from_asgi("/openapi.json", create_app(archive, Serving(rules=rules)))


OPERATIONS = [
    (method.upper(), path)
    for path, methods in create_app(Archive(Settings())).openapi()["paths"].items()
    for method in methods
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_requests_made_from_the_description(
    description: schemathesis.BaseSchema, method: str, path: str
) -> None:
    @settings(
        max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=[*HealthCheck]
    )
    @given(case=description[path][method].as_strategy())
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS)

    check()
