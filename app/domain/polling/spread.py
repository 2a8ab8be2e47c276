"""How the rates of sources are spread: a mixture of Gamma distributions, learnt from all sources, that each source's own count narrows.

The levels stand at powers of two of the guessed rate, and each is as wide as their distance, so any distribution over six orders of
magnitude is near some mixture of them. All costs are those of twenty levels, however many sources there are.
"""

import math
from collections.abc import Sequence

LEVELS = 20
MULTIPLES = tuple(2.0 ** (level - LEVELS // 2) for level in range(LEVELS))
WIDTH = 4.0
"""The shape of each level's Gamma distribution: a deviation of a half."""
EVIDENCE = 20.0
"""Source-days after which what was learnt is believed as much as the first guess."""
RAREST = 1e-9
"""No level is thought impossible."""

Spread = tuple[float, ...]
"""What share of sources publishes at about each multiple of the guessed rate."""


def learn_spread(seen: Sequence[float], scale: float) -> Spread:
    """The shares after so many source-days at each level. At first: exponential around `scale` times the guess."""
    first = [multiple / scale * math.exp(-multiple / scale) for multiple in MULTIPLES]
    shares = [EVIDENCE * one / sum(first) + days for one, days in zip(first, seen, strict=True)]
    return tuple([max(share / sum(shares), RAREST) for share in shares])


def odds(spread: Spread, guess: float, messages: float, exposure: float) -> list[float]:
    """How likely the source belongs to each level, from its messages in so many days."""
    logs = []
    for share, multiple in zip(spread, MULTIPLES, strict=True):
        days = WIDTH / (guess * multiple)
        logs.append(math.log(share) + WIDTH * math.log(days) - (WIDTH + messages) * math.log(days + exposure))
    highest = max(logs)
    likely = [math.exp(one - highest) for one in logs]
    total = sum(likely)
    return [one / total for one in likely]


def expected_rate(spread: Spread, guess: float, messages: float, exposure: float) -> float:
    """Messages a day to expect of the source: the mean of the mixture's posterior."""
    likely = odds(spread, guess, messages, exposure)
    means = [(WIDTH + messages) / (WIDTH / (guess * multiple) + exposure) for multiple in MULTIPLES]
    return sum([share * mean for share, mean in zip(likely, means, strict=True)])
