"""What people said of verdicts, append-only: the newest word on a message counts. Roles are kept, not persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import NotFound
from app.domain.incident import IncidentId
from app.domain.message import MessageId
from app.domain.operator import Role
from app.domain.verdict import Kind
from app.domain.word import Word
from app.storage.regions import RegionId


@dataclass(frozen=True, slots=True)
class Said:
    """What stands on a message before a person speaks, and which model said so first."""

    message_id: MessageId
    kind: str | None
    topic: str | None
    urgent: bool
    model: str | None


async def said_of_incident(session: AsyncSession, region_id: RegionId, incident_id: IncidentId) -> Said:
    """What the incident is held for now; `NotFound` when there is none."""
    row = (
        await session.execute(
            text(
                "SELECT i.message_id, i.kind, i.topic, i.urgent, m.model FROM incidents i LEFT JOIN messages m"
                " ON m.region_id = i.region_id AND m.month = i.month AND m.id = i.message_id WHERE i.region_id = :region AND i.id = :id"
            ),
            {"region": region_id, "id": incident_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound("incident", incident_id)
    return Said(*row)


async def said_of_message(session: AsyncSession, region_id: RegionId, message_id: MessageId) -> Said:
    """What the message was held for; `NotFound` when there is none, or none that was judged."""
    row = (
        await session.execute(
            text("SELECT id, kind, topic, urgent, model FROM messages WHERE region_id = :region AND id = :id AND kind IS NOT NULL"),
            {"region": region_id, "id": message_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound("judged message", message_id)
    return Said(*row)


async def add(
    session: AsyncSession, region_id: RegionId, said: Said, word: Word, *, incident_id: IncidentId | None, role: Role, now: datetime
) -> None:
    """Keeps a word beside what it was said of."""
    await session.execute(
        text(
            "INSERT INTO verdict_labels (region_id, message_id, incident_id, kind, topic, urgent, said_kind, said_topic, said_urgent,"
            " model, role, at) VALUES (:region, :message, CAST(:incident AS bigint), CAST(:kind AS text), CAST(:topic AS text),"
            " CAST(:urgent AS boolean), :said_kind, :said_topic, :said_urgent, :model, :role, :now)"
        ),
        {
            "region": region_id,
            "message": said.message_id,
            "incident": incident_id,
            "kind": None if word.kind is None else word.kind.value,
            "topic": word.topic,
            "urgent": word.urgent,
            "said_kind": said.kind,
            "said_topic": said.topic,
            "said_urgent": said.urgent,
            "model": said.model,
            "role": role.value,
            "now": now,
        },
    )


async def write_on_incident(session: AsyncSession, region_id: RegionId, incident_id: IncidentId, said: Said, word: Word) -> None:
    """Holds the incident, and its message's urgency, for what the person said; confidence is nobody's any more."""
    given = {
        "region": region_id,
        "incident": incident_id,
        "message": said.message_id,
        "kind": None if word.kind is None else word.kind.value,
        "topic": word.topic,
        "urgent": word.urgent,
    }
    await session.execute(
        text(
            "UPDATE incidents SET kind = coalesce(CAST(:kind AS text), kind), topic = coalesce(CAST(:topic AS text), topic),"
            " urgent = coalesce(CAST(:urgent AS boolean), urgent),"
            " confidence = CASE WHEN CAST(:kind AS text) IS NULL THEN confidence ELSE 1 END"
            " WHERE region_id = :region AND id = :incident"
        ),
        given,
    )
    if word.urgent is not None:
        query = "UPDATE messages SET urgent = :urgent WHERE region_id = :region AND id = :message"
        await session.execute(text(query), {name: given[name] for name in ("region", "message", "urgent")})


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A message in its context with the newest word on each matter; `authority` is the body that people handed it to."""

    text: str
    post: str | None
    reply_to: str | None
    kind: Kind | None
    topic: str | None
    urgent: bool | None
    authority: str | None


SAME_THREAD = "{0}.region_id = m.region_id AND {0}.month = m.month AND {0}.source_id = m.source_id AND {0}.post_id = m.post_id"


async def texts(session: AsyncSession, region_id: RegionId) -> Sequence[LabelledText]:
    """Every message that a person said something of: a kind, a topic or urgency, or to whom it was handed."""
    rows = await session.execute(
        text(
            "WITH words AS (SELECT message_id, (array_agg(kind ORDER BY id DESC) FILTER (WHERE kind IS NOT NULL))[1] AS kind,"
            " (array_agg(topic ORDER BY id DESC) FILTER (WHERE topic IS NOT NULL))[1] AS topic,"
            " (array_agg(urgent ORDER BY id DESC) FILTER (WHERE urgent IS NOT NULL))[1] AS urgent FROM verdict_labels"
            " WHERE region_id = :region GROUP BY message_id),"
            " handed AS (SELECT DISTINCT ON (e.incident_id) i.message_id, a.name FROM incident_events e"
            " JOIN incidents i ON i.region_id = e.region_id AND i.id = e.incident_id"
            " JOIN authorities a ON a.id = CAST(e.data->>'authority_id' AS bigint)"
            " WHERE e.region_id = :region AND e.type = 'assigned' AND e.actor_id IS NOT NULL AND e.data->>'authority_id' IS NOT NULL"
            " ORDER BY e.incident_id, e.id DESC)"
            " SELECT m.text, p.text AS post, r.text AS reply_to, w.kind, w.topic, w.urgent, h.name AS authority"
            " FROM words w FULL JOIN handed h ON h.message_id = w.message_id"
            " JOIN messages m ON m.region_id = :region AND m.id = coalesce(w.message_id, h.message_id)"
            f" LEFT JOIN messages p ON m.comment_id <> '' AND {SAME_THREAD.format('p')} AND p.comment_id = ''"
            f" LEFT JOIN messages r ON {SAME_THREAD.format('r')} AND r.comment_id = m.reply_to_id"
            " WHERE m.text IS NOT NULL AND m.text <> '' ORDER BY m.id"
        ),
        {"region": region_id},
    )
    return [
        LabelledText(row.text, row.post, row.reply_to, None if row.kind is None else Kind(row.kind), row.topic, row.urgent, row.authority)
        for row in rows
    ]
