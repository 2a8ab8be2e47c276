"""Lets somebody who has left come in no more."""

from datetime import datetime

from app.storage.access import operators, sessions, tokens
from app.storage.engine import Database


async def shut_out(database: Database, name: str, *, now: datetime) -> None:
    """Disables the operator of that name or login: what they are signed in to ends, and their tokens, for good."""
    async with database.write() as session:
        operator_id = await operators.disable(session, name, now=now)
        await sessions.end_all(session, operator_id)
        await tokens.revoke_all(session, operator_id, now=now)
