"""Taking in after a year beside taking in from nothing: the cost of a message stays flat as the history grows.

    python -m bench.history [--messages 1000000] [--comments 10000] [--rounds 3]

One database is empty; the other holds a year of the same sources, a fifth of it incidents with their logs and turns.
Each round takes new pages into the full one and the same into a fresh empty one, in turns; the first fifth warms up and is
not measured. The figure to quote is the median ratio of the times.
"""

import argparse
import asyncio
import gc
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import asyncpg
import uvloop
from sqlalchemy import text

from app.classifier.contract import Classifier
from app.classifier.model_file import load_shipped_model
from app.domain.source import Source
from app.storage import partitions, regions
from app.storage.engine import Database, create_engine
from app.storage.regions import RegionId
from app.storage.server.embedded import embedded_server
from app.storage.server.migrate import migrate
from app.usecases.judge_page import Intake
from bench.ingest_pages import SOURCES, START, make_pages, register, take_in
from bench.timing import print_table
from connectors.sdk.contract import Page

PERIOD = timedelta(days=365)
IN_THREAD = 25
"""Messages of a thread of the history: the post, every fifth a question, two answers."""
STEPS = (
    "INSERT INTO threads (region_id, source_id, post_id, month, published_at, comment_count, moved, last_moved_at, next_count_at, changes)"
    " SELECT :region, (CAST(:sources AS bigint[]))[1 + g % cardinality(CAST(:sources AS bigint[]))], g::text,"
    " date_trunc('month', at)::date, at, 24, false, at, at + interval '1 year', 1 FROM generate_series(1, CAST(:threads AS int)) AS g,"
    " LATERAL (SELECT CAST(:until AS timestamptz) - CAST(:period AS interval) * (1 - g / CAST(:threads AS float8)) AS at) AS moment",
    "INSERT INTO messages (region_id, month, source_id, post_id, comment_id, reply_to_id, url, author_id, author_name, official, text,"
    " attachments, mentions, published_at, collected_at, version, version_seen_at, kind, confidence, topic, urgent, model, asks)"
    " SELECT region_id, month, source_id, post_id, CASE WHEN place = 0 THEN '' ELSE (post_id::int * 25 + place)::text END,"
    " CASE WHEN place % 11 = 10 THEN (post_id::int * 25 + place - 1)::text END, 'https://vk.com/wall-7_' || post_id || '?reply=' || place,"
    " CASE WHEN place % 11 IN (0, 10) THEN '-7' ELSE (mod(post_id::int * 7919 + place * 104729, 200000))::text END, 'Житель',"
    " place % 11 IN (0, 10), 'Второй день нет отопления, улица Лесная, дом ' || place, '{}', '{}', at, at, 1, at,"
    " CASE WHEN place % 5 = 1 THEN 'complaint' ELSE 'other' END, 0.9, 'housing.heating', false, 'bench', place % 5 = 1"
    " FROM threads, generate_series(0, 24) AS place, LATERAL (SELECT published_at + place * interval '5 minutes' AS at) AS moment",
    "INSERT INTO incidents (region_id, status, kind, topic, urgent, confidence, source_id, month, post_id, author_id, message_id, text,"
    " policy_id, monitored_since, published_at, collected_at, opened_at, first_answer_due_at, waiting, queue_at, breached_at, version)"
    " SELECT region_id, CASE WHEN id % 5 = 0 THEN 'new' ELSE 'answered' END, kind, topic, false, confidence, source_id, month, post_id,"
    " author_id, id, text, (SELECT max(id) FROM policies), published_at, published_at, collected_at, collected_at,"
    " published_at + interval '1 day', id % 5 = 0, published_at + interval '1 day', published_at + interval '1 day', 1 FROM messages"
    " WHERE asks ON CONFLICT DO NOTHING",
    "INSERT INTO turns (region_id, incident_id, number, question_id, started_at, collected_at, urgent, repeats, due_at, dismissed, flags)"
    " SELECT region_id, id, 1, message_id, published_at, collected_at, false, 0, first_answer_due_at, false, '{}' FROM incidents",
    "INSERT INTO incident_events (region_id, incident_id, type, at, recorded_at, data)"
    " SELECT region_id, id, 'opened', opened_at, opened_at, '{\"asks\": [], \"answers\": []}' FROM incidents",
)


async def found(url: str) -> tuple[RegionId, list[Source]]:
    """Makes an empty database with the watched sources."""
    database = Database(create_engine(url))
    await migrate(database.engine)
    async with database.write() as session:
        region = await regions.ensure_region(session, "bench", now=START)
    watched = [await register(database, region, official) for official in SOURCES]
    await database.close()
    return region, watched


async def fill(url: str, region: RegionId, watched: Sequence[Source], messages: int) -> None:
    """Writes the history by SQL and takes statistics as autovacuum would. It ends among the pages that are taken in."""
    database, until = Database(create_engine(url)), START + timedelta(days=3)
    async with database.write() as session:
        for day in range(0, PERIOD.days + 31, 15):
            await partitions.ensure_month(session, partitions.month_of(until - PERIOD + timedelta(days=day)))
    await database.close()
    given: Mapping[str, object] = {
        "region": region,
        "sources": [source.id for source in watched],
        "threads": messages // IN_THREAD,
        "until": until,
        "period": PERIOD,
    }
    patient = create_engine(url, command_seconds=1800)
    async with patient.connect() as connection:
        for step in STEPS:
            await connection.execute(text(step), {name: value for name, value in given.items() if f":{name}" in step})
        await connection.commit()
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.execute(text("VACUUM ANALYZE"))
        await alone.execute(text("CHECKPOINT"))
    await patient.dispose()


async def run(url: str, region: RegionId, watched: Sequence[Source], pages: Sequence[Page], classifier: Classifier) -> float:
    """Seconds to take the pages in after the first fifth of them."""
    database = Database(create_engine(url))
    intake, warm = Intake(database, classifier, region), len(pages) // 5
    for part in (pages[:warm], pages[warm:]):
        began = perf_counter()
        async with asyncio.TaskGroup() as group:
            for source in watched:
                group.create_task(take_in(intake, source, part))
        seconds = perf_counter() - began
    await database.close()
    return seconds


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--comments", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    numbers, classifier = range(arguments.rounds), load_shipped_model()
    pages = [make_pages(arguments.comments, seed=7, first=number * 10 * arguments.comments) for number in numbers]
    gc.collect()
    gc.freeze()
    measured = sum(len(page.messages) for page in pages[0][len(pages[0]) // 5 :])
    times: dict[str, list[float]] = {"empty": [], "full": []}
    with tempfile.TemporaryDirectory() as folder, embedded_server(Path(folder)) as server:
        admin = await asyncpg.connect(server.url())
        for name in times:
            await admin.execute(f'CREATE DATABASE "{name}"')
            region, watched = await found(server.url(name))
        await fill(server.url("full"), region, watched, arguments.messages)
        for number in numbers:
            await admin.execute('CREATE DATABASE "round" TEMPLATE "empty"')
            for name in list(times)[:: -1 if number % 2 else 1]:
                target = server.url("round" if name == "empty" else name)
                times[name].append(await run(target, region, watched, pages[number], classifier))
            await admin.execute('DROP DATABASE "round"')
        await admin.close()
    ratios = [full / empty for empty, full in zip(times["empty"], times["full"], strict=True)]
    rows = [[name, *(f"{measured / seconds:.0f}" for seconds in taken)] for name, taken in times.items()]
    rows.append(["times as long", *(f"{ratio:.2f}" for ratio in ratios)])
    titles = [f"round {number}" for number in range(1, arguments.rounds + 1)]
    print_table(f"messages/s, empty and after {arguments.messages} messages", ["", *titles], rows)
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
