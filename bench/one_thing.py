"""How well messages about one thing are told from others, on `corpus/one_thing`: weights fitted on one half, measured on the other."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve

from app.domain.likeness import HORIZON, Spot, Telling, compare, stems_of
from bench.timing import print_table

MESSAGES = Path(__file__).parent.parent / "corpus" / "one_thing" / "messages.jsonl"
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
NO_NAMES = frozenset(
    re.findall(
        r"\w+",
        "улица улице улицу ул дом дома пр проспект пер переулок переулке мкр микрорайон площадь площади пл корп кв школа школы",
    )
)
LETTERS = 4


def spots_of(places: list[list[str]]) -> frozenset[Spot]:
    """Marked places as keys, without a gazetteer: the beginning of the name, and the first number as the house."""
    spots = set()
    for surface, kind in places:
        words = [word for word in re.findall(r"[а-яё]{3,}", surface.lower()) if word not in NO_NAMES]
        number = re.search(r"\d+", surface)
        key = " ".join(sorted(word[:LETTERS] for word in words)) or surface
        spots.add(Spot(key, number.group() if number and kind == "address" else None))
    return frozenset(spots)


def misjudged(topic: str, random: np.random.Generator) -> str | None:
    """The topic as a classifier might tell it: one in five wrong within its group, one in ten not told."""
    chance = random.random()
    return None if chance < 0.1 else f"{topic.partition('.')[0]}.another" if chance < 0.3 else topic


def pairs(part: int, *, is_judged: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Likeness, whether it is one thing, and the score as shipped, of all pairs within the horizon; things are divided by number."""
    lines = [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    random = np.random.default_rng(5)
    topics = [misjudged(one["topic"], random) if is_judged else one["topic"] for one in lines]
    tellings = [
        (one["thing"], Telling(topic, BEGIN + timedelta(hours=one["hour"]), spots_of(one["places"]), stems_of(one["text"])))
        for one, topic in zip(lines, topics, strict=True)
        if one["thing"] % 2 == part
    ]
    rows, truth, scores = [], [], []
    for (thing, one), (other_thing, other) in combinations(tellings, 2):
        if abs(one.published_at - other.published_at) <= HORIZON:
            likeness = compare(one, other)
            rows.append((likeness.place, likeness.topic, likeness.words, likeness.closeness))
            truth.append(thing == other_thing)
            scores.append(likeness.score)
    return np.array(rows), np.array(truth), np.array(scores)


def measured(truth: np.ndarray, scores: np.ndarray) -> tuple[str, str, str]:
    """Best precision at a recall of 0.8 and 0.9, and how many pairs there are."""
    precision, recall, _ = precision_recall_curve(truth, scores)
    return f"{precision[recall >= 0.8].max():.3f}", f"{precision[recall >= 0.9].max():.3f}", f"{int(truth.sum())} of {truth.size}"


def main() -> None:
    rows, truth, shipped = pairs(0)
    fitted = LogisticRegression(C=10).fit(rows, truth)
    names = ("place", "topic", "words", "closeness")
    print(
        ", ".join(f"{name} {weight:.2f}" for name, weight in zip(names, fitted.coef_[0], strict=True)), f"bias {fitted.intercept_[0]:.2f}"
    )
    other_rows, other_truth, other_shipped = pairs(1)
    _, _, judged = pairs(1, is_judged=True)
    table = [
        ("fitted half, as shipped", *measured(truth, shipped)),
        ("other half, as shipped", *measured(other_truth, other_shipped)),
        ("other half, topics as if told by a classifier", *measured(other_truth, judged)),
        ("other half, fitted now", *measured(other_truth, fitted.predict_proba(other_rows)[:, 1])),
    ]
    print_table("Messages about one thing", ("pairs", "precision at recall .8", "at .9", "one thing"), table)


if __name__ == "__main__":
    main()
