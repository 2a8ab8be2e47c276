"""The bodies that are responsible for answering."""

from collections.abc import Collection, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authority import Authority, AuthorityId
from app.domain.errors import AlreadyExists, InvalidInput, NotFound
from app.storage.regions import RegionId


async def add(session: AsyncSession, region_id: RegionId, name: str) -> AuthorityId:
    """Registers a body; `AlreadyExists` when one of that name is there."""
    key = {"region": region_id, "name": name}
    found = await session.scalar(
        text("INSERT INTO authorities (region_id, name) VALUES (:region, :name) ON CONFLICT DO NOTHING RETURNING id"), key
    )
    if found is None:
        raise AlreadyExists("authority", name, existing_id=await _id_of(session, region_id, name))
    return AuthorityId(found)


async def ensure(session: AsyncSession, region_id: RegionId, name: str) -> AuthorityId:
    """The body of that name, registered if it is new."""
    found = await _id_of(session, region_id, name)
    return await add(session, region_id, name) if found is None else found


async def get(session: AsyncSession, region_id: RegionId, authority_id: AuthorityId) -> Authority:
    """A body; `NotFound` when there is none."""
    found = await session.scalar(
        text("SELECT name FROM authorities WHERE region_id = :region AND id = :id"), {"region": region_id, "id": authority_id}
    )
    if found is None:
        raise NotFound("authority", authority_id)
    return Authority(authority_id, found)


async def must_exist(session: AsyncSession, region_id: RegionId, authority_id: AuthorityId | None) -> None:
    """Raises `InvalidInput` when a request names a body that is not there."""
    if authority_id is None:
        return
    try:
        await get(session, region_id, authority_id)
    except NotFound as error:
        raise InvalidInput("authority_id", str(error)) from error


async def listed(session: AsyncSession, region_id: RegionId, *, after: AuthorityId | None, limit: int) -> Sequence[Authority]:
    """Bodies in the order of their registration, those after the given one."""
    rows = await session.execute(
        text("SELECT id, name FROM authorities WHERE region_id = :region AND id > :after ORDER BY id LIMIT :limit"),
        {"region": region_id, "after": after or 0, "limit": limit},
    )
    return [Authority(AuthorityId(row.id), row.name) for row in rows]


async def by_names(session: AsyncSession, region_id: RegionId, names: Collection[str]) -> dict[str, AuthorityId]:
    """The bodies of these names, whatever the case of their letters and how many blanks stand between; names of none are missing."""
    rows = await session.execute(
        text(
            "SELECT given.name, min(a.id) AS id FROM unnest(CAST(:names AS text[])) AS given(name) JOIN authorities a"
            " ON lower(regexp_replace(trim(a.name), '\\s+', ' ', 'g')) = lower(regexp_replace(trim(given.name), '\\s+', ' ', 'g'))"
            " WHERE a.region_id = :region GROUP BY given.name"
        ),
        {"region": region_id, "names": list(names)},
    )
    return {row.name: AuthorityId(row.id) for row in rows}


async def _id_of(session: AsyncSession, region_id: RegionId, name: str) -> AuthorityId | None:
    found = await session.scalar(
        text("SELECT id FROM authorities WHERE region_id = :region AND name = :name"), {"region": region_id, "name": name}
    )
    return None if found is None else AuthorityId(found)
