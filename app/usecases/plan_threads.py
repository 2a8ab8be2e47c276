"""Plans the looks at threads' counters: what every look teaches is shared by all workers, and the price keeps within the calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.domain.polling.due import Interval
from app.domain.polling.rates import share_kept
from app.domain.polling.thread_plan import Look, ThreadPlan, steer_looks
from app.domain.polling.threads import ThreadState, ThreadTally
from app.storage.engine import Database
from app.storage.polling import thread_plans
from app.storage.polling.thread_plans import StoredThreadPlan
from app.storage.regions import RegionId

STEER_EVERY = timedelta(minutes=10)
GUESSED = ThreadPlan.of(ThreadTally())
"""What is gone by until the stored plan has been read."""


@dataclass(slots=True)
class ThreadLessons:
    """What this worker's looks have taught since it last told the others, and how many threads it counted."""

    tally: ThreadTally = field(default_factory=ThreadTally)
    looks: int = 0


@dataclass(slots=True)
class ThreadPlanner:
    """The plans in force, by network, and this worker's lessons."""

    plans: dict[str, ThreadPlan] = field(default_factory=dict)
    lessons: dict[str, ThreadLessons] = field(default_factory=dict)

    def lessons_of(self, network: str) -> ThreadLessons:
        """Where a network's lessons are put down."""
        return self.lessons.setdefault(network, ThreadLessons())

    def after_look(
        self,
        network: str,
        state: ThreadState,
        seen_at: datetime,
        found: Sequence[datetime],
        *,
        moved_at: datetime,
        weight: float,
        bounds: Interval,
        teaches: bool = True,
    ) -> Look:
        """See `ThreadPlan.after_look`. What is only supposed, or was told by push before, teaches nothing of other threads."""
        tally = self.lessons_of(network).tally if teaches else ThreadTally()
        plan = self.plans.get(network, GUESSED)
        return plan.after_look(state, seen_at, found, tally, moved_at=moved_at, weight=weight, bounds=bounds)


async def plan_threads(
    planner: ThreadPlanner, database: Database, region_id: RegionId, looks_a_day: Mapping[str, float], *, now: datetime
) -> None:
    """Shares this worker's lessons, sets the price of each network when it is time, and takes over what the others have taught."""
    for network, allowed in looks_a_day.items():
        lessons = planner.lessons.pop(network, ThreadLessons())
        try:
            stored = await _share(database, region_id, network, lessons, allowed, now=now)
        except BaseException:
            later = planner.lessons_of(network)
            later.tally.add(lessons.tally)
            later.looks += lessons.looks
            raise
        planner.plans[network] = ThreadPlan.of(stored.tally, stored.price)


async def _share(
    database: Database, region_id: RegionId, network: str, lessons: ThreadLessons, allowed: float, *, now: datetime
) -> StoredThreadPlan:
    async with database.write() as session:
        stored = await thread_plans.lock(session, region_id, network, now=now)
        tally = stored.tally
        tally.add(lessons.tally, kept=share_kept(max(now - stored.taught_at, timedelta())))
        stored = replace(stored, tally=tally, taught_at=now, looks=stored.looks + lessons.looks)
        if now - stored.priced_at >= STEER_EVERY:
            price = steer_looks(stored.price, stored.looks, now - stored.priced_at, allowed)
            stored = replace(stored, price=price, priced_at=now, looks=0)
        await thread_plans.save(session, region_id, network, stored)
    return stored
