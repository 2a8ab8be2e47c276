"""Russian typed in Latin letters, turned back: by sound («net vody») or by key («ytn djls»)."""

import re

FOREIGN_LETTER = re.compile(r"[^\W\d_a-zA-Z]")
SOUNDS = (
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
BY_SOUND = str.maketrans("abcdefghijklmnopqrstuvwxyz'", "абцдефгхийклмнопкрстуввхызь")
BY_KEY = str.maketrans("`qwertyuiop[]asdfghjkl;'zxcvbnm,.", "ёйцукенгшщзхъфывапролджэячсмитьбю")
LATIN_VOWELS = frozenset("aeiou")
FEWEST_VOWELS = 0.2


def to_cyrillic(text: str) -> str:
    """The text in Cyrillic when it has no letter outside ASCII; any other text as it is."""
    if FOREIGN_LETTER.search(text):
        return text
    letters = [letter for letter in text.lower() if letter.isalpha()]
    if not letters:
        return text
    vowels = sum(letter in LATIN_VOWELS for letter in letters)
    cyrillic = _by_key(text.lower()) if vowels < FEWEST_VOWELS * len(letters) else _by_sound(text.lower())
    return cyrillic.upper() if text.isupper() else cyrillic


def _by_key(text: str) -> str:
    return text.translate(BY_KEY)


def _by_sound(text: str) -> str:
    for latin, cyrillic in SOUNDS:
        text = text.replace(latin, cyrillic)
    return text.translate(BY_SOUND)
