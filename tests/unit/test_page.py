"""What the page shows, without a browser: marked text, words for numbers, addresses, time, the API."""

import pytest
from starlette.datastructures import QueryParams

from nutgraf.api.web.page.examples import candidates
from nutgraf.api.web.page.form import SearchForm, has_empty_fields
from nutgraf.api.web.page.passages import passage_views
from nutgraf.api.web.page.reference import operations, shapes
from nutgraf.api.web.page.render import (
    citation,
    confidence,
    day,
    paragraphs,
    percent,
    pieces,
    place,
    web,
)
from nutgraf.api.web.page.strips import rival, strips

ARTICLE = {"id": "a/1", "title": "T", "url": None, "source": None, "published": "2014-05-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("spans", "cut"),
    [
        ([], ["-abcdef"]),
        ([(12, 14)], ["-ab", "+cd", "-ef"]),
        ([(10, 16)], ["+abcdef"]),
        ([(0, 12), (15, 99)], ["+ab", "-cde", "+f"]),
        ([(13, 15), (12, 14)], ["-ab", "+cd", "+e", "-f"]),  # they overlap: nothing is shown twice
        ([(0, 10), (16, 20)], ["-abcdef"]),
    ],
)
def test_pieces(spans: list[tuple[int, int]], cut: list[str]) -> None:
    assert ["-+"[piece.marked] + piece.text for piece in pieces("abcdef", 10, spans)] == cut


def test_a_quote_over_two_paragraphs() -> None:
    lines = [*paragraphs("One two\n \n\nthree four", [(4, 16)])]
    assert lines == [[("One ", False), ("two", True)], [("three", True), (" four", False)]]


@pytest.mark.parametrize(
    ("probability", "words", "number"),
    [
        (1.0, "Very likely", "over 99 %"),
        (0.896, "Very likely", "90 %"),
        (0.894, "Likely", "89 %"),
        (0.66, "Likely", "66 %"),
        (0.5, "Perhaps", "50 %"),
        (0.33, "Perhaps", "33 %"),
        (0.32, "A guess", "32 %"),
        (0.004, "A guess", "under 1 %"),
    ],
)
def test_confidence(probability: float, words: str, number: str) -> None:
    assert (confidence(probability), percent(probability)) == (words, number)


def test_days() -> None:
    assert day("2016-01-27T09:00:00Z") == "27 January 2016"
    assert day(None) == "no date"


def test_addresses() -> None:
    assert place("../a b?#") == "articles/..%2Fa%20b%3F%23"
    assert place("a", {"field": "text", "start": 3, "end": 5}) == "articles/a?start=3&end=5#quote"
    titled = place("a", {"field": "title", "start": 3, "end": 5})
    assert titled == "articles/a?start=3&end=5&field=title#quote"
    assert citation("../a b?#", "ris") == "v1/articles/..%2Fa%20b%3F%23?format=ris"
    quoted = citation("a", "csl-json", {"field": "title", "start": 3, "end": 5})
    assert quoted == "v1/articles/a?format=csl-json&start=3&end=5&field=title"


@pytest.mark.parametrize(
    "url", [None, "", "javascript:alert(1)", "data:text/html,x", "//evil", "http://[", "ftp://a"]
)
def test_no_link_but_to_the_web(url: str | None) -> None:
    assert web(url) is None
    assert web("https://news.example/1") == "https://news.example/1"


def test_an_address_holds_what_was_typed_and_nothing_empty() -> None:
    given = QueryParams("q=+who%3F+&after=&before=2016&source=A+B&source=&source=C&utm=x")
    form = SearchForm.of(given)
    assert form == SearchForm("who?", before="2016", source=("A B", "C"))
    assert form.url == "?q=who%3F&before=2016&source=A+B&source=C"
    assert form.filters == "before 2016, A B, C"
    assert form.without_filters() == "?q=who%3F"
    assert SearchForm().url == ""
    assert has_empty_fields(given)
    assert not has_empty_fields(QueryParams("q=who&utm="))


def test_examples_ask_who_holds_a_post() -> None:
    texts = [
        "So said the Chinese foreign minister, Wang Yi, on Monday.",
        "The company’s president, Ann Lee, agreed. French President Emmanuel Macron left.",
        "The president of World Athletics, Sebastian Coe. On Monday President Joe Biden spoke.",
    ]
    assert candidates(texts) == {
        "Who is the president of World Athletics?": "Sebastian Coe",
        "Who is the French President?": "Emmanuel Macron",
        "Who is the Chinese foreign minister?": "Wang Yi",
    }


@pytest.mark.parametrize(
    ("text", "question", "words"),
    [
        (
            "Since the Tarn Observatory was founded in 1931, it",
            "When was the Tarn Observatory founded?",
            "1931",
        ),
        ("The Karsk Bridge was opened in May 1987.", "When was the Karsk Bridge opened?", "1987"),
        ("Ada Novak was born on 3 March 1902 in Pell.", "When was Ada Novak born?", "1902"),
        ("Ada Novak was born on March 3, 1902, in Pell.", "When was Ada Novak born?", "1902"),
        ("Police said 12 people were injured in Drevnik.", "How many people were injured in Drevnik?", "12"),
        (
            "The attacks killed at least 1,130 civilians in the Upper Vale.",
            "How many civilians were killed in the Upper Vale?",
            "1,130",
        ),
        ("Nordic Rail Freight, based in Oslo, said so.", "Where is Nordic Rail Freight based?", "Oslo"),
        ("Tarn Air, which is headquartered in Pell, flew.", "Where is Tarn Air headquartered?", "Pell"),
    ],
)
def test_an_example_of_each_kind(text: str, question: str, words: str) -> None:
    assert candidates([text]) == {question: words}


@pytest.mark.parametrize(
    "text",
    [
        "It was founded in 1931.",
        "In Monday Market Square was opened in 1931.",
        "The Bridge was opened in 87.",
        "12 people were injured in January.",
        "12 people were injured in a blast.",
        "They Said So, based in Oslo.",
    ],
)
def test_what_makes_no_example(text: str) -> None:
    assert candidates([text]) == {}


def test_kinds_of_examples_take_turns() -> None:
    posts = [f"The mayor of Ort{n}, Ann Lee, spoke." for n in "abcdefghij"]
    texts = [*posts, "Karsk Bridge was opened in 1987.", "Tarn Air, based in Pell, flew."]
    assert [question.split()[0] for question in candidates(texts)] == ["Who", "When", "Where", *["Who"] * 5]


def said(text: str, status: str, *days: str | None) -> dict[str, object]:
    articles = [
        {
            "article": {"id": f"{text}{n}", "published": d and f"{d}T00:00:00Z"},
            "field": "text",
            "start": n,
            "end": n + 9,
            "text": text,
        }
        for n, d in enumerate(days)
    ]
    dated = [d for d in days if d]
    first, last = (min(dated), max(dated)) if dated else (None, None)
    return {
        **{"text": text, "status": status, "first": first, "last": last, "articles": articles},
        **{"outlets": ["A", "B", "C", "D"][: len(days)], "independent": 1},
    }


def test_strips() -> None:
    old = said("Finch", "superseded", "2014-01-01", "2014-01-01", "2014-04-11")
    new = said("Bell", "current", "2014-02-20", None)
    shown = strips([old, new, said("Lee", "undated", None)])
    assert [strip.dots for strip in shown] == [(2.0, 98.0), (50.0,), ()]  # 100 days on 96 per cent
    assert shown[0].who == "3 articles, 1 independent: A, B, C"
    assert shown[1].href == "articles/Bell0?start=0&end=9#quote"
    assert rival(shown, {"article": {"id": "Finch2"}}) == ("superseded", shown[1])
    assert rival(shown, {"article": {"id": "Bell1"}}) is None
    assert rival(shown, {"article": {"id": "Lee0"}}) is None
    assert strips([old, said("Lee", "undated", None)]) == []


def test_the_passage_with_the_answer_is_shown() -> None:
    def passage(start: int, text: str) -> dict[str, object]:
        place = {"field": "text", "start": start, "end": start + len(text), "page": 2}
        return {"article": ARTICLE, "text": text, "copies": [], "versions": [], **place}

    answer = {"article": ARTICLE, "field": "text", "start": 24, "end": 28, "support": []}
    passages = [passage(0, "Nothing here."), passage(20, "The golden owl.")]
    (looked,) = passage_views({"answers": [answer], "passages": passages})
    assert [*looked.lines[0]] == [("The ", False), ("gold", True), ("en owl.", False)]
    assert (looked.more, looked.page, looked.href) == (1, 2, "articles/a%2F1?start=24&end=28#quote")
    (nearest,) = passage_views({"answers": [], "passages": passages})
    assert nearest.lines == ([("Nothing here.", False)],)
    assert nearest.href == "articles/a%2F1?start=0&end=13#quote"
    (titled,) = passage_views({"answers": [answer | {"field": "title"}], "passages": passages})
    assert titled.lines == nearest.lines
    assert titled.href == "articles/a%2F1?start=24&end=28&field=title#quote"


def test_the_api_in_words() -> None:
    ref = {"$ref": "#/components/schemas/Ask"}
    many = {"type": "array", "items": ref}
    described = {
        "paths": {
            "/v1/ask": {
                "post": {
                    "description": "Answer.",
                    "requestBody": {"content": {"application/json": {"schema": ref}}},
                    "responses": {"200": {"content": {"text/plain": {"schema": {"type": "string"}}}}},
                }
            }
        },
        "components": {
            "schemas": {
                "Ask": {
                    "required": ["q"],
                    "properties": {
                        "q": {"type": "string", "description": "What.", "examples": ["who?"]},
                        "more": {"anyOf": [many, {"type": "null"}]},
                        "kind": {"enum": ["a", "b"], "default": "a"},
                    },
                }
            }
        },
    }
    (operation,) = operations(described)
    assert (operation.method, operation.path, operation.description) == ("POST", "/v1/ask", "Answer.")
    assert [(body.label, body.refers) for body in operation.takes] == [("Ask", "Ask")]
    assert [(body.label, body.refers) for body in operation.gives] == [("200 string text/plain", None)]
    (shape,) = shapes(described)
    assert [(one.name, one.kind, one.refers, one.required, one.example) for one in shape.fields] == [
        ("q", "string", None, True, '"who?"'),
        ("more", "list of Ask or null", "Ask", False, None),
        ("kind", '"a" or "b"', None, False, None),
    ]
    assert shape.example.count('"q": "who?"') == 7  # an object that holds itself ends somewhere
