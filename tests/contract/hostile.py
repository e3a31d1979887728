"""Texts that models have stumbled over: each must be read, whatever comes of it."""

HOSTILE = [
    "",
    " \n\t",
    "\0",
    "\ufeff\u200b",
    "\ud83c",
    "half a pair \udc00 here",
    "e\u0301" * 300,
    "習近平" * 200,
    "🎉" * 400,
    "👩‍👩‍👧 family",
    "a" * 5000,
    "\u202ertl שלום",
    "x\n" * 900,
]
