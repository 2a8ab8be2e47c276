"""Claims sources whose time has come and polls each; a broken source is recorded and pushed ahead, the rest go on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from app.domain.polling import RECHECK_PAUSED_EVERY, PollBounds, backoff_until
from app.domain.source import PauseReason
from app.storage import sources
from app.storage.sources import Claim, PollOutcome
from app.usecases.ingest_page import Intaken
from app.usecases.judge_page import Intake
from app.usecases.poll_source import Poll, poll_source
from connectors.sdk.contract import Connector
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    SourceGone,
)

log = structlog.get_logger(__name__)

REFUSALS_BEFORE_PAUSE = 3
"""A page is put aside only when the network says so several times in a row: single refusals are often its own hiccups."""
QUOTA_PROBE_AFTER = timedelta(minutes=30)
CREDENTIAL_PROBE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Polling:
    """What polling works with. `connector_for` raises `AuthenticationFailed` for a network without a usable credential."""

    intake: Intake
    worker: str
    bounds: PollBounds
    backfill: timedelta
    now: Callable[[], datetime]
    connector_for: Callable[[str], Connector]
    on_page: Callable[[Claim, Intaken], None]


async def claim_sources(polling: Polling, *, limit: int) -> list[Claim]:
    """Sources that this worker may poll now, at most `limit`, the longest waiting first."""
    async with polling.intake.database.write() as session:
        return await sources.claim_due(session, polling.intake.region_id, polling.worker, now=polling.now(), limit=limit)


async def poll_claimed(polling: Polling, claim: Claim) -> PollOutcome:
    """Polls a claimed source and gives it back with the outcome, which is also what the administrator sees."""
    try:
        connector = polling.connector_for(claim.source.network)
        poll = Poll(polling.intake, connector, claim, polling.bounds, polling.backfill, polling.now, polling.on_page)
        outcome = await poll_source(poll)
    except ConnectorError as error:
        outcome = judge_failure(error, claim, polling.bounds, now=polling.now())
    _tell(claim, outcome)
    async with polling.intake.database.write() as session:
        await sources.release(session, claim, outcome, now=polling.now())
    return outcome


def judge_failure(error: ConnectorError, claim: Claim, bounds: PollBounds, *, now: datetime) -> PollOutcome:
    """What a network's refusal means for the source: when to try again, and whether it is put aside until then."""
    failures = claim.failures + 1
    match error:
        case RateLimited():
            return PollOutcome(now + timedelta(seconds=error.retry_after), str(error), claim.failures, claim.paused_reason)
        case QuotaExhausted():
            return PollOutcome(error.until or now + QUOTA_PROBE_AFTER, str(error), claim.failures, claim.paused_reason)
        case AuthenticationFailed():
            return PollOutcome(now + CREDENTIAL_PROBE_AFTER, str(error), failures, PauseReason.NO_CREDENTIAL)
        case SourceGone() | AccessDenied() if failures >= REFUSALS_BEFORE_PAUSE:
            reason = PauseReason.GONE if isinstance(error, SourceGone) else PauseReason.ACCESS_DENIED
            return PollOutcome(_recheck_at(now, failures, bounds), str(error), failures, reason)
        case _:
            return PollOutcome(backoff_until(now, failures, bounds), str(error), failures, claim.paused_reason)


def _recheck_at(now: datetime, failures: int, bounds: PollBounds) -> datetime:
    """When to look at a page again that was put aside: within hours at first, in case it was hidden by mistake, later once a day."""
    doubled: timedelta = max(bounds.interval, bounds.minimum) * (1 << min(failures, 16))
    return now + min(doubled, RECHECK_PAUSED_EVERY)


def _tell(claim: Claim, outcome: PollOutcome) -> None:
    """A change of state is logged once: the first failure, a pause, the recovery."""
    about = {"source_id": claim.source.id, "network": claim.source.network}
    if outcome.error is not None and outcome.paused_reason != claim.paused_reason:
        log.warning("source paused", **about, reason=outcome.paused_reason, error=outcome.error)
    elif outcome.error is not None and claim.failures == 0:
        log.warning("source failed", **about, error=outcome.error, next_poll_at=outcome.next_poll_at.isoformat())
    elif outcome.error is None and claim.failures > 0:
        log.info("source recovered", **about, failures=claim.failures)
