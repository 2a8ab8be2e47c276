"""Messages that only join another («у нас тоже», «+1», «на Гагарина та же история»): they say what that one says."""

import re
from collections.abc import Sequence

from app.classifier.contract import TextInContext

LONGEST = 80
"""Characters; who writes more has something of their own to say."""

MARKS = re.compile(r"[^\w+ ]+")
WHO = r"(?:у )?(?:нас|меня|соседей|мы|я)"
WHERE = r"(?:на|по|в|во) \w+(?: \w+){0,3}?"
SAME = (
    r"(?:тоже|также|аналогично|так же|то же(?: самое)?|тоже самое"
    r"|(?:такая|та|такой|тот) же (?:история|ситуация|беда|песня|проблема|картина|ужас|случай))"
)
JOINS = re.compile(
    rf"(?:и )?(?:{WHO}(?: {WHERE})?|{WHERE}) {SAME}"
    rf"|и {WHO}(?: {WHERE})?"
    rf"|(?:и )?{SAME}(?: (?:{WHO}|{WHERE}))?"
    r"|\+ ?\d{0,3}|плюс(?:ую)?|присоединяюсь(?: к \w+)?|поддерживаю"
)


def rows_that_join(texts: Sequence[TextInContext]) -> list[int]:
    """The numbers of those that reply to a message and only say that it is the same with them."""
    return [row for row, one in enumerate(texts) if one.reply_to and len(one.text) <= LONGEST and JOINS.fullmatch(_plain(one.text))]


def what_is_joined(message: TextInContext) -> TextInContext:
    """The message that it replies to, under the same post."""
    return TextInContext(message.reply_to or "", message.post)


def _plain(text: str) -> str:
    return " ".join(MARKS.sub(" ", text.lower().replace("ё", "е")).split())
