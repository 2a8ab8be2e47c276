"""Texts without what tells who wrote them, for a classifier that runs in another process."""

import re

PHONE = "[ТЕЛЕФОН]"
MAIL = "[ПОЧТА]"
LINK = "[ССЫЛКА]"
NAME = "[ИМЯ]"
NUMBER = "[НОМЕР]"
FLAT = "[КВАРТИРА]"

WORD = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
PATRONYMIC = r"[А-ЯЁ][а-яё]{2,}(?:ович|евич|ьич|овн|евн|ичн|иничн|оглы|кызы)(?:а|у|ы|е|ем|ой|ом|ою)?"
INITIAL = r"[А-ЯЁ]\."

# No pattern may look far ahead from each of many places: a text of nothing but beginnings would take the square of its length.
RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\[(?:id|club|public|event)\d+(?::[^\]|]{0,100})?\|[^\]]{0,300}\]"), NAME),
    (re.compile(r"\{(user|group):\d+\}.{0,300}?\{\1\}", re.DOTALL), NAME),
    (re.compile(r"(?<!\w)@[A-Za-z0-9_.]{3,}"), NAME),
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), MAIL),
    (re.compile(r"(?:https?://|www\.)\S+|\b(?:vk|ok|t)\.(?:com|ru|me)/\S+", re.IGNORECASE), LINK),
    # Phones in any spacing, before longer numbers, so that a city's code stays a phone.
    (re.compile(r"(?<![\d/.-])(?:\+7|8|7)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)"), PHONE),
    (re.compile(r"(?<![\d.-])\d{2,3}-\d{2}-\d{2}(?![\d.-])"), PHONE),
    # Passports, insurance numbers, cards, accounts: six digits and more, in groups too.
    (re.compile(r"(?<![\d.,])\d(?:[ -]?\d){5,}(?![\d.,]?\d)"), NUMBER),
    (re.compile(r"\b[АВЕКМНОРСТУХ]\d{3}[АВЕКМНОРСТУХ]{2}\s?\d{2,3}\b", re.IGNORECASE), NUMBER),
    (re.compile(r"(?i)\b(?:кв|квартир[аеуы]|комн|комнат[аеуы])[.\s№]*\d+[а-я]?\b"), FLAT),
    # Names by their patronymic or initials; a lone first name tells of nobody.
    (re.compile(rf"(?:{WORD}\s+){{0,2}}{PATRONYMIC}(?:\s+{WORD})?(?!\w)"), NAME),
    (re.compile(rf"{WORD}\s+{INITIAL}\s?{INITIAL}|{INITIAL}\s?{INITIAL}\s?{WORD}"), NAME),
)


def masked(text: str) -> str:
    """The text with phones, mail, links, names with patronymic or initials, long numbers and flats replaced by what they were.

    Streets and houses stay: they tell where to act, not who wrote. Masking a masked text changes nothing.
    """
    for pattern, instead in RULES:
        text = pattern.sub(instead, text)
    return text
