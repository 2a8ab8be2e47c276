"""Attempts to sign in that have not succeeded, by login and address."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def hold(session: AsyncSession, address: str) -> None:
    """Lets one attempt at a time from an address be counted, until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('sign in ' || :address, 0))"), {"address": address})


async def nth_newest(session: AsyncSession, address: str, *, login: str | None, since: datetime, n: int) -> datetime | None:
    """When the n-th newest attempt was made since the given moment, with any login if none is named; `None` when there were fewer."""
    found: datetime | None = await session.scalar(
        text(
            "SELECT at FROM sign_in_attempts WHERE address = :address AND at > :since AND login = coalesce(CAST(:login AS text), login)"
            " ORDER BY at DESC OFFSET :skipped LIMIT 1"
        ),
        {"address": address, "login": login, "since": since, "skipped": n - 1},
    )
    return found


async def add(session: AsyncSession, address: str, *, login: str, now: datetime, keep_since: datetime) -> None:
    """Notes an attempt and forgets old ones."""
    await session.execute(text("DELETE FROM sign_in_attempts WHERE at <= :since"), {"since": keep_since})
    await session.execute(
        text("INSERT INTO sign_in_attempts (login, address, at) VALUES (:login, :address, :now)"),
        {"login": login, "address": address, "now": now},
    )


async def forget(session: AsyncSession, address: str, *, login: str) -> None:
    """Takes the attempts of a login from an address back, since one succeeded."""
    await session.execute(
        text("DELETE FROM sign_in_attempts WHERE address = :address AND login = :login"), {"address": address, "login": login}
    )
