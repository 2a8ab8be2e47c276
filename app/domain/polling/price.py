"""What a call is worth: the one number that makes all sources together spend the day's calls, no more and no fewer.

Stored per region and network: `Spell` rows of ten minutes or so for the last day, the newest of them carrying the price in
force. Any worker may close a spell, steer, and open the next; steering twice does no harm.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.polling.rhythm import DAY_SECONDS, HOURS_A_DAY, Rhythm, week_day

DAY = timedelta(days=1)
PIECES_A_DAY = 144
AIM = 0.995
"""The share of the budget that the price aims at; the rest absorbs chance, so that the hard limit is rarely met."""
OPENING_AIM = 0.92
"""The same on the first day, before the rhythm is known: what is full would repeat itself, and could not move to better hours."""
RESERVE = 0.002
"""The share of the budget that only sources at their longest interval may take."""
AHEAD = timedelta(hours=4)
PATIENTLY = 0.25
"""The part of what the count of 24 hours will be away from the aim that the next four hours make good. More would copy the chances of
yesterday's hours into today's, less would let the count drift into the limit."""
LEAST_PACE = 0.05
LONGEST_STRIDE = 1.25
"""How far one steering may move the price, as a factor."""
TRUSTED_AFTER = timedelta(hours=3)
REPLAN_RATIO = 1.1
MOST_MISSED = 3.0
"""A poll that waited for a call stands for so many planned ones at most: a source that was out of reach for a week tells nothing."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time under one price, with the calls that were made in it, and how many the plan wanted (`polls_wanted`)."""

    began_at: datetime
    ended_at: datetime
    price: float
    calls: int
    wanted: float


def polls_wanted(known_until: datetime, due_at: datetime, polled_at: datetime) -> float:
    """How many planned polls one stands for that waited for a call: twice its interval late by one, it stands for two.

    Without that, the calls of a day that ended at its limit would look like all that was wanted, and the price would stay too low.
    """
    planned, taken = due_at - known_until, polled_at - known_until
    return min(max(taken / planned, 1.0), MOST_MISSED) if planned > timedelta() else 1.0


def opening_price(weighted_rates: Iterable[float], calls_per_day: float) -> float:
    """The price before any call was made, from weight * rate of every source: the square-root law solved for its multiplier.

    Polls a day at price p are sum of sqrt(weight * rate / 2p); this is the p at which they are somewhat fewer than `calls_per_day`.
    """
    return max((sum(math.sqrt(rate / 2) for rate in weighted_rates) / (OPENING_AIM * calls_per_day)) ** 2, 1e-12)


def steer(price: float, spells: Sequence[Spell], rhythm: Rhythm, calls_per_day: float, *, now: datetime) -> float:
    """The price from now on, in message-days of waiting a call, from the spells of the last day in order (older ones are ignored).

    A call wanted at price p stands for sqrt(p) calls at price 1, because demand falls as 1/sqrt(price): that and the rhythm tell how
    many calls the 24 hours around now want at price 1. The next hours may have their part of a day (`pace`), and a little more or
    less to bring back to the aim how many calls will be counted after them. The price makes both equal.
    """
    recent = [spell for spell in spells if spell.began_at >= now - DAY]
    if not recent or now - recent[0].began_at < TRUSTED_AFTER:
        return price
    ahead, aim, first = now + AHEAD, AIM * calls_per_day, recent[0].began_at
    level = sum([spell.wanted * math.sqrt(spell.price) for spell in recent])
    level /= sum([demand(rhythm, spell.began_at, spell.ended_at) for spell in recent])
    paced = aim * pace(rhythm, now, ahead)
    counted = sum([spell.calls for spell in recent if spell.ended_at > ahead - DAY]) + paced
    counted += aim * pace(rhythm, ahead - DAY, first)
    allowed = max(paced + PATIENTLY * (aim - counted), LEAST_PACE * paced)
    wanted = level * demand(rhythm, now - DAY / 2, now + DAY / 2) * paced / aim
    return min(max((wanted / allowed) ** 2, price / LONGEST_STRIDE), price * LONGEST_STRIDE)


def pace(rhythm: Rhythm, since: datetime, until: datetime) -> float:
    """What part of a day's calls belongs to a stretch of time, by the hour of an average day; 0 where it ends before it begins.

    The days are alike because the budget holds for any 24 hours: what a quiet Sunday saved could not be spent on Monday.
    """
    if until <= since:
        return 0.0
    hours = [sum([math.sqrt(level) for level in rhythm.levels[hour::HOURS_A_DAY]]) for hour in range(HOURS_A_DAY)]
    day, days = week_day(since), (until - since).total_seconds() / DAY_SECONDS
    pieces = math.ceil(days * PIECES_A_DAY)
    places = [int((day + days * (piece + 0.5) / pieces) * HOURS_A_DAY) % HOURS_A_DAY for piece in range(pieces)]
    return sum([hours[place] for place in places]) / sum(hours) * HOURS_A_DAY * days / pieces


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
