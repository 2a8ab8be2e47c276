"""The worker: starts the scheduler and stops it cleanly; whatever it held is free for others at once."""

import asyncio
from datetime import timedelta

import structlog

from app.bootstrap import Services
from app.domain.polling.due import Interval
from app.jobs.poll_runner import PollRunner, count_page
from app.jobs.reply_runner import ReplyRunner
from app.jobs.schedule import Household, duties_of, make_scheduler, stop_scheduler
from app.jobs.update_runner import UpdateRunner
from app.storage import push_channels, workers
from app.storage.engine import DATABASE_ERRORS
from app.storage.server.disk import DiskWatch
from app.telemetry.metrics import DeltaReader
from app.usecases.expose_metrics import hand_over_counts
from app.usecases.plan_polls import Planner
from app.usecases.polling import Polling
from app.usecases.publish_replies import Publishing
from app.usecases.receive_updates import Receiving
from app.usecases.take_in_events import Taking

log = structlog.get_logger(__name__)


async def run_worker(services: Services, stop: asyncio.Event) -> None:
    """Polls sources and watches deadlines until `stop` is set."""
    polling, counts = _polling(services), services.counts
    group = asyncio.TaskGroup()
    runner = PollRunner(polling, group, concurrency=services.settings.worker_concurrency)
    try:
        async with group:
            updates = UpdateRunner(_receiving(services), services.bounds, group)
            replies = ReplyRunner(_publishing(services), group)
            household = _household(services, polling, runner, updates, replies, counts)
            await household.beat()
            scheduler = make_scheduler(duties_of(household))
            scheduler.start()
            log.info("worker started", worker=services.worker_name)
            try:
                await stop.wait()
            finally:
                stop_scheduler(scheduler)
                runner.stop()
                updates.stop()
                await replies.stop()
    finally:
        await _leave(services, runner, counts)


def _polling(services: Services) -> Polling:
    bounds = services.bounds
    return Polling(
        intake=services.intake,
        worker=services.worker_name,
        bounds=bounds,
        backfill=timedelta(days=services.settings.backfill_days),
        now=services.now,
        connector_for=services.connectors.connector_for,
        on_page=count_page,
        networks=services.connectors.polled(),
        planner=Planner(Interval(bounds.minimum, bounds.maximum)),
    )


def _household(
    services: Services, polling: Polling, runner: PollRunner, updates: UpdateRunner, replies: ReplyRunner, counts: DeltaReader
) -> Household:
    disk = DiskWatch()
    disk.listen(services.database.engine)
    return Household(
        database=services.database,
        region_id=services.region_id,
        worker=services.worker_name,
        connectors=services.connectors,
        runner=runner,
        planner=polling.planner,
        thread_planner=polling.thread_planner,
        budgets=services.budgets,
        updates=updates,
        replies=replies,
        counts=counts,
        taking=Taking(services.intake, services.connectors.reader_for, services.now, count_page),
        now=services.now,
        tend_database=services.tend_database,
        raw_kept=timedelta(days=services.settings.raw_days),
        retention=services.retention,
        zone=services.zone,
        at_work=services.at_work,
        training_folder=services.training_folder,
        disk=disk,
        retrain_every=timedelta(hours=services.settings.retrain_every_hours) or None,
    )


def _publishing(services: Services) -> Publishing:
    return Publishing(services.database, services.region_id, services.connectors.connector_for, services.now)


def _receiving(services: Services) -> Receiving:
    connectors = services.connectors.connector_for
    return Receiving(services.database, services.region_id, services.worker_name, connectors, services.now)


async def _leave(services: Services, runner: PollRunner, counts: DeltaReader) -> None:
    try:
        async with asyncio.timeout(5):
            await runner.give_back()
            async with services.database.write() as session:
                await push_channels.give_back_receiving(session, services.worker_name)
                await workers.leave(session, services.worker_name)
            await hand_over_counts(services.database, counts)
    except (*DATABASE_ERRORS, TimeoutError) as error:
        log.warning("worker left without a word", reason=type(error).__name__)
    else:
        log.info("worker stopped", worker=services.worker_name)
