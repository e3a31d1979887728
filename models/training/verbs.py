"""Forms of English verbs, as far as rules for questions need them."""

import re
from collections.abc import Mapping

IRREGULAR = {
    **{"become": "became", "begin": "began", "break": "broke", "bring": "brought", "build": "built"},
    **{
        "buy": "bought",
        "catch": "caught",
        "choose": "chose",
        "come": "came",
        "draw": "drew",
        "drive": "drove",
    },
    **{"eat": "ate", "fall": "fell", "fight": "fought", "find": "found", "fly": "flew", "get": "got"},
    **{"give": "gave", "go": "went", "grow": "grew", "have": "had", "hold": "held", "keep": "kept"},
    **{"know": "knew", "lead": "led", "leave": "left", "lose": "lost", "make": "made", "meet": "met"},
    **{"pay": "paid", "rise": "rose", "run": "ran", "say": "said", "see": "saw", "sell": "sold"},
    **{"send": "sent", "sing": "sang", "sit": "sat", "speak": "spoke", "spend": "spent", "stand": "stood"},
    **{"take": "took", "teach": "taught", "tell": "told", "think": "thought", "win": "won", "write": "wrote"},
}
"""The past of frequent irregular verbs, by the base."""

_BASES = {past: base for base, past in IRREGULAR.items()}


def inflected(base: str, auxiliary: str) -> set[str]:
    """Return the forms that a sentence has where a question has `auxiliary`, "did" or "does", and `base`.

    For "do" there are none: the form would be the base itself, which may be a noun as well.
    """
    if auxiliary == "does":
        return {base + "s", base + "es", re.sub("y$", "ies", base)} - {base}
    if auxiliary != "did":
        return set()
    if base in IRREGULAR:
        return {IRREGULAR[base]}
    return {base + "ed", re.sub("e$", "ed", base), re.sub("y$", "ied", base), base + base[-1:] + "ed"} - {
        base
    }


def base_of(past: str, counts: Mapping[str, int]) -> str | None:
    """Return the base of a verb in the past, or None. `counts` says how often each word occurs in texts.

    Of the bases that a regular past can have, the most frequent one is the right one: "moved" is of "move".
    """
    if past in _BASES:
        return _BASES[past]
    if not past.endswith("ed"):
        return None
    bases = {past[:-1], past[:-2]}
    if past.endswith("ied"):
        bases = {past[:-3] + "y"}
    elif len(past) > 4 and past[-3] == past[-4]:  # noqa: PLR2004 - "stopped" has "pp" before "ed"
        bases.add(past[:-3])
    best = max(sorted(bases), key=lambda base: counts.get(base, 0))
    return best if counts.get(best, 0) else None
