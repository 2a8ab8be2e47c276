"""Many incidents at once, made by the database itself and the same for the same number of rows.

One in five waits. Everything that is drawn is a hash of the row's number, so no run depends on another.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import partitions
from app.storage.engine import Database
from app.storage.regions import RegionId

AUTHORITIES = 50
SOURCES = 200
PERIOD = timedelta(days=360)
STEPS = (
    "INSERT INTO authorities (region_id, name) SELECT :region, 'Орган ' || g FROM generate_series(1, CAST(:authorities AS int)) g",
    "INSERT INTO sources (region_id, network, external_id, name, url, official, status, monitored_since, created_at)"
    " SELECT :region, 'vk', (-g)::text, 'Страница ' || g, 'https://vk.com/club' || g, true, 'active', CAST(:start AS timestamptz),"
    " CAST(:start AS timestamptz) FROM generate_series(1, CAST(:sources AS int)) g",
    "INSERT INTO poll_states (source_id, next_poll_at) SELECT id, CAST(:now AS timestamptz) FROM sources",
    "CREATE FUNCTION pg_temp.draw(number bigint, kind int, sides int) RETURNS int IMMUTABLE PARALLEL SAFE LANGUAGE sql"
    " AS 'SELECT mod(hashint8extended(number, kind) & 4294967295, sides)::int'",
    "CREATE TEMP TABLE crowd AS SELECT g AS id, pg_temp.draw(g, 1, 100) < 20 AS waits, 1 + pg_temp.draw(g, 2, :sources) AS source_id,"
    " 1 + pg_temp.draw(g, 3, :authorities) AS authority_id, pg_temp.draw(g, 4, 25) AS topic, pg_temp.draw(g, 5, 10) AS fate,"
    " CAST(:start AS timestamptz) + CAST(:period AS interval) * (g::float8 / CAST(:rows AS int)) AS at,"
    " 'Обращение ' || g || ': ' || (ARRAY['нет отопления', 'яма на дороге', 'не горит фонарь', 'не вывозят мусор', 'нет горячей воды',"
    " 'сломан лифт', 'гололёд у школы', 'автобус не пришёл'])[1 + pg_temp.draw(g, 6, 8)] || ', дом ' || pg_temp.draw(g, 7, 200) AS body"
    " FROM generate_series(1, CAST(:rows AS int)) g",
    "INSERT INTO messages (region_id, month, id, source_id, post_id, comment_id, url, author_id, author_name, official, text, attachments,"
    " mentions, published_at, collected_at, version, version_seen_at, kind, confidence, topic, urgent, model, asks)"
    " OVERRIDING SYSTEM VALUE SELECT :region, date_trunc('month', at)::date, id, source_id, id::text, '1',"
    " 'https://vk.com/wall-' || source_id || '_' || id || '?reply=1', id::text, 'Житель ' || id, false, body, '{}', '{}', at,"
    " at + interval '1 minute', 1, at + interval '1 minute', 'complaint', 0.9, 'topic ' || topic, false, 'bench', true FROM crowd",
    "INSERT INTO incidents (region_id, id, status, kind, topic, urgent, confidence, source_id, month, post_id, author_id, message_id,"
    " text, authority_id, policy_id, monitored_since, published_at, collected_at, opened_at, first_answer_due_at, first_answered_at,"
    " first_answer_class, waiting, queue_at, breached_at, version) OVERRIDING SYSTEM VALUE SELECT :region, id,"
    " CASE WHEN waits THEN (ARRAY['new', 'new', 'new', 'new', 'new', 'assigned', 'assigned', 'in_progress', 'in_progress',"
    " 'in_progress'])[1 + fate] ELSE (ARRAY['answered', 'answered', 'answered', 'answered', 'answered', 'answered', 'closed', 'closed',"
    " 'closed', 'rejected'])[1 + fate] END, CASE WHEN fate < 7 THEN 'complaint' ELSE 'question' END, 'topic ' || topic, false, 0.9,"
    " source_id, date_trunc('month', at)::date, id::text, id::text, id, body, authority_id, (SELECT max(id) FROM policies),"
    " CAST(:start AS timestamptz), at, at + interval '1 minute', at + interval '1 minute', at + interval '24 hours',"
    " CASE WHEN waits THEN NULL ELSE at + interval '5 hours' END, CASE WHEN waits THEN NULL ELSE 'substantive' END, waits,"
    " at + interval '24 hours', CASE WHEN at + interval '25 hours' < CAST(:now AS timestamptz) THEN at + interval '24 hours' END, 1"
    " FROM crowd",
    "INSERT INTO turns (region_id, incident_id, number, question_id, started_at, collected_at, urgent, repeats, due_at, first_answered_at,"
    " first_answer_id, first_answer_class, dismissed, flags) SELECT region_id, id, 1, message_id, published_at, collected_at, urgent, 0,"
    " first_answer_due_at, first_answered_at, CASE WHEN waiting THEN NULL ELSE 0 END, first_answer_class, status = 'rejected', '{}'"
    " FROM incidents",
    "DROP TABLE crowd",
)


async def fill(database: Database, region_id: RegionId, *, rows: int, now: datetime) -> None:
    """Fills an empty region with `rows` incidents of the last 360 days, and takes statistics as autovacuum would."""
    start = now - PERIOD
    async with database.write() as session:
        for days in range(0, PERIOD.days + 31, 15):
            await partitions.ensure_month(session, partitions.month_of(start + timedelta(days=days)))
    given = {
        "region": region_id,
        "rows": rows,
        "authorities": AUTHORITIES,
        "sources": SOURCES,
        "start": start,
        "period": PERIOD,
        "now": now,
    }
    async with database.engine.connect() as connection:
        for step in STEPS:
            await connection.execute(text(step), {name: value for name, value in given.items() if f":{name}" in step})
        await connection.commit()
        await _settle(connection)


async def _settle(connection: AsyncConnection) -> None:
    alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
    for table in ("incidents", "turns", "messages", "sources", "authorities"):
        await alone.execute(text(f"VACUUM ANALYZE {table}"))
