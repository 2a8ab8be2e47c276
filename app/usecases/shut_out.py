"""Lets somebody who has left come in no more."""

from datetime import datetime

from app.storage.access import operators, sessions
from app.storage.engine import Database


async def shut_out(database: Database, name: str, *, now: datetime) -> None:
    """Disables the operator of that name or login: what they are signed in to ends, and their tokens open nothing."""
    async with database.write() as session:
        await sessions.end_all(session, await operators.disable(session, name, now=now))
