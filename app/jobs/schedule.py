"""The metronome: which job runs how often. What there is to do is decided in the database, so late and double ticks are harmless."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from time import perf_counter

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from app.classifier.at_work import ClassifierAtWork
from app.domain.detection import Budgets
from app.domain.retention import Retention
from app.jobs.connectors import ConnectorPool
from app.jobs.poll_runner import PollRunner
from app.jobs.reply_runner import ReplyRunner
from app.jobs.update_runner import UpdateRunner
from app.storage import detections, idempotency, pushed_events, workers
from app.storage.calls import quotas
from app.storage.engine import Database, explain
from app.storage.regions import RegionId
from app.storage.server.disk import DiskWatch
from app.storage.server.failures import is_away
from app.telemetry.metrics import DeltaReader
from app.usecases.erase_by_term import erase_by_term
from app.usecases.expose_metrics import hand_over_counts, measure_gauges
from app.usecases.plan_polls import Planner, plan_polls
from app.usecases.plan_threads import ThreadPlanner, plan_threads
from app.usecases.probe_networks import probe_networks
from app.usecases.purge_raw_payloads import purge_raw_payloads
from app.usecases.refresh_model import refresh_model
from app.usecases.rejudge_incidents import rejudge_incidents
from app.usecases.retrain import retrain_by_schedule
from app.usecases.take_in_events import Taking, take_in_events
from app.usecases.watch_deadlines import watch_deadlines
from app.usecases.watch_detection import watch_detection
from app.usecases.watch_masses import watch_masses
from app.usecases.watch_push import watch_push
from app.usecases.watch_surges import watch_surges
from app.usecases.watch_verdicts import watch_verdicts

log = structlog.get_logger(__name__)

EVENTS_KEPT_FOR = timedelta(days=3)
"""Longer than any network repeats an event."""
DETECTIONS_KEPT_FOR = timedelta(days=400)
SOURCES_AT_ONCE = 20
TOO_LONG = 60.0
"""Real seconds after which a duty that still runs is worth a warning."""
COUNTS_KEPT = timedelta(days=8)
"""How long calls are counted back, for whoever wants to look at a week."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A job, its beat in real seconds, and the share of the time that it may take: one that grows dear is done less often."""

    name: str
    every: float
    run: Callable[[], Awaitable[object]]
    share: float = 1.0


class Watched:
    """Runs a duty; a failure is logged when it begins and when it ends, and never stops the metronome.

    A beat is let pass while the duty still runs, or has not rested as long as its share of the time asks; one that runs on for
    `TOO_LONG` is told once.
    """

    def __init__(self, duty: Duty) -> None:
        self._duty = duty
        self._failing = False
        self._began: float | None = None
        self._told = False
        self._rests_until = 0.0

    async def run(self) -> None:
        """Runs the duty once, unless it is under way; never raises. Cancelled, as at a stop, it just ends."""
        if self._began is not None:
            if perf_counter() - self._began >= TOO_LONG and not self._told:
                self._told = True
                log.warning("job takes long", job=self._duty.name, seconds=TOO_LONG)
            return
        if perf_counter() < self._rests_until:
            return
        began = self._began = perf_counter()
        self._told = False
        try:
            await self._run()
        except asyncio.CancelledError:
            log.debug("job cut short", job=self._duty.name)
        finally:
            self._began = None
            ended = perf_counter()
            self._rests_until = ended + (ended - began) * (1 / self._duty.share - 1)

    async def _run(self) -> None:
        try:
            await self._duty.run()
        except Exception as error:  # the scheduler's edge
            if not self._failing:
                away = is_away(error)  # which every duty meets at once: a line of each says it all
                reason = {"reason": explain(error)} if away else {}
                log.error("job failing", job=self._duty.name, error=type(error).__name__, **reason, exc_info=not away)
            self._failing = True
        else:
            if self._failing:
                log.info("job recovered", job=self._duty.name)
            self._failing = False


def make_scheduler(duties: list[Duty]) -> AsyncIOScheduler:
    """A scheduler that runs each duty on its beat, never twice at once: `Watched` sees to that without a warning for every beat."""
    scheduler = AsyncIOScheduler(timezone="UTC")
    for duty in duties:
        scheduler.add_job(
            Watched(duty).run, "interval", seconds=duty.every, id=duty.name, max_instances=2, coalesce=True, misfire_grace_time=None
        )
    return scheduler


def stop_scheduler(scheduler: AsyncIOScheduler) -> None:
    """Ends the beat and cuts short what is under way. Paused first, it starts nothing that would be cancelled before it began:

    such a duty could not end by itself, and the scheduler would tell of it as of an error.
    """
    scheduler.pause()
    scheduler.shutdown(wait=False)


@dataclass(frozen=True, slots=True)
class Household:
    """What the duties work with."""

    database: Database
    region_id: RegionId
    worker: str
    connectors: ConnectorPool
    runner: PollRunner
    planner: Planner
    thread_planner: ThreadPlanner
    budgets: Budgets
    updates: UpdateRunner
    replies: ReplyRunner
    counts: DeltaReader
    taking: Taking
    now: Callable[[], datetime]
    tend_database: Callable[[], Awaitable[None]]
    raw_kept: timedelta
    retention: Retention
    zone: tzinfo
    at_work: ClassifierAtWork
    training_folder: Path
    disk: DiskWatch
    retrain_every: timedelta | None = None

    async def beat(self) -> None:
        async with self.database.write() as session:
            await workers.beat(session, self.worker, was_refused=self.disk.was_refused)
        await self.runner.renew_leases()

    async def measure(self) -> None:
        uses, found = await self.connectors.credentials_in_use(), await self.connectors.method_quotas()
        self.planner.keep_reserve(self.connectors.limited_by_day(found), now=self.now())
        await measure_gauges(self.database, self.region_id, uses, found, now=self.now())

    async def probe(self) -> None:
        await probe_networks(self.database, self.connectors.usable(), now=self.now())

    async def watch_pages(self) -> None:
        await watch_detection(self.database, self.region_id, self.budgets, self.planner.plans, now=self.now())

    async def watch_push(self) -> None:
        await watch_push(self.database, self.region_id, self.connectors.unpolled(), now=self.now())

    async def plan(self) -> None:
        await plan_polls(self.planner, self.database, self.region_id, self.connectors.polls_per_day(), now=self.now)

    async def plan_threads(self) -> None:
        await plan_threads(self.thread_planner, self.database, self.region_id, self.connectors.looks_per_day(), now=self.now())

    async def take_up_model(self) -> None:
        await refresh_model(self.database, self.region_id, self.at_work)

    async def retrain(self) -> None:
        await retrain_by_schedule(
            self.database, self.region_id, self.at_work, self.training_folder, every=self.retrain_every, now=self.now()
        )

    async def purge(self) -> None:
        async with self.database.write() as session:
            await idempotency.purge(session, older_than=self.now() - timedelta(days=1))
            await detections.purge(session, older_than=self.now() - DETECTIONS_KEPT_FOR)
            await pushed_events.purge(session, older_than=self.now() - EVENTS_KEPT_FOR)
            await quotas.purge(session, before=self.now() - COUNTS_KEPT)
        await purge_raw_payloads(self.database, self.region_id, older_than=self.now() - self.raw_kept)

    async def erase(self) -> None:
        await erase_by_term(self.database, self.region_id, self.retention, now=self.now())


def duties_of(household: Household) -> list[Duty]:
    """Everything that a worker does by the clock."""
    one = household
    return [
        Duty("poll sources", 0.5, one.runner.tick),
        Duty("fetch updates", 1, one.updates.tick),
        Duty("take in pushed events", 0.3, lambda: take_in_events(one.taking, limit=SOURCES_AT_ONCE)),
        Duty("plan polls", 5, one.plan),
        Duty("plan threads", 15, one.plan_threads),
        Duty("watch pages", 60, one.watch_pages),
        Duty("watch push", 60, one.watch_push),
        Duty("watch surges", 30, lambda: watch_surges(one.database, one.region_id, one.zone, now=one.now())),
        Duty("watch masses", 20, lambda: watch_masses(one.database, one.region_id, one.at_work.current, now=one.now()), share=0.05),
        Duty("heartbeat", 8, one.beat),
        Duty("tend database", 2, one.tend_database),
        Duty("publish replies", 1, one.replies.tick),
        Duty("rejudge incidents", 5, lambda: rejudge_incidents(one.database, one.region_id, now=one.now())),
        Duty("watch deadlines", 5, lambda: watch_deadlines(one.database, one.region_id, now=one.now())),
        Duty("measure gauges", 10, one.measure, share=0.01),
        Duty("hand over counts", 5, lambda: hand_over_counts(one.database, one.counts)),
        Duty("refresh credentials", 15, one.connectors.refresh),
        Duty("probe networks", 60, one.probe),
        Duty("watch verdicts", 1800, lambda: watch_verdicts(one.database, one.region_id, now=one.now())),
        Duty("take up model", 5, one.take_up_model),
        Duty("retrain", 300, one.retrain),
        Duty("purge", 3600, one.purge),
        Duty("erase by term", 60, one.erase, share=0.1),
    ]
