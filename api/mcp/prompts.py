"""The prompts that a person can pick in the client of an agent: ways to work with the tools.

Knows the names of the tools; does not know the MCP protocol.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt with one argument: `{}` in its `words` stands for what the person typed."""

    name: str
    title: str
    description: str
    argument: str
    argument_description: str
    words: str

    def filled(self, value: str) -> str:
        """Return the words of the prompt for a value of its argument."""
        return self.words.replace("{}", value.strip(), 1)


PROMPTS = {
    prompt.name: prompt
    for prompt in (
        Prompt(
            "check_claim",
            "Check a claim",
            "Check a claim against the news archive: what supports it, what contradicts it, who says so.",
            "claim",
            "The claim, in a sentence: The central bank raised its rate in March.",
            "Check this claim against the news archive: {}\n\n"
            "Take it apart into single facts, and ask ask_news about each of them in a question that does not"
            " assume that the claim is right. Say of each fact whether articles support it, contradict it or"
            " say nothing, with an exact quote, its outlet, date and link. Count only `independent` support,"
            " and name who says so where `attribution` is there. Where the outcome is unsure or not_found,"
            " say that nothing was found, and do not guess.",
        ),
        Prompt(
            "trace_answer",
            "How an answer changed",
            "Show how the answer to a question changed over time, and which outlets gave it.",
            "question",
            "A question whose answer may have changed: How many people are missing?",
            "Show how the answer to this question changed over time in the news archive: {}\n\n"
            "Call ask_news with `timeline` true. List every answer from the earliest to the latest with its"
            " days, its outlets and its status, and quote the sentence that gives it. For a day that matters"
            " ask again with `as_of` that day. Say which answer is current, and which ones are disputed.",
        ),
        Prompt(
            "gather_quotes",
            "Quotes about a topic",
            "Collect quotes about a topic, each with its outlet, date and link, ready to cite.",
            "topic",
            "A few words: flood protection in Lund.",
            "Collect what the news archive says about this topic: {}\n\n"
            "Look at archive_info for its days and outlets. Call search_news with several wordings of the"
            " topic, and get_article where a passage alone is not clear. Give five to ten exact quotes from"
            " different outlets and days, each with outlet, date, link and the id of its article. Leave out"
            " `copies` of a story that is quoted already. Write nothing that no quote says.",
        ),
    )
}
