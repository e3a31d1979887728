"""English words that say nothing of what a text or a question is about. Pure data."""

STOP_WORDS = (  # noqa: SIM905 - a list of words reads better as text
    "a about an and are as at be been but by can could did do does for from had has have he her his "
    "how i if in into is it its me my no not of on or our she so such than that the their them then "
    "there these they this d ll re s t ve to was we were what when where which who whom whose why "
    "will with would you your"
).split()
