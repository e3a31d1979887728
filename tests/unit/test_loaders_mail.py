"""E-mail: which words of a message are the article, what its attachments become, and mailboxes."""

import base64
import quopri
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from nutgraf.indexer.article import Article
from nutgraf.indexer.loaders.base import LoadOptions, Skipped, SourceFile
from nutgraf.indexer.loaders.discover import discover
from nutgraf.indexer.loaders.formats import load
from tests.loading import article, read, reason

DAY = datetime(2016, 1, 27, 2, tzinfo=UTC)
HEAD = """From: =?utf-8?q?Ad=C3=A9le?= Quill <quill@tarn.example>
To: desk@tarn.example
Subject: =?iso-8859-1?Q?Mill_=96?=
 =?iso-8859-1?Q?_closed?=
Date: Wed, 27 Jan 2016 10:00:00 +0800 (CST)
Message-ID: <7@tarn.example>
"""
BODY = "The mill at Tarn closed on Monday.\n\nNobody knew why.\n"


def places(items: list[Article | Skipped], path: Path) -> list[tuple[str, str]]:
    """Return the place in the file of each item, with the text of an article or the reason of a skip."""
    return [
        (str(item.origin).removeprefix(str(path)), item.text if isinstance(item, Article) else item.reason)
        for item in items
    ]


def message(text: str = "", html: str = "", subject: str = "Rain") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ada Quill <quill@tarn.example>", subject
    mail["Date"] = "Wed, 27 Jan 2016 10:00:00 +0800"
    mail["Message-ID"] = "<8@tarn.example>"
    if text:
        mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html") if text else mail.set_content(html, subtype="html")
    return mail


def test_a_message(tmp_path: Path) -> None:
    item = article(tmp_path / "a.eml", f"{HEAD}\n{BODY}".replace("\n", "\r\n"))
    assert (item.title, item.authors, item.id) == ("Mill – closed", ("Adéle Quill",), "7@tarn.example")
    assert item.text == BODY.strip()
    assert (item.published, item.published_from) == (DAY, "given")
    assert item.origin == f"{tmp_path}/a.eml"


@pytest.mark.parametrize(
    ("charset", "encoding", "transfer"),
    [
        ("utf-8", "utf-8", "base64"),
        ("iso-8859-1", "cp1252", "quoted-printable"),
        ("koi8-r", "koi8-r", "8bit"),
        ("no-such-charset", "utf-8", "quoted-printable"),
        ("us-ascii", "utf-8", "8bit"),
    ],
)
def test_charsets_and_transfer_encodings(tmp_path: Path, charset: str, encoding: str, transfer: str) -> None:
    text = "Погода: дождь" if charset == "koi8-r" else "“Rain” in Tärn, said Ada Quill on Monday."
    encode = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(transfer, bytes)
    head = f'{HEAD}Content-Type: text/plain; charset="{charset}"\nContent-Transfer-Encoding: {transfer}\n\n'
    assert article(tmp_path / "a.eml", head.encode() + encode(text.encode(encoding))).text == text


def test_the_html_of_a_message_only_where_the_text_is_a_stub(tmp_path: Path) -> None:
    html = f"<html><body><p>{'The mill at Tarn closed on Monday, said Ada Quill. ' * 3}</p></body></html>"
    whole = f"<html><body><p>{BODY}</p><p>Read more</p><p>Unsubscribe</p></body></html>"
    assert article(tmp_path / "a.eml", message(BODY, whole).as_bytes()).text == BODY.strip()
    said = ("The mill at Tarn closed on Monday, said Ada Quill. " * 3).strip()
    for stub in ("", " ", "Your mail program does not show HTML.", "https://tarn.example/newsletter/7"):
        assert article(tmp_path / "a.eml", message(stub, html).as_bytes()).text == said


def test_a_newsletter_laid_out_in_tables(tmp_path: Path) -> None:
    cells = "".join(
        f"<tr><td><table><tr><td>It rained {n} times in Tarn.</td></tr></table></td></tr>" for n in range(3)
    )
    item = article(
        tmp_path / "a.eml", message("", f"<html><body><table>{cells}</table></body></html>").as_bytes()
    )
    assert [n for n in range(3) if f"It rained {n} times in Tarn." in item.text] == [0, 1, 2]


@pytest.mark.parametrize(
    "added",
    [
        "\n-- \nAda Quill\nThe Tarn Post\n",
        "\n_______________________________________________\ntarn-news mailing list\ntarn-news@tarn.example\n"
        "https://tarn.example/mailman/listinfo/tarn-news\n",
        '\n-- \nYou received this message because you are subscribed to the Google Groups "Tarn" group.\n'
        "To unsubscribe from this group, send an e-mail.\n",
        "\n\nYou are receiving this email because you signed up.\nUnsubscribe | Manage preferences\n",
        "\n-----Original Message-----\nFrom: Bo Marsh\nSent: Tuesday\nSubject: Mill\n\nWhy did it close?\n",
        "\n________________________________\nFrom: Bo Marsh\nSent: Tuesday\nSubject: Mill\n\nWhy?\n",
        "\nOn Tue, 26 Jan 2016 at 09:00, Bo Marsh <marsh@tarn.example>\nwrote:\n> Why?\n> Tell me.\n",
        "\nBo Marsh <marsh@tarn.example> writes:\n\n> Why?\n> Tell me.\n",
        "\nmarsh@tarn.example (Bo Marsh) wrote on 26.01.2016:\n> Why?\n",
    ],
)
def test_what_is_not_of_the_message_goes(tmp_path: Path, added: str) -> None:
    assert article(tmp_path / "a.eml", f"{HEAD}\n{BODY}{added}").text == BODY.strip()


def test_words_of_the_message_stay(tmp_path: Path) -> None:
    text = (
        "He said: to unsubscribe is hard.\n\n--\n\nThe party's mailing list was stolen, and nobody knew why."
    )
    assert article(tmp_path / "a.eml", f"{HEAD}\n{text}").text == text
    quoted = "> It rained.\n> It snowed."
    assert article(tmp_path / "a.eml", f"{HEAD}\n{quoted}").text == "It rained.\nIt snowed."


@pytest.mark.parametrize(
    "text",
    [
        "To opt out, residents must write to the health board by May.\n\nThose who do not will be donors.",
        "Unsubscribe numbers doubled after the vote.\n\nMost readers now want mornings, the paper\nsaid.",
        "RAIN\nIt rained.\n\n--\nSNOW\nIt snowed for nine hours in Tarn on Monday, said Ada Quill.",
        "It rained.\n\n____________________\nFrom: The Tarn Post, 1974\n\nIt snowed.",
    ],
)
def test_lines_of_a_story_that_look_like_those_of_mail_programs(tmp_path: Path, text: str) -> None:
    whole = article(tmp_path / "a.eml", f"{HEAD}\n{BODY}\n{text}").text
    assert whole.split() == f"{BODY} {text}".split()


def test_a_signature_above_the_footer_of_a_list(tmp_path: Path) -> None:
    added = "-- \nAda Quill\nThe Tarn Post\n\n-- \nYou received this message because you subscribed to it.\n"
    assert article(tmp_path / "a.eml", f"{HEAD}\n{BODY}\n{added}").text == BODY.strip()


OLDER = [
    "From: Bo Marsh <bo@tarn.example>\nSent: Tuesday, January 26, 2016 9:00 AM\nTo: Quill\nSubject: Mill",
    "*From:* Bo Marsh\n*Date:* 26 January 2016\n*To:* Ada Quill;\nLee Holt\n*Subject:* Mill",
    "From: Bo Marsh\n\nSent: Tuesday\n\nTo: Ada Quill\n<quill@tarn.example>\n\nSubject: Mill",
    "Von: Bo Marsh\nGesendet: Dienstag, 26. Januar 2016 09:00\nAn: Ada Quill\nCc: Lee\nBetreff: AW: Mühle",
    "De : Bo Marsh\nEnvoyé : mardi 26 janvier 2016 09:00\nÀ : Ada Quill\nObjet : RE: Moulin",
    "De\xa0: Bo Marsh\nDate\xa0: mardi 26 janvier 2016\nÀ\xa0: Ada Quill\nObjet\xa0: Moulin",
    "De: Bo Marsh\nEnviado el: martes, 26 de enero de 2016 9:00\nPara: Ada Quill\nAsunto: RE: Molino",
    "Da: Bo Marsh\nInviato: martedì 26 gennaio 2016 09:00\nA: Ada Quill\nOggetto: R: Mulino",
    "Van: Bo Marsh\nVerzonden: dinsdag 26 januari 2016 09:00\nAan: Ada Quill\nOnderwerp: Molen",
    "Från: Bo Marsh\nSkickat: den 26 januari 2016 09:00\nTill: Ada Quill\nÄmne: Kvarn",
]


@pytest.mark.parametrize("header", OLDER)
def test_an_answer_above_what_outlook_quotes(tmp_path: Path, header: str) -> None:
    text = f"{BODY}\n{header}\n\nWhy did it close?\n"
    for subject in ("Re: Mill", "AW: Mill"):
        mail = message(text, subject=subject)
        assert article(tmp_path / "a.eml", mail.as_bytes()).text == BODY.strip()
    story = article(tmp_path / "b.eml", message(text).as_bytes())
    assert story.text.endswith("Why did it close?")


def test_an_answer_of_outlook_in_html(tmp_path: Path) -> None:
    header = "<b>Von:</b> Bo Marsh<br><b>Gesendet:</b> Dienstag<br><b>An:</b> Quill<br><b>Betreff:</b> Mill"
    html = f"<p>The mill at Tarn closed.</p><div><p>{header}</p></div><p>Why did it close?</p>"
    item = article(tmp_path / "a.eml", message(html=html, subject="AW: Mill").as_bytes())
    assert item.text == "The mill at Tarn closed."


@pytest.mark.parametrize(
    "told",
    [
        "From: the mayor\nTo: the people of Tarn\n\nThe mill closes.",
        "From: Tarn\n\nThe mill closes.\n\nSent: Monday\nSubject: Mill",
        "Do: bring water.\nA: Nobody knew.\nVon: hier.",
    ],
)
def test_lines_of_an_answer_that_look_like_a_header(tmp_path: Path, told: str) -> None:
    mail = message(f"{BODY}\n{told}\n\nWhy did it close?\n", subject="Re: Mill")
    assert article(tmp_path / "a.eml", mail.as_bytes()).text.endswith("Why did it close?")


def test_a_document_that_a_story_quotes(tmp_path: Path) -> None:
    quoted = "> We regret the error. The exam will be held again in\n> June."
    text = f"The board wrote on Monday:\n\n{quoted}\n\nNobody came."
    item = article(tmp_path / "a.eml", f"{HEAD}\n{text}")
    assert item.text.split("\n\n")[1].replace("\n", " ") == (
        "We regret the error. The exam will be held again in June."
    )
    answer = article(tmp_path / "b.eml", f"In-Reply-To: <6@tarn.example>\n{HEAD}\n{text}")
    assert answer.text == "The board wrote on Monday:\n\nNobody came."


def test_a_message_that_was_forwarded_twice(tmp_path: Path) -> None:
    text = (
        "FYI\n\n---------- Forwarded message ---------\nFrom: Bo Marsh <marsh@tarn.example>\n"
        "Date: 27 January 2016 at 09:00\nSubject: FW: Rain in Tarn\n\nsee below\n\n"
        "-----Original Message-----\nFrom: Press Office <press@tarn.example>\n"
        "Sent: Tuesday, January 26, 2016 9:00 AM\nSubject: Rain in Tarn\n\nIt rained.\n\nNobody knew why.\n"
    )
    item = article(tmp_path / "a.eml", message(text, subject="Fwd: FW: Rain in Tarn").as_bytes())
    assert (item.title, item.authors) == ("Rain in Tarn", ("Press Office",))
    assert item.text == "It rained.\n\nNobody knew why."


def test_a_long_note_above_a_forwarded_message_costs_no_words(tmp_path: Path) -> None:
    text = (
        f"{'It rained in Tarn. ' * 40}\n\n-----Original Message-----\nFrom: Bo\nSent: Tuesday\n\nIt snowed.\n"
    )
    item = article(tmp_path / "a.eml", message(text, subject="Fwd: Rain").as_bytes())
    assert item.text.endswith("It snowed.")


def test_parts_that_are_no_alternatives_are_read_one_after_the_other(tmp_path: Path) -> None:
    mail = message("It rained in Tarn.\n")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", disposition="inline")
    mail.add_attachment("<p>It snowed in Tarn, said Ada Quill.</p>", subtype="html", disposition="inline")
    mail.add_attachment("It hailed.\n", disposition="inline")
    item = article(tmp_path / "a.eml", mail.as_bytes())
    assert item.text == "It rained in Tarn.\n\nIt snowed in Tarn, said Ada Quill.\n\nIt hailed."


def test_parts_that_say_the_same_are_read_once(tmp_path: Path) -> None:
    mail = message(BODY)
    mail.add_attachment(f"<p>{BODY}</p>", subtype="html", disposition="inline")
    assert article(tmp_path / "a.eml", mail.as_bytes()).text == BODY.strip()


def test_a_text_that_the_mail_program_broke_into_lines(tmp_path: Path) -> None:
    head = f"{HEAD}Content-Type: text/plain; format=flowed\n\n"
    text = "The mill at \nTarn closed \non Monday.\n \n From here.\n-- \nAda\n"
    assert article(tmp_path / "a.eml", head + text).text == "The mill at Tarn closed on Monday.\n\nFrom here."


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (
            "Fwd: Rain in Tarn",
            "See below.\n\n---------- Forwarded message ---------\nFrom: *The Tarn Post* <n@tarn.example>\n"
            "Date: Tue, 26 Jan 2016 09:00:00 +0000\nSubject: Rain in Tarn\nTo: Bo <b@tarn.example>\n\n\n"
            "It rained.\n",
        ),
        (
            "Rain",
            "Begin forwarded message:\n\n> From: The Tarn Post <news@tarn.example>\n> Subject: Rain in Tarn\n"
            "> Date: 26 January 2016 at 09:00:00 GMT\n> To: b@tarn.example\n> \n> It rained.\n",
        ),
        (
            "FW: Rain in Tarn",
            "________________________________\nFrom: The Tarn Post [mailto:news@tarn.example]\n"
            "Sent: Tuesday, January 26, 2016 9:00 AM\nTo: Bo\nSubject: Rain in Tarn\n\nIt rained.",
        ),
    ],
)
def test_a_forwarded_message_keeps_its_own_sender_and_date(tmp_path: Path, subject: str, text: str) -> None:
    item = article(tmp_path / "a.eml", message(text, subject=subject).as_bytes())
    assert (item.title, item.text) == ("Rain in Tarn", "It rained.")
    assert item.authors[0].strip("*") == "The Tarn Post"
    assert item.published is not None
    assert item.published.date() == datetime(2016, 1, 26, tzinfo=UTC).date()


STORY = "<div>It rained.</div><div><br></div><div>Nobody knew why.</div>"
POST = "The Tarn Post &lt;<a href='mailto:news@tarn.example'>news@tarn.example</a>&gt;"
GMAIL = f"""<div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>
From: <strong>The Tarn Post</strong> <span>&lt;news@tarn.example&gt;</span><br>
Date: Tue, Jan 26, 2016 at 9:00 AM<br>Subject: Rain in Tarn<br>To: &lt;bo@tarn.example&gt;<br></div>{STORY}
</div>"""
OUTLOOK = f"""<p>See below.</p><hr><div><b>From:</b> {POST}<br><b>Sent:</b> Tuesday, January 26, 2016 9:00 AM
<br><b>To:</b> Bo<br><b>Subject:</b> Rain in Tarn</div>{STORY}"""
APPLE = f"""<blockquote type="cite"><div>Begin forwarded message:</div><br><div><b>From: </b>{POST}<br></div>
<div><b>Subject: </b><b>Rain in Tarn</b><br></div><div><b>Date: </b>26 January 2016 at 09:00:00 GMT<br></div>
<div><b>To: </b>bo@tarn.example<br></div><br><div>{STORY}</div></blockquote>"""


@pytest.mark.parametrize("html", [GMAIL, OUTLOOK, APPLE])
def test_a_message_that_was_forwarded_in_html_alone(tmp_path: Path, html: str) -> None:
    outer = message(html=f"<html><body>{html}</body></html>", subject="Fwd: Rain in Tarn")
    item = article(tmp_path / "a.eml", outer.as_bytes())
    assert (item.title, item.authors) == ("Rain in Tarn", ("The Tarn Post",))
    assert item.published == datetime(2016, 1, 26, 9, tzinfo=UTC)
    assert item.text == "It rained.\n\nNobody knew why."


def test_attachments(tmp_path: Path) -> None:
    mail = message(BODY)
    mail.add_attachment(
        b"Rain\n\nIt rained in Tarn.", maintype="application", subtype="octet-stream", filename="ré/n.txt"
    )
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="photo.png")
    mail.add_attachment(
        b"\x89PNG", maintype="image", subtype="png", filename="logo.png", disposition="inline"
    )
    mail.add_attachment(b"id,text\nb1,It hailed.\n", maintype="text", subtype="csv", filename="table.csv")
    mail.add_attachment(message("It snowed in Tarn.\n", subject="Snow"))
    mail.add_attachment("BEGIN:VCALENDAR", subtype="calendar")
    path = tmp_path / "a.eml"
    assert places(read(path, mail.as_bytes()), path) == [
        ("", BODY.strip()),
        ("!n.txt", "It rained in Tarn."),
        ("!photo.png", "unsupported type .png"),
        ("!table.csv:2", "It hailed."),
        ("!message-5.eml", "It snowed in Tarn."),
    ]


def test_a_message_that_is_nothing_but_an_attachment(tmp_path: Path) -> None:
    mail = message()
    mail.add_attachment(b"Rain\n\nIt rained.", maintype="text", subtype="plain", filename="a.txt")
    assert article(tmp_path / "a.eml", mail.as_bytes()).title == "Rain"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "empty file"),
        ("no message", "not an e-mail message: it has no header"),
        (HEAD, "no text left after cleaning"),
        (
            f"{HEAD}Content-Type: multipart/encrypted; boundary=x\n\n--x\n\nabc\n--x--\n",
            "an encrypted message",
        ),
    ],
)
def test_messages_that_hold_no_article(tmp_path: Path, content: str, expected: str) -> None:
    assert reason(tmp_path / "a.eml", content) == expected


def mailbox(*messages: bytes) -> bytes:
    return b"".join(b"From quill@tarn.example Wed Jan 27 10:00:00 2016\n" + m + b"\n" for m in messages)


def test_a_mailbox(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    mail = message("It rained.\n")
    mail.add_attachment(b"Snow\n\nIt snowed.", maintype="text", subtype="plain", filename="a.txt")
    del mail["Message-ID"]
    quoted = f"{HEAD}\n>From Tarn it is far.\n\nFrom here, too.\n".encode()
    long = f"{HEAD}\n{'It rained. ' * 1000}\n".encode()
    content = mailbox(mail.as_bytes(), quoted, b"\x00\xff\n", long, message("It hailed.\n").as_bytes())
    items = read(path, content, LoadOptions(max_bytes=5000))
    assert places(items, path) == [
        (":1", "It rained."),
        (":1!a.txt", "It snowed."),
        (":2", "From Tarn it is far.\n\nFrom here, too."),
        (":3", "not an e-mail message: it has no header"),
        (":4", "larger than 5 kB"),
        (":5", "It hailed."),
    ]
    assert [item.id for item in items if isinstance(item, Article)] == [
        f"{tmp_path.name}/a.mbox#1",
        f"{tmp_path.name}/a.mbox:1!a.txt",
        "7@tarn.example",
        "8@tarn.example",
    ]
    for count in range(1, 6):
        file = SourceFile(path, f"{tmp_path.name}/a.mbox", len(content), resume_after=count)
        assert [*load(file, LoadOptions(max_bytes=5000))] == items[count:]


def test_two_messages_under_one_id(tmp_path: Path) -> None:
    texts = ("It rained.\n", "It snowed.\n", "It rained.\n")
    items = read(tmp_path / "a.mbox", mailbox(*(message(text).as_bytes() for text in texts)))
    assert [(item.id, item.text) for item in items if isinstance(item, Article)] == [
        ("8@tarn.example", "It rained."),
        (f"{tmp_path.name}/a.mbox#2", "It snowed."),
        ("8@tarn.example", "It rained."),
    ]


def test_attachments_of_one_name(tmp_path: Path) -> None:
    mail = message(BODY)
    for text in (b"It rained.", b"It snowed.", b"It hailed."):
        mail.add_attachment(text, maintype="text", subtype="plain", filename="story.txt")
    path = tmp_path / "a.eml"
    assert places(read(path, mail.as_bytes()), path)[1:] == [
        ("!story.txt", "It rained."),
        ("!story-2.txt", "It snowed."),
        ("!story-3.txt", "It hailed."),
    ]
    items = read(tmp_path / "b.mbox", mailbox(mail.as_bytes(), mail.as_bytes()))
    assert [place for place, _ in places(items, tmp_path / "b.mbox")][3:6] == [
        ":1!story-3.txt",
        ":2",
        ":2!story.txt",
    ]


def test_a_file_that_is_no_mailbox(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.mbox", BODY) == (
        'not a mailbox: it does not begin with a line "From ADDRESS DATE"'
    )


@pytest.mark.parametrize(
    ("sender", "author"),
    [
        ('"Strand, Mia"', "Mia Strand"),
        ('"van der Berg, Jan P."', "Jan P. van der Berg"),
        ("Mia Strand", "Mia Strand"),
        ('"Isle Papers, Inc."', "Isle Papers, Inc."),
        ('"Strand, Mia, Bo Ek"', "Strand, Mia, Bo Ek"),
    ],
)
def test_the_given_name_of_a_sender_comes_first(tmp_path: Path, sender: str, author: str) -> None:
    path = tmp_path / "a.eml"
    path.write_text(f"From: {sender} <mia@isle.example>\nSubject: Rain\n\nIt rained.\n")
    (file,), _ = discover([str(path)])
    (item,) = load(file)
    assert isinstance(item, Article)
    assert item.authors == (author,)


@pytest.mark.parametrize(
    "footer",
    [
        "You receive this e-mail because you subscribed. Unsubscribe",
        "Sie erhalten diesen Newsletter, weil Sie ihn bestellt haben.",
        "Vous recevez cet e-mail car vous êtes abonné.",
    ],
)
def test_the_footer_of_a_letter_in_html(tmp_path: Path, footer: str) -> None:
    mail = message(html=f"<h1>Rain</h1><p>The mill at Tarn closed on Monday.</p><p>{footer}</p>")
    assert article(tmp_path / "a.eml", mail.as_bytes()).text == "The mill at Tarn closed on Monday."


def test_a_signed_message_and_one_behind_a_mark(tmp_path: Path) -> None:
    signed = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe mill closed.\n- -- Ada\n"
        "-----BEGIN PGP SIGNATURE-----\nVersion: GnuPG - x\n\niQEz\n-----END PGP SIGNATURE-----\n"
    )
    assert article(tmp_path / "a.eml", f"{HEAD}\n{signed}").text == "The mill closed.\n-- Ada"
    marked = article(tmp_path / "a.eml", b"\xef\xbb\xbf\r\n" + f"{HEAD}\nThe mill closed.\n".encode())
    assert (marked.id, marked.text) == ("7@tarn.example", "The mill closed.")
