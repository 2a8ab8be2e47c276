"""How far push can be relied on, and what it has missed."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.push_channel import PushHealth, PushMode, count_missed

NOW = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last_event_at", "missed_at", "keeps_up"),
    [(None, None, False), (NOW, None, True), (NOW, NOW - HOUR, True), (NOW - HOUR, NOW, False), (None, NOW, False)],
)
def test_push_is_relied_on_while_events_arrive_and_nothing_was_missed_since(
    last_event_at: datetime | None, missed_at: datetime | None, keeps_up: bool
) -> None:
    health = PushHealth(PushMode.CALLBACK, False, NOW - 9 * HOUR, last_event_at, 1, missed_at, 0, None)
    assert health.keeps_up is keeps_up


def test_missed_is_what_had_a_minute_to_come_and_was_written_since_push_began() -> None:
    lags = [5.0, 59.0, 61.0, 3000.0, 3601.0, 90_000.0]
    assert count_missed(lags, NOW - HOUR, now=NOW) == 2
