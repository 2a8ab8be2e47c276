"""What uncertain networks let our keys do, as they were last asked."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

Probes = Mapping[str, Mapping[str, str]]
"""Results by network and capability."""


async def save(session: AsyncSession, network: str, found: Mapping[str, str], *, now: datetime) -> None:
    """Puts the results of a probe in the place of the last one's."""
    await session.execute(text("DELETE FROM network_probes WHERE network = :network"), {"network": network})
    await session.execute(
        text(
            "INSERT INTO network_probes (network, capability, result, probed_at) SELECT :network, capability, result, :now"
            " FROM unnest(CAST(:capabilities AS text[]), CAST(:results AS text[])) AS t(capability, result)"
            " ON CONFLICT (network, capability) DO UPDATE SET result = excluded.result, probed_at = excluded.probed_at"
        ),
        {"network": network, "now": now, "capabilities": list(found), "results": list(found.values())},
    )


async def fresh(session: AsyncSession, *, since: datetime) -> set[str]:
    """Networks that were probed since the given moment."""
    rows = await session.execute(text("SELECT DISTINCT network FROM network_probes WHERE probed_at >= :since"), {"since": since})
    return {row.network for row in rows}


async def read_all(session: AsyncSession) -> Probes:
    """The last results of every network."""
    found: dict[str, dict[str, str]] = {}
    for row in await session.execute(text("SELECT network, capability, result FROM network_probes ORDER BY network, capability")):
        found.setdefault(row.network, {})[row.capability] = row.result
    return found
