"""What the networks have refused a credential: closed until a moment, then tried by one call of one worker."""

from collections.abc import Mapping
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.quota import pause_after
from connectors.sdk.refusals import Reason, Refused

log = structlog.get_logger(__name__)

LOUD = frozenset({Reason.DEAD, Reason.HUMAN, Reason.ADDRESS})
"""Reasons that nobody but an administrator can take away."""

SCOPE = "budget IN (:budget, :network) AND method IN ('', :method)"


async def close(
    connection: AsyncConnection, budget: str, method: str, refused: Refused, error: str, about: Mapping[str, str], *, now: datetime
) -> None:
    """Closes a method of a credential, or all of it, for every worker; refused again by its probe, it is closed for longer.

    Refusals of calls that were under way at the first one change nothing. The first one is logged: once for everybody.
    """
    key = {"budget": budget, "method": method}
    values = {**key, "reason": refused.reason.value, "now": now, "until": refused.until, "error": error}
    is_new = await connection.scalar(
        text(
            "INSERT INTO call_blocks (budget, method, reason, since, until, refusals, error)"
            " VALUES (:budget, :method, :reason, :now, :until, 1, :error) ON CONFLICT DO NOTHING RETURNING true"
        ),
        values,
    )
    if is_new:
        say = log.error if refused.reason in LOUD else log.warning
        say("credential refused", **about, reason=refused.reason.value, until=_shown(refused.until), error=error)
        return
    known = (await connection.execute(text(f"SELECT reason, until, refusals FROM call_blocks WHERE {_ONE} FOR UPDATE"), key)).one_or_none()
    if known is None or known.until is None or (known.until > now and refused.until is not None):
        return
    refusals = known.refusals + 1 if known.reason == refused.reason.value else 1
    until = None if refused.until is None else now + pause_after(refused.until - now, refusals)
    await connection.execute(
        text(f"UPDATE call_blocks SET reason = :reason, until = :until, refusals = :refusals, error = :error WHERE {_ONE}"),
        {**values, "until": until, "refusals": refusals},
    )
    if known.reason != refused.reason.value and refused.reason in LOUD:
        log.error("credential refused", **about, reason=refused.reason.value, until=_shown(until), error=error)


_ONE = "budget = :budget AND method = :method"


async def open_again(connection: AsyncConnection, budget: str, network: str, method: str) -> None:
    """Forgets what stood against the credential and the method, since a call was let in."""
    rows = await connection.execute(
        text(f"DELETE FROM call_blocks WHERE {SCOPE} RETURNING budget, method, reason"),
        {"budget": budget, "network": network, "method": method},
    )
    for row in rows.all():
        log.info("credential let in again", network=network, method=row.method or "any", reason=row.reason)


async def end_probe(connection: AsyncConnection, budget: str, network: str, method: str) -> None:
    """Lets another call try, since this one ended without telling."""
    await connection.execute(
        text(f"UPDATE call_blocks SET probed_until = NULL WHERE {SCOPE}"), {"budget": budget, "network": network, "method": method}
    )


def _shown(until: datetime | None) -> str:
    return "for good" if until is None else until.isoformat()
