"""The built-in classifier: a linear model over hashed words and letters and over meanings, with calibrated probabilities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.classifier.contract import TextInContext
from app.classifier.features import Features, read_messages
from app.classifier.joining import rows_that_join, what_is_joined
from app.classifier.model import FIRST_GROUP, KINDS, URGENT, Model, Scorer
from app.classifier.probability import sigmoid, softmax
from app.classifier.subjects import SubjectChances, name_topics, subject_chances
from app.domain.verdict import NEEDS_ANSWER, Kind, Verdict

BATCH = 256
WORDLESS_CONFIDENCE = 0.99
ASKING = np.array([kind in NEEDS_ANSWER for kind in KINDS])


@dataclass(frozen=True, slots=True)
class Probabilities:
    """A row for each message: of each kind, of being urgent, of each group and topic."""

    kinds: NDArray[np.float32]
    urgent: NDArray[np.float32]
    subjects: SubjectChances

    @property
    def needs_answer(self) -> NDArray[np.float32]:
        """The sum over complaint, question and suggestion."""
        asking: NDArray[np.float32] = self.kinds[:, ASKING].sum(axis=1)
        return asking

    def put(self, rows: NDArray[np.intp], other: "Probabilities", of: NDArray[np.intp]) -> None:
        """Gives rows the probabilities of another's."""
        self.kinds[rows] = other.kinds[of]
        self.urgent[rows] = other.urgent[of]
        self.subjects.groups[rows] = other.subjects.groups[of]
        self.subjects.topics[rows] = other.subjects.topics[of]


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """Judges with a fitted model; it holds no state and may be shared by threads."""

    model: Model
    name: str
    scorer: Scorer = field(init=False)

    def __post_init__(self) -> None:
        """Unfolds the model's tables once."""
        object.__setattr__(self, "scorer", Scorer(self.model))

    @property
    def sure_from(self) -> float:
        """The confidence in a kind below which a verdict is unsure."""
        return self.model.calibration.sure_from

    def classify(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        """One verdict a text, in order; a text of nothing but marks and emoji is `other`."""
        return [verdict for start in range(0, len(texts), BATCH) for verdict in self._judge(texts[start : start + BATCH])]

    def predict(self, texts: Sequence[TextInContext]) -> Probabilities:
        """The probabilities behind the verdicts."""
        return self.join([self._predict(texts[start : start + BATCH]) for start in range(0, max(len(texts), 1), BATCH)])

    @staticmethod
    def join(batches: Sequence[Probabilities]) -> Probabilities:
        """The probabilities of batches, one below the other."""
        return Probabilities(
            np.concatenate([batch.kinds for batch in batches]),
            np.concatenate([batch.urgent for batch in batches]),
            SubjectChances(
                np.concatenate([batch.subjects.groups for batch in batches]), np.concatenate([batch.subjects.topics for batch in batches])
            ),
        )

    def _predict(self, texts: Sequence[TextInContext]) -> Probabilities:
        return self.hear_joiners(texts, self._weigh)

    def _weigh(self, texts: Sequence[TextInContext]) -> Probabilities:
        return self.weigh(read_messages(texts, self.model.lexicon))

    def hear_joiners(self, texts: Sequence[TextInContext], weigh: Callable[[Sequence[TextInContext]], Probabilities]) -> Probabilities:
        """What `weigh` makes of the texts; those that only join a message that needs an answer count as that one does."""
        probabilities = weigh(texts)
        rows = rows_that_join(texts)
        if rows:
            joined = weigh([what_is_joined(texts[row]) for row in rows])
            asking = np.flatnonzero(joined.needs_answer >= self.model.calibration.needs_answer_from)
            probabilities.put(np.array(rows)[asking], joined, asking)
        return probabilities

    def weigh(self, features: Features) -> Probabilities:
        """The probabilities of messages that were read with this model's lexicon."""
        probabilities = to_probabilities(self.scorer.score(features), self.model)
        wordless = np.flatnonzero(features.wordless)
        probabilities.kinds[wordless] = _certain(Kind.OTHER)
        probabilities.urgent[wordless] = 0
        return probabilities

    def _judge(self, texts: Sequence[TextInContext]) -> list[Verdict]:
        return self.decide(self._predict(texts))

    def decide(self, probabilities: Probabilities) -> list[Verdict]:
        """The verdicts that probabilities stand for."""
        calibration = self.model.calibration
        kinds = decide_kinds(probabilities, calibration.needs_answer_from)
        confidences = np.take_along_axis(probabilities.kinds, kinds[:, None], axis=1)[:, 0].tolist()
        urgent = (probabilities.urgent >= calibration.urgent_from).tolist()
        named = name_topics(probabilities.subjects, self.model)
        verdicts = []
        for kind, confidence, (topic, chance, guesses), is_urgent in zip(kinds.tolist(), confidences, named, urgent, strict=True):
            unsure = confidence < calibration.sure_from
            if KINDS[kind] is Kind.OTHER:
                topic, chance, guesses = None, None, ()
            verdicts.append(Verdict(KINDS[kind], confidence, topic, chance, is_urgent, self.name, guesses, unsure))
        return verdicts


def to_probabilities(scores: NDArray[np.float32], model: Model) -> Probabilities:
    """The probabilities that calibrated scores stand for."""
    calibration = model.calibration
    return Probabilities(
        softmax(scores[:, :URGENT] / np.float32(calibration.kind_temperature)),
        sigmoid(scores[:, URGENT] / np.float32(calibration.urgent_temperature)),
        subject_chances(scores[:, FIRST_GROUP:], model),
    )


def decide_kinds(probabilities: Probabilities, needs_answer_from: float) -> NDArray[np.intp]:
    """The likeliest of the asking kinds where an answer is likely enough to be needed, else the likeliest of the others."""
    asks = probabilities.needs_answer >= needs_answer_from
    allowed = np.where(ASKING, asks[:, None], ~asks[:, None])
    kinds: NDArray[np.intp] = np.where(allowed, probabilities.kinds, -1).argmax(axis=1)
    return kinds


def _certain(kind: Kind) -> list[float]:
    rest = (1 - WORDLESS_CONFIDENCE) / (len(KINDS) - 1)
    return [WORDLESS_CONFIDENCE if other is kind else rest for other in KINDS]
