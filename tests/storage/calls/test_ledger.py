"""Two workers with an engine each, one ledger: no second and no day holds more calls than all together may make."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.storage.calls import paces, quotas
from app.storage.calls.ledger import LONGEST_CALL, Key, SharedLedger
from app.storage.calls.quotas import MethodQuota
from app.storage.engine import Database, create_engine
from connectors.sdk.contract import Credential
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    SourceGone,
    SourceUnavailable,
)
from tests.patience import PATIENCE_SECONDS

ONE, TWO, CITY = Credential("service", "one", "s1"), Credential("service", "two", "s2"), Credential("community", "city", "s3")
TOO_FAST = RateLimited("error 6", retry_after=1, too_fast=True)


@dataclass
class Hosts:
    """A database and the workers over it. `moment` is the clock of days and pauses."""

    database: Database
    moment: datetime
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def worker(self, *, per_second: int = 20, per_day: Mapping[str, int] | None = None, **options: Any) -> SharedLedger:
        """A worker on an engine of its own."""
        url = self.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        own = Database(create_engine(url, pool_size=10))
        self.stack.push_async_callback(own.close)
        keys = [Key(one.name, one.kind, one.name, per_second, per_day or {}) for one in (ONE, TWO, CITY)]
        ledger = SharedLedger(own.engine, "net", keys, now=lambda: self.moment, **options)
        await ledger.prepare()
        return ledger

    async def quota(self, method: str, limits: Mapping[str, int] | None = None) -> MethodQuota:
        """What is left of a method over the service keys."""
        async with self.database.read() as session:
            uses = await quotas.credentials_in_use(session, ["one", "two"], now=self.moment, zone=UTC)
        found = quotas.add_up(uses, {"service": limits or {}}, now=self.moment)
        return next(one for one in found if one.method == method)

    async def slots(self) -> int:
        async with self.database.read() as session:
            return int(await session.scalar(text("SELECT slots FROM call_budgets WHERE budget = 'one'")) or 0)


@pytest.fixture
async def hosts(database: Database, noon: datetime) -> AsyncIterator[Hosts]:
    async with AsyncExitStack() as stack:
        yield Hosts(database, noon, stack)


async def call(ledger: SharedLedger, *keys: Credential, method: str = "read", error: ConnectorError | None = None) -> str:
    """One call that ends at once, by an error if one is given; the name of the credential."""
    async with ledger.call(method, keys or (ONE,)) as credential:
        if error is not None:
            raise error
    return credential.name


async def refuse(ledger: SharedLedger, error: ConnectorError, *keys: Credential, method: str = "read") -> None:
    with pytest.raises(type(error)):
        await call(ledger, *keys, method=method, error=error)


async def test_no_second_holds_more_calls_than_allowed_whatever_happens_to_the_pace(hosts: Hosts) -> None:
    """Calls arrive at a random moment between their start and their end; now and then one is refused, or paces recover."""
    random, arrivals, allowed = Random(7), list[tuple[float, float]](), list[tuple[float, int]]()
    workers = [await hosts.worker(per_second=16), await hosts.worker(per_second=16)]

    async def work(ledger: SharedLedger) -> None:
        while True:
            try:
                async with ledger.call("read", [ONE]):
                    left = time.monotonic()
                    await asyncio.sleep(random.random() * 0.1)
                    arrivals.append((time.monotonic(), left))
                    await asyncio.sleep(random.random() * 0.1)
                    if len(arrivals) % 10 == 0:
                        raise TOO_FAST
            except RateLimited:
                allowed.append((time.monotonic(), await hosts.slots()))

    with suppress(TimeoutError):
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            for number in range(24):
                group.create_task(work(workers[number % 2]))

    allowed = [(0.0, 16), *allowed]
    assert len(arrivals) >= 16
    assert allowed[-1][1] < 16, "the pace has fallen"
    for moment, _ in arrivals:
        within = [left for other, left in arrivals if moment <= other < moment + 1]
        underway = min(within)  # calls that had left before the pace fell
        before = [slots for at, slots in allowed if at <= underway][-1]
        since = [slots for at, slots in allowed if underway < at < moment + 1]
        assert len(within) <= max([before, *since])


async def test_a_day_holds_exactly_its_calls_however_many_workers_race_for_them(hosts: Hosts) -> None:
    workers = [await hosts.worker(per_second=50, per_day={"read": 30}) for _ in range(2)]
    ends = await asyncio.gather(*(call(workers[number % 2]) for number in range(45)), return_exceptions=True)
    assert sum(isinstance(end, QuotaExhausted) for end in ends) == 15
    assert (await hosts.quota("read", {"read": 30})).spent_window == 30


async def test_a_days_calls_come_back_24_hours_after_they_were_made(hosts: Hosts) -> None:
    worker = await hosts.worker(per_day={"read": 2})
    await call(worker)
    hosts.moment += timedelta(hours=10)
    await call(worker)
    with pytest.raises(QuotaExhausted, match="2 calls of a day are spent") as spent:
        await call(worker)
    assert spent.value.until == hosts.moment + timedelta(hours=14, minutes=15)
    hosts.moment = spent.value.until
    await call(worker)
    with pytest.raises(QuotaExhausted):
        await call(worker)
    assert await call(worker, method="count") == "one"


async def test_what_was_called_and_refused_survives_a_restart(hosts: Hosts) -> None:
    before = await hosts.worker(per_day={"read": 2})
    await call(before)
    await refuse(before, AccessDenied("error 27", permanent=True), method="write")
    after = await hosts.worker(per_day={"read": 2})
    await call(after)
    with pytest.raises(QuotaExhausted):
        await call(after)
    with pytest.raises(AccessDenied, match="error 27"):
        await call(after, method="write")


async def test_a_killed_holder_blocks_its_place_no_longer_than_a_call_may_take(hosts: Hosts) -> None:
    worker = await hosts.worker(per_second=1, longest_call=timedelta(milliseconds=300))
    async with hosts.database.write() as session:
        await session.execute(text("UPDATE call_slots SET holder = 'killed', free_at = clock_timestamp() + interval '0.3 s'"))
    began = time.monotonic()
    await call(worker)
    assert 0.2 < time.monotonic() - began < LONGEST_CALL.total_seconds(), "not the time that is the rule for a call"


async def test_a_cancelled_call_gives_its_place_back(hosts: Hosts) -> None:
    worker = await hosts.worker(per_second=1)
    holding = asyncio.Event()

    async def hold() -> None:
        async with worker.call("read", [ONE]):
            holding.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await holding.wait()
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(PATIENCE_SECONDS):
        await call(worker)


async def test_whoever_meets_only_places_in_use_is_let_in_when_one_has_rested(hosts: Hosts) -> None:
    worker, another = await hosts.worker(per_second=1), await hosts.worker(per_second=1)
    async with worker.call("read", [ONE]):
        waiting = asyncio.create_task(call(another))
        await asyncio.sleep(0.2)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await waiting == "one"


async def test_error_6_lowers_the_pace_for_every_worker_and_time_brings_it_back(hosts: Hosts) -> None:
    one, another = await hosts.worker(), await hosts.worker()
    await refuse(one, TOO_FAST)
    assert (await hosts.quota("read")).per_second == 20 + 10
    await refuse(another, TOO_FAST)
    assert await hosts.slots() == 10, "the second refusal was of the same burst"
    async with hosts.database.engine.begin() as connection:
        await connection.execute(text("UPDATE call_budgets SET lowered_at = lowered_at - interval '450 s' WHERE lowered_at IS NOT NULL"))
        await paces.recover(connection)
    assert await hosts.slots() == 15
    assert await call(another) == "one"


async def test_error_29_closes_the_method_until_one_probe_has_been_let_in(hosts: Hosts) -> None:
    one, another = await hosts.worker(), await hosts.worker()
    spent = QuotaExhausted("error 29", method="read", until=hosts.moment + timedelta(minutes=30))
    await refuse(one, spent)
    assert await call(another, method="count") == "one"
    with pytest.raises(QuotaExhausted, match="error 29"):
        await call(another)

    hosts.moment += timedelta(minutes=30)
    await refuse(one, QuotaExhausted("error 29", method="read", until=hosts.moment + timedelta(minutes=30)))
    with pytest.raises(QuotaExhausted) as closed:
        await call(another)
    assert closed.value.until == hosts.moment + timedelta(hours=1), "its probe refused, it is closed for twice as long"

    hosts.moment += timedelta(hours=1)
    async with another.call("read", [ONE]):
        with pytest.raises(QuotaExhausted):
            await call(one)
    assert [*await asyncio.gather(call(one), call(another))] == ["one", "one"]


async def test_a_probe_that_learns_nothing_leaves_the_next_call_to_try(hosts: Hosts) -> None:
    worker = await hosts.worker()
    await refuse(worker, RateLimited("flood", retry_after=300))
    hosts.moment += timedelta(minutes=5)
    await refuse(worker, SourceUnavailable("away"))
    await refuse(worker, SourceGone("deleted"))
    assert [*await asyncio.gather(call(worker), call(worker))] == ["one", "one"], "a refusal about the page shows that the key was let in"


async def test_calls_under_way_at_a_refusal_do_not_lengthen_it(hosts: Hosts) -> None:
    worker = await hosts.worker()
    until = hosts.moment + timedelta(minutes=30)
    refused = [refuse(worker, QuotaExhausted("error 29", method="read", until=until)) for _ in range(5)]
    await asyncio.gather(*refused, return_exceptions=True)
    with pytest.raises(QuotaExhausted) as closed:
        await call(worker)
    assert closed.value.until == until


@pytest.mark.parametrize("code", [27, 28, 15, 7])
async def test_which_key_may_call_what_is_learnt_and_tried_again_after_a_day(hosts: Hosts, code: int) -> None:
    one, another = await hosts.worker(), await hosts.worker()
    await refuse(one, AccessDenied(f"error {code}", permanent=True), CITY, ONE, method="write")
    assert [await call(another, CITY, ONE, method="write") for _ in range(3)] == ["one"] * 3
    assert await call(another, CITY, ONE) == "city"
    hosts.moment += timedelta(days=1)
    assert await call(another, CITY, ONE, method="write") == "city"


async def test_a_revoked_key_is_set_aside_for_good_with_one_alarm(hosts: Hosts) -> None:
    one, another = await hosts.worker(), await hosts.worker()
    with capture_logs() as logs:
        held = [refuse(worker, AuthenticationFailed("error 5"), ONE) for worker in (one, another, one)]
        await asyncio.gather(*held, return_exceptions=True)
        hosts.moment += timedelta(days=400)
        assert [await call(worker, ONE, TWO) for worker in (one, another)] == ["two", "two"]
    alarms = [entry for entry in logs if entry["log_level"] == "error"]
    assert [(entry["event"], entry["name"], entry["until"]) for entry in alarms] == [("credential refused", "one", "for good")]
    with pytest.raises(AuthenticationFailed, match="error 5"):
        await call(one, ONE)
    checking = await hosts.worker(checking=True)
    assert await call(checking, ONE) == "one", "a check asks the network, whatever is remembered"
    assert await call(one, ONE) == "one"


async def test_a_blocked_address_stops_every_key_on_every_host(hosts: Hosts) -> None:
    one, another = await hosts.worker(), await hosts.worker()
    await refuse(one, RateLimited("error 9", retry_after=900, address=True), ONE)
    with pytest.raises(RateLimited) as waiting:
        await call(another, TWO, CITY, method="anything")
    assert (waiting.value.retry_after, waiting.value.address) == (900, True)
    hosts.moment += timedelta(minutes=15)
    async with another.call("read", [TWO]):
        with pytest.raises(RateLimited):
            await call(one, ONE)
    assert await call(one, ONE) == "one"


async def test_the_key_with_most_left_today_is_used(hosts: Hosts) -> None:
    worker = await hosts.worker(per_day={"read": 10})
    for _ in range(3):
        await call(worker, ONE)
    assert [await call(worker, ONE, TWO) for _ in range(3)] == ["two"] * 3
    assert sorted([await call(worker, ONE, TWO) for _ in range(4)]) == ["one", "one", "two", "two"]


async def test_when_no_key_is_left_the_one_that_may_soonest_says_why(hosts: Hosts) -> None:
    worker = await hosts.worker()
    soon = hosts.moment + timedelta(minutes=20)
    await refuse(worker, AuthenticationFailed("error 5"), ONE)
    await refuse(worker, QuotaExhausted("error 29", method="read", until=soon), TWO)
    await refuse(worker, AccessDenied("error 27", permanent=True), CITY)
    with pytest.raises(QuotaExhausted, match="error 29") as refusal:
        await call(worker, ONE, TWO, CITY)
    assert refusal.value.until == soon
    assert refusal.value.is_remembered


async def test_the_quota_of_a_method_counts_usable_credentials_only(hosts: Hosts) -> None:
    limits = {"read": 10}
    worker = await hosts.worker(per_day=limits)
    for key in (ONE, ONE, TWO):
        await call(worker, key)
    quota = await hosts.quota("read", limits)
    assert (quota.per_day, quota.spent_window, quota.spent_today, quota.remaining) == (20, 3, 3, 17)
    assert (quota.credentials, quota.per_second) == (2, 40)
    await refuse(worker, AuthenticationFailed("error 5"), TWO)
    quota = await hosts.quota("read", limits)
    assert (quota.credentials, quota.per_day, quota.remaining) == (1, 10, 8)


async def test_an_unknown_limit_is_learnt_from_the_first_refusal(hosts: Hosts) -> None:
    worker = await hosts.worker()
    for _ in range(3):
        await call(worker)
    await refuse(worker, QuotaExhausted("limit reached", method="read", until=hosts.moment + timedelta(minutes=15)))
    hosts.moment += timedelta(minutes=15)
    await call(worker, ONE)
    quota = await hosts.quota("read")
    assert (quota.per_day, quota.spent_window, quota.remaining) == (4, 5, 0)
