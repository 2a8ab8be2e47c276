"""Russian grammar as far as names of places need it, by pymorphy3's dictionary."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pymorphy3 import MorphAnalyzer

CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
REMEMBERED = 20_000
LEAST_LIKELY = 0.05
ADJECTIVE = re.compile(r".{2,}(?:[аяуюо]я|[уюо]ю|[оеыи]й|[оеыи]м|[ое]го|[ое]му|[ое]е|ью|ья|ье|ьи|[ьо]его)")
"""How adjectives end that name streets: not «Ленина», which is one by the dictionary, too."""


class Morphology:
    """The dictionary, loaded once (some 0.1 s and 20 MB), with what was last asked of it."""

    def __init__(self) -> None:
        self._analyzer = MorphAnalyzer(lang="ru")
        self._parses = lru_cache(maxsize=REMEMBERED)(self._analyzer.parse)

    def parses(self, word: str) -> list[Any]:
        """The readings of a word, the likeliest first."""
        return [one for one in self._parses(word) if one.score >= LEAST_LIKELY] or list(self._parses(word)[:1])

    def is_word(self, word: str) -> bool:
        """Whether the dictionary has it."""
        return bool(self._analyzer.word_is_known(word))

    def adjective_cases(self, word: str, genders: frozenset[str]) -> set[str]:
        """The cases in which the word is an adjective in one of the genders; empty when it is none."""
        if not ADJECTIVE.fullmatch(word):
            return set()
        tags = (one.tag for one in self._parses(word) if one.tag.POS == "ADJF" and one.tag.number == "sing")
        found = (tag for tag in tags if "Apro" not in tag)
        return {str(tag.case) for tag in found if tag.gender in genders}

    def is_genitive(self, word: str) -> bool:
        """Whether it can stand behind «улица» as whose it is: Гагарина, Строителей, Победы."""
        return any(one.tag.POS == "NOUN" and one.tag.case == "gent" for one in self._parses(word))

    def is_noun(self, word: str) -> bool:
        """Whether it is also a noun: «набережная»."""
        return any(one.tag.POS == "NOUN" for one in self.parses(word))

    def names_whose(self, word: str) -> bool:
        """Whether it says, without «улица», whose a street is: a surname or several people in the genitive."""
        tags = [one.tag for one in self._parses(word) if one.tag.POS == "NOUN" and one.tag.case == "gent"]
        return any("Surn" in tag or (tag.number == "plur" and tag.animacy == "anim") for tag in tags)

    def is_geographic(self, word: str) -> bool:
        """Whether the dictionary has it as the name of a place."""
        return any("Geox" in one.tag for one in self.parses(word))

    def is_surname(self, word: str) -> bool:
        """Whether it is also the name of a person."""
        return any("Surn" in one.tag or "Name" in one.tag or "Patr" in one.tag for one in self._parses(word))

    def noun_agrees(self, word: str, cases: set[str], genders: frozenset[str]) -> bool:
        """Whether a noun in one of the cases and genders reads on from an adjective: «на новую дорогу»."""
        tags = (one.tag for one in self.parses(word) if one.tag.POS == "NOUN")
        return any(tag.case in cases and tag.number == "sing" and tag.gender in genders for tag in tags)

    def adjective_agrees(self, word: str, cases: set[str], genders: frozenset[str]) -> bool:
        """Whether it is one more adjective of the same noun."""
        return bool(self.adjective_cases(word, genders) & cases)

    def forms(self, name: str, *, gender: str | None) -> set[str]:
        """A name of one word or more in every case; `gender` is that of the word that adjectives go with.

        Words behind the last one in the nominative stay as they are: «Красные Зори» bends, «Зои Космодемьянской» does not.
        """
        words = name.split(" ")
        bent = [self._nominative(word, gender, is_last=index == len(words) - 1) for index, word in enumerate(words)]
        if not any(bent):
            return {name}
        return {name, *(" ".join(self._in_case(word, reading, case) for word, reading in zip(words, bent, strict=True)) for case in CASES)}

    def in_nominative(self, word: str, gender: str | None) -> str:
        """An adjective in the nominative of the gender, any other word as it is: «строительной» as «строительная»."""
        if not ADJECTIVE.fullmatch(word):
            return word
        readings = (one for one in self._parses(word) if one.tag.POS == "ADJF" and one.tag.number == "sing")
        reading = next((one for one in readings if gender is None or one.tag.gender == gender), None)
        found = None if reading is None else reading.inflect({"nomn"})
        return word if found is None else str(found.word)

    def _nominative(self, word: str, gender: str | None, *, is_last: bool) -> Any | None:
        """The reading of a word that bends with its name."""
        readings = [one for one in self._parses(word) if one.tag.case == "nomn"]
        adjectives = [one for one in readings if one.tag.POS == "ADJF" and (gender is None or one.tag.gender in {gender, None})]
        nouns = [one for one in readings if one.tag.POS == "NOUN" and gender is None]
        return next(iter([*adjectives, *nouns] if not is_last or adjectives else nouns), None)

    @staticmethod
    def _in_case(word: str, reading: Any | None, case: str) -> str:
        if reading is None:
            return word
        found = reading.inflect({case})
        return word if found is None else str(found.word).replace("ё", "е")

    def spellings(self, name: str, *, gender: str | None) -> Iterator[str]:
        """Every form of a name in small letters without ё."""
        yield from {form.replace("ё", "е") for form in self.forms(name.lower(), gender=gender)}
