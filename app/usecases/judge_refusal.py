"""What a network's refusal means: for the source that was asked about, and for everything else that would ask the same way."""

from datetime import datetime, timedelta

from app.domain.polling.intervals import RECHECK_PAUSED_EVERY, PollBounds, backoff_until
from app.domain.source import PauseReason
from app.storage.polling.polls import PollOutcome, WallClaim
from connectors.sdk.errors import (
    AccessDenied,
    AuthenticationFailed,
    ConnectorError,
    QuotaExhausted,
    RateLimited,
    SourceGone,
    SourceUnavailable,
)

REFUSALS_BEFORE_PAUSE = 3
"""A page is put aside only when the network says so several times in a row: single refusals are often its own hiccups."""
QUOTA_PROBE_AFTER = timedelta(minutes=30)
CREDENTIAL_PROBE_AFTER = timedelta(minutes=5)
LONGEST_REST = timedelta(minutes=5)


def judge_refusal(error: ConnectorError, claim: WallClaim, bounds: PollBounds, *, now: datetime) -> PollOutcome:
    """What the refusal of a wall means for its source: when to try again, and whether it is put aside until then."""
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


def rest_until(error: ConnectorError, in_a_row: int, bounds: PollBounds, *, now: datetime) -> datetime | None:
    """Until when nobody need ask this network for the same kind of thing again; `None` when the refusal says nothing of others."""
    match error:
        case RateLimited():
            return now + timedelta(seconds=error.retry_after)
        case QuotaExhausted():
            return error.until or now + QUOTA_PROBE_AFTER
        case AuthenticationFailed():
            return now + CREDENTIAL_PROBE_AFTER
        case AccessDenied() if error.permanent:
            return now + CREDENTIAL_PROBE_AFTER
        case SourceUnavailable() if in_a_row > 1:
            return now + min(bounds.minimum * (1 << min(in_a_row, 10)), LONGEST_REST)
        case _:
            return None


def _recheck_at(now: datetime, failures: int, bounds: PollBounds) -> datetime:
    """When to look at a page again that was put aside: within hours at first, in case it was hidden by mistake, later once a day."""
    doubled: timedelta = max(bounds.interval, bounds.minimum) * (1 << min(failures, 16))
    return now + min(doubled, RECHECK_PAUSED_EVERY)
