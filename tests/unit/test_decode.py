"""Decoding: stray bytes, labels, UTF-16 without a mark, and bytes that are no text."""

import random

import pytest

from nutgraf.indexer.loaders.base import UnreadableError
from nutgraf.indexer.loaders.decode import decode, decode_markup, encoding_of
from nutgraf.indexer.loaders.labels import codec_of

NEWS = "Kell won’t get its bridge back, Zoë Müller said. “We don’t have the steel,” said André Castañeda. "
RUSSIAN = "Министр сообщил в понедельник, что переговоры продолжатся. Никто не знает, чем они кончатся. "
CHINESE = "部长周一表示，谈判将继续，没有人知道结果。国务院总理在北京会见了来访的外国领导人。\n"


@pytest.mark.parametrize(
    ("tail", "read"),
    [
        (b"It was a pity for the caf\xc3", "It was a pity for the caf\ufffd"),
        (b"He said \xe2\x80", "He said \ufffd"),
        (b"the county\x92s works", "the county’s works"),
        (b"the \x93mess\x94 of it", "the “mess” of it"),
        (b"the caf\xe9 was shut", "the café was shut"),
        (b'a field that was cut (caf\xc3" and more', 'a field that was cut (caf\ufffd" and more'),
    ],
)
def test_one_bad_byte_costs_one_character(tail: bytes, read: str) -> None:
    assert decode(NEWS.encode() + tail) == NEWS + read


def test_a_character_that_is_cut_in_plain_english() -> None:
    assert decode(b"It was a pity for the caf\xc3") == "It was a pity for the caf\ufffd"
    assert decode(b"It was a pity for the caf\xe9") == "It was a pity for the café"


def test_files_that_were_joined_in_two_encodings() -> None:
    assert decode(NEWS.encode() + NEWS.encode("cp1252")) == NEWS + NEWS


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [NEWS * 2, RUSSIAN * 2, CHINESE * 3])
def test_wide_encodings_without_a_mark(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text
    assert encoding_of(text.encode(encoding)) == encoding


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_marks(encoding: str) -> None:
    assert decode(NEWS.encode(encoding)) == NEWS
    assert NEWS.encode(encoding).decode(encoding_of(NEWS.encode(encoding))) == NEWS


@pytest.mark.parametrize(
    "text",
    [
        "L’été où l’élève a été relâché, la fenêtre était fermée à côté. ",
        "Für die Größe über Öl müssen Mädchen möglichst größer sein. ",
    ],
)
def test_short_western_texts_with_many_accents(text: str) -> None:
    assert decode(text.encode("cp1252")) == text
    assert encoding_of(text.encode("cp1252") + b"\n") in {"cp1252", "cp1250"}


def test_bytes_that_mean_nothing_in_windows_1252_are_left_out() -> None:
    assert decode(b"He said \x93no\x9d and left\x81.") == "He said “no and left."


def random_bytes() -> bytes:
    return random.Random(1).randbytes(5000)


def samples() -> bytes:
    values = random.Random(1).choices(range(-300, 300), k=3000)
    return b"".join(value.to_bytes(2, "little", signed=True) for value in values)


@pytest.mark.parametrize(
    "data",
    [random_bytes(), samples(), b"%PDF-1.4", b"SQLite format 3\0", b"\0" * 50],
)
def test_what_is_binary(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="binary file"):
        decode(data)


@pytest.mark.parametrize(
    "text", ["SQLite format 3 is old news.", "GIF8 is no picture.", "An end\x1a", "One\0 byte."]
)
def test_what_is_not_binary(text: str) -> None:
    assert decode(text.encode()) == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "cp1252"),
        ("us-ascii", "cp1252"),
        (" Latin1 ", "cp1252"),
        ("latin5", "cp1254"),
        ("x-sjis", "cp932"),
        ("GB2312", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("tis-620", "cp874"),
        ("unicode", "utf-16-le"),
        ("macintosh", "mac-roman"),
        ("punycode", None),
        ("utf-7", None),
        ("hz-gb-2312", None),
    ],
)
def test_labels(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (b"\xb3\xf3d\xbc", "iso-8859-2", "łódź"),
        (b"He said \x93no\x94.", "iso-8859-1", "He said “no”."),
        (NEWS.encode(), "iso-8859-1", NEWS),
        (NEWS.encode("cp1252"), "utf-8", NEWS),
        ("部长周一表示".encode("gbk"), "gb2312", "部长周一表示"),
        ("大臣は月曜日".encode("iso2022_jp"), "iso-2022-jp", "大臣は月曜日"),
        (
            "大臣は月曜日、協議は続く。".encode("cp932") * 9 + b"\x81",
            "x-sjis",
            "大臣は月曜日、協議は続く。" * 9 + "\ufffd",
        ),
        (b"plain", "no-such-label", "plain"),
    ],
)
def test_a_label_decides_where_the_bytes_do_not(data: bytes, label: str, text: str) -> None:
    assert decode(data, label) == text


@pytest.mark.parametrize(
    "head",
    [
        '<?xml version="1.0" encoding="iso-8859-2"?>',
        "<?xml version='1.0' encoding = 'ISO-8859-2' standalone='yes'?>",
        "<html><meta charset=iso-8859-2>",
        '<meta http-equiv="Content-Type" content="text/html; charset=l2">',
    ],
)
def test_declarations_in_markup(head: str) -> None:
    assert decode_markup(head.encode() + b"\xb3\xf3d\xbc") == f"{head}łódź"
    assert decode_markup(head.encode() + b"\xb3\xf3d\xbc", "windows-1250") == f"{head}łódĽ"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1250", "Starosta řekl, že most bude hotov v září."),
        ("iso8859_2", "Starosta řekl, že most bude hotov v září, a že zdroje jsou jisté."),
        ("cp1250", "Burmistrz Łodzi powiedział, że most będzie gotowy we wrześniu."),
        ("iso8859_2", "Burmistrz Łodzi powiedział, że most będzie gotowy we wrześniu. Święto."),
        ("cp1250", "A polgármester szerint a híd szeptemberre elkészül, és több őszi járat lesz."),
        ("cp1254", "Belediye başkanı köprünün eylülde hazır olacağını söyledi."),
        ("cp1257", "Pilsētas mērs sacīja, ka tilts būs gatavs un ka avoti ir droši; daži šaubās."),
        ("cp850", "Der Bürgermeister von Köln sagte, die Brücke sei größer als früher."),
        ("mac_roman", "Der Bürgermeister von Köln sagte, die Brücke sei größer als früher."),
        ("cp1252", "Le maire a dit que l’œuvre était prête – “enfin”, à Noël."),
        ("cp1252", "Zoë Müller, José Sá and Søren Ærø met in Malmö – 5 m³ of water’s worth."),
    ],
)
def test_a_short_text_is_told_by_its_alphabet(codec: str, text: str) -> None:
    assert decode(text.encode(codec)) == text
