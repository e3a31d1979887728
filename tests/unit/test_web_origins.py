"""Origins whose pages may ask: scheme, host and port, and no pattern of them."""

import pytest

from nutgraf.api.web.origins import checked_origins
from nutgraf.errors import BadOption


@pytest.mark.parametrize(
    ("origin", "sent"),
    [
        ("https://desk.example", "https://desk.example"),
        ("https://Desk.Example/", "https://desk.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("https://desk.example:443", "https://desk.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_as_a_browser_sends_it(origin: str, sent: str) -> None:
    assert checked_origins([origin]) == (sent,)


@pytest.mark.parametrize(
    "origin",
    [
        *("", "*", "null", "desk.example", "https://", "https://*.example", "https://desk.example/app"),
        *("ftp://desk.example", "https://desk.example?x", "https://user@desk.example", "https://[::1"),
        *("https://desk.example, https://b.example", "file:///x", "https://a\nb"),
    ],
)
def test_what_is_no_origin(origin: str) -> None:
    with pytest.raises(BadOption, match="is no origin"):
        checked_origins([origin])
