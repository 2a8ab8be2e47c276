"""A text as words with their positions, and what may stand for what: ё for е, Latin for Cyrillic, «вторая» for 2."""

import re
from dataclasses import dataclass
from functools import cached_property

WORD = re.compile(r"\d+(?:-?(?:[йяе]|ая|ый|ой|ую|го|му|ом|ей|ья|ю|х|ти|м)(?![а-яё]))?|[^\W\d_]+(?:-[^\W\d_]+)*", re.IGNORECASE)
ENDS_SENTENCE = re.compile(r"[.!?…\n:;»)\]]|[-—–]\s|[^\w\s,.'\"«(/№]")
LONGEST_ABBREVIATION = 3
"""Of «ул.», «пер.», «пос.»: a dot behind a longer word ends a sentence."""
SHOUTED = 0.6
"""From this share of capital letters on, capitals say nothing."""

LATIN = (
    *(("shch", "щ"), ("yo", "е"), ("jo", "е"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("yu", "ю"), ("ju", "ю")),
    *(("ya", "я"), ("ja", "я"), ("iy", "ий"), ("yj", "ый")),
    *zip("abvgdezijklmnoprstufhcyw'", "абвгдезийклмнопрстуфхцывь", strict=True),
)
ORDINALS = {
    stem: number
    for number, stems in enumerate(
        ("перв", "втор", "трет", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят", "одиннадцат", "двенадцат"), start=1
    )
    for stem in (stems,)
}
ORDINAL = re.compile(rf"({'|'.join(ORDINALS)})(?:ый|ой|ая|ое|ую|ого|ому|ым|ом|ий|ья|ьей|ью|ьего|ьему|ьем|ьим|ье)")


@dataclass(frozen=True)
class Word:
    """A word of a text. `plain` is what it is looked up by; `is_capital` where a capital letter means something."""

    text: str
    plain: str
    start: int
    end: int
    is_capital: bool
    begins: bool

    @cached_property
    def is_number(self) -> bool:
        return self.text[0].isdigit()


def plain(word: str) -> str:
    """A word as it is looked up: small, without ё, an ordinal as its number, Latin letters read as the Russian ones."""
    small = word.lower().replace("ё", "е")
    if small[0].isdigit():
        return re.match(r"\d+", small).group() if not small.isdigit() else small  # type: ignore[union-attr]
    ordinal = ORDINAL.fullmatch(small)
    if ordinal is not None:
        return str(ORDINALS[ordinal.group(1)])
    return _read_latin(small) if small[0].isascii() else small


def _read_latin(word: str) -> str:
    for latin, russian in LATIN:
        word = word.replace(latin, russian)
    return word


def words_of(text: str) -> list[Word]:
    """The words of a text in order."""
    large = sum(map(str.isupper, text))
    shouted = large > 3 and large > SHOUTED * sum(map(str.isalpha, text))
    found: list[Word] = []
    last = 0
    for match in WORD.finditer(text):
        word, gap = match.group(), text[last : match.start()]
        begins = last == 0 or ENDS_SENTENCE.search(gap) is not None
        found.append(Word(word, plain(word), match.start(), match.end(), word[0].isupper() and not shouted, begins))
        last = match.end()
    return found


def are_joined(text: str, left: Word, right: Word) -> bool:
    """Whether two words stand side by side with nothing but blanks, or the dot of an abbreviation, between them."""
    gap = text[left.end : right.start]
    return not gap.strip(" \u00a0.") and ("." not in gap or len(left.text) <= LONGEST_ABBREVIATION) and "\n" not in gap
