"""A region's model: the shipped one as it was, and heads that shift its verdicts or say what the region calls things."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.classifier.contract import TextInContext
from app.classifier.features import Features, read_messages
from app.classifier.linear import BATCH, LinearClassifier, Probabilities
from app.classifier.model import Weights, add_up, unfold
from app.classifier.probability import softmax
from app.classifier.regional.sight import fold_letters, keep_buckets, measures_of
from app.classifier.regional.taught import Own
from app.classifier.subjects import SubjectChances, first_of_groups, groups_of
from app.domain.verdict import OwnGuesses, TopicGuess, Verdict

KIND, GROUP, TOPIC, URGENT = "kind", "group", "topic", "urgent"
SHIFTED = (KIND, GROUP, TOPIC, URGENT)
MOST_GUESSES = 3
SMALLEST = np.float32(1e-4)

Chances = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RegionalHead:
    """Votes of the kept words and letters and of the measures for each label.

    Of a head that shifts the shipped chances `scale` is how far they are moved, and letters have no say; of the region's
    own it is the temperature.
    """

    name: str
    labels: tuple[str, ...]
    words: Weights
    letters: Weights
    measures: Weights
    scale: float


class Kept(NamedTuple):
    """The buckets of words and letters that a model knows, and how telling each is."""

    words: NDArray[np.int32]
    telling_words: NDArray[np.uint8]
    letters: NDArray[np.int32]
    telling_letters: NDArray[np.uint8]


class RegionalOrigin(NamedTuple):
    """What a region's model learned from: texts, how many of them had which label, and the digest of all."""

    examples: int
    labels: dict[str, int]
    digest: str


@dataclass(frozen=True, slots=True)
class RegionalModel:
    """All that a region's file holds; `learned` has the numbers of the texts that it learned from, in order."""

    base: LinearClassifier
    base_file: bytes
    kept: Kept
    heads: tuple[RegionalHead, ...]
    learned: NDArray[np.uint64]
    origin: RegionalOrigin


@dataclass(frozen=True, slots=True)
class Layer:
    """Heads that see the same, unfolded for speed: a table of votes by bucket for each space, and the votes of the measures."""

    heads: tuple[RegionalHead, ...]
    words: NDArray[np.float32]
    letters: NDArray[np.float32] | None
    measures: NDArray[np.float32]

    def score(self, features: Features, shipped: Probabilities, kept: Kept) -> dict[str, Chances]:
        """A row for each message and a column for each label, by head."""
        scores = np.einsum("mt,tc->mc", measures_of(features, shipped), self.measures)
        words = keep_buckets(features.spaces.words, kept.words)
        scores += add_up(words, self.words)[words.rows]
        if self.letters is not None:
            letters = keep_buckets(fold_letters(features.spaces.letters), kept.letters)
            scores += add_up(letters, self.letters)[letters.rows]
        ends = np.cumsum([len(head.labels) for head in self.heads])[:-1]
        return dict(zip((head.name for head in self.heads), np.split(scores, ends, axis=1), strict=True))


def _layer(heads: Sequence[RegionalHead], kept: Kept, *, with_letters: bool) -> Layer | None:
    if not heads:
        return None
    words = unfold(_join([head.words for head in heads]), kept.telling_words)
    letters = unfold(_join([head.letters for head in heads]), kept.telling_letters) if with_letters else None
    return Layer(tuple(heads), words, letters, np.concatenate([head.measures.restore() for head in heads], axis=1))


def _join(parts: Sequence[Weights]) -> Weights:
    return Weights(np.concatenate([one.steps for one in parts]), np.concatenate([one.values for one in parts], axis=1))


@dataclass(frozen=True, slots=True)
class RegionalClassifier:
    """Judges as the region taught it; it holds no state and may be shared by threads."""

    taught: RegionalModel
    name: str
    shifts: Layer | None = field(init=False)
    own: Layer | None = field(init=False)

    def __post_init__(self) -> None:
        """Unfolds the tables of votes once."""
        heads, kept = self.taught.heads, self.taught.kept
        shifts = _layer([head for head in heads if head.name in SHIFTED], kept, with_letters=False)
        own = _layer([head for head in heads if head.name not in SHIFTED], kept, with_letters=True)
        object.__setattr__(self, "shifts", shifts)
        object.__setattr__(self, "own", own)

    @property
    def base(self) -> LinearClassifier:
        """The model that the region built on."""
        return self.taught.base

    @property
    def sure_from(self) -> float:
        """The confidence in a kind below which a verdict is unsure."""
        return self.base.sure_from

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        """One verdict a text, in order; those that need an answer come with the region's own words for it."""
        return [verdict for start in range(0, len(texts), BATCH) for verdict in self._judge(texts[start : start + BATCH])]

    def predict(self, texts: Sequence[TextInContext]) -> Probabilities:
        """The probabilities behind the verdicts."""
        return self.base.join([self._predict(texts[start : start + BATCH]) for start in range(0, max(len(texts), 1), BATCH)])

    def own_chances(self, texts: Sequence[TextInContext]) -> dict[str, Chances]:
        """A row for each text and a column for each label of the region's own, by head."""
        if self.own is None:
            return {}
        features = read_messages(texts, self.base.model.lexicon)
        scores = self.own.score(features, self.base.weigh(features), self.taught.kept)
        return {head.name: softmax(scores[head.name] / np.float32(head.scale)) for head in self.own.heads}

    def _judge(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        verdicts = [replace(verdict, model=self.name) for verdict in self.base.decide(self._predict(texts))]
        asking = [row for row, verdict in enumerate(verdicts) if verdict.needs_answer]
        if self.own is None or not asking:
            return verdicts
        chances = self.own_chances([texts[row] for row in asking])
        guesses = zip(*(_guesses(head, chances[head.name]) for head in self.own.heads), strict=True)
        for row, own in zip(asking, guesses, strict=True):
            verdicts[row] = replace(verdicts[row], own=own)
        return verdicts

    def _predict(self, texts: Sequence[TextInContext]) -> Probabilities:
        return self.base.hear_joiners(texts, self._weigh)

    def _weigh(self, texts: Sequence[TextInContext]) -> Probabilities:
        features = read_messages(texts, self.base.model.lexicon)
        shipped = self.base.weigh(features)
        if self.shifts is None:
            return shipped
        scores = self.shifts.score(features, shipped, self.taught.kept)
        return _shift(self.base, shipped, {head.name: scores[head.name] * np.float32(head.scale) for head in self.shifts.heads})


def _shift(base: LinearClassifier, shipped: Probabilities, shifts: dict[str, Chances]) -> Probabilities:
    kinds = move(shipped.kinds, shifts[KIND]) if KIND in shifts else shipped.kinds
    shipped_groups, topics = shipped.subjects
    groups = move(shipped_groups, shifts[GROUP]) if GROUP in shifts else shipped_groups
    if topics.shape[1]:
        moved = np.maximum(topics + shifts[TOPIC], SMALLEST * topics) if TOPIC in shifts else topics
        owners, starts = groups_of(base.model.topics, base.model.groups), first_of_groups(base.model.topics)
        sizes = np.diff(starts, append=topics.shape[1])
        sums = np.repeat(np.add.reduceat(moved, starts, axis=1), sizes, axis=1)
        topics = (moved / np.maximum(sums, SMALLEST * SMALLEST) * groups[:, owners]).astype(np.float32)
    urgent = move(of_two(shipped.urgent), shifts[URGENT])[:, 1] if URGENT in shifts else shipped.urgent
    return Probabilities(kinds, urgent, SubjectChances(groups, topics))


def of_two(urgent: Chances) -> Chances:
    """The chances of not being urgent and of being it."""
    return np.stack([1 - urgent, urgent], axis=1)


def move(chances: Chances, shift: Chances) -> Chances:
    """Chances moved and made to sum to one again; without a shift they stay to the last bit but one."""
    moved = np.maximum(chances + shift, SMALLEST * chances)
    summed: Chances = moved / np.maximum(moved.sum(axis=1, keepdims=True), SMALLEST)
    return summed


def _guesses(head: RegionalHead, chances: Chances) -> list[OwnGuesses]:
    ranked = np.argsort(-chances, axis=1, kind="stable")[:, :MOST_GUESSES]
    told = np.take_along_axis(chances, ranked, axis=1)
    return [
        OwnGuesses(head.name, tuple(TopicGuess(head.labels[n], chance) for n, chance in zip(numbers, row, strict=True)))
        for numbers, row in zip(ranked.tolist(), told.tolist(), strict=True)
    ]


def own_label(verdict: Verdict, own: Own) -> tuple[TopicGuess, ...]:
    """What a verdict says in the region's own words, the likeliest first; empty where it says nothing."""
    return next((one.guesses for one in verdict.own if one.name == own), ())


AnyClassifier = LinearClassifier | RegionalClassifier


def has_learned(classifier: AnyClassifier, numbers: Sequence[int]) -> int:
    """How many of these threads' numbers the model or its base learned from."""
    base = classifier if isinstance(classifier, LinearClassifier) else classifier.base
    known = np.isin(numbers, base.model.learned)
    if isinstance(classifier, RegionalClassifier):
        known |= np.isin(numbers, classifier.taught.learned)
    return int(known.sum())
