"""The way by which a network tells us of a page's news itself, and how far it can be relied on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PROMPT = timedelta(minutes=1)
"""An event that arrives later than this after its message may tell of a state that is over; a message that polling finds
later than this after its publication has been missed by push."""
RECONCILE_EVERY = timedelta(hours=1)
"""How often a page is polled whose push keeps up: often enough to notice within an hour that it does not."""


class PushMode(StrEnum):
    """CALLBACK: the network calls us; LONG_POLL: we hold a call open, for servers that cannot be reached from outside."""

    CALLBACK = "callback"
    LONG_POLL = "long_poll"


@dataclass(frozen=True, slots=True)
class PushHealth:
    """How a page's push does. `missed` counts what polling found first although it should have been pushed."""

    mode: PushMode
    direct_messages: bool
    since: datetime
    last_event_at: datetime | None
    missed: int
    missed_at: datetime | None
    failures: int
    last_error: str | None

    @property
    def keeps_up(self) -> bool:
        """Whether events arrive and nothing has been missed since the last one: then rare polling is enough."""
        return self.last_event_at is not None and (self.missed_at is None or self.missed_at < self.last_event_at)


def count_missed(lags: Iterable[float], since: datetime, *, now: datetime) -> int:
    """How many of the messages that polling found first push has missed, by their seconds from publication to `now`."""
    watched = (now - since).total_seconds()
    return sum(PROMPT.total_seconds() < lag < watched for lag in lags)
