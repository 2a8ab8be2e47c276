"""Territories as a filter offers them, and what lies in one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.territory import Entry, EntryId
from app.storage import gazetteer
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class Branch:
    """A territory and how deep it lies."""

    id: EntryId
    name: str
    depth: int


def tree_of(entries: Sequence[Entry]) -> list[Branch]:
    """Territories and settlements, each under the one that it lies in, in the order of their names."""
    children: dict[EntryId | None, list[Entry]] = {}
    known = {one.id for one in entries}
    for one in entries:
        children.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)

    def walk(parent: EntryId | None, depth: int) -> Iterator[Branch]:
        for one in sorted(children.get(parent, ()), key=lambda entry: (entry.name.casefold(), entry.id)):
            yield Branch(one.id, f"{one.type} {one.name}".strip(), depth)
            yield from walk(one.id, depth + 1)

    return list(walk(None, 0))


async def territory_ids(session: AsyncSession, region_id: RegionId, territory_id: EntryId | None) -> tuple[EntryId, ...]:
    """A territory with all that lies in it; of one that there is not, nothing is counted."""
    if territory_id is None:
        return ()
    return tuple(await gazetteer.within(session, region_id, territory_id)) or (territory_id,)
