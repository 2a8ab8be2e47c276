"""Answers of the networks are forgotten after a while, in batches, and what was read from them stays."""

import asyncio
from datetime import datetime, timedelta

from app.usecases.purge_raw_payloads import purge_raw_payloads
from tests.usecases.reading import Reader, comment

DAY = timedelta(days=1)


async def test_answers_older_than_asked_are_forgotten_and_their_messages_stay(reader: Reader, noon: datetime) -> None:
    for number in range(5):
        await reader.read(comment(number + 1, f"Холодно {number}!", noon, by=str(number)), at=noon + number * DAY)
    intake = reader.intake

    forgotten = await purge_raw_payloads(intake.database, intake.region_id, older_than=noon + 3 * DAY, batch=2)

    assert forgotten == 3
    assert [row.collected_at for row in await reader.rows("SELECT collected_at FROM raw_payloads ORDER BY id")] == [
        noon + 3 * DAY,
        noon + 4 * DAY,
    ]
    assert len(await reader.rows("SELECT 1 FROM messages")) == 5


async def test_two_workers_that_purge_at_once_forget_each_answer_once(reader: Reader, noon: datetime) -> None:
    for number in range(6):
        await reader.read(comment(number + 1, f"Холодно {number}!", noon, by=str(number)), at=noon)
    intake = reader.intake
    purges = [purge_raw_payloads(intake.database, intake.region_id, older_than=noon + DAY, batch=1) for _ in range(2)]
    assert sum(await asyncio.gather(*purges)) + await purge_raw_payloads(intake.database, intake.region_id, older_than=noon + DAY) == 6
