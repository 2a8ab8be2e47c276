"""Which words of a message decided its verdict: what happens to the verdict's score when each is left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.classifier.contract import TextInContext
from app.classifier.linear import Probabilities
from app.classifier.regional.model import AnyClassifier
from app.domain.readable import without_markup
from app.domain.verdict import NEEDS_ANSWER, Verdict

WORD = re.compile(r"\w+(?:-\w+)*")
MOST_WORDS = 120
WORDS_SHOWN = 5
SMALLEST = 1e-6


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict with the words that spoke most for it, the strongest first."""

    verdict: Verdict
    words: tuple["WordWeight", ...]


class WordWeight(NamedTuple):
    """A word as written, and by how much it raises (or, below 0, lowers) the log-odds of what was said."""

    word: str
    weight: float


def judge_and_explain(classifier: AnyClassifier, message: TextInContext) -> Explanation:
    """The verdict on one message and its reasons."""
    (verdict,) = classifier.classify([message])
    return Explanation(verdict, tuple(most_telling(explain(classifier, message, verdict), WORDS_SHOWN)))


def explain(classifier: AnyClassifier, message: TextInContext, verdict: Verdict) -> list[WordWeight]:
    """The words of a message in order, each with its weight for «needs an answer», or for «does not» where that was said.

    Only the first 120 words are weighed; the number of somebody who is mentioned is none.
    """
    words = list(WORD.finditer(without_markup(message.text)))[:MOST_WORDS]
    shorter = [replace(message, text=message.text[: word.start()] + message.text[word.end() :]) for word in words]
    odds = _log_odds(classifier.predict([message, *shorter]))
    weights = (odds[0] - odds[1:]) * (1 if verdict.kind in NEEDS_ANSWER else -1)
    return [WordWeight(word.group(), weight) for word, weight in zip(words, weights.tolist(), strict=True)]


def most_telling(weights: Sequence[WordWeight], count: int) -> list[WordWeight]:
    """The words that spoke most for what was said, the strongest first; each word once."""
    best: dict[str, WordWeight] = {}
    for one in weights:
        key = one.word.lower()
        if one.weight > 0 and (key not in best or one.weight > best[key].weight):
            best[key] = one
    return sorted(best.values(), key=lambda one: -one.weight)[:count]


def _log_odds(probabilities: Probabilities) -> NDArray[np.float64]:
    asking = np.clip(probabilities.needs_answer.astype(np.float64), SMALLEST, 1 - SMALLEST)
    odds: NDArray[np.float64] = np.log(asking / (1 - asking))
    return odds
