"""Ends a console session."""

from app.storage.access import sessions
from app.storage.engine import Database
from app.usecases.sign_in import token_sha256


async def sign_out(database: Database, token: str) -> None:
    """Forgets the session of a token, so that it opens nothing any more wherever it was copied to."""
    async with database.write() as session:
        await sessions.end(session, token_sha256(token))
