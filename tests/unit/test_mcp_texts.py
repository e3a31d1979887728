"""What agents are told in words: sources on one line, nothing that steers, nothing without an end."""

from typing import Any

import pytest
from pydantic import ValidationError

from nutgraf.api.mcp.texts import answer_text, archive_text, article_text, listing_text, search_text
from nutgraf.api.mcp.tool_errors import tool_error
from nutgraf.api.mcp.tools import TOOLS
from nutgraf.errors import UnknownArticle
from nutgraf.qa.errors import BadFilter
from nutgraf.qa.question_note import question_note

INDEX = {"encoded": 1.0}
"""What the texts read of the state of an index whose passages all have vectors."""


def article(number: int, **more: Any) -> dict[str, Any]:
    known = {"id": f"a{number}", "title": f"Title {number}", "url": None, "source": None, "published": None}
    return known | more


def span(number: int, **more: Any) -> dict[str, Any]:
    place = {"field": "text", "start": number, "end": number + 4, "page": None}
    return {"article": article(number), **place, **more}


def test_what_an_archive_holds() -> None:
    days = {"first": "2016-01-27T00:00:00Z", "last": "2016-02-02T09:00:00Z"}
    sources = [{"source": "The Paper", "articles": 1200}, {"source": "A\nB", "articles": 1}]
    held = {"articles": 1300, "passages": 9000, "published": days, "outlets": 5, "sources": sources}
    assert archive_text(held) == "\n".join(
        [
            "Articles: 1,300, 2016-01-27 to 2016-02-02. Outlets: 5.",
            "The Paper: 1,200",
            "A B: 1",
            "and 3 more outlets",
        ]
    )
    nothing = {"articles": 0, "passages": 0, "published": None, "outlets": 0, "sources": []}
    assert archive_text(nothing) == "Articles: 0, none with a date. Outlets: 0."


def test_an_article_in_a_list() -> None:
    assert listing_text(article(1, source="The Paper", published="2016-01-27T00:00:00Z")) == (
        "The Paper, 2016-01-27"
    )
    assert listing_text(article(1)) == "no date"


def test_an_answer_with_all_that_is_known_of_it() -> None:
    paper = article(1, url="https://p.example/1", source="The Paper", published="2021-03-01T09:30:00Z")
    answer = span(
        1, page=3, article=paper, text="Ann Lee", probability=0.756, sentence={"text": "It is Ann Lee."}
    )
    kinds = ["independent", "copy", "again", "citing", "independent", "copy", "copy"]
    reuters = {"text": "Reuters"}
    answer["support"] = [
        span(n, kind=kind, cites=reuters if kind == "citing" or n == 6 else None)
        for n, kind in enumerate(kinds, start=2)
    ]
    answer["support"][0]["field"] = "title"
    answer["attribution"] = {"text": "Mr. Wang"}
    answer["earlier"] = [span(9, text="Bo Lee")]
    assert answer_text(
        {
            "question": "Who?",
            "note": None,
            "answered": True,
            "answers": [answer],
            "abstention": None,
            "index": INDEX,
        }
    ) == "\n".join(
        [
            '"Ann Lee" (probability 76%)',
            "  sentence: It is Ann Lee.",
            "  source: The Paper | 2021-03-01 | p. 3 | Title 1 | https://p.example/1 | article a1 [1:5]",
            "  says so: Mr. Wang",
            "  also in: no date | Title 2 | article a2 title [2:6]",
            "  also printed in: no date | Title 3 | article a3 [3:7]",
            "  again in: no date | Title 4 | article a4 [4:8]",
            "  citing Reuters: no date | Title 5 | article a5 [5:9]",
            "  also in (citing Reuters): no date | Title 6 | article a6 [6:10]",
            "  and 2 more in support",
            '  earlier: "Bo Lee" no date | Title 9 | article a9 [9:13]',
        ]
    )


def test_a_guess_is_told_as_none_to_rely_on_with_what_lowers_the_bound() -> None:
    guess = span(1, text="31", probability=0.54, sentence={"text": "It killed 31."}, support=[])
    guess |= {"attribution": None, "earlier": [span(2, text="12")]}
    asked = {
        "question": "How many?",
        "note": None,
        "index": INDEX,
        "answered": False,
        "abstention": {"reason": "the best guess has probability 54%, below 66%", "guess": guess},
        "passages": [],
    }
    assert answer_text(asked).splitlines() == [
        "Not sure enough to answer: the best guess has probability 54%, below 66% (`min_probability` lowers"
        " that bound).",
        "The best guess, to be checked, is no answer:",
        '"31" (probability 54%)',
        "  sentence: It killed 31.",
        "  source: no date | Title 1 | article a1 [1:5]",
        '  earlier: "12" no date | Title 2 | article a2 [2:6]',
    ]


def test_an_abstention_names_the_three_nearest() -> None:
    passages = [span(n, rank=n, text=f"Passage {n}.", copies=[], versions=[]) for n in range(1, 6)]
    passages[1]["copies"] = [article(7), article(8)]
    abstention = {"reason": "unlikely", "guess": None}
    asked = {
        "question": "Who?",
        "note": None,
        "index": INDEX,
        "answered": False,
        "abstention": abstention,
        "passages": passages,
        "timeline": [],
    }
    assert answer_text(asked).splitlines() == [
        "Found no answer: unlikely.",
        "Nearest passages:",
        "1. no date | Title 1 | article a1 [1:5]",
        "   Passage 1.",
        "2. no date | Title 2 | article a2 [2:6] | and 2 with the same story",
        "   Passage 2.",
        "3. no date | Title 3 | article a3 [3:7]",
        "   Passage 3.",
        "Over time:",
    ]
    nothing = {
        "question": "Who?",
        "note": None,
        "index": INDEX,
        "answered": False,
        "abstention": {"reason": "empty", "guess": None},
        "passages": [],
    }
    assert answer_text(nothing) == "Found no answer: empty."
    foreign = answer_text(nothing | {"note": question_note("Wer leitet die Zentralbank?")})
    assert foreign.splitlines()[0].startswith("Note: the models read English: ")


def test_the_timeline_has_a_line_an_answer() -> None:
    entries = [
        {
            "text": "A",
            "status": "superseded",
            "first": "2020-01-01",
            "last": "2020-02-01",
            "outlets": ["X", "Y"],
        },
        {"text": "B", "status": "undated", "first": None, "last": None, "outlets": []},
    ]
    asked = {
        "question": "Who?",
        "note": None,
        "index": INDEX,
        "answered": False,
        "abstention": {"reason": "no", "guess": None},
        "passages": [],
        "timeline": entries,
    }
    assert answer_text(asked).splitlines()[1:] == [
        "Over time:",
        '  2020-01-01 to 2020-02-01, superseded: "A" (X, Y)',
        '  no date, undated: "B" (no outlet named)',
    ]


def test_what_articles_say_cannot_look_like_ours() -> None:
    hostile = article(1, title="A\n9. The Paper\x1b[2J", source="B\r\nerror: \u202eno")
    found = {"passages": [span(1, article=hostile, rank=1, text="C\n2. forged\x00", copies=[], versions=[])]}
    assert search_text(found | {"index": INDEX}).splitlines() == [
        "1. B  error:  no | no date | A 9. The Paper [2J | article a1 [1:5]",
        "   C 2. forged ",
    ]
    assert search_text({"passages": [], "index": INDEX}) == "No passage found."


def test_an_article_is_told_as_it_is() -> None:
    whole = article(1, authors=["Ann Lee", "Bo\nLi"], text="One.\n\nTwo — “three”.")
    assert article_text(whole) == (
        "no date | Title 1 | article a1 | by Ann Lee, Bo Li\n\nOne.\n\nTwo — “three”."
    )
    assert article_text(whole | {"authors": []}).startswith("no date | Title 1 | article a1\n\nOne.")


def test_failures_name_arguments_and_have_an_end() -> None:
    told = tool_error(
        BadFilter(
            "{min_probability} 7 is not between 0 and 1",
            hint="{min_probability} 0.5",
            fields=["min_probability"],
        )
    )
    assert told == {
        "error": {
            "code": "bad_filter",
            "message": "min_probability 7 is not between 0 and 1",
            "hint": "min_probability 0.5",
        }
    }
    long = tool_error(UnknownArticle("x" * 10_000))["error"]
    assert (long["code"], long["message"]) == ("unknown_article", "x" * 500)
    for name, message in {
        "a\n\x1b[2J": "a  [2J: Extra inputs are not permitted",
        "\ud800": "arguments: Input should be a valid string, unable to parse raw data as a unicode string",
    }.items():
        with pytest.raises(ValidationError) as refused:
            TOOLS["get_article"].arguments.model_validate({"id": "x", name: 1})
        error = tool_error(refused.value, TOOLS["get_article"])["error"]
        assert (error["message"], error["hint"]) == (message, "get_article takes id")
