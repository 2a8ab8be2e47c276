"""How soon a threefold rise can be noticed at all: the best rule there is, told every true rate, in the regions of `bench.surges`.

    python -m bench.surges_bound

CUSUM with the true rates before and after is optimal for the worst moment of a rise (Moustakides 1986); the procedure of
Shiryaev and Roberts, optimal for a moment by chance, is sooner by a fifth of a message at most. All false alarms are spent on the
series of which rises are measured, and equally, which gives the least mean delay; nothing is spent on learning rates, on
the day's course or on rarer topics.
"""

import argparse
from math import log

import numpy as np

from app.domain.surge_limit import LEAST_RISE, messages_between_false_alarms
from bench.surges import RISEN_FROM, make_year
from bench.timing import print_table

TRIALS = 20_000
SETTLED = 250
"""Messages after which the sum has forgotten where it began."""


def limit_for(messages: float) -> float:
    """The limit that is passed without cause once in so many messages."""
    low, high = 0.5, log(messages) + 2
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if messages_between_false_alarms(middle, LEAST_RISE) < messages else (low, middle)
    return high


def best_delays(rates: np.ndarray, allowed: float, random: np.random.Generator) -> np.ndarray:
    """Messages from a rise to its alarm, the series drawn evenly, the moment by chance."""
    limits = np.array([limit_for(max(rate * rates.size / allowed, 2.0)) for rate in rates])[random.integers(rates.size, size=TRIALS)]
    fall, step = LEAST_RISE - 1, log(LEAST_RISE)
    sums = np.zeros(TRIALS)
    for _ in range(SETTLED):
        sums = np.maximum(sums - fall * random.exponential(size=TRIALS), 0) + step
        sums[sums >= limits] = 0
    sums = np.maximum(sums - fall * random.exponential(size=TRIALS), 0)
    waits, raised = np.zeros(TRIALS), np.zeros(TRIALS, bool)
    while not raised.all():
        sums = np.maximum(sums - fall * random.exponential(size=TRIALS) / LEAST_RISE, 0) + step
        waits += ~raised
        raised |= sums >= limits
    return waits


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regions", type=int, default=5)
    given = parser.parse_args()
    rows = []
    for a_week in (600, 2000):
        for allowed in (1.0, 2.0, 5.0):
            found = []
            for seed in range(1, given.regions + 1):
                random = np.random.default_rng(seed)
                rates = make_year(random, a_week=a_week, weeks=1, follow_up=0.0).rates
                often = rates[rates >= RISEN_FROM]
                waits = best_delays(often, allowed, random)
                found.append((often.size, waits.mean(), np.median(waits)))
            series, mean, median = np.mean(found, axis=0)
            rows.append((f"{a_week}", f"{allowed:.0f}", f"{series:.0f}", f"{mean:.1f}", f"{median:.1f}"))
    print_table("The soonest possible", ("messages a week", "false alarms a week", "series", "delay, messages (mean)", "median"), rows)


if __name__ == "__main__":
    main()
