"""Which addresses may be asked."""

import ipaddress

import pytest

from nutgraf.indexer.loaders.identity import names_page
from nutgraf.indexer.web.errors import FetchFailed
from nutgraf.indexer.web.hosts import Target, refusal_of

PRIVATE = ["127.0.0.1", "127.9.9.9", "10.0.0.7", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd00::1"]
NEVER = [
    *("0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("::", "fe80::1", "ff02::1", "2001:db8::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"),
]


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:21f::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_asked(address: str) -> None:
    assert refusal_of(ipaddress.ip_address(address)) == ""


@pytest.mark.parametrize("address", [*PRIVATE, "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::1"])
def test_private_addresses_are_asked_only_where_that_is_allowed(address: str) -> None:
    refusal = refusal_of(ipaddress.ip_address(address))
    assert refusal == "a private address: --allow-private lets it be asked"
    assert refusal_of(ipaddress.ip_address(address), allow_private=True) == ""


@pytest.mark.parametrize("address", NEVER)
def test_other_addresses_are_never_asked(address: str) -> None:
    for allow_private in (False, True):
        assert "never asked" in refusal_of(ipaddress.ip_address(address), allow_private=allow_private)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("HTTPS://News.Example", "https://news.example/"),
        ("https://news.example:443/a?b=c#d", "https://news.example/a?b=c"),
        ("http://news.example:8080/a b", "http://news.example:8080/a%20b"),
        ("https://news.example/caf\u00e9?q=\u00e9", "https://news.example/caf%C3%A9?q=%C3%A9"),
        ("https://b\u00fccher.example/a", "https://xn--bcher-kva.example/a"),
        ("http://[::1]:80/a", "http://[::1]/a"),
        ("https://news.example./%7Ea", "https://news.example/%7Ea"),
    ],
)
def test_the_parts_of_an_address(address: str, url: str) -> None:
    assert Target.of(address).url == url


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("file:///etc/passwd", "has the scheme 'file', expected http or https"),
        ("gopher://news.example/", "has the scheme 'gopher', expected http or https"),
        ("https://me:secret@news.example/", "has a user name or password, which is not sent"),
        ("https://news.example\\@10.0.0.1/", "has a user name or password, which is not sent"),
        ("https:///a", "names no host"),
        ("https://news.example:99999/", "is no address of the web"),
        ("https://news example/", "is no address of the web"),
        ("https://[::1/", "is no address of the web"),
        ("https://news.example/" + "a" * 2000, "is longer than 2,000 characters"),
    ],
)
def test_what_is_no_address(address: str, reason: str) -> None:
    with pytest.raises(FetchFailed) as error:
        Target.of(address)
    assert str(error.value) == reason
    assert error.value.lasting


@pytest.mark.parametrize(
    ("stated", "fetched", "its_own"),
    [
        ("https://www.tarn.example/a", "https://tarn.example/a?utm_source=x", True),
        ("https://tarn.example/a", "https://amp.tarn.example/a", True),
        ("https://tarn.example/a", "http://tarn.example/b", True),
        ("https://tarn.example/", "https://tarn.example/a", False),  # the front page
        ("https://tarn.example/", "https://tarn.example/", True),
        ("https://quist.example/a", "https://tarn.example/a", False),  # another outlet's article
        ("https://eviltarn.example/a", "https://tarn.example/a", False),
        ("javascript:alert(1)", "https://tarn.example/a", False),
        ("", "https://tarn.example/a", False),
    ],
)
def test_no_page_speaks_for_another_site(stated: str, fetched: str, its_own: bool) -> None:
    assert names_page(stated, fetched) is its_own
