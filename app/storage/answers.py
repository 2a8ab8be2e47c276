"""Answers bound to incidents, as a projection of the facts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.answer import STOPS_FIRST, Answer, AnswerClass, BoundBy
from app.domain.incident import IncidentId
from app.domain.message import MessageId
from app.storage.columns import document_of, names_of, rows_from
from app.storage.messages import ThreadKey
from app.storage.regions import RegionId
from connectors.sdk.contract import DIRECT_DIALOGUE

COLUMNS = (
    ("incident_id", "bigint"),
    ("message_id", "bigint"),
    ("account", "text"),
    ("authority_id", "bigint"),
    ("bound_by", "text"),
    ("answer_class", "text"),
    ("rule", "text"),
    ("published_at", "timestamptz"),
    ("deleted_at", "timestamptz"),
)
ANSWERED = rows_from("answers", COLUMNS)


def upsert_from(rows: str) -> str:
    """The statement that writes answers given as rows `t` over those of the same messages."""
    return (
        f"INSERT INTO answers (region_id, {names_of(COLUMNS)}) SELECT :region, {names_of(COLUMNS)} FROM {rows}"
        " ON CONFLICT (region_id, incident_id, message_id) DO UPDATE SET answer_class = excluded.answer_class, rule = excluded.rule,"
        " deleted_at = excluded.deleted_at, authority_id = excluded.authority_id, bound_by = excluded.bound_by"
    )


def upserted(answers: Mapping[IncidentId, Sequence[Answer]]) -> dict[str, object]:
    """The parameters of the statement beside the region; each answer has the class of its first version that counts for most."""
    return {"answers": document_of(COLUMNS, (_row(key, answer) for key, of_incident in answers.items() for answer in of_incident))}


def _row(incident_id: IncidentId, answer: Answer) -> tuple[object, ...]:
    newest = answer.versions[-1]
    return (
        incident_id,
        answer.message_id,
        answer.account,
        answer.authority_id,
        answer.bound_by.value,
        newest.answer_class.value,
        newest.rule,
        answer.published_at,
        None if answer.gone is None else answer.gone.deleted_at,
    )


async def drop(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, message_ids: Collection[MessageId]) -> None:
    """Takes messages that are bound to an incident no more out of its answers."""
    if message_ids:
        await session.execute(
            text("DELETE FROM answers WHERE region_id = :region AND incident_id = :incident AND message_id = ANY(:ids)"),
            {"region": region_id, "incident": incident_id, "ids": list(message_ids)},
        )


async def linked_residents(session: AsyncSession, thread: ThreadKey, message_ids: Collection[MessageId]) -> set[str]:
    """Whose incidents in the thread an operator linked any of the messages to."""
    if not message_ids:
        return set()
    found = await session.scalars(
        text(
            "SELECT i.author_id FROM incidents i JOIN answers b ON b.region_id = i.region_id AND b.incident_id = i.id"
            " WHERE i.region_id = :region AND i.source_id = :source AND i.post_id = :post AND b.bound_by = :operator"
            " AND b.message_id = ANY(:ids)"
        ),
        {
            "region": thread.region_id,
            "source": thread.source_id,
            "post": thread.post_id,
            "operator": BoundBy.OPERATOR.value,
            "ids": list(message_ids),
        },
    )
    return set(found)


@dataclass(frozen=True, slots=True)
class SaidAnswer:
    """An official text that stands on a page or in a private dialogue, and to which incident it was said."""

    incident_id: IncidentId
    text: str
    url: str | None
    answer_class: AnswerClass
    published_at: datetime
    is_private: bool


async def newest_said(session: AsyncSession, region_id: RegionId, incident_ids: Collection[IncidentId]) -> SaidAnswer | None:
    """The newest answer that counts as a first one and still stands, to any of the incidents or to what was merged into them."""
    row = (
        await session.execute(
            text(
                f"SELECT b.incident_id, m.text, m.url, b.answer_class, b.published_at, m.post_id LIKE '{DIRECT_DIALOGUE}%' FROM incidents i"
                " JOIN answers b ON b.region_id = i.region_id AND b.incident_id = i.id"
                " JOIN messages m ON m.region_id = i.region_id AND m.month = i.month AND m.id = b.message_id"
                " WHERE i.region_id = :region AND (i.id = ANY(:ids) OR i.parent_id = ANY(:ids)) AND b.answer_class = ANY(:classes)"
                " AND b.deleted_at IS NULL AND m.text <> '' ORDER BY b.published_at DESC, m.id DESC LIMIT 1"
            ),
            {"region": region_id, "ids": list(incident_ids), "classes": [one.value for one in STOPS_FIRST]},
        )
    ).one_or_none()
    return None if row is None else SaidAnswer(IncidentId(row[0]), row[1], row[2], AnswerClass(row[3]), *row[4:])
