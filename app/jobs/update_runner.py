"""Long polls in flight: one task a source, as long as this worker holds its lease."""

import asyncio
from datetime import timedelta

import structlog

from app.domain.errors import LeaseLost
from app.domain.polling.intervals import PollBounds, backoff_until
from app.domain.source import SourceId
from app.storage.engine import DATABASE_ERRORS, explain
from app.storage.push_channels import ReceivingClaim
from app.storage.server.failures import is_away
from app.usecases.receive_updates import Receiving, claim_receiving, receive_updates, stop_receiving
from connectors.sdk.errors import ConnectorError, RateLimited

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 300
"""Long polls that one worker holds open; they cost a connection each and next to no time."""


class UpdateRunner:
    """Holds up to `MOST_AT_ONCE` long polls open as tasks of `group`."""

    def __init__(self, receiving: Receiving, bounds: PollBounds, group: asyncio.TaskGroup) -> None:
        self._receiving = receiving
        self._bounds = bounds
        self._group = group
        self._running: dict[SourceId, asyncio.Task[None]] = {}
        self._stopping = False

    async def tick(self) -> None:
        """Claims sources that nobody fetches from and begins to."""
        free = MOST_AT_ONCE - len(self._running)
        if free <= 0 or self._stopping:
            return
        for claim in await claim_receiving(self._receiving, limit=free):
            if self._stopping:
                return
            self._running[claim.source.id] = self._group.create_task(self._run(claim), name=f"long poll {claim.source.id}")

    def stop(self) -> None:
        """Ends every long poll; what it had stored stays, the rest is fetched again."""
        self._stopping = True
        for task in self._running.values():
            task.cancel()

    async def _run(self, claim: ReceivingClaim) -> None:
        try:
            await receive_updates(self._receiving, claim)
        except LeaseLost:
            log.warning("long poll lost", source_id=claim.source.id)
        except ConnectorError as error:
            await self._give_back(claim, str(error), asked=error.retry_after if isinstance(error, RateLimited) else 0.0)
        except Exception as error:  # the job runner's edge: one bad source never stops the others
            if is_away(error):
                await self._give_back(claim, f"the database could not store it: {explain(error)}")
            else:
                log.exception("long poll broke", source_id=claim.source.id)
                await self._give_back(claim, f"internal error ({type(error).__name__}); see the worker's log")
        finally:
            self._running.pop(claim.source.id, None)

    async def _give_back(self, claim: ReceivingClaim, error: str, *, asked: float = 0.0) -> None:
        """Tries again after a pause, and not before the seconds that the network asked for."""
        now = self._receiving.now()
        again_at = max(backoff_until(now, claim.failures, self._bounds), now + timedelta(seconds=asked))
        if claim.failures == 0:
            log.warning("long poll failed", source_id=claim.source.id, error=error, again_at=again_at.isoformat())
        try:
            await stop_receiving(self._receiving, claim, error, again_at)
        except DATABASE_ERRORS as second:
            log.warning("long poll not given back", source_id=claim.source.id, reason=type(second).__name__)
