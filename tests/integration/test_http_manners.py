"""The manners of a service: behind a prefix, zipped, asked from other origins, by an address, described."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from nutgraf.api.web.app import Serving, create_app
from nutgraf.api.web.guard import AccessRules
from nutgraf.api.web.keys import parse_keys
from nutgraf.api.web.proxies import HEADER, ProxyRules, trusted_proxies
from nutgraf.archive import Archive
from nutgraf.settings import Settings

QUESTION = "What did China agree to on sanctions?"
QUOTE = "new United Nations sanctions against the North"
KERRY = "/articles/seeds%2F004_d6905fbb12041181.txt"
ORIGIN, PROXY = "https://desk.example", "10.1.2.3"
READER = "0123456789abcdef"


@pytest.fixture(scope="module")
def index(seeds_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(seeds_index, tmp_path_factory.mktemp("manners") / "index"))


@pytest.fixture(scope="module")
def client(index: Path) -> Iterator[TestClient]:
    """Return a client whose address is that of the trusted proxy."""
    proxy = ProxyRules(trusted=trusted_proxies([PROXY]))
    serving = Serving(rules=AccessRules(per_minute=100_000), proxy=proxy, cors_origins=(ORIGIN,))
    app = create_app(Archive(Settings(index=index)), serving)
    with TestClient(app, base_url="http://localhost", client=(PROXY, 1)) as opened:
        yield opened


# --- a prefix -------------------------------------------------------------------------------------------


def links(page: str) -> list[str]:
    return [
        link
        for link in re.findall(r'(?:href|src|action|data-link|data-expand)="([^"]*)"', page)
        if not link.startswith("#")
    ]


@pytest.mark.parametrize(
    ("path", "root"),
    [("/", "./"), (f"/?q={QUESTION}", "./"), ("/docs", "./"), (KERRY, "../"), ("/articles/a/b", "../../")],
)
def test_every_link_of_a_page_is_below_the_prefix_or_relative(
    client: TestClient, path: str, root: str
) -> None:
    page = client.get(path, headers={"Accept": "text/html"}).text
    assert len(links(page)) > 4
    assert [link for link in links(page) if not link.startswith(root)] == []
    for prefix in ("/news", "/desk/news"):
        behind = client.get(path, headers={"Accept": "text/html", HEADER: prefix}).text
        assert [link for link in links(behind) if not link.startswith(f"{prefix}/")] == []
        assert client.get(prefix + path, headers={"Accept": "text/html", HEADER: prefix}).status_code in {
            200,
            404,
        }


def test_links_lead_to_pages(client: TestClient) -> None:
    """As a browser resolves them; the styles of the article are found from its address."""
    article = client.get(KERRY)
    for link in links(article.text):
        assert client.get(str(article.url.join(link))).status_code == 200, link
    (answer, *_) = re.findall(r'<a data-result href="([^"]*)"', client.get("/", params={"q": QUESTION}).text)
    assert answer.startswith("./articles/seeds%2F")
    assert QUOTE in client.get(answer.replace("&amp;", "&")).text


def test_empty_fields_lead_to_the_address_without_them(client: TestClient) -> None:
    asked = {"q": "Who?", "after": ""}
    for headers, place in (({}, "./?q=Who%3F"), ({HEADER: "/news"}, "/news/?q=Who%3F")):
        moved = client.get("/", params=asked, headers=headers, follow_redirects=False)
        assert (moved.status_code, moved.headers["Location"]) == (303, place)


def test_the_description_says_where_the_routes_are(client: TestClient) -> None:
    for headers, root in (({}, "/"), ({HEADER: "/news"}, "/news"), ({HEADER: "//evil.example"}, "/")):
        assert client.get("/openapi.json", headers=headers).json()["servers"] == [{"url": root}]
    assert client.post("/news/v1/search", json={"query": "x"}, headers={HEADER: "/news"}).status_code == 200


def test_the_page_says_what_it_cannot_do(client: TestClient) -> None:
    page = client.get("/", params={"q": "Compare the sanctions of China and Korea"}).text
    assert "nothing is counted, compared or summed up: ask for each fact by itself." in page
    assert "nothing is counted" not in client.get("/", params={"q": QUESTION}).text


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("/v1/ask?q=Who%3F&q=Why%3F", 422, "q: it is there 2 times, expected once"),
        ("/v1/search?q=sanctions&top=1&top=2", 422, "top: it is there 2 times, expected once"),
        ("/v1/ask?q=" + "x" * 10_000, 400, "the question has 10,000 characters; at most 1,000 are read"),
        ("/v1/ask?q=%ff%fe", 400, "the question '\ufffd\ufffd' has no letter and no digit"),
        ("/v1/ask?q=%zz%", 400, None),
        ("/v1/ask?q=%00Who", 422, "q: Value error, it holds NUL or half of a surrogate pair"),
        ("/v1/ask?q=&question=", 422, None),
        ("/v1/ask", 422, "q: Field required"),
        ("/v1/ask?q=Who%3F&tpo=1", 422, "tpo: Extra inputs are not permitted"),
        ("/v1/search?q=dome&format=csv&format=ris", 422, "format: it is there 2 times, expected once"),
        ("/v1/articles?limit=1&limit=2", 422, "limit: it is there 2 times, expected once"),
        (f"/v1{KERRY}?format=ris&format=csv", 422, "format: it is there 2 times, expected once"),
        (f"/v1{KERRY}?formt=ris", 422, "formt: there is no such parameter"),
        ("/v1/info?verbose=1", 422, "verbose: there is no such parameter"),
        ("/v1/watches?newest=1", 422, "newest: there is no such parameter"),
        ("/v1/watches/changes?after=1&after=2", 422, "after: it is there 2 times, expected once"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_addresses_that_cannot_be_answered(
    client: TestClient, address: str, status: int, message: str | None
) -> None:
    answered = client.get(address)
    if address.endswith("%zz%"):  # what is no escape stands for itself
        assert answered.json()["question"] == "%zz%"
        return
    assert answered.status_code == status
    assert answered.json()["error"]["message"].startswith(message or "")


def test_a_misspelled_wait_is_refused_before_anything_is_stored(client: TestClient) -> None:
    answered = client.post("/v1/articles?wiat=true", json={"text": "The mill of Ord burned."})
    assert answered.status_code == 422
    assert answered.json()["error"]["message"] == "wiat: there is no such parameter"
    assert client.post("/v1/search?fomat=csv", json={"query": "mill"}).status_code == 422
    assert client.post("/v1/search?format=csv", json={"query": "mill"}).status_code == 200


def test_lists_of_an_address_may_be_there_several_times(client: TestClient) -> None:
    query = "source=The New York Times&source=x&author=y&author=z"
    assert client.get(f"/v1/articles?{query}").json() == {"articles": [], "next": None}


@pytest.mark.parametrize("path", ["/healthz", "/v1/info", f"/v1{KERRY}", "/", "/metrics"])
def test_head_is_answered_as_get_without_the_body(client: TestClient, path: str) -> None:
    asked, answered = client.get(path), client.head(path)
    assert (answered.status_code, answered.content) == (200, b"")
    assert answered.headers["Content-Type"] == asked.headers["Content-Type"]
    assert answered.headers.get("ETag") == asked.headers.get("ETag")
    if path != "/metrics":  # they count the requests
        assert answered.headers["Content-Length"] == asked.headers["Content-Length"]


def test_head_is_counted_with_its_route(client: TestClient) -> None:
    client.head("/v1/info")
    assert 'method="HEAD",route="/v1/info",status="200"' in client.get("/metrics").text


def test_head_finds_nothing_where_get_finds_nothing(client: TestClient) -> None:
    assert client.head("/v1/articles/none").status_code == 404
    assert client.head("/v1/ask/batch").status_code == 405


# --- compression and origins ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        *(
            ("gzip", "gzip"),
            ("GZIP", "gzip"),
            ("x-gzip", "gzip"),
            ("br, gzip;q=0.5, deflate", "gzip"),
            ("*", "gzip"),
        ),
        *(("identity;q=0.5, gzip;q=0.5", "gzip"), ("*;q=0, gzip", "gzip"), ("identity;q=0, *", "gzip")),
        *(("", None), ("identity", None), ("br, deflate", None), ("gzipped", None), ("not-gzip", None)),
        *(
            ("gzip;q=0", None),
            ("gzip; q=0.000", None),
            ("gzip;Q=0", None),
            ("gzip;q=0, *", None),
            ("*;q=0", None),
        ),
        *(("identity;q=0, gzip;q=0", None), ("identity, gzip;q=0.5", None), ("identity;q=0", None)),
        *(("gzip;q=often", None), ("gzip;q=nan", None), ("gzip;q=-1", None), ("br," * 1000 + "gzip", None)),
    ],
)
def test_an_answer_is_zipped_for_clients_that_take_it(
    client: TestClient, accepted: str, coding: str | None
) -> None:
    described = client.get("/openapi.json", headers={"Accept-Encoding": accepted})
    assert described.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in described.headers["Vary"]
    assert described.json()["info"]["title"] == "nutgraf"


def test_answers_are_zipped_and_streams_are_not(client: TestClient) -> None:
    asked = {"question": QUESTION}
    with client.stream("POST", "/v1/ask", json=asked, headers={"Accept-Encoding": "gzip"}) as answered:
        assert answered.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in answered.headers["Vary"]
        body = b"".join(answered.iter_raw())
    assert json.loads(gzip.decompress(body))["answers"][0]["text"] == QUOTE
    plain = client.post("/v1/ask", json=asked, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.json()["answers"][0]["text"] == QUOTE
    streamed = client.post("/v1/ask/stream", json=asked, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in streamed.headers
    assert "Content-Encoding" not in client.get("/healthz", headers={"Accept-Encoding": "gzip"}).headers


def test_a_page_of_a_named_origin_may_ask(client: TestClient) -> None:
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    asking["Access-Control-Request-Headers"] = "authorization, content-type"
    may = client.options("/v1/ask", headers=asking)
    assert (may.status_code, may.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
    assert may.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert "Access-Control-Allow-Credentials" not in may.headers
    answered = client.post("/v1/search", json={"query": "sanctions"}, headers={"Origin": ORIGIN})
    assert answered.headers["Access-Control-Allow-Origin"] == ORIGIN
    failed = client.post("/v1/search", json={}, headers={"Origin": ORIGIN})
    assert (failed.status_code, failed.headers["Access-Control-Allow-Origin"]) == (422, ORIGIN)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://desk.example", "https://desk.example:8443", "null"]
)
def test_a_page_of_another_origin_may_not(client: TestClient, origin: str) -> None:
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    refused = client.options("/v1/ask", headers=asking)
    assert (refused.status_code, "Access-Control-Allow-Origin" in refused.headers) == (400, False)
    answered = client.get("/v1/info", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answered.headers


# --- asked by an address --------------------------------------------------------------------------------


def test_an_address_asks_and_searches_as_a_body_does(client: TestClient) -> None:
    asked = client.get("/v1/ask", params={"q": QUESTION, "top": 2, "min_probability": 0, "timeline": "true"})
    body = {"question": QUESTION, "top": 2, "min_probability": 0.0, "timeline": True}
    assert asked.json()["answers"] == client.post("/v1/ask", json=body).json()["answers"]
    assert asked.json()["timeline"][0]["status"] == "current"
    for sources, count in ((["The New York Times"], 3), (["cnn.com", "The New York Times"], 3), (["x"], 0)):
        searched = client.get("/v1/search", params={"q": "sanctions", "top": 3, "source": sources})
        body = {"query": "sanctions", "top": 3, "source": sources}
        assert searched.json()["passages"] == client.post("/v1/search", json=body).json()["passages"]
        assert len(searched.json()["passages"]) == count
    first = client.get("/v1/search", params={"q": "sanctions", "top": 3}).json()
    rest = client.get("/v1/search", params={"q": "sanctions", "top": 3, "cursor": first["next"]}).json()
    assert rest["passages"][0]["rank"] == 4
    one = client.post("/v1/search", json={"question": "sanctions", "source": "The New York Times"})
    assert one.json()["passages"][0]["article"]["source"] == "The New York Times"


@pytest.mark.parametrize(
    ("parameters", "status", "code", "message"),
    [
        ({}, 422, "bad_request", "q: Field required"),
        ({"q": ""}, 400, "bad_question", "the question is empty"),
        ({"q": "x" * 10_000}, 400, "bad_question", "the question has 10,000 characters; at most 1,000"),
        ({"q": "why", "tpo": "3"}, 422, "bad_request", "tpo: Extra inputs are not permitted"),
        ({"q": "why", "top": "many"}, 422, "bad_request", "top: Input should be a valid integer"),
        ({"q": "why", "top": "0"}, 400, "bad_filter", "top 0 is not between 1 and 100"),
        ({"q": "why", "after": "soon"}, 400, "bad_option", "after: 'soon'"),
    ],
)
def test_an_address_that_asks_nothing(
    client: TestClient, parameters: Any, status: int, code: str, message: str
) -> None:
    answered = client.get("/v1/ask", params=parameters)
    assert (answered.status_code, answered.json()["error"]["code"]) == (status, code)
    assert answered.json()["error"]["message"].startswith(message)
    assert "--" not in answered.text


def test_a_body_without_a_type_is_told_so(client: TestClient) -> None:
    asked = client.build_request("POST", "/v1/ask", content=b'{"question": "Who?"}')
    assert "Content-Type" not in asked.headers
    refused = client.send(asked)
    assert refused.status_code == 415
    assert refused.json()["error"] == {
        "code": "bad_type",
        "message": "the request has no Content-Type, and a question comes as JSON",
        "hint": "send the header Content-Type: application/json",
    }


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b'{"question": "Who opened the f\xe9te?"}', 400, "the body is not UTF-8"),
        (b'{"question": ', 422, "the body is not JSON: "),
        (b"question=Who", 422, "the body is not JSON: "),
    ],
)
def test_a_body_that_is_no_json(client: TestClient, body: bytes, status: int, message: str) -> None:
    refused = client.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.json()["error"]["message"][: len(message)]) == (status, message)


# --- the description ------------------------------------------------------------------------------------


def test_the_description_has_plain_names_and_the_ways_to_send_a_key(client: TestClient, index: Path) -> None:
    open_to_all = client.get("/openapi.json").json()
    names = [
        operation["operationId"] for path in open_to_all["paths"].values() for operation in path.values()
    ]
    assert {"ask", "get_ask", "search", "get_search", "get_article", "info", "is_ready"} <= {*names}
    assert len({*names}) == len(names)
    assert all(re.fullmatch("[a-z_]+", name) for name in names)
    assert "security" not in open_to_all
    rules = AccessRules(keys=parse_keys([READER]))
    with_keys = create_app(Archive(Settings(index=index)), Serving(rules=rules))
    described = TestClient(with_keys).get("/openapi.json", headers={"X-API-Key": READER}).json()
    schemes = described["components"]["securitySchemes"]
    assert {name: scheme["type"] for name, scheme in schemes.items()} == {
        "bearer": "http",
        "header": "apiKey",
        "password": "http",
    }
    assert described["security"] == [{"bearer": []}, {"header": []}, {"password": []}]
    assert described["paths"]["/healthz"]["get"]["security"] == []
    assert "security" not in described["paths"]["/v1/ask"]["post"]
    parameters = {p["name"]: p for p in described["paths"]["/v1/ask"]["get"]["parameters"]}
    assert parameters["q"]["required"]
    assert set(parameters) == {
        *("q", "after", "before", "as_of", "source"),
        *("top", "min_probability", "time", "timeline", "explain", "articles", "format", "accept"),
    }
