"""Texts in, places out: spans first, then what in the gazetteer each of them can mean."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.classifier.places.atlas import Atlas
from app.classifier.places.houses import house_behind
from app.classifier.places.landmarks import SEEN_FROM_AFAR
from app.classifier.places.settlements import AreaFinder
from app.classifier.places.streets import StreetFinder
from app.classifier.places.words import Word, words_of
from app.domain.place import KIND_OF, Candidate, FoundPlace, PlaceKind
from app.domain.territory import EntryId, EntryKind

MOST_CANDIDATES = 5
IN_THE_TEXT, IN_THE_THREAD, ON_THE_PAGE, ELSEWHERE, NOWHERE = 20.0, 8.0, 1.0, 0.15, 0.1
"""How much likelier a candidate is in a settlement that the text names, its thread names, its page belongs to, and in all others
together; and, beside them, that it is a place which the gazetteer lacks."""
UNSAID_TYPE = 0.1
"""An avenue or a lane without that word, where a street («улица») of the name is as near: in the corpus' train part residents leave
«улица» out nearly always, and «проспект» or «переулок» almost never, unless the ending tells it («на Тихом»)."""
PER_SHARED_TERRITORY = 10.0
"""Of settlements with one name the page's neighbour is meant: so much for each territory that both lie in."""
TAUGHT = 0.9
"""How sure words are that people said to be a place: they may mean something else in another message."""
MOST_PLACES = 50


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a message stands: the texts above it, and the territory of its page."""

    above: tuple[str, ...] = ()
    page_territory: EntryId | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    kind: PlaceKind
    house: str | None
    entries: tuple[EntryId, ...]
    certainty: float


class PlaceFinder:
    """Finds places by one version of a region's gazetteer."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas

    def find(self, text: str, around: Surroundings) -> tuple[FoundPlace, ...]:
        """The places of a text in order, none within another; no text makes it raise."""
        spans = self._spans(text)
        named = _entries(span for span in spans if span.kind is PlaceKind.SETTLEMENT)
        open_ended = [span for span in spans if len(span.entries) > 1 or not self._lies_in(span.entries, around.page_territory)]
        above = (
            _entries(span for one in around.above for span in self._areas(one, words_of(one))) if open_ended and not named else frozenset()
        )
        return tuple(
            FoundPlace(
                span.start, span.end, text[span.start : span.end], span.kind, span.house, self._candidates(span, named, above, around)
            )
            for span in spans
        )

    def _spans(self, text: str) -> list[_Span]:
        words = words_of(text)
        spans = [
            _Span(one.start, one.end, PlaceKind.ADDRESS if one.house else PlaceKind.STREET, one.house, one.entries, one.certainty)
            for one in StreetFinder(self.atlas, text, words).find()
        ]
        spans += [
            _Span(one.start, one.end, PlaceKind.LANDMARK, None, self._landmark_entries(one.keys), 0.9)
            for one in self.atlas.landmark_finder.find(text, words)
            if one.has_name or one.keys[0] in self.atlas.landmarks.entries or one.keys[0] in SEEN_FROM_AFAR
        ]
        areas = self._areas(text, words)
        known = [span for span in spans if span.kind is PlaceKind.LANDMARK and span.entries]
        return _apart([*known, *spans, *areas, *self._taught(text, words)])[:MOST_PLACES]

    def _landmark_entries(self, keys: Sequence[str]) -> tuple[EntryId, ...]:
        return next((tuple(found) for key in keys if (found := self.atlas.landmarks.entries.get(key))), ())

    def _taught(self, text: str, words: Sequence[Word]) -> Iterator[_Span]:
        """Words that people said to be a place, where no other place is seen."""
        for index in range(len(words)):
            for last, entries in self.atlas.phrases.at(text, words, index):
                kind = KIND_OF[self.atlas.entries[entries[0]].kind]
                behind = house_behind(text, words[last].end) if kind is PlaceKind.STREET else None
                start, end = words[index].start, words[last].end
                if behind is None:
                    yield _Span(start, end, kind, None, entries, TAUGHT)
                else:
                    yield _Span(start, behind[1], PlaceKind.ADDRESS, behind[0], entries, TAUGHT)
                break

    def _areas(self, text: str, words: Sequence[Word]) -> list[_Span]:
        found = AreaFinder(self.atlas, text, words).find()
        return [_Span(one.start, one.end, one.kind, None, one.entries, one.certainty) for one in found]

    def _candidates(self, span: _Span, named: frozenset[EntryId], above: frozenset[EntryId], around: Surroundings) -> tuple[Candidate, ...]:
        others = named if span.kind is not PlaceKind.SETTLEMENT else frozenset()
        nearness = [self._nearness(entry, others, above, around.page_territory) for entry in span.entries]
        share = 1 / max(nearness.count(ELSEWHERE), 1)
        weights = [
            ((near * share if near == ELSEWHERE else near) * span.certainty * self._of_type(span, entry), entry)
            for near, entry in zip(nearness, span.entries, strict=True)
        ]
        total = sum(weight for weight, _ in weights) + NOWHERE
        best = sorted(weights, key=lambda pair: (-pair[0], pair[1]))[:MOST_CANDIDATES]
        return tuple(Candidate(entry, self.atlas.settlement_of[entry], round(weight / total, 3)) for weight, entry in best)

    def _of_type(self, span: _Span, entry: EntryId) -> float:
        is_street = span.kind in {PlaceKind.STREET, PlaceKind.ADDRESS}
        is_plain = not is_street or self.atlas.entries[entry].type.casefold() in {"", "улица"}
        return 1.0 if is_plain or len({self.atlas.entries[one].type for one in span.entries}) == 1 else UNSAID_TYPE

    def _nearness(self, entry: EntryId, named: frozenset[EntryId], above: frozenset[EntryId], page: EntryId | None) -> float:
        ids = {one.id for one in self.atlas.above(entry)}
        if self.atlas.entries[entry].kind is EntryKind.SETTLEMENT:
            return PER_SHARED_TERRITORY ** len(ids & {one.id for one in self.atlas.above(page)} if page is not None else ())
        if ids & named:
            return IN_THE_TEXT
        if ids & above:
            return IN_THE_THREAD
        return ON_THE_PAGE if page is None or page in ids else ELSEWHERE

    def _lies_in(self, entries: Sequence[EntryId], territory: EntryId | None) -> bool:
        return territory is None or all(any(one.id == territory for one in self.atlas.above(entry)) for entry in entries)


def _entries(spans: Iterable[_Span]) -> frozenset[EntryId]:
    return frozenset(entry for span in spans for entry in span.entries)


def _apart(spans: Sequence[_Span]) -> list[_Span]:
    """Spans that do not overlap, known landmarks first, then streets, landmarks, areas, in the order of the text."""
    kept: list[_Span] = []
    for span in spans:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
