"""Settlements and districts: names of the gazetteer with a preposition, a type or a capital letter, and the shapes of others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.classifier.places.atlas import Atlas
from app.classifier.places.vocabulary import CASES, DISTRICT_TYPE_OF, SETTLEMENT_TYPE_OF, STREET_TYPE_OF
from app.classifier.places.words import Word, are_joined
from app.domain.place import PlaceKind
from app.domain.territory import EntryId

LOOKS_LIKE_ONE = re.compile(r"[а-я-]{2,}(?:овк|евк|инк|ихин|ыш|енк|ск|цк|ин|ов|ев|ец)(?:а|е|у|и|о|ом|ой|ы|ах)?")
LIKE_A_SURNAME = re.compile(r"(?:[оеё]ва?|ина?|ск(?:ий|ая))$")
"""What ends like this behind a text is rather who signed it."""
LEADS = frozenset({"в", "во", "из", "до", "под", "с", "от", "через", "v", "на", "у"})
ANY = frozenset({"masc", "femn", "neut"})
MASC = frozenset({"masc"})
CERTAIN_DISTRICTS = frozenset({"микрорайон", "квартал"})
"""Words behind which a name the gazetteer lacks is a district's; «посёлок» and «район» may be something greater."""
OF_VILLAGES = re.compile(
    r"(?:больш|мал|нов|стар|верхн|нижн|красн|сух|кругл|бел|черн|крив)(?:[аяоеыи][яейх]|[уюо]ю|ого|его|о?ому|ему|[оеиы]м)"
)
"""Adjectives that names of villages begin with."""
ANNOUNCED = re.compile(r"\s*(?:[:,—–]|без\b|нет\b|сидит\b|темно\b|обесточен)")
"""What stands behind the name that a message begins with: «Липки: горит трава», «Осиновка без связи»."""


@dataclass(frozen=True, slots=True)
class Area:
    """A span that names a settlement or a district."""

    start: int
    end: int
    kind: PlaceKind
    entries: tuple[EntryId, ...]
    certainty: float


class AreaFinder:
    """Reads one text."""

    def __init__(self, atlas: Atlas, text: str, words: Sequence[Word]) -> None:
        self.atlas, self.text, self.words = atlas, text, words
        self.grammar = atlas.morphology

    def find(self) -> list[Area]:
        """Settlements and districts in the order of the text."""
        found: list[Area] = []
        index = 0
        while index < len(self.words):
            area, last = self._area_at(index)
            if area is not None:
                found.append(area)
            index = max(last, index) + 1
        return found

    def _area_at(self, index: int) -> tuple[Area | None, int]:
        for kind, names in ((PlaceKind.SETTLEMENT, self.atlas.settlements), (PlaceKind.DISTRICT, self.atlas.districts)):
            for last, entries in names.at(self.text, self.words, index):
                area = self._known(index, last, kind, entries)
                if area is not None:
                    return area, last
        return self._unknown(index)

    def _known(self, first: int, last: int, kind: PlaceKind, entries: tuple[EntryId, ...]) -> Area | None:
        types = SETTLEMENT_TYPE_OF if kind is PlaceKind.SETTLEMENT else DISTRICT_TYPE_OF
        type_ = self._beside(first, -1, types)
        start, end = self.words[first].start, self.words[last].end
        if type_ is not None:
            start = self.words[first - 1].start
        elif (type_ := self._beside(last, 1, DISTRICT_TYPE_OF)) is not None:
            end = self.words[last + 1].end
        if type_ is not None:
            of_type = tuple(one for one in entries if self.atlas.entries[one].type.casefold() == type_)
            return Area(start, end, kind, of_type or entries, 1.0)
        return Area(start, end, kind, entries, 0.9) if self._is_meant(first, last) else None

    def _beside(self, index: int, step: int, types: dict[str, str]) -> str | None:
        other = index + step
        if not 0 <= other < len(self.words):
            return None
        left, right = (self.words[other], self.words[index]) if step < 0 else (self.words[index], self.words[other])
        if not are_joined(self.text, left, right):
            return None
        word = self.words[other]
        if step < 0 and len(word.plain) == 1 and not self.words[index].is_capital:
            return None
        return types.get(word.plain)

    def _is_meant(self, first: int, last: int) -> bool:
        word, lead = self.words[first], self._lead(first)
        if word.plain.isdigit():
            return False
        cases = self.grammar.adjective_cases(self.words[last].plain, ANY)
        following = self.words[last + 1] if last + 1 < len(self.words) else None
        if (
            following
            and cases
            and are_joined(self.text, self.words[last], following)
            and self.grammar.noun_agrees(following.plain, cases, ANY)
        ):
            return False
        if word.is_capital and first == 0 and ANNOUNCED.match(self.text, self.words[last].end):
            return True
        if word.is_capital:
            return lead in LEADS or (not cases and not word.begins) or (first != last) or not self.grammar.is_word(word.plain)
        return lead in {"в", "из", "до", "v"} and not cases and (first != last or not self.grammar.is_word(word.plain))

    def _unknown(self, index: int) -> tuple[Area | None, int]:
        """A name that the gazetteer lacks: behind the word for what it is, or behind a preposition and shaped like one."""
        word = self.words[index]
        district = self._beside(index, -1, DISTRICT_TYPE_OF)
        if district is not None and district in CERTAIN_DISTRICTS and (word.is_capital or word.is_number):
            last = self._last_of_name(index)
            return Area(self.words[index - 1].start, self.words[last].end, PlaceKind.DISTRICT, (), 0.6), last
        if word.is_number and self._beside(index, 1, DISTRICT_TYPE_OF) == "микрорайон":
            return Area(word.start, self.words[index + 1].end, PlaceKind.DISTRICT, (), 0.6), index + 1
        if not word.is_capital or word.is_number:
            return None, index
        if self._beside(index, -1, SETTLEMENT_TYPE_OF) is not None and self._is_no_preposition(self.words[index - 1]):
            last = self._last_of_name(index)
            return Area(self.words[index - 1].start, self.words[last].end, PlaceKind.SETTLEMENT, (), 0.6), last
        if self.grammar.adjective_cases(word.plain, MASC) and self._beside(index, 1, DISTRICT_TYPE_OF) is not None:
            return Area(word.start, self.words[index + 1].end, PlaceKind.DISTRICT, (), 0.5), index + 1
        if self._is_two_words(index):
            return Area(word.start, self.words[index + 1].end, PlaceKind.SETTLEMENT, (), 0.5), index + 1
        if word.plain.startswith(("усть-", "верх-")) and not self.grammar.is_word(word.plain):
            return Area(word.start, word.end, PlaceKind.SETTLEMENT, (), 0.5), index
        is_one = self._stands_alone(index) or (self._lead(index) in {"в", "во", "из"} and not word.begins)
        if is_one and (self.grammar.is_geographic(word.plain) or self._is_shaped(word)):
            return Area(word.start, word.end, PlaceKind.SETTLEMENT, (), 0.5), index
        if self._lead(index) in {"до", "от", "к", "через", "под"} and not word.begins and self._is_shaped(word):
            return Area(word.start, word.end, PlaceKind.SETTLEMENT, (), 0.5), index
        return None, index

    def _is_two_words(self, index: int) -> bool:
        """«в Малую Шую», «Нижняя Пристань»: an adjective of villages and a noun with capitals, no street's type beside."""
        word = self.words[index]
        following = self.words[index + 1] if index + 1 < len(self.words) else None
        if following is None or not OF_VILLAGES.fullmatch(word.plain) or not following.is_capital or following.is_number:
            return False
        if not are_joined(self.text, word, following) or following.text.isupper():
            return False
        beside = {self.words[place].plain for place in (index - 1, index + 2) if 0 <= place < len(self.words)}
        return not beside & STREET_TYPE_OF.keys() and bool(
            self.grammar.adjective_cases(word.plain, ANY) or word.plain.endswith(("ие", "ые", "их", "ых"))
        )

    def _is_shaped(self, word: Word) -> bool:
        return LOOKS_LIKE_ONE.fullmatch(word.plain) is not None and not self.grammar.is_word(word.plain)

    def _is_no_preposition(self, type_: Word) -> bool:
        """Whether «с.» is a village, not «with»."""
        return type_.plain not in {"с", "п", "х", "ст"} or self.text[type_.end : type_.end + 1] == "."

    def _stands_alone(self, index: int) -> bool:
        """Whether a word is said for itself, before or behind everything else: «Талица: света нет», «… Помогите. Талица»."""
        word = self.words[index]
        if index == 0:
            return ANNOUNCED.match(self.text, word.end) is not None
        return word.begins and not self.text[word.end :].strip(" .!?…") and LIKE_A_SURNAME.search(word.plain) is None

    def _last_of_name(self, first: int) -> int:
        """Where a name ends that begins with this word: with the next one, if that has a capital letter, too."""
        following = self.words[first + 1] if first + 1 < len(self.words) else None
        if following is None or not following.is_capital or following.is_number or self.words[first].is_number:
            return first
        is_open = self.grammar.adjective_cases(self.words[first].plain, ANY) or self.words[first].plain in {"усть", "верх"}
        return first + 1 if is_open and are_joined(self.text, self.words[first], following) else first

    def _lead(self, index: int) -> str | None:
        if index == 0 or not are_joined(self.text, self.words[index - 1], self.words[index]):
            return None
        before = self.words[index - 1].text.lower()
        return before if before in CASES else None
