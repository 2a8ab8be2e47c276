"""How well messages about one thing are told from others, on `corpus/one_thing`: weights fitted on one half, measured on the other.

    python -m bench.one_thing

Topics are those that the shipped model hears, which has not seen these messages, and places those that are found by the sample
region's gazetteer: what the system itself would go by. Things are divided by number: the even ones teach, the odd ones measure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

from app.classifier.contract import TextInContext
from app.classifier.model_file import load_shipped_model
from app.classifier.places.atlas import Atlas
from app.classifier.places.finder import PlaceFinder, Surroundings
from app.classifier.places.morphology import Morphology
from app.domain.likeness import HORIZON, Likeness, Place, Spot, Telling, chances_of, compare, finest, key_of_unknown, names_of, stems_of
from app.domain.place import FoundPlace
from bench.places import TOWN, sample_entries
from bench.timing import print_table

MESSAGES = Path(__file__).parent.parent / "corpus" / "one_thing" / "messages.jsonl"
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
FITTED, MEASURED = 0, 1
FREEDOM = 3
"""How freely weights are fitted; of 1, 3 and 10 the best on the even things, in five parts."""
PARTS = 5
PLACES = (Place.SAME_HOUSE, Place.SAME_STREET, Place.SAME_NAME, Place.ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of one half within the horizon: what of them counts, whether they are one thing, and the numbers of their things."""

    rows: np.ndarray
    truth: np.ndarray
    scores: np.ndarray
    things: np.ndarray


def spots_of(places: tuple[FoundPlace, ...]) -> frozenset[Spot]:
    """Places as `storage/tellings` keys them: by the likeliest entry, else by their words."""
    known = (one.candidates[0] for one in places if one.candidates)
    houses = (one.house for one in places if one.candidates)
    found = {
        Spot(str(one.entry_id), house, None if one.territory_id in {None, one.entry_id} else str(one.territory_id))
        for one, house in zip(known, houses, strict=True)
    }
    return finest(found | {Spot(f"?{key}") for one in places if not one.candidates and (key := key_of_unknown(one.surface))})


def tellings() -> list[tuple[int, Telling, str]]:
    """Number of the thing, what the system hears, and the true topic, of each message."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    model = load_shipped_model()
    probabilities = model.predict([TextInContext(line["text"]) for line in lines])
    atlas = Atlas(sample_entries(), Morphology())
    town = next(entry.id for entry in atlas.entries.values() if entry.code == TOWN)
    finder = PlaceFinder(atlas)
    found = []
    for line, verdict, chances in zip(lines, model.decide(probabilities), probabilities.subjects.topics.tolist(), strict=True):
        text, moment = line["text"], BEGIN + timedelta(hours=line["hour"])
        spots = spots_of(finder.find(text, Surroundings((), town)))
        telling = Telling(verdict.topic, moment, spots, stems_of(text), text=text, names=names_of(text), chances=chances_of(chances))
        found.append((line["thing"], telling, line["topic"]))
    return found


def row_of(likeness: Likeness) -> tuple[float, ...]:
    """What the score is made of."""
    return (*(float(likeness.place is place) for place in PLACES), likeness.topic, likeness.words)


def pairs(told: list[tuple[int, Telling]], half: int) -> Pairs:
    """All pairs of one half within the horizon."""
    rows, truth, scores, things = [], [], [], []
    for (thing, one), (other_thing, other) in combinations([pair for pair in told if pair[0] % 2 == half], 2):
        if abs(one.published_at - other.published_at) <= HORIZON:
            likeness = compare(one, other)
            rows.append(row_of(likeness))
            truth.append(thing == other_thing)
            scores.append(likeness.score)
            things.append((thing, other_thing))
    return Pairs(np.array(rows), np.array(truth), np.array(scores), np.array(things))


def in_parts(half: Pairs) -> np.ndarray:
    """Chances of each pair by weights that have seen neither of its things."""
    part = half.things // 2 % PARTS
    chances = np.zeros(half.truth.size)
    for number in range(PARTS):
        has = (part == number).any(axis=1)
        chances[has] = LogisticRegression(C=FREEDOM).fit(half.rows[~has], half.truth[~has]).predict_proba(half.rows[has])[:, 1]
    return chances


def measured(truth: np.ndarray, scores: np.ndarray) -> tuple[str, str, str]:
    """Best precision at a recall of 0.8 and 0.9, and how many pairs there are."""
    precision, recall, _ = precision_recall_curve(truth, scores)
    return f"{precision[recall >= 0.8].max():.3f}", f"{precision[recall >= 0.9].max():.3f}", f"{int(truth.sum())} of {truth.size}"


def main() -> None:
    """Prints weights and table."""
    told = tellings()
    heard = [(thing, telling) for thing, telling, _ in told]
    even, odd = pairs(heard, FITTED), pairs(heard, MEASURED)
    fitted = LogisticRegression(C=FREEDOM).fit(even.rows, even.truth)
    names = (*(place.value for place in PLACES), "topic", "words")
    weights = (f"{name} {weight:.2f}" for name, weight in zip(names, fitted.coef_[0], strict=True))
    print(", ".join(weights), f"bias {fitted.intercept_[0]:.2f}")
    named = pairs([(thing, replace(telling, chances=())) for thing, telling in heard], MEASURED)
    gold = pairs([(thing, replace(telling, chances=(), topic=topic)) for thing, telling, topic in told], MEASURED)
    suggested = odd.scores >= 0.5
    table = [
        ("even things, in five parts", *measured(even.truth, in_parts(even))),
        ("odd things, as shipped", *measured(odd.truth, odd.scores)),
        ("odd things, fitted now", *measured(odd.truth, fitted.predict_proba(odd.rows)[:, 1])),
        ("odd things, by the named topic alone", *measured(named.truth, named.scores)),
        ("odd things, were every topic heard right", *measured(gold.truth, gold.scores)),
    ]
    print_table("Messages about one thing", ("pairs", "precision at recall .8", "at .9", "one thing"), table)
    print(
        f"Suggested of the odd things: {odd.truth[suggested].mean():.3f} right, {odd.truth[suggested].sum() / odd.truth.sum():.3f} found."
    )


if __name__ == "__main__":
    main()
