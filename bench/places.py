"""Places in residents' words: spans of the test part against the marks of the corpus, and the street that each resolves to.

    python -m bench.places [--train] [--misses] [--without-answers]

Spans are compared at street level (streets and addresses together) in the messages that need an answer; only those are looked
through at work. A found span hits a marked one when one contains the other, so that «улица», «двор» and flats may stand on
either side; a street found inside a marked landmark («аптека на Горького») and a settlement or landmark inside a marked
address («Ивановка, Лесная 5») are neither right nor wrong. The strict figure wants the
same letters. Streets are resolved as on a page of the sample region's town, in which every other settlement has
streets of the same names; `corpus/gazetteer/test_streets.csv` says which street a test surface means. `--without-answers`
takes those streets out of the gazetteer, to see what the shapes of places alone find.
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from app.classifier.examples import is_held_out
from app.classifier.places.atlas import Atlas
from app.classifier.places.finder import PlaceFinder, Surroundings
from app.classifier.places.morphology import Morphology
from app.domain.place import FoundPlace, PlaceKind
from app.domain.territory import Entry, EntryId, EntryKind
from app.usecases.import_gazetteer import read_gazetteer
from connectors.sdk.emulation.town_truth import QUESTION_KINDS

CORPUS = Path(__file__).parent.parent / "corpus"
GAZETTEER = CORPUS / "gazetteer" / "zarechny.csv"
ANSWERS = CORPUS / "gazetteer" / "test_streets.csv"
TOWN = "zarechny"
LEVELS = {"street": "street", "address": "street", "settlement": "settlement", "district": "district", "landmark": "landmark"}
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that needs an answer, with what stands above it and the places that the corpus marks."""

    text: str
    above: tuple[str, ...]
    marks: Sequence[tuple[str, str]]


@dataclass(slots=True)
class Score:
    """Hits, false alarms and misses of one level; `exact` hits have the same letters."""

    hits: int = 0
    exact: int = 0
    false: int = 0
    missed: int = 0

    def f1(self, hits: int) -> float:
        return 2 * hits / max(1, self.hits + self.false + self.hits + self.missed)


@dataclass(slots=True)
class Outcome:
    """What a run came to."""

    scores: dict[str, Score] = field(default_factory=lambda: {level: Score() for level in dict.fromkeys(LEVELS.values())})
    resolved: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    seconds: float = 0.0
    messages: int = 0


def asked_messages(*, held_out: bool) -> Iterator[Asked]:
    """The messages that need an answer in one part of the corpus."""
    for file in sorted((CORPUS / "threads").glob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            thread = json.loads(line)
            if is_held_out(thread["id"]) is held_out:
                yield from _asked(thread)


def _asked(thread: dict[str, Any]) -> Iterator[Asked]:
    texts: dict[str, str] = {}
    for message in [thread["post"], *thread["comments"]]:
        texts[message.get("id", "")] = message["text"]
        if message.get("kind") in QUESTION_KINDS:
            above = () if message is thread["post"] else tuple(filter(None, (thread["post"]["text"], texts.get(message.get("reply_to")))))
            yield Asked(message["text"], above, [(surface, LEVELS[kind]) for surface, kind in message.get("places", [])])


def sample_entries(leave_out: frozenset[tuple[str, str]] = frozenset()) -> list[Entry]:
    """The sample region as it is stored, numbered by line."""
    table = read_gazetteer(GAZETTEER.read_bytes())
    ids = {one.code: EntryId(number) for number, one in enumerate(table.entries, start=1)}
    return [
        Entry(ids[one.code], one.kind, one.code, None if one.parent is None else ids[one.parent], one.name, one.type, one.aliases)
        for one in table.entries
        if one.kind is not EntryKind.STREET or (one.type, one.name) not in leave_out
    ]


def read_answers() -> dict[str, tuple[str, str]]:
    """Type and name of the street that each test surface means."""
    with ANSWERS.open(encoding="utf-8") as lines:
        return {row["surface"]: (row["type"], row["name"]) for row in csv.DictReader(lines)}


def run(finder: PlaceFinder, messages: Sequence[Asked], answers: dict[str, tuple[str, str]]) -> Outcome:
    """Finds, compares and counts."""
    town = next(entry.id for entry in finder.atlas.entries.values() if entry.code == TOWN)
    outcome = Outcome(messages=len(messages))
    for message in messages:
        began = perf_counter()
        places = finder.find(message.text, Surroundings(message.above, town))
        outcome.seconds += perf_counter() - began
        _compare(outcome, finder.atlas, message, places, answers, town)
    return outcome


def _compare(
    outcome: Outcome, atlas: Atlas, message: Asked, places: Sequence[FoundPlace], answers: dict[str, tuple[str, str]], town: EntryId
) -> None:
    marks = list(_located(message))
    landmarks = [span for span, level, _ in marks if level == "landmark"]
    addresses = [span for span, level, _ in marks if level in {"street", "landmark"}]
    left = list(places)
    for span, level, surface in marks:
        score = outcome.scores[level]
        hit = next((place for place in left if LEVELS[place.kind] == level and _holds(span, (place.start, place.end))), None)
        if hit is None:
            score.missed += 1
            outcome.misses.append(f"missed {level}: {_around(message.text, span)}")
        else:
            left.remove(hit)
            score.hits += 1
            score.exact += hit.surface == surface
        if level == "street" and surface in answers:
            outcome.resolved[_resolution(atlas, hit, answers[surface], town)] += 1
    for place in left:
        within = landmarks if place.kind in {PlaceKind.STREET, PlaceKind.ADDRESS} else addresses
        if not any(a <= place.start and place.end <= b for a, b in within):
            outcome.scores[LEVELS[place.kind]].false += 1
            outcome.misses.append(f"false {LEVELS[place.kind]}: {_around(message.text, (place.start, place.end))}")


def _resolution(atlas: Atlas, place: FoundPlace | None, answer: tuple[str, str], town: EntryId) -> str:
    """Right: sure of the town's street of that type and name. Offered: not sure, and it heads the list."""
    if place is None or not place.candidates:
        return "not found"
    first = atlas.entries[place.candidates[0].entry_id]
    is_right = (first.type, first.name, first.parent_id) == (*answer, town)
    if place.meant is None:
        return "offered first" if is_right else "offered wrongly"
    return "right" if is_right else "wrong"


def _located(message: Asked) -> Iterator[tuple[Span, str, str]]:
    behind: dict[str, int] = {}
    for surface, level in message.marks:
        start = message.text.find(surface, behind.get(surface, 0))
        start = message.text.find(surface) if start < 0 else start
        behind[surface] = start + 1
        yield (start, start + len(surface)), level, surface


def _holds(left: Span, right: Span) -> bool:
    return (left[0] <= right[0] and right[1] <= left[1]) or (right[0] <= left[0] and left[1] <= right[1])


def _around(text: str, span: Span) -> str:
    start, end = span
    return f"{text[max(0, start - 25) : start]}[{text[start:end]}]{text[end : end + 20]}".replace("\n", " ")


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--train", action="store_true", help="the part that rules may be read from, instead of the test part")
    options.add_argument("--misses", action="store_true", help="every difference with its surroundings")
    options.add_argument("--without-answers", action="store_true", help="without the streets that the test part names")
    given = options.parse_args()
    answers = read_answers()
    began = perf_counter()
    atlas = Atlas(sample_entries(frozenset(answers.values()) if given.without_answers else frozenset()), Morphology())
    built = perf_counter() - began
    outcome = run(PlaceFinder(atlas), list(asked_messages(held_out=not given.train)), {} if given.train else answers)
    print(f"{len(atlas.entries)} entries, {len(set(answers.values()))} streets named in the test part; atlas in {built:.2f} s")
    print(f"{outcome.messages} messages, {outcome.messages / outcome.seconds:.0f} a second on one core")
    for level, score in outcome.scores.items():
        precision, recall = score.hits / max(1, score.hits + score.false), score.hits / max(1, score.hits + score.missed)
        figures = (
            f"precision {precision:.3f}  recall {recall:.3f}  F1 {score.f1(score.hits):.3f}  same letters F1 {score.f1(score.exact):.3f}"
        )
        print(f"{level:<11} {figures}  ({score.hits} hit, {score.false} false, {score.missed} missed)")
    total = sum(outcome.resolved.values())
    for name, count in sorted(outcome.resolved.items()):
        print(f"resolved: {name:<15} {count:>4}  {count / total:.3f}")
    if given.misses:
        print("\n".join(outcome.misses))


if __name__ == "__main__":
    main()
