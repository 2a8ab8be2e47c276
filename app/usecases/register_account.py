"""Makes an account one under which an authority answers."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId, OfficialAccount
from app.domain.errors import InvalidInput
from app.storage import authorities, official_accounts
from app.storage.regions import RegionId


async def register_account(session: AsyncSession, region_id: RegionId, account: OfficialAccount, *, now: datetime) -> None:
    """Registers the account with its dates; registered again with the same beginning, it gets the new body and end.

    Messages that were collected before keep what they were then.
    """
    if account.valid_to is not None and account.valid_to <= account.valid_from:
        raise InvalidInput("valid_to", "The end must come after the beginning.")
    if account.authority_id is not None:
        await authorities.get(session, region_id, AuthorityId(account.authority_id))
    await official_accounts.register(session, region_id, account, now=now)
