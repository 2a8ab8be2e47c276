"""Official accounts with their dates of validity."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import AuthorityId, OfficialAccount
from app.storage.regions import RegionId


async def register(session: AsyncSession, region_id: RegionId, account: OfficialAccount, *, now: datetime) -> None:
    """Adds a registration, or changes the body and the end of the one with the same beginning."""
    await session.execute(
        text(
            "INSERT INTO official_accounts (region_id, network, external_id, authority_id, valid_from, valid_to, created_at)"
            " VALUES (:region, :network, :external_id, CAST(:authority AS bigint), :from, CAST(:to AS timestamptz), :now)"
            " ON CONFLICT (region_id, network, external_id, valid_from)"
            " DO UPDATE SET authority_id = excluded.authority_id, valid_to = excluded.valid_to"
        ),
        {
            "region": region_id,
            "network": account.network,
            "external_id": account.external_id,
            "authority": account.authority_id,
            "from": account.valid_from,
            "to": account.valid_to,
            "now": now,
        },
    )


async def of_authority(session: AsyncSession, region_id: RegionId, authority_id: AuthorityId) -> Sequence[OfficialAccount]:
    """All registrations of an authority, oldest first."""
    rows = await session.execute(
        text(
            "SELECT network, external_id, authority_id, valid_from, valid_to FROM official_accounts"
            " WHERE region_id = :region AND authority_id = :authority ORDER BY valid_from, id"
        ),
        {"region": region_id, "authority": authority_id},
    )
    return [OfficialAccount(*row) for row in rows]
