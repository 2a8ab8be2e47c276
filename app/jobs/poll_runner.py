"""Polls in flight: claims sources as places come free, keeps their leases, and lets go of all of them at a stop."""

import asyncio
from time import perf_counter

import structlog

from app.domain.errors import LeaseLost
from app.domain.polling import backoff_until
from app.domain.source import Source, SourceId
from app.storage import sources
from app.storage.engine import DATABASE_ERRORS, explain
from app.storage.failures import is_away
from app.storage.sources import Claim, PollOutcome
from app.telemetry.metrics import DETECTION_LAG, FIRST_ANSWER, MESSAGES, POLL_FAILURES, SOURCE_POLL
from app.usecases.ingest_page import Intaken
from app.usecases.poll_sources import Polling, claim_sources, poll_claimed

log = structlog.get_logger(__name__)


class PollRunner:
    """Runs up to `concurrency` polls at a time as tasks of `group`."""

    def __init__(self, polling: Polling, group: asyncio.TaskGroup, *, concurrency: int) -> None:
        self._polling = polling
        self._group = group
        self._concurrency = concurrency
        self._running: dict[SourceId, asyncio.Task[None]] = {}
        self._stopping = False

    async def tick(self) -> None:
        """Claims as many due sources as there are free places and starts polling them."""
        free = self._concurrency - len(self._running)
        if free <= 0 or self._stopping:
            return
        for claim in await claim_sources(self._polling, limit=free):
            if self._stopping:
                return
            self._running[claim.source.id] = self._group.create_task(self._run(claim), name=f"poll {claim.source.id}")

    async def renew_leases(self) -> None:
        """Keeps the sources in flight from being taken over."""
        if self._running:
            async with self._polling.intake.database.write() as session:
                await sources.renew(session, self._polling.worker, list(self._running))

    def stop(self) -> None:
        """Ends every poll where it stands: whatever a page had stored stays, the rest is read again."""
        self._stopping = True
        for task in self._running.values():
            task.cancel()

    async def _run(self, claim: Claim) -> None:
        began = perf_counter()
        network = claim.source.network
        try:
            outcome = await poll_claimed(self._polling, claim)
            if outcome.error is not None:
                POLL_FAILURES.labels(network, str(outcome.paused_reason or "transient")).inc()
        except LeaseLost as error:
            log.warning("lease lost", source_id=claim.source.id, reason=str(error))
        except Exception as error:  # the job runner's edge: one bad source never stops the others
            POLL_FAILURES.labels(network, type(error).__name__).inc()
            if is_away(error):
                log.warning("storing failed", source_id=claim.source.id, network=network, reason=explain(error))
            elif claim.failures == 0:
                log.exception("poll broke", source_id=claim.source.id, network=network)
            await self._push_ahead(claim, error)
        finally:
            SOURCE_POLL.labels(network).observe(perf_counter() - began)
            self._running.pop(claim.source.id, None)

    async def _push_ahead(self, claim: Claim, error: Exception) -> None:
        """Records a poll that broke in our own hands; without a database its lease simply ends."""
        polling = self._polling
        broken = f"internal error ({type(error).__name__}); see the worker's log"
        reason = f"the database could not store it: {explain(error)}" if is_away(error) else broken
        outcome = PollOutcome(backoff_until(polling.now(), claim.failures + 1, polling.bounds), reason, claim.failures + 1)
        try:
            async with polling.intake.database.write() as session:
                await sources.release(session, claim, outcome, now=polling.now())
        except DATABASE_ERRORS as second:
            log.warning("source not given back", source_id=claim.source.id, reason=type(second).__name__)


def count_page(source: Source, taken: Intaken) -> None:
    """Counts what a page brought."""
    network = source.network
    for news in ("new", "edited", "deleted", "restored", "opened", "skipped"):
        count = getattr(taken, news)
        if count:
            MESSAGES.labels(network, news).inc(count)
    for lag in taken.lags:
        DETECTION_LAG.labels(network).observe(max(lag, 0.0))
    for seconds in taken.first_answer_seconds:
        FIRST_ANSWER.observe(seconds)
