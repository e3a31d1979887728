"""What a request may leave open, and the two ways to write an outlet and words to look for."""

from typing import Any

import pytest
from pydantic import ValidationError

from nutgraf.api.mcp.tools import AskNews, SearchNews
from nutgraf.api.objects.requests import AskQuery, AskRequest, SearchQuery, SearchRequest


def refusal(request: type[AskRequest | SearchRequest | AskNews | SearchNews], fields: Any) -> tuple[Any, str]:
    with pytest.raises(ValidationError) as refused:
        request.model_validate(fields)
    first = refused.value.errors()[0]
    return first["loc"], first["type"]


@pytest.mark.parametrize("request_type", [AskNews, SearchNews])
def test_null_means_absent(request_type: type[AskNews | SearchNews]) -> None:
    optional = dict.fromkeys(set(request_type.model_fields) - {"question"})
    asked = request_type.model_validate({"question": "Who?", **optional})
    assert asked == request_type.model_validate({"question": "Who?"})
    assert refusal(request_type, {"question": None, **optional})[0] == ("question",)


@pytest.mark.parametrize(
    ("source", "outlets"),
    [
        ("cnn.com", ["cnn.com"]),
        ("The Times, London", ["The Times, London"]),
        (["cnn.com", "bbc.co.uk"], ["cnn.com", "bbc.co.uk"]),
        ('["cnn.com", "bbc.co.uk"]', ["cnn.com", "bbc.co.uk"]),
        ("[sic] weekly", ["[sic] weekly"]),
        ("[" * 100_000, ["[" * 100_000]),
        ([], []),
        (None, []),
    ],
)
def test_outlets_are_one_name_or_a_list(source: Any, outlets: list[str]) -> None:
    assert AskRequest.model_validate({"question": "Who?", "source": source}).source == outlets
    assert SearchNews.model_validate({"question": "Who?", "source": source}).source == outlets


def test_outlets_that_are_none() -> None:
    assert refusal(AskRequest, {"question": "Who?", "source": 7}) == (("source",), "list_type")
    assert refusal(AskRequest, {"question": "Who?", "source": "[7]"}) == (("source", 0), "string_type")
    assert refusal(AskRequest, {"question": "Who?", "source": ["a"] * 101}) == (("source",), "too_long")


def test_query_is_another_name_for_words_to_look_for() -> None:
    for request_type in (SearchRequest, SearchNews):
        assert request_type.model_validate({"query": "fair"}).question == "fair"
        assert request_type.model_validate({"query": "fair", "question": None}).question == "fair"
        assert request_type.model_validate({"query": None, "question": "fair"}).question == "fair"
        assert refusal(request_type, {"query": "fair", "question": "fair"}) == (("query",), "extra_forbidden")
        assert refusal(request_type, {"query": None}) == (("question",), "missing")
    assert refusal(AskRequest, {"query": "fair"}) == (("query",), "extra_forbidden")


def test_agents_write_numbers_as_text_and_programs_do_not() -> None:
    texts = {"question": "Who?", "top": "2", "min_probability": "0.5", "timeline": "true", "after": ""}
    asked = AskNews.model_validate(texts)
    assert (asked.top, asked.min_probability, asked.timeline, asked.after) == (2, 0.5, True, None)
    assert refusal(AskNews, {"question": "Who?", "top": "two"}) == (("top",), "int_parsing")
    assert refusal(AskRequest, {"question": "Who?", "top": "2"}) == (("top",), "int_type")
    assert AskRequest.model_validate({"question": "Who?", "after": ""}).after == ""


def test_an_address_asks_with_q() -> None:
    asked = AskQuery.model_validate({"q": "Who?", "top": "2", "source": ["a", "b"], "timeline": "true"})
    assert (asked.question, asked.top, asked.source, asked.timeline) == ("Who?", 2, ["a", "b"], True)
    for name in ("question", "query"):
        assert AskQuery.model_validate({name: "Who?"}).question == "Who?"
        assert SearchQuery.model_validate({name: "fair"}).question == "fair"
        assert refusal(SearchQuery, {"q": "fair", name: "fair"}) == ((name,), "extra_forbidden")
    assert refusal(AskQuery, {"top": "2"}) == (("q",), "missing")
    assert refusal(AskQuery, {"q": "Who?", "tpo": "2"}) == (("tpo",), "extra_forbidden")
    assert refusal(AskQuery, {"q": "Who?", "top": "many"}) == (("top",), "int_parsing")
