"""Cleaning: whole lines go, the article's own words stay, and what is left can be stored."""

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nutgraf.indexer.clean import (
    _MARKS_END,
    RemovedLine,
    clean,
    clean_pages,
    clean_report,
    composed,
    normalise,
    one_line,
)

BODY = "The minister said that the talks would go on. " * 5

LEFTOVERS = [
    ("comments", "Your email address will not be published. Required fields are marked *"),
    ("comments", "Save my name, email, and website in this browser for the next time I comment."),
    ("comments", "This site uses Akismet to reduce spam. Learn how your comment data is processed."),
    ("share", "Share this:"),
    ("share", "Share on Facebook"),
    ("share", "Share this story on Twitter"),
    ("share", "Facebook Twitter Email"),
    ("share", "Click to share on Twitter (Opens in new window)"),
    ("share", "Copy this url to your clipboard Link copied to clipboard Share this story"),
    ("follow", "Follow USA TODAY reporter Ann Lee on Twitter: @AnnLee."),
    ("follow", "Follow us on Facebook"),
    ("advert", "ADVERTISEMENT"),
    ("advert", "[Advertisement - scroll to continue]"),
    ("advert", "(Story continues below)"),
    ("advert", "— Recommendations are ours. Purchases you make through our links may earn us a commission."),
    (
        "newsletter",
        "What's everyone talking about? Sign up for our trending newsletter to get the latest news",
    ),
    ("newsletter", "Sign up for CNN’s Wonder Theory science newsletter. Explore the universe with news."),
    ("newsletter", "(You can get “5 Things” delivered to your inbox daily. Sign up here.)"),
    ("consent", "This site uses cookies to improve your visit, and to show you adverts."),
    ("consent", "If you wish to object to the use of your data in this way, please tick here."),
    ("read_on", "Read More"),
    ("read_on", "For the full story, click here."),
    ("read_on", "READ MORE: Singer cancels tour after fall from stage"),
    ("read_on", "Related: Ten killed as bus plunges into gorge"),
    ("read_on", "ALSO READ | Mayor resigns over land deal"),
    ("read_on", "Lesen Sie auch: Zehn Tote bei Busunfall in den Bergen"),
    ("read_on", "Related: Ten killed as bus plunges into gorge..."),
    ("share", "This story has been shared 1,234 times."),
    ("newsletter", "Click here to subscribe to our newsletter"),
    ("newsletter", "You have 2 free articles remaining. Subscribe for full access."),
    ("newsletter", "Jetzt weiterlesen mit F+ und alle Artikel lesen"),
    ("consent", "An dieser Stelle finden Sie Inhalte von Drittanbietern. Um sie zu sehen, stimmen Sie zu."),
]
OWN_WORDS = [
    "He asked readers to leave a reply.",
    "“Share this with your friends,” he said.",
    "Share prices fell on Monday.",
    "Facebook",
    "Twitter said on Monday that it would appeal.",
    "Advertisement sales fell by 3% at the newspaper.",
    "Sign up for retailers' newsletters to get coupons.",
    "The bank now has statements delivered to your inbox.",
    "The storm killed three people. Sign up for our newsletter",
    "He told fans to follow him on Twitter because the league had banned him, he said on Monday.",
    "Read more books, the president told pupils.",
    "Comments are closed to the public, the agency said.",
    "Loading",
    "Up next for the court is the case of the state of Ohio.",
    "We use cookies, she said, to calm the children.",
    "We use cookies to improve your visit, the shop had told its customers, but it sold the data.",
    "This website uses cookies to give readers what they want, the mayor joked, and the hall laughed.",
    "Subscribe to our paper newsletter, the minister told farmers who filled the hall",
    "Sign up for our newsletter – so the letter said, and nobody did.",
    "Purchases you make through the links below may earn us a commission, the shop had written.",
    "Print",
    "Related: the minister's earlier words",
    "Read more: The library is open on Sundays, too. The mayor said so.",
    "See also: the third part of the report",
    "Related: The dam at Vessel lost 30 million crowns in the same storm, the county said.",
    "See also: The annex lists every bridge that the county has shut.",
    "Read more: The letter says that the board knew of the cracks.",
    "He said: you have two free articles of the treaty left to sign.",
]


@pytest.mark.parametrize(("rule", "line"), LEFTOVERS)
def test_leftovers_go_wherever_they_stand(rule: str, line: str) -> None:
    report = clean_report(f"{BODY}\n\n{line}\n\nSecond paragraph.")
    assert report.text == f"{BODY.strip()}\n\nSecond paragraph."
    assert report.removed == (RemovedLine(rule, line),)


@pytest.mark.parametrize("line", OWN_WORDS)
def test_own_words_stay(line: str) -> None:
    for text in (f"{BODY.strip()}\n\n{line}\n\nSecond paragraph.", f"{BODY.strip()}\n\n{line}", line):
        assert clean(text) == text


@pytest.mark.parametrize(
    ("rule", "tail"),
    [
        ("comment_form", "Leave a Reply\n\nName\n\nEmail\n\nWebsite"),
        ("comment_form", "3 Comments\n\nJoe: I think this is all wrong."),
        ("about_author", "About the author"),
        ("about_author", "ABOUT THE AUTHORS:\n\nAnn Lee writes about rivers."),
        ("full_post", "See full post here\n\nCurtis Stiles - Chief of Staff"),
        ("full_post", "Read the full story."),
        ("related", "Related Posts\n\nAnother headline\n\nA third one"),
        ("related", "You might also like:\n\nAnother headline"),
    ],
)
def test_tails_are_cut_at_the_end_only(rule: str, tail: str) -> None:
    report = clean_report(f"{BODY}\n\n{tail}")
    assert report.text == BODY.strip()
    assert [gone.rule for gone in report.removed] == [rule] * len([line for line in tail.split("\n") if line])
    in_the_middle = f"{BODY.strip()}\n\n{tail}\n\n{BODY.strip()}"
    assert clean(in_the_middle) == in_the_middle


def test_a_long_text_after_a_link_stays() -> None:
    text = f"{BODY.strip()}\n\nYou might also like:\n\n{'Photos: ' + 'one agency and another, ' * 5}by name"
    assert clean(text) == text


def test_a_biography_goes_with_its_heading_when_it_is_short_against_the_article() -> None:
    biography = "Ann Lee has written about rivers for twenty years. " * 6
    assert clean(f"{BODY * 20}\n\nAbout the author\n\n{biography}") == (BODY * 20).strip()
    short = f"{BODY.strip()}\n\nAbout the author\n\n{biography.strip()}"
    assert clean(short) == short


def test_only_the_first_marker_of_a_kind_counts() -> None:
    pages = "\n\n".join(f"{BODY.strip()}\n\nLeave a Reply" for _ in range(10))
    assert clean(pages) == pages


def test_normalised_text() -> None:
    raw = "\ufeffA\u00a0b\u202fc\r\nd\x00e\u200b\u00ad\x07f\tg  \r\r\n\n\n\nCafe\u0301 \ud800!\u2028h\n\n"
    assert normalise(raw) == "A b c\ndef\tg\n\nCafé \ufffd!\nh"


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("the ﬁrst oﬃce of the ﬂood", "the first office of the flood"),
        ("Ĳmuiden, vrĳ en ﬔ", "IJmuiden, vrij en մե"),
        ("the govern\xadment", "the government"),
        ("the govern\xad\n  ment said", "the government said"),
        ("COVID\u201119 and a well\u2010known man", "COVID-19 and a well-known man"),
        ("the county\x92s \x93mess\x94 \x96 he said\x85", "the county’s “mess” – he said…"),
        ("nothing\x81 here\x9d", "nothing here"),
    ],
)
def test_plain_letters_and_signs(raw: str, plain: str) -> None:
    assert normalise(raw) == plain


OWN_LISTS = [
    "The services that were down:\n\nFacebook, Instagram, WhatsApp",
    "Other affected apps:\n\nMessenger, Threads",
    "Affected:\n\nFacebook Instagram WhatsApp",
    "Affected:\n\nFacebook / Instagram / X",
    "Affected apps:\nFacebook\nInstagram\nWhatsApp",
    "Facebook, Instagram, WhatsApp",
    "TikTok, Pinterest\n\nSnapchat, Threads",
    "The sections of the paper are:\n\nNews\n\nAdvertisement\n\nSport",
    "• News\n• Advertisement\n• Sport",
    "To win, users must:\n\nTag a friend\n\nShare this post\n\nFollow us on Instagram",
    "To win, users must:\n\nShare this post\n\nTag a friend",
    "The button read:\n\nShare this story",
    "He told pupils to\nread more.",
    "Share\nyour lunch with a neighbour, says the mayor.",
    "The party paid for the\nadvertisement.",
]


@pytest.mark.parametrize("lines", OWN_LISTS)
def test_lines_of_the_articles_own_lists_and_sentences_stay(lines: str) -> None:
    text = f"{BODY.strip()}\n\n{lines}\n\n{BODY.strip()}"
    assert clean(text) == text


@pytest.mark.parametrize(
    "lines",
    [
        "Share\nTweet\nEmail",
        "Share\n\nTweet\n\nPin\n\nEmail",
        "Share\nFacebook\nTwitter\nCopy link",
        "Share / Tweet / Email",
        "Tweet | Share | Pin it",
        "Facebook Twitter LinkedIn",
        "Share this:\n\nFacebook, Twitter",
        "Share this article on:\nFacebook\nTwitter",
        "Read more: Five dead in a crash near Tarn",
        "READ MORE | Five dead in a crash near Tarn",
        "Also read: Council names ombudsman",
        "Advertisement\n\nRead more\n\nShare",
    ],
)
def test_bars_of_buttons_and_links_go(lines: str) -> None:
    report = clean_report(f"{BODY}\n\n{lines}\n\n{BODY}")
    assert report.text == f"{BODY.strip()}\n\n{BODY.strip()}"
    assert [gone.line for gone in report.removed] == [line for line in lines.split("\n") if line]


def test_an_advertisement_below_a_colon_goes() -> None:
    assert clean("He told the court:\n\nAdvertisement\n\n“I did not do it.”") == (
        "He told the court:\n\n“I did not do it.”"
    )


def test_sentences_below_links_to_other_stories_stay() -> None:
    text = f"{BODY.strip()}\n\nYou might also like:\n\nThe mayor resigned on Monday.\n\nHe was ill."
    assert clean(text) == text


def test_an_advertisement_in_a_wrapped_paragraph() -> None:
    wrapped = (
        "The council of Brannock voted on Monday night to name the former head\nAdvertisement\n"
        "of the school as its ombudsman, ending a search of most of a year."
    )
    assert clean(wrapped) == (
        "The council of Brannock voted on Monday night to name the former head of the school as its"
        " ombudsman, ending a search of most of a year."
    )


def test_one_line_cuts_at_a_word() -> None:
    assert one_line("  a\n b\tc ") == "a b c"
    assert one_line("alpha beta gamma", 12) == "alpha beta…"
    assert one_line("x" * 20, 10) == "x" * 9 + "…"
    assert one_line("") == ""


lines = st.one_of(
    st.text(max_size=60),
    st.sampled_from([line for _, line in LEFTOVERS] + OWN_WORDS + ["", "Leave a Reply", "About the author"]),
    st.sampled_from(
        [
            "The council of Brannock voted on Monday to name the former head",
            "of the school as its ombudsman, ending a search of some govern-",
            "ments",
            "The apps:",
            "Facebook, Instagram",
            "Share",
            "Tweet",
            "News",
            "read more.",
        ]
    ),
    st.sampled_from(
        ["See full post here", "Related Posts", "e\u0301", "\u200bRead more", "x\r\ny", "\ud800"]
    ),
)
pages = st.lists(lines, max_size=30).map("\n".join)


@given(pages)
def test_cleaning_twice_is_cleaning_once(page: str) -> None:
    once = clean(page)
    assert clean(once) == once


NO_LETTERS = str.maketrans("", "", " \n\t-¬")  # what rejoining wrapped lines may change


@given(pages)
def test_what_is_left_stood_in_the_page_in_this_order(page: str) -> None:
    source = iter(normalise(page).translate(NO_LETTERS))
    assert all(letter in source for letter in clean(page).translate(NO_LETTERS))


@given(pages)
def test_what_is_left_and_what_went_is_all_there_was(page: str) -> None:
    report = clean_report(page)
    left = report.text + "".join(gone.line for gone in report.removed)
    assert sorted(left.translate(NO_LETTERS)) == sorted(normalise(page).translate(NO_LETTERS))


@given(st.text())
def test_normalised_text_can_be_stored(text: str) -> None:
    plain = normalise(text)
    assert plain.encode("utf-8").decode("utf-8") == plain
    assert unicodedata.is_normalized("NFC", plain)
    assert normalise(plain) == plain
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xa0\xad\u200b-\u200f\ufeff]|\n\n\n|[ \t]$", plain)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("\u0316" * 30, "\u0316" * 30),
        ("\u0316" * 31, "\u0316" * 30 + "\u034f\u0316"),
        ("\u0301" * 30 + "\u0316" * 31, "\u0301" * 30 + "\u034f" + "\u0316" * 30 + "\u034f\u0316"),
    ],
)
def test_thirty_combining_marks_in_a_row_and_no_more(marks: str, expected: str) -> None:
    for before in ("x", "100 x", "\u3042" * 40):
        assert composed(before + marks) == before + expected
        assert composed(before + expected) == before + expected


def test_no_combining_mark_lies_above_those_that_are_looked_for() -> None:
    assert not any(unicodedata.combining(chr(code)) for code in range(_MARKS_END, sys.maxunicode + 1))


@pytest.mark.parametrize(
    ("marked", "text", "breaks"),
    [
        ("The mill\ufdd0 closed.", "The mill closed.", (8,)),
        ("It closed.\n\ufdd0Advertisement\n\nIt burned.", "It closed.\n\nIt burned.", (12,)),
        ("It closed.\n\n\n\ufdd0It burned.", "It closed.\n\nIt burned.", (12,)),
        ("\ufdd0\ufdd0It closed.", "It closed.", (0, 0)),
        (
            "It closed.\nThe town grieved.\nLeave a comment\n\ufdd0Name",
            "It closed.\nThe town grieved.",
            (28,),
        ),
    ],
)
def test_page_breaks_stay_where_they_are(marked: str, text: str, breaks: tuple[int, ...]) -> None:
    assert clean_pages(marked) == (text, breaks)
