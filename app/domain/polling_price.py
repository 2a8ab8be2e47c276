"""What a call is worth: the one number that makes all sources together spend the day's calls, no more and no fewer.

Stored per region and network: `Spell` rows of ten minutes or so for the last day, the newest of them carrying the price in
force. Any worker may close a spell, steer, and open the next; steering twice does no harm.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.polling_rhythm import DAY_SECONDS, Rhythm, week_day

DAY = timedelta(days=1)
AIM = 0.98
"""The share of the budget that the price aims at; the rest absorbs chance, so that the hard limit is rarely met."""
RESERVE = 0.005
"""The share of the budget that only sources at their longest interval may take."""
LONGEST_STRIDE = 1.25
"""How far one steering may move the price, as a factor."""
TRUSTED_AFTER = timedelta(hours=3)
GENTLY, FIRMLY = 4.0, 8.0
"""Powers of the share spent by which the price is corrected below and above the aim."""
REPLAN_RATIO = 1.05


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time under one price, with the calls that were made in it."""

    began_at: datetime
    ended_at: datetime
    price: float
    calls: int


def opening_price(weighted_rates: Iterable[float], calls_per_day: float) -> float:
    """The price before any call was made, from weight * rate of every source: the square-root law solved for its multiplier.

    Polls a day at price p are sum of sqrt(weight * rate / 2p); this is the p at which they are `calls_per_day`.
    """
    return max((sum(math.sqrt(rate / 2) for rate in weighted_rates) / (AIM * calls_per_day)) ** 2, 1e-12)


def steer(price: float, spells: Sequence[Spell], rhythm: Rhythm, calls_per_day: float, *, now: datetime) -> float:
    """The price from now on, from the spells of the last day (older ones are ignored).

    A call made at price p stands for sqrt(p) calls at price 1, because demand falls as 1/sqrt(price). Those of the last day, as
    many more or fewer as the rhythm lets the coming day have, tell the price at which they are the budget; the daily rise and
    fall cancels out, so the price is nearly level by day and night. What the last day left over or overspent is made good
    gently, and firmly near the budget, where calls are blocked and those that were made do not tell how many were wanted.
    """
    recent = [spell for spell in spells if spell.began_at >= now - DAY]
    if not recent or now - recent[0].began_at < TRUSTED_AFTER:
        return price
    at_price_one = sum([spell.calls * math.sqrt(spell.price) for spell in recent])
    behind = sum([demand(rhythm, spell.began_at, spell.ended_at) for spell in recent])
    wanted = (at_price_one / behind * demand(rhythm, now, now + DAY) / (AIM * calls_per_day)) ** 2
    if now - recent[0].began_at > DAY - 2 * (recent[0].ended_at - recent[0].began_at):
        spent = sum([spell.calls for spell in recent]) / (AIM * calls_per_day)
        wanted *= spent**GENTLY if spent < 1 else spent**FIRMLY
    return min(max(wanted, price / LONGEST_STRIDE), price * LONGEST_STRIDE)


def demand(rhythm: Rhythm, since: datetime, until: datetime) -> float:
    """How much is polled in a stretch of time at a level price, in average days: the square root of what is published there."""
    day, days = week_day(since), (until - since).total_seconds() / DAY_SECONDS
    pieces = max(1, math.ceil(days * 24))
    return sum(math.sqrt(rhythm.level(day + days * (piece + 0.5) / pieces)) for piece in range(pieces)) * days / pieces


def may_call(calls_in_last_day: int, calls_per_day: int, *, overdue: bool) -> bool:
    """Whether a poll may be made now: never beyond the budget of any 24 hours, and its last part only for overdue sources."""
    limit = calls_per_day if overdue else calls_per_day - math.ceil(RESERVE * calls_per_day)
    return calls_in_last_day < max(limit, 1)


def must_replan(planned_at_price: float, price: float) -> bool:
    """Whether the price has moved so far that times planned at the old one should be computed anew."""
    return not 1 / REPLAN_RATIO < price / planned_at_price < REPLAN_RATIO
