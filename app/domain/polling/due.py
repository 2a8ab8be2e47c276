"""When to poll a source again: where the wait that a poll ends is worth its price."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from app.domain.polling.echoes import first_reach, to_come
from app.domain.polling.horizon import Horizon
from app.domain.polling.rates import Habits, SourceState, rate
from app.domain.polling.rhythm import DAY_SECONDS, Rhythm, week_day

WITHIN_INTERVALS = 2.5
CANDIDATES = 12
REFINED = 3
PATIENCE = 0.4
"""Usual intervals that an echo waits which comes after the poll."""
USUAL_ECHOES = 0.3
"""The share of the average echoes that a forecast takes away again from a source that has been silent."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The bounds of the time between two polls of a source."""

    minimum: timedelta
    maximum: timedelta


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a source is expected to publish from a place of the week on: `rate` a day on average, and echoes above it."""

    rhythm: Rhythm
    rate: float
    day: float
    area: float
    moment: float
    echoes: Sequence[tuple[float, float]]

    @classmethod
    def of(cls, state: SourceState, habits: Habits, guess: float) -> Self:
        """The forecast from what is known of the source at its last poll."""
        day, average = week_day(state.known_until), rate(state, habits, guess)
        echoes = to_come(state.echoes, habits.echo_sizes, USUAL_ECHOES * average * habits.rhythm.level(day))
        return cls(habits.rhythm, average, day, *habits.rhythm.integrals(day), echoes)

    def waiting(self, days: float) -> tuple[float, float]:
        """How many messages will be waiting after so many days, and how many message-days they will have waited: ∫λ(u)(t-u)du."""
        area, moment = self.rhythm.integrals(self.day + days)
        number, wait = self.rate * (area - self.area), self.rate * (moment - self.moment - days * self.area)
        for extra, falls in self.echoes:
            come = extra * (1 - math.exp(-falls * days)) / falls
            number += come
            wait += (extra * days - come) / falls
        return number, wait

    def wait_with_rest(self, days: float, patience: float) -> float:
        """The wait as above, and `patience` days more for each echo that is still to come after so many days."""
        _, moment = self.rhythm.integrals(self.day + days)
        wait = self.rate * (moment - self.moment - days * self.area)
        for extra, falls in self.echoes:
            number = extra / falls
            left = number * math.exp(-falls * days)
            wait += number * days - (number - left) / falls + patience * left
        return wait


def due_at(
    state: SourceState, habits: Habits, horizon: Horizon, *, guess: float, weight: float, price: float, bounds: Interval
) -> datetime:
    """When to poll the source next, from nothing but its own state and what all share: any worker gets the same answer.

    `price` is how many message-days of waiting (times `weight`) are worth a call (`polling.price.steer`). The poll is put where
    the wait until then / price + the cost of everything after it (`Horizon`) is least. At a constant rate that is where the
    accumulated wait, weight * rate * T^2 / 2, reaches the price: the square-root law. `horizon` is made for the same rhythm
    and maximum.
    """
    forecast = Forecast.of(state, habits, guess)
    shortest, longest = bounds.minimum.total_seconds() / DAY_SECONDS, bounds.maximum.total_seconds() / DAY_SECONDS
    worth = price / weight
    usual = math.sqrt(2 * worth / forecast.rate)
    if usual < horizon.shortest:
        days = first_reach(forecast.waiting, worth, longest)
    else:
        days = _cheapest(forecast, horizon, worth, usual, longest)
    return state.known_until + timedelta(days=min(max(days, shortest), longest))


def _cheapest(forecast: Forecast, horizon: Horizon, worth: float, usual: float, longest: float) -> float:
    """The best of some candidates, then of some around it."""
    patience = PATIENCE * min(usual, longest)

    def cost(days: float) -> float:
        return forecast.wait_with_rest(days, patience) / worth + horizon.cost_after(forecast.day + days, usual)

    step = min(WITHIN_INTERVALS * usual, longest) / CANDIDATES
    best = min([step * number for number in range(1, CANDIDATES + 1)], key=cost)
    fine = step / REFINED
    return min([days for number in range(1 - REFINED, REFINED) if (days := best + fine * number) <= longest], key=cost)
