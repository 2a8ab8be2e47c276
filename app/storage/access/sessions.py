"""Console sessions: who is signed in. Only the SHA-256 of a session's token is stored."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.operator import Operator, OperatorId, Role


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A standing session: whose it is, what its forms must carry, and when it ends."""

    operator: Operator
    csrf_token: str = field(repr=False)
    expires_at: datetime


async def begin(
    session: AsyncSession, operator_id: OperatorId, *, sha256: bytes, csrf_token: str, now: datetime, expires_at: datetime
) -> None:
    """Stores a new session and forgets those that have ended."""
    await session.execute(text("DELETE FROM sessions WHERE expires_at <= :now"), {"now": now})
    await session.execute(
        text(
            "INSERT INTO sessions (sha256, operator_id, csrf_token, created_at, expires_at)"
            " VALUES (:sha256, :operator, :csrf, :now, :expires)"
        ),
        {"sha256": sha256, "operator": operator_id, "csrf": csrf_token, "now": now, "expires": expires_at},
    )


async def find(session: AsyncSession, sha256: bytes, *, now: datetime) -> SignedIn | None:
    """The standing session of a token; `None` when it has ended or its operator is disabled."""
    row = (
        await session.execute(
            text(
                "SELECT o.id, o.name, o.role, s.csrf_token, s.expires_at FROM sessions s JOIN operators o ON o.id = s.operator_id"
                " WHERE s.sha256 = :sha256 AND s.expires_at > :now AND o.disabled_at IS NULL"
            ),
            {"sha256": sha256, "now": now},
        )
    ).one_or_none()
    if row is None:
        return None
    return SignedIn(Operator(OperatorId(row.id), row.name, Role(row.role)), row.csrf_token, row.expires_at)


async def extend(session: AsyncSession, sha256: bytes, *, expires_at: datetime) -> None:
    """Moves the end of a session further away."""
    await session.execute(
        text("UPDATE sessions SET expires_at = greatest(expires_at, :expires) WHERE sha256 = :sha256"),
        {"sha256": sha256, "expires": expires_at},
    )


async def end(session: AsyncSession, sha256: bytes) -> None:
    """Forgets a session: its token opens nothing any more."""
    await session.execute(text("DELETE FROM sessions WHERE sha256 = :sha256"), {"sha256": sha256})


async def end_all(session: AsyncSession, operator_id: OperatorId) -> None:
    """Forgets every session of an operator."""
    await session.execute(text("DELETE FROM sessions WHERE operator_id = :operator"), {"operator": operator_id})
