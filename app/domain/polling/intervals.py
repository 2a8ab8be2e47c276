"""When to look again: at a source, at a thread's counter, at a whole thread."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.push_channel import RECONCILE_EVERY

SILENCE_PER_COUNT = 10
SILENCE_PER_SWEEP = 2
COUNT_AT_LEAST_EVERY = timedelta(days=1)
SWEEP_AT_MOST_EVERY = timedelta(minutes=20)
SWEEP_AT_LEAST_EVERY = timedelta(days=7)
RETIRED_AFTER = timedelta(days=60)
"""A thread that has been silent so long is only looked at each time its silence has grown by half.

Comments come to posts older than a month so rarely that daily looks find next to none, while the number of old posts only grows.
So many looks grow with the logarithm of a page's history: four and a half in a thread's second to twelfth month, three in the
two years after that.
"""
COVER_AT_MOST_EVERY = timedelta(hours=2)
LONGEST_BACKOFF = timedelta(hours=1)
RECHECK_PAUSED_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PollBounds:
    """The bounds that no plan may leave, and the interval between two polls while there is none."""

    interval: timedelta
    minimum: timedelta
    maximum: timedelta


def next_poll_at(now: datetime, bounds: PollBounds, *, push_keeps_up: bool = False) -> datetime:
    """When to poll a healthy source again that nobody plans for yet: rarely where push tells its news and polling only reconciles."""
    interval = max(bounds.interval, RECONCILE_EVERY) if push_keeps_up else bounds.interval
    return now + min(max(interval, bounds.minimum), bounds.maximum)


def backoff_until(now: datetime, failures: int, bounds: PollBounds) -> datetime:
    """When to try a failing source again: twice as long after each failure in a row, an hour at most."""
    doubled: timedelta = bounds.minimum * (1 << min(failures, 16))
    return now + min(doubled, LONGEST_BACKOFF)


def next_count_at(now: datetime, last_moved_at: datetime, bounds: PollBounds) -> datetime:
    """When to look again for a post that the network did not show, by how long it has been silent: the longer, the later.

    A step in proportion to the silence; a retired thread waits for its turn. Posts that stand go by `polling.thread_plan`.
    """
    silence = now - last_moved_at
    if silence >= RETIRED_AFTER:
        return now + silence / SILENCE_PER_SWEEP
    return now + min(max(silence / SILENCE_PER_COUNT, bounds.minimum), COUNT_AT_LEAST_EVERY)


def next_sweep_at(now: datetime, last_moved_at: datetime) -> datetime:
    """When to read a thread again whose counter stands still, to find edits and comments exchanged for others behind it.

    Soon at first: in a lively thread one comment often goes while another comes, and both would wait for this look.
    """
    silence = now - last_moved_at
    if silence >= RETIRED_AFTER:
        return now + silence / SILENCE_PER_SWEEP
    return now + min(max(silence / SILENCE_PER_SWEEP, SWEEP_AT_MOST_EVERY), SWEEP_AT_LEAST_EVERY)


def must_cover(now: datetime, covered_at: datetime | None) -> bool:
    """Whether a sweep should read the whole thread and not only go on from its cursor."""
    return covered_at is None or now - covered_at >= COVER_AT_MOST_EVERY
