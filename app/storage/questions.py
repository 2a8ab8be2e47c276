"""The questions behind the figures, one by one, those included that no figure counts."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.regions import RegionId
from app.storage.sources import REAL_PAGE
from app.storage.statistics import ENDS, Answered


@dataclass(frozen=True, slots=True)
class Question:
    """A question with all that its place in the figures depends on; `incident_id` and `number` are its name."""

    incident_id: int
    number: int
    source: str
    authority: str | None
    topic: str | None
    territory: str | None
    started_at: datetime
    collected_at: datetime
    due_at: datetime | None
    first_answered_at: datetime | None
    first_answer_class: str | None
    first_retracted: bool
    substantive_at: datetime | None
    substantive_retracted: bool
    withdrawn_at: datetime | None
    no_reply_at: datetime | None
    dismissed: bool


FIELDS = (
    "t.incident_id, t.number, s.name, a.name, i.topic, btrim(g.type || ' ' || g.name), t.started_at, t.collected_at, t.due_at,"
    f" t.first_answered_at, t.first_answer_class, {ENDS[Answered.FIRST][1]}, t.substantive_at, {ENDS[Answered.SUBSTANTIVE][1]},"
    " t.withdrawn_at, t.no_reply_at, t.dismissed"
)
NEXT = text(
    f"SELECT {FIELDS} FROM turns t JOIN incidents i ON i.region_id = t.region_id AND i.id = t.incident_id"
    " JOIN sources s ON s.id = i.source_id"
    " LEFT JOIN authorities a ON a.id = i.authority_id"
    " LEFT JOIN gazetteer_entries g ON g.region_id = i.region_id AND g.id = i.territory_id"
    " WHERE t.region_id = :region AND t.started_at >= :at AND t.started_at < :until"
    f" AND (t.started_at, t.incident_id, t.number) > (:at, :incident, :number) AND i.source_id {REAL_PAGE}"
    " ORDER BY t.started_at, t.incident_id, t.number LIMIT :size"
)


async def walk(
    session: AsyncSession, region_id: RegionId, *, since: datetime, until: datetime, size: int
) -> AsyncIterator[Sequence[Question]]:
    """Those put in `since <= t < until`, oldest first, so many at a time."""
    after: tuple[datetime, int, int] = (since, 0, 0)
    while True:
        place = dict(zip(("at", "incident", "number"), after, strict=True))
        rows = await session.execute(NEXT, {"region": region_id, "until": until, "size": size} | place)
        found = [Question(*row) for row in rows]
        if found:
            yield found
        if len(found) < size:
            return
        last = found[-1]
        after = (last.started_at, last.incident_id, last.number)
