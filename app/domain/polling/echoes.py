"""Messages that messages bring about: a Hawkes process with three kernels of fixed delays and learnt sizes."""

import math
from collections.abc import Callable, Sequence

DELAYS = (1 / 144, 1 / 24, 1 / 6)
"""Mean delays of an echo, in days: ten minutes, an hour, four hours."""
NO_ECHOES = (0.0,) * len(DELAYS)
GUESS = 0.05
EVIDENCE = 40.0
"""Messages after which an echo is believed as much as its guess."""
MOST = 0.8
"""Echoes of a message altogether; at 1 they would never end."""
STEPS = 40
CLOSE_ENOUGH_DAYS = 1e-5

Echoes = tuple[float, ...]
"""Per kernel: what is left of recent messages, each counting 1 at first (of a source or thread); or echoes a message (learnt)."""


def faded(echoes: Echoes, days: float) -> Echoes:
    """What is left of the echoes after so many days."""
    return tuple([echo * math.exp(-days / delay) for echo, delay in zip(echoes, DELAYS, strict=True)])


def shares(by_itself: float, echoes: Echoes, sizes: Echoes) -> list[float]:
    """By what odds a message came by itself (at this rate a day), and as an echo of each kernel."""
    causes = [by_itself, *[size * echo / delay for size, echo, delay in zip(sizes, echoes, DELAYS, strict=True)]]
    total = sum(causes)
    return [cause / total for cause in causes]


def learn_sizes(found: Sequence[float], parents: float) -> Echoes:
    """Echoes a message, by kernel, from the shares of the messages that were found after so many others."""
    sizes = [(GUESS * EVIDENCE + number) / (EVIDENCE + parents) for number in found]
    tamed = min(1.0, MOST / sum(sizes))
    return tuple([tamed * size for size in sizes])


def to_come(echoes: Echoes, sizes: Echoes, usual: float) -> list[tuple[float, float]]:
    """The extra rate a day by which each kernel stands above its `usual` part of the rate, and how many times a day that falls by e.

    Echoes have echoes: seen from outside a kernel dies out slower, by the part that brings about no further message.
    """
    dying = 1 - sum(sizes)
    return [(size * (echo / delay - usual), dying / delay) for size, echo, delay in zip(sizes, echoes, DELAYS, strict=True)]


def first_reach(waiting: Callable[[float], tuple[float, float]], wait: float, longest: float) -> float:
    """When the accumulated wait reaches `wait`, in days, or `longest`; `waiting` gives the number waiting and their wait until then.

    Newton's method: the number waiting is the slope of the wait, kept within an interval that shrinks at every step.
    """
    low, high, days = 0.0, longest, longest
    for _ in range(STEPS):
        number, accumulated = waiting(days)
        if accumulated > wait:
            high = days
        elif days == longest:
            return longest
        else:
            low = days
        ahead = days - (accumulated - wait) / number if number > 0 else low
        following = ahead if low < ahead < high else (low + high) / 2
        if abs(following - days) < CLOSE_ENOUGH_DAYS:
            break
        days = following
    return days
