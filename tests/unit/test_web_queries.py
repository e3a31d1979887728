"""What the HTTP door takes: one validation for an article however it comes, and errors that stay few."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from nutgraf.api.objects.requests import ArticleUpload, AskRequest, BatchRequest, article_record


def error_of(body: bytes) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        ArticleUpload.model_validate_json(body)
    return caught.value


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"text", "it is not JSON"),
        (b"7", "it is not a JSON object"),
        (b'{"id": "a"}', "text: Field required"),
        (b'{"id": 7, "text": "x"}', "id: Input should be a valid string"),
        (b'{"text": "x", "authors": ["a", 7]}', "authors.list[str].1: Input should be a valid string"),
        (b'{"text": "x", "date": "2016", "body": "y"}', "date: Extra inputs are not permitted"),
        (json.dumps({"x" * 1000: 1}).encode(), "x" * 200),
    ],
)
def test_why_it_is_no_article(body: bytes, reason: str) -> None:
    assert article_record(body) == reason


@pytest.mark.parametrize(
    "fields",
    [
        {"authors": [1] * 100_000},
        {str(number): number for number in range(10_000)},
        {"authors": [["x"]] * 100_000, "id": 1, "url": 1},
    ],
)
def test_a_body_with_many_faults_has_few_errors(fields: dict[str, Any]) -> None:
    """At most one for each field's each type: not one for each of its items."""
    assert error_of(json.dumps({"text": "x"} | fields).encode()).error_count() <= 4


def test_the_first_unknown_field_is_named_where_it_stands() -> None:
    with pytest.raises(ValidationError) as caught:
        BatchRequest.model_validate(
            {"questions": [{"question": "why"}, {"question": "why", "tpo": 3, "x": 1}]}
        )
    assert [one["loc"] for one in caught.value.errors()] == [("questions", 1, "tpo")]


def test_what_is_described_of_numbers_has_their_bounds() -> None:
    fields = AskRequest.model_json_schema()["properties"]
    bounds = [(fields[name]["minimum"], fields[name]["maximum"]) for name in ("top", "min_probability")]
    assert bounds == [(1, 100), (0, 1)]
