"""A short day under the network's real limits: two real workers over HTTP, and the network never has to refuse a call."""

import pytest

from bench.network_day import PER_SECOND, Day, live


@pytest.mark.timeout(300)
async def test_a_day_of_real_workers_over_http_meets_no_refusal_of_pace_or_quota() -> None:
    told = await live(Day(pages=40, keys=1, seconds=12.0), workers=2)

    assert (told.refused(29), told.refused(6)) == (0, 0)
    assert told.peak <= PER_SECOND
    assert told.calls("wall.get") > 0
    assert 0 < told.stored <= told.shown
