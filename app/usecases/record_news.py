"""Writes what happened to incidents into their logs, and what follows from it into their turns and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.event import Event, Facts
from app.domain.incident import IncidentId
from app.domain.operator import OperatorId
from app.domain.turn import Turn
from app.storage import records
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts of an incident and the turns that follow from them."""

    facts: Facts
    turns: tuple[Turn, ...]


async def record_news(
    session: AsyncSession,
    region_id: RegionId,
    standing: Mapping[IncidentId, Standing],
    recorded: Sequence[tuple[IncidentId, Event]],
    *,
    now: datetime,
    actor_id: OperatorId | None = None,
) -> None:
    """Appends events and rewrites the turns and answers of the incidents as they stand now."""
    await records.record(
        session,
        region_id,
        recorded,
        turns_now={key: one.turns for key, one in standing.items()},
        answers_now={key: list(one.facts.answers.values()) for key, one in standing.items()},
        now=now,
        actor_id=actor_id,
    )
