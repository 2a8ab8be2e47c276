"""Puts the questions behind the figures into a file, written down like any other that leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial

from app.domain.errors import InvalidInput
from app.domain.operator import Operator
from app.domain.spoken import zone_name
from app.domain.statistics import working_clock
from app.exports.desk import ExportDesk
from app.exports.files import FILES, TableFile
from app.exports.folder import export_folder
from app.exports.questions import QuestionsTable
from app.exports.spool import Spool
from app.exports.table import About, FileFormat
from app.exports.threads import in_thread
from app.storage import policies, questions
from app.storage.engine import Database
from app.storage.exports import NewExport
from app.storage.questions import Question
from app.storage.regions import RegionId
from app.usecases.change_topics import titles_of_topics
from app.usecases.journal_export import journalled
from app.usecases.measure_answers import Period

WHAT = "questions"
AT_A_TIME = 2000
A_DAY = timedelta(days=1)
"""Further ahead of ours no network's clock is."""
MADE_WITHIN_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class QuestionsAsked:
    """Whose questions: all that were put in the period, for `by`."""

    by: Operator
    period: Period
    format: FileFormat


@asynccontextmanager
async def export_questions(
    database: Database, region_id: RegionId, asked: QuestionsAsked, *, desk: ExportDesk, zone: tzinfo, clock: Callable[[], datetime]
) -> AsyncIterator[Spool]:
    """The file, whole; `TooBusy` when too many are made already, `InvalidInput` when a sheet has not the rows."""
    period = asked.period
    filters = {"published_from": period.since.isoformat(), "published_to": period.until.isoformat()}
    new = NewExport(asked.by.id, WHAT, asked.format.value, None, False, filters)
    with export_folder() as folder:
        spool = Spool(folder / f"questions.{asked.format.value}", grows=False)
        async with desk.place(), journalled(database, region_id, new, spool, clock=clock):
            async with asyncio.timeout(MADE_WITHIN_SECONDS):
                await _make(database, region_id, asked, spool, most=desk.sheet_rows - 1, zone=zone, now=clock())
            yield spool


async def _make(
    database: Database, region_id: RegionId, asked: QuestionsAsked, spool: Spool, *, most: int, zone: tzinfo, now: datetime
) -> None:
    period = asked.period
    async with database.snapshot() as session:
        hours = await policies.working_hours(session, region_id, otherwise=zone)
        elapsed = working_clock(hours.calendar, period.since, now + A_DAY)
        table = QuestionsTable(now, hours, elapsed, await titles_of_topics(session, region_id))
        with closing(FILES[asked.format](spool.path, table.headings(zone_name(zone, now)), zone)) as file:
            async for found in questions.walk(session, region_id, since=period.since, until=period.until, size=AT_A_TIME):
                if asked.format is FileFormat.XLSX and spool.rows + len(found) > most:
                    raise InvalidInput("format", f"A sheet of Excel holds {most} questions: ask for a shorter period, or for format=csv.")
                await in_thread(partial(_write, file, table, found))
                spool.grew(len(found))
            await in_thread(partial(file.finish, _about(asked, table, zone)))
    spool.end()


def _write(file: TableFile, table: QuestionsTable, found: Sequence[Question]) -> None:
    file.write(table.cells(one) for one in found)


def _about(asked: QuestionsAsked, table: QuestionsTable, zone: tzinfo) -> About:
    return About(
        "Вопросы жителей, из которых сложены числа",
        [
            ("Сделано", table.now),
            ("Кем", asked.by.name),
            ("Период с", asked.period.since),
            ("Период до", asked.period.until),
            ("Часовой пояс", zone_name(zone, table.now)),
            ("Рабочие часы", table.hours.in_words()),
            ("Ждущие", "считаются до минуты выгрузки, удалённые автором — до удаления"),
        ],
    )
