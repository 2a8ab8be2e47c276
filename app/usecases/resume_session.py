"""Recognises an operator by the session's token and moves the session's end along with the work."""

from datetime import datetime, timedelta

from app.storage.access import sessions
from app.storage.access.sessions import SignedIn
from app.storage.engine import Database
from app.usecases.sign_in import SESSION_LASTS, token_sha256

EXTENDED_AT_MOST_EVERY = timedelta(minutes=5)


async def resume_session(database: Database, token: str, *, is_work: bool, now: datetime) -> SignedIn | None:
    """The session of a token, `None` when it has ended; what a page fetches by itself is no work and extends nothing."""
    sha256 = token_sha256(token)
    async with database.read() as session:
        found = await sessions.find(session, sha256, now=now)
    if found is not None and is_work and found.expires_at < now + SESSION_LASTS - EXTENDED_AT_MOST_EVERY:
        async with database.write() as session:
            await sessions.extend(session, sha256, expires_at=now + SESSION_LASTS)
    return found
