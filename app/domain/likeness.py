"""How likely two residents write of one thing: the same trouble, at the same place, at about the same time.

Suggestions only: nothing is ever joined without an operator.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp

WORD = re.compile(r"[а-яёa-z]{3,}", re.IGNORECASE)
STEM = 5
"""Letters of a word that are compared: endings change with the case, beginnings seldom do."""
COMMON = frozenset(
    WORD.findall(
        "что как это все всё для или его нас вас нам вам уже ещё еще там тут где кто они она оно так вот когда опять снова без под "
        "над при про день дня дней час часа нет есть был была были быть можно нужно очень только даже здравствуйте добрый пожалуйста"
    )
)
"""Words that say nothing of the matter."""
HORIZON = timedelta(hours=72)
"""Messages further apart are about two things, or about one that comes back."""
SUGGESTED_FROM = 0.5


class Reason(StrEnum):
    """Why two messages are held to be about one thing."""

    SAME_AUTHOR = "same_author"
    SAME_TEXT = "same_text"
    SAME_HOUSE = "same_house"
    SAME_PLACE = "same_place"
    SAME_TOPIC = "same_topic"
    SAME_GROUP = "same_group"
    SAME_WORDS = "same_words"
    SAME_HOURS = "same_hours"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a message names: the place's key in the gazetteer, or its stemmed words where it is not known, and the house."""

    key: str
    house: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """What of a message counts in comparing it; `merged` are the messages that were put under it already."""

    topic: str | None
    published_at: datetime
    spots: frozenset[Spot]
    stems: frozenset[str]
    author: str | None = None
    merged: int = 0


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two messages compared: each part from 0 (nothing shared) to 1, `place` below 0 where they name different places."""

    place: float
    topic: float
    words: float
    closeness: float
    same_author: bool = False

    @property
    def score(self) -> float:
        """The chance that both are about one thing; the weights were fitted on half of `corpus/one_thing` by bench.one_thing."""
        wish = WEIGHT_PLACE * self.place + WEIGHT_TOPIC * self.topic + WEIGHT_WORDS * self.words + WEIGHT_CLOSENESS * self.closeness
        return 1 / (1 + exp(-(wish + BIAS)))

    def reasons(self) -> Iterator[Reason]:
        """What speaks for it, the strongest first; that one person wrote both is told before all, and says nothing of the matter."""
        if self.same_author:
            yield Reason.SAME_AUTHOR
        if self.words >= SAME_TEXT:
            yield Reason.SAME_TEXT
        if self.place >= HOUSE:
            yield Reason.SAME_HOUSE
        elif self.place > 0:
            yield Reason.SAME_PLACE
        if self.topic > 0:
            yield Reason.SAME_TOPIC if self.topic == 1 else Reason.SAME_GROUP
        if SAME_WORDS <= self.words < SAME_TEXT:
            yield Reason.SAME_WORDS
        if self.closeness >= SAME_HOURS:
            yield Reason.SAME_HOURS


SAME_UNSURE = 0.7
"""Both are of one group, and the classifier was sure of nothing finer: place or words must speak, too."""
HOUSE, NEIGHBOUR, STREET, OTHER_HOUSE, ELSEWHERE = 1.0, 0.7, 0.5, 0.1, -2.0
NEAR = 4
"""House numbers that differ by no more stand side by side: 12 and 14, 12 and 16."""
SAME_TEXT, SAME_WORDS, SAME_HOURS = 0.8, 0.3, 0.8
WEIGHT_PLACE, WEIGHT_TOPIC, WEIGHT_WORDS, WEIGHT_CLOSENESS, BIAS = 2.2, 5.0, 4.3, 0.5, -5.5


def stems_of(text: str) -> frozenset[str]:
    """The beginnings of a text's telling words; numbers are houses or hours and are compared as such."""
    words = (word.lower().replace("ё", "е") for word in WORD.findall(text))
    return frozenset(word[:STEM] for word in words if word not in COMMON)


def compare(one: Telling, other: Telling) -> Likeness:
    """How alike two messages are, part by part."""
    shared, least = len(one.stems & other.stems), min(len(one.stems), len(other.stems))
    apart = abs(one.published_at - other.published_at)
    return Likeness(
        place=_place(one.spots, other.spots),
        topic=_topic(one.topic, other.topic),
        words=shared / least if least else 0.0,
        closeness=max(0.0, 1 - apart / HORIZON),
        same_author=one.author is not None and one.author == other.author,
    )


def _topic(one: str | None, other: str | None) -> float:
    if one is None or other is None:
        return 0.0
    if one == other:
        return 1.0 if "." in one else SAME_UNSURE
    return 0.5 if one.partition(".")[0] == other.partition(".")[0] else -0.5


def _place(one: Collection[Spot], other: Collection[Spot]) -> float:
    """The best agreement of any two spots; 0 where one of the messages names no place."""
    if not one or not other:
        return 0.0
    return max(_spots(a, b) for a in one for b in other)


def _spots(one: Spot, other: Spot) -> float:
    if one.key != other.key:
        return ELSEWHERE
    if one.house is None or other.house is None:
        return STREET
    if one.house == other.house:
        return HOUSE
    numbers = [int("".join(filter(str.isdigit, spot.house or "")) or 0) for spot in (one, other)]
    return NEIGHBOUR if abs(numbers[0] - numbers[1]) <= NEAR else OTHER_HOUSE
