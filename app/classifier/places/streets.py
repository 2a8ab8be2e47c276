"""Streets and addresses: a name that the gazetteer has, or the shape of one, and enough around it to say that a place is meant."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.classifier.places.atlas import Atlas
from app.classifier.places.houses import house_before, house_behind, houses_alone
from app.classifier.places.vocabulary import (
    CASES,
    CROSSINGS,
    FEMININE,
    MONTHS,
    OF_A_STREET,
    SETTLEMENT_TYPE_OF,
    STREET_LEADS,
    STREET_TYPE_OF,
)
from app.classifier.places.words import Word, are_joined
from app.domain.territory import EntryId

MOST = 40
"""Streets of one message; whoever lists more is not saying where something is wrong."""
FEMN, MASC = frozenset({"femn"}), frozenset({"masc", "neut"})
SHORTEST_UNKNOWN = 4
SMALL_LEADS = frozenset({"на", "по", "вдоль", "na", "po"})
"""What stands before a street even in small letters."""
TURKIC = {form: type_ for form, type_ in STREET_TYPE_OF.items() if form.startswith("урам")}
LISTED = re.compile(r"\s*(?:,|и|(?:,\s*)?а также)\s+|\s*[-–—]\s*")
BARE = re.compile(r"\s*(?:$|[,.;:!?—–\n]|-\s)")


@dataclass(frozen=True, slots=True)
class Street:
    """A span that names a street, with its house if one is given; without entries the gazetteer lacks it."""

    start: int
    end: int
    house: str | None
    entries: tuple[EntryId, ...]
    certainty: float


@dataclass(frozen=True, slots=True)
class Named:
    """Words that may name a street; `type` is the word beside them that says so."""

    first: int
    last: int
    entries: tuple[EntryId, ...]
    type: str | None
    start: int
    end: int
    certainty: float


class StreetFinder:
    """Reads one text."""

    def __init__(self, atlas: Atlas, text: str, words: Sequence[Word]) -> None:
        self.atlas, self.text, self.words = atlas, text, words
        self.grammar = atlas.morphology

    def find(self) -> list[Street]:
        """Streets in the order of the text, then houses that stand alone."""
        found: list[Street] = []
        index = 0
        while index < len(self.words) and len(found) < MOST:
            named = self._named_at(index)
            street = None if named is None else self._street(named, found[-1] if found else None)
            if named is None or street is None:
                index += 1
                continue
            found.append(street)
            index = self._behind(named.last, street.end)
        return [*found, *self._houses_alone(found)]

    def _behind(self, last: int, end: int) -> int:
        """The first word after `last` that begins at `end` or later."""
        return next((later for later in range(last + 1, len(self.words)) if self.words[later].start >= end), len(self.words))

    def _named_at(self, index: int) -> Named | None:
        for last, entries in self.atlas.streets.at(self.text, self.words, index):
            return self._with_type(index, last, entries, 1.0)
        return self._misspelt(index) or self._unknown(index)

    def _misspelt(self, index: int) -> Named | None:
        word = self.words[index]
        if not (word.is_capital or self._lead(index) or self._type_before(index)):
            return None
        form = self.atlas.meant_by(word.plain)
        return None if form is None else self._with_type(index, index, tuple(self.atlas.streets.entries[form]), 0.85)

    def _unknown(self, index: int) -> Named | None:
        """A name that the gazetteer lacks: «улица» and a name, an adjective or a genitive with its house or preposition."""
        word = self.words[index]
        if not word.is_capital or word.is_number or word.plain in STREET_TYPE_OF or self._is_in_a_settlements_name(index):
            return None
        last = index
        if self._type_before(index) is not None:
            while last + 1 < len(self.words) and last - index < 2 and self._goes_on(last):
                last += 1
            return self._with_type(index, last, (), 0.6)
        if len(word.plain) < SHORTEST_UNKNOWN or word.text.isupper():
            return None
        is_tatar = self._type_after(index, TURKIC) is not None
        is_one = self.grammar.adjective_cases(word.plain, FEMN | MASC) or self.grammar.names_whose(word.plain)
        return self._with_type(index, last, (), 0.5) if is_one or is_tatar else None

    def _type_after(self, last: int, types: Mapping[str, str]) -> str | None:
        if last + 1 == len(self.words) or not are_joined(self.text, self.words[last], self.words[last + 1]):
            return None
        word = self.words[last + 1].plain
        return types.get(word) if len(word) > 2 else None

    def _is_in_a_settlements_name(self, index: int) -> bool:
        before = self.words[index - 1].plain if index else ""
        return len(before) > 2 and before in SETTLEMENT_TYPE_OF and are_joined(self.text, self.words[index - 1], self.words[index])

    def _goes_on(self, last: int) -> bool:
        following = self.words[last + 1]
        return following.is_capital and not following.is_number and are_joined(self.text, self.words[last], following)

    def _with_type(self, first: int, last: int, entries: tuple[EntryId, ...], certainty: float) -> Named:
        start, end = self.words[first].start, self.words[last].end
        type_ = self._type_before(first)
        if type_ is not None:
            start = self.words[first - 1].start
        else:
            type_ = self._type_after(last, STREET_TYPE_OF)
            end = end if type_ is None else self.words[last + 1].end
        if type_ is not None:
            entries = tuple(one for one in entries if (self.atlas.entries[one].type.casefold() or "улица") == type_) or entries
        return Named(first, last, entries, type_, start, end, certainty)

    def _type_before(self, index: int) -> str | None:
        if index == 0 or not are_joined(self.text, self.words[index - 1], self.words[index]):
            return None
        return STREET_TYPE_OF.get(self.words[index - 1].plain)

    def _lead(self, index: int) -> str | None:
        """The preposition in front, written next to the word."""
        if index == 0 or not are_joined(self.text, self.words[index - 1], self.words[index]):
            return None
        before = self.words[index - 1].text.lower()
        return before if before in CASES else None

    def _street(self, named: Named, before: Street | None) -> Street | None:
        """The span, if enough around the name says that it is a street."""
        behind = house_behind(self.text, named.end)
        if named.type is None and not (self._is_after_house_rules(named) if behind else self._is_meant(named, before)):
            return None
        if behind is not None:
            return Street(named.start, behind[1], behind[0], named.entries, named.certainty)
        ahead = house_before(self.text, named.start)
        if ahead is not None:
            return Street(ahead[1], named.end, ahead[0], named.entries, named.certainty)
        return Street(named.start, named.end, None, named.entries, named.certainty)

    def _is_after_house_rules(self, named: Named) -> bool:
        """Whether a number behind the name makes an address: it does with a known name that is a capital's or no other word's."""
        word = self.words[named.first]
        if word.is_number or named.first != named.last:
            return bool(named.entries)
        if named.entries:
            return word.is_capital or self._lead(named.first) is not None or self._may_stand_small(word) or word.plain.isascii()
        leads = self._lead(named.first)
        if self.grammar.adjective_cases(word.plain, MASC) and not self.grammar.adjective_cases(word.plain, FEMN):
            return False
        return leads in STREET_LEADS or (leads is None and not self.grammar.is_surname(word.plain)) or named.first == 0

    def _may_stand_small(self, word: Word) -> bool:
        return word.begins or word.text.isupper() or not self.grammar.adjective_cases(word.plain, FEMN | MASC)

    def _is_meant(self, named: Named, before: Street | None) -> bool:
        """Whether a bare name is a street's and no other word's; one of a list is, behind another street."""
        first = self.words[named.first]
        if before is not None and first.is_capital and LISTED.fullmatch(self.text[before.end : first.start]):
            return True
        if self.words[named.last].plain in MONTHS:
            return False
        adjective = self._adjective_gender(named)
        if adjective is not None:
            return self._adjective_is_meant(named, first, adjective)
        return self._name_is_meant(named, first)

    def _adjective_gender(self, named: Named) -> frozenset[str] | None:
        """The gender in which the last word is an adjective of a type left out; None of names in the genitive."""
        word = self.words[named.last].plain
        genders = FEMN
        if named.entries and all(self.atlas.entries[one].type.casefold() not in FEMININE for one in named.entries):
            genders = MASC
        if word.isascii() or not self.grammar.adjective_cases(word, genders):
            return None
        return genders

    def _adjective_is_meant(self, named: Named, first: Word, genders: frozenset[str]) -> bool:
        lead = self._lead(named.first)
        cases = self.grammar.adjective_cases(self.words[named.last].plain, genders)
        if lead is not None:
            cases &= CASES[lead]
            if not cases or (lead not in STREET_LEADS or (genders is MASC and lead not in {"на", "по"})):
                return False
        if self._noun_follows(named.last, cases, genders):
            return False
        if not named.entries:
            return first.is_capital and lead in {"на", "по", "с", "вдоль", "через"} and genders is FEMN
        if lead is not None:
            return first.is_capital or (lead in SMALL_LEADS and genders is FEMN and not self._is_common(first, lead))
        return genders is FEMN and (first.is_capital or first.text.isupper() or (first.text.isascii() and first.begins))

    def _is_common(self, word: Word, lead: str) -> bool:
        """Whether a small word is no name: «на набережной», «по новой»."""
        return self.grammar.is_noun(word.plain) or (lead == "по" and word.plain == "новой")

    def _noun_follows(self, last: int, cases: set[str], genders: frozenset[str]) -> bool:
        """Whether the adjective belongs to a noun behind it, across at most one more adjective."""
        for place in range(last + 1, min(last + 3, len(self.words))):
            if self.text[self.words[place - 1].end : self.words[place].start].strip(' «"'):
                return False
            word = self.words[place].plain
            if self.grammar.noun_agrees(word, cases, genders):
                return True
            if not self.grammar.adjective_agrees(word, cases, genders):
                return False
        return False

    def _name_is_meant(self, named: Named, first: Word) -> bool:
        """Names in the genitive: «на Чехова» is no Russian but a street, «в мире» and «победа будет» are none."""
        lead = self._lead(named.first)
        last = self.words[named.last].plain
        is_surname = self.grammar.is_surname(last)
        if lead in {"на", "по", "na", "po"}:
            if not named.entries and not (first.is_capital and self.grammar.is_genitive(last)):
                return False
            return first.is_capital or first.is_number or first.plain.isascii() or is_surname or not self._reads_on(last, CASES[lead])
        if not named.entries or not (first.is_capital or first.is_number):
            return False
        if lead in STREET_LEADS:
            return not is_surname or lead in {"с", "со", "до", "вдоль", "через"} or not self._reads_on(last, CASES[lead])
        if named.first and self.words[named.first - 1].plain in OF_A_STREET | CROSSINGS:
            return True
        if named.first != named.last:
            return self.words[named.last].is_capital
        if not first.begins and not is_surname and self.grammar.names_whose(last):
            return True
        return first.begins and (named.first == 0 or not is_surname) and BARE.match(self.text, named.end) is not None

    def _reads_on(self, word: str, cases: set[str]) -> bool:
        return any(one.tag.case in cases for one in self.grammar.parses(word))

    def _houses_alone(self, found: Sequence[Street]) -> list[Street]:
        """«у дома 40»: a house of the street that was named before it, or of one that nobody named."""
        alone: list[Street] = []
        for house, start, end in houses_alone(self.text):
            if len(found) + len(alone) < MOST and all(end <= street.start or start >= street.end for street in found):
                before = [street for street in found if street.end <= start and street.entries]
                alone.append(Street(start, end, house, before[-1].entries if before else (), 0.6))
        return alone
