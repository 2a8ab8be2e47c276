"""Turns and answers as projections of the facts: rewritten whenever a conversation's facts change."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.answer import Answer
from app.domain.incident import IncidentId
from app.domain.turn import Stop, Turn
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
    ("withdrawn_at", "timestamptz"),
    ("dismissed", "bool"),
)
NAMES = ", ".join(name for name, _ in COLUMNS)
UPSERT = text(
    f"INSERT INTO turns (region_id, {NAMES}, flags)"
    f" SELECT :region, {NAMES}, string_to_array(flags, ' ') FROM unnest("
    + ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in COLUMNS)
    + f", CAST(:flags AS text[])) AS t({NAMES}, flags) ON CONFLICT (region_id, incident_id, number) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name, _ in COLUMNS[2:])
    + ", flags = excluded.flags"
)


async def save_turns(session: AsyncSession, region_id: RegionId, turns: Mapping[IncidentId, Sequence[Turn]]) -> None:
    """Writes the turns of incidents; a turn that the facts no longer show is removed."""
    rows = [(incident_id, *_row(turn)) for incident_id, of_incident in turns.items() for turn in of_incident]
    columns = list(zip(*rows, strict=True))
    await session.execute(
        UPSERT, {"region": region_id, **{name: list(column) for name, column in zip([*NAMES.split(", "), "flags"], columns, strict=True)}}
    )


async def drop_turns_beyond(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, count: int) -> None:
    """Removes turns that the facts no longer show."""
    await session.execute(
        text("DELETE FROM turns WHERE region_id = :region AND incident_id = :incident AND number > :count"),
        {"region": region_id, "incident": incident_id, "count": count},
    )


def as_row(turn: Turn) -> dict[str, object]:
    """A turn by column name, as it is stored."""
    names = [name for name, _ in COLUMNS[1:]]
    return dict(zip([*names, "flags"], _row(turn), strict=True)) | {"flags": sorted(turn.flags)}


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
        turn.withdrawn_at,
        turn.dismissed,
        " ".join(sorted(turn.flags)),
    )


def _stop(stop: Stop | None) -> tuple[object, object, object]:
    return (None, None, None) if stop is None else (stop.at, stop.message_id, stop.answer_class.value)


async def save_answers(session: AsyncSession, region_id: RegionId, answers: Mapping[IncidentId, Sequence[Answer]]) -> None:
    """Writes the answers bound to incidents, each with the class of its first version that counts for most."""
    pairs = [(incident_id, answer) for incident_id, of_incident in answers.items() for answer in of_incident]
    if not pairs:
        return
    await session.execute(
        text(
            "INSERT INTO answers (region_id, incident_id, message_id, account, authority_id, bound_by, answer_class, rule, published_at,"
            " deleted_at) SELECT :region, t.* FROM unnest(CAST(:incidents AS bigint[]), CAST(:messages AS bigint[]),"
            " CAST(:accounts AS text[]), CAST(:authorities AS bigint[]), CAST(:bounds AS text[]), CAST(:classes AS text[]),"
            " CAST(:rules AS text[]), CAST(:published AS timestamptz[]), CAST(:deleted AS timestamptz[])) AS t"
            " ON CONFLICT (region_id, incident_id, message_id) DO UPDATE SET answer_class = excluded.answer_class, rule = excluded.rule,"
            " deleted_at = excluded.deleted_at, authority_id = excluded.authority_id, bound_by = excluded.bound_by"
        ),
        {
            "region": region_id,
            "incidents": [incident_id for incident_id, _ in pairs],
            "messages": [answer.message_id for _, answer in pairs],
            "accounts": [answer.account for _, answer in pairs],
            "authorities": [answer.authority_id for _, answer in pairs],
            "bounds": [answer.bound_by.value for _, answer in pairs],
            "classes": [answer.versions[-1].answer_class.value for _, answer in pairs],
            "rules": [answer.versions[-1].rule for _, answer in pairs],
            "published": [answer.published_at for _, answer in pairs],
            "deleted": [None if answer.gone is None else answer.gone.deleted_at for _, answer in pairs],
        },
    )
