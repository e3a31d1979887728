"""Symbols of fonts that have an alphabet of their own, as the characters that they show."""

# The encoding of the font Symbol from 0x20 and from 0xA0 on (Unicode's mapping file for Adobe Symbol).
_SYMBOL = {
    0x20: " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    0xA0: "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕"
    "∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊⟨®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪\uf8ff⟩∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
}
# Of Wingdings those that Word itself puts in place of what is typed, and the usual bullets and boxes.
_WINGDINGS = dict(zip(
    (0x28, 0x2A, 0x4A, 0x4B, 0x4C, 0x6C, 0x6E, 0x6F, 0x71, 0x76, 0xA7, 0xA8,
     0xD8, 0xDF, 0xE0, 0xE1, 0xE2, 0xE8, 0xEF, 0xF0, 0xF3, 0xFB, 0xFC, 0xFD, 0xFE),
    "☎✉☺😐☹●■□❑❖▪◻➢←→↑↓➔⇦⇨⬄✗✓☒☑", strict=True,
))  # fmt: skip
_FONTS = {
    "symbol": {first + place: char for first, chars in _SYMBOL.items() for place, char in enumerate(chars)},
    "wingdings": _WINGDINGS,
}
_PRIVATE = range(0xF020, 0xF100)  # where the characters of such fonts stand in Unicode text
_LAST = 0x10FFFF


def symbol(font: str, code: str) -> str:
    """Return what a font shows for a hexadecimal code; "" where that is no character."""
    try:
        place = int(code[:8], 16)
    except ValueError:
        return ""
    in_font = place - 0xF000 if place in _PRIVATE else place
    return _FONTS.get(font.lower(), {}).get(in_font) or (chr(place) if 0 < place <= _LAST else "")
