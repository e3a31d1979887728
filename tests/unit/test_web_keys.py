"""Keys: their form, who they let in, how often, and that nobody sees them."""

from pathlib import Path

import pytest

from nutgraf.api.web.keys import READ, WRITE, Rates, matching, parse_keys, read_keys
from nutgraf.errors import BadOption

SECRET, OTHER = "s3cret-of-sixteen", "another-0f-sixteen"


def test_names_and_scopes() -> None:
    bare, named, writer = parse_keys([SECRET, f"wire={OTHER}", f"desk:write={OTHER}x"])
    assert [(k.name, k.scope) for k in (bare, named, writer)] == [
        ("key-1", READ),
        ("wire", READ),
        ("desk", WRITE),
    ]
    assert [k.allows(READ) for k in (bare, writer)] == [True, True]
    assert [k.allows(WRITE) for k in (bare, writer)] == [False, True]


def test_only_the_whole_secret_opens() -> None:
    keys = parse_keys([f"a={SECRET}", f"b={OTHER}"])
    assert matching(keys, OTHER) is keys[1]
    for wrong in ("", SECRET[:-1], f"{SECRET} ", f"a={SECRET}", "\udcff", SECRET.upper()):
        assert matching(keys, wrong) is None
    assert matching([], SECRET) is None


@pytest.mark.parametrize(
    "given",
    [
        ["short"],
        ["a:admin=" + SECRET],
        ["a b=" + SECRET],
        [""],
        ["name="],
        [SECRET, "with blank inside it"],
        [f"a={SECRET}", f"a={OTHER}"],
    ],
)
def test_a_bad_key_is_refused_and_never_repeated(given: list[str]) -> None:
    with pytest.raises(BadOption) as caught:
        parse_keys(given)
    assert SECRET not in f"{caught.value} {caught.value.hint}"
    assert "admin" not in str(caught.value)


def test_a_secret_is_not_in_what_is_printed() -> None:
    (key,) = parse_keys([f"a={SECRET}"])
    assert SECRET not in repr(key)
    assert "digest" not in repr(key)


def test_a_file_of_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(f"# the desk\n\n desk:write={SECRET} \nwire={OTHER}\n")
    assert [key.name for key in parse_keys(read_keys(path))] == ["desk", "wire"]
    with pytest.raises(BadOption, match="No such file"):
        read_keys(tmp_path / "none")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadOption, match="not UTF-8"):
        read_keys(path)


def test_rates_by_hand() -> None:
    """120 a minute: 20 at once, then one every half second."""
    clock = [100.0]
    rates = Rates(120, lambda: clock[0])
    assert [rates.wait_s("a") for _ in range(20)] == [0.0] * 20
    assert rates.wait_s("a") == pytest.approx(0.5)
    assert rates.wait_s("b") == 0.0
    clock[0] += 0.5
    assert [rates.wait_s("a"), rates.wait_s("a")] == [0.0, pytest.approx(0.5)]
    clock[0] += 3600.0
    assert [rates.wait_s("a") for _ in range(20)] == [0.0] * 20
    assert rates.wait_s("a") > 0.0


def test_looking_takes_nothing() -> None:
    rates = Rates(60, lambda: 0.0)  # ten at once
    assert [rates.wait_s("a", take=False) for _ in range(20)] == [0.0] * 20
    assert [rates.wait_s("a") for _ in range(10)] == [0.0] * 10
    assert [rates.wait_s("a", take=False), rates.wait_s("a")] == [1.0, 1.0]


def test_names_without_end_take_no_memory_without_end() -> None:
    rates = Rates(60, lambda: 0.0)
    for number in range(Rates.MOST_NAMES + 500):
        rates.wait_s(str(number))
    assert len(rates._buckets) == Rates.MOST_NAMES
