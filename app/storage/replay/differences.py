"""What a replay made otherwise than what is stored."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.storage.replay.evidence import IN_WINDOW, Window
from app.storage.replay.schemas import FIRST_ID


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: of what (`payload`, `message`, `verdict`, `clock`), where it stands, and what of it is how."""

    about: str
    place: str
    what: str
    stored: str | None = None
    replayed: str | None = None


MESSAGE_PLACE = "concat_ws('/', p.url, coalesce(s.post_id, r.post_id), nullif(coalesce(s.comment_id, r.comment_id), ''))"
GAPS = (
    "gaps AS (SELECT DISTINCT m.source_id, m.post_id FROM {own}.messages m WHERE m.region_id = :region AND m.collected_at >= :start"
    " AND m.collected_at < :end AND (m.erased_at IS NOT NULL OR NOT EXISTS (SELECT FROM {own}.raw_payloads p"
    " WHERE p.region_id = :region AND p.id = m.raw_id AND p.request IS NOT NULL)"
    " OR EXISTS (SELECT FROM {made}.unreadable_payloads u WHERE u.id = m.raw_id)))"
)
PAIRS = (
    "pairs AS (SELECT {place} AS place, s.id AS stored_id, r.id AS made_id, s.text AS stored_text, r.text AS made_text,"
    " s.published_at AS stored_at, r.published_at AS made_at, s.kind AS stored_kind, r.kind AS made_kind, s.topic AS stored_topic,"
    " r.topic AS made_topic, s.urgent AS stored_urgent, r.urgent AS made_urgent, s.deleted_at IS NOT NULL AS stored_gone,"
    " r.deleted_at IS NOT NULL AS made_gone,"
    " s.version_seen_at < :end AND coalesce(s.deleted_at < :end, true) AS settled"
    " FROM (SELECT * FROM {own}.messages WHERE region_id = :region AND (CAST(:source AS bigint) IS NULL OR source_id = :source)"
    " AND collected_at >= :start AND collected_at < :end) s FULL JOIN (SELECT * FROM {made}.messages WHERE id >= {first}) r"
    " ON s.source_id = r.source_id AND s.month = r.month AND s.post_id = r.post_id AND s.comment_id = r.comment_id"
    " JOIN {own}.sources p ON p.id = coalesce(s.source_id, r.source_id)"
    " WHERE s.erased_at IS NULL AND (r.id IS NOT NULL OR NOT EXISTS"
    " (SELECT FROM gaps g WHERE g.source_id = s.source_id AND g.post_id = s.post_id)))"
)
DIFFERENT = (
    "SELECT {about!r} AS about, place, d.what, d.stored, d.made FROM {pairs} CROSS JOIN LATERAL (VALUES {fields})"
    " AS d(what, stored, made, is_other) WHERE d.is_other"
)
"""One row for each field of a pair that is other than stored."""
MESSAGES = (
    "WITH {gaps}, {pairs}, met AS (SELECT * FROM pairs WHERE stored_id IS NOT NULL AND made_id IS NOT NULL AND settled)"
    " SELECT 'message' AS about, place, CASE WHEN made_id IS NULL THEN 'missing' ELSE 'extra' END AS what, NULL AS stored, NULL AS made"
    " FROM pairs WHERE made_id IS NULL OR stored_id IS NULL UNION ALL "
    + DIFFERENT.format(
        about="message",
        pairs="met",
        fields="('text', NULL, NULL, stored_text IS DISTINCT FROM made_text),"
        " ('published_at', CAST(stored_at AS text), CAST(made_at AS text), stored_at <> made_at),"
        " ('deleted', CAST(stored_gone AS text), CAST(made_gone AS text), stored_gone <> made_gone)",
    )
    + " UNION ALL "
    + DIFFERENT.format(
        about="verdict",
        pairs="(SELECT * FROM met WHERE stored_text IS NOT DISTINCT FROM made_text) AS same",
        fields="('kind', stored_kind, made_kind, stored_kind IS DISTINCT FROM made_kind),"
        " ('topic', stored_topic, made_topic, stored_topic IS DISTINCT FROM made_topic),"
        " ('urgent', CAST(stored_urgent AS text), CAST(made_urgent AS text), stored_urgent <> made_urgent)",
    )
)
COMPARABLE = (
    "stored_ones AS (SELECT * FROM {own}.incidents i WHERE region_id = :region AND opened_at >= :start AND opened_at < :end"
    " AND (CAST(:source AS bigint) IS NULL OR source_id = :source) AND NOT EXISTS (SELECT FROM {own}.incident_events e"
    " WHERE e.region_id = i.region_id AND e.incident_id = i.id AND e.recorded_at >= :end)"
    " AND NOT EXISTS (SELECT FROM gaps g WHERE g.source_id = i.source_id AND g.post_id = i.post_id)),"
    " made_ones AS (SELECT * FROM {made}.incidents i WHERE NOT EXISTS (SELECT FROM {own}.incidents o WHERE o.region_id = i.region_id"
    " AND o.source_id = i.source_id AND o.post_id = i.post_id AND o.author_id = i.author_id AND o.id NOT IN (SELECT id FROM stored_ones))"
    " AND NOT EXISTS (SELECT FROM gaps g WHERE g.source_id = i.source_id AND g.post_id = i.post_id)),"
    " both_ones AS (SELECT s.id AS stored_id, r.id AS made_id, s.status AS stored_status, r.status AS made_status,"
    " concat_ws('/', p.url, coalesce(s.post_id, r.post_id), coalesce('incident ' || s.id, 'a new incident')) AS place"
    " FROM stored_ones s FULL JOIN made_ones r ON s.source_id = r.source_id AND s.post_id = r.post_id AND s.author_id = r.author_id"
    " JOIN {own}.sources p ON p.id = coalesce(s.source_id, r.source_id))"
)
TURN = (
    *("started_at", "due_at", "first_answered_at", "first_answer_class", "substantive_due_at", "urgent", "withdrawn_at", "dismissed"),
    "no_reply_at",
)
CLOCKS = (
    "WITH {gaps}, {comparable}, told AS (SELECT place, t.* FROM both_ones JOIN {own}.turns t ON t.region_id = :region"
    " AND t.incident_id = stored_id WHERE made_id IS NOT NULL), found AS (SELECT place, t.* FROM both_ones JOIN {made}.turns t"
    " ON t.region_id = :region AND t.incident_id = made_id WHERE stored_id IS NOT NULL),"
    " turn_pairs AS (SELECT coalesce(a.place, b.place) || ' turn ' || coalesce(a.number, b.number) AS place, "
    + ", ".join(f"a.{name} AS stored_{name}, b.{name} AS made_{name}" for name in TURN)
    + " FROM told a FULL JOIN found b ON a.place = b.place AND a.number = b.number)"
    " SELECT 'clock' AS about, place, CASE WHEN made_id IS NULL THEN 'missing' ELSE 'extra' END AS what, NULL AS stored, NULL AS made"
    " FROM both_ones WHERE made_id IS NULL OR stored_id IS NULL"
    " UNION ALL SELECT 'clock', place, 'status', stored_status, made_status FROM both_ones WHERE stored_status <> made_status UNION ALL "
    + DIFFERENT.format(
        about="clock",
        pairs="turn_pairs",
        fields=", ".join(
            f"('{name}', CAST(stored_{name} AS text), CAST(made_{name} AS text), stored_{name} IS DISTINCT FROM made_{name})"
            for name in TURN
        ),
    )
)
UNREADABLE = (
    "SELECT 'payload' AS about, p.method || ' ' || p.id AS place, u.reason AS what, NULL AS stored, NULL AS made"
    " FROM {made}.unreadable_payloads u JOIN {own}.raw_payloads p ON p.region_id = :region AND p.id = u.id WHERE u.reason <> ''"
)
EXCUSED = (
    "WITH {gaps} SELECT count(*) FROM {own}.messages m JOIN gaps g ON g.source_id = m.source_id AND g.post_id = m.post_id"
    " WHERE m.region_id = :region AND m.collected_at >= :start AND m.collected_at < :end"
)


def _written(query: str, own: str, made: str) -> str:
    names = {"own": own, "made": made, "first": FIRST_ID}
    parts = {"gaps": GAPS, "pairs": PAIRS.replace("{place}", MESSAGE_PLACE), "comparable": COMPARABLE}
    return query.format(**names, **{name: part.format(**names) for name, part in parts.items()})


async def found(session: AsyncSession, window: Window, *, own: str, made: str) -> AsyncIterator[Difference]:
    """Everything that differs, row by row: answers that cannot be read, messages and their verdicts, clocks."""
    for query in (UNREADABLE, MESSAGES, CLOCKS):
        rows = await session.stream(text(f"{_written(query, own, made)} ORDER BY place, what"), window.parameters())
        async for row in rows:
            yield Difference(*row)


async def erased(session: AsyncSession, window: Window, *, own: str) -> int:
    """Messages of the window of which only the place and the moments are left."""
    query = f"SELECT count(*) FROM {own}.messages WHERE {IN_WINDOW} AND erased_at IS NOT NULL"
    return int(await session.scalar(text(query), window.parameters()) or 0)


async def excused(session: AsyncSession, window: Window, *, own: str, made: str) -> int:
    """Messages of the window that were not compared: answers about their threads cannot be read again, or people were erased there."""
    return int(await session.scalar(text(_written(EXCUSED, own, made)), window.parameters()) or 0)
