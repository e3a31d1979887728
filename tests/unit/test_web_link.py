"""Links that make a browser scroll to a quote: which terms they have, and how these are encoded."""

import re
from urllib.parse import unquote

import pytest

from nutgraf.indexer.article import Article
from nutgraf.qa.citing.web_link import text_directive, web_address, web_link

STORY = (
    "The mill at Tarn closed on Monday, and forty people lost their work.\n\n"
    "Mayor Ada Quill said on Tuesday that the mill would open again; the owner said on Tuesday that it would"
    " not.\n\nChina's envoy paid 1,000 francs for well-known paintings, R&D and 50% of the U.S. share."
)
PAGE = "https://news.example/1"


@pytest.mark.parametrize(
    ("words", "directive"),
    [
        ("forty people lost their work", "forty%20people%20lost%20their%20work"),
        (" forty people lost their work", "forty%20people%20lost%20their%20work"),
        ("closed", "mill%20at%20Tarn-,closed,-on%20Monday%2C%20and"),
        ("The mill", "The%20mill,-at%20Tarn%20closed"),  # no prefix from another paragraph
        ("their work", "forty%20people%20lost-,their%20work"),  # a full stop alone is no suffix
        ("said on Tuesday that", "Mayor%20Ada%20Quill-,said%20on%20Tuesday%20that,-the%20mill%20would"),
        # A browser looks for whole words.
        ("hina", "China%27s,-envoy%20paid%201%2C000"),
        ("000 fr", "China%27s%20envoy%20paid-,1%2C000%20francs,-for%20well%2Dknown%20paintings%2C"),
        ("S. sh", "50%25%20of%20the-,U.S.%20share"),
        # What parts the terms of a directive is encoded in them.
        ("R&D and 50%", "for%20well%2Dknown%20paintings%2C-,R%26D%20and%2050%25,-of%20the%20U.S."),
        # No term reaches over two paragraphs.
        ("work.\n\nMayor", "people%20lost%20their-,work.,Mayor,-Ada%20Quill%20said"),
        (STORY, "The%20mill%20at%20Tarn%20closed,50%25%20of%20the%20U.S.%20share."),
    ],
)
def test_the_directive_of_a_quote(words: str, directive: str) -> None:
    start = STORY.index(words)
    assert text_directive(STORY, start, start + len(words)) == f"text={directive}"


def test_a_long_quote_is_named_by_its_ends() -> None:
    quote = " ".join(f"word{number}" for number in range(60))
    begins, ends = (
        "%20".join(f"word{number}" for number in numbers) for numbers in (range(5), range(55, 60))
    )
    assert text_directive(f"Before. {quote} behind.", 8, 8 + len(quote)) == f"text={begins},{ends}"


def test_a_context_grows_until_it_is_the_only_one() -> None:
    text = (
        "On the first long day the council of Tarn met in the hall. On the last long day the council of Tarn"
        " met in it."
    )
    start = text.rindex("council")
    prefix = "met%20in%20the%20hall.%20On%20the%20last%20long%20day%20the"
    directive = text_directive(text, start, start + len("council"))
    assert directive == f"text={prefix}-,council,-of%20Tarn%20met%20in%20it."


@pytest.mark.parametrize("words", ["", " ", "\n\n"])
def test_nothing_but_blanks_has_no_directive(words: str) -> None:
    text = f"The mill{words}at Tarn."
    assert text_directive(text, 8, 8 + len(words)) == ""


def test_a_script_without_blanks_is_not_widened_to_its_sentence() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4F00)))  # 256 letters, each once
    assert text_directive(text, 130, 132) == "text=%E4%BA%82%E4%BA%83"


@pytest.mark.parametrize(
    "text",
    [
        "שלום, עולם - אמר ראש העיר.\nביום שני, 1,000 איש - ועוד",
        "قال الوزير: «50% من الميزانية»، يوم الاثنين.\n\nوأضاف - دون تفصيل - أن",
        "A well-known, R&D-led 100% — “it's” 1,000\u00a0km\nnext-line, -dash- ,comma, #hash:~:text=x",
        "Family 👩\u200d👩\u200d👧, ok; e\u0301tude, na\u00efve\u2011looking %41%2C text",
    ],
)
def test_the_terms_of_any_words_can_be_read_back(text: str) -> None:
    """What a browser parts at commas and dashes are words of the page, in their order."""
    line, places = " ".join(text.split()), [0, *(at for at, char in enumerate(text) if not char.isalnum())]
    for start in places:
        for end in (place for place in places if place > start):
            directive = text_directive(text, start, end)
            if not directive:
                assert not text[start:end].strip()
                continue
            terms = directive.removeprefix("text=").split(",")
            prefix = terms.pop(0) if terms[0].endswith("-") else "-"
            suffix = terms.pop() if terms[-1].startswith("-") else "-"
            assert len(terms) in {1, 2}
            at = -1
            for term in filter(None, (prefix[:-1], *terms, suffix[1:])):
                assert re.fullmatch(r"[A-Za-z0-9._~%]+", term)
                assert unquote(term) in line
                at = line.index(unquote(term), max(at, 0))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://news.example/a b{1}|é\\", "https://news.example/a%20b%7B1%7D%7C%C3%A9%5C"),
        ("http://news.example/a%20b?x=1&y=(2)#top", "http://news.example/a%20b?x=1&y=(2)#top"),
        (' https://news.example/"><script> ', "https://news.example/%22%3E%3Cscript%3E"),
        *[
            (url, None)
            for url in ("", "ftp://a", "javascript:alert(1)", "//news.example", "https://", "http://[")
        ],
    ],
)
def test_an_address_of_the_web(url: str, address: str | None) -> None:
    assert web_address(url) == address


@pytest.mark.parametrize(
    ("url", "pages", "link"),
    [
        (PAGE, (), f"{PAGE}#:~:text="),
        (f"{PAGE}#comments", (), f"{PAGE}#comments:~:text="),
        (f"{PAGE}#:~:text=old,words", (), f"{PAGE}#:~:text="),
        (f"{PAGE}.PDF?v=2", (70,), f"{PAGE}.PDF?v=2#page=1:~:text="),
        (f"{PAGE}.pdf#page=9", (70,), f"{PAGE}.pdf#page=9:~:text="),
        (f"{PAGE}.pdf", (), f"{PAGE}.pdf#:~:text="),
    ],
)
def test_the_link_goes_behind_the_fragment_that_is_there(url: str, pages: tuple[int, ...], link: str) -> None:
    article = Article("a1", "The mill closes", STORY, url, page_breaks=pages)
    start = STORY.index("forty people lost")
    found = web_link(article, "text", start, start + len("forty people lost their work"))
    assert found == f"{link}forty%20people%20lost%20their%20work"


def test_words_of_a_title_and_an_article_without_an_address() -> None:
    article = Article("a1", "The mill closes", STORY, PAGE)
    assert web_link(article, "title", 4, 8) == f"{PAGE}#:~:text=The-,mill,-closes"
    assert web_link(Article("a1", "The mill closes", STORY), "title", 4, 8) is None
