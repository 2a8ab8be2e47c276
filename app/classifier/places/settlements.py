"""Settlements and districts: names of the gazetteer with a preposition, a type or a capital letter, and the shapes of others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.classifier.places.atlas import Atlas
from app.classifier.places.vocabulary import CASES, DISTRICT_TYPE_OF, SETTLEMENT_TYPE_OF
from app.classifier.places.words import Word, are_joined
from app.domain.place import PlaceKind
from app.domain.territory import EntryId

LOOKS_LIKE_ONE = re.compile(r"[а-я-]{2,}(?:овк|евк|инк|ихин|ыш|енк|ск|цк|ин|ов|ев|ец)(?:а|е|у|и|о|ом|ой|ы|ах)?")
LEADS = frozenset({"в", "во", "из", "до", "под", "с", "от", "через", "v", "на", "у"})
ANY = frozenset({"masc", "femn", "neut"})


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
        return self._unknown(index), index

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
        if word.is_capital:
            return lead in LEADS or (not cases and not word.begins) or (first != last) or not self.grammar.is_word(word.plain)
        return lead in {"в", "из", "до", "v"} and not cases and (first != last or not self.grammar.is_word(word.plain))

    def _unknown(self, index: int) -> Area | None:
        word = self.words[index]
        if not word.is_capital or word.is_number:
            return None
        type_ = self._beside(index, -1, SETTLEMENT_TYPE_OF)
        if type_ is not None and self.words[index - 1].plain not in {"с", "п", "х", "ст"}:
            return Area(self.words[index - 1].start, word.end, PlaceKind.SETTLEMENT, (), 0.6)
        lead = self._lead(index)
        if lead not in {"в", "во", "из"} or word.begins or not LOOKS_LIKE_ONE.fullmatch(word.plain):
            return None
        is_one = self.grammar.is_geographic(word.plain) or not self.grammar.is_word(word.plain)
        return Area(word.start, word.end, PlaceKind.SETTLEMENT, (), 0.5) if is_one else None

    def _noun_follows(self, last: int, cases: set[str]) -> bool:
        following = self.words[last + 1] if last + 1 < len(self.words) else None
        joined = following is not None and are_joined(self.text, self.words[last], following)
        return joined and following is not None and self.grammar.noun_agrees(following.plain, cases, ANY)

    def _lead(self, index: int) -> str | None:
        if index == 0 or not are_joined(self.text, self.words[index - 1], self.words[index]):
            return None
        before = self.words[index - 1].text.lower()
        return before if before in CASES else None
