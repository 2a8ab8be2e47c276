"""Plans the polls of walls: what every poll teaches is shared by all workers, and the price of a call follows the budget."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.polling.due import Interval
from app.domain.polling.plan import Plan, Planned, Watched
from app.domain.polling.price import REPLAN_RATIO, Spell, may_call, opening_price, polls_wanted, steer
from app.domain.polling.rates import SourceState, Tally, learn, share_kept
from app.storage.calls.quotas import MethodQuota
from app.storage.engine import Database
from app.storage.polling import plans
from app.storage.polling.plans import StoredPlan
from app.storage.regions import RegionId

STEER_EVERY = timedelta(minutes=10)
LEARN_EVERY = timedelta(hours=1)
FARTHEST_FROM_OPENING = 4.0


@dataclass(slots=True)
class Lessons:
    """What this worker's polls have taught since it last told the others, the calls they cost, and how many the plan wanted."""

    tally: Tally = field(default_factory=Tally)
    calls: int = 0
    wanted: float = 0.0


@dataclass(slots=True)
class Planner:
    """The plans in force, by network, and this worker's lessons; a network without a plan is polled at its plain interval.

    On a `reserved` network what is left of the day's calls is for pages at their longest interval; `withheld_at` is when one last was.
    """

    bounds: Interval
    plans: dict[str, Plan] = field(default_factory=dict)
    learnt_at: dict[str, datetime] = field(default_factory=dict)
    lessons: dict[str, Lessons] = field(default_factory=dict)
    reserved: frozenset[str] = frozenset()
    withheld_at: dict[str, datetime] = field(default_factory=dict)

    def after_poll(
        self,
        network: str,
        page: Watched,
        state: SourceState,
        polled_at: datetime,
        found: Sequence[datetime],
        *,
        due_at: datetime,
        calls: int,
    ) -> Planned | None:
        """When to poll a page next, after a poll that found messages of these moments; `None` while the network has no plan.

        A poll that came late for want of calls stands for all that were wanted meanwhile; late for any other reason, for itself.
        """
        if network not in self.plans:
            return None
        lessons = self.lessons.setdefault(network, Lessons())
        was_withheld = network in self.withheld_at and due_at <= self.withheld_at[network]
        lessons.calls += calls
        lessons.wanted += calls * (polls_wanted(state.known_until, due_at, polled_at) if was_withheld else 1.0)
        return self.plans[network].after_poll(page, state, polled_at, list(found), lessons.tally)

    def keep_reserve(self, quotas: Sequence[MethodQuota], *, now: datetime) -> None:
        """Takes note of what is left of the daily limits that polls of walls are under."""
        self.reserved = frozenset(
            one.network for one in quotas if one.per_day and not may_call(one.spent_window, one.per_day, overdue=False)
        )
        self.withheld_at |= dict.fromkeys(self.reserved, now)

    def only_unseen_since(self, network: str, now: datetime) -> datetime | None:
        """Before which moment a page must have been polled last to be polled now; `None` while every page may be."""
        return now - self.bounds.maximum if network in self.reserved else None


async def plan_polls(
    planner: Planner, database: Database, region_id: RegionId, calls_per_day: Mapping[str, float], *, now: Callable[[], datetime]
) -> None:
    """Shares this worker's lessons, sets the price of each network when it is time, and takes over what the others have set."""
    for network, budget in calls_per_day.items():
        lessons = planner.lessons.pop(network, Lessons())
        try:
            stored = await _share(database, region_id, network, lessons, budget, planner.bounds, now=now())
        except BaseException:
            _give_back(planner, network, lessons)
            raise
        await _take_over(planner, network, stored, now=now())


def _give_back(planner: Planner, network: str, lessons: Lessons) -> None:
    later = planner.lessons.setdefault(network, Lessons())
    later.tally.add(lessons.tally)
    later.calls += lessons.calls
    later.wanted += lessons.wanted


async def _share(
    database: Database, region_id: RegionId, network: str, lessons: Lessons, budget: float, bounds: Interval, *, now: datetime
) -> StoredPlan:
    async with database.write() as session:
        stored = await plans.lock(session, region_id, network)
        if stored is None:
            price = await _opening_price(session, region_id, network, budget)
            await plans.begin(session, region_id, network, price=price, now=now)
            stored = StoredPlan(Tally(), now, price, now, 0, 0.0)
        tally = stored.tally
        tally.add(lessons.tally, kept=share_kept(max(now - stored.taught_at, timedelta())))
        calls, wanted = stored.calls + lessons.calls, stored.wanted + lessons.wanted
        stored = replace(stored, tally=tally, taught_at=now, calls=calls, wanted=wanted)
        if now - stored.priced_at >= STEER_EVERY:
            spell = Spell(stored.priced_at, now, stored.price, stored.calls, stored.wanted)
            spells = await plans.close_spell(session, region_id, network, spell)
            opening = await _opening_price(session, region_id, network, budget)
            steered = steer(stored.price, spells, learn(tally).rhythm, budget, now=now)
            price = min(max(steered, opening / FARTHEST_FROM_OPENING), opening * FARTHEST_FROM_OPENING)
            stored = replace(stored, price=price, priced_at=now, calls=0, wanted=0.0)
            await plans.replan(session, region_id, network, price=price, ratio=REPLAN_RATIO, longest=bounds.maximum, now=now)
        await plans.save(session, region_id, network, stored)
    return stored


async def _opening_price(session: AsyncSession, region_id: RegionId, network: str, budget: float) -> float:
    """The price that the rates known now ask for; it bounds what is steered, so that a thousand new pages are felt at once."""
    pages = await plans.watched(session, region_id, network)
    return opening_price((page.worth * (known or page.guess) for page, known in pages), budget)


async def _take_over(planner: Planner, network: str, stored: StoredPlan, *, now: datetime) -> None:
    """Puts a plan in force: its price at once, what the tally teaches every hour or so."""
    plan = planner.plans.get(network)
    if plan is None or now - planner.learnt_at[network] >= LEARN_EVERY:
        plan = await asyncio.to_thread(Plan.of, stored.tally, stored.price, planner.bounds)
        planner.learnt_at[network] = now
    planner.plans[network] = replace(plan, price=stored.price)
