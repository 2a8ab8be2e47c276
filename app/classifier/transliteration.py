"""Russian typed in Latin letters («net vody»), turned back as well as a table can."""

PAIRS = (
    ("shch", "щ"),
    ("sch", "щ"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("yu", "ю"),
    ("ju", "ю"),
    ("ya", "я"),
    ("ja", "я"),
    ("yo", "е"),
    ("jo", "е"),
    ("iy", "ий"),
    ("yy", "ый"),
    ("ey", "ей"),
    ("oy", "ой"),
    ("ay", "ай"),
    ("uy", "уй"),
    ("ts", "ц"),
)
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz'", "абцдефгхийклмнопкрстуввхызь")


def from_latin(text: str) -> str:
    """The text in Cyrillic when it has no letter outside ASCII; any other text as it is."""
    if not text.isascii() or not any(map(str.isalpha, text)):
        return text
    lowered = text.lower()
    for latin, letters in PAIRS:
        lowered = lowered.replace(latin, letters)
    cyrillic = lowered.translate(LETTERS)
    return cyrillic.upper() if text.isupper() else cyrillic
