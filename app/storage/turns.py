"""Turns and answers as projections of the facts: rewritten whenever a conversation's facts change."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.incident import IncidentId
from app.domain.turn import Stop, Turn
from app.storage.columns import document_of, names_of, rows_from
from app.storage.regions import RegionId

COLUMNS = (
    ("incident_id", "bigint"),
    ("number", "smallint"),
    ("question_id", "bigint"),
    ("started_at", "timestamptz"),
    ("collected_at", "timestamptz"),
    ("urgent", "bool"),
    ("repeats", "int"),
    ("due_at", "timestamptz"),
    ("acked_at", "timestamptz"),
    ("moved_to_private_at", "timestamptz"),
    ("first_answered_at", "timestamptz"),
    ("first_answer_id", "bigint"),
    ("first_answer_class", "text"),
    ("substantive_at", "timestamptz"),
    ("substantive_id", "bigint"),
    ("substantive_class", "text"),
    ("substantive_due_at", "timestamptz"),
    ("policy_id", "bigint"),
    ("withdrawn_at", "timestamptz"),
    ("dismissed", "bool"),
    ("no_reply_at", "timestamptz"),
    ("flags", "text"),
)
NAMES = names_of(COLUMNS[:-1])
TURNED = rows_from("turns", COLUMNS)


def upsert_from(rows: str) -> str:
    """The statement that writes turns given as rows `t` over those of the same numbers."""
    return (
        f"INSERT INTO turns (region_id, {NAMES}, flags) SELECT :region, {NAMES}, string_to_array(flags, ' ') FROM {rows}"
        " ON CONFLICT (region_id, incident_id, number) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name, _ in COLUMNS[2:])
    )


UPSERT = text(upsert_from(TURNED))


def upserted(turns: Mapping[IncidentId, Sequence[Turn]]) -> dict[str, object]:
    """The parameters of the statement beside the region."""
    rows = ((incident_id, *_row(turn)) for incident_id, of_incident in turns.items() for turn in of_incident)
    return {"turns": document_of(COLUMNS, rows)}


async def save_turns(session: AsyncSession, region_id: RegionId, turns: Mapping[IncidentId, Sequence[Turn]]) -> None:
    """Writes the turns of incidents over those of the same numbers."""
    await session.execute(UPSERT, {"region": region_id} | upserted(turns))


async def drop_turns_beyond(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, count: int) -> None:
    """Removes turns that the facts no longer show."""
    await session.execute(
        text("DELETE FROM turns WHERE region_id = :region AND incident_id = :incident AND number > :count"),
        {"region": region_id, "incident": incident_id, "count": count},
    )


def as_row(turn: Turn) -> dict[str, object]:
    """A turn by column name, as it is stored."""
    return dict(zip((name for name, _ in COLUMNS[1:]), _row(turn), strict=True)) | {"flags": sorted(turn.flags)}


async def rows_of(
    session: AsyncSession, region_id: RegionId, incident_ids: Collection[IncidentId]
) -> dict[IncidentId, list[dict[str, object]]]:
    """The stored turns of incidents, oldest first, by column name."""
    rows = await session.execute(
        text(f"SELECT {NAMES}, flags FROM turns WHERE region_id = :region AND incident_id = ANY(:ids) ORDER BY incident_id, number"),
        {"region": region_id, "ids": list(incident_ids)},
    )
    found: dict[IncidentId, list[dict[str, object]]] = defaultdict(list)
    for row in rows.mappings():
        found[IncidentId(row["incident_id"])].append(dict(row))
    return found


def _row(turn: Turn) -> tuple[object, ...]:
    return (
        turn.number,
        turn.question_id,
        turn.started_at,
        turn.collected_at,
        turn.urgent,
        turn.repeats,
        turn.due_at,
        turn.acked_at,
        turn.moved_to_private_at,
        *_stop(turn.first),
        *_stop(turn.substantive),
        turn.substantive_due_at,
        turn.policy_id,
        turn.withdrawn_at,
        turn.dismissed,
        turn.no_reply_at,
        " ".join(sorted(turn.flags)),
    )


def _stop(stop: Stop | None) -> tuple[object, object, object]:
    return (None, None, None) if stop is None else (stop.at, stop.message_id, stop.answer_class.value)
