"""What a call is worth: the one number that makes all sources together spend the day's calls, no more and no fewer.

Stored per region and network: `Spell` rows of ten minutes or so for the last day, the newest of them carrying the price in
force. Any worker may close a spell, steer, and open the next; steering twice does no harm.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.polling.rhythm import DAY_SECONDS, Rhythm, week_day

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AIM = 0.99
"""The share of the budget that the price aims at; the rest absorbs chance, so that the hard limit is rarely met."""
OPENING_AIM = 0.92
"""The same on the first day, before the rhythm is known: what is full would repeat itself, and could not move to better hours."""
FIRMLY = 16.0
"""Power of the share spent by which the price rises above the aim, where blocked calls do not tell how many were wanted."""
RESERVE = 0.002
"""The share of the budget that only sources at their longest interval may take."""
MADE_GOOD_FROM, MADE_GOOD_WITHIN = 6, 12
"""Hours ahead between which the calls of any 24 hours are brought to the aim: sooner, the chance of one hour would be repeated
the next day and for ever; later, a quiet Sunday would save calls for Monday, which has its own."""
LONGEST_STRIDE = 1.25
"""How far one steering may move the price, as a factor."""
TRUSTED_AFTER = timedelta(hours=3)
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

    Polls a day at price p are sum of sqrt(weight * rate / 2p); this is the p at which they are somewhat fewer than `calls_per_day`.
    """
    return max((sum(math.sqrt(rate / 2) for rate in weighted_rates) / (OPENING_AIM * calls_per_day)) ** 2, 1e-12)


def steer(price: float, spells: Sequence[Spell], rhythm: Rhythm, calls_per_day: float, *, now: datetime) -> float:
    """The price from now on, from the spells of the last day in order (older ones are ignored).

    A call made at price p stands for sqrt(p) calls at price 1, because demand falls as 1/sqrt(price): that and the rhythm tell how
    many calls the coming hours want at price 1. How many they may have is known too: every call frees itself 24 hours after it was
    made. The price is the one at which both are equal over the hours ahead.
    """
    recent = [spell for spell in spells if spell.began_at >= now - DAY]
    if not recent or now - recent[0].began_at < TRUSTED_AFTER:
        return price
    at_price_one = sum([spell.calls * math.sqrt(spell.price) for spell in recent])
    level = at_price_one / sum([demand(rhythm, spell.began_at, spell.ended_at) for spell in recent])
    hours = [now + hour * HOUR for hour in range(MADE_GOOD_FROM, MADE_GOOD_WITHIN + 1)]
    wanted = level * sum([demand(rhythm, now, hour) for hour in hours])
    allowed = sum([AIM * calls_per_day * _share_seen(recent[0].began_at, hour, rhythm) - _spent(recent, hour) for hour in hours])
    overspent = max(sum([spell.calls for spell in recent]) / (AIM * calls_per_day), 1.0)
    return min(max((wanted / max(allowed, 1.0)) ** 2 * math.pow(overspent, FIRMLY), price / LONGEST_STRIDE), price * LONGEST_STRIDE)


def _spent(spells: Sequence[Spell], until: datetime) -> int:
    """The calls that are still counted at that moment."""
    return sum([spell.calls for spell in spells if spell.ended_at > until - DAY])


def _share_seen(first: datetime, until: datetime, rhythm: Rhythm) -> float:
    """What part of the demand of 24 hours lies after the first spell; before it, calls are taken to have been made as aimed."""
    since = until - DAY
    return 1.0 if first <= since else demand(rhythm, first, until) / demand(rhythm, since, until)


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
