"""Who holds an office now, and who held it or may hold it: made-up sentences, the name in brackets."""

import pytest

from nutgraf.qa.tenure import asked_roles, has_left, speaks_of_now

LEADER = "Who is the prime minister of Orlow?"
OWNER = "Who owns the Tarn Globe?"
CHAMPION = "Who is the world chess champion?"
BOSS = "Who is the chief executive of Veldt?"


def is_now(question: str, marked: str) -> bool:
    start = marked.index("[")
    end = marked.index("]") - 1
    return speaks_of_now(question, marked.replace("[", "").replace("]", ""), start, end)


@pytest.mark.parametrize(
    "sentence",
    [
        "Former prime minister [Anna Holt] opened the bridge.",
        "The former Orlow prime minister [Anna Holt] spoke.",
        "It was built under then-Prime Minister [Anna Holt].",
        "Ex-PM [Anna Holt] wrote a book.",
        "[Former Prime Minister Anna Holt] wrote a book.",
        "The late prime minister [Anna Holt] was honoured.",
        "The former prime minister of Orlow [Anna Holt] spoke.",
        "[Anna Holt], the former prime minister, spoke on Monday.",
        "[Anna Holt], a former Orlow premier who left in May, spoke.",
        "[Anna Holt] (then prime minister) signed the act.",
        "[Anna Holt], who was prime minister until May, spoke.",
        "[Anna Holt], who had been prime minister for two years, spoke.",
        "[Anna Holt] served as prime minister from 2010.",
        "[Anna Holt] was replaced as prime minister by Otto Brandt.",
        "Otto Brandt replaced [Anna Holt] as prime minister.",
        "Otto Brandt, who succeeded [Anna Holt], spoke.",
        "Otto Brandt took over from [Anna Holt] in May.",
        "He praised his predecessor [Anna Holt].",
        "He praised his predecessor, [Anna Holt], on Monday.",
        "Prime minister-elect [Anna Holt] named a cabinet.",
        "Prime Minister-designate [Anna Holt] named a cabinet.",
        "Incoming prime minister [Anna Holt] named a cabinet.",
        "The deputy prime minister [Anna Holt] stood in.",
        "[Anna Holt] will become prime minister on Tuesday.",
        "[Anna Holt] is expected to become the next prime minister.",
        "[Anna Holt] is to become prime minister on Tuesday.",
        "[Anna Holt] stepped down as prime minister on Tuesday.",
        "[Anna Holt] resigned as prime minister on Tuesday.",
        "[Anna Holt], who retired as prime minister in 2019, spoke.",
        "[Anna Holt], the favourite to be prime minister, spoke.",
        "[Anna Holt]'s bid to become prime minister failed.",
        "[Anna Holt] hopes to succeed Otto Brandt.",
        "[Anna Holt] was removed as prime minister.",
        "[Anna Holt] was for ten years prime minister.",
        "Prime Minister [Anna Holt] was replaced as prime minister.",
        "Former prime minister [Anna Holt], now the prime minister's adviser, spoke.",
        "Former prime minister [Anna Holt] met Otto Brandt, now prime minister, in Tarn.",
        "[Anna Holt], once prime minister, hopes to become prime minister again.",
    ],
)
def test_a_sentence_of_another_time_names_no_present_leader(sentence: str) -> None:
    assert not is_now(LEADER, sentence)
    assert is_now("Who was the prime minister of Orlow?", sentence), "a question about what was"
    assert is_now("Who won the Orlow lottery?", sentence), "a question about no office"


@pytest.mark.parametrize(
    "sentence",
    [
        "Prime Minister [Anna Holt] opened the bridge.",
        "Orlow's prime minister, [Anna Holt], spoke.",
        "[Anna Holt], the prime minister, met former prime minister Otto Brandt.",
        "[Anna Holt], former prime minister Otto Brandt and others met.",
        "Prime Minister [Anna Holt], a former foreign minister, spoke.",
        "[Anna Holt] was sworn in as prime minister on Monday.",
        "[Anna Holt] was named prime minister.",
        "[Anna Holt] was elected to lead the country as prime minister.",
        "[Anna Holt] replaced Otto Brandt as prime minister in May.",
        "[Anna Holt], who succeeded Otto Brandt, spoke.",
        "Otto Brandt was replaced by [Anna Holt].",
        "Otto Brandt was succeeded as prime minister by [Anna Holt].",
        "[Anna Holt] will be in Tarn on Monday.",
        "[Anna Holt] said Mia Lind would become prime minister one day.",
        "Former foreign minister [Anna Holt] is prime minister since May.",
        "In late September Prime Minister [Anna Holt] left.",
        "The prime minister said [Anna Holt] was right.",
        "Prime Minister [Anna Holt] was the prime minister's choice.",
        "Outgoing prime minister [Anna Holt] spoke.",
        "Acting prime minister [Anna Holt] spoke.",
        "Prime Minister [Anna Holt], a former deputy prime minister, spoke.",
        "Prime Minister [Anna Holt] will be the first prime minister to speak in Tarn.",
        "Prime Minister [Anna Holt] was met by the prime minister of Tarn.",
        "[Anna Holt], the prime minister, hopes to become prime minister again.",
        "[Anna Holt] was greeted by the prime minister.",
        "[Anna Holt] was meeting Prime Minister Otto Brandt.",
        "[Anna Holt] was hired as prime minister.",
        "[Anna Holt], who was foreign minister before she became prime minister, spoke.",
        "[Anna Holt] resigned as mayor and became prime minister.",
        "[Anna Holt], the former mayor, now prime minister, spoke.",
        "Ex-president Brandt met prime minister [Anna Holt].",
        "Former general turned prime minister [Anna Holt] spoke.",
        "[Anna Holt] will be prime minister until 2030.",
    ],
)
def test_a_sentence_that_may_be_of_now_is_kept(sentence: str) -> None:
    assert is_now(LEADER, sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        (OWNER, "[Mia Lind] agreed to buy the Globe.", False),
        (OWNER, "[Mia Lind]'s offer to acquire the Globe was refused.", False),
        (OWNER, "[Mia Lind], the former owner of the Globe, sued.", False),
        (OWNER, "[Mia Lind] could buy the Globe.", False),
        (OWNER, "[Mia Lind] bought the Globe.", True),
        (OWNER, "[Mia Lind] owns the Globe.", True),
        (OWNER, "[Mia Lind] agreed to sell the Beacon after she bought the Globe.", True),
        (CHAMPION, "Former champion [Mia Lind] lost.", False),
        (CHAMPION, "Five-time champion [Mia Lind] lost.", False),
        (CHAMPION, "[Mia Lind] hopes to win the title.", False),
        (CHAMPION, "[Mia Lind], a two-time champion, lost.", False),
        (CHAMPION, "Defending champion [Mia Lind] won.", True),
        (CHAMPION, "World champion [Mia Lind] won.", True),
        (BOSS, "Former Veldt CEO [Mia Lind] sued.", False),
        (BOSS, "[Mia Lind], a former Orlow minister, is Veldt's chief executive.", True),
        ("Who is the deputy prime minister?", "Deputy prime minister [Mia Lind] spoke.", True),
        ("Who is the former prime minister of Orlow?", "Former prime minister [Mia Lind] spoke.", True),
        ("Who is the president-elect?", "President-elect [Mia Lind] spoke.", True),
    ],
)
def test_owners_champions_and_questions_that_ask_for_another_office(
    question: str, sentence: str, expected: bool
) -> None:
    assert is_now(question, sentence) is expected


def test_only_questions_for_a_present_holder_have_an_office() -> None:
    assert asked_roles("Who heads the harbour board?") >= {("leader",), ("head",), ("chief", "executive")}
    for question in (
        "Who's the PM?",
        "Who is now prime minister of Orlow?",
        "who is Orlow's prime minister",
        "What is the name of the prime minister of Orlow?",
        "What is the prime minister's name?",
        "The council sat for a week. Who is the prime minister?",
    ):
        assert asked_roles(question) == {("prime", "minister"), ("pm",), ("premier",)}, question
    for question in (
        "Who was mayor?",
        "How many mayors are there?",
        "Where is the bridge?",
        "Who is Anna Holt?",
        "Who is the mayor's wife?",
        "Who is considering running for governor?",
        "Which mayor opened the bridge?",
        "Which town's mayor is leaving?",
        "Which of the coaches was fired?",
        "Who is set to become chief executive?",
        "What is the mayor's plan?",
        "Who is the mayor suing?",
        "Who is the president accused of killing?",
        "Who is the lead singer of Veldt?",
        "Who is the director of the film?",
    ):
        assert asked_roles(question) == frozenset()


def test_who_is_leaving_an_office_is_who_resigned_from_it() -> None:
    assert is_now("Who is resigning as prime minister?", "[Anna Holt] resigned as prime minister on Tuesday.")


def test_a_part_of_a_name_is_looked_at_as_the_whole() -> None:
    for sentence in (
        "[Mia] Lind will become prime minister in June.",
        "Former prime minister Mia [Lind] spoke.",
        "Ex-Prime Minister Mia Anna [Lind] spoke.",
    ):
        assert not is_now("Who is the prime minister?", sentence), sentence
    assert is_now("Who is the prime minister?", "Prime Minister Mia [Lind] spoke.")


def test_who_asks_for_the_new_holder_asks_for_whom_is_yet_to_come() -> None:
    sentence = "[Mia Lind] will become chief executive in June."
    assert is_now("Who is the new chief executive?", sentence)
    assert is_now("Who will become chief executive?", sentence)
    assert not is_now("Who is the chief executive?", sentence)
    assert not is_now("Who leads Veldt?", sentence)


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("Who is the president?", "Supporters of presidential candidate [Mia Lind] cheered.", False),
        ("Who is the president?", "[Mia Lind] could win the presidency in May.", False),
        ("Who is the president?", "President [Mia Lind] could win the vote in May.", True),
        ("Who is the presidential candidate?", "Presidential candidate [Mia Lind] spoke.", True),
        ("Who is the prime minister of Orlow?", "Information Minister [Mia Lind] spoke in Orlow.", False),
        (
            "Who is the prime minister of Orlow?",
            "Prime Minister and Finance Minister [Mia Lind] spoke.",
            True,
        ),
        ("Who owns the Globe?", "Mayor [Mia Lind] bought the Globe.", True),
        ("Who is the White House press secretary?", "Onetime press secretary [Mia Lind] spoke.", False),
        ("Who is the all-time leading scorer?", "Former leading scorer [Mia Lind] spoke.", False),
        ("Who is the all-time leading scorer?", "Leading scorer [Mia Lind] spoke.", True),
        ("Who is the founder of Veldt?", "[Mia Lind] was the founder of Veldt.", True),
        ("Who is the captain of the ship that sank?", "[Mia Lind] was captain of the ship.", True),
        ("Who is the captain of the team?", "[Mia Lind] was captain of the team.", False),
        ("Who is the director of the film?", "[Mia Lind] was the director of the film.", True),
        ("Who is the director of the film academy?", "[Mia Lind] was the director.", False),
        ("Who heads the inquiry?", "Former prime minister [Mia Lind] heads the inquiry.", True),
        ("Who heads the inquiry?", "The inquiry, led by retired judge [Mia Lind], begins.", True),
        ("Who is the chief executive officer?", "Former chief executive officer [Mia Lind] sued.", False),
        ("Who is the world champion?", "World champion [Mia Lind] hopes to win again.", True),
        ("Who is the world champion?", "Reigning five-time champion [Mia Lind] lost.", True),
        ("Who owns the Globe?", "[Mia Lind] completed a deal to buy the Globe.", True),
    ],
)
def test_candidates_other_offices_and_what_is_no_office(question: str, sentence: str, expected: bool) -> None:
    assert is_now(question, sentence) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna Holt, 52, resigned on Friday.", True),
        ("Mayor Holt has stepped down.", True),
        ("Holt was ousted. Brandt follows her.", True),
        ("Holt may resign.", False),
        ("Holt spoke. Brandt resigned.", False),
        ("Holtby resigned.", False),
        ("Holt, who resigned on Friday, spoke.", True),
        ("Holt announced on Friday that she had resigned.", True),
        ("On Friday Holt resigned.", True),
        ("Holt became mayor after Brandt resigned.", False),
        ("Holt said that Brandt resigned.", False),
        ("Holt, whose deputy resigned, spoke.", False),
        ("Holt's deputy resigned.", False),
        ("Ministers loyal to Holt resigned.", False),
        ("Holt ousted Brandt.", False),
        ("Holt has not resigned.", False),
        ("Holt quit smoking.", False),
        ("Holt resigned from the board of Veldt.", False),
        ("Otto Holt resigned.", False),
        ("", False),
    ],
)
def test_who_has_left(text: str, expected: bool) -> None:
    assert has_left(text, "Anna Holt") is expected
    assert not has_left(text, "")


def test_who_left_another_office_has_not_left() -> None:
    roles = asked_roles("Who is the prime minister?")
    assert not has_left("Holt resigned as mayor in 2010 and is now prime minister.", "Holt", roles)
    assert has_left("Holt resigned as Orlow's prime minister.", "Holt", roles)
    assert has_left("Holt stepped down as chairman and prime minister.", "Holt", roles)
    assert has_left("Holt resigned from office.", "Holt", roles)
