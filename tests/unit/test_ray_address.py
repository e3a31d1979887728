"""Addresses of Ray on the command line, and what is said where Ray cannot be used; no cluster is started."""

import sys

import pytest
from typer import Context
from typer.main import get_command

from nutgraf.api.commands.cli import app
from nutgraf.errors import StorageFailed
from nutgraf.indexer.ray.cluster import RayCluster, is_address


@pytest.mark.parametrize("text", ["local", "auto", "10.0.0.1:6379", "head.example:6379", "ray://head:10001"])
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text", ["articles/", "10.0.0.1", "head:", "http://head:1/x", "a/b:6379", "--json", ""]
)
def test_no_addresses(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(StorageFailed, match="is no address of Ray"):
        RayCluster(text)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("articles/ --ray", "articles/ --ray=local"),
        ("--ray articles/", "--ray=local articles/"),
        ("articles/ --ray --json", "articles/ --ray=local --json"),
        ("articles/ --ray 10.0.0.1:6379", "articles/ --ray 10.0.0.1:6379"),
        ("--ray auto articles/", "--ray auto articles/"),
        ("--ray=head:6379 articles/", "--ray=head:6379 articles/"),
    ],
)
def test_an_address_may_be_left_out(typed: str, read: str) -> None:
    group = get_command(app)
    words = group.resolve_command(Context(group), ["index", *typed.split()])[2]  # type: ignore[attr-defined]
    assert words == read.split()


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(StorageFailed, match="Ray is not installed") as failed, RayCluster("local"):
        pass
    assert failed.value.hint == "python -m pip install 'nutgraf[ray]'"
