"""A region's gazetteer as the finder looks it up: every name in every form, and near spellings of long ones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import assert_never

from app.classifier.places.landmarks import LandmarkFinder, landmark_key
from app.classifier.places.morphology import Morphology
from app.classifier.places.names import Names
from app.classifier.places.vocabulary import DISTRICT_TYPE_OF, FEMININE, SETTLEMENT_TYPE_OF, STREET_TYPE_OF
from app.classifier.places.words import words_of
from app.domain.place import PlaceKind
from app.domain.place_name import TaughtName
from app.domain.territory import COUNTED, Entry, EntryId, EntryKind

SHORTEST_MISSPELT = 6


class Atlas:
    """One version of a gazetteer, made in a second or so per ten thousand names: build it in a thread, outside any transaction."""

    def __init__(self, entries: Iterable[Entry], morphology: Morphology, taught: Iterable[TaughtName] = ()) -> None:
        self.entries: Mapping[EntryId, Entry] = {entry.id: entry for entry in entries}
        self.morphology = morphology
        self.landmark_finder = LandmarkFinder(morphology)
        self.streets, self.settlements, self.districts, self.landmarks = Names(), Names(), Names(), Names()
        self.phrases = Names()
        spelt: dict[tuple[str, str | None], tuple[str, ...]] = {}
        for entry in self.entries.values():
            for name in (entry.name, *entry.aliases):
                self._add(entry, name, spelt)
        for one in taught:
            if one.entry_id in self.entries:
                self._teach(one)

    def _add(self, entry: Entry, name: str, spelt: dict[tuple[str, str | None], tuple[str, ...]]) -> None:
        if entry.kind is EntryKind.LANDMARK:
            self.landmarks.add(landmark_key(entry.type, name), entry.id)
            return
        gender = _gender(entry)
        if (name, gender) not in spelt:
            spelt[name, gender] = tuple(key_of(form) for form in self.morphology.spellings(name, gender=gender))
        index = self.streets if entry.kind is EntryKind.STREET else self.districts if entry.kind is EntryKind.DISTRICT else self.settlements
        for key in spelt[name, gender]:
            index.add(key, entry.id)

    def _teach(self, taught: TaughtName) -> None:
        """Has a name that people taught found as what it was taken for when it was taught; any other words wherever they stand."""
        match taught.kind:
            case PlaceKind.STREET | PlaceKind.ADDRESS:
                gender = _gender(self.entries[taught.entry_id]) or "femn"
                self._teach_forms(self.streets, taught, STREET_TYPE_OF, gender)
            case PlaceKind.SETTLEMENT:
                self._teach_forms(self.settlements, taught, SETTLEMENT_TYPE_OF, None)
            case PlaceKind.DISTRICT:
                self._teach_forms(self.districts, taught, DISTRICT_TYPE_OF, None)
            case PlaceKind.LANDMARK:
                self.landmarks.add(self.landmark_finder.key_of(taught.name), taught.entry_id)
            case None:
                self.phrases.add(key_of(taught.name), taught.entry_id)
            case _:
                assert_never(taught.kind)

    def _teach_forms(self, names: Names, taught: TaughtName, types: Mapping[str, str], gender: str | None) -> None:
        """The name as it was written, and in every case where it bends: «на Строительной» teaches «по Строительную» too."""
        words = [word for word in words_of(taught.name) if word.plain not in types]
        if not words:
            return
        base = " ".join(self.morphology.in_nominative(word.text.lower(), gender) for word in words)
        written = " ".join(word.plain for word in words)
        for key in dict.fromkeys([written, *(key_of(form) for form in self.morphology.spellings(base, gender=gender))]):
            names.add(key, taught.entry_id)

    @cached_property
    def lengths(self) -> Mapping[tuple[str, int], Sequence[str]]:
        """Names of streets in one word by first letter and length: where a misspelt one is looked for."""
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for key in self.streets.entries:
            if " " not in key and len(key) >= SHORTEST_MISSPELT:
                found[key[0], len(key)].append(key)
        return found

    def meant_by(self, word: str) -> str | None:
        """The one street whose form lies an edit away from a misspelt word."""
        if len(word) < SHORTEST_MISSPELT or self.morphology.is_word(word):
            return None
        near = [
            form
            for length in (len(word) - 1, len(word), len(word) + 1)
            for form in self.lengths.get((word[0], length), ())
            if form[-1] == word[-1] and is_near(word, form)
        ]
        entries = {frozenset(self.streets.entries[form]) for form in near}
        return near[0] if len(entries) == 1 else None

    @cached_property
    def settlement_of(self) -> Mapping[EntryId, EntryId | None]:
        """The settlement or territory that an entry lies in; itself, if it is one."""
        return {entry.id: next((one.id for one in self.above(entry.id) if one.kind in COUNTED), None) for entry in self.entries.values()}

    def above(self, entry_id: EntryId) -> Iterator[Entry]:
        """The entry, what it lies in, and so on."""
        entry: Entry | None = self.entries.get(entry_id)
        while entry is not None:
            yield entry
            entry = None if entry.parent_id is None else self.entries.get(entry.parent_id)


def _gender(entry: Entry) -> str | None:
    """The gender of the street's type, by which adjectives are told from names of people."""
    if entry.kind is not EntryKind.STREET:
        return None
    return "femn" if entry.type.casefold() in FEMININE else "neut" if entry.type.casefold() == "шоссе" else "masc"


def key_of(name: str) -> str:
    """What a name is looked up by."""
    return " ".join(word.plain for word in words_of(name))


def is_near(left: str, right: str) -> bool:
    """Whether one letter is wrong, missing, too many, or two stand the wrong way round."""
    if len(left) > len(right):
        left, right = right, left
    start = next((index for index, letter in enumerate(left) if letter != right[index]), len(left))
    if len(left) < len(right):
        return left[start:] == right[start + 1 :]
    return left[start + 1 :] == right[start + 1 :] or (
        left[start : start + 2] == right[start : start + 2][::-1] and left[start + 2 :] == right[start + 2 :]
    )
