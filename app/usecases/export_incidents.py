"""Puts the incidents of a queue into a file: one state of the database, in the order of the queue, written down before it leaves.

Making the file waits for no reader: it goes to the disk, and the connection is free as soon as the last row is read.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.errors import InvalidInput
from app.domain.operator import Act, Operator
from app.domain.spoken import zone_name
from app.exports.desk import ExportDesk
from app.exports.files import FILES, TableFile
from app.exports.filters import in_words
from app.exports.folder import export_folder
from app.exports.groups import first_of
from app.exports.incident_columns import AUTHOR, OWN, Column, Layout
from app.exports.incident_management import INCIDENT_MANAGEMENT
from app.exports.spool import Spool
from app.exports.surroundings import Surroundings
from app.exports.table import About, FileFormat
from app.exports.threads import in_thread
from app.storage import gazetteer, incident_details, queue, regions
from app.storage.engine import Database
from app.storage.exports import NewExport
from app.storage.incident_details import IncidentDetails
from app.storage.queue import Order, QueueFilter
from app.storage.regions import RegionId
from app.usecases.change_topics import titles_of_topics
from app.usecases.hide_people import incidents_for
from app.usecases.journal_export import journalled

MADE_WITHIN_SECONDS = 1800
COLUMNS: Mapping[Layout, Sequence[Column]] = {Layout.OTKLIK: OWN, Layout.INCIDENT_MANAGEMENT: INCIDENT_MANAGEMENT}
WHAT = "incidents"
ORDERS = {Order.DUE: "сначала то, чему раньше срок", Order.PUBLISHED: "сначала новое"}


@dataclass(frozen=True, slots=True)
class IncidentsAsked:
    """Which incidents are asked for, by whom, and in which file. `filters` is what narrows, for the journal."""

    by: Operator
    wanted: QueueFilter
    filters: Mapping[str, Any]
    format: FileFormat
    layout: Layout = Layout.OTKLIK
    order: Order = Order.DUE
    with_authors: bool = False


@asynccontextmanager
async def export_incidents(
    database: Database,
    region_id: RegionId,
    asked: IncidentsAsked,
    *,
    desk: ExportDesk,
    zone: tzinfo,
    clock: Callable[[], datetime],
) -> AsyncIterator[Spool]:
    """The file, which fills while it is read. `TooBusy` when too many are made already, `InvalidInput` when a sheet has not the rows.

    Names are for those who answer people: `NotPermitted` for others.
    """
    if asked.with_authors:
        asked.by.must(Act.WORK)
    new = NewExport(asked.by.id, WHAT, asked.format.value, asked.layout.value, asked.with_authors, asked.filters)
    with export_folder() as folder:
        spool = Spool(folder / f"incidents.{asked.format.value}", grows=FILES[asked.format].grows)
        async with desk.place(), journalled(database, region_id, new, spool, clock=clock):
            try:
                async with asyncio.TaskGroup() as group:
                    making = group.create_task(_make(database, region_id, asked, spool, desk=desk, zone=zone, now=clock()))
                    yield spool
                    making.cancel()
            except BaseExceptionGroup as failed:
                raise first_of(failed) from failed


async def _make(
    database: Database,
    region_id: RegionId,
    asked: IncidentsAsked,
    spool: Spool,
    *,
    desk: ExportDesk,
    zone: tzinfo,
    now: datetime,
) -> None:
    """Writes the file, some hundred incidents at a time."""
    async with asyncio.timeout(MADE_WITHIN_SECONDS):
        with ExitStack() as at_the_end:
            async with database.snapshot() as session:
                await _must_fit(session, region_id, asked, most=desk.sheet_rows - 1, now=now)
                around = await _surroundings(session, region_id, zone, now)
                columns = [*COLUMNS[asked.layout], *([AUTHOR] if asked.with_authors else [])]
                file = FILES[asked.format](spool.path, [column.heading(around) for column in columns], zone)
                at_the_end.callback(file.close)
                async for ids in queue.walk(session, region_id, asked.wanted, order=asked.order, now=now, size=desk.chunk):
                    found = incidents_for(asked.by, await incident_details.of_ids(session, region_id, ids))
                    await in_thread(partial(_write, file, found, columns, around))
                    spool.grew(len(found))
            await in_thread(partial(file.finish, _about(asked, spool.rows, around)))
    spool.end()


def _write(file: TableFile, found: Sequence[IncidentDetails], columns: Sequence[Column], around: Surroundings) -> None:
    file.write([column.value(incident, around) for column in columns] for incident in found)


async def _must_fit(session: AsyncSession, region_id: RegionId, asked: IncidentsAsked, *, most: int, now: datetime) -> None:
    """Refuses a sheet that Excel would not open."""
    if asked.format is not FileFormat.XLSX:
        return
    if await queue.count_up_to(session, region_id, asked.wanted, most=most + 1, now=now) > most:
        raise InvalidInput(
            "format",
            f"A sheet of Excel holds {most} incidents and more are asked for: narrow the filters, by published_from and published_to"
            " for instance, or take format=csv.",
        )


async def _surroundings(session: AsyncSession, region_id: RegionId, zone: tzinfo, now: datetime) -> Surroundings:
    return Surroundings(
        now=now,
        zone_name=zone_name(zone, now),
        region=await regions.code_of(session, region_id),
        titles=await titles_of_topics(session, region_id),
        entries={entry.id: entry for entry in await gazetteer.territories(session, region_id)},
    )


def _about(asked: IncidentsAsked, rows: int, around: Surroundings) -> About:
    return About(
        "Обращения",
        [
            ("Сделано", around.now),
            ("Кем", asked.by.name),
            ("Отбор", in_words(asked.filters, around.title)),
            ("Порядок", ORDERS[asked.order]),
            ("Обращений", rows),
            ("Часовой пояс", around.zone_name),
            ("Имена авторов", "есть" if asked.with_authors else "нет"),
            ("До первого ответа", "от публикации вопроса до публикации первого официального ответа, который засчитан, по часам сети"),
        ],
    )
