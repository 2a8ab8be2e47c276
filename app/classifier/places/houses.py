"""House numbers behind a street or before it: 12, 12а, 12/3, 12 к. 2, дом 5, корп. 1, 12–18, 3, 5 и 7; «дом 15 по Зелёной»."""

import re

from app.classifier.places.vocabulary import COUNTED

NUMBER = rf"\d{{1,3}}(?!\d)(?:\s?/\s?\d{{1,3}}|\s?[а-ек](?![\w])(?!\s?\d))?(?!\s*-?(?:{COUNTED}))"
BLOCK = r"(?:[\s,]*\b(?:корпус|корп|кор|к|строение|стр|литер|лит)\b\.?\s?(?:\d{1,2}|[а-е])(?!\w))?"
SPAN = r"(?:\s?[-–—]\s?\d{1,4}(?!\d))?"
MORE = rf"(?:(?:\s?,\s?|\s+и\s+){NUMBER}{BLOCK}){{0,8}}"
LIST = rf"{NUMBER}{BLOCK}{SPAN}{MORE}"
HOUSE_WORD = r"(?:дом(?:а|е|у|ом|ов|ами|ах|ам)?|д|dom|doma)\b\.?"
# Blanks are asked for once in a row everywhere: two such in a row take the square of what a long gap has.
BEHIND = re.compile(rf"[\s,]*(?:{HOUSE_WORD}\s*)?(?:(?:№|N)\s*)?(?P<house>{LIST})", re.IGNORECASE)
NUMBERED = rf"{HOUSE_WORD}\s*(?:(?:№|N)\s*)?(?P<house>{LIST})"
BEFORE = re.compile(rf"(?:{NUMBERED}|(?P<first>\d{{1,3}})(?:-?[йи])?\s+{HOUSE_WORD})[\s,]*(?:(?:по|на)\s+)?$", re.IGNORECASE)
ALONE = re.compile(rf"\b{NUMBERED}", re.IGNORECASE)
FARTHEST_BEFORE = 48


def house_behind(text: str, position: int) -> tuple[str, int] | None:
    """The house written behind a street that ends at `position`, and where it ends."""
    found = BEHIND.match(text, position)
    return None if found is None else (_tidy(found.group("house")), found.end())


def house_before(text: str, position: int) -> tuple[str, int] | None:
    """The house written before a street that begins at `position`, and where it begins."""
    found = BEFORE.search(text[max(0, position - FARTHEST_BEFORE) : position])
    if found is None:
        return None
    return _tidy(found.group("house") or found.group("first")), max(0, position - FARTHEST_BEFORE) + found.start()


def houses_alone(text: str) -> list[tuple[str, int, int]]:
    """Houses that are named without a street beside them."""
    return [(_tidy(found.group("house")), found.start(), found.end()) for found in ALONE.finditer(text)]


def _tidy(house: str) -> str:
    return re.sub(r"\s+", " ", house).strip(" ,")
