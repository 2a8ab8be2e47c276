"""Limits of surges: exact between false alarms, shared fairly, and never below five messages."""

from datetime import UTC, datetime, timedelta
from math import log
from random import Random

import pytest

from app.domain.surge import HOURS_A_WEEK, course_of, surges, usual_time
from app.domain.surge_limit import LEAST_MESSAGES, equal_share, limit_of, messages_between_false_alarms, rise_of

LEARNT = 14.0


def messages_until_alarm(limit: float, rise: float, random: Random) -> int:
    total, messages = 0.0, 0
    while total < limit:
        total = max(total - (rise - 1) * random.expovariate(1), 0.0) + log(rise)
        messages += 1
    return messages


@pytest.mark.parametrize(("limit", "rise"), [(3.3, 3.0), (4.5, 3.0), (5.0, 5.0)])
def test_the_formula_tells_what_a_simulation_shows(limit: float, rise: float) -> None:
    random = Random(1)
    simulated = sum(messages_until_alarm(limit, rise, random) for _ in range(1500)) / 1500

    assert messages_between_false_alarms(limit, rise) == pytest.approx(simulated, rel=0.1)


def test_few_messages_are_no_surge_however_rare_the_topic() -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    time = usual_time(course_of([5.0] * HOURS_A_WEEK, UTC), since=monday, until=monday + timedelta(days=1))
    for a_week in (0.0, 0.01, 1.0, 3.0):
        limit = limit_of(a_week, share=1e9, learnt_weeks=LEARNT)
        together = [monday + timedelta(hours=1)] * LEAST_MESSAGES
        rate, rise = a_week / HOURS_A_WEEK, rise_of(a_week)

        assert surges(together[1:], time, rate, rise=rise, limit=limit, now=together[-1]) == []
        assert len(surges(together, time, rate, rise=rise, limit=limit, now=together[-1])) == 1


def test_a_rare_topic_must_rise_to_something_worth_noticing() -> None:
    assert rise_of(20) == 3
    assert rise_of(1) == 9


def test_rare_series_leave_their_share_to_the_others() -> None:
    alone = equal_share([50.0] * 10, false_alarms_a_week=1)
    beside = equal_share([50.0] * 10 + [0.05] * 4000, false_alarms_a_week=1)

    assert alone == pytest.approx(0.1)
    assert beside == pytest.approx(alone, rel=0.01)
    assert equal_share([], false_alarms_a_week=1) == 1


def test_livelier_series_smaller_shares_and_shorter_pasts_raise_the_limit() -> None:
    usual = limit_of(10, share=0.02, learnt_weeks=LEARNT)

    assert limit_of(100, share=0.02, learnt_weeks=LEARNT) > usual
    assert limit_of(10, share=0.002, learnt_weeks=LEARNT) > usual
    assert limit_of(10, share=0.02, learnt_weeks=3) > usual
