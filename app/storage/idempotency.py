"""Answers kept for requests that are sent again under the same key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.operator import OperatorId

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer that a request got. `body` holds its JSON and the headers that belong to it."""

    fingerprint: bytes
    status: int
    body: Mapping[str, Any]


async def find(session: AsyncSession, operator_id: OperatorId, key: str, *, now: datetime) -> KeptAnswer | None:
    """The answer kept under a key, `None` when the key is free."""
    row = (
        await session.execute(
            text(
                "SELECT fingerprint, status, body FROM idempotency_keys WHERE operator_id = :operator AND key = :key AND created_at >= :old"
            ),
            {"operator": operator_id, "key": key, "old": now - KEPT_FOR},
        )
    ).one_or_none()
    return None if row is None else KeptAnswer(*row)


async def claim(session: AsyncSession, operator_id: OperatorId, key: str, fingerprint: bytes, *, now: datetime) -> KeptAnswer | None:
    """Takes a key for the rest of the transaction, or gives the answer that is kept under it.

    Whoever comes second waits here for the first, then finds its answer; a first that failed leaves the key free.
    """
    claimed = await session.scalar(
        text(
            "INSERT INTO idempotency_keys AS k (operator_id, key, fingerprint, status, body, created_at)"
            " VALUES (:operator, :key, :fingerprint, 0, '{}', :now) ON CONFLICT (operator_id, key) DO UPDATE"
            " SET fingerprint = excluded.fingerprint, status = 0, body = '{}', created_at = excluded.created_at WHERE k.created_at < :old"
            " RETURNING true"
        ),
        {"operator": operator_id, "key": key, "fingerprint": fingerprint, "now": now, "old": now - KEPT_FOR},
    )
    return None if claimed else await find(session, operator_id, key, now=now)


async def keep(session: AsyncSession, operator_id: OperatorId, key: str, *, status: int, body: Mapping[str, Any]) -> None:
    """Keeps the answer under the claimed key, in the transaction of its effect."""
    await session.execute(
        text(
            "UPDATE idempotency_keys SET status = :status, body = CAST(CAST(:body AS text) AS jsonb)"
            " WHERE operator_id = :operator AND key = :key"
        ),
        {"operator": operator_id, "key": key, "status": status, "body": orjson.dumps(body).decode()},
    )


async def purge(session: AsyncSession, *, older_than: datetime) -> None:
    """Forgets answers that nobody asks for any more."""
    await session.execute(text("DELETE FROM idempotency_keys WHERE created_at < :old"), {"old": older_than})
