"""The README's pictures load nothing from elsewhere, are small, and show what their script runs."""

from lxml import etree

from benchmarks.pictures import COMMANDS, PAGE_PICTURE, TERMINAL_PICTURE

MOST_BYTES = 300_000
SVG = "{http://www.w3.org/2000/svg}"


def test_the_terminal_shows_each_command() -> None:
    """If this fails, run `make pictures`."""
    picture = etree.parse(TERMINAL_PICTURE)
    lines = ["".join(text.itertext()).replace("\xa0", " ") for text in picture.iter(f"{SVG}text")]
    assert [line for line in lines if line in COMMANDS] == COMMANDS


def test_the_terminal_loads_nothing() -> None:
    source = TERMINAL_PICTURE.read_text(encoding="utf-8")
    assert source.count("http") == source.count('xmlns="http://www.w3.org/2000/svg"') == 1
    assert "@font-face" not in source
    assert "<script" not in source


def test_pictures_are_small() -> None:
    assert PAGE_PICTURE.read_bytes().startswith(b"\x89PNG")
    assert 10_000 < PAGE_PICTURE.stat().st_size < MOST_BYTES
    assert 1_000 < TERMINAL_PICTURE.stat().st_size < MOST_BYTES
