"""How likely two residents write of one thing: the same trouble, at the same place, at about the same time.

Suggestions only: nothing is ever joined without an operator.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from math import exp, sqrt
from operator import mul

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
NAME = re.compile(r"[А-ЯЁ][а-яё]{3,}")
KEY_WORD = re.compile(r"[а-яёa-z]+|\d+")
KEY = 4
OF_PLACES = frozenset(
    re.findall(
        r"\w+",
        "улиц ул прос пер пере площ пл микр мкр райо дере дер село селе сел горо посе пос дом дома у в на за около возл рядо напр",
    )
)
ORDINALS = {"перв": "1", "втор": "2", "трет": "3", "четв": "4", "пята": "5", "пято": "5", "пяту": "5", "шест": "6", "седь": "7"}
ORDINALS |= {"вось": "8", "девя": "9", "деся": "10", "один": "11", "двен": "12"}
NO_PLACES = frozenset(
    re.findall(
        r"\w+",
        "админ управ уважа здрав спаси добры госпо роспо госус госду прави росси прези путин губер водок росте энерг европ богу диспе "
        "депут минис",
    )
)
"""Beginnings of words that stand with a capital letter and are no names of places."""
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
    """A place that a message names: its key in the gazetteer or `key_of_unknown`, the house, and the key of what it lies in."""

    key: str
    house: str | None = None
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """What of a message counts in comparing it; `merged` are the messages that were put under it already.

    `chances` are those that the classifier gives to each topic, by `chances_of`; empty where a person has named the topic, or
    nobody asked. `names` are the beginnings of words with a capital letter, and whether it says more than that a sentence begins.
    """

    topic: str | None
    published_at: datetime
    spots: frozenset[Spot]
    stems: frozenset[str]
    author: str | None = None
    merged: int = 0
    text: str = ""
    names: Mapping[str, bool] = field(default_factory=dict)
    chances: tuple[float, ...] = ()


class Place(Enum):
    """How the places of two messages agree."""

    SAME_HOUSE = "same house"
    SAME_STREET = "same street"
    SAME_NAME = "same name"
    UNSAID = "unsaid"
    ELSEWHERE = "elsewhere"


WEIGHT_OF_PLACE = {Place.SAME_HOUSE: 4.23, Place.SAME_STREET: 4.01, Place.SAME_NAME: 3.01, Place.UNSAID: 0.0, Place.ELSEWHERE: -3.31}
WEIGHT_TOPIC, WEIGHT_WORDS, BIAS = 5.3, 4.83, -5.77
"""Fitted by bench.one_thing on the things with an even number."""
SHARPENED = 1.6
"""The power to which chances are raised: tails of small ones say little; of 0.5 to 4 the best on the even things."""
SAME_TOPIC, SAME_GROUP, TOPIC_UNKNOWN, OTHER_TOPIC = 0.8, 0.5, 0.3, 0.05
"""How far topics agree of which only the names are known."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two messages compared; `topic`, `words` and `closeness` from 0 (nothing shared) to 1."""

    place: Place
    topic: float
    words: float
    closeness: float
    named: Reason | None = None
    same_author: bool = False

    @property
    def score(self) -> float:
        """The chance that both are about one thing."""
        return 1 / (1 + exp(-(WEIGHT_OF_PLACE[self.place] + WEIGHT_TOPIC * self.topic + WEIGHT_WORDS * self.words + BIAS)))

    def reasons(self) -> Iterator[Reason]:
        """What speaks for it, the strongest first; that one person wrote both is told before all, and says nothing of the matter."""
        if self.same_author:
            yield Reason.SAME_AUTHOR
        if self.words >= SAME_TEXT:
            yield Reason.SAME_TEXT
        if self.place is Place.SAME_HOUSE:
            yield Reason.SAME_HOUSE
        elif self.place in {Place.SAME_STREET, Place.SAME_NAME}:
            yield Reason.SAME_PLACE
        if self.named is not None:
            yield self.named
        if SAME_WORDS <= self.words < SAME_TEXT:
            yield Reason.SAME_WORDS
        if self.closeness >= SAME_HOURS:
            yield Reason.SAME_HOURS


NEAR = 4
"""House numbers that differ by no more stand side by side: 12 and 14, 12 and 16."""
SAME_TEXT, SAME_WORDS, SAME_HOURS = 0.8, 0.3, 0.8
ALIKE_BY_CHANCES = 0.6
"""From such an agreement of chances on both are told to be of one group, whatever names they bear."""


def stems_of(text: str) -> frozenset[str]:
    """The beginnings of a text's telling words; numbers are houses or hours and are compared as such."""
    words = (word.lower().replace("ё", "е") for word in WORD.findall(text))
    return frozenset(word[:STEM] for word in words if word not in COMMON)


def names_of(text: str) -> dict[str, bool]:
    """Words with a capital letter, by their beginnings, and whether it stands within a sentence."""
    found: dict[str, bool] = {}
    for word in NAME.finditer(text):
        before, stem = text[: word.start()].rstrip(), word.group().lower().replace("ё", "е")[:STEM]
        if stem in NO_PLACES:
            continue
        found[stem] = found.get(stem, False) or not (not before or before[-1] in ".!?…")
    return found


def key_of_unknown(surface: str) -> str:
    """What a place is compared by that the gazetteer lacks: its words' beginnings, ordinals as numbers; empty if none tells."""
    words = (word[:KEY] for word in KEY_WORD.findall(surface.lower().replace("ё", "е")))
    keys = sorted(ORDINALS.get(word, word) for word in words if word not in OF_PLACES)
    return "" if all(key.isdigit() for key in keys) else " ".join(keys)


def finest(spots: Iterable[Spot]) -> frozenset[Spot]:
    """Spots without those that others of them lie in: «в Ивановке на Лесной» is a street."""
    kept = frozenset(spots)
    return frozenset(spot for spot in kept if all(other.within != spot.key or other == spot for other in kept))


def chances_of(probabilities: Sequence[float]) -> tuple[float, ...]:
    """Topics' probabilities as tellings hold them: sharpened, and such that those of two messages are multiplied and summed to 0 to 1."""
    sharp = [chance**SHARPENED for chance in probabilities]
    total = sum(sharp)
    return tuple(sqrt(chance / total) for chance in sharp) if total else ()


def compare(one: Telling, other: Telling) -> Likeness:
    """How alike two messages are, part by part."""
    apart = abs(one.published_at - other.published_at)
    topic = sum(map(mul, one.chances, other.chances)) if one.chances and other.chances else _topic(one.topic, other.topic)
    return Likeness(
        place=_place(one, other),
        topic=topic,
        words=_words(one, other),
        closeness=max(0.0, 1 - apart / HORIZON),
        named=_named(one.topic, other.topic, topic),
        same_author=one.author is not None and one.author == other.author,
    )


def may_be_alike(one: Telling, other: Telling, *, score_from: float = SUGGESTED_FROM) -> bool:
    """Whether the score can reach so much, whatever the topics: cheap, and no for nearly all."""
    return Likeness(_place(one, other), 1.0, _words(one, other), 0.0).score >= score_from


def _words(one: Telling, other: Telling) -> float:
    least = min(len(one.stems), len(other.stems))
    return len(one.stems & other.stems) / least if least else 0.0


def _topic(one: str | None, other: str | None) -> float:
    if one is None or other is None:
        return TOPIC_UNKNOWN
    if one == other:
        return SAME_TOPIC if "." in one else SAME_GROUP
    return SAME_GROUP if one.partition(".")[0] == other.partition(".")[0] else OTHER_TOPIC


def _named(one: str | None, other: str | None, agreement: float) -> Reason | None:
    """What to say of the topics."""
    if one is not None and one == other:
        return Reason.SAME_TOPIC if "." in one else Reason.SAME_GROUP
    is_group = one is not None and other is not None and one.partition(".")[0] == other.partition(".")[0]
    return Reason.SAME_GROUP if is_group or agreement >= ALIKE_BY_CHANCES else None


def _place(one: Telling, other: Telling) -> Place:
    """The best agreement of any two spots; where one lies in the other, or a name is shared that was not found, nearly as much."""
    shared = {spot.key for spot in one.spots} & {spot.key for spot in other.spots}
    if shared:
        agreed = {_houses(a.house, b.house) for a in one.spots for b in other.spots if a.key == b.key}
        return next((place for place in (Place.SAME_HOUSE, Place.SAME_STREET) if place in agreed), Place.UNSAID)
    if any(a.within == b.key or b.within == a.key for a in one.spots for b in other.spots):
        return Place.SAME_NAME
    if any(name in other.names and (inside or other.names[name]) for name, inside in one.names.items()):
        return Place.SAME_NAME
    return Place.ELSEWHERE if one.spots and other.spots else Place.UNSAID


def _houses(one: str | None, other: str | None) -> Place:
    if one is None or other is None:
        return Place.SAME_STREET
    if one == other:
        return Place.SAME_HOUSE
    numbers = [int("".join(filter(str.isdigit, house)) or 0) for house in (one, other)]
    return Place.SAME_STREET if abs(numbers[0] - numbers[1]) <= NEAR else Place.UNSAID
