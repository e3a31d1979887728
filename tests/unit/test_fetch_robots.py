"""robots.txt, as RFC 9309 has it."""

import pytest

from nutgraf.indexer.web.robots import Robots


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /", "/a", False),
        ("Disallow:", "/a", True),
        ("", "/a", True),
        ("Disallow: /news", "/newsroom", False),
        ("Disallow: /news/", "/news", True),
        ("Disallow: /\nAllow: /news/", "/news/a", True),  # the longest pattern decides,
        ("Allow: /news/\nDisallow: /", "/news/a", True),  # whichever stands first,
        ("Disallow: /a\nAllow: /a", "/a", True),  # and of two as long the one that allows
        ("Disallow: /*.pdf$", "/x/a.pdf", False),
        ("Disallow: /*.pdf$", "/x/a.pdf?page=2", True),
        ("Disallow: /*?print=", "/a?print=1", False),
        ("Disallow: /a*b*c", "/axxbxx", True),
        ("Disallow: /a*b*c", "/axxbxxc/d", False),
        ("Disallow: /$", "/", False),
        ("Disallow: /$", "/a", True),
        ("Disallow: /a%2Fb", "/a/b", True),
        ("Disallow: /caf%C3%A9", "/café", False),
        ("Disallow: /café", "/caf%c3%a9/a", False),
        ("Disallow: /{id}", "/%7Bid%7D", False),
        ("Disallow: /a b", "/a%20b", False),
        ("Disallow: /[x]", "/[x]%20y", False),
        ("  disallow :  /a  # not this", "/a/b", False),
        ("Disallow /a", "/a", True),
    ],
)
def test_paths(rules: str, path: str, allowed: bool) -> None:
    assert Robots.of(f"User-agent: *\n{rules}").allows(path) is allowed


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\nDisallow: /\n\nUser-agent: nutgraf\nAllow: /",
        "User-agent: Nutgraf/1.0\nAllow: /\nUser-agent: *\nDisallow: /",
        "User-agent: other\nUser-agent: nutgraf\nDisallow: /b\nUser-agent: *\nDisallow: /",
        "User-agent: nutgrafx\nDisallow: /",
        "\ufeffUser-agent: nutgraf\nDisallow: /b\nUser-agent: *\nDisallow: /a",
        "Disallow: /a",
        "Sitemap: https://tarn.example/sitemap.xml",
    ],
)
def test_our_own_group_counts_before_that_of_everybody(text: str) -> None:
    assert Robots.of(text).allows("/a")


@pytest.mark.parametrize("name", ["nutgraf/1.0", "nutgraf 1.0", "NutGraf (+x)", "nutgraf;", "*", "* # all"])
def test_names_that_mean_us(name: str) -> None:
    assert not Robots.of(f"User-agent: {name}\nDisallow: /").allows("/a")


@pytest.mark.parametrize("name", ["nutgraf2", "nutgraf-news", "mynutgraf", "", "/nutgraf"])
def test_names_that_mean_others(name: str) -> None:
    assert Robots.of(f"User-agent: {name}\nDisallow: /").allows("/a")


def test_groups_of_the_same_name_are_one() -> None:
    robots = Robots.of(
        "User-agent: nutgraf\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: nutgraf\nDisallow: /b"
    )
    assert [robots.allows(path) for path in ("/a", "/b", "/c")] == [False, False, True]


@pytest.mark.parametrize(
    ("value", "seconds"), [("2", 2.0), ("0.5", 0.5), ("-1", 0.0), ("nan", 0.0), ("soon", 0.0)]
)
def test_the_delay_between_requests(value: str, seconds: float) -> None:
    assert Robots.of(f"User-agent: *\nCrawl-delay: {value}").delay == seconds


def test_many_agents_and_rules_take_no_more_time_than_their_lines() -> None:
    """Each rule of a group is kept once, however many names the group has."""
    text = "User-agent: *\n" * 20_000 + "User-agent: a\n" * 20_000 + "Disallow: /x\n" * 20_000
    assert len(Robots.of(text).rules) == 20_000
